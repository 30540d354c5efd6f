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
 * Everything that was fitted lies in region-prior.safetensors; its model card says on what.
 */
#include "segment/segmenters_private.h"

#include "base/memory.h"
#include "segment/region/region_private.h"

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
                             0.45, 0.0, 1.0},
};

/* Everything of one slice on its way through the stages. */
typedef struct work {
    const myo_slice *slice;
    region_model model;
    myo_grid image, coarse;         /* normalised */
    region_stack probabilities;     /* of stage 0, then of stage 1 in its frame */
    region_pose stage1_pose, pose;  /* of stage 1's frame, and of the final one */
    double *landmarks;              /* in the final frame */
    myo_grid frame;                 /* the image in the final frame */
    region_stack distances, result; /* in the final frame */
    uint8_t *labels;                /* classes in the final frame */
} work;

static void work_clear(work *w) {
    region_model_close(&w->model);
    free(w->image.pixels);
    free(w->coarse.pixels);
    region_stack_clear(&w->probabilities);
    free(w->landmarks);
    free(w->frame.pixels);
    region_stack_clear(&w->distances);
    region_stack_clear(&w->result);
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

/* Stage 1 in the frame of one hypothesis, and the pose that its answer suggests. */
static bool try_hypothesis(const work *w, const region_stack *stage0, const region_pose *pose,
                           region_stack *out, region_hypothesis *refined, myo_error *err) {
    region_stack context = {0};
    myo_grid frame = {0};
    bool done =
        region_frame_resample(stage0, REGION_COARSE_MM, 0.0, 0.0, pose, REGION_STAGE1_MM, &context,
                              err) &&
        region_frame_sample(&w->image, pose, REGION_STAGE1_MM, &frame, err) &&
        stretch_contrast(&frame, w->model.muscle_mask, err) &&
        region_stage(&w->model.stage1, &frame, &context, NULL, REGION_STAGE1_MM, out, err) &&
        region_pose_refine(&w->model, out, pose, refined, err);
    region_stack_clear(&context);
    free(frame.pixels);
    return done;
}

static bool find_pose(work *w, myo_error *err) {
    region_stack stage0 = {0};
    region_hypothesis hypotheses[REGION_HYPOTHESES_MAX];
    size_t count = 0;
    bool done = region_stage0(&w->model, &w->coarse, &stage0, err) &&
                region_pose_search(&w->model, &stage0, hypotheses, &count, err);
    double best = -INFINITY;
    for (size_t i = 0; done && i < count && i < HYPOTHESES_TRIED; i++) {
        region_stack answer = {0};
        region_hypothesis refined;
        done = try_hypothesis(w, &stage0, &hypotheses[i].pose, &answer, &refined, err);
        if (done && refined.score > best) {
            best = refined.score;
            region_stack_clear(&w->probabilities);
            w->probabilities = answer;
            w->stage1_pose = hypotheses[i].pose;
            w->pose = refined.pose;
        } else {
            region_stack_clear(&answer);
        }
    }
    region_stack_clear(&stage0);
    return done;
}

/* Brings stage 1's answer into the frame of w->pose. */
static bool bring_to_pose(const work *w, double step_mm, region_stack *out, myo_error *err) {
    region_pose inverse = region_pose_inverse(&w->stage1_pose);
    region_pose to_source = region_pose_compose(&inverse, &w->pose);
    return region_frame_resample(&w->probabilities, REGION_STAGE1_MM, REGION_FRAME_X0,
                                 REGION_FRAME_Y0, &to_source, step_mm, out, err);
}

/* Fits the joint shape and moves the frame with it. */
static bool fit_shape(work *w, myo_error *err) {
    const region_shape *shape = &w->model.shape;
    region_stack probabilities = {0};
    double deviation, *frame = myo_alloc_array(2 * shape->landmark_count, sizeof(double), err);
    w->landmarks = myo_alloc_array(2 * shape->landmark_count, sizeof(double), err);
    bool done =
        frame && w->landmarks && bring_to_pose(w, REGION_STAGE1_MM, &probabilities, err) &&
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
    region_stack_clear(&probabilities);
    free(frame);
    return done;
}

/* Marks the pixels inside of a fitted muscle; all, when there are hardly any. */
static bool mark_muscle(const region_stack *distances, float *mask) {
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
    return true;
}

static bool classify(work *w, myo_error *err) {
    region_stack context = {0};
    size_t columns, rows;
    region_frame_size(REGION_STAGE2_MM, &columns, &rows);
    float *mask = myo_alloc_array(columns * rows, sizeof(float), err);
    w->labels = myo_alloc_array(columns * rows, 1, err);
    bool done = mask && w->labels &&
                region_shape_distances(&w->model.shape, w->landmarks, REGION_STAGE2_MM,
                                       &w->distances, err) &&
                region_frame_sample(&w->image, &w->pose, REGION_STAGE2_MM, &w->frame, err) &&
                mark_muscle(&w->distances, mask) && stretch_contrast(&w->frame, mask, err) &&
                bring_to_pose(w, REGION_STAGE2_MM, &context, err) &&
                region_stage(&w->model.stage2, &w->frame, &context, &w->distances, REGION_STAGE2_MM,
                             &w->result, err) &&
                region_decide(&w->result, &w->distances, &w->frame, w->labels, err);
    region_stack_clear(&context);
    free(mask);
    return done;
}

/* Structure and side of a class. */
static void class_names(size_t class_index, myo_structure *structure, myo_side *side) {
    static const myo_structure structures[REGION_CLASSES] = {
        MYO_STRUCTURE_COUNT, MYO_MULTIFIDUS,  MYO_MULTIFIDUS,  MYO_ERECTOR_SPINAE,
        MYO_ERECTOR_SPINAE,  MYO_PSOAS_MAJOR, MYO_PSOAS_MAJOR, MYO_VERTEBRAL_REFERENCE};
    *structure = structures[class_index];
    *side = class_index == REGION_VERTEBRA || class_index % 2 == 1 ? MYO_LEFT : MYO_RIGHT;
}

/* Agreement of the probabilities with the outline (a soft Dice coefficient), and leaks. */
static void judge(const work *w, const double *values, myo_segmentation *out, double *mean) {
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
        class_names(k, &structure, &side);
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
static bool smooth_memberships(const work *w, region_stack *out, myo_error *err) {
    size_t columns = w->result.columns, rows = w->result.rows, count = columns * rows;
    float *scratch = myo_alloc_array(count, sizeof(float), err);
    if (!scratch || !region_stack_allocate(out, REGION_CLASSES, columns, rows, err)) {
        free(scratch);
        return false;
    }
    double sigma = OUTLINE_SIGMA_MM / REGION_STAGE2_MM;
    for (size_t k = 0; k < REGION_CLASSES; k++) {
        myo_grid plane = region_stack_plane(out, k);
        for (size_t i = 0; i < count; i++) {
            plane.pixels[i] = w->labels[i] == k ? 1.0f : 0.0f;
        }
        myo_filter_gaussian(&plane, sigma, sigma, &plane, scratch);
    }
    free(scratch);
    return true;
}

/* Labels of the slice's own pixels: the class with the greatest membership. */
static bool label_slice(const work *w, uint16_t *labels, myo_error *err) {
    region_stack memberships = {0};
    if (!smooth_memberships(w, &memberships, err)) {
        return false;
    }
    region_pose to_frame = region_pose_inverse(&w->pose);
    const myo_slice *s = w->slice;
    for (size_t r = 0; r < s->rows; r++) {
        for (size_t c = 0; c < s->columns; c++) {
            double x, y;
            region_pose_apply(&to_frame, (double)c * s->column_spacing_mm,
                              (double)r * s->row_spacing_mm, &x, &y);
            x = (x - REGION_FRAME_X0) / REGION_STAGE2_MM;
            y = (y - REGION_FRAME_Y0) / REGION_STAGE2_MM;
            if (x < 0.0 || y < 0.0 || x > (double)(memberships.columns - 1) ||
                y > (double)(memberships.rows - 1)) {
                continue;
            }
            size_t best = 0;
            float highest = -1.0f;
            for (size_t k = 0; k < REGION_CLASSES; k++) {
                myo_grid plane = region_stack_plane(&memberships, k);
                float membership = myo_grid_sample(&plane, x, y);
                best = membership > highest ? k : best;
                highest = fmaxf(membership, highest);
            }
            if (best != REGION_BACKGROUND) {
                myo_structure structure;
                myo_side side;
                class_names(best, &structure, &side);
                labels[r * s->columns + c] = myo_structure_get(structure)->label[side];
            }
        }
    }
    region_stack_clear(&memberships);
    return true;
}

static bool segment(const myo_slice *slice, const double *values, myo_segmentation *result,
                    myo_error *err) {
    work w = {.slice = slice};
    double mean_confidence = 0.0;
    bool done = region_model_open(&w.model, err) &&
                region_normalise(slice, &w.image, &w.coarse, err) && find_pose(&w, err) &&
                fit_shape(&w, err) && classify(&w, err);
    if (done) {
        judge(&w, values, result, &mean_confidence);
        done = mean_confidence >= values[PARAMETER_FOUND_MIN]
                   ? label_slice(&w, result->labels, err)
                   : myo_error_set(err, MYO_E_NOT_FOUND,
                                   "no lumbar muscles found on this slice (mean confidence %.2f): "
                                   "is it an axial T2 slice of the lower back?",
                                   mean_confidence);
    }
    work_clear(&w);
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
