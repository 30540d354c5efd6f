/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome nomogram: a model as scales of points. */
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_MODEL, OPTION_OUTPUT, OPTION_TABLE, OPTION_AT, OPTION_JSON, OPTION_COUNT };

/* Decimals of points and of probabilities in the printed table. */
#define POINTS_DECIMALS 1
#define PROBABILITY_DECIMALS 3

static const cli_option options[OPTION_COUNT] = {
    [OPTION_MODEL] = {.name = "model",
                      .kind = CLI_TEXT,
                      .argument = "NAME|FILE",
                      .help = "built-in model, or model file (with a '/' or ending in .json)",
                      .required = true},
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "FILE",
                       .help = "picture; its ending says what it is: .svg, .pdf or .png (300 dpi)"},
    [OPTION_TABLE] = {.name = "table",
                      .kind = CLI_TEXT,
                      .argument = "FILE.csv",
                      .help = "points for each value, and probabilities for totals, as CSV"},
    [OPTION_AT] = {.name = "at",
                   .kind = CLI_LIST,
                   .argument = "NAME=VALUE",
                   .help = "mark one patient; a value for every predictor is needed"},
    [OPTION_JSON] = {.name = "json",
                     .kind = CLI_FLAG,
                     .help = "print the scales as JSON in place of the table"},
};

static const cli_example examples[] = {
    {"myotome nomogram --model nvcf-tang2024 -o nomogram.svg",
     "The nomogram of a built-in model; the points are printed, too."},
    {"myotome nomogram --model nvcf-tang2024 -o patient.pdf --at surgical_approach=PVP --at "
     "spinal_ct_hu=35 --at multifidus_smi_mm2_m2=110",
     "With one patient marked on the scales."},
    {"myotome nomogram --model ./own.json -o own.png --table own.csv",
     "A model of one's own, with its table."},
};

/* --- The patient ------------------------------------------------------------------------------ */

typedef struct given {
    const cli_value *values;
} given;

/* Length of the name in NAME=VALUE; 0 without one. */
static size_t name_length(const char *text) {
    const char *sign = strchr(text, '=');
    return sign ? (size_t)(sign - text) : 0;
}

static const char *look_up(void *user, const char *name) {
    const given *g = user;
    for (size_t i = 0; i < g->values->count; i++) {
        const char *text = g->values->list[i];
        size_t length = name_length(text);
        if (strlen(name) == length && strncmp(text, name, length) == 0) {
            return text + length + 1;
        }
    }
    return NULL;
}

/* Every NAME must be a predictor, and none may come twice. */
static cli_status check_given(const cli_call *call, const myo_nomogram *n) {
    const cli_value *at = &call->values[OPTION_AT];
    for (size_t i = 0; i < at->count; i++) {
        size_t length = name_length(at->list[i]);
        if (length == 0) {
            return cli_misuse(call->command, "--at needs NAME=VALUE, not '%s'", at->list[i]);
        }
        bool known = false;
        for (size_t k = 0; k < n->axis_count && !known; k++) {
            const char *name = n->axes[k].name;
            known = strlen(name) == length && strncmp(name, at->list[i], length) == 0;
        }
        if (!known) {
            return cli_misuse(call->command,
                              "--at: %s has no predictor '%.*s' (`myotome models` prints them)",
                              n->name, (int)length, at->list[i]);
        }
        for (size_t k = 0; k < i; k++) {
            if (strncmp(at->list[k], at->list[i], length + 1) == 0) {
                return cli_misuse(call->command, "--at: '%.*s' is given twice", (int)length,
                                  at->list[i]);
            }
        }
    }
    return CLI_DONE;
}

/* --- Table ------------------------------------------------------------------------------------ */

static void add_points(cli_table *table, double points) {
    cli_table_add(table, "%.*f", POINTS_DECIMALS, points + 0.0);
}

static void add_value(cli_table *table, const myo_nomogram_axis *axis, double value,
                      double points) {
    cli_table_add(table, "%s", axis->name);
    cli_table_add(table, "%.*f %s", axis->decimals, value, axis->unit);
    add_points(table, points);
}

static void print_axes(const myo_nomogram *n) {
    cli_table table = {.columns = 3};
    cli_table_add(&table, "predictor");
    cli_table_add(&table, "value");
    cli_table_add(&table, "points");
    for (size_t i = 0; i < n->axis_count; i++) {
        const myo_nomogram_axis *axis = &n->axes[i];
        bool falls = axis->coefficient < 0.0;
        for (size_t k = 0; k < axis->level_count; k++) {
            cli_table_add(&table, "%s", axis->name);
            cli_table_add(&table, "%s", axis->levels[k].name);
            add_points(&table, axis->levels[k].points);
        }
        if (axis->unit) {
            add_value(&table, axis, falls ? axis->to : axis->from, 0.0);
            add_value(&table, axis, falls ? axis->from : axis->to, axis->points_max);
        }
    }
    cli_table_print(&table, stdout, 0);
    cli_table_clear(&table);
}

static void add_interval(cli_table *table, double lower, double upper) {
    if (isfinite(lower) && isfinite(upper)) {
        cli_table_add(table, "%.*f to %.*f", PROBABILITY_DECIMALS, lower, PROBABILITY_DECIMALS,
                      upper);
    } else {
        cli_table_add(table, "-");
    }
}

static void print_totals(const myo_nomogram *n) {
    double probabilities[MYO_NOMOGRAM_PROBABILITIES_MAX], lower, upper;
    size_t count = myo_nomogram_probabilities(n, probabilities);
    cli_table table = {.columns = 3};
    cli_table_add(&table, "total points");
    cli_table_add(&table, "probability");
    cli_table_add(&table, "95 %%");
    for (size_t i = 0; i < count; i++) {
        double total = myo_nomogram_total(n, probabilities[i]);
        myo_nomogram_interval(n, total, &lower, &upper);
        add_points(&table, total);
        cli_table_add(&table, "%g", probabilities[i]);
        add_interval(&table, lower, upper);
    }
    printf("\n");
    cli_table_print(&table, stdout, 0);
    cli_table_clear(&table);
}

static void print_patient(const myo_nomogram *n, const myo_nomogram_patient *patient) {
    const myo_prediction *p = &patient->prediction;
    cli_table table = {.columns = 3};
    cli_table_add(&table, "patient");
    cli_table_add(&table, "value");
    cli_table_add(&table, "points");
    for (size_t i = 0; i < n->axis_count; i++) {
        cli_table_add(&table, "%s", n->axes[i].name);
        cli_table_add(&table, "%s", patient->marks[i].value);
        add_points(&table, patient->marks[i].points);
    }
    cli_table_add(&table, "total");
    cli_table_add(&table, "%s", "");
    add_points(&table, patient->total);
    printf("\n");
    cli_table_print(&table, stdout, 0);
    cli_table_clear(&table);
    printf("\nprobability %.*f", PROBABILITY_DECIMALS, p->probability);
    if (isfinite(p->lower)) {
        printf(" (95 %% %.*f to %.*f)", PROBABILITY_DECIMALS, p->lower, PROBABILITY_DECIMALS,
               p->upper);
    }
    printf("\n");
    if (*p->warnings) {
        printf("%s\n", p->warnings);
    }
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *axis_json(const myo_nomogram_axis *axis) {
    json_t *object = json_pack("{s:o, s:o, s:o, s:o}", "name", cli_json_text(axis->name), "label",
                               cli_json_text(axis->label), "unit",
                               axis->unit ? cli_json_text(axis->unit) : json_null(), "points_max",
                               cli_json_number(axis->points_max));
    if (axis->unit) {
        json_object_set_new(object, "from", cli_json_number(axis->from));
        json_object_set_new(object, "to", cli_json_number(axis->to));
        json_object_set_new(object, "coefficient", cli_json_number(axis->coefficient));
        json_object_set_new(object, "zero_points_at",
                            cli_json_number(axis->coefficient < 0.0 ? axis->to : axis->from));
        return object;
    }
    json_t *levels = json_object();
    for (size_t i = 0; i < axis->level_count; i++) {
        json_object_set_new(levels, axis->levels[i].name, cli_json_number(axis->levels[i].points));
    }
    json_object_set_new(object, "levels", levels);
    return object;
}

static json_t *total_json(const myo_nomogram *n, double total) {
    double lower, upper;
    myo_nomogram_interval(n, total, &lower, &upper);
    return json_pack("{s:o, s:o, s:o, s:o}", "points", cli_json_number(total), "probability",
                     cli_json_number(myo_nomogram_probability(n, total)), "lower",
                     cli_json_number(lower), "upper", cli_json_number(upper));
}

static json_t *patient_json(const myo_nomogram *n, const myo_nomogram_patient *patient) {
    const myo_prediction *p = &patient->prediction;
    json_t *points = json_object();
    for (size_t i = 0; i < n->axis_count; i++) {
        json_object_set_new(points, n->axes[i].name, cli_json_number(patient->marks[i].points));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "points", points, "total",
                     cli_json_number(patient->total), "probability",
                     cli_json_number(p->probability), "lower", cli_json_number(p->lower), "upper",
                     cli_json_number(p->upper), "warnings", cli_json_text(p->warnings));
}

static bool print_json(const myo_nomogram *n, const myo_nomogram_patient *patient) {
    json_t *axes = json_array(), *totals = json_array(), *reached = json_array();
    double probabilities[MYO_NOMOGRAM_PROBABILITIES_MAX];
    size_t count = myo_nomogram_probabilities(n, probabilities);
    int decimals;
    double step = myo_nomogram_total_step(n, &decimals);
    for (size_t i = 0; i < n->axis_count; i++) {
        json_array_append_new(axes, axis_json(&n->axes[i]));
    }
    for (size_t i = 0; i < myo_nomogram_total_count(n, step); i++) {
        json_array_append_new(totals, total_json(n, fmin((double)i * step, n->total_max)));
    }
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(reached, total_json(n, myo_nomogram_total(n, probabilities[i])));
    }
    json_t *all = json_pack(
        "{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "model", cli_json_text(n->name), "title",
        cli_json_text(n->title), "intercept_reconstructed", n->reconstructed,
        "points_per_unit_of_linear_predictor", cli_json_number(n->points_per_unit),
        "linear_predictor_at_0_points", cli_json_number(n->linear_predictor_0), "total_max",
        cli_json_number(n->total_max), "axes", axes, "totals", totals, "probabilities", reached);
    if (patient) {
        json_object_set_new(all, "patient", patient_json(n, patient));
    }
    return cli_json_print(all);
}

/* ---------------------------------------------------------------------------------------------- */

static bool write_files(const cli_call *call, const myo_nomogram *n,
                        const myo_nomogram_patient *patient, myo_error *err) {
    const char *picture = call->values[OPTION_OUTPUT].text;
    const char *table = call->values[OPTION_TABLE].text;
    return (!picture || myo_nomogram_draw(n, patient, picture, err)) &&
           (!table || myo_nomogram_write_table(n, table, err));
}

static cli_status show(const cli_call *call, const myo_nomogram *n) {
    given g = {&call->values[OPTION_AT]};
    myo_nomogram_patient *patient = NULL;
    myo_error err = {0};
    cli_status status = check_given(call, n);
    if (status != CLI_DONE) {
        return status;
    }
    if ((g.values->count > 0 && !myo_nomogram_patient_create(n, look_up, &g, &patient, &err)) ||
        !write_files(call, n, patient, &err)) {
        status = cli_fail(call, &err);
    } else if (call->values[OPTION_JSON].count > 0) {
        status = print_json(n, patient) ? CLI_DONE : CLI_NOTHING;
    } else {
        print_axes(n);
        print_totals(n);
        if (patient) {
            print_patient(n, patient);
        }
    }
    myo_nomogram_patient_destroy(patient);
    return status;
}

static cli_status run(const cli_call *call) {
    myo_model *model = NULL;
    myo_nomogram *nomogram = NULL;
    myo_error err = {0};
    cli_status status;
    if (myo_model_load(call->values[OPTION_MODEL].text, &model, &err) &&
        myo_nomogram_create(model, &nomogram, &err)) {
        status = show(call, nomogram);
    } else {
        status = cli_fail(call, &err);
    }
    myo_nomogram_destroy(nomogram);
    myo_model_destroy(model);
    return status;
}

const cli_command cli_cmd_nomogram = {
    .name = "nomogram",
    .summary = "Draw a risk model as a nomogram",
    .operands = "",
    .description =
        "Turns a model into scales of points that are added by hand: the predictor with the widest "
        "effect reaches from 0 to 100, the others in proportion, and a last scale gives the "
        "probability for the total. Prints the points at the ends of each scale and the totals of "
        "round probabilities; draws with -o, and writes every step of every scale with --table.\n\n"
        "Scales reach as far as the model's development data. The interval of a total is that of a "
        "patient whose predictors are all equally far from the average; others with this total "
        "mostly have a wider one, which --at prints. docs/nomogram.md explains construction and "
        "reading. Not for clinical "
        "decisions without review.",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"printed, and drawn where that was asked for", NULL,
                 "wrong use: a model that is unknown, cannot be read or has no coefficients, a "
                 "value that cannot be read, another ending, or a file that cannot be written",
                 "out of memory"},
    .operand_min = 0,
    .operand_max = 0,
    .run = run,
};
