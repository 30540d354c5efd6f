/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Areas: pixel counts and sums over a label map.
 *
 * CSA is the number of pixels times the pixel area; the fat's CSA is the sum of the pixels' fat
 * fractions times the pixel area; FCSA is CSA minus fat (Tang et al. 2024, section 2.2.1).
 */
#include <math.h>
#include <myotome/measure.h>

static bool same_size(const myo_geometry *a, const myo_geometry *b) {
    return a->columns == b->columns && a->rows == b->rows;
}

bool myo_measure_areas(const myo_labels *labels, const myo_image *intensity,
                       const myo_image *fat_fraction, myo_slice_measures *out, myo_error *err) {
    const myo_geometry *geometry = myo_labels_get_geometry(labels);
    if (!same_size(geometry, myo_image_get_geometry(intensity)) ||
        (fat_fraction && !same_size(geometry, myo_image_get_geometry(fat_fraction)))) {
        return myo_error_set(err, MYO_E_ARGUMENT, "measure: images and labels differ in size");
    }
    double pixel_area_mm2 = myo_geometry_pixel_area_mm2(geometry);
    if (!(pixel_area_mm2 > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING, "measure: no pixel spacing, no areas");
    }
    const uint16_t *label = myo_labels_get_const_pixels(labels);
    const float *value = myo_image_get_const_pixels(intensity);
    const float *fat = fat_fraction ? myo_image_get_const_pixels(fat_fraction) : NULL;
    myo_slice_measures measures = {0};
    for (size_t i = 0; i < geometry->columns * geometry->rows; i++) {
        myo_structure structure;
        myo_side side;
        if (!myo_structure_from_label(label[i], &structure, &side)) {
            continue;
        }
        myo_area *area = &measures.area[structure][side];
        area->pixel_count++;
        double fat_share = fat && myo_structure_get(structure)->muscle ? (double)fat[i] : 0.0;
        area->mean_intensity += (double)value[i];
        area->lean_intensity += (1.0 - fat_share) * (double)value[i];
        area->fat_csa_mm2 += fat_share;
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            myo_area *area = &measures.area[s][side];
            if (area->pixel_count > 0) {
                double lean = (double)area->pixel_count - area->fat_csa_mm2;
                area->present = true;
                area->lean_intensity = lean > 0.0 ? area->lean_intensity / lean : (double)NAN;
                area->csa_mm2 = (double)area->pixel_count * pixel_area_mm2;
                area->fat_csa_mm2 *= pixel_area_mm2;
                area->fcsa_mm2 = area->csa_mm2 - area->fat_csa_mm2;
                area->fat_fraction = area->fat_csa_mm2 / area->csa_mm2;
                area->mean_intensity /= (double)area->pixel_count;
            }
        }
    }
    *out = measures;
    return true;
}
