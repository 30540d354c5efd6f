/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome agree: agreement between readers, sessions or methods. */
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_MEASURE,
    OPTION_PER_SIDE,
    OPTION_ICC_FORM,
    OPTION_ACCEPT,
    OPTION_NAME,
    OPTION_FAT,
    OPTION_LEVEL,
    OPTION_PIXEL_SPACING,
    OPTION_LABELS_FROM,
    OPTION_NAMES,
    OPTION_OUTPUT,
    OPTION_METHODS_TEXT,
    OPTION_JSON,
    OPTION_COUNT
};

/* In the order of myo_icc_form. */
static const char *const form_choices[] = {"1,1", "2,1", "3,1", "1,k", "2,k", "3,k", NULL};

static const cli_option options[OPTION_COUNT] = {
    [OPTION_MEASURE] = {.name = "measure",
                        .kind = CLI_LIST,
                        .argument = "COLUMN",
                        .help = "column to compare; without it those of csa_mm2, fcsa_mm2 and "
                                "fat_fraction that all readers have"},
    [OPTION_PER_SIDE] = {.name = "per-side",
                         .kind = CLI_FLAG,
                         .help = "compare left and right by themselves instead of their mean"},
    [OPTION_ICC_FORM] = {.name = "icc-form",
                         .kind = CLI_CHOICE,
                         .argument = "FORM",
                         .help = "form of the intraclass correlation that the table shows and "
                                 "--accept judges",
                         .default_text = "2,1",
                         .choices = form_choices},
    [OPTION_ACCEPT] = {.name = "accept",
                       .kind = CLI_NUMBER,
                       .argument = "ICC",
                       .help = "say of each structure and measure whether its coefficient is at "
                               "least this (0.75 in Tang et al. 2024)",
                       .minimum = 0.01,
                       .maximum = 1.0},
    [OPTION_NAME] = {.name = "name",
                     .kind = CLI_LIST,
                     .argument = "NAME",
                     .help = "name of a reader in tables and plots, once for each in their order; "
                             "without it file names"},
    [OPTION_FAT] = {.name = "fat",
                    .kind = CLI_TEXT,
                    .argument = "NAME",
                    .help = "rows of this fat method; without it the first of each file"},
    [OPTION_LEVEL] = {.name = "level",
                      .kind = CLI_TEXT,
                      .argument = "LEVEL",
                      .help = "rows of this level alone"},
    [OPTION_PIXEL_SPACING] = {.name = "pixel-spacing",
                              .kind = CLI_NUMBER,
                              .argument = "MM",
                              .help =
                                  "pixel size of ROI sets when no result folder has their slice",
                              .minimum = 0.01,
                              .maximum = 10.0},
    [OPTION_LABELS_FROM] = {.name = "labels-from",
                            .kind = CLI_TEXT,
                            .argument = "PROGRAM",
                            .help = "whose label values NIfTI maps have: auto, myotome, musclemap, "
                                    "totalsegmentator and others",
                            .default_text = "auto"},
    [OPTION_NAMES] = {.name = "names",
                      .kind = CLI_TEXT,
                      .argument = "CSV",
                      .help = "table with the columns name, structure, side: what regions are"},
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "DIR",
                       .help = "folder for agreement.csv, differences.csv, pairs.csv and "
                               "Bland-Altman plots"},
    [OPTION_METHODS_TEXT] = {.name = "methods-text",
                             .kind = CLI_FLAG,
                             .help = "print the paragraph that a paper needs, with its numbers and "
                                     "references, instead of the table"},
    [OPTION_JSON] = {.name = "json", .kind = CLI_FLAG, .help = "print everything as JSON"},
};

static const cli_example examples[] = {
    {"myotome agree reader1.csv reader2.csv --measure fcsa_mm2 --accept 0.75",
     "Two readers' tables, and whether they are consistent enough."},
    {"myotome agree session1/ session2/ -o agreement",
     "The same patients measured twice, with tables and plots."},
    {"myotome agree out/ rois-of-reader/ --measure csa_mm2",
     "Automatic outlines against a reader's ImageJ ROI sets, named after the patients."},
};

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *icc_json(const myo_agreement *agreement) {
    json_t *list = json_array();
    for (int form = 0; form < MYO_ICC_COUNT; form++) {
        const myo_icc *icc = &agreement->icc[form];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "form",
                            myo_icc_name((myo_icc_form)form), "mcgraw_wong",
                            myo_icc_mcgraw_wong_name((myo_icc_form)form), "estimate",
                            cli_json_number(icc->estimate), "lower", cli_json_number(icc->lower),
                            "upper", cli_json_number(icc->upper), "f", cli_json_number(icc->f),
                            "df1", cli_json_number(icc->df1), "df2", cli_json_number(icc->df2), "p",
                            cli_json_number(icc->p)));
    }
    return list;
}

static json_t *interval_json(double lower, double upper) {
    return json_pack("[o, o]", cli_json_number(lower), cli_json_number(upper));
}

static json_t *differences_json(const myo_readers *readers, const myo_readers_pair *pair) {
    const myo_bland_altman *d = &pair->differences;
    json_t *slope =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "estimate", cli_json_number(d->slope), "lower",
                  cli_json_number(d->slope_lower), "upper", cli_json_number(d->slope_upper), "p",
                  cli_json_number(d->slope_p), "intercept", cli_json_number(d->intercept));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reader_a",
                     cli_json_text(myo_readers_get_name(readers, pair->a)), "reader_b",
                     cli_json_text(myo_readers_get_name(readers, pair->b)), "bias",
                     cli_json_number(d->bias), "lower", cli_json_number(d->lower), "upper",
                     cli_json_number(d->upper), "sd", cli_json_number(d->sd), "bias_interval",
                     interval_json(d->bias_lower, d->bias_upper), "lower_interval",
                     interval_json(d->lower_low, d->lower_high), "upper_interval",
                     interval_json(d->upper_low, d->upper_high), "bias_p",
                     cli_json_number(d->bias_p), "proportional_bias", slope);
}

static void set_differences(json_t *object, const myo_readers *readers,
                            const myo_readers_result *r) {
    if (myo_readers_get_count(readers) == 2) {
        json_object_set_new(object, "bland_altman",
                            r->pair_count > 0 ? differences_json(readers, &r->pairs[0])
                                              : json_null());
        return;
    }
    json_t *pairs = json_array();
    for (size_t i = 0; i < r->pair_count; i++) {
        json_array_append_new(pairs, differences_json(readers, &r->pairs[i]));
    }
    json_object_set_new(object, "pairs", pairs);
    json_object_set_new(object, "limit_of_agreement_with_mean",
                        cli_json_number(r->agreement.limit_mean));
}

static void set_overlap(json_t *object, const myo_readers_overlap *o) {
    if (o->count == 0) {
        return;
    }
    json_object_set_new(object, "dice", cli_json_number(o->dice));
    json_object_set_new(object, "dice_sd", cli_json_number(o->dice_sd));
    json_object_set_new(object, "dice_min", cli_json_number(o->dice_min));
    json_object_set_new(object, "outlines", json_integer((json_int_t)o->count));
    json_object_set_new(object, "surface_mean_mm", cli_json_number(o->surface_mean_mm));
    json_object_set_new(object, "surface_p95_mm", cli_json_number(o->surface_p95_mm));
}

static json_t *unpaired_json(const myo_readers *readers, const myo_readers_result *r) {
    json_t *list = json_array();
    for (size_t i = 0; i < myo_readers_get_unpaired_count(readers); i++) {
        const myo_readers_unpaired *u = myo_readers_get_unpaired(readers, i);
        if (myo_readers_is_of_result(u, r)) {
            json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "patient_id",
                                                  cli_json_text(u->patient), "study",
                                                  *u->study ? cli_json_text(u->study) : json_null(),
                                                  "reason", cli_json_text(u->reason)));
        }
    }
    return list;
}

static json_t *result_json(const cli_call *call, const myo_readers *readers,
                           const myo_readers_result *r) {
    const myo_agreement *a = &r->agreement;
    json_t *names = json_array();
    for (size_t i = 0; i < myo_readers_get_count(readers); i++) {
        json_array_append_new(names, cli_json_text(myo_readers_get_name(readers, i)));
    }
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "structure",
        cli_json_text(r->structure), "level", *r->level ? cli_json_text(r->level) : json_null(),
        "side", *r->side ? cli_json_text(r->side) : json_null(), "measure",
        cli_json_text(r->measure), "readers", names, "n", (json_int_t)r->n, "mean",
        cli_json_number(a->mean), "icc", icc_json(a), "sem", cli_json_number(a->sem), "mdc95",
        cli_json_number(a->mdc95), "sem_consistency", cli_json_number(a->sem_consistency),
        "mdc95_consistency", cli_json_number(a->mdc95_consistency), "cv_percent",
        cli_json_number(a->cv_percent));
    set_differences(object, readers, r);
    set_overlap(object, &r->overlap);
    const cli_value *accept = &call->values[OPTION_ACCEPT];
    if (accept->count > 0) {
        json_object_set_new(object, "accepted", json_boolean(r->accepted));
        json_object_set_new(object, "accepted_from", json_real(accept->number));
        json_object_set_new(object, "accepted_by",
                            json_sprintf("ICC(%s)", call->values[OPTION_ICC_FORM].text));
    }
    const char *note = r->reason ? r->reason : a->note;
    json_object_set_new(object, "note", note ? cli_json_text(note) : json_null());
    json_object_set_new(object, "unpaired", unpaired_json(readers, r));
    return object;
}

static bool print_json(const cli_call *call, const myo_readers *readers) {
    json_t *list = json_array();
    for (size_t i = 0; i < myo_readers_get_result_count(readers); i++) {
        json_array_append_new(list, result_json(call, readers, myo_readers_get_result(readers, i)));
    }
    return cli_json_print(list);
}

/* --- Table ------------------------------------------------------------------------------------ */

/* No negative zero. */
static double printed(double value, int decimals) {
    return fabs(value) < 0.5 * pow(10.0, -decimals) ? 0.0 : value;
}

static void add_number(cli_table *table, double value, int decimals) {
    if (isfinite(value)) {
        cli_table_add(table, "%.*f", decimals, printed(value, decimals));
    } else {
        cli_table_add(table, "-");
    }
}

static void add_interval(cli_table *table, double estimate, double lower, double upper,
                         int decimals) {
    if (isfinite(estimate) && !(isfinite(lower) && isfinite(upper))) {
        cli_table_add(table, "%.*f", decimals, printed(estimate, decimals));
    } else if (isfinite(estimate)) {
        cli_table_add(table, "%.*f (%.*f to %.*f)", decimals, printed(estimate, decimals), decimals,
                      printed(lower, decimals), decimals, printed(upper, decimals));
    } else {
        cli_table_add(table, "-");
    }
}

static void add_head(cli_table *table, const cli_call *call, const myo_readers *readers,
                     myo_icc_form form, bool has_dice, bool has_level) {
    cli_table_add(table, "structure");
    if (has_level) {
        cli_table_add(table, "level");
    }
    if (call->values[OPTION_PER_SIDE].count > 0) {
        cli_table_add(table, "side");
    }
    cli_table_add(table, "measure");
    cli_table_add(table, "n");
    cli_table_add(table, "%s (95 %%)", myo_icc_name(form));
    if (call->values[OPTION_ACCEPT].count > 0) {
        cli_table_add(table, ">= %g", call->values[OPTION_ACCEPT].number);
    }
    cli_table_add(table, "SEM");
    cli_table_add(table, "MDC95");
    cli_table_add(table, "CV %%");
    if (has_dice) {
        cli_table_add(table, "Dice");
        cli_table_add(table, "distance mm");
    }
    cli_table_add(table,
                  myo_readers_get_count(readers) == 2 ? "bias (limits)" : "limits with mean");
}

static void add_row(cli_table *table, const cli_call *call, const myo_readers *readers,
                    myo_icc_form form, bool has_dice, bool has_level, const myo_readers_result *r) {
    const char *name, *unit;
    int decimals;
    myo_measure_describe(r->measure, &name, &unit, &decimals);
    const myo_icc *icc = &r->agreement.icc[form];
    cli_table_add(table, "%s", r->structure);
    if (has_level) {
        cli_table_add(table, "%s", r->level);
    }
    if (call->values[OPTION_PER_SIDE].count > 0) {
        cli_table_add(table, "%s", r->side);
    }
    cli_table_add(table, "%s", r->measure);
    cli_table_add(table, "%zu", r->n);
    add_interval(table, icc->estimate, icc->lower, icc->upper, 3);
    if (call->values[OPTION_ACCEPT].count > 0) {
        cli_table_add(table, "%s", r->accepted ? "yes" : "no");
    }
    add_number(table, r->agreement.sem, decimals);
    add_number(table, r->agreement.mdc95, decimals);
    add_number(table, r->agreement.cv_percent, 1);
    if (has_dice) {
        add_number(table, r->overlap.dice, 3);
        add_number(table, r->overlap.surface_mean_mm, 2);
    }
    if (myo_readers_get_count(readers) == 2) {
        const myo_bland_altman *d = r->pair_count > 0 ? &r->pairs[0].differences : NULL;
        add_interval(table, d ? d->bias : (double)NAN, d ? d->lower : (double)NAN,
                     d ? d->upper : (double)NAN, decimals);
    } else if (isfinite(r->agreement.limit_mean)) {
        cli_table_add(table, "+-%.*f", decimals, r->agreement.limit_mean);
    } else {
        cli_table_add(table, "-");
    }
}

static void print_readers(const myo_readers *readers) {
    for (size_t i = 0; i < myo_readers_get_count(readers); i++) {
        const char *fat = myo_readers_get_fat_method(readers, i);
        printf("Reader %zu: ", i + 1);
        cli_print_safely(stdout, myo_readers_get_name(readers, i));
        if (*fat) {
            fputs(", fat by ", stdout);
            cli_print_safely(stdout, fat);
        }
        putchar('\n');
    }
}

static void print_notes(const myo_readers *readers) {
    for (size_t i = 0; i < myo_readers_get_result_count(readers); i++) {
        const myo_readers_result *r = myo_readers_get_result(readers, i);
        const char *note = r->reason ? r->reason : r->agreement.note;
        if (note) {
            cli_print_safely(stdout, r->structure);
            if (*r->side) {
                printf(" %s", r->side);
            }
            printf(", %s: ", r->measure);
            cli_print_safely(stdout, note);
            putchar('\n');
        }
    }
}

static void print_table(const cli_call *call, const myo_readers *readers, myo_icc_form form) {
    bool has_dice = false, has_level = false;
    for (size_t i = 0; i < myo_readers_get_result_count(readers); i++) {
        const myo_readers_result *r = myo_readers_get_result(readers, i);
        has_dice = has_dice || r->overlap.count > 0;
        has_level = has_level || *r->level;
    }
    cli_table table = {.columns = 8 + (has_level ? 1U : 0U) + (has_dice ? 2U : 0U) +
                                  (call->values[OPTION_PER_SIDE].count > 0 ? 1U : 0U) +
                                  (call->values[OPTION_ACCEPT].count > 0 ? 1U : 0U)};
    print_readers(readers);
    if (call->values[OPTION_PER_SIDE].count == 0) {
        puts("Values: mean of the sides of a patient");
    }
    if (myo_readers_get_count(readers) == 2) {
        puts("Differences: reader 1 minus reader 2");
    }
    printf("Coefficient: %s of Shrout & Fleiss, %s of McGraw & Wong\n\n", myo_icc_name(form),
           myo_icc_mcgraw_wong_name(form));
    add_head(&table, call, readers, form, has_dice, has_level);
    for (size_t i = 0; i < myo_readers_get_result_count(readers); i++) {
        add_row(&table, call, readers, form, has_dice, has_level,
                myo_readers_get_result(readers, i));
    }
    cli_table_print(&table, stdout, 0);
    cli_table_clear(&table);
    print_notes(readers);
}

/* --- Cases that were not compared ---------------------------------------------------------------
 */

/* True for what differs in the measure alone: it is said in one line. */
static bool same_line(const myo_readers_unpaired *a, const myo_readers_unpaired *b) {
    return strcmp(a->patient, b->patient) == 0 && strcmp(a->study, b->study) == 0 && a->structure &&
           b->structure && strcmp(a->structure, b->structure) == 0 &&
           strcmp(a->level, b->level) == 0 && strcmp(a->side, b->side) == 0 &&
           strcmp(a->reason, b->reason) == 0;
}

/* Starting from the item at `index`, counts those that stand in the same line. */
static size_t line_length(const myo_readers *readers, size_t index) {
    size_t end = index + 1;
    while (end < myo_readers_get_unpaired_count(readers) &&
           same_line(myo_readers_get_unpaired(readers, index),
                     myo_readers_get_unpaired(readers, end))) {
        end++;
    }
    return end - index;
}

static void log_unpaired(const myo_readers *readers, size_t index, size_t length) {
    const myo_readers_unpaired *u = myo_readers_get_unpaired(readers, index);
    char measures[CLI_WIDTH * 4] = "";
    for (size_t i = 0; u->structure && i < length; i++) {
        size_t end = strlen(measures);
        snprintf(measures + end, sizeof measures - end, "%s%s", i > 0 ? ", " : "",
                 myo_readers_get_unpaired(readers, index + i)->measure);
    }
    if (u->structure) {
        myo_log(MYO_LOG_WARNING, "patient %s%s%s, %s%s%s%s%s (%s): %s", u->patient,
                *u->study ? ", study " : "", u->study, u->structure, *u->side ? " " : "", u->side,
                *u->level ? " at " : "", u->level, measures, u->reason);
    } else {
        myo_log(MYO_LOG_WARNING, "patient %s%s%s: %s", u->patient, *u->study ? ", study " : "",
                u->study, u->reason);
    }
}

static void print_unpaired(const myo_readers *readers) {
    size_t count = myo_readers_get_unpaired_count(readers), lines = 0;
    for (size_t i = 0; i < count; i += line_length(readers, i)) {
        lines++;
    }
    if (lines > 0) {
        myo_log(MYO_LOG_WARNING, "%zu case%s not compared:", lines, lines == 1 ? "" : "s");
    }
    for (size_t i = 0, length; i < count; i += length) {
        length = line_length(readers, i);
        log_unpaired(readers, i, length);
    }
    for (size_t i = 0; i < myo_readers_get_note_count(readers); i++) {
        myo_log(MYO_LOG_WARNING, "%s", myo_readers_get_note(readers, i));
    }
}

static bool print_methods(const cli_call *call, const myo_readers *readers, myo_icc_form form) {
    char *text = NULL;
    bool done =
        myo_readers_methods_text(readers, form, call->values[OPTION_ACCEPT].number, &text, NULL);
    if (done) {
        fputs(text, stdout);
    }
    free(text);
    return done;
}

static myo_icc_form find_form(const char *text) {
    for (int form = 0; form < MYO_ICC_COUNT; form++) {
        if (strcmp(form_choices[form], text) == 0) {
            return (myo_icc_form)form;
        }
    }
    return MYO_ICC_2_1;
}

static cli_status find_status(const myo_readers *readers) {
    size_t count = myo_readers_get_result_count(readers), computed = 0, overlaid = 0;
    for (size_t i = 0; i < count; i++) {
        const myo_readers_result *result = myo_readers_get_result(readers, i);
        computed += result->pair_count > 0;
        overlaid += result->overlap.count > 0;
    }
    if (computed + overlaid == 0) {
        return CLI_NOTHING;
    }
    return computed < count || myo_readers_get_unpaired_count(readers) > 0 ? CLI_PARTLY : CLI_DONE;
}

static cli_status run(const cli_call *call) {
    const cli_value *v = call->values;
    myo_icc_form form = find_form(v[OPTION_ICC_FORM].text);
    const myo_readers_options o = {.paths = call->operands,
                                   .count = call->operand_count,
                                   .names = v[OPTION_NAME].list,
                                   .name_count = v[OPTION_NAME].count,
                                   .measures = v[OPTION_MEASURE].list,
                                   .measure_count = v[OPTION_MEASURE].count,
                                   .per_side = v[OPTION_PER_SIDE].count > 0,
                                   .fat = v[OPTION_FAT].text,
                                   .level = v[OPTION_LEVEL].text,
                                   .pixel_spacing_mm = v[OPTION_PIXEL_SPACING].number,
                                   .labels_from = v[OPTION_LABELS_FROM].text,
                                   .names_csv = v[OPTION_NAMES].text,
                                   .form = form,
                                   .accept = v[OPTION_ACCEPT].number,
                                   .output = v[OPTION_OUTPUT].text,
                                   .progress = cli_terminal_progress,
                                   .progress_user = call->terminal};
    myo_readers *readers = NULL;
    myo_error err = {0};
    if (!myo_readers_compare(&o, &readers, &err)) {
        cli_terminal_clear(call->terminal);
        cli_status status = cli_fail(call, &err);
        return err.code == MYO_E_NOT_FOUND ? CLI_NOTHING : status;
    }
    cli_terminal_clear(call->terminal);
    print_unpaired(readers);
    bool is_printed = true;
    if (v[OPTION_JSON].count > 0) {
        is_printed = print_json(call, readers);
    } else if (v[OPTION_METHODS_TEXT].count > 0) {
        is_printed = print_methods(call, readers, form);
    } else {
        print_table(call, readers, form);
    }
    cli_status status = is_printed ? find_status(readers) : CLI_NOTHING;
    myo_readers_destroy(readers);
    return status;
}

const cli_command cli_cmd_agree = {
    .name = "agree",
    .summary = "Compare readers, sessions or methods",
    .operands = "READER READER...",
    .description =
        "Compares what several readers measured of the same patients: intraclass correlation in "
        "all six forms with 95 % intervals, standard error of measurement, minimal detectable "
        "change, coefficient of variation, limits of agreement with a test for proportional bias, "
        "and, where outlines are at hand, Dice coefficient and distance of the outlines.\n\n"
        "A reader is a result folder of `myotome measure`, a CSV table with the columns "
        "patient_id, structure, side and the measures, an outline file (ImageJ ROI set, NIfTI "
        "label map, DICOM SEG), or a folder of outline files that are named after the patients. "
        "Of outlines csa_mm2 is compared.\n\n"
        "Cases are paired by patient_id. Where a reader has several studies of a patient, they "
        "are told apart by study_uid, or else study_date. A case that a reader lacks is named on "
        "stderr and not compared; so is a patient of whom readers measured different sides. "
        "docs/agreement.md says what every number means.",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"all cases were compared",
                 "some cases could not be paired, or too few to compare; the rest was compared",
                 "wrong use: a reader or an option cannot be used",
                 "nothing could be compared: fewer than three cases that all readers have"},
    .operand_min = 2,
    .operand_max = MYO_AGREEMENT_READERS_MAX,
    .run = run,
};
