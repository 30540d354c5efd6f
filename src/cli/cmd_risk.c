/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome risk: applies a model to a table of features. */
#include "cli/commands.h"

#include <stdlib.h>

enum { OPTION_MODEL, OPTION_ACCEPT_LEVEL, OPTION_COUNT };

static const cli_option options[OPTION_COUNT] = {
    [OPTION_MODEL] = {.name = "model",
                      .kind = CLI_TEXT,
                      .argument = "NAME|FILE",
                      .help = "built-in model, or model file (with a '/' or ending in .json)",
                      .required = true},
    [OPTION_ACCEPT_LEVEL] = {.name = "accept-level",
                             .kind = CLI_FLAG,
                             .help = "compute risks also where the flags say that the level is not "
                                     "confirmed"},
};

static const cli_example examples[] = {
    {"myotome risk out/features.csv --model nvcf-tang2024",
     "Risks from the features of an earlier run."},
};

static cli_status run(const cli_call *call) {
    char *text = NULL;
    size_t failed = 0;
    myo_error err = {0};
    if (!myo_pipeline_risk(call->operands[0], call->values[OPTION_MODEL].text,
                           call->values[OPTION_ACCEPT_LEVEL].count > 0, &text, &failed, &err)) {
        return cli_fail(call, &err);
    }
    fputs(text, stdout);
    free(text);
    return failed > 0 ? CLI_PARTLY : CLI_DONE;
}

const cli_command cli_cmd_risk = {
    .name = "risk",
    .summary = "Apply a risk model to a table of features",
    .operands = "FEATURES.csv",
    .description =
        "Reads a CSV table that holds the model's variables in columns of their names, for "
        "example surgical_approach, spinal_ct_hu and multifidus_smi_mm2_m2, and prints a row of "
        "risk.csv for each of its rows. The columns patient_id and study_uid are copied where "
        "they exist.\n\n"
        "A variable that is missing, and a model whose coefficients are not published, leave the "
        "numbers of a row empty; the row says why. So does a measurement that is none of the "
        "model's: the columns modality, level, fat_method, roi_convention and flags of "
        "features.csv are held against it. Another modality or level, or a level that is not "
        "confirmed, is refused; another fat method or convention of outlines is a warning. "
        "`myotome models NAME` prints what a model "
        "needs and what is known of it. Not for clinical decisions without review.",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"the rows were printed",
                 "the rows were printed, but some hold a value that cannot be read",
                 "wrong use: the table or the model cannot be read",
                 "the rows could not be written"},
    .operand_min = 1,
    .operand_max = 1,
    .run = run,
};
