/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps between the stages: what each stage is shown of a slice. The fitting of the prior
 * (tools/region-prior) goes through the same functions, so that the stages learn from what they
 * will see.
 */
#include "segment/region/region_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HYPOTHESES_TRIED 2

/* Contrast of a frame: these quantiles become 0 and 1. */
#define CONTRAST_DARK 0.12
#define CONTRAST_BRIGHT 0.90
#define CONTRAST_RANGE_MIN 0.05
#define CONTRAST_LOWEST (-0.2)
#define CONTRAST_HIGHEST 1.3
#define MUSCLE_INSIDE_MM 1.0 /* from a fitted outline, to count as muscle */
#define MUSCLE_PIXELS_MIN 50

void region_work_clear(region_work *w) {
    free(w->image.pixels);
    free(w->coarse.pixels);
    myo_planes_clear(&w->probabilities);
    free(w->landmarks);
    free(w->frame.pixels);
    myo_planes_clear(&w->distances);
    myo_planes_clear(&w->result);
    free(w->labels);
}

/* Stretches a frame so that dark muscle is 0 and fat 1. mask[i] > 0 marks muscle. */
static bool stretch_contrast(myo_grid *frame, const float *mask, myo_error *err) {
    size_t count = frame->columns * frame->rows, n = 0;
    float *values = myo_alloc_array(count, sizeof(float), err);
    if (!values) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (mask[i] > 0.0f) {
            values[n++] = frame->pixels[i];
        }
    }
    double dark = n > 0 ? (double)myo_quantile(values, n, CONTRAST_DARK) : 0.0;
    memcpy(values, frame->pixels, count * sizeof(float));
    double bright = (double)myo_quantile(values, count, CONTRAST_BRIGHT);
    double range = fmax(bright - dark, CONTRAST_RANGE_MIN);
    for (size_t i = 0; i < count; i++) {
        double value = ((double)frame->pixels[i] - dark) / range;
        frame->pixels[i] = (float)fmin(fmax(value, CONTRAST_LOWEST), CONTRAST_HIGHEST);
    }
    free(values);
    return true;
}

bool region_step_stage1_input(const region_work *w, const myo_planes *stage0,
                              const region_pose *pose, myo_grid *frame, myo_planes *context,
                              myo_error *err) {
    return region_frame_resample(stage0, REGION_COARSE_MM, 0.0, 0.0, pose, REGION_STAGE1_MM,
                                 context, err) &&
           region_frame_sample(&w->image, pose, REGION_STAGE1_MM, frame, err) &&
           stretch_contrast(frame, w->model->muscle_mask, err);
}

/* Stage 1 in the frame of one hypothesis, and the pose that its answer suggests. */
static bool try_hypothesis(const region_work *w, const myo_planes *stage0, const region_pose *pose,
                           myo_planes *out, region_hypothesis *refined, myo_error *err) {
    myo_planes context = {0};
    myo_grid frame = {0};
    bool done =
        region_step_stage1_input(w, stage0, pose, &frame, &context, err) &&
        region_stage(&w->model->stage1, &frame, &context, NULL, REGION_STAGE1_MM, out, err) &&
        region_pose_refine(w->model, out, pose, refined, err);
    myo_planes_clear(&context);
    free(frame.pixels);
    return done;
}

bool region_step_pose(region_work *w, const myo_planes *stage0, myo_error *err) {
    region_hypothesis hypotheses[REGION_HYPOTHESES_MAX];
    size_t count = 0;
    bool done = region_pose_search(w->model, stage0, hypotheses, &count, err);
    double best = -INFINITY;
    for (size_t i = 0; done && i < count && i < HYPOTHESES_TRIED; i++) {
        myo_planes answer = {0};
        region_hypothesis refined;
        done = try_hypothesis(w, stage0, &hypotheses[i].pose, &answer, &refined, err);
        if (done && refined.score > best) {
            best = refined.score;
            myo_planes_clear(&w->probabilities);
            w->probabilities = answer;
            w->stage1_pose = hypotheses[i].pose;
            w->pose = refined.pose;
        } else {
            myo_planes_clear(&answer);
        }
    }
    return done;
}

bool region_step_bring(const region_work *w, double step_mm, myo_planes *out, myo_error *err) {
    region_pose inverse = region_pose_inverse(&w->stage1_pose);
    region_pose to_source = region_pose_compose(&inverse, &w->pose);
    return region_frame_resample(&w->probabilities, REGION_STAGE1_MM, REGION_FRAME_X0,
                                 REGION_FRAME_Y0, &to_source, step_mm, out, err);
}

bool region_step_shape(region_work *w, myo_error *err) {
    const region_shape *shape = &w->model->shape;
    myo_planes probabilities = {0};
    double deviation, *frame = myo_alloc_array(2 * shape->landmark_count, sizeof(double), err);
    w->landmarks = myo_alloc_array(2 * shape->landmark_count, sizeof(double), err);
    bool done =
        frame && w->landmarks && region_step_bring(w, REGION_STAGE1_MM, &probabilities, err) &&
        region_shape_fit(shape, &probabilities, REGION_STAGE1_MM, w->landmarks, &deviation, err);
    if (done) {
        for (size_t i = 0; i < 2 * shape->landmark_count; i++) {
            frame[i] = (double)shape->frame[i];
        }
        region_pose moved = region_pose_fit(frame, w->landmarks, NULL, shape->landmark_count);
        region_pose back = region_pose_inverse(&moved);
        for (size_t i = 0; i < shape->landmark_count; i++) {
            region_pose_apply(&back, w->landmarks[2 * i], w->landmarks[2 * i + 1],
                              &w->landmarks[2 * i], &w->landmarks[2 * i + 1]);
        }
        w->pose = region_pose_compose(&w->pose, &moved);
    }
    myo_planes_clear(&probabilities);
    free(frame);
    return done;
}

/* Marks the pixels inside of a fitted muscle; all, when there are hardly any. */
static void mark_muscle(const myo_planes *distances, float *mask) {
    size_t count = distances->columns * distances->rows, found = 0;
    for (size_t i = 0; i < count; i++) {
        mask[i] = 0.0f;
        for (size_t k = 0; k + 1 < REGION_STRUCTURES; k++) { /* the last one is no muscle */
            if (distances->pixels[k * count + i] < (float)-MUSCLE_INSIDE_MM) {
                mask[i] = 1.0f;
            }
        }
        found += mask[i] > 0.0f;
    }
    for (size_t i = 0; found < MUSCLE_PIXELS_MIN && i < count; i++) {
        mask[i] = 1.0f;
    }
}

bool region_step_stage2_input(region_work *w, myo_planes *context, myo_error *err) {
    size_t columns, rows;
    region_frame_size(REGION_STAGE2_MM, &columns, &rows);
    float *mask = myo_alloc_array(columns * rows, sizeof(float), err);
    bool done = mask &&
                region_shape_distances(&w->model->shape, w->landmarks, REGION_STAGE2_MM,
                                       &w->distances, err) &&
                region_frame_sample(&w->image, &w->pose, REGION_STAGE2_MM, &w->frame, err);
    if (done) {
        mark_muscle(&w->distances, mask);
        done = stretch_contrast(&w->frame, mask, err) &&
               region_step_bring(w, REGION_STAGE2_MM, context, err);
    }
    free(mask);
    return done;
}
