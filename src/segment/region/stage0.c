/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stage 0: what each coarse pixel may be, from the look of its surroundings alone. */
#include "segment/region/region_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Smoothed copies of the coarse image, in pixels of REGION_COARSE_MM. */
static const double sigmas[] = {1.0, 2.0, 4.0};
#define WIDE_SIGMA 6.0
#define EDGE_SIGMA 1.5

/* Maps: the image, three Gaussians, gradient magnitude, a wide Gaussian. */
bool region_stage0_maps(const myo_grid *coarse, myo_planes *maps, myo_error *err) {
    size_t count = coarse->columns * coarse->rows;
    float *scratch = myo_alloc_array(3 * count, sizeof(float), err);
    if (!scratch ||
        !myo_planes_allocate(maps, REGION_STAGE0_MAPS, coarse->columns, coarse->rows, err)) {
        free(scratch);
        return false;
    }
    memcpy(maps->pixels, coarse->pixels, count * sizeof(float));
    for (size_t k = 0; k < 3; k++) {
        myo_grid plane = myo_planes_get(maps, k + 1);
        myo_filter_gaussian(coarse, sigmas[k], sigmas[k], &plane, scratch);
    }
    float *along_columns = scratch + count, *along_rows = scratch + 2 * count;
    myo_grid first = myo_planes_get(maps, 1), edges = myo_planes_get(maps, 4);
    myo_filter_gradient(&first, along_columns, along_rows);
    for (size_t i = 0; i < count; i++) {
        edges.pixels[i] = hypotf(along_columns[i], along_rows[i]);
    }
    myo_filter_gaussian(&edges, EDGE_SIGMA, EDGE_SIGMA, &edges, scratch);
    myo_grid wide = myo_planes_get(maps, 5);
    myo_filter_gaussian(coarse, WIDE_SIGMA, WIDE_SIGMA, &wide, scratch);
    free(scratch);
    return true;
}

bool region_stage0(const region_model *model, const myo_grid *coarse, myo_planes *out,
                   myo_error *err) {
    size_t count = coarse->columns * coarse->rows;
    myo_planes maps = {0};
    uint8_t *want = myo_alloc_array(count, 1, err);
    float *probabilities = myo_alloc_array(count * REGION_CLASSES, sizeof(float), err);
    bool done = want && probabilities && region_stage0_maps(coarse, &maps, err) &&
                myo_planes_allocate(out, REGION_CLASSES, coarse->columns, coarse->rows, err);
    if (done) {
        memset(want, 1, count);
        done = myo_forest_apply(&model->stage0, &maps, want, count, probabilities, err);
    }
    for (size_t i = 0; done && i < count; i++) {
        for (size_t k = 0; k < REGION_CLASSES; k++) {
            out->pixels[k * count + i] = probabilities[i * REGION_CLASSES + k];
        }
    }
    myo_planes_clear(&maps);
    free(want);
    free(probabilities);
    return done;
}
