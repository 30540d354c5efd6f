/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slices of a phantom study. */
#ifndef MYO_PHANTOM_STUDY_PRIVATE_H
#define MYO_PHANTOM_STUDY_PRIVATE_H

#include "phantom/paint_private.h"

#define PHANTOM_LEVEL_L45 1 /* index of the disc L4/5 */

/* Checks the ranges of phantom.h. */
bool phantom_check_options(const myo_phantom_options *options, myo_error *err);

/* Slice `offset_mm` along the normal from the centre of a disc, tilted with it. */
myo_geometry phantom_axial_geometry(const phantom_anatomy *anatomy,
                                    const myo_phantom_options *options, int disc,
                                    double offset_mm);

/* Scene with the timing of the axial series, fat calibrated at L4/5. */
bool phantom_scene_init(phantom_scene *scene, const phantom_anatomy *anatomy,
                        const myo_phantom_options *options, myo_error *err);

#endif
