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

#include "boosting/common.h"
#include "segment/region/region_private.h"

/* Opens a prior that lies in memory and stays there as long. */
PROBE_API region_model *probe_open(const void *data, size_t size);
PROBE_API void probe_close(region_model *model);

/* The slice as the stages see it, after the complete front end of the library. */
PROBE_API bool probe_normalise(const float *pixels, size_t columns, size_t rows, double spacing_mm,
                               myo_grid *image, myo_grid *coarse);

/* Largest outer boundary of a mask along pixel corners: 2 x *count numbers. */
PROBE_API bool probe_outline(const uint16_t *mask, size_t columns, size_t rows, int **xy,
                             size_t *count);

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

#endif
