/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A spine by formula: bodies with a cortex, discs between them, a canal behind with arches, a
 * sacrum with wings that turns to the back, femoral heads; if asked for, ribs, transverse
 * processes, iliac crests and contrast medium in the kidneys. Middles of discs lie at z = 36 n mm
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
    double hollow_mm;     /* endplates are so much hollower in the middle than at the rim */
    double cement_radius; /* of a ball of cement in the middle of L3, mm; 0: none */
    int missing;          /* every n-th slice is left out; 0: none */
    /* Beside the column, index 0 is the left side. */
    int rib_free[2];      /* vertebrae without ribs above L5/S1; 0: there are no ribs */
    double lowest_rib_mm; /* how far to the side the lowest ribs reach; 0: as all others */
    double process_mm;    /* how far to the side transverse processes reach; 0: there are none, */
    double first_process_mm; /* and those of L1, where they differ */
    double last_low_mm;      /* z of the lower edge of L5's, and their height, where they differ */
    double last_height_mm;
    bool crests, kidneys;
    bool sacral_disc;  /* S1/2 is as clear as the lumbar discs */
    double view_mm;    /* radius of the field of view around the canal; 0: all */
    double uniform_hu; /* of everything: attenuation shows nothing; 0: as above */
} column;

/* The middle of a rib at a distance to the side: it goes back and down, then to the front. */
static inline bool column_is_rib(const column *c, int side, double lateral, double y, double z) {
    int count = c->rib_free[side];
    for (int k = count; count > 0 && k < count + 4; k++) {
        double end = k == count && c->lowest_rib_mm > 0.0 ? c->lowest_rib_mm : 120.0;
        double height = 36.0 * k + 22.0 - 0.6 * (lateral - 20.0);
        double depth = lateral < 60.0 ? -8.0 + 0.6 * (lateral - 20.0) : 76.0 - lateral;
        if (lateral > 20.0 && lateral < end && hypot((z - height) / 6.0, (y - depth) / 4.0) < 1.0) {
            return true;
        }
    }
    return false;
}

static inline bool column_is_process(const column *c, double lateral, double y, double z) {
    int level = (int)floor(z / 36.0);
    double off = z - 36.0 * level, low = 14.0, height = 10.0, end = c->process_mm;
    if (c->last_height_mm > 0.0 && z < 36.0) {
        level = 0;
        off = z;
        low = c->last_low_mm;
        height = c->last_height_mm;
    }
    end = level == 4 && c->first_process_mm > 0.0 ? c->first_process_mm : end;
    return level >= 0 && level < 5 && off > low && off < low + height && y > 0.0 && y < 8.0 &&
           lateral > 8.0 && lateral < end;
}

/* HU of what lies beside the column; 0 where there is nothing. */
static inline double column_beside_hu(const column *c, double x, double y, double z) {
    double lateral = fabs(x);
    if (column_is_rib(c, x > 0.0 ? 0 : 1, lateral, y, z) || column_is_process(c, lateral, y, z)) {
        return 400.0;
    }
    if (c->crests && z < 45.0 && z > -100.0 && lateral > 52.0 - 0.3 * z && lateral < 120.0 &&
        fabs(y - 10.0 + 0.5 * (lateral - 60.0)) < 9.0) {
        return 350.0;
    }
    double kidney = hypot(hypot((lateral - 62.0) / 26.0, (y + 40.0) / 26.0), (z - 150.0) / 55.0);
    return c->kidneys && kidney < 1.0 ? 170.0 : 0.0;
}

static inline double column_hu(const column *c, double x, double y, double z) {
    if (c->uniform_hu > 0.0) {
        return c->uniform_hu;
    }
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
    double beside = column_beside_hu(c, x, y, z);
    if (beside > 0.0) {
        return beside;
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
        off = fmax(fabs(off) - c->hollow_mm * (1.0 - body * body), 0.0);
        if (off < 4.5 && (z > -4.0 || (c->sacral_disc && z > -41.0))) {
            return 85.0;
        }
        double cement = c->cement_radius;
        if (cement > 0.0 && x * x + (y + 25.0) * (y + 25.0) + (z - 90.0) * (z - 90.0) <
                                cement * cement / (c->size * c->size)) {
            return 1800.0;
        }
        bool endplate =
            off < 6.5 && (z > -7.0 || (c->sacral_disc && z > -43.0)); /* sacral bodies are fused */
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
            myo_image_get_pixels(image)[i] =
                (float)(c->view_mm > 0.0 && hypot(p.x, p.y) > c->view_mm
                            ? -1024.0
                            : column_hu(c, p.x, p.y, p.z));
        }
        assert_true(myo_ct_add_slice(ct, image, NULL));
        myo_image_destroy(image);
    }
    assert_true(myo_ct_finish(ct, NULL));
    return ct;
}

#endif
