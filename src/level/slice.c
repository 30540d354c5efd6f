/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which slice lies at a level: the one that the user names, or else the one nearest to its disc on
 * a sagittal series (sagittal.c), or else the one that follows from the axial stacks (stacks.c).
 */
#include "base/number.h"
#include "level/series_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const level_names[] = {"L1/2", "L2/3", "L3", "L3/4", "L4/5", "L5/S1"};
#define LEVEL_COUNT (sizeof level_names / sizeof level_names[0])

/* Confidences are judgements and not measurements: whoever names a slice says which one it is; who
 * hands over a single slice says so less clearly. */
static const double CONFIDENCE_SLICE_OPTION = 1.0;
static const double CONFIDENCE_SINGLE_SLICE = 0.5;
const char *const *myo_level_names(size_t *count) {
    *count = LEVEL_COUNT;
    return level_names;
}

static const char *find_level(const char *level) {
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        if (strcmp(level, level_names[i]) == 0) {
            return level_names[i];
        }
    }
    return NULL;
}

static bool check_instance(const myo_series *series, const myo_instance *instance, myo_error *err) {
    if (!instance->has_spacing) {
        return myo_error_set(err, MYO_E_MISSING,
                             "series %d (\"%s\"), instance %d: PixelSpacing is missing or zero, so "
                             "that areas cannot be computed",
                             series->number, series->description, instance->instance_number);
    }
    if (!instance->has_position) {
        return myo_error_set(err, MYO_E_MISSING,
                             "series %d (\"%s\"), instance %d: position or orientation is missing, "
                             "so that left and right cannot be told",
                             series->number, series->description, instance->instance_number);
    }
    return true;
}

bool level_finish(const myo_series *series, const myo_instance *instance, const char *source,
                  double confidence, myo_level_choice *out, myo_error *err) {
    if (!check_instance(series, instance, err)) {
        return false;
    }
    out->source = source;
    out->confidence = confidence;
    out->series = series;
    out->instance = instance;
    out->distance_mm = (double)NAN;
    out->tilt_deg = myo_geometry_tilt_deg(&instance->geometry);
    return true;
}

/* What --slice says: UID, UID:FRAME or SERIES:INSTANCE. */
typedef struct slice_name {
    const char *uid;
    size_t uid_length;
    bool has_frame, has_numbers;
    int frame; /* from 1 */
    int series_number, instance_number;
} slice_name;

static slice_name parse_slice_name(const char *text) {
    size_t length = strcspn(text, ":");
    slice_name name = {.uid = text, .uid_length = length};
    char number[16];
    if (text[length] == '\0') {
        return name;
    }
    name.has_frame = myo_integer_parse(text + length + 1, &name.frame);
    if (!name.has_frame) {
        name.uid_length = 0;
    } else if (length < sizeof number) {
        memcpy(number, text, length);
        number[length] = '\0';
        name.has_numbers = myo_integer_parse(number, &name.series_number);
        name.instance_number = name.frame;
    }
    return name;
}

static bool is_named(const slice_name *name, const myo_series *series,
                     const myo_instance *instance) {
    bool has_uid = name->uid_length > 0 && strlen(instance->sop_uid) == name->uid_length &&
                   memcmp(instance->sop_uid, name->uid, name->uid_length) == 0;
    bool is_frame =
        !name->has_frame || (name->frame > 0 && instance->frame == (size_t)name->frame - 1);
    return (has_uid && is_frame) || (name->has_numbers && series->number == name->series_number &&
                                     instance->instance_number == name->instance_number);
}

/* Two images that share their numbers, or frames that share their UID. */
static bool say_ambiguous(const char *text, const myo_instance *one, const myo_instance *other,
                          myo_error *err) {
    if (strcmp(one->sop_uid, other->sop_uid) == 0) {
        return myo_error_set(err, MYO_E_AMBIGUOUS,
                             "--slice %s: several frames have this UID, give one of them, for "
                             "example %s:%zu",
                             text, one->sop_uid, one->frame + 1);
    }
    return myo_error_set(err, MYO_E_AMBIGUOUS,
                         "--slice %s: several images have these numbers, give the SOP instance "
                         "UID: %s or %s",
                         text, one->sop_uid, other->sop_uid);
}

static bool choose_named_slice(const myo_study *study, const char *text, myo_level_choice *out,
                               myo_error *err) {
    slice_name name = parse_slice_name(text);
    const myo_series *series = NULL;
    const myo_instance *instance = NULL;
    for (size_t s = 0; s < study->series_count; s++) {
        for (size_t i = 0; i < study->series[s].instance_count; i++) {
            const myo_instance *candidate = &study->series[s].instances[i];
            if (!is_named(&name, &study->series[s], candidate)) {
                continue;
            }
            if (instance) {
                return say_ambiguous(text, instance, candidate, err);
            }
            series = &study->series[s];
            instance = candidate;
        }
    }
    if (!instance) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "--slice %s: the study has no such image (give SERIES:INSTANCE, for "
                             "example 5:12, or a SOP instance UID)",
                             text);
    }
    snprintf(out->note, sizeof out->note,
             "the slice was named by the user; that it lies at %s was not checked", out->level);
    return level_check_series_of_slice(series, err) &&
           level_finish(series, instance, "slice-option", CONFIDENCE_SLICE_OPTION, out, err);
}

/* What a spine was counted from. */
static const char *describe_count(const myo_spine *spine, bool is_volume) {
    if (spine->signs & MYO_SPINE_FROM_RIBS) {
        return "counted down from the lowest ribs on the CT volume";
    }
    bool agree = (spine->rib_free[0] > 0 || spine->rib_free[1] > 0) &&
                 !(spine->signs & MYO_SPINE_RIBS_DISAGREE);
    return !is_volume ? "counted up from the sacrum on the sagittal series"
           : agree    ? "counted up from the sacrum on the CT volume, where the ribs agree"
                      : "counted up from the sacrum on the CT volume";
}

/* What the discs say, with what speaks against them. */
static void describe_spine(const myo_series *series, const myo_spine *spine, bool is_volume,
                           myo_level_choice *choice) {
    char signs[sizeof choice->note - 160];
    level_doubt doubt = is_volume ? (level_doubt){.factor = 1.0} : level_doubt_by_stacks(series);
    choice->doubt = doubt.text;
    myo_spine_describe_signs(spine, signs, sizeof signs);
    choice->confidence *= doubt.factor;
    snprintf(choice->note, sizeof choice->note, "%s %s%s%s%s%s", choice->level,
             describe_count(spine, is_volume), *signs ? "; but " : "", signs,
             choice->doubt ? "; " : "", choice->doubt ? choice->doubt : "");
}

bool myo_level_choose_slice(const myo_study *study, const myo_series *series,
                            const myo_level_evidence *evidence, const char *level,
                            const char *slice, myo_level_choice *out, myo_error *err) {
    myo_level_choice choice = {.level = find_level(level)};
    if (!choice.level) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "level \"%s\" is not known; known are L1/2, L2/3, L3, L3/4, L4/5 and "
                             "L5/S1",
                             level);
    }
    bool done;
    const myo_spine *spine = evidence ? evidence->spine : NULL;
    myo_vec3 place;
    double seen;
    if (slice) {
        done = choose_named_slice(study, slice, &choice, err);
    } else if (spine && level_find_place(spine, choice.level, 0, &place, &seen)) {
        done = level_choose_by_spine(series, spine, 0, &choice, err);
        choice.source = evidence->is_volume ? "ct-vertebrae" : choice.source;
        describe_spine(series, spine, evidence->is_volume, &choice);
    } else if (spine && spine->count > 0 && evidence->is_volume) {
        done =
            myo_error_set(err, MYO_E_NOT_FOUND,
                          "%s is not in view on CT series %d (\"%s\"), whose discs reach from %s "
                          "down to %s",
                          choice.level, series->number, series->description, spine->discs[0].name,
                          spine->discs[spine->count - 1].name);
    } else if (series->instance_count == 1) {
        snprintf(choice.note, sizeof choice.note,
                 "the series is a single slice; that it lies at %s is assumed", choice.level);
        done = level_finish(series, &series->instances[0], "single-slice", CONFIDENCE_SINGLE_SLICE,
                            &choice, err);
    } else {
        done = level_choose_by_stacks(series, evidence, &choice, err);
    }
    if (done) {
        choice.confirmed = choice.confidence >= MYO_LEVEL_CONFIRMED_MIN;
        *out = choice;
    }
    return done;
}
