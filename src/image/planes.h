/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stack of planes of one size: feature maps, or a probability for each class. */
#ifndef MYO_IMAGE_PLANES_H
#define MYO_IMAGE_PLANES_H

#include "image/filter.h"

/* pixels[(plane * rows + row) * columns + column]. */
typedef struct myo_planes {
    float *pixels;
    size_t planes, columns, rows;
} myo_planes;

/* Allocates zeroed pixels; the caller frees them with myo_planes_clear(). */
bool myo_planes_allocate(myo_planes *planes, size_t count, size_t columns, size_t rows,
                         myo_error *err);
void myo_planes_clear(myo_planes *planes);

/* A borrowed view of one plane. */
myo_grid myo_planes_get(const myo_planes *planes, size_t plane);

#endif
