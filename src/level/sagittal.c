/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sagittal T2 series on which discs are found, and the axial slice that follows from them. */
#include "level/series_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLICES_MIN 3 /* fewer show too little of a spine that is not quite straight */

/* A slice further from the disc's centre than half of the lowest discs' height (about 8 mm, S.H.
 * Zhou et al., Eur Spine J 9:242-248, 2000) cuts a vertebra; up to the second limit it is still the
 * slice that a reader would take for want of a better one. */
static const double DISTANCE_GOOD_MM = 4.0;
static const double DISTANCE_MAX_MM = 10.0;
static const double FAR_FACTOR = 0.8; /* of the confidence, beyond DISTANCE_GOOD_MM */

/* Better kinds first: fat suppression leaves discs visible, but less was learned from it. */
static int rank_of(const myo_series *series) {
    switch (series->weighting) {
    case MYO_WEIGHTING_T2:
        return 2;
    case MYO_WEIGHTING_FAT_SUPPRESSED:
        return 1;
    default:
        return 0;
    }
}

static bool is_better(const myo_series *a, const myo_series *b) {
    if (rank_of(a) != rank_of(b)) {
        return rank_of(a) > rank_of(b);
    }
    return a->instance_count > b->instance_count;
}

const myo_series *myo_level_find_sagittal(const myo_study *study, const myo_series *axial,
                                          const char **reason) {
    const myo_series *best = NULL;
    const char *why = "the study has no sagittal T2 series";
    for (size_t i = 0; i < study->series_count; i++) {
        const myo_series *s = &study->series[i];
        if (s->modality != MYO_MODALITY_MR || s->plane != MYO_PLANE_SAGITTAL || s->localizer ||
            s->derived || rank_of(s) == 0 || s->instance_count < SLICES_MIN) {
            continue;
        }
        if (axial && (!*axial->frame_of_reference_uid ||
                      strcmp(s->frame_of_reference_uid, axial->frame_of_reference_uid) != 0)) {
            why = "the sagittal T2 series has another frame of reference than the axial one";
            continue;
        }
        if (!best || is_better(s, best)) {
            best = s;
        }
    }
    if (reason) {
        *reason = best ? NULL : why;
    }
    return best;
}

/* Index of the disc on the spine that a level's own disc is: for a vertebra the one above it. */
static bool find_index(const myo_spine *spine, const char *name, size_t *index) {
    for (size_t i = 0; i < spine->count; i++) {
        if (strcmp(spine->discs[i].name, name) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

bool level_find_place(const myo_spine *spine, const char *level, int shift, myo_vec3 *centre,
                      double *confidence) {
    bool vertebra = strcmp(level, "L3") == 0;
    size_t index;
    if (!find_index(spine, vertebra ? "L2/3" : level, &index)) {
        return false;
    }
    long moved = (long)index + shift;
    if (moved < 0 || moved + (vertebra ? 1 : 0) >= (long)spine->count) {
        return false;
    }
    const myo_disc *disc = &spine->discs[moved], *below = disc + (vertebra ? 1 : 0);
    *centre = (myo_vec3){(disc->centre_mm.x + below->centre_mm.x) / 2.0,
                         (disc->centre_mm.y + below->centre_mm.y) / 2.0,
                         (disc->centre_mm.z + below->centre_mm.z) / 2.0};
    *confidence = fmin(disc->confidence, below->confidence);
    return true;
}

static bool contains(const myo_geometry *g, myo_vec3 point, double *distance_mm) {
    double column, row;
    myo_geometry_from_patient(g, point, &column, &row, distance_mm);
    *distance_mm = fabs(*distance_mm);
    return column >= 0.0 && row >= 0.0 && column <= (double)(g->columns - 1) &&
           row <= (double)(g->rows - 1);
}

/* The slice of the axial stacks whose plane passes nearest to a point that its image contains. */
static const myo_instance *nearest_slice(const myo_series *series, myo_vec3 point,
                                         double *distance_mm) {
    const myo_instance *nearest = NULL;
    *distance_mm = (double)INFINITY;
    for (size_t s = 0; s < series->stack_count; s++) {
        const myo_stack *stack = &series->stacks[s];
        for (size_t i = 0; level_stack_is_axial(series, stack) && i < stack->count; i++) {
            const myo_instance *instance = &series->instances[stack->first + i];
            double distance;
            if (instance->has_position && instance->has_spacing &&
                contains(&instance->geometry, point, &distance) && distance < *distance_mm) {
                nearest = instance;
                *distance_mm = distance;
            }
        }
    }
    return nearest;
}

bool myo_level_choose_at(const myo_series *series, myo_vec3 point_mm, const char *name,
                         const char *source, double confidence, myo_level_choice *out,
                         myo_error *err) {
    double distance;
    const myo_instance *instance = nearest_slice(series, point_mm, &distance);
    if (!instance || distance > DISTANCE_MAX_MM) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "series %d (\"%s\") does not reach %s",
                             series->number, series->description, name);
    }
    *out = (myo_level_choice){.level = name,
                              .source = source,
                              .confidence = confidence,
                              .confirmed = confidence >= MYO_LEVEL_CONFIRMED_MIN,
                              .series = series,
                              .instance = instance,
                              .distance_mm = distance,
                              .tilt_deg = myo_geometry_tilt_deg(&instance->geometry)};
    return true;
}

bool level_choose_by_spine(const myo_series *series, const myo_spine *spine, int shift,
                           myo_level_choice *out, myo_error *err) {
    myo_vec3 centre;
    double confidence, distance;
    if (!level_find_place(spine, out->level, shift, &centre, &confidence)) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "%s is not among the discs that were found",
                             out->level);
    }
    const myo_instance *instance = nearest_slice(series, centre, &distance);
    if (!instance || distance > DISTANCE_MAX_MM) {
        return myo_error_set(
            err, MYO_E_NOT_FOUND,
            "series %d (\"%s\") does not reach %s where the discs show it: %s%.0f mm%s",
            series->number, series->description, out->level,
            instance ? "its nearest slice is " : "no slice within ",
            instance ? distance : DISTANCE_MAX_MM, instance ? " away" : " contains its place");
    }
    out->source = "sagittal-discs";
    out->confidence = confidence * (distance > DISTANCE_GOOD_MM ? FAR_FACTOR : 1.0);
    out->series = series;
    out->instance = instance;
    out->distance_mm = distance;
    out->tilt_deg = myo_geometry_tilt_deg(&instance->geometry);
    return true;
}

bool myo_level_choose_other_slice(const myo_series *series, const myo_spine *spine,
                                  const char *level, myo_level_choice *out) {
    myo_level_choice choice = {.level = level};
    level_doubt doubt = level_doubt_by_stacks(series);
    double doubted = (1.0 - doubt.factor) * spine->count_confidence;
    bool by_stacks = doubted > spine->other_confidence;
    /* When names move up by one, the level lies where the next lower one was found. */
    int shift = by_stacks ? doubt.shift : spine->other_shift;
    if (shift == 0 || !level_choose_by_spine(series, spine, shift, &choice, NULL)) {
        return false;
    }
    choice.confidence = by_stacks ? doubted : spine->other_confidence;
    snprintf(choice.note, sizeof choice.note, "%s if the count is one off", level);
    *out = choice;
    return true;
}
