/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_CT_VOLUME_PRIVATE_H
#define MYO_CT_VOLUME_PRIVATE_H

#include <myotome/ct.h>

#define CT_OUTSIDE_HU (-1024)

/* Voxels in the canonical order: columns to the patient's left, rows to the back, slices from foot
 * to head (index = (slice * rows + row) * columns + column). */
struct myo_ct {
    int16_t *hu;
    size_t columns, rows, slices;
    myo_vec3 origin_mm;  /* centre of the first voxel */
    myo_vec3 step_mm[3]; /* to the next column, row and slice; the last one may lean */
    myo_vec3 inverse[3]; /* rows of the inverse of the steps */
    double column_mm, row_mm, slice_mm; /* lengths of the steps */
    /* While it is filled: what it is made of. */
    myo_geometry first, last; /* of the slices, in the canonical order */
    size_t count;             /* of them */
    size_t bin, slice_bin;    /* pixels, and slices, that make one voxel */
    uint16_t *filled;         /* slices added to each layer */
};

/* Nearest voxel's place (fractions) of a point. */
void ct_to_voxel(const myo_ct *ct, myo_vec3 point_mm, double voxel[3]);
myo_vec3 ct_to_patient(const myo_ct *ct, double column, double row, double slice);

/* One layer. */
static inline const int16_t *ct_layer(const myo_ct *ct, size_t slice) {
    return ct->hu + slice * ct->rows * ct->columns;
}

/* Number of steps of a length between two ends, both of which belong to it. */
static inline int ct_steps(double from, double to, double step) {
    return (int)((to - from) / step + 1e-9);
}

static inline myo_vec3 ct_along(myo_vec3 from, double length, myo_vec3 direction) {
    return (myo_vec3){from.x + length * direction.x, from.y + length * direction.y,
                      from.z + length * direction.z};
}

/* A vector of length 1 in a direction; to the foot for one without a length. */
myo_vec3 ct_unit(myo_vec3 v);
/* The directions across a column that goes on along `down`: to the patient's left and to the front.
 */
void ct_find_frame(myo_vec3 down, myo_vec3 *left, myo_vec3 *front);

#endif
