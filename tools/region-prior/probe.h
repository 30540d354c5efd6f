/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fitting of the prior (Python) calls: the segmenter's own steps, one by one, and the
 * trainer of the boosted trees. For development only; nothing of it is installed.
 *
 * Grids and stacks that a function fills belong to the caller, who releases their pixels with
 * probe_free(). A function that returns false leaves its reason in probe_message().
 */
#ifndef MYO_TOOLS_PROBE_H
#define MYO_TOOLS_PROBE_H

#include "segment/region/region_private.h"

#define PROBE_API __attribute__((visibility("default")))

PROBE_API const char *probe_message(void);
PROBE_API void probe_free(void *memory);

/* Opens a prior that lies in memory and stays there as long. */
PROBE_API region_model *probe_open(const void *data, size_t size);
PROBE_API void probe_close(region_model *model);

/* The slice as the stages see it, after the complete front end of the library. */
PROBE_API bool probe_normalise(const float *pixels, size_t columns, size_t rows, double spacing_mm,
                               myo_grid *image, myo_grid *coarse);

/* Largest outer boundary of a mask along pixel corners: 2 x *count numbers. */
PROBE_API bool probe_outline(const uint16_t *mask, size_t columns, size_t rows, int **xy,
                             size_t *count);

/* Values of features (map, row offset, column offset) at pixels, feature by feature. */
PROBE_API void probe_gather(const myo_planes *maps, const int32_t *spec, size_t feature_count,
                            const int32_t *places, size_t place_count, float *out);

PROBE_API bool probe_stage0_maps(const myo_grid *coarse, myo_planes *maps);
PROBE_API bool probe_stage0(const region_model *model, const myo_grid *coarse, myo_planes *out);

/* The best pose that stage 0 suggests, and what stage 1 is shown in the frame of a pose. */
PROBE_API bool probe_search(const region_model *model, const myo_planes *stage0, region_pose *pose);
PROBE_API bool probe_stage1_input(const region_model *model, const myo_grid *image,
                                  const myo_planes *stage0, const region_pose *pose,
                                  myo_grid *frame, myo_planes *context);

/* Maps of one side; `extra` has no pixels for stage 1. */
PROBE_API bool probe_stage_maps(const myo_grid *frame, const myo_planes *context,
                                const myo_planes *extra, bool mirror, double step_mm,
                                myo_planes *maps);
/* Stage 1 or 2 on both sides (by whether `extra` has pixels). */
PROBE_API bool probe_stage(const region_model *model, const myo_grid *frame,
                           const myo_planes *context, const myo_planes *extra, myo_planes *out);

/* The pose as the segmenter chooses it: stage 1's answer, its frame, and the final pose. */
PROBE_API bool probe_choose(const region_model *model, const myo_grid *image,
                            const myo_planes *stage0, myo_planes *stage1, region_pose *stage1_pose,
                            region_pose *pose);

/* Stage 1's answer in the frame of another pose, smoothed for the shape's regressions. */
PROBE_API bool probe_shape_input(const myo_planes *stage1, const region_pose *stage1_pose,
                                 const region_pose *pose, myo_planes *out);
/* Features of one step of the shape's cascade at given landmarks. */
PROBE_API void probe_shape_features(const region_model *model, size_t step, const myo_planes *input,
                                    const double *landmarks, float *features);
/* Fits the shape: moves *pose, writes the landmarks in its frame. */
PROBE_API bool probe_shape(const region_model *model, const myo_planes *stage1,
                           const region_pose *stage1_pose, region_pose *pose, double *landmarks);

/* What stage 2 is shown. */
PROBE_API bool probe_stage2_input(const region_model *model, const myo_grid *image,
                                  const myo_planes *stage1, const region_pose *stage1_pose,
                                  const region_pose *pose, const double *landmarks, myo_grid *frame,
                                  myo_planes *context, myo_planes *distances);

/* boost.c: the trainer. */
typedef struct boost_settings {
    size_t sample_count, feature_count, class_count, tree_count, depth;
    float rate;         /* factor of each tree's answer */
    float feature_part; /* share of the features that a tree may use */
    float sample_part;  /* share of the samples that a tree sees */
    float leaf_min;     /* fewest samples of a leaf */
    float ridge;        /* added to each leaf's curvature */
    uint64_t seed;
} boost_settings;

#define BOOST_CLASSES_MAX 8
#define BOOST_BINS 64

/*
 * Fits trees to `classes` (one of class_count for each sample). `binned` holds feature_count rows
 * of sample_count bins below BOOST_BINS; `prior` the class scores to start from. Writes, for each
 * tree, 2^depth - 1 features and bins (a sample goes to the right above the bin), and 2^depth x
 * BOOST_CLASSES_MAX leaf scores.
 */
PROBE_API bool boost_train(const boost_settings *settings, const uint8_t *binned,
                           const uint8_t *classes, const float *prior, int16_t *feature,
                           uint8_t *bin, float *leaf);

#endif
