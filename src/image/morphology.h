/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Morphology of binary masks (0 and 1), flat and row-major. Neighbours are the four beside a pixel.
 */
#ifndef MYO_IMAGE_MORPHOLOGY_H
#define MYO_IMAGE_MORPHOLOGY_H

#include <myotome/error.h>

/* Keeps the largest connected piece (the first in reading order among equals). */
bool myo_mask_keep_largest(uint8_t *mask, size_t columns, size_t rows, myo_error *err);

/* Keeps the piece with the greatest sum of weights (the first in reading order among equals). */
bool myo_mask_keep_heaviest(uint8_t *mask, const float *weights, size_t columns, size_t rows,
                            myo_error *err);

/* Keeps the piece that holds the pixel with index `start`, which must belong to the mask. */
bool myo_mask_keep_connected(uint8_t *mask, size_t columns, size_t rows, size_t start,
                             myo_error *err);

/* Drops every piece of fewer than `smallest` pixels. */
bool myo_mask_drop_small(uint8_t *mask, size_t columns, size_t rows, size_t smallest,
                         myo_error *err);

/* Fills every hole: background that is not connected with the border of the array. */
bool myo_mask_fill_holes(uint8_t *mask, size_t columns, size_t rows, myo_error *err);

/* Opening with a disc: erosion by it, then dilation. Outside of the array is background. The disc
 * holds the offsets with dx^2 + dy^2 <= radius^2 + 1/2. */
bool myo_mask_open(uint8_t *mask, size_t columns, size_t rows, double radius_pixels,
                   myo_error *err);

/* Euclidean distance in pixels from each pixel of the mask to the nearest pixel outside of it and
 * the other way round: negative inside, positive outside; the boundary lies half a pixel from
 * both. A mask that is empty or full gives `limit`; distances are cut to +-limit.
 * Method: P. Felzenszwalb & D. Huttenlocher, Theory of Computing 8:415-428, 2012. */
bool myo_mask_signed_distance(const uint8_t *mask, size_t columns, size_t rows, float limit,
                              float *distance, myo_error *err);

/* Distance in mm from each pixel's centre to that of the nearest pixel of the mask (0 within it);
 * infinity everywhere for an empty mask. The spacings are above 0. The same method. */
bool myo_mask_distance_mm(const uint8_t *mask, size_t columns, size_t rows,
                          double column_spacing_mm, double row_spacing_mm, float *distance_mm,
                          myo_error *err);

/* Sets the pixels whose centre lies inside a closed polygon (even-odd rule): `xy` holds
 * `point_count` pairs of column and row coordinates. */
void myo_mask_fill_polygon(const double *xy, size_t point_count, uint8_t *mask, size_t columns,
                           size_t rows);

#endif
