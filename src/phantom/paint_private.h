/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From anatomy to images: signal, partial volume, coil, noise. */
#ifndef MYO_PHANTOM_PAINT_PRIVATE_H
#define MYO_PHANTOM_PAINT_PRIVATE_H

#include "phantom/anatomy_private.h"

#include <myotome/phantom.h>

/* Texture above which a muscle pixel begins to be fat, at the level of one disc. */
typedef struct phantom_fat_levels {
    double threshold[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
} phantom_fat_levels;

/* scene->disc where the levels of fat are taken between the discs. */
#define PHANTOM_BETWEEN_DISCS (-1)

typedef enum phantom_contrast {
    PHANTOM_AXIAL_T2,
    PHANTOM_SAGITTAL_T2,
    PHANTOM_SAGITTAL_WATER,
    PHANTOM_CT
} phantom_contrast;

/* Everything that painting a slice needs. */
typedef struct phantom_scene {
    const phantom_anatomy *anatomy;
    const myo_phantom_options *options;
    phantom_fat_levels fat[PHANTOM_LUMBAR_MAX];
    int disc; /* the disc that the painted slice belongs to, or PHANTOM_BETWEEN_DISCS */
    double echo_time_ms, repetition_time_ms;
    phantom_contrast contrast;
} phantom_scene;

/* Signals of the tissues relative to muscle, and that of a point with `shade` (contrast.c). */
void phantom_signals(const phantom_scene *scene, double relative[TISSUE_COUNT]);
double phantom_point_signal(const phantom_scene *scene, const double relative[TISSUE_COUNT],
                            phantom_tissue tissue, double shade);

/* Sets scene->fat[disc] so that each muscle side of the slice has its target fraction. A muscle
 * that is not on the slice has none. */
bool phantom_calibrate_fat(phantom_scene *scene, const myo_geometry *geometry, int disc,
                           myo_error *err);

/* Paints a slice; `key` makes its noise different from that of the others. The caller owns the
 * outputs; each may be NULL. */
bool phantom_paint(const phantom_scene *scene, const myo_geometry *geometry, uint64_t key,
                   myo_image **image, myo_labels **labels, myo_image **fat, myo_error *err);

#endif
