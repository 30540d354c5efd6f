/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The joint shape: landmarks on the outlines of all structures, a linear model of how they vary
 * together (T. Cootes et al., Comput. Vis. Image Underst. 61:38-59, 1995), fitted by a cascade of
 * linear regressions from what the probabilities show along the outlines' normals (X. Xiong &
 * F. De la Torre, CVPR 2013). The shape cannot take a form that the model does not know: this is
 * what keeps a structure where it belongs when its boundary is not visible.
 */
#include "segment/region/region_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>

#define PROBABILITY_SIGMA_MM 2.0
#define DISTANCE_MAX_MM 20.0

static void place_landmarks(const region_shape *s, const double *modes, double *landmarks) {
    for (size_t i = 0; i < 2 * s->landmark_count; i++) {
        double value = (double)s->mean[i];
        for (size_t k = 0; k < s->mode_count; k++) {
            value += (double)s->basis[i * s->mode_count + k] * modes[k];
        }
        landmarks[i] = value;
    }
}

void region_shape_features(const region_shape *s, size_t step, const myo_planes *probabilities,
                           double step_mm, const double *landmarks, float *features) {
    size_t n = 0;
    for (size_t o = 0; o < s->offset_counts[step]; o++) {
        double offset = (double)s->offset[step][o];
        for (size_t structure = 0; structure < REGION_STRUCTURES; structure++) {
            myo_grid plane = myo_planes_get(probabilities, structure + 1);
            for (int32_t i = s->first[structure]; i < s->first[structure + 1]; i++) {
                double x = landmarks[2 * i] + offset * (double)s->normal[2 * i];
                double y = landmarks[2 * i + 1] + offset * (double)s->normal[2 * i + 1];
                features[n++] = myo_grid_sample(&plane, (x - REGION_FRAME_X0) / step_mm,
                                                (y - REGION_FRAME_Y0) / step_mm);
            }
        }
    }
    features[n] = 1.0f;
}

/* Adds the answer of one step's regression to the modes and keeps them within their limits. */
static void step_modes(const region_shape *s, size_t step, const float *features, double *modes) {
    size_t feature_count = s->offset_counts[step] * s->landmark_count + 1;
    for (size_t i = 0; i < feature_count; i++) {
        const float *weights = s->weights[step] + i * s->mode_count;
        for (size_t k = 0; k < s->mode_count; k++) {
            modes[k] += (double)features[i] * (double)weights[k];
        }
    }
    for (size_t k = 0; k < s->mode_count; k++) {
        double limit = (double)s->limit[k];
        modes[k] = fmin(fmax(modes[k], -limit), limit);
    }
}

static size_t most_offsets(const region_shape *s) {
    size_t most = 0;
    for (size_t step = 0; step < s->step_count; step++) {
        most = s->offset_counts[step] > most ? s->offset_counts[step] : most;
    }
    return most;
}

bool region_shape_smooth(const myo_planes *from, double step_mm, myo_planes *out, myo_error *err) {
    float *scratch = myo_alloc_array(from->columns * from->rows, sizeof(float), err);
    if (!scratch || !myo_planes_allocate(out, from->planes, from->columns, from->rows, err)) {
        free(scratch);
        return false;
    }
    double sigma = PROBABILITY_SIGMA_MM / step_mm;
    for (size_t p = 0; p < from->planes; p++) {
        myo_grid source = myo_planes_get(from, p), target = myo_planes_get(out, p);
        myo_filter_gaussian(&source, sigma, sigma, &target, scratch);
    }
    free(scratch);
    return true;
}

bool region_shape_fit(const region_shape *shape, const myo_planes *probabilities, double step_mm,
                      double *landmarks, double *deviation, myo_error *err) {
    myo_planes smooth = {0};
    double *modes = myo_alloc_array(shape->mode_count, sizeof *modes, err);
    float *features =
        myo_alloc_array(most_offsets(shape) * shape->landmark_count + 1, sizeof *features, err);
    bool done = modes && features && region_shape_smooth(probabilities, step_mm, &smooth, err);
    if (done) {
        place_landmarks(shape, modes, landmarks);
        for (size_t step = 0; step < shape->step_count; step++) {
            region_shape_features(shape, step, &smooth, step_mm, landmarks, features);
            step_modes(shape, step, features, modes);
            place_landmarks(shape, modes, landmarks);
        }
        *deviation = 0.0;
        for (size_t k = 0; k < shape->mode_count; k++) {
            *deviation = fmax(*deviation, fabs(modes[k]) / (double)shape->limit[k]);
        }
    }
    myo_planes_clear(&smooth);
    free(modes);
    free(features);
    return done;
}

bool region_shape_distances(const region_shape *shape, const double *landmarks, double step_mm,
                            myo_planes *out, myo_error *err) {
    size_t columns, rows;
    region_frame_size(step_mm, &columns, &rows);
    uint8_t *mask = myo_alloc_array(columns * rows, 1, err);
    double *polygon = myo_alloc_array(2 * shape->landmark_count, sizeof *polygon, err);
    bool done = mask && polygon && myo_planes_allocate(out, REGION_STRUCTURES, columns, rows, err);
    for (size_t k = 0; done && k < REGION_STRUCTURES; k++) {
        size_t first = (size_t)shape->first[k], n = (size_t)shape->first[k + 1] - first;
        for (size_t i = 0; i < n; i++) {
            polygon[2 * i] = (landmarks[2 * (first + i)] - REGION_FRAME_X0) / step_mm;
            polygon[2 * i + 1] = (landmarks[2 * (first + i) + 1] - REGION_FRAME_Y0) / step_mm;
        }
        myo_mask_fill_polygon(polygon, n, mask, columns, rows);
        float *plane = out->pixels + k * columns * rows;
        done = myo_mask_signed_distance(mask, columns, rows, (float)(DISTANCE_MAX_MM / step_mm),
                                        plane, err);
        for (size_t i = 0; i < columns * rows; i++) {
            plane[i] *= (float)step_mm;
        }
    }
    free(mask);
    free(polygon);
    return done;
}
