/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A spine by formula: bodies with a cortex, discs between them, a canal behind with arches, a
 * sacrum with wings that turns to the back, femoral heads. Middles of discs lie at z = 36 n mm
 * (times the size), L5/S1 at 0; the canal at x = y = 0.
 */
#ifndef MYO_TESTS_COLUMN_H
#define MYO_TESTS_COLUMN_H

#include "cmocka_all.h"

#include <math.h>
#include <myotome/ct.h>

typedef struct column {
    double size;       /* 1: adult */
    double trabecular; /* HU */
    double low, high;  /* z of the first and last slice, mm */
    double slice_mm, pixel_mm;
    bool sacrum;
    double cement_radius; /* of a ball of cement in the middle of L3, mm; 0: none */
    int missing;          /* every n-th slice is left out; 0: none */
} column;

static inline double column_hu(const column *c, double x, double y, double z) {
    x /= c->size;
    y /= c->size;
    z /= c->size;
    if (hypot(x / 150.0, (y + 30.0) / 105.0) > 1.0) {
        return -1000.0;
    }
    for (int side = -1; side <= 1; side += 2) { /* femoral heads: cortex around marrow */
        double r = sqrt((x - side * 85.0) * (x - side * 85.0) + (y + 20.0) * (y + 20.0) +
                        (z + 115.0) * (z + 115.0));
        if (r < 23.0) {
            return r > 20.5 ? 600.0 : 250.0;
        }
    }
    if (z < -4.0) {
        if (!c->sacrum || z < -95.0) {
            return -100.0;
        }
        y += 0.6 * (z + 4.0); /* it turns to the back */
    }
    double level = floor(z / 36.0 + 0.5), off = z - 36.0 * level; /* from the nearest disc */
    bool arch = z < -4.0 || (off < -5.0 && off > -20.0);
    if (hypot(x, y) < 8.0) {
        return 20.0;
    }
    if ((arch || y > 0.0) && hypot(x, y) < 12.0) { /* pedicles; laminae and joints all along */
        return 600.0;
    }
    if (arch && fabs(x) < 3.0 && y > 0.0 && y < 35.0) {
        return 500.0;
    }
    if (z < -4.0 && z > -75.0 && fabs(x) < 45.0 && y > -30.0 && y < 4.0 && fabs(x) > 10.0) {
        return 250.0; /* wings of the sacrum */
    }
    double body = hypot(x / 23.0, (y + 25.0) / 16.0);
    if (body < 1.0) {
        if (fabs(off) < 4.5 && z > -4.0) {
            return 85.0;
        }
        double cement = c->cement_radius;
        if (cement > 0.0 && x * x + (y + 25.0) * (y + 25.0) + (z - 90.0) * (z - 90.0) <
                                cement * cement / (c->size * c->size)) {
            return 1800.0;
        }
        bool endplate = fabs(off) < 6.5 && z > -7.0; /* sacral bodies are fused */
        return endplate || body > 0.92 ? 550.0 : c->trabecular;
    }
    return y > -10.0 && fabs(x) < 60.0 && y < 50.0 ? 55.0 : -100.0;
}

/* The volume, and what is found in it. */
static inline myo_ct *column_create(const column *c) {
    size_t side = (size_t)(320.0 * c->size / c->pixel_mm);
    size_t count = (size_t)((c->high - c->low) / c->slice_mm) + 1;
    myo_geometry g = {.columns = side,
                      .rows = side,
                      .column_spacing_mm = c->pixel_mm,
                      .row_spacing_mm = c->pixel_mm,
                      .position_mm = {-160.0 * c->size, -190.0 * c->size, c->low},
                      .row_cosine = {1.0, 0.0, 0.0},
                      .column_cosine = {0.0, 1.0, 0.0}};
    myo_geometry last = g;
    last.position_mm.z = c->low + c->slice_mm * (double)(count - 1);
    myo_ct *ct = NULL;
    assert_true(myo_ct_create(&g, &last, count, &ct, NULL));
    for (size_t k = 0; k < count; k++) {
        myo_image *image;
        g.position_mm.z = c->low + c->slice_mm * (double)k;
        if (c->missing && k % (size_t)c->missing == 1) {
            continue;
        }
        assert_true(myo_image_create(&g, &image, NULL));
        for (size_t i = 0; i < side * side; i++) {
            myo_vec3 p = myo_geometry_to_patient(&g, (double)(i % side), (double)(i / side));
            myo_image_get_pixels(image)[i] = (float)column_hu(c, p.x, p.y, p.z);
        }
        assert_true(myo_ct_add_slice(ct, image, NULL));
        myo_image_destroy(image);
    }
    assert_true(myo_ct_finish(ct, NULL));
    return ct;
}

#endif
