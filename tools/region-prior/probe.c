/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe.h"

#include "base/memory.h"
#include "image/contour.h"

#include <stdlib.h>
#include <string.h>

region_model *probe_open(const void *data, size_t size) {
    myo_error err = {0};
    region_model *model = myo_alloc_array(1, sizeof *model, &err);
    if (model && !region_model_parse(data, size, "prior", model, &err)) {
        free(model);
        model = NULL;
    }
    probe_finish(model != NULL, &err);
    return model;
}

void probe_close(region_model *model) {
    if (model) {
        region_model_close(model);
        free(model);
    }
}

/* A segmenter that outlines nothing and keeps what it was shown, so that a slice takes the same way
 * to the stages as any other. */
static _Thread_local struct { myo_grid image, coarse; } seen;

static bool look(const myo_slice *slice, const double *values, myo_segmentation *result,
                 myo_error *err) {
    (void)values;
    (void)result;
    return region_normalise(slice, &seen.image, &seen.coarse, err);
}

static const myo_segmenter observer = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_segmenter),
    .info = {.name = "observer"},
    .segment = look,
};

bool probe_normalise(const float *pixels, size_t columns, size_t rows, double spacing_mm,
                     myo_grid *image, myo_grid *coarse) {
    myo_error err = {0};
    const myo_geometry geometry = {.columns = columns,
                                   .rows = rows,
                                   .column_spacing_mm = spacing_mm,
                                   .row_spacing_mm = spacing_mm,
                                   .row_cosine = {1.0, 0.0, 0.0},
                                   .column_cosine = {0.0, 1.0, 0.0}};
    myo_image *slice = NULL;
    myo_outlines outlines = {0};
    memset(&seen, 0, sizeof seen);
    bool done = myo_image_create(&geometry, &slice, &err);
    if (done) {
        memcpy(myo_image_get_pixels(slice), pixels, columns * rows * sizeof(float));
        done = myo_segment_slice(&observer, slice, NULL, &outlines, &err);
    }
    myo_outlines_clear(&outlines);
    myo_image_destroy(slice);
    *image = seen.image;
    *coarse = seen.coarse;
    return probe_finish(done, &err);
}

/* Twice the area of a polygon. */
static double doubled_area(const myo_contour *c) {
    double sum = 0.0;
    for (size_t i = 0; i < c->point_count; i++) {
        size_t j = (i + 1) % c->point_count;
        sum += (double)c->xy[2 * i] * c->xy[2 * j + 1] - (double)c->xy[2 * j] * c->xy[2 * i + 1];
    }
    return sum < 0.0 ? -sum : sum;
}

bool probe_outline(const uint16_t *mask, size_t columns, size_t rows, int **xy, size_t *count) {
    myo_error err = {0};
    myo_contour_list list = {0};
    *xy = NULL;
    *count = 0;
    bool done = myo_contour_trace(mask, columns, rows, 1, &list, &err);
    myo_contour *largest = NULL;
    for (size_t i = 0; done && i < list.count; i++) {
        if (!list.contours[i].hole &&
            (!largest || doubled_area(&list.contours[i]) > doubled_area(largest))) {
            largest = &list.contours[i];
        }
    }
    if (largest) {
        *xy = largest->xy;
        *count = largest->point_count;
        largest->xy = NULL;
    }
    myo_contour_list_clear(&list);
    return probe_finish(done, &err);
}

bool probe_stage0_maps(const myo_grid *coarse, myo_planes *maps) {
    myo_error err = {0};
    return probe_finish(region_stage0_maps(coarse, maps, &err), &err);
}

bool probe_stage0(const region_model *model, const myo_grid *coarse, myo_planes *out) {
    myo_error err = {0};
    return probe_finish(region_stage0(model, coarse, out, &err), &err);
}

bool probe_search(const region_model *model, const myo_planes *stage0, region_pose *pose) {
    myo_error err = {0};
    region_hypothesis hypotheses[REGION_HYPOTHESES_MAX];
    size_t count = 0;
    bool done = region_pose_search(model, stage0, hypotheses, &count, &err);
    if (done) {
        *pose = hypotheses[0].pose;
    }
    return probe_finish(done, &err);
}

bool probe_stage1_input(const region_model *model, const myo_grid *image, const myo_planes *stage0,
                        const region_pose *pose, myo_grid *frame, myo_planes *context) {
    myo_error err = {0};
    region_work w = {.model = model, .image = *image};
    return probe_finish(region_step_stage1_input(&w, stage0, pose, frame, context, &err), &err);
}

bool probe_stage_maps(const myo_grid *frame, const myo_planes *context, const myo_planes *extra,
                      bool mirror, double step_mm, myo_planes *maps) {
    myo_error err = {0};
    return probe_finish(region_stage_maps(frame, context, extra->pixels ? extra : NULL, mirror,
                                          step_mm, maps, &err),
                        &err);
}

bool probe_stage(const region_model *model, const myo_grid *frame, const myo_planes *context,
                 const myo_planes *extra, myo_planes *out) {
    myo_error err = {0};
    bool done =
        extra->pixels
            ? region_stage(&model->stage2, frame, context, extra, REGION_STAGE2_MM, out, &err)
            : region_stage(&model->stage1, frame, context, NULL, REGION_STAGE1_MM, out, &err);
    return probe_finish(done, &err);
}

bool probe_choose(const region_model *model, const myo_grid *image, const myo_planes *stage0,
                  myo_planes *stage1, region_pose *stage1_pose, region_pose *pose) {
    myo_error err = {0};
    region_work w = {.model = model, .image = *image};
    bool done = region_step_pose(&w, stage0, &err);
    *stage1 = w.probabilities;
    *stage1_pose = w.stage1_pose;
    *pose = w.pose;
    return probe_finish(done, &err);
}

bool probe_shape_input(const myo_planes *stage1, const region_pose *stage1_pose,
                       const region_pose *pose, myo_planes *out) {
    myo_error err = {0};
    region_work w = {.probabilities = *stage1, .stage1_pose = *stage1_pose, .pose = *pose};
    myo_planes moved = {0};
    bool done = region_step_bring(&w, REGION_STAGE1_MM, &moved, &err) &&
                region_shape_smooth(&moved, REGION_STAGE1_MM, out, &err);
    myo_planes_clear(&moved);
    return probe_finish(done, &err);
}

void probe_shape_features(const region_model *model, size_t step, const myo_planes *input,
                          const double *landmarks, float *features) {
    region_shape_features(&model->shape, step, input, REGION_STAGE1_MM, landmarks, features);
}

bool probe_shape(const region_model *model, const myo_planes *stage1,
                 const region_pose *stage1_pose, region_pose *pose, double *landmarks) {
    myo_error err = {0};
    region_work w = {
        .model = model, .probabilities = *stage1, .stage1_pose = *stage1_pose, .pose = *pose};
    bool done = region_step_shape(&w, &err);
    if (done) {
        memcpy(landmarks, w.landmarks, 2 * model->shape.landmark_count * sizeof(double));
        *pose = w.pose;
    }
    free(w.landmarks);
    return probe_finish(done, &err);
}

bool probe_stage2_input(const region_model *model, const myo_grid *image, const myo_planes *stage1,
                        const region_pose *stage1_pose, const region_pose *pose,
                        const double *landmarks, myo_grid *frame, myo_planes *context,
                        myo_planes *distances) {
    myo_error err = {0};
    region_work w = {.model = model,
                     .image = *image,
                     .probabilities = *stage1,
                     .stage1_pose = *stage1_pose,
                     .pose = *pose};
    size_t size = 2 * model->shape.landmark_count;
    w.landmarks = myo_alloc_array(size, sizeof(double), &err);
    bool done = w.landmarks != NULL;
    if (done) {
        memcpy(w.landmarks, landmarks, size * sizeof(double));
        done = region_step_stage2_input(&w, context, &err);
    }
    free(w.landmarks);
    *frame = w.frame;
    *distances = w.distances;
    return probe_finish(done, &err);
}
