/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well two outlines of the same structure on the same slice agree. */
#ifndef MYOTOME_OVERLAP_H
#define MYOTOME_OVERLAP_H

#include <myotome/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Two grids are the same when their corners lie within this distance of each other: far more than
 * what coordinates lose in files, and less than any pixel. */
#define MYO_OVERLAP_GRID_TOLERANCE_MM 0.1

/* NaN where it is not defined. */
typedef struct myo_overlap {
    size_t pixels_a, pixels_b, pixels_common;
    double dice; /* 2 common / (a + b); NaN when both are empty */
    /* Between the boundary pixels' centres, those being the pixels of the outline with one of their
     * four neighbours outside of it. NaN when one is empty. */
    double surface_mean_mm; /* mean over the boundary pixels of both, each to the other boundary */
    double surface_p95_mm;  /* 95th percentile Hausdorff distance: the greater of both directions */
} myo_overlap;

/* True for equal size, and pixels in the same places. */
MYO_API bool myo_overlap_same_grid(const myo_geometry *a, const myo_geometry *b);

/*
 * Compares the pixels with value `label` of two maps. Errors: MYO_E_ARGUMENT when the maps lie on
 * different grids, MYO_E_MISSING without pixel spacing, MYO_E_MEMORY.
 * Sources: L. Dice, Ecology 26:297-302, 1945; L. Maier-Hein et al., Nat. Methods 21:195-212, 2024,
 * for the distances.
 */
MYO_API bool myo_overlap_compute(const myo_labels *a, const myo_labels *b, uint16_t label,
                                 myo_overlap *out, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
