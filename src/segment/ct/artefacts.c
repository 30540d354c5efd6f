/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Muscles that the field of view cuts off, and slices that metal distorts. A reconstruction may end
 * as a circle within the image, and beyond it lies padding: skin and fat lie between a whole muscle
 * and what is outside of the patient. Screws, cages and prostheses are denser than any bone and
 * than cement; their streaks run through the whole slice.
 */
#include "segment/ct/refine_private.h"
#include "segment/ct/t2_like_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>

#define NEAR_MM 3.5    /* nearer to the outside than this, a pixel was cut off */
#define LENGTH_MM 12.0 /* along so much of its border a muscle touches the outside */
#define METAL_HU 2500.0f
#define METAL_MM2 15.0 /* of it on a slice */
#define FAR 1e6f

bool ct_flag_artefacts(const myo_image *hu, const uint16_t *labels,
                       uint32_t (*flags)[MYO_SIDE_COUNT], myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    const float *pixels = myo_image_get_const_pixels(hu);
    size_t count = g->columns * g->rows, touching[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0}};
    size_t pixel_count[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0}}, metal = 0;
    double pixel_mm2 = myo_geometry_pixel_area_mm2(g), pixel_mm = sqrt(pixel_mm2);
    uint8_t *body = myo_alloc_array(count, 1, err);
    float *distance = myo_alloc_array(count, sizeof *distance, err);
    bool done = body && distance && ct_find_body(hu, body, err) &&
                myo_mask_signed_distance(body, g->columns, g->rows, FAR, distance, err);
    for (size_t i = 0; done && i < count; i++) {
        myo_structure structure;
        myo_side side;
        metal += body[i] && pixels[i] > METAL_HU;
        if (myo_structure_from_label(labels[i], &structure, &side)) {
            pixel_count[structure][side]++;
            touching[structure][side] += (double)distance[i] * pixel_mm > -NEAR_MM;
        }
    }
    for (int s = 0; done && s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            double length_mm = (double)touching[s][side] * pixel_mm2 / NEAR_MM;
            bool distorted = pixel_count[s][side] > 0 && (double)metal * pixel_mm2 >= METAL_MM2;
            flags[s][side] |= length_mm >= LENGTH_MM ? MYO_FLAG_CLIPPED : 0;
            flags[s][side] |= distorted ? MYO_FLAG_METAL : 0;
        }
    }
    free(body);
    free(distance);
    return done;
}
