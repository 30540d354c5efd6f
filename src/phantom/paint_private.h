/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From anatomy to images: signal, partial volume, coil, noise. */
#ifndef MYO_PHANTOM_PAINT_PRIVATE_H
#define MYO_PHANTOM_PAINT_PRIVATE_H

#include "phantom/anatomy_private.h"

#include <myotome/phantom.h>

/* Texture above which a muscle pixel begins to be fat. */
typedef struct phantom_fat_levels {
    double threshold[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
} phantom_fat_levels;

/* Everything that painting a slice needs. */
typedef struct phantom_scene {
    const phantom_anatomy *anatomy;
    const myo_phantom_options *options;
    phantom_fat_levels fat;
    double echo_time_ms, repetition_time_ms;
} phantom_scene;

/* Mean fat fraction that a muscle shall have. */
double phantom_target_fraction(const myo_phantom_options *options, myo_structure structure);

/* Sets scene->fat so that each muscle side of the slice has its target fraction. A muscle that
 * is not on the slice takes the level of its other side, or none. */
bool phantom_calibrate_fat(phantom_scene *scene, const myo_geometry *geometry, myo_error *err);

/* Paints a slice; `key` makes its noise different from that of the others. The caller owns the
 * outputs; each may be NULL. */
bool phantom_paint(const phantom_scene *scene, const myo_geometry *geometry, uint64_t key,
                   myo_image **image, myo_labels **labels, myo_image **fat, myo_error *err);

#endif
