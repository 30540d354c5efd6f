/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cohort_options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const missing_choices[] = {"drop", "refuse", NULL};

const cli_option cli_cohort_options[CLI_COHORT_COUNT] = {
    [CLI_COHORT_OUTCOME] = {.name = "outcome",
                            .kind = CLI_TEXT,
                            .argument = "COLUMN",
                            .help = "column of the outcome: 1 with the event, 0 without (other "
                                    "values: --event)",
                            .required = true},
    [CLI_COHORT_EVENT] = {.name = "event",
                          .kind = CLI_TEXT,
                          .argument = "VALUE",
                          .help = "value of the outcome that means the event, where it is not 1"},
    [CLI_COHORT_PATIENT] = {.name = "patient",
                            .kind = CLI_TEXT,
                            .argument = "COLUMN",
                            .help = "column that names the patient, of whom there may be one row "
                                    "(patient_id where there is such a column)"},
    [CLI_COHORT_MISSING] = {.name = "missing",
                            .kind = CLI_CHOICE,
                            .argument = "RULE",
                            .help = "what becomes of rows with a missing value: left out and "
                                    "counted, or an error",
                            .default_text = "drop",
                            .choices = missing_choices},
    [CLI_COHORT_SEED] = {.name = "seed",
                         .kind = CLI_COUNT,
                         .argument = "N",
                         .help =
                             "of everything that is drawn; the same seed gives the same numbers",
                         .default_text = "1",
                         .minimum = 0,
                         .maximum = 4294967295.0},
    [CLI_COHORT_JOBS] = {.name = "jobs",
                         .kind = CLI_COUNT,
                         .argument = "N",
                         .help = "threads (as many as processors); the results do not depend on it",
                         .minimum = 1,
                         .maximum = 64,
                         .unrecorded = true},
    [CLI_COHORT_JSON] = {.name = "json",
                         .kind = CLI_FLAG,
                         .help = "print everything as JSON in place of the report"},
};

cli_cohort cli_cohort_read(const cli_call *call) {
    const cli_value *values = call->values + call->command->option_count;
    return (cli_cohort){.path = call->operands[0],
                        .outcome = values[CLI_COHORT_OUTCOME].text,
                        .event = values[CLI_COHORT_EVENT].text,
                        .patient = values[CLI_COHORT_PATIENT].text,
                        .refuse_missing = strcmp(values[CLI_COHORT_MISSING].text, "refuse") == 0,
                        .json = values[CLI_COHORT_JSON].count > 0,
                        .seed = (uint64_t)values[CLI_COHORT_SEED].number,
                        .threads = (size_t)values[CLI_COHORT_JOBS].number};
}

void cli_cohort_print(char *text, bool json) {
    fputs(text, stdout);
    if (json) {
        putchar('\n');
    }
    free(text);
}

bool cli_is_same_file(const char *a, const char *b) {
    struct stat first, second;
    if (stat(a, &first) == 0 && stat(b, &second) == 0) {
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
    }
    return strcmp(a, b) == 0;
}
