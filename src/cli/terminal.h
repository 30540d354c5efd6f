/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person sees on stderr: log lines and a progress bar. */
#ifndef MYO_CLI_TERMINAL_H
#define MYO_CLI_TERMINAL_H

#include "cli/cli.h"

#include <time.h>

struct cli_terminal {
    myo_log_level level; /* lines above it are dropped */
    bool bar;            /* stderr is a terminal and wants progress */
    bool drawn;          /* a bar is on the current line */
    size_t total, first; /* of the work under way */
    struct timespec started, last;
};

/* Starts logging to stderr. `terminal` must live until cli_terminal_close(). */
void cli_terminal_open(cli_terminal *terminal, size_t verbose, bool quiet);
/* Removes the bar and stops logging. */
void cli_terminal_close(cli_terminal *terminal);

/* Removes the bar, before anything else is printed. */
void cli_terminal_clear(cli_terminal *terminal);

/* A myo_progress; `user` is the terminal. Draws count, rate and time left, at most ten times a
 * second, and nothing at all unless stderr is a terminal. */
void cli_terminal_progress(void *user, const char *what, size_t done, size_t total);

#endif
