/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the fitted prior: tensors to structs, with every size and index checked. */
#include "segment/region/region_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 64

/* The prior is linked into the library: see CMakeLists.txt of this module. */
extern const unsigned char region_prior_data[];
extern const unsigned char region_prior_end[];

static const void *get(const myo_tensors *tensors, const char *prefix, const char *name,
                       myo_tensor_type type, size_t rank, size_t *shape, myo_error *err) {
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "%s.%s", prefix, name);
    return myo_tensors_get(tensors, full, type, rank, shape, err);
}

static bool open_shape_steps(const myo_tensors *tensors, region_shape *s, myo_error *err) {
    size_t steps[1] = {0};
    const int32_t *counts =
        myo_tensors_get(tensors, "shape.offset_counts", MYO_TENSOR_I32, 1, steps, err);
    if (!counts || steps[0] > REGION_SHAPE_STEPS_MAX) {
        return myo_error_set(err, MYO_E_FORMAT, "region prior: too many steps of the shape");
    }
    s->step_count = steps[0];
    for (size_t i = 0; i < s->step_count; i++) {
        char name[NAME_SIZE];
        if (counts[i] <= 0) {
            return myo_error_set(err, MYO_E_FORMAT, "region prior: step %zu has no offsets", i);
        }
        s->offset_counts[i] = (size_t)counts[i];
        size_t features[2] = {s->offset_counts[i] * s->landmark_count + 1, s->mode_count};
        size_t offsets[1] = {s->offset_counts[i]};
        snprintf(name, sizeof name, "shape.weights%zu", i);
        s->weights[i] = myo_tensors_get(tensors, name, MYO_TENSOR_F32, 2, features, err);
        snprintf(name, sizeof name, "shape.offsets%zu", i);
        s->offset[i] =
            s->weights[i] ? myo_tensors_get(tensors, name, MYO_TENSOR_F32, 1, offsets, err) : NULL;
        if (!s->offset[i]) {
            return false;
        }
    }
    return true;
}

static bool open_shape(const myo_tensors *tensors, region_shape *s, myo_error *err) {
    size_t points[2] = {0, 2}, first[1] = {REGION_STRUCTURES + 1}, basis[2] = {0, 0};
    s->mean = get(tensors, "shape", "mean", MYO_TENSOR_F32, 2, points, err);
    s->frame = s->mean ? get(tensors, "shape", "frame", MYO_TENSOR_F32, 2, points, err) : NULL;
    s->normal = s->frame ? get(tensors, "shape", "normal", MYO_TENSOR_F32, 2, points, err) : NULL;
    s->first = s->normal ? get(tensors, "shape", "first", MYO_TENSOR_I32, 1, first, err) : NULL;
    basis[0] = 2 * points[0];
    s->basis = s->first ? get(tensors, "shape", "basis", MYO_TENSOR_F32, 2, basis, err) : NULL;
    size_t limits[1] = {basis[1]};
    s->limit = s->basis ? get(tensors, "shape", "limit", MYO_TENSOR_F32, 1, limits, err) : NULL;
    if (!s->limit) {
        return false;
    }
    s->landmark_count = points[0];
    s->mode_count = basis[1];
    for (size_t k = 0; k < REGION_STRUCTURES; k++) {
        if (s->first[0] != 0 || s->first[k + 1] - s->first[k] < 3 ||
            (size_t)s->first[REGION_STRUCTURES] != s->landmark_count) {
            return myo_error_set(err, MYO_E_FORMAT, "region prior: landmarks do not add up");
        }
    }
    return open_shape_steps(tensors, s, err);
}

static bool open_templates(const myo_tensors *tensors, region_model *m, myo_error *err) {
    size_t points[2] = {0, 2}, centroids[2] = {REGION_STRUCTURES, 2}, mask[2];
    m->template_points = get(tensors, "template", "points", MYO_TENSOR_F32, 2, points, err);
    size_t classes[2] = {points[0], REGION_CLASSES};
    m->template_classes = m->template_points
                              ? get(tensors, "template", "classes", MYO_TENSOR_F32, 2, classes, err)
                              : NULL;
    m->centroids = m->template_classes
                       ? get(tensors, "template", "centroids", MYO_TENSOR_F32, 2, centroids, err)
                       : NULL;
    region_frame_size(REGION_STAGE1_MM, &mask[1], &mask[0]);
    m->muscle_mask =
        m->centroids ? get(tensors, "template", "muscle_mask", MYO_TENSOR_F32, 2, mask, err) : NULL;
    m->template_count = points[0];
    return m->muscle_mask != NULL;
}

bool region_model_parse(const void *data, size_t size, const char *origin, region_model *model,
                        myo_error *err) {
    region_model m = {0};
    bool done =
        myo_tensors_parse(data, size, origin, &m.tensors, err) &&
        myo_forest_open(m.tensors, "stage0", REGION_CLASSES, REGION_STAGE0_MAPS, &m.stage0, err) &&
        myo_forest_open(m.tensors, "stage1", REGION_SIDE_CLASSES, REGION_STAGE1_MAPS, &m.stage1,
                        err) &&
        myo_forest_open(m.tensors, "stage2", REGION_SIDE_CLASSES, REGION_STAGE2_MAPS, &m.stage2,
                        err) &&
        open_shape(m.tensors, &m.shape, err) && open_templates(m.tensors, &m, err);
    m.version = done ? myo_tensors_get_metadata(m.tensors, "version") : NULL;
    if (done && !m.version) {
        done = myo_error_set(err, MYO_E_FORMAT, "%s: no version in the header", origin);
    }
    if (!done) {
        myo_tensors_destroy(m.tensors);
        return false;
    }
    *model = m;
    return true;
}

bool region_model_open(region_model *model, myo_error *err) {
    size_t size = (size_t)(region_prior_end - region_prior_data);
    return region_model_parse(region_prior_data, size, "region prior", model, err);
}

void region_model_close(region_model *model) {
    myo_tensors_destroy(model->tensors);
    *model = (region_model){0};
}
