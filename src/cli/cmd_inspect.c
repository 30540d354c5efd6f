/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome inspect: what is in there, and what would be measured. */
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <math.h>
#include <string.h>

#define DEFAULT_LEVEL "L4/5"
/* More skipped files than these are put together by their reasons. */
#define SKIPPED_LISTED_MAX 10

enum { OPTION_JSON, OPTION_COUNT };

static const cli_option options[OPTION_COUNT] = {
    [OPTION_JSON] = {.name = "json", .kind = CLI_FLAG, .help = "print the same as JSON"},
};

static const cli_example examples[] = {
    {"myotome inspect study/", "What the folder holds, and which slice `measure` would take."},
    {"myotome inspect --json study/ | jq '.skipped'", "The files that are left out, and why."},
};

/* What `measure` would do with a study. */
typedef struct outlook {
    const myo_series *series;   /* NULL: none, `error` says why */
    const myo_series *sagittal; /* discs will be looked for on it; NULL: none */
    const myo_series *ct;       /* measured for want of an axial T2 series; NULL: none */
    bool has_slice;
    myo_level_choice slice;
    myo_error error;
} outlook;

static outlook look_at(const myo_study *study) {
    outlook o = {0};
    if (myo_level_choose_series(study, NULL, &o.series, &o.error)) {
        o.has_slice =
            myo_level_choose_slice(study, o.series, NULL, DEFAULT_LEVEL, NULL, &o.slice, &o.error);
    } else {
        o.series = NULL;
        o.ct = myo_level_choose_ct_series(study, NULL, &o.ct, NULL) ? o.ct : NULL;
    }
    o.sagittal = o.series ? myo_level_find_sagittal(study, o.series, NULL) : NULL;
    return o;
}

/* Why a series is not the one that is measured. */
static const char *why_not(const myo_series *series, const outlook *o) {
    bool ct = series->modality == MYO_MODALITY_CT && !o->series;
    const char *reason = ct ? myo_level_why_not_ct(series) : myo_level_why_not_axial_t2(series);
    if (reason) {
        return reason;
    }
    return o->series || o->ct ? "another series fits better; --series decides" : "--series decides";
}

static void add_milliseconds(cli_table *table, double value) {
    if (value > 0.0) {
        cli_table_add(table, "%.15g", value);
    } else {
        cli_table_add(table, "%s", "");
    }
}

static void add_series(cli_table *table, const myo_series *series, const outlook *o) {
    cli_table_add(table, "%d", series->number);
    cli_table_add(table, "%s", series->description);
    cli_table_add(table, "%s", myo_modality_name(series->modality));
    cli_table_add(table, "%s", myo_plane_name(series->plane));
    cli_table_add(table, "%s", myo_weighting_name(series->weighting));
    add_milliseconds(table, series->echo_time_ms);
    add_milliseconds(table, series->repetition_time_ms);
    cli_table_add(table, "%zu", series->instance_count);
    cli_table_add(table, "%zu", series->stack_count);
    if (series == o->sagittal) {
        cli_table_add(table, "%s", "no: it serves to find the level");
    } else if (series == o->series || series == o->ct) {
        cli_table_add(table, "%s", "yes");
    } else {
        cli_table_add(table, "no: %s", why_not(series, o));
    }
}

/* What a person should know before the numbers of a study are trusted. */
static void print_notes(const myo_catalogue *catalogue, const myo_study *study) {
    for (size_t i = 0; i < study->series_count; i++) {
        const myo_series *series = &study->series[i];
        double tilt_deg = 0.0;
        for (size_t k = 0; k < series->stack_count; k++) {
            tilt_deg = fmax(tilt_deg, series->stacks[k].gantry_tilt_deg);
        }
        if (series->modality == MYO_MODALITY_CT && (*series->kernel || *series->contrast_agent)) {
            printf("  note: series %d is CT, kernel ", series->number);
            cli_print_safely(stdout, *series->kernel ? series->kernel : "unknown");
            printf(", contrast medium ");
            cli_print_safely(stdout, *series->contrast_agent ? series->contrast_agent : "none");
            putchar('\n');
        }
        if (tilt_deg > 0.0) {
            printf("  note: series %d was taken with the gantry tilted by %.0f degrees\n",
                   series->number, tilt_deg);
        }
    }
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        const myo_study *other = myo_catalogue_get_study(catalogue, i);
        if (other != study && strcmp(other->study_uid, study->study_uid) == 0) {
            printf("  note: patient ");
            cli_print_safely(stdout, *other->patient_id ? other->patient_id : "-");
            printf(" has images under the same study UID; they are kept apart\n");
        }
    }
}

static bool print_study(const myo_catalogue *catalogue, const myo_study *study) {
    static const char *const head[] = {"series", "description", "modality", "plane",  "weighting",
                                       "TE ms",  "TR ms",       "slices",   "stacks", "measured"};
    outlook o = look_at(study);
    printf("patient ");
    cli_print_safely(stdout, *study->patient_id ? study->patient_id : "-");
    printf(", study %s", study->study_uid);
    if (*study->study_date) {
        printf(", date %s", study->study_date);
    }
    if (study->patient_size_m > 0.0) {
        printf(", height %.15g m", study->patient_size_m);
    }
    putchar('\n');
    cli_table table = {.columns = CLI_LENGTH(head)};
    for (size_t i = 0; i < CLI_LENGTH(head); i++) {
        cli_table_add(&table, "%s", head[i]);
    }
    for (size_t i = 0; i < study->series_count; i++) {
        add_series(&table, &study->series[i], &o);
    }
    cli_table_print(&table, stdout, 2);
    bool complete = !table.failed;
    cli_table_clear(&table);
    print_notes(catalogue, study);
    if (o.sagittal) {
        printf("  slice at %s: that at the disc on series %d (see `myotome level`)\n",
               DEFAULT_LEVEL, o.sagittal->number);
    } else if (o.ct) {
        printf("  slices: those at the landmarks that series %d shows (see `myotome level`)\n",
               o.ct->number);
    } else if (o.has_slice) {
        printf("  slice at %s: series %d, instance %d (%s, confidence %.2f)\n  note: %s\n",
               o.slice.level, o.slice.series->number, o.slice.instance->instance_number,
               o.slice.source, o.slice.confidence, o.slice.note);
    } else {
        printf("  not measured: %s\n", o.error.message);
    }
    return complete;
}

static void print_skipped(const myo_skipped *file) {
    printf("  ");
    cli_print_safely(stdout, file->path);
    printf(": ");
    cli_print_safely(stdout, file->reason);
    putchar('\n');
}

/* Number of skipped files of the kind of number `index`; 0 when one of them came before. */
static size_t count_kind(const myo_catalogue *catalogue, size_t index) {
    const char *kind = myo_catalogue_get_skipped(catalogue, index)->kind;
    size_t count = 0;
    for (size_t i = 0; i < myo_catalogue_get_skipped_count(catalogue); i++) {
        /* Texts of a catalogue that are equal are the same text. */
        if (myo_catalogue_get_skipped(catalogue, i)->kind == kind) {
            if (i < index) {
                return 0;
            }
            count++;
        }
    }
    return count;
}

/* Every file, or one line for many of a kind. */
static void print_all_skipped(const myo_catalogue *catalogue, bool verbose) {
    size_t skipped = myo_catalogue_get_skipped_count(catalogue);
    bool grouped = !verbose && skipped > SKIPPED_LISTED_MAX;
    if (skipped > 0) {
        printf("skipped files: %zu%s\n", skipped, grouped ? " (--verbose lists each of them)" : "");
    }
    for (size_t i = 0; i < skipped; i++) {
        const myo_skipped *file = myo_catalogue_get_skipped(catalogue, i);
        size_t count = grouped ? count_kind(catalogue, i) : 1;
        if (count == 1) {
            print_skipped(file);
        } else if (count > 1) {
            printf("  %zu files: ", count);
            cli_print_safely(stdout, file->kind);
            printf("; the first is ");
            cli_print_safely(stdout, file->path);
            putchar('\n');
        }
    }
}

static bool print_text(const myo_catalogue *catalogue, bool verbose) {
    bool complete = true;
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        complete = print_study(catalogue, myo_catalogue_get_study(catalogue, i)) && complete;
    }
    print_all_skipped(catalogue, verbose);
    return complete;
}

static json_t *stacks_to_json(const myo_series *series) {
    json_t *stacks = json_array();
    for (size_t i = 0; i < series->stack_count; i++) {
        const myo_stack *stack = &series->stacks[i];
        json_array_append_new(stacks, json_pack("{s:I, s:o, s:o}", "slices",
                                                (json_int_t)stack->count, "tilt_deg",
                                                cli_json_number(stack->tilt_deg), "gantry_tilt_deg",
                                                cli_json_number(stack->gantry_tilt_deg)));
    }
    return stacks;
}

static json_t *series_to_json(const myo_series *series, const outlook *o) {
    const myo_series *taken = o->series ? o->series : o->ct;
    bool measured = taken && series == taken;
    return json_pack("{s:i, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:I, s:o, s:b, s:o}",
                     "number", series->number, "series_uid", cli_json_text(series->series_uid),
                     "description", cli_json_text(series->description), "modality",
                     myo_modality_name(series->modality), "plane", myo_plane_name(series->plane),
                     "weighting", myo_weighting_name(series->weighting), "echo_time_ms",
                     cli_json_number(series->echo_time_ms), "repetition_time_ms",
                     cli_json_number(series->repetition_time_ms), "localizer", series->localizer,
                     "derived", series->derived, "slices", (json_int_t)series->instance_count,
                     "stacks", stacks_to_json(series), "measured", measured, "reason",
                     measured ? json_null() : cli_json_text(why_not(series, o)));
}

static json_t *slice_to_json(const outlook *o) {
    if (!o->has_slice) {
        return json_null();
    }
    return json_pack("{s:o, s:i, s:s, s:s, s:o, s:o}", "sop_uid",
                     cli_json_text(o->slice.instance->sop_uid), "instance_number",
                     o->slice.instance->instance_number, "level", o->slice.level, "level_source",
                     o->slice.source, "level_confidence", cli_json_number(o->slice.confidence),
                     "note", cli_json_text(o->slice.note));
}

static json_t *study_to_json(const myo_study *study) {
    outlook o = look_at(study);
    const myo_series *level = o.ct ? o.ct : o.sagittal; /* on which levels are looked for */
    json_t *series = json_array();
    for (size_t i = 0; i < study->series_count; i++) {
        json_array_append_new(series, series_to_json(&study->series[i], &o));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "patient_id",
                     cli_json_text(study->patient_id), "study_uid", cli_json_text(study->study_uid),
                     "study_date", cli_json_text(study->study_date), "height_m",
                     study->patient_size_m > 0.0 ? cli_json_number(study->patient_size_m)
                                                 : json_null(),
                     "series", series, "level_series_uid",
                     level ? cli_json_text(level->series_uid) : json_null(), "slice",
                     level ? json_null() : slice_to_json(&o), "error",
                     o.has_slice || level ? json_null() : cli_json_text(o.error.message));
}

static bool print_json(const myo_catalogue *catalogue) {
    json_t *studies = json_array(), *skipped = json_array();
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        json_array_append_new(studies, study_to_json(myo_catalogue_get_study(catalogue, i)));
    }
    for (size_t i = 0; i < myo_catalogue_get_skipped_count(catalogue); i++) {
        const myo_skipped *file = myo_catalogue_get_skipped(catalogue, i);
        json_array_append_new(
            skipped, json_pack("{s:o, s:s, s:o}", "path", cli_json_text(file->path), "code",
                               myo_code_name(file->code), "reason", cli_json_text(file->reason)));
    }
    return cli_json_print(json_pack("{s:o, s:o}", "studies", studies, "skipped", skipped));
}

static cli_status run(const cli_call *call) {
    myo_catalogue *catalogue = NULL;
    myo_error err = {0};
    if (!myo_catalogue_create(call->operands, call->operand_count, cli_terminal_progress,
                              call->terminal, &catalogue, &err)) {
        return cli_fail(call, &err);
    }
    bool json = call->values[OPTION_JSON].count > 0;
    cli_status status = CLI_DONE;
    if (!(json ? print_json(catalogue) : print_text(catalogue, call->verbose))) {
        status = CLI_NOTHING;
    } else if (myo_catalogue_get_study_count(catalogue) == 0) {
        fprintf(stderr, "myotome inspect: no DICOM image among the inputs\n");
        status = CLI_NOTHING;
    }
    myo_catalogue_destroy(catalogue);
    return status;
}

const cli_command cli_cmd_inspect = {
    .name = "inspect",
    .summary = "Show studies and series, what would be measured and why the rest would not",
    .operands = "INPUT...",
    .description =
        "INPUT is any mix of DICOM files, folders, which are searched through, DICOMDIR files, "
        "which "
        "stand for the files that they list, and zip files of these. Only headers are read. Each "
        "frame of an enhanced MR or CT image counts as a slice. For each study a table of its "
        "series "
        "is printed, then how `myotome measure` would find the slice at L4/5 without options: by "
        "the "
        "discs on a sagittal series (which takes a look at its pixels, see `myotome level`), or "
        "else "
        "by the order of the axial slices, with the slice and how sure that is. Files that cannot "
        "be "
        "used follow with the reason; of many with the same reason the first one is named, or all "
        "of them with -v.\n\n"
        "Series are recognised by modality, orientation, echo and repetition time; the "
        "description is shown but not relied on.",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"the inputs were read", NULL, "wrong use, or an input does not exist",
                 "there is no DICOM image among the inputs"},
    .operand_min = 1,
    .operand_max = CLI_OPERANDS_ANY,
    .run = run,
};
