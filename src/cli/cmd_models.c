/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome models: the risk models that are known, and their cards. */
#include "cli/commands.h"
#include "cli/table.h"

#include <stdlib.h>

static const cli_example examples[] = {
    {"myotome models", "The models that are built in."},
    {"myotome models nvcf-tang2024", "The card of one of them."},
    {"myotome models ./mine.json", "The card of a model file; checks the file as well."},
};

static cli_status print_list(const cli_call *call) {
    size_t count;
    const char *const *names = myo_model_builtins(&count);
    cli_table table = {.columns = 3};
    cli_status status = CLI_DONE;
    for (size_t i = 0; i < count && status == CLI_DONE; i++) {
        myo_model *model = NULL;
        myo_error err = {0};
        if (myo_model_load(names[i], &model, &err)) {
            const char *reason = NULL;
            cli_table_add(&table, "%s", names[i]);
            cli_table_add(&table, "%s",
                          myo_model_can_predict(model, &reason) ? "predicts" : "features only");
            cli_table_add(&table, "%s", myo_model_get_title(model));
        } else {
            status = cli_fail(call, &err);
        }
        myo_model_destroy(model);
    }
    cli_table_print(&table, stdout, 0);
    cli_table_clear(&table);
    return status;
}

static cli_status print_card(const cli_call *call) {
    myo_model *model = NULL;
    char *card = NULL;
    myo_error err = {0};
    cli_status status = CLI_DONE;
    if (myo_model_load(call->operands[0], &model, &err) && myo_model_card(model, &card, &err)) {
        fputs(card, stdout);
    } else {
        status = cli_fail(call, &err);
    }
    free(card);
    myo_model_destroy(model);
    return status;
}

static cli_status run(const cli_call *call) {
    return call->operand_count == 0 ? print_list(call) : print_card(call);
}

const cli_command cli_cmd_models = {
    .name = "models",
    .summary = "List the risk models, or print the card of one",
    .operands = "[NAME|FILE]",
    .description =
        "Without an argument the built-in models are listed: name, whether it can predict, and "
        "title. With one, the model's card is printed: what it predicts and for whom, its "
        "variables with units and valid ranges, its coefficients, the data it was developed and "
        "validated on, its source, and its known problems.",
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"printed", NULL, "wrong use, or a model that is unknown or cannot be read", NULL},
    .operand_max = 1,
    .run = run,
};
