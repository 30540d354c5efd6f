/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of segmenters measure of label maps. */
#ifndef MYO_TESTS_OUTLINES_H
#define MYO_TESTS_OUTLINES_H

#include <myotome/image.h>

/* Dice coefficient of one label in two maps of the same size. */
static inline double dice_of(const myo_labels *a, const myo_labels *b, uint16_t label) {
    const myo_geometry *g = myo_labels_get_geometry(a);
    const uint16_t *x = myo_labels_get_const_pixels(a), *y = myo_labels_get_const_pixels(b);
    double both = 0.0, sum = 0.0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        both += x[i] == label && y[i] == label;
        sum += (x[i] == label) + (y[i] == label);
    }
    return 2.0 * both / sum;
}

#endif
