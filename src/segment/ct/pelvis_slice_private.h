/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_SEGMENT_CT_PELVIS_SLICE_PRIVATE_H
#define MYO_SEGMENT_CT_PELVIS_SLICE_PRIVATE_H

#include <myotome/image.h>

typedef struct ct_point {
    double x, y; /* mm: from the midline to the side that is worked on, and to the back */
} ct_point;

/* An axial slice of the pelvis, and what is found on it of the side that is worked on. */
typedef struct ct_pelvis_slice {
    size_t columns, rows, count;
    double column_mm, row_mm, middle, sign, size; /* middle: column of the midline */
    float *smooth;
    uint8_t *body, *bone, *muscle, *closed, *mask, *region; /* closed: muscle and thin fat */
    uint8_t *piece; /* of the region, with the thin fat in it, to which an outline is bound */
    float *distance;
    float muscle_hu;
    ct_point front, back, sacrum; /* ends of the ilium; where maximus begins at the sacrum */
} ct_pelvis_slice;

/* `hu` is in the canonical frame, `middle` the column of the midline. Clear it also after an error.
 * Errors: MYO_E_MEMORY. */
bool ct_pelvis_slice_create(ct_pelvis_slice *p, const myo_image *hu, double middle, myo_error *err);
void ct_pelvis_slice_clear(ct_pelvis_slice *p);

ct_point ct_pelvis_place(const ct_pelvis_slice *p, size_t i);
/* Pixel at a point; count when it lies outside. */
size_t ct_pelvis_pixel_at(const ct_pelvis_slice *p, ct_point at);
float ct_pelvis_hu_at(const ct_pelvis_slice *p, ct_point at);
double ct_pelvis_pixel_mm(const ct_pelvis_slice *p);

/* Sets `mask` to what lies within `grow` mm of it (less than 0: shrinks it). */
bool ct_pelvis_resize(ct_pelvis_slice *p, uint8_t *mask, double grow, myo_error *err);

/* The ends of the ilium, and the sacrum's edge, of the side that is worked on. */
bool ct_pelvis_find_bones(ct_pelvis_slice *p, bool *found, myo_error *err);

/* The share of the border of `mask` that the image shows: bone, or what is darker than muscle, lies
 * near, outside of it. The rest is where it was expected. */
double ct_pelvis_visible_share(const ct_pelvis_slice *p);

#endif
