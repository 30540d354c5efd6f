/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CT in the contrast of T2-weighted MR, so that what was learned on MR serves on CT: the anatomy is
 * the same, and tissues can be told apart by their attenuation at least as well as by their signal.
 */
#include "segment/ct/t2_like_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>

#define AIR_HU (-300.0f)
#define TABLE_OPEN_MM 4.0 /* clothes and the table's sheet are thinner than twice this */
#define CANAL_RADIUS_MM 7.0
#define CANAL_HIGH_HU 120.0f
#define CANAL_SIGNAL 230.0f

/* Signal by attenuation, in parts of 255; fluid apart, which CT hardly tells from muscle. */
static const struct {
    float hu, signal;
} curve[] = {{-1000, 0}, {-400, 0}, {-200, 180}, {-120, 200}, {-60, 160}, {-20, 70}, {20, 45},
             {70, 42},   {110, 80}, {150, 110},  {250, 120},  {450, 90},  {700, 40}, {3000, 20}};
#define CURVE_COUNT (sizeof curve / sizeof curve[0])

static float signal_of(float hu) {
    if (!(hu > curve[0].hu)) {
        return curve[0].signal;
    }
    for (size_t i = 1; i < CURVE_COUNT; i++) {
        if (hu < curve[i].hu) {
            float share = (hu - curve[i - 1].hu) / (curve[i].hu - curve[i - 1].hu);
            return curve[i - 1].signal + share * (curve[i].signal - curve[i - 1].signal);
        }
    }
    return curve[CURVE_COUNT - 1].signal;
}

bool ct_find_body(const myo_image *hu, uint8_t *body, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    const float *pixels = myo_image_get_const_pixels(hu);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        body[i] = pixels[i] > AIR_HU;
    }
    double radius = TABLE_OPEN_MM / fmax(g->column_spacing_mm, g->row_spacing_mm);
    return myo_mask_open(body, g->columns, g->rows, radius, err) &&
           myo_mask_keep_largest(body, g->columns, g->rows, err) &&
           myo_mask_fill_holes(body, g->columns, g->rows, err);
}

bool ct_t2_like(const myo_image *hu, const double canal[2], myo_image **out, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    const float *from = myo_image_get_const_pixels(hu);
    uint8_t *body = myo_alloc_array(g->columns * g->rows, sizeof *body, err);
    if (!body || !ct_find_body(hu, body, err) || !myo_image_create(g, out, err)) {
        free(body);
        return false;
    }
    float *to = myo_image_get_pixels(*out);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        to[i] = body[i] ? signal_of(from[i]) : 0.0f;
        if (canal && from[i] < CANAL_HIGH_HU) {
            double dx = ((double)(i % g->columns) - canal[0]) * g->column_spacing_mm;
            double dy = ((double)(i / g->columns) - canal[1]) * g->row_spacing_mm;
            to[i] = hypot(dx, dy) < CANAL_RADIUS_MM ? CANAL_SIGNAL : to[i];
        }
    }
    free(body);
    return true;
}
