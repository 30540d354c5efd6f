/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome level: which slice lies at a level, and how sure that is. */
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <math.h>

enum { OPTION_LEVEL, OPTION_SERIES, OPTION_OUTPUT, OPTION_JSON, OPTION_COUNT };

static const char *const levels[] = {"L1/2", "L2/3", "L3", "L3/4", "L4/5", "L5/S1", NULL};

static const cli_option options[OPTION_COUNT] = {
    [OPTION_LEVEL] = {.name = "level",
                      .kind = CLI_CHOICE,
                      .argument = "LEVEL",
                      .help = "level to look for",
                      .default_text = "L4/5",
                      .choices = levels},
    [OPTION_SERIES] = {.name = "series",
                       .kind = CLI_TEXT,
                       .argument = "NUMBER|UID",
                       .help = "take this series instead of choosing the axial T2 series"},
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "OUT",
                       .help =
                           "draw the sagittal with its discs and the axial planes across it into "
                           "this folder, one PNG for each study"},
    [OPTION_JSON] = {.name = "json",
                     .kind = CLI_FLAG,
                     .help = "print an array with one object for each study"},
};

static const cli_example examples[] = {
    {"myotome level study/", "The discs and the slice at L4/5 of each study."},
    {"myotome level study/ -o check", "The same, with a picture to check the count by."},
    {"myotome level --level L3/4 --json study/", "One level higher, as JSON."},
};

#define NOTE_SIZE (MYO_ERROR_TEXT_SIZE + 64)

typedef struct finding {
    const myo_study *study;
    myo_location location;
    myo_error error; /* why there is no slice */
} finding;

static finding find_level(const cli_call *call, const myo_registry *registry,
                          const myo_study *study) {
    finding f = {.study = study};
    myo_location_query query = {.level = call->values[OPTION_LEVEL].text,
                                .series = call->values[OPTION_SERIES].text,
                                .mapper = myo_registry_get_tissue_mapper(registry)};
    myo_locate_level(study, &query, &f.location, &f.error);
    return f;
}

/* Hundredths of a millimetre or of a degree, thousandths of a confidence: what is behind them says
 * nothing. */
static json_t *rounded(double value, double steps) {
    return cli_json_number(round(value * steps) / steps);
}

static json_t *length_to_json(double value_mm) {
    return rounded(value_mm, 100.0);
}

static json_t *confidence_to_json(double value) {
    return rounded(value, 1000.0);
}

static json_t *slice_to_json(const myo_level_choice *c) {
    return json_pack("{s:o, s:i, s:i, s:o, s:o, s:s, s:s, s:o}", "sop_uid",
                     cli_json_text(c->instance->sop_uid), "series_number", c->series->number,
                     "instance_number", c->instance->instance_number, "distance_mm",
                     length_to_json(c->distance_mm), "tilt_deg", rounded(c->tilt_deg, 100.0),
                     "level", c->level, "level_source", c->source, "level_confidence",
                     confidence_to_json(c->confidence));
}

static json_t *discs_to_json(const myo_spine *spine) {
    json_t *discs = json_object();
    for (size_t i = 0; i < spine->count; i++) {
        const myo_disc *d = &spine->discs[i];
        json_object_set_new(
            discs, d->name,
            json_pack("{s:[o, o, o], s:o, s:b}", "center_lps_mm", length_to_json(d->centre_mm.x),
                      length_to_json(d->centre_mm.y), length_to_json(d->centre_mm.z), "confidence",
                      confidence_to_json(d->confidence), "interpolated", d->interpolated));
    }
    return discs;
}

/* On each side the vertebrae without ribs above L5/S1; null where the lowest rib is not in view. */
static json_t *ribs_to_json(const myo_spine *spine) {
    json_t *ribs = json_object();
    static const char *const sides[] = {"left", "right"};
    for (int i = 0; i < 2; i++) {
        json_object_set_new(ribs, sides[i],
                            spine->rib_free[i] > 0 ? json_integer(spine->rib_free[i])
                                                   : json_null());
    }
    return ribs;
}

/* What a person has to know, one sentence each. */
static json_t *warnings_to_json(const finding *f) {
    const myo_location *l = &f->location;
    json_t *warnings = json_array();
    char signs[NOTE_SIZE];
    myo_spine_describe_signs(&l->spine, signs, sizeof signs);
    if (*signs) {
        json_array_append_new(warnings, cli_json_text(signs));
    }
    if (*l->note) {
        json_array_append_new(warnings, cli_json_text(l->note));
    }
    if (l->has_slice && !l->slice.confirmed) {
        json_array_append_new(warnings, json_string("level not confirmed"));
    }
    json_array_append_new(warnings, cli_json_text(l->has_slice ? l->slice.note : f->error.message));
    return warnings;
}

static json_t *finding_to_json(const finding *f) {
    const myo_location *l = &f->location;
    const myo_series *series = l->sagittal ? l->sagittal : l->axial;
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "patient_id",
        cli_json_text(f->study->patient_id), "study_uid", cli_json_text(f->study->study_uid),
        "series_uid", series ? cli_json_text(series->series_uid) : json_null(), "discs",
        discs_to_json(&l->spine), "count_confidence",
        l->spine.count > 0 ? confidence_to_json(l->spine.count_confidence) : json_null(), "slice",
        l->has_slice ? slice_to_json(&l->slice) : json_null(), "other_slice",
        l->has_other ? slice_to_json(&l->other) : json_null(), "warnings", warnings_to_json(f));
    if (l->volume) {
        json_object_set_new(object, "vertebrae_without_ribs", ribs_to_json(&l->spine));
    }
    return object;
}

static void print_slice(const myo_level_choice *c) {
    printf("%s is series %d, instance %d (%s, confidence %.2f", c->level, c->series->number,
           c->instance->instance_number, c->source, c->confidence);
    if (isfinite(c->distance_mm)) {
        printf(", %.1f mm from the disc", c->distance_mm);
    }
    printf(", tilt %.1f degrees)\n", c->tilt_deg);
}

static void print_ribs(const char *side, int rib_free) {
    if (rib_free > 0) {
        printf(" %s %d", side, rib_free);
    } else {
        printf(" %s not in view", side);
    }
}

static void print_spine(const myo_location *l) {
    if (l->spine.count == 0) {
        return;
    }
    printf("  discs on series %d:", (l->sagittal ? l->sagittal : l->volume)->number);
    for (size_t i = l->spine.count; i > 0; i--) {
        printf(" %s %.2f", l->spine.discs[i - 1].name, l->spine.discs[i - 1].confidence);
    }
    putchar('\n');
    if (l->spine.rib_free[0] > 0 || l->spine.rib_free[1] > 0) {
        printf("  vertebrae without ribs above L5/S1:");
        print_ribs("left", l->spine.rib_free[0]);
        print_ribs("right", l->spine.rib_free[1]);
        putchar('\n');
    }
}

static void print_finding(const finding *f) {
    const myo_location *l = &f->location;
    printf("patient ");
    cli_print_safely(stdout, *f->study->patient_id ? f->study->patient_id : "-");
    printf(", study %s: ", f->study->study_uid);
    if (l->has_slice) {
        print_slice(&l->slice);
    } else {
        printf("no slice: %s\n", f->error.message);
    }
    print_spine(l);
    if (l->has_other) {
        printf("  if the count is one off (confidence %.2f): ", l->other.confidence);
        print_slice(&l->other);
    }
    if (l->has_slice) {
        printf("  note: %s\n", l->slice.note);
    }
    if (*l->note) {
        printf("  note: %s\n", l->note);
    }
    if (l->has_slice && !l->slice.confirmed) {
        printf("  level not confirmed: look at it before a result is used\n");
    }
}

/* A study without an axial series has no slice, but its discs are an answer. */
static bool is_answered(const finding *f) {
    return f->location.has_slice || (!f->location.axial && f->location.spine.count > 0);
}

static cli_status find_in_all(const cli_call *call, const myo_registry *registry,
                              const myo_catalogue *catalogue) {
    bool json = call->values[OPTION_JSON].count > 0;
    json_t *array = json ? json_array() : NULL;
    const char *output = call->values[OPTION_OUTPUT].text;
    size_t count = myo_catalogue_get_study_count(catalogue), found = 0;
    myo_error err = {0};
    for (size_t i = 0; i < count; i++) {
        finding f = find_level(call, registry, myo_catalogue_get_study(catalogue, i));
        found += is_answered(&f);
        if (output && !myo_locate_draw(catalogue, f.study, &f.location, output, &err)) {
            return cli_fail(call, &err);
        }
        if (json) {
            json_array_append_new(array, finding_to_json(&f));
        } else {
            print_finding(&f);
        }
    }
    if (json && !cli_json_print(array)) {
        return CLI_NOTHING;
    }
    if (count == 0) {
        fprintf(stderr, "myotome level: no DICOM image among the inputs\n");
    }
    return found == 0 ? CLI_NOTHING : found < count ? CLI_PARTLY : CLI_DONE;
}

static cli_status run(const cli_call *call) {
    myo_catalogue *catalogue = NULL;
    myo_error err = {0};
    if (!myo_catalogue_create(call->operands, call->operand_count, cli_terminal_progress,
                              call->terminal, &catalogue, &err)) {
        return cli_fail(call, &err);
    }
    myo_registry *registry = NULL;
    cli_status status =
        myo_registry_create(&registry, &err) && myo_registry_load_bundled(registry, &err)
            ? find_in_all(call, registry, catalogue)
            : cli_fail(call, &err);
    myo_registry_destroy(registry);
    myo_catalogue_destroy(catalogue);
    return status;
}

const cli_command cli_cmd_level = {
    .name = "level",
    .summary = "Find the slice that lies at a level",
    .operands = "INPUT...",
    .description =
        "Prints, for each study, the discs of the sagittal T2 series with their names, and the "
        "slice "
        "of the axial T2 series that lies at the level asked for, how it was found, and how sure "
        "that is.\n\n"
        "Discs are counted up from the sacrum, which assumes five lumbar vertebrae; signs that "
        "speak against it are printed, and the slice that would be right if the count is one off. "
        "Without a sagittal T2 series of the same frame of reference the axial stacks are counted "
        "from the foot, by where the psoas lies on them, with a lower confidence. Below a "
        "confidence of 0.5 the level counts as not confirmed.\n\n"
        "On CT the vertebrae without ribs are counted as well, where ribs are in view: five agree "
        "with the count from the sacrum. Without a sacrum discs are counted down from the ribs, "
        "which is never confirmed.\n\n"
        "With -o a picture is drawn for each study: the sagittal with its discs and the planes of "
        "the axial slices. A wrong count is seen there in a second.\n\n"
        "With --json an array is printed, one object for each study: patient_id, study_uid, "
        "series_uid (of the series on which discs were found, or else the axial one), discs, "
        "count_confidence, slice (sop_uid, instance_number, distance_mm, tilt_deg and how it was "
        "found, or null), other_slice (if the count is one off, or null), and warnings; on CT also "
        "vertebrae_without_ribs (left and right, null "
        "where ribs are not in view).",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"a slice was found in every study (discs, where there is no axial series)",
                 "some studies have no slice at that level",
                 "wrong use, or an input does not exist", "nothing was found at all"},
    .operand_min = 1,
    .operand_max = CLI_OPERANDS_ANY,
    .run = run,
};
