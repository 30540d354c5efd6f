/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Correction of the smooth brightness field of surface coils. */
#ifndef MYO_IMAGE_BIAS_H
#define MYO_IMAGE_BIAS_H

#include <myotome/image.h>

/* The field of a slice, as the level of fat that it would show everywhere. */
typedef struct myo_bias {
    double dark_level;       /* grey level of air: what zero signal is displayed as */
    double body_level;       /* geometric mean of the fat level over the body, minus dark_level */
    double coefficients[10]; /* cubic polynomial of the log fat level; see bias.c */
    double center_x_mm, center_y_mm;
} myo_bias;

/*
 * Estimates the bias field of an MR slice. A slice without contrast gives a flat field. Fails when
 * memory runs out or (MYO_E_MISSING) the image has no pixel spacing. Method and sources: bias.c.
 */
bool myo_bias_estimate(const myo_image *image, myo_bias *out, myo_error *err);

/* Level of fat above the dark level at a point of the slice (mm from the centre of the first
 * pixel along the row and along the column). */
double myo_bias_fat_level(const myo_bias *bias, double x_mm, double y_mm);

/* Divides the field out: dark + (intensity - dark) * body_level / fat_level, so that intensities
 * keep their order of magnitude. `corrected` has the size of `image` and is written completely. */
void myo_bias_apply(const myo_bias *bias, const myo_image *image, myo_image *corrected);

#endif
