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

/* The row at which the ilium of a side begins in front; all rows when there is none. */
static size_t find_front(const myo_tissue_map *map, const myo_image *hu, double middle_column,
                         myo_side side) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    const float *pixels = myo_image_get_const_pixels(hu);
    size_t row = 0;
    double bone = 0.0;
    for (size_t i = 0; i < g->columns * g->rows && bone < STRAY_MM2; i++) {
        row = i / g->columns;
        bool ilium = pixels[i] > CT_BONE_LOW_HU && ct_side_of(g, middle_column, i) == side &&
                     ct_map_at(map, g, i, MYO_TISSUE_PELVIS) > PELVIS_MIN;
        bone += ilium ? myo_geometry_pixel_area_mm2(g) : 0.0;
    }
    return bone < STRAY_MM2 ? g->rows : row;
}

void ct_end_medius_at_ilium(const myo_tissue_map *map, const myo_image *hu, double middle_column,
                            uint16_t *labels) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        uint16_t value = myo_structure_get(MYO_GLUTEUS_MEDIUS)->label[side];
        size_t front = find_front(map, hu, middle_column, (myo_side)side);
        for (size_t i = 0; front < g->rows && i < front * g->columns; i++) {
            double before = (double)(front - i / g->columns) * g->row_spacing_mm;
            labels[i] = labels[i] == value && before > BULGE_MM ? 0 : labels[i];
        }
    }
}
