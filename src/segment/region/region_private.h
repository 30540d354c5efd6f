/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the segmenter "region" share.
 *
 * Coordinates: "image mm" are millimetres from the centre of the slice's first pixel in the
 * canonical frame (x to the patient's left, y to the back). "Frame mm" are those of the mean shape:
 * the same directions, origin in the vertebral reference. A pose takes frame to image.
 */
#ifndef MYO_SEGMENT_REGION_PRIVATE_H
#define MYO_SEGMENT_REGION_PRIVATE_H

#include "image/filter.h"
#include "image/forest.h"

#include <myotome/segment.h>
#include <myotome/tensors.h>

/* Classes: 0 background, then multifidus, erector spinae, psoas major, left before right, and the
 * vertebral reference. */
enum {
    REGION_BACKGROUND,
    REGION_MULTIFIDUS_LEFT,
    REGION_MULTIFIDUS_RIGHT,
    REGION_ERECTOR_LEFT,
    REGION_ERECTOR_RIGHT,
    REGION_PSOAS_LEFT,
    REGION_PSOAS_RIGHT,
    REGION_VERTEBRA,
    REGION_CLASSES
};
#define REGION_STRUCTURES (REGION_CLASSES - 1)

/* Classes of one side: background, the side's multifidus, erector spinae and psoas, the vertebral
 * reference, and the other side's multifidus. */
#define REGION_SIDE_CLASSES 6

/* Feature maps that each stage provides; the prior's features refer to them by number. */
#define REGION_STAGE0_MAPS 6
#define REGION_STAGE1_MAPS 18
#define REGION_STAGE2_MAPS (REGION_STAGE1_MAPS + REGION_STRUCTURES + 4)

#define REGION_COARSE_MM 3.2 /* grid of the bias field and of stage 0 */
#define REGION_IMAGE_MM 0.8  /* grid of the normalised image */
#define REGION_STAGE1_MM 2.0 /* grid of the frame in stage 1 */
#define REGION_STAGE2_MM 1.0 /* and in stage 2 */

/* Extent of the frame around the mean shape, in frame mm. */
#define REGION_FRAME_X0 (-96.0)
#define REGION_FRAME_X1 96.0
#define REGION_FRAME_Y0 (-66.0)
#define REGION_FRAME_Y1 102.0

/* A similarity: image = m q + t with complex m = mx + i my (scale and rotation). */
typedef struct region_pose {
    double mx, my, tx, ty;
} region_pose;

/* The cascade of linear regressions that fits the joint shape. */
#define REGION_SHAPE_STEPS_MAX 8
typedef struct region_shape {
    size_t landmark_count, mode_count, step_count, offset_count;
    const float *frame;   /* landmark_count x 2, frame mm: the mean shape that a frame is laid on */
    const float *mean;    /* landmark_count x 2, frame mm: where the fit starts */
    const float *normal;  /* landmark_count x 2, unit */
    const int32_t *first; /* REGION_STRUCTURES + 1: landmarks of each structure */
    const float *basis;   /* 2 landmark_count x mode_count */
    const float *limit;   /* mode_count */
    const float *weights[REGION_SHAPE_STEPS_MAX]; /* features x mode_count */
    const float *offset[REGION_SHAPE_STEPS_MAX];  /* offset_count, mm along the normals */
    size_t offset_counts[REGION_SHAPE_STEPS_MAX];
} region_shape;

/* The fitted prior. Borrowed from the tensors, which live as long. */
typedef struct region_model {
    myo_tensors *tensors;
    myo_forest stage0, stage1, stage2;
    region_shape shape;
    size_t template_count;
    const float *template_points;  /* template_count x 2, frame mm */
    const float *template_classes; /* template_count x REGION_CLASSES */
    const float *centroids;        /* REGION_STRUCTURES x 2, frame mm */
    const float *muscle_mask;      /* stage 1 frame: where muscle is expected */
    const char *version;
} region_model;

/* Opens the prior that is built in. */
bool region_model_open(region_model *model, myo_error *err);
/* Opens one from memory (aligned to four bytes). */
bool region_model_parse(const void *data, size_t size, const char *origin, region_model *model,
                        myo_error *err);
void region_model_close(region_model *model);

/* normalise.c: the slice at 0.8 and at 3.2 mm, fat = 1, air = 0. */
bool region_normalise(const myo_slice *slice, myo_grid *image, myo_grid *coarse, myo_error *err);

/* stage0.c: the feature maps of the coarse image (REGION_STAGE0_MAPS planes). */
bool region_stage0_maps(const myo_grid *coarse, myo_planes *maps, myo_error *err);
/* Class probabilities on the coarse grid (REGION_CLASSES planes). */
bool region_stage0(const region_model *model, const myo_grid *coarse, myo_planes *out,
                   myo_error *err);

/* pose.c: where the mean shape lies. */
#define REGION_HYPOTHESES_MAX 3
typedef struct region_hypothesis {
    double score; /* per template point */
    region_pose pose;
} region_hypothesis;
bool region_pose_search(const region_model *model, const myo_planes *probabilities,
                        region_hypothesis out[REGION_HYPOTHESES_MAX], size_t *count,
                        myo_error *err);
/* The pose of the mean shape within a frame of pose `old`, from that frame's probabilities. */
bool region_pose_refine(const region_model *model, const myo_planes *probabilities,
                        const region_pose *old, region_hypothesis *out, myo_error *err);
region_pose region_pose_identity(void);
/* Applies a pose to a point. */
void region_pose_apply(const region_pose *pose, double x, double y, double *image_x,
                       double *image_y);
/* outer after inner. */
region_pose region_pose_compose(const region_pose *outer, const region_pose *inner);
region_pose region_pose_inverse(const region_pose *pose);
/* Least-squares similarity that takes points a to points b (count x 2 each). */
region_pose region_pose_fit(const double *a, const double *b, const double *weights, size_t count);

/* frame.c: sampling into frames and out of them. */
void region_frame_size(double step_mm, size_t *columns, size_t *rows);
bool region_frame_sample(const myo_grid *image, const region_pose *pose, double step_mm,
                         myo_grid *out, myo_error *err);
/* Resamples a stack that lies on a grid of `from_step` mm whose pixel (0, 0) is at `from_x0,
 * from_y0` of its own coordinates; `to_source` takes frame mm of the new frame to those
 * coordinates. */
bool region_frame_resample(const myo_planes *from, double from_step, double from_x0, double from_y0,
                           const region_pose *to_source, double step_mm, myo_planes *out,
                           myo_error *err);

/* stages.c: one-sided forests on both halves of a frame. `extra` (signed distances) may be NULL.
 * Pixels whose `probabilities` are already certain are left as they are when extra is given. */
bool region_stage(const myo_forest *forest, const myo_grid *frame, const myo_planes *probabilities,
                  const myo_planes *extra, double step_mm, myo_planes *out, myo_error *err);

/* The feature maps that one side's forest is shown: those of the left half, or with `mirror` those
 * of the right half as a mirror image. */
bool region_stage_maps(const myo_grid *frame, const myo_planes *probabilities,
                       const myo_planes *extra, bool mirror, double step_mm, myo_planes *maps,
                       myo_error *err);

/* shape.c: probabilities as the shape's regressions see them. */
bool region_shape_smooth(const myo_planes *from, double step_mm, myo_planes *out, myo_error *err);
/* Features of one step of the cascade from smoothed probabilities: offset_counts[step] x
 * landmark_count values and the constant 1. */
void region_shape_features(const region_shape *shape, size_t step, const myo_planes *probabilities,
                           double step_mm, const double *landmarks, float *features);
/* Fits the joint shape to class probabilities; landmarks (landmark_count x 2, frame mm);
 * `deviation` is the greatest share of a mode's limit that was used. */
bool region_shape_fit(const region_shape *shape, const myo_planes *probabilities, double step_mm,
                      double *landmarks, double *deviation, myo_error *err);
/* Signed distances (mm, negative inside, cut to +-20) of the structures' outlines on a frame. */
bool region_shape_distances(const region_shape *shape, const double *landmarks, double step_mm,
                            myo_planes *out, myo_error *err);

/* decide.c: labels (classes) of the frame from probabilities, prior distances and intensities. */
bool region_decide(const myo_planes *probabilities, const myo_planes *distances,
                   const myo_grid *frame, uint8_t *labels, myo_error *err);
/* psoas.c: lets a labelled psoas grow to the fat that bounds it. */
bool region_grow_psoas(const myo_planes *distances, const myo_grid *frame, size_t class_index,
                       uint8_t *labels, myo_error *err);
/* steps.c: everything of one slice on its way through the stages. */
typedef struct region_work {
    const myo_slice *slice;        /* borrowed */
    const region_model *model;     /* borrowed */
    myo_grid image, coarse;        /* normalised */
    myo_planes probabilities;      /* of stage 1, in its frame */
    region_pose stage1_pose, pose; /* of stage 1's frame, and of the final one */
    double *landmarks;             /* in the final frame */
    myo_grid frame;                /* the image in the final frame */
    myo_planes distances, result;  /* in the final frame */
    uint8_t *labels;               /* classes in the final frame */
} region_work;
void region_work_clear(region_work *w);
/* What stage 1 is shown in the frame of a pose. */
bool region_step_stage1_input(const region_work *w, const myo_planes *stage0,
                              const region_pose *pose, myo_grid *frame, myo_planes *context,
                              myo_error *err);
/* From image: searches the pose, with stage 1's answer deciding between hypotheses; sets
 * probabilities, stage1_pose and pose. */
bool region_step_pose(region_work *w, const myo_planes *stage0, myo_error *err);
/* Brings stage 1's answer into the frame of w->pose. */
bool region_step_bring(const region_work *w, double step_mm, myo_planes *out, myo_error *err);
/* Fits the joint shape and moves the frame with it: sets landmarks and pose. */
bool region_step_shape(region_work *w, myo_error *err);
/* What stage 2 is shown: sets distances and frame. */
bool region_step_stage2_input(region_work *w, myo_planes *context, myo_error *err);

/* region.c: the segmenter with a given prior; arguments as those of myo_segmenter.segment. */
bool region_segment_with_model(const region_model *model, const myo_slice *slice,
                               const double *values, myo_segmentation *result, myo_error *err);

#endif
