/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outlines of regions along pixel corners. */
#ifndef MYO_IMAGE_CONTOUR_H
#define MYO_IMAGE_CONTOUR_H

#include <myotome/image.h>

/* A closed polygon of pixel corners: x from 0 to columns, y from 0 to rows; consecutive points
 * differ in one coordinate only, and no three lie on a line. Outer boundaries run clockwise on the
 * screen (x right, y down), holes anticlockwise. */
typedef struct myo_contour {
    int *xy; /* 2 x point_count: x0, y0, x1, y1, ... */
    size_t point_count;
    bool hole;
} myo_contour;

typedef struct myo_contour_list {
    myo_contour *contours;
    size_t count, capacity;
} myo_contour_list;

/* Traces all boundaries of the pixels with value `label` (4-connected pieces; pieces that touch at
 * a corner only are separate). Sum of signed areas = pixel count. The caller releases *out with
 * myo_contour_list_clear(). */
bool myo_contour_trace(const uint16_t *labels, size_t columns, size_t rows, uint16_t label,
                       myo_contour_list *out, myo_error *err);
void myo_contour_list_clear(myo_contour_list *list);

#endif
