/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/terminal.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define BAR_CELLS 30
#define REDRAW_SECONDS 0.1

/* Nobody wants to read a bar that is gone before it is seen. */
#define SHOW_AFTER_SECONDS 0.5

void cli_terminal_clear(cli_terminal *terminal) {
    if (terminal->drawn) {
        fputs("\r\033[K", stderr);
        terminal->drawn = false;
    }
}

static void write_line(void *user, myo_log_level level, const char *line) {
    static const char *const names[] = {"error", "warning", "info", "debug"};
    cli_terminal *terminal = user;
    if (level > terminal->level) {
        return;
    }
    cli_terminal_clear(terminal);
    fprintf(stderr, "myotome: %s: ", names[level]);
    for (const char *c = line; *c; c++) {
        fputc((unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c, stderr);
    }
    fputc('\n', stderr);
}

void cli_terminal_open(cli_terminal *terminal, size_t verbose, bool quiet) {
    *terminal = (cli_terminal){.level = MYO_LOG_WARNING};
    if (quiet) {
        terminal->level = MYO_LOG_ERROR;
    } else if (verbose > 0) {
        terminal->level = verbose > 1 ? MYO_LOG_DEBUG : MYO_LOG_INFO;
    }
    terminal->bar = !quiet && isatty(STDERR_FILENO);
    myo_log_set_sink(write_line, terminal);
}

void cli_terminal_close(cli_terminal *terminal) {
    cli_terminal_clear(terminal);
    myo_log_set_sink(NULL, NULL);
}

static double seconds_between(struct timespec from, struct timespec to) {
    return (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

/* "4:05", or "1:04:05" from an hour on. */
static void draw_time(double seconds) {
    double hours = floor(seconds / 3600.0), minutes = floor(fmod(seconds, 3600.0) / 60.0);
    if (hours > 0.0) {
        fprintf(stderr, "%.0f:%02.0f:%02.0f", hours, minutes, fmod(seconds, 60.0));
    } else {
        fprintf(stderr, "%.0f:%02.0f", minutes, fmod(seconds, 60.0));
    }
}

static void draw_bar(cli_terminal *terminal, const char *what, size_t done, double elapsed) {
    char cells[BAR_CELLS + 1];
    size_t filled = done * BAR_CELLS / terminal->total;
    memset(cells, '.', BAR_CELLS);
    memset(cells, '#', filled < BAR_CELLS ? filled : BAR_CELLS);
    cells[BAR_CELLS] = '\0';
    double rate = (double)(done - terminal->first) / elapsed;
    fprintf(stderr, "\r\033[K[%s] %zu/%zu", cells, done, terminal->total);
    if (rate > 0.0) {
        fprintf(stderr, " %.1f/s ", rate);
        draw_time(ceil((double)(terminal->total - done) / rate));
        fputs(" left", stderr);
    }
    fprintf(stderr, " %.20s", what);
    fflush(stderr);
    terminal->drawn = true;
}

void cli_terminal_progress(void *user, const char *what, size_t done, size_t total) {
    cli_terminal *terminal = user;
    if (!terminal->bar || total == 0) {
        return;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (total != terminal->total || done < terminal->first) {
        terminal->total = total;
        terminal->first = done;
        terminal->started = terminal->last = now;
    }
    if (done >= total) {
        cli_terminal_clear(terminal);
        terminal->total = 0; /* the next work starts anew, even with the same count */
        return;
    }
    double elapsed = seconds_between(terminal->started, now);
    if (elapsed >= SHOW_AFTER_SECONDS && seconds_between(terminal->last, now) >= REDRAW_SECONDS) {
        terminal->last = now;
        draw_bar(terminal, what ? what : "", done, elapsed);
    }
}
