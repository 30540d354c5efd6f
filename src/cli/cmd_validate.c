/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome validate: how well a model predicts in a cohort with known outcomes. */
#include "cli/cohort_options.h"
#include "cli/commands.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPTION_MODEL,
    OPTION_OUTPUT,
    OPTION_THRESHOLD,
    OPTION_GROUPS,
    OPTION_PARTIAL,
    OPTION_SUBGROUP,
    OPTION_SPLIT,
    OPTION_BOOTSTRAP,
    OPTION_RECALIBRATE,
    OPTION_RECALIBRATED,
    OPTION_COUNT
};

static const char *const recalibrate_choices[] = {"intercept", "slope", NULL};

static const cli_option options[OPTION_COUNT] = {
    [OPTION_MODEL] = {.name = "model",
                      .kind = CLI_LIST,
                      .argument = "NAME|FILE",
                      .help = "built-in model, or model file (with a '/' or ending in .json); "
                              "several are compared on the same patients",
                      .required = true},
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "OUT",
                       .help = "folder for the report, the JSON, and every curve as CSV"},
    [OPTION_THRESHOLD] = {.name = "threshold",
                          .kind = CLI_TEXT,
                          .argument = "P",
                          .help = "probability from which on a patient counts as positive: a "
                                  "number, youden (the best of this cohort), or model (its "
                                  "cut-off)",
                          .default_text = "youden"},
    [OPTION_GROUPS] = {.name = "groups",
                       .kind = CLI_COUNT,
                       .argument = "N",
                       .help = "groups of the Hosmer-Lemeshow test",
                       .default_text = "10",
                       .minimum = 3,
                       .maximum = 100},
    [OPTION_PARTIAL] = {.name = "partial",
                        .kind = CLI_NUMBER,
                        .argument = "X",
                        .help = "partial areas reach from this specificity, and this sensitivity, "
                                "to 1",
                        .default_text = "0.8",
                        .minimum = 0.01,
                        .maximum = 0.99},
    [OPTION_SUBGROUP] = {.name = "subgroup",
                         .kind = CLI_LIST,
                         .argument = "COLUMN",
                         .help = "measure each level of this column on its own"},
    [OPTION_SPLIT] = {.name = "split-column",
                      .kind = CLI_TEXT,
                      .argument = "COLUMN",
                      .help = "give the whole report for each level of this column (training, "
                              "testing), too, and compare them"},
    [OPTION_BOOTSTRAP] = {.name = "bootstrap",
                          .kind = CLI_COUNT,
                          .argument = "N",
                          .help = "bootstrap replicates (2000; fewer in large cohorts, which the "
                                  "report says)",
                          .minimum = 100,
                          .maximum = MYO_VALIDATE_BOOTSTRAP_MAX},
    [OPTION_RECALIBRATE] = {.name = "recalibrate",
                            .kind = CLI_CHOICE,
                            .argument = "WHAT",
                            .help = "fit the level (intercept), or level and steepness (slope), of "
                                    "the first model to this cohort, and write a new model",
                            .choices = recalibrate_choices},
    [OPTION_RECALIBRATED] = {.name = "recalibrated",
                             .kind = CLI_TEXT,
                             .argument = "FILE",
                             .help = "model file that --recalibrate writes"},
};

static const cli_example examples[] = {
    {"myotome validate cohort.csv --outcome nvcf --model nvcf-tang2024 -o validation",
     "Everything about a published model on patients of one's own."},
    {"myotome validate cohort.csv --outcome nvcf --model nvcf-tang2024 --model own.json "
     "--subgroup sex --json",
     "Two models on the same patients, with men and women apart."},
    {"myotome validate cohort.csv --outcome nvcf --model nvcf-tang2024 --recalibrate intercept "
     "--recalibrated local.json",
     "The model with the risk level of this hospital."},
};

static myo_validate_options read_options(const cli_call *call, const cli_cohort *cohort) {
    const cli_value *values = call->values;
    return (myo_validate_options){
        .cohort_csv = cohort->path,
        .outcome = cohort->outcome,
        .event = cohort->event,
        .patient = cohort->patient,
        .refuse_missing = cohort->refuse_missing,
        .models = values[OPTION_MODEL].list,
        .model_count = values[OPTION_MODEL].count,
        .threshold = values[OPTION_THRESHOLD].text,
        .subgroups = values[OPTION_SUBGROUP].list,
        .subgroup_count = values[OPTION_SUBGROUP].count,
        .split = values[OPTION_SPLIT].text,
        .groups = (size_t)values[OPTION_GROUPS].number,
        .partial_from = values[OPTION_PARTIAL].number,
        .bootstrap = (size_t)values[OPTION_BOOTSTRAP].number,
        .seed = cohort->seed,
        .threads = cohort->threads,
        .progress = cli_terminal_progress,
        .progress_user = call->terminal,
    };
}

static bool write_files(const cli_call *call, const myo_validation *validation, myo_error *err) {
    const cli_value *values = call->values;
    const char *what = values[OPTION_RECALIBRATE].text;
    if (values[OPTION_OUTPUT].text &&
        !myo_validation_write(validation, values[OPTION_OUTPUT].text, err)) {
        return false;
    }
    return !what ||
           myo_validation_recalibrate(validation,
                                      strcmp(what, "slope") == 0 ? MYO_RECALIBRATE_SLOPE
                                                                 : MYO_RECALIBRATE_INTERCEPT,
                                      values[OPTION_RECALIBRATED].text, err);
}

static cli_status run(const cli_call *call) {
    const cli_value *values = call->values;
    if ((values[OPTION_RECALIBRATE].text == NULL) != (values[OPTION_RECALIBRATED].text == NULL)) {
        return cli_misuse(call->command, "--recalibrate and --recalibrated belong together");
    }
    const cli_cohort cohort = cli_cohort_read(call);
    const char *recalibrated = values[OPTION_RECALIBRATED].text;
    bool overwrites = recalibrated && cli_is_same_file(cohort.path, recalibrated);
    for (size_t i = 0; recalibrated && i < values[OPTION_MODEL].count; i++) {
        overwrites = overwrites || cli_is_same_file(values[OPTION_MODEL].list[i], recalibrated);
    }
    if (overwrites) {
        return cli_misuse(call->command, "--recalibrated needs a file of its own");
    }
    myo_validate_options wanted = read_options(call, &cohort);
    myo_validation *validation = NULL;
    myo_error err = {0};
    char *text = NULL;
    bool done = myo_validate(&wanted, &validation, &err);
    if (done) {
        done = write_files(call, validation, &err) &&
               (cohort.json ? myo_validation_json(validation, &text, &err)
                            : myo_validation_report(validation, &text, &err));
        myo_validation_destroy(validation);
    }
    if (!done) {
        return cli_fail(call, &err);
    }
    cli_cohort_print(text, cohort.json);
    return CLI_DONE;
}

const cli_command cli_cmd_validate = {
    .name = "validate",
    .summary = "Test a risk model on a cohort with known outcomes",
    .operands = "COHORT.csv",
    .description =
        "Reads a CSV table with a row for each patient, which holds the model's variables in "
        "columns of their names and the outcome, and prints how well the model predicts: ROC curve "
        "with DeLong's interval and tests, partial areas, calibration, Hosmer-Lemeshow, Brier "
        "score, sensitivity and specificity with exact intervals, decision curve and impact "
        "curve.\n\n"
        "What makes the numbers weak is listed at the end: few events, values outside of the "
        "model's development data, rows that were left out. docs/validating.md explains every "
        "number. Not for clinical decisions without review.",
    .options = options,
    .option_count = OPTION_COUNT,
    .shared_options = cli_cohort_options,
    .shared_count = CLI_COHORT_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"the model was validated", NULL,
                 "wrong use: the table or the model cannot be read, or allows no validation, or "
                 "a file cannot be written",
                 "out of memory"},
    .operand_min = 1,
    .operand_max = 1,
    .run = run,
};
