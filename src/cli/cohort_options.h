/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of the commands that read a cohort with known outcomes. */
#ifndef MYO_CLI_COHORT_OPTIONS_H
#define MYO_CLI_COHORT_OPTIONS_H

#include "cli/cli.h"

enum {
    CLI_COHORT_OUTCOME,
    CLI_COHORT_EVENT,
    CLI_COHORT_PATIENT,
    CLI_COHORT_MISSING,
    CLI_COHORT_SEED,
    CLI_COHORT_JOBS,
    CLI_COHORT_JSON,
    CLI_COHORT_COUNT
};

extern const cli_option cli_cohort_options[CLI_COHORT_COUNT];

/* Their values. Texts are borrowed from the call. */
typedef struct cli_cohort {
    const char *path, *outcome, *event, *patient;
    bool refuse_missing, json;
    uint64_t seed;
    size_t threads;
} cli_cohort;
cli_cohort cli_cohort_read(const cli_call *call);

/* Prints a report, or JSON with its line end, and frees it. */
void cli_cohort_print(char *text, bool json);

/* True where both paths name one file. */
bool cli_is_same_file(const char *a, const char *b);

#endif
