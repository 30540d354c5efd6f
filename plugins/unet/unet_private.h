/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of the segmenter "unet", in the order in which a slice passes them: input (normalised
 * images), locate (where the patient lies), network (class probabilities), and unet.c, which hands
 * these to the host's deciding step.
 *
 * Points of the image are mm from its centre, x to the patient's left, y to the back.
 */
#ifndef MYO_PLUGIN_UNET_PRIVATE_H
#define MYO_PLUGIN_UNET_PRIVATE_H

#include <myotome/plugin.h>

/* One plane of numbers, row-major; its centre is the centre of the image. */
typedef struct unet_grid {
    float *pixels; /* owned */
    size_t columns, rows;
    double step_mm;
} unet_grid;

void unet_grid_clear(unet_grid *grid);

/* input.c: the slice with air = 0 and fat = 1, cut at 1.5, on pixels of UNET_FINE_MM and of
 * UNET_COARSE_MM. False without memory; the caller clears both grids in any case. */
#define UNET_FINE_MM 0.8
#define UNET_COARSE_MM 3.2
bool unet_input(const myo_slice *slice, unet_grid *fine, unet_grid *coarse);

#endif
