/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <myotome/tissue.h>

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

bool myo_tissue_map_slice(const myo_tissue_mapper *mapper, const myo_image *canonical,
                          myo_tissue_map *out, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(canonical);
    const myo_slice slice = {.struct_size = sizeof slice,
                             .columns = g->columns,
                             .rows = g->rows,
                             .column_spacing_mm = g->column_spacing_mm,
                             .row_spacing_mm = g->row_spacing_mm,
                             .intensity = myo_image_get_const_pixels(canonical)};
    *out = (myo_tissue_map){
        .columns = mapper->columns, .rows = mapper->rows, .step_mm = mapper->step_mm};
    out->probability = myo_alloc_array(mapper->columns * mapper->rows * MYO_TISSUE_COUNT,
                                       sizeof *out->probability, err);
    if (!out->probability ||
        !mapper->map(&slice, 1, true, &out->origin_mm, out->probability, err)) {
        myo_tissue_map_clear(out);
        return false;
    }
    return true;
}

void myo_tissue_map_clear(myo_tissue_map *map) {
    free(map->probability);
    *map = (myo_tissue_map){0};
}

float myo_tissue_map_sample(const myo_tissue_map *map, double x_mm, double y_mm,
                            myo_tissue tissue) {
    double x = (x_mm - map->origin_mm[0]) / map->step_mm;
    double y = (y_mm - map->origin_mm[1]) / map->step_mm;
    if (!(x >= 0.0 && y >= 0.0 && x <= (double)(map->columns - 1) &&
          y <= (double)(map->rows - 1))) {
        return tissue == MYO_TISSUE_OTHER ? 1.0f : 0.0f;
    }
    size_t c = (size_t)fmin(x, (double)map->columns - 2.0);
    size_t r = (size_t)fmin(y, (double)map->rows - 2.0);
    float u = (float)(x - (double)c), v = (float)(y - (double)r);
    const float *p = map->probability + (r * map->columns + c) * MYO_TISSUE_COUNT + tissue;
    size_t down = map->columns * MYO_TISSUE_COUNT;
    return (1.0f - v) * ((1.0f - u) * p[0] + u * p[MYO_TISSUE_COUNT]) +
           v * ((1.0f - u) * p[down] + u * p[down + MYO_TISSUE_COUNT]);
}
