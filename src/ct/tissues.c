/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ct/tissues_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define SPACING_MM 3.0 /* layers that lie closer tell the same */
#define BATCH 8        /* layers that are mapped in one go */

/* The most probable tissue of each pixel. */
static void keep_most_probable(const float *probability, size_t pixels, uint8_t *out) {
    for (size_t i = 0; i < pixels; i++) {
        const float *p = probability + i * MYO_TISSUE_COUNT;
        size_t best = 0;
        for (size_t k = 1; k < MYO_TISSUE_COUNT; k++) {
            best = p[k] > p[best] ? k : best;
        }
        out[i] = (uint8_t)best;
    }
}

/* Maps the layers first, first + 1, ... of `out`, as many as fit. */
static bool map_batch(const myo_ct *ct, const myo_tissue_mapper *mapper, ct_tissues *out,
                      size_t first, float *hu, float *probability, myo_error *err) {
    myo_slice slices[BATCH] = {0};
    double origins[BATCH][2];
    size_t voxels = ct->columns * ct->rows, pixels = out->columns * out->rows;
    size_t count = out->layers - first < BATCH ? out->layers - first : BATCH;
    for (size_t k = 0; k < count; k++) {
        const int16_t *layer = ct_layer(ct, (first + k) * out->stride);
        for (size_t i = 0; i < voxels; i++) {
            hu[k * voxels + i] = layer[i];
        }
        slices[k] = (myo_slice){.struct_size = sizeof slices[k],
                                .columns = ct->columns,
                                .rows = ct->rows,
                                .column_spacing_mm = ct->column_mm,
                                .row_spacing_mm = ct->row_mm,
                                .intensity = hu + k * voxels};
    }
    if (!mapper->map(slices, count, false, origins, probability, err)) {
        return false;
    }
    for (size_t k = 0; k < count; k++) {
        out->origin_mm[first + k][0] = origins[k][0];
        out->origin_mm[first + k][1] = origins[k][1];
        keep_most_probable(probability + k * pixels * MYO_TISSUE_COUNT, pixels,
                           out->classes + (first + k) * pixels);
    }
    return true;
}

bool ct_tissues_map(const myo_ct *ct, const myo_tissue_mapper *mapper, ct_tissues *out,
                    myo_error *err) {
    size_t voxels = ct->columns * ct->rows, pixels = mapper->columns * mapper->rows;
    *out = (ct_tissues){.columns = mapper->columns,
                        .rows = mapper->rows,
                        .step_mm = mapper->step_mm,
                        .stride = (size_t)fmax(round(SPACING_MM / ct->slice_mm), 1.0)};
    out->layers = (ct->slices + out->stride - 1) / out->stride;
    out->classes = myo_alloc_array(out->layers * pixels, sizeof *out->classes, err);
    out->origin_mm = myo_alloc_array(out->layers, sizeof *out->origin_mm, err);
    float *hu = myo_alloc_array(BATCH * voxels, sizeof *hu, err);
    float *probability = myo_alloc_array(BATCH * pixels * MYO_TISSUE_COUNT, sizeof *hu, err);
    bool done = out->classes && out->origin_mm && hu && probability;
    for (size_t first = 0; done && first < out->layers; first += BATCH) {
        done = map_batch(ct, mapper, out, first, hu, probability, err);
    }
    free(hu);
    free(probability);
    if (!done) {
        ct_tissues_clear(out);
    }
    return done;
}

void ct_tissues_clear(ct_tissues *tissues) {
    free(tissues->classes);
    free(tissues->origin_mm);
    *tissues = (ct_tissues){0};
}

myo_tissue ct_tissues_at_voxel(const myo_ct *ct, const ct_tissues *t, double column, double row,
                               double slice) {
    long layer = lround(slice / (double)t->stride);
    layer = layer < 0 ? 0 : layer >= (long)t->layers ? (long)t->layers - 1 : layer;
    const double *origin = t->origin_mm[layer];
    long c = lround((column * ct->column_mm - origin[0]) / t->step_mm);
    long r = lround((row * ct->row_mm - origin[1]) / t->step_mm);
    if (c < 0 || r < 0 || c >= (long)t->columns || r >= (long)t->rows) {
        return MYO_TISSUE_OTHER;
    }
    return (myo_tissue)t->classes[((size_t)layer * t->rows + (size_t)r) * t->columns + (size_t)c];
}

myo_tissue ct_tissues_at(const myo_ct *ct, const ct_tissues *tissues, myo_vec3 point_mm) {
    double voxel[3];
    ct_to_voxel(ct, point_mm, voxel);
    return ct_tissues_at_voxel(ct, tissues, voxel[0], voxel[1], voxel[2]);
}
