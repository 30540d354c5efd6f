/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which series is the axial T2 series.
 *
 * A series is checked for one obstacle after the other, from the gross to the fine, so that the
 * one that gets furthest is the nearest to what is looked for. Among several that fit, one is
 * taken only when it is clearly better: more separate stacks, many more slices, or finer pixels.
 */
#include "base/number.h"
#include "base/text.h"
#include "level/series_private.h"

#include <string.h>

/* Differences by which one series is clearly better than another, where both could be measured.
 * They are wide on purpose: a doubt is for the user to decide. */
static const double SLICE_RATIO_CLEAR = 1.5;
static const double PIXEL_AREA_RATIO_CLEAR = 1.5;

/* In the order in which they are checked. */
typedef enum obstacle {
    OBSTACLE_CT,
    OBSTACLE_NOT_MR,
    OBSTACLE_NO_POSITION,
    OBSTACLE_SAGITTAL,
    OBSTACLE_CORONAL,
    OBSTACLE_TILT,
    OBSTACLE_LOCALIZER,
    OBSTACLE_T1,
    OBSTACLE_PD,
    OBSTACLE_OTHER_CONTRAST,
    OBSTACLE_FAT_SUPPRESSED,
    OBSTACLE_UNKNOWN_CONTRAST,
    OBSTACLE_DERIVED,
    OBSTACLE_NO_SPACING,
    OBSTACLE_NONE
} obstacle;

static const char *const obstacle_texts[OBSTACLE_NONE + 1] = {
    [OBSTACLE_CT] = "it is CT, and axial T2 MR is needed",
    [OBSTACLE_NOT_MR] = "it is neither MR nor CT",
    [OBSTACLE_NO_POSITION] = "its images have no valid position and orientation",
    [OBSTACLE_SAGITTAL] = "it is sagittal, not axial",
    [OBSTACLE_CORONAL] = "it is coronal, not axial",
    [OBSTACLE_TILT] = "it is tilted by more than 45 degrees against the transverse plane",
    [OBSTACLE_LOCALIZER] = "it is a localizer",
    [OBSTACLE_T1] = "it is T1-weighted, not T2-weighted",
    [OBSTACLE_PD] = "it is proton-density-weighted, not T2-weighted",
    [OBSTACLE_OTHER_CONTRAST] = "its contrast is not that of a T2-weighted spin echo",
    [OBSTACLE_FAT_SUPPRESSED] = "its fat is suppressed, so that fat cannot be told from muscle",
    [OBSTACLE_UNKNOWN_CONTRAST] = "its contrast is unknown (no usable echo and repetition time)",
    [OBSTACLE_DERIVED] = "it is derived (reformatted or calculated), not acquired",
    [OBSTACLE_NO_SPACING] = "PixelSpacing is missing or zero, so that areas cannot be computed",
    [OBSTACLE_NONE] = "it can be measured",
};

bool level_stack_is_axial(const myo_series *series, const myo_stack *stack) {
    const myo_instance *instance = &series->instances[stack->first];
    return instance->has_position && stack->tilt_deg <= LEVEL_TILT_MAX_DEG &&
           myo_geometry_plane(&instance->geometry) == MYO_PLANE_AXIAL;
}

static bool has_spacing(const myo_series *series) {
    for (size_t i = 0; i < series->instance_count; i++) {
        if (series->instances[i].has_spacing) {
            return true;
        }
    }
    return false;
}

static obstacle geometry_obstacle(const myo_series *series) {
    switch (series->plane) {
    case MYO_PLANE_UNKNOWN:
        return OBSTACLE_NO_POSITION;
    case MYO_PLANE_SAGITTAL:
        return OBSTACLE_SAGITTAL;
    case MYO_PLANE_CORONAL:
        return OBSTACLE_CORONAL;
    case MYO_PLANE_AXIAL:
        break;
    }
    for (size_t i = 0; i < series->stack_count; i++) {
        if (level_stack_is_axial(series, &series->stacks[i])) {
            return OBSTACLE_NONE;
        }
    }
    return OBSTACLE_TILT;
}

static obstacle contrast_obstacle(const myo_series *series) {
    switch (series->weighting) {
    case MYO_WEIGHTING_T1:
        return OBSTACLE_T1;
    case MYO_WEIGHTING_PD:
        return OBSTACLE_PD;
    case MYO_WEIGHTING_OTHER:
        return OBSTACLE_OTHER_CONTRAST;
    case MYO_WEIGHTING_FAT_SUPPRESSED:
        return OBSTACLE_FAT_SUPPRESSED;
    case MYO_WEIGHTING_UNKNOWN:
        return OBSTACLE_UNKNOWN_CONTRAST;
    case MYO_WEIGHTING_T2:
        break;
    }
    return OBSTACLE_NONE;
}

/* First obstacle. A series that the user named needs neither look nor pass for the real thing. */
static obstacle find_obstacle(const myo_series *series, bool named) {
    if (series->modality != MYO_MODALITY_MR) {
        return series->modality == MYO_MODALITY_CT ? OBSTACLE_CT : OBSTACLE_NOT_MR;
    }
    obstacle found = geometry_obstacle(series);
    if (found == OBSTACLE_NONE && series->localizer && !named) {
        found = OBSTACLE_LOCALIZER;
    }
    if (found == OBSTACLE_NONE) {
        found = contrast_obstacle(series);
        found = named && found == OBSTACLE_UNKNOWN_CONTRAST ? OBSTACLE_NONE : found;
    }
    if (found == OBSTACLE_NONE && series->derived && !named) {
        found = OBSTACLE_DERIVED;
    }
    if (found == OBSTACLE_NONE && !has_spacing(series)) {
        found = OBSTACLE_NO_SPACING;
    }
    return found;
}

const char *myo_level_why_not_axial_t2(const myo_series *series) {
    obstacle found = find_obstacle(series, false);
    return found == OBSTACLE_NONE ? NULL : obstacle_texts[found];
}

static bool set_obstacle_error(const myo_series *series, obstacle found, const char *context,
                               myo_error *err) {
    return myo_error_set(err, found == OBSTACLE_NO_SPACING ? MYO_E_MISSING : MYO_E_UNSUPPORTED,
                         "%sseries %d (\"%s\") cannot be measured: %s", context, series->number,
                         series->description, obstacle_texts[found]);
}

bool level_check_series_of_slice(const myo_series *series, myo_error *err) {
    bool ct = series->modality == MYO_MODALITY_CT && geometry_obstacle(series) == OBSTACLE_NONE;
    return ct || level_check_named_series(series, err);
}

bool level_check_named_series(const myo_series *series, myo_error *err) {
    obstacle found = find_obstacle(series, true);
    return found == OBSTACLE_NONE || set_obstacle_error(series, found, "", err);
}

static size_t count_axial_stacks(const myo_series *series) {
    size_t count = 0;
    for (size_t i = 0; i < series->stack_count; i++) {
        count += level_stack_is_axial(series, &series->stacks[i]);
    }
    return count;
}

static double pixel_area_mm2(const myo_series *series) {
    for (size_t i = 0; i < series->instance_count; i++) {
        if (series->instances[i].has_spacing) {
            return myo_geometry_pixel_area_mm2(&series->instances[i].geometry);
        }
    }
    return 0.0;
}

/* True when `a` is clearly the better one to measure. More than one stack means that they were
 * laid through the discs, and that the levels can be counted. */
static bool is_clearly_better(const myo_series *a, const myo_series *b) {
    size_t stacks_a = count_axial_stacks(a), stacks_b = count_axial_stacks(b);
    if (stacks_a != stacks_b) {
        return stacks_a > stacks_b;
    }
    double slices_a = (double)a->instance_count, slices_b = (double)b->instance_count;
    if (slices_a >= SLICE_RATIO_CLEAR * slices_b || slices_b >= SLICE_RATIO_CLEAR * slices_a) {
        return slices_a > slices_b;
    }
    return pixel_area_mm2(a) * PIXEL_AREA_RATIO_CLEAR <= pixel_area_mm2(b);
}

static bool is_candidate(const myo_series *series) {
    return find_obstacle(series, false) == OBSTACLE_NONE;
}

/* The candidate that is clearly better than every other one, or NULL. */
static const myo_series *find_best(const myo_study *study) {
    for (size_t i = 0; i < study->series_count; i++) {
        const myo_series *series = &study->series[i];
        bool best = is_candidate(series);
        for (size_t j = 0; best && j < study->series_count; j++) {
            best = j == i || !is_candidate(&study->series[j]) ||
                   is_clearly_better(series, &study->series[j]);
        }
        if (best) {
            return series;
        }
    }
    return NULL;
}

/* True when some other candidate is clearly better. */
static bool is_beaten(const myo_study *study, const myo_series *series) {
    for (size_t i = 0; i < study->series_count; i++) {
        const myo_series *other = &study->series[i];
        if (other != series && is_candidate(other) && is_clearly_better(other, series)) {
            return true;
        }
    }
    return false;
}

static bool set_ambiguous(const myo_study *study, myo_error *err) {
    myo_text list = {0};
    bool any_unbeaten = false;
    for (size_t i = 0; i < study->series_count; i++) {
        any_unbeaten = any_unbeaten ||
                       (is_candidate(&study->series[i]) && !is_beaten(study, &study->series[i]));
    }
    for (size_t i = 0; i < study->series_count; i++) {
        const myo_series *series = &study->series[i];
        if (is_candidate(series) && !(any_unbeaten && is_beaten(study, series))) {
            myo_text_printf(&list, "%s %d \"%s\" (%zu slices)", list.length ? "," : "",
                            series->number, series->description, series->instance_count);
        }
    }
    myo_error_set(err, MYO_E_AMBIGUOUS,
                  "several axial T2 series fit equally well, choose one with --series:%s",
                  list.data && !list.failed ? list.data : "");
    myo_text_clear(&list);
    return false;
}

/* Names the series that got furthest, and what is wrong with it. */
static bool set_not_found(const myo_study *study, myo_error *err) {
    const myo_series *nearest = NULL;
    obstacle furthest = OBSTACLE_CT;
    for (size_t i = 0; i < study->series_count; i++) {
        obstacle found = find_obstacle(&study->series[i], false);
        if (!nearest || found > furthest) {
            nearest = &study->series[i];
            furthest = found;
        }
    }
    if (!nearest) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "no axial T2 series: the study has no images");
    }
    if (furthest == OBSTACLE_NO_SPACING) {
        return set_obstacle_error(nearest, furthest, "", err);
    }
    return myo_error_set(err, MYO_E_NOT_FOUND,
                         "no axial T2 series: the nearest is series %d (\"%s\", %zu images), but "
                         "%s",
                         nearest->number, nearest->description, nearest->instance_count,
                         obstacle_texts[furthest]);
}

static bool choose_named(const myo_study *study, const char *wanted, const myo_series **out,
                         myo_error *err) {
    int number = 0;
    bool is_number = myo_integer_parse(wanted, &number);
    const myo_series *found = NULL;
    for (size_t i = 0; i < study->series_count; i++) {
        const myo_series *series = &study->series[i];
        if (strcmp(series->series_uid, wanted) != 0 && !(is_number && series->number == number)) {
            continue;
        }
        if (found) {
            return myo_error_set(err, MYO_E_AMBIGUOUS,
                                 "--series %s: several series have this number, give the UID: %s "
                                 "or %s",
                                 wanted, found->series_uid, series->series_uid);
        }
        found = series;
    }
    if (!found) {
        myo_text list = {0};
        for (size_t i = 0; i < study->series_count; i++) {
            myo_text_printf(&list, "%s%d", i ? ", " : "", study->series[i].number);
        }
        myo_error_set(err, MYO_E_ARGUMENT, "--series %s: the study has no such series (it has %s)",
                      wanted, list.data && !list.failed ? list.data : "none");
        myo_text_clear(&list);
        return false;
    }
    if (!level_check_named_series(found, err)) {
        return false;
    }
    *out = found;
    return true;
}

bool myo_level_choose_series(const myo_study *study, const char *wanted, const myo_series **out,
                             myo_error *err) {
    if (wanted) {
        return choose_named(study, wanted, out, err);
    }
    const myo_series *best = find_best(study);
    if (best) {
        *out = best;
        return true;
    }
    for (size_t i = 0; i < study->series_count; i++) {
        if (is_candidate(&study->series[i])) {
            return set_ambiguous(study, err);
        }
    }
    return set_not_found(study, err);
}
