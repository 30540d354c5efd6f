/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slice of the pelvis on CT: gluteus maximus and medius, with their flags. */
#include "image/orient.h"
#include "segment/ct/gluteus_private.h"

#include "base/memory.h"

#include <math.h>
#include <myotome/segment.h>
#include <stdlib.h>

/* Plausible area of one side: a third to twice of what is reported (Homma; maximus about 3500 mm2
 * at the upper symphysis, medius 1714, 1147 to 3167 mm2). */
static const struct {
    myo_structure structure;
    double lowest_mm2, highest_mm2;
} limits[2] = {{MYO_GLUTEUS_MAXIMUS, 1200.0, 8000.0}, {MYO_GLUTEUS_MEDIUS, 600.0, 6000.0}};

/* Sides of healthy people hardly differ by more. */
#define ASYMMETRY_LIMIT 0.4
/* At most so sure is an outline whose area is doubtful; one that is less sure than the limit is
 * flagged. */
#define CONFIDENCE_DOUBTFUL 0.4
#define CONFIDENCE_MIN 0.6

static double area_mm2(const myo_labels *labels, uint16_t value) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    const uint16_t *pixels = myo_labels_get_const_pixels(labels);
    size_t count = 0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        count += pixels[i] == value;
    }
    return (double)count * myo_geometry_pixel_area_mm2(g);
}

/* `visible` is the share of each outline's border that the image shows. */
static void judge(double size, double visible[2][MYO_SIDE_COUNT], myo_outlines *out) {
    for (int k = 0; k < 2; k++) {
        myo_structure s = limits[k].structure;
        double area[MYO_SIDE_COUNT];
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            area[side] = area_mm2(out->labels, myo_structure_get(s)->label[side]);
            double adult = area[side] / (size * size);
            bool plausible = adult >= limits[k].lowest_mm2 && adult <= limits[k].highest_mm2;
            out->flags[s][side] |= !(area[side] > 0.0) ? MYO_FLAG_MISSING
                                   : !plausible        ? MYO_FLAG_AREA
                                                       : 0;
            out->confidence[s][side] =
                plausible ? visible[k][side] : fmin(visible[k][side], CONFIDENCE_DOUBTFUL);
        }
        double greater = fmax(area[MYO_LEFT], area[MYO_RIGHT]);
        if (area[MYO_LEFT] > 0.0 && area[MYO_RIGHT] > 0.0 &&
            fabs(area[MYO_LEFT] - area[MYO_RIGHT]) > ASYMMETRY_LIMIT * greater) {
            for (int side = 0; side < MYO_SIDE_COUNT; side++) {
                out->flags[s][side] |= MYO_FLAG_ASYMMETRY;
                out->confidence[s][side] = fmin(out->confidence[s][side], CONFIDENCE_DOUBTFUL);
            }
        }
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            if (area[side] > 0.0 && out->confidence[s][side] < CONFIDENCE_MIN) {
                out->flags[s][side] |= MYO_FLAG_LOW_CONFIDENCE;
            }
        }
    }
}

bool myo_segment_ct_gluteus(const myo_image *hu, myo_vec3 midline_mm, double size,
                            myo_gluteal_level level, myo_outlines *out, myo_error *err) {
    const myo_geometry *stored = myo_image_get_geometry(hu);
    if (!(myo_geometry_pixel_area_mm2(stored) > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING,
                             "pixel spacing is missing or zero: no areas can be measured");
    }
    myo_image *canonical = NULL;
    uint16_t *labels = NULL;
    myo_outlines result = {0};
    double visible[2][MYO_SIDE_COUNT] = {{0.0}};
    bool done = myo_orient_to_canonical(hu, &canonical, err);
    if (done) {
        const myo_geometry *g = myo_image_get_geometry(canonical);
        double column;
        myo_geometry_from_patient(g, midline_mm, &column, NULL, NULL);
        labels = myo_alloc_array(g->columns * g->rows, sizeof *labels, err);
        done = labels &&
               ct_outline_gluteus(canonical, column, level == MYO_ACETABULAR_ROOF, labels, visible,
                                  err) &&
               myo_orient_labels_back(labels, stored, &result.labels, err) &&
               myo_orient_image_back(canonical, stored, &result.corrected, err);
    }
    bool any = visible[0][MYO_LEFT] > 0.0 || visible[0][MYO_RIGHT] > 0.0 ||
               visible[1][MYO_LEFT] > 0.0 || visible[1][MYO_RIGHT] > 0.0;
    if (done && !any) {
        done = myo_error_set(err, MYO_E_NOT_FOUND, "no gluteal muscle was found on the slice");
    }
    if (done) {
        judge(size, visible, &result);
        *out = result;
    } else {
        myo_outlines_clear(&result);
    }
    myo_image_destroy(canonical);
    free(labels);
    return done;
}
