/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outlines of regions along pixel corners. */
#ifndef MYO_IMAGE_CONTOUR_H
#define MYO_IMAGE_CONTOUR_H

#include <myotome/image.h>

/* A closed polygon of pixel corners: x from 0 to columns, y from 0 to rows; consecutive points
 * differ in one coordinate only, and no three consecutive ones lie on a line. Outer boundaries run
 * clockwise on the screen (x right, y down), holes anticlockwise. A boundary may come back to a
 * corner where its region touches itself, and never crosses itself. */
typedef struct myo_contour {
    int *xy; /* 2 x point_count: x0, y0, x1, y1, ... */
    size_t point_count;
    bool hole;
} myo_contour;

/* Contours in reading order of the first pixel that has its top edge on each. */
typedef struct myo_contour_list {
    myo_contour *contours;
    size_t count, capacity;
} myo_contour_list;

/* Traces all boundaries of the pixels with value `label` (4-connected pieces; pieces that touch at
 * a corner only are separate). Sum of signed areas = pixel count. An absent label gives an empty
 * list. Fails with MYO_E_RANGE for a side above MYO_IMAGE_SIDE_MAX, or without memory. The caller
 * releases *out with myo_contour_list_clear(); after a failure it is empty. */
bool myo_contour_trace(const uint16_t *labels, size_t columns, size_t rows, uint16_t label,
                       myo_contour_list *out, myo_error *err);
void myo_contour_list_clear(myo_contour_list *list);

#endif
