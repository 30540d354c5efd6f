/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segmenter "region": multifidus, erector spinae, psoas major and the vertebral body or disc on an
 * axial T2 slice, by region growing under a statistical prior.
 *
 *   1. The slice is resampled and scaled to fat = 1                              (normalise.c)
 *   2. Stage 0 says what each 3 mm pixel may be                                    (stage0.c)
 *   3. The place, scale and rotation of the mean shape is searched               (pose.c)
 *   4. Stage 1 looks again, within the frame of the mean shape                     (stages.c)
 *   5. The joint shape of all structures is fitted                                  (shape.c)
 *   6. Stage 2 decides pixel by pixel, with the fitted shape as context           (stages.c)
 *   7. Regions grow from confident cores; the septum is a cheapest path  (decide.c, septum.c)
 *
 * How each step prepares what the next one sees is in steps.c.
 * Everything that was fitted lies in region-prior.safetensors; its model card says on what.
 */
#include "segment/segmenters_private.h"

#include "base/memory.h"
#include "image/morphology.h"
#include "segment/region/region_private.h"

#include <myotome/decide.h>

#include <math.h>
#include <stdlib.h>

#define OUTLINE_SIGMA_MM 1.2 /* smoothing of the outlines before they meet the slice's pixels */

/* Leak: this share of a structure lies farther than this outside of the fitted shape. */
#define LEAK_DISTANCE_MM 6.0
#define LEAK_SHARE 0.15

enum { PARAMETER_CONFIDENCE_MIN, PARAMETER_FOUND_MIN, PARAMETER_COUNT };

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [PARAMETER_CONFIDENCE_MIN] = {"confidence_min", "1",
                                  "Structures below this agreement of probabilities and outline "
                                  "are flagged low_confidence.",
                                  0.75, 0.0, 1.0},
    [PARAMETER_FOUND_MIN] = {"found_min", "1",
                             "Mean agreement over all structures below which nothing counts as "
                             "found.",
                             0.60, 0.0, 1.0},
};

/* Agreement of the probabilities with the outline (a soft Dice coefficient), and leaks. */
static void judge(const region_work *w, const double *values, myo_segmentation *out, double *mean) {
    size_t count = w->result.columns * w->result.rows;
    *mean = 0.0;
    for (size_t k = 1; k < REGION_CLASSES; k++) {
        const float *p = w->result.pixels + k * count;
        const float *distance = w->distances.pixels + (k - 1) * count;
        double inside = 0.0, total = 0.0, area = 0.0, leaked = 0.0;
        for (size_t i = 0; i < count; i++) {
            total += (double)p[i];
            if (w->labels[i] == k) {
                inside += (double)p[i];
                area += 1.0;
                leaked += distance[i] > (float)LEAK_DISTANCE_MM ? 1.0 : 0.0;
            }
        }
        myo_structure structure;
        myo_side side;
        myo_proposal_structure(k, &structure, &side);
        double confidence = area > 0.0 ? 2.0 * inside / (total + area) : 0.0;
        out->confidence[structure][side] = confidence;
        if (confidence < values[PARAMETER_CONFIDENCE_MIN]) {
            out->flags[structure][side] |= MYO_FLAG_LOW_CONFIDENCE;
        }
        if (leaked > LEAK_SHARE * area) {
            out->flags[structure][side] |= MYO_FLAG_LEAK;
        }
        *mean += confidence / REGION_STRUCTURES;
    }
}

/* One smoothed membership plane for each class. */
static bool smooth_memberships(const region_work *w, myo_planes *out, myo_error *err) {
    size_t columns = w->result.columns, rows = w->result.rows, count = columns * rows;
    float *scratch = myo_alloc_array(count, sizeof(float), err);
    if (!scratch || !myo_planes_allocate(out, REGION_CLASSES, columns, rows, err)) {
        free(scratch);
        return false;
    }
    double sigma = OUTLINE_SIGMA_MM / REGION_STAGE2_MM;
    for (size_t k = 0; k < REGION_CLASSES; k++) {
        myo_grid plane = myo_planes_get(out, k);
        for (size_t i = 0; i < count; i++) {
            plane.pixels[i] = w->labels[i] == k ? 1.0f : 0.0f;
        }
        myo_filter_gaussian(&plane, sigma, sigma, &plane, scratch);
    }
    free(scratch);
    return true;
}

/* Class with the greatest membership at a place of the frame, in its pixels. */
static uint8_t class_at(const myo_planes *memberships, double x, double y) {
    if (x < 0.0 || y < 0.0 || x > (double)(memberships->columns - 1) ||
        y > (double)(memberships->rows - 1)) {
        return REGION_BACKGROUND;
    }
    uint8_t best = REGION_BACKGROUND;
    float highest = -1.0f;
    for (size_t k = 0; k < REGION_CLASSES; k++) {
        myo_grid plane = myo_planes_get(memberships, k);
        float membership = myo_grid_sample(&plane, x, y);
        best = membership > highest ? (uint8_t)k : best;
        highest = fmaxf(membership, highest);
    }
    return best;
}

/* Classes of the slice's own pixels. */
static bool classify_slice(const region_work *w, uint8_t *classes, myo_error *err) {
    myo_planes memberships = {0};
    if (!smooth_memberships(w, &memberships, err)) {
        return false;
    }
    region_pose to_frame = region_pose_inverse(&w->pose);
    const myo_slice *s = w->slice;
    for (size_t i = 0; i < s->columns * s->rows; i++) {
        double x, y;
        region_pose_apply(&to_frame, (double)(i % s->columns) * s->column_spacing_mm,
                          (double)(i / s->columns) * s->row_spacing_mm, &x, &y);
        classes[i] = class_at(&memberships, (x - REGION_FRAME_X0) / REGION_STAGE2_MM,
                              (y - REGION_FRAME_Y0) / REGION_STAGE2_MM);
    }
    myo_planes_clear(&memberships);
    return true;
}

/* Writes one class as labels: its largest piece, without holes (smoothing can cut thin bridges). */
static bool write_class(const myo_slice *s, const uint8_t *classes, uint8_t class_index,
                        uint8_t *mask, uint16_t *labels, myo_error *err) {
    size_t count = s->columns * s->rows;
    for (size_t i = 0; i < count; i++) {
        mask[i] = classes[i] == class_index;
    }
    if (!myo_mask_keep_largest(mask, s->columns, s->rows, err) ||
        !myo_mask_fill_holes(mask, s->columns, s->rows, err)) {
        return false;
    }
    myo_structure structure;
    myo_side side;
    myo_proposal_structure(class_index, &structure, &side);
    for (size_t i = 0; i < count; i++) {
        if (mask[i] && (classes[i] == class_index || classes[i] == REGION_BACKGROUND)) {
            labels[i] = myo_structure_get(structure)->label[side];
        }
    }
    return true;
}

static bool label_slice(const region_work *w, uint16_t *labels, myo_error *err) {
    size_t count = w->slice->columns * w->slice->rows;
    uint8_t *classes = myo_alloc_array(2 * count, 1, err);
    bool done = classes && classify_slice(w, classes, err);
    for (size_t k = 1; done && k < REGION_CLASSES; k++) {
        done = write_class(w->slice, classes, (uint8_t)k, classes + count, labels, err);
    }
    free(classes);
    return done;
}

static bool find_outlines(region_work *w, myo_error *err) {
    myo_planes stage0 = {0}, context = {0};
    bool done = region_normalise(w->slice, &w->image, &w->coarse, err) &&
                region_stage0(w->model, &w->coarse, &stage0, err) &&
                region_step_pose(w, &stage0, err) && region_step_shape(w, err) &&
                region_step_stage2_input(w, &context, err) &&
                region_stage(&w->model->stage2, &w->frame, &context, &w->distances,
                             REGION_STAGE2_MM, &w->result, err);
    myo_planes_clear(&stage0);
    myo_planes_clear(&context);
    if (done) {
        w->labels = myo_alloc_array(w->frame.columns * w->frame.rows, 1, err);
        done = w->labels && region_decide(&w->result, &w->distances, &w->frame, w->labels, err);
    }
    return done;
}

bool region_segment_with_model(const region_model *model, const myo_slice *slice,
                               const double *values, myo_segmentation *result, myo_error *err) {
    region_work w = {.slice = slice, .model = model};
    double mean_confidence = 0.0;
    bool done = find_outlines(&w, err);
    if (done) {
        judge(&w, values, result, &mean_confidence);
        done = mean_confidence >= values[PARAMETER_FOUND_MIN]
                   ? label_slice(&w, result->labels, err)
                   : myo_error_set(err, MYO_E_NOT_FOUND,
                                   "no lumbar muscles found on this slice (mean confidence %.2f): "
                                   "is it an axial T2 slice of the lower back?",
                                   mean_confidence);
    }
    region_work_clear(&w);
    return done;
}

static bool segment(const myo_slice *slice, const double *values, myo_segmentation *result,
                    myo_error *err) {
    region_model model;
    if (!region_model_open(&model, err)) {
        return false;
    }
    bool done = region_segment_with_model(&model, slice, values, result, err);
    region_model_close(&model);
    return done;
}

const myo_segmenter myo_segment_region = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_segmenter),
    .info = {.name = "region",
             .version = "1",
             .summary = "region growing under a statistical prior of position and shape",
             .reference = "docs/methods.md, section Segmenter region",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .roi_convention = "fascia",
    .segment = segment,
};
