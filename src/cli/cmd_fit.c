/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome fit: a risk model from a cohort with known outcomes. */
#include "cli/cohort_options.h"
#include "cli/commands.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPTION_PREDICTORS,
    OPTION_OUTPUT,
    OPTION_SELECT,
    OPTION_FACTORS,
    OPTION_REFERENCE,
    OPTION_UNIT,
    OPTION_LAMBDA,
    OPTION_FOLDS,
    OPTION_FOLD_COLUMN,
    OPTION_SPLIT,
    OPTION_SPLIT_FILE,
    OPTION_FIRTH,
    OPTION_INTERVAL,
    OPTION_BOOTSTRAP,
    OPTION_NAME,
    OPTION_TITLE,
    OPTION_HORIZON,
    OPTION_POPULATION,
    OPTION_USE,
    OPTION_CITATION,
    OPTION_COUNT
};

#define TEXT_OF(literal) #literal
#define DEFAULT_TEXT(macro) TEXT_OF(macro)

static const char *const select_choices[] = {"none", "lasso", NULL};
static const char *const lambda_choices[] = {"min", "1se", NULL};
/* In the order of myo_fit_penalty and myo_fit_interval. */
static const char *const firth_choices[] = {"auto", "never", "always", NULL};
static const char *const interval_choices[] = {"auto", "wald", "profile", NULL};

static const cli_option options[OPTION_COUNT] = {
    [OPTION_PREDICTORS] = {.name = "predictors",
                           .kind = CLI_LIST,
                           .argument = "A,B,C",
                           .help = "columns of the predictors, commas between them",
                           .required = true},
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "MODEL.json",
                       .help = "model file that is written",
                       .required = true},
    [OPTION_SELECT] = {.name = "select",
                       .kind = CLI_CHOICE,
                       .argument = "HOW",
                       .help = "keep all predictors, or those that a LASSO keeps",
                       .default_text = "none",
                       .choices = select_choices},
    [OPTION_FACTORS] = {.name = "factors",
                        .kind = CLI_LIST,
                        .argument = "A,B",
                        .help = "predictors that are factors although they hold numbers; columns "
                                "of text are factors anyway"},
    [OPTION_REFERENCE] = {.name = "reference",
                          .kind = CLI_LIST,
                          .argument = "COLUMN=LEVEL",
                          .help = "level that the others of a factor are compared with (the first "
                                  "in the order of the alphabet)"},
    [OPTION_UNIT] = {.name = "unit",
                     .kind = CLI_LIST,
                     .argument = "COLUMN=UNIT",
                     .help = "unit of a number, for the model file; known ones follow from the end "
                             "of the name (_hu, _mm2)"},
    [OPTION_LAMBDA] = {.name = "lambda",
                       .kind = CLI_CHOICE,
                       .argument = "WHICH",
                       .help = "penalty of the LASSO: the one with the least cross-validated "
                               "deviance, or the greatest within a standard error of it",
                       .default_text = "min",
                       .choices = lambda_choices},
    [OPTION_FOLDS] = {.name = "folds",
                      .kind = CLI_COUNT,
                      .argument = "N",
                      .help = "folds of the cross-validation",
                      .default_text = DEFAULT_TEXT(MYO_FIT_FOLDS),
                      .minimum = 2,
                      .maximum = 1000},
    [OPTION_FOLD_COLUMN] = {.name = "fold-column",
                            .kind = CLI_TEXT,
                            .argument = "COLUMN",
                            .help = "column that names each patient's fold, in place of drawn "
                                    "ones"},
    [OPTION_SPLIT] = {.name = "split",
                      .kind = CLI_NUMBER,
                      .argument = "SHARE",
                      .help = "draw this share of the patients, with and without the event alike, "
                              "to make the model from, and test it on the others",
                      .minimum = 0.1,
                      .maximum = 0.95},
    [OPTION_SPLIT_FILE] = {.name = "split-file",
                           .kind = CLI_TEXT,
                           .argument = "FILE",
                           .help = "CSV that receives who went where (MODEL-split.csv beside the "
                                   "model)"},
    [OPTION_FIRTH] = {.name = "firth",
                      .kind = CLI_CHOICE,
                      .argument = "WHEN",
                      .help = "Firth's penalised likelihood: where the data are separated, never "
                              "(separation is an error then), or always",
                      .default_text = "auto",
                      .choices = firth_choices},
    [OPTION_INTERVAL] = {.name = "interval",
                         .kind = CLI_CHOICE,
                         .argument = "KIND",
                         .help = "intervals of the odds ratios: Wald, by profile likelihood, or "
                                 "auto, which is the latter under Firth's penalty",
                         .default_text = "auto",
                         .choices = interval_choices},
    [OPTION_BOOTSTRAP] = {.name = "bootstrap",
                          .kind = CLI_COUNT,
                          .argument = "N",
                          .help = "bootstrap replicates for the optimism, 0 for none (500, with a "
                                  "LASSO 200; fewer in large cohorts, which the report says)",
                          .minimum = 0,
                          .maximum = MYO_FIT_BOOTSTRAP_MAX},
    [OPTION_NAME] = {.name = "name",
                     .kind = CLI_TEXT,
                     .argument = "NAME",
                     .help = "name of the model (that of the file)"},
    [OPTION_TITLE] = {.name = "title",
                      .kind = CLI_TEXT,
                      .argument = "TEXT",
                      .help = "title of the model's card"},
    [OPTION_HORIZON] = {.name = "horizon",
                        .kind = CLI_TEXT,
                        .argument = "TEXT",
                        .help = "time over which the outcome is counted, for the card"},
    [OPTION_POPULATION] = {.name = "population",
                           .kind = CLI_TEXT,
                           .argument = "TEXT",
                           .help = "who the patients are and where they come from, for the card"},
    [OPTION_USE] = {.name = "intended-use",
                    .kind = CLI_TEXT,
                    .argument = "TEXT",
                    .help = "what the model is for, for the card"},
    [OPTION_CITATION] = {.name = "citation",
                         .kind = CLI_TEXT,
                         .argument = "TEXT",
                         .help = "source of the model, for the card"},
};

static const cli_example examples[] = {
    {"myotome fit cohort.csv --outcome nvcf --predictors "
     "surgical_approach,spinal_ct_hu,multifidus_smi_mm2_m2 -o own.json",
     "A model of three predictors."},
    {"myotome fit cohort.csv --outcome nvcf --predictors age,sex,bmi,spinal_ct_hu,psoas_major_rcsa "
     "--select lasso --lambda 1se --split 0.8 --seed 7 -o own.json",
     "As most papers do it: split 8:2, LASSO, logistic regression, test."},
    {"myotome fit cohort.csv --outcome pain --event yes --predictors levels,gluteus_medius_rcsa "
     "--factors levels --reference levels=1 -o pain.json --json",
     "An outcome of two texts, and a factor that is written as numbers."},
};

/* Names from "A,B" and from repeated options. */
typedef struct names {
    char *text; /* all of them, each with its NUL */
    const char **items;
    size_t count;
} names;

static void clear_names(names *list) {
    free(list->text);
    free((void *)list->items);
}

static bool split_names(const cli_value *value, names *out) {
    size_t size = 1, commas = 0;
    for (size_t i = 0; i < value->count; i++) {
        size += strlen(value->list[i]) + 1;
        for (const char *c = value->list[i]; *c; c++) {
            commas += *c == ',';
        }
    }
    *out = (names){.text = calloc(size, 1),
                   .items = calloc(value->count + commas + 1, sizeof *out->items)};
    if (!out->text || !out->items) {
        return false;
    }
    char *end = out->text;
    for (size_t i = 0; i < value->count; i++) {
        const char *from = value->list[i];
        while (*from) {
            size_t length = strcspn(from, ",");
            if (length > 0) {
                memcpy(end, from, length);
                out->items[out->count++] = end;
                end += length + 1;
            }
            from += length + (from[length] == ',');
        }
    }
    return true;
}

/* "own" of "results/own.json". */
static char *stem_of(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return strndup(name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

/* "results/own-split.csv" of "results/own.json". */
static char *split_path(const char *model) {
    static const char suffix[] = "-split.csv";
    const char *slash = strrchr(model, '/'), *dot = strrchr(model, '.');
    size_t length = dot && (!slash || dot > slash) ? (size_t)(dot - model) : strlen(model);
    char *path = calloc(length + sizeof suffix, 1);
    if (path) {
        memcpy(path, model, length);
        memcpy(path + length, suffix, sizeof suffix);
    }
    return path;
}

static int choice(const cli_call *call, int option) {
    int at = 0;
    while (strcmp(options[option].choices[at], call->values[option].text) != 0) {
        at++;
    }
    return at;
}

static myo_fit_options read_options(const cli_call *call, const cli_cohort *cohort,
                                    const names *predictors, const names *factors) {
    const cli_value *values = call->values;
    const cli_value *bootstrap = &values[OPTION_BOOTSTRAP];
    return (myo_fit_options){
        .cohort_csv = cohort->path,
        .outcome = cohort->outcome,
        .event = cohort->event,
        .patient = cohort->patient,
        .refuse_missing = cohort->refuse_missing,
        .predictors = predictors->items,
        .predictor_count = predictors->count,
        .factors = factors->items,
        .factor_count = factors->count,
        .references = values[OPTION_REFERENCE].list,
        .reference_count = values[OPTION_REFERENCE].count,
        .units = values[OPTION_UNIT].list,
        .unit_count = values[OPTION_UNIT].count,
        .select = choice(call, OPTION_SELECT) == 1 ? MYO_FIT_SELECT_LASSO : MYO_FIT_SELECT_NONE,
        .lambda_1se = choice(call, OPTION_LAMBDA) == 1,
        .folds = (size_t)values[OPTION_FOLDS].number,
        .fold_column = values[OPTION_FOLD_COLUMN].text,
        .split = values[OPTION_SPLIT].number,
        .seed = cohort->seed,
        .firth = (myo_fit_penalty)choice(call, OPTION_FIRTH),
        .interval = (myo_fit_interval)choice(call, OPTION_INTERVAL),
        .bootstrap = bootstrap->count > 0 && bootstrap->number < 1.0 ? MYO_FIT_BOOTSTRAP_NONE
                                                                     : (size_t)bootstrap->number,
        .threads = cohort->threads,
        .title = values[OPTION_TITLE].text,
        .horizon = values[OPTION_HORIZON].text,
        .population = values[OPTION_POPULATION].text,
        .intended_use = values[OPTION_USE].text,
        .citation = values[OPTION_CITATION].text,
        .progress = cli_terminal_progress,
        .progress_user = call->terminal,
    };
}

static cli_status out_of_memory(void) {
    fputs("myotome fit: out of memory\n", stderr);
    return CLI_NOTHING;
}

static cli_status fit_and_print(const cli_call *call, const myo_fit_options *wanted, bool json) {
    myo_fitted *fitted = NULL;
    myo_error err = {0};
    char *text = NULL;
    bool done = myo_fit(wanted, call->values[OPTION_OUTPUT].text, &fitted, &err);
    if (done) {
        done = json ? myo_fitted_json(fitted, &text, &err) : myo_fitted_report(fitted, &text, &err);
        myo_fitted_destroy(fitted);
    }
    if (!done) {
        return cli_fail(call, &err);
    }
    cli_cohort_print(text, json);
    return CLI_DONE;
}

/* What is read must not be overwritten, nor one output by the other. */
static bool check_outputs(const cli_call *call, const char *split) {
    const char *cohort = call->operands[0], *model = call->values[OPTION_OUTPUT].text;
    return !cli_is_same_file(cohort, model) &&
           (!split || (!cli_is_same_file(cohort, split) && !cli_is_same_file(model, split)));
}

static cli_status run(const cli_call *call) {
    const cli_value *values = call->values;
    const cli_cohort cohort = cli_cohort_read(call);
    names predictors = {0}, factors = {0};
    char *stem = stem_of(values[OPTION_OUTPUT].text);
    char *split = split_path(values[OPTION_OUTPUT].text);
    cli_status status;
    if (values[OPTION_SPLIT_FILE].text && values[OPTION_SPLIT].count == 0) {
        status = cli_misuse(call->command, "--split-file needs --split");
    } else if (!stem || !split || !split_names(&values[OPTION_PREDICTORS], &predictors) ||
               !split_names(&values[OPTION_FACTORS], &factors)) {
        status = out_of_memory();
    } else {
        myo_fit_options wanted = read_options(call, &cohort, &predictors, &factors);
        wanted.name = values[OPTION_NAME].text ? values[OPTION_NAME].text : stem;
        wanted.split_csv = values[OPTION_SPLIT_FILE].text ? values[OPTION_SPLIT_FILE].text : split;
        status = check_outputs(call, wanted.split > 0.0 ? wanted.split_csv : NULL)
                     ? fit_and_print(call, &wanted, cohort.json)
                     : cli_misuse(call->command, "cohort, model and split need files of their own");
    }
    clear_names(&predictors);
    clear_names(&factors);
    free(stem);
    free(split);
    return status;
}

const cli_command cli_cmd_fit = {
    .name = "fit",
    .summary = "Make a risk model from a cohort with known outcomes",
    .operands = "COHORT.csv",
    .description =
        "Reads a CSV table with a row for each patient, selects predictors by LASSO if asked to, "
        "fits a logistic regression, and writes a model file that `risk`, `measure --model` and "
        "`validate` take. The report, or the JSON, has the coefficients with tests and odds "
        "ratios, how well the model does, and how much of that is optimism.\n\n"
        "Columns of decimal numbers are numbers, columns of text are factors, and a column that "
        "holds both is an error that names the line. The LASSO's path, penalties and "
        "cross-validation are those of glmnet; levels of a factor are penalised one by one, and a "
        "factor is kept whole when any of them stays. What makes the numbers weak is listed at the "
        "end and becomes a known problem of the model. docs/fitting.md explains every number. Not "
        "for clinical decisions without review.",
    .options = options,
    .option_count = OPTION_COUNT,
    .shared_options = cli_cohort_options,
    .shared_count = CLI_COHORT_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"the model was fitted and written", NULL,
                 "wrong use: the table cannot be read, or allows no model, or a file cannot be "
                 "written",
                 "out of memory"},
    .operand_min = 1,
    .operand_max = 1,
    .run = run,
};
