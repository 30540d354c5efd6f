/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome level: which slice lies at a level, and how sure that is. */
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"

enum { OPTION_LEVEL, OPTION_SERIES, OPTION_JSON, OPTION_COUNT };

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
    [OPTION_JSON] = {.name = "json",
                     .kind = CLI_FLAG,
                     .help = "print an array with one object for each study"},
};

static const cli_example examples[] = {
    {"myotome level study/", "The slice at L4/5 of each study."},
    {"myotome level --level L3/4 --json study/", "The same one level higher, as JSON."},
};

#define NO_DISCS                                                                                   \
    "discs are not looked for on sagittal series in this version: the level follows from the "     \
    "order of the axial stacks"

typedef struct finding {
    const myo_study *study;
    const myo_series *series; /* NULL when none fits */
    bool has_slice;
    myo_level_choice choice;
    myo_error error;
} finding;

static finding find_level(const cli_call *call, const myo_study *study) {
    finding f = {.study = study};
    if (!myo_level_choose_series(study, call->values[OPTION_SERIES].text, &f.series, &f.error)) {
        f.series = NULL;
        return f;
    }
    f.has_slice = myo_level_choose_slice(study, f.series, call->values[OPTION_LEVEL].text, NULL,
                                         &f.choice, &f.error);
    return f;
}

static json_t *finding_to_json(const finding *f) {
    json_t *warnings = json_array(), *slice = json_null();
    json_array_append_new(warnings, json_string(NO_DISCS));
    if (f->has_slice) {
        const myo_level_choice *c = &f->choice;
        slice =
            json_pack("{s:o, s:i, s:o, s:o, s:s, s:s, s:o}", "sop_uid",
                      cli_json_text(c->instance->sop_uid), "instance_number",
                      c->instance->instance_number, "distance_mm", cli_json_number(c->distance_mm),
                      "tilt_deg", cli_json_number(c->tilt_deg), "level", c->level, "level_source",
                      c->source, "level_confidence", cli_json_number(c->confidence));
        json_array_append_new(warnings, cli_json_text(c->note));
    } else {
        json_array_append_new(warnings, cli_json_text(f->error.message));
    }
    return json_pack("{s:o, s:o, s:o, s:{}, s:o, s:o}", "patient_id",
                     cli_json_text(f->study->patient_id), "study_uid",
                     cli_json_text(f->study->study_uid), "series_uid",
                     f->series ? cli_json_text(f->series->series_uid) : json_null(), "discs",
                     "slice", slice, "warnings", warnings);
}

static void print_finding(const finding *f) {
    printf("patient ");
    cli_print_safely(stdout, *f->study->patient_id ? f->study->patient_id : "-");
    printf(", study %s: ", f->study->study_uid);
    if (f->has_slice) {
        const myo_level_choice *c = &f->choice;
        printf(
            "%s is series %d, instance %d (%s, confidence %.2f, tilt %.1f degrees)\n  note: %s\n",
            c->level, c->series->number, c->instance->instance_number, c->source, c->confidence,
            c->tilt_deg, c->note);
    } else {
        printf("no slice: %s\n", f->error.message);
    }
}

static cli_status find_in_all(const cli_call *call, const myo_catalogue *catalogue) {
    bool json = call->values[OPTION_JSON].count > 0;
    json_t *array = json ? json_array() : NULL;
    size_t count = myo_catalogue_get_study_count(catalogue), found = 0;
    for (size_t i = 0; i < count; i++) {
        finding f = find_level(call, myo_catalogue_get_study(catalogue, i));
        found += f.has_slice;
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
    cli_status status = find_in_all(call, catalogue);
    myo_catalogue_destroy(catalogue);
    return status;
}

const cli_command cli_cmd_level = {
    .name = "level",
    .summary = "Find the slice that lies at a level",
    .operands = "INPUT...",
    .description =
        "Prints, for each study, the slice of the axial T2 series that lies at the level asked "
        "for, how it was found, and how sure that is.\n\n"
        "A series of one slice is taken as it is. Of several stacks the second-lowest is taken as "
        "L4/5. This is a convention of planning and not a look at the anatomy: the confidence "
        "says so, and a person has to confirm the level.\n\n"
        "With --json an array is printed, one object for each study: patient_id, study_uid, "
        "series_uid, discs (empty in this version), slice (sop_uid, instance_number, distance_mm, "
        "tilt_deg and how it was found, or null), and warnings.",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"a slice was found in every study", "some studies have no slice at that level",
                 "wrong use, or an input does not exist", "no slice was found at all"},
    .operand_min = 1,
    .operand_max = CLI_OPERANDS_ANY,
    .run = run,
};
