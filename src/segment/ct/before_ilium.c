/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gluteus medius ends with the ilium that it comes from: what goes on in front of that is tensor
 * fasciae latae, which no fat parts from it in the lean. */
#include "segment/ct/proposal_private.h"
#include "segment/ct/refine_private.h"

/* So far it may bulge, mm. */
#define BULGE_MM 4.0
/* Of the map, for bone of the pelvis. */
#define PELVIS_MIN 0.5f
/* Bone in front of the ilium's end that is an error, mm2. */
#define STRAY_MM2 10.0

static bool is_ilium(const myo_tissue_map *map, const myo_image *hu, size_t i) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    return myo_image_get_const_pixels(hu)[i] > CT_BONE_LOW_HU &&
           myo_tissue_map_sample(map, (double)(i % g->columns) * g->column_spacing_mm,
                                 (double)(i / g->columns) * g->row_spacing_mm,
                                 MYO_TISSUE_PELVIS) > PELVIS_MIN;
}

/* The row at which the ilium of columns [from, to) begins in front; all rows when there is none. */
static size_t find_front(const myo_tissue_map *map, const myo_image *hu, size_t from, size_t to) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    double bone = 0.0;
    for (size_t row = 0; row < g->rows; row++) {
        for (size_t c = from; c < to; c++) {
            bone += is_ilium(map, hu, row * g->columns + c) ? myo_geometry_pixel_area_mm2(g) : 0.0;
        }
        if (bone >= STRAY_MM2) {
            return row;
        }
    }
    return g->rows;
}

void ct_end_medius_at_ilium(const myo_tissue_map *map, const myo_image *hu, double middle_column,
                            uint16_t *labels) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    size_t middle = middle_column > 0.0 ? (size_t)middle_column : 0;
    middle = middle < g->columns ? middle : g->columns;
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        uint16_t value = myo_structure_get(MYO_GLUTEUS_MEDIUS)->label[side];
        size_t from = side == MYO_LEFT ? middle : 0, to = side == MYO_LEFT ? g->columns : middle;
        size_t front = find_front(map, hu, from, to);
        for (size_t row = 0;
             front < g->rows && (double)(front - row) * g->row_spacing_mm > BULGE_MM; row++) {
            for (size_t c = from; c < to; c++) {
                uint16_t *label = &labels[row * g->columns + c];
                *label = *label == value ? 0 : *label;
            }
        }
    }
}
