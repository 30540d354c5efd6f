/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plausibility of outlines against what the literature reports.
 *
 * The limits are wide: they are there to catch a failed outline, not an unusual patient.
 */
#include <myotome/segment.h>

#include <math.h>

/* Plausible area of one side at the lower lumbar levels. */
typedef struct area_limits {
    myo_structure structure;
    double lowest_mm2, highest_mm2;
    bool optional; /* not every method outlines it, nor is it at every level */
} area_limits;

static const area_limits limits[] = {
    /* Fortin 2014: 9.6 +- 2.1 cm2 at L4/5; mean +- 3 SD. */
    {MYO_MULTIFIDUS, 330.0, 1590.0, false},
    /* Fortin 2014: 16.3 +- 4.1 cm2 at L4/5; mean +- 3 SD. */
    {MYO_ERECTOR_SPINAE, 400.0, 2860.0, false},
    /* De Marco 2022: both sides at L4 at least 22.0 cm2 in young men and 11.1 in young women; half
     * of that in sarcopenia and at the upper levels, and half as much again as the largest. */
    {MYO_PSOAS_MAJOR, 250.0, 2800.0, false},
    /* L5 body 33 x 43 mm to 37 x 46 mm as an ellipse is 11 to 13 cm2; discs bulge beyond. */
    {MYO_VERTEBRAL_REFERENCE, 700.0, 2700.0, false},
    /* Ivanac 2026, 10.12659/MSM.951651: 291 +- 121 mm2 at L1/2 to 730 +- 324 mm2 at L3/4. */
    {MYO_QUADRATUS_LUMBORUM, 100.0, 1700.0, true},
    /* The whole muscle at L3 is some 90 to 220 cm2 (Prado 2008), less the muscles of the back,
     * psoas and quadratus lumborum 35 to 110 cm2, on both sides. */
    {MYO_ABDOMINAL_WALL, 1000.0, 7500.0, true},
};

/* Sides of healthy people differ by less than 10 % in 9 of 10 (Niemelaeinen 2011); four times that
 * is hardly a muscle any more. */
#define ASYMMETRY_LIMIT_PERCENT 40.0

typedef struct extent {
    size_t pixels;
    bool at_border;
} extent;

static void measure_extents(const myo_labels *labels,
                            extent extents[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]) {
    const myo_geometry *geometry = myo_labels_get_geometry(labels);
    const uint16_t *pixels = myo_labels_get_const_pixels(labels);
    for (size_t r = 0; r < geometry->rows; r++) {
        for (size_t c = 0; c < geometry->columns; c++) {
            myo_structure structure;
            myo_side side;
            if (myo_structure_from_label(pixels[r * geometry->columns + c], &structure, &side)) {
                extent *e = &extents[structure][side];
                e->pixels++;
                e->at_border |=
                    r == 0 || c == 0 || r + 1 == geometry->rows || c + 1 == geometry->columns;
            }
        }
    }
}

void myo_segment_check(const myo_labels *labels,
                       uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]) {
    extent extents[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {0};
    measure_extents(labels, extents);
    double pixel_area_mm2 = myo_geometry_pixel_area_mm2(myo_labels_get_geometry(labels));
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        myo_structure s = limits[i].structure;
        int sides = myo_structure_get(s)->paired ? MYO_SIDE_COUNT : 1;
        for (int side = 0; side < sides; side++) {
            const extent *e = &extents[s][side];
            double area_mm2 = (double)e->pixels * pixel_area_mm2;
            if (e->pixels == 0) {
                flags[s][side] |= limits[i].optional ? 0 : MYO_FLAG_MISSING;
            } else if (area_mm2 < limits[i].lowest_mm2 || area_mm2 > limits[i].highest_mm2) {
                flags[s][side] |= MYO_FLAG_AREA;
            }
            flags[s][side] |= e->at_border ? MYO_FLAG_CLIPPED : 0;
        }
        double left = (double)extents[s][MYO_LEFT].pixels;
        double right = (double)extents[s][MYO_RIGHT].pixels;
        if (sides == MYO_SIDE_COUNT && left > 0.0 && right > 0.0 &&
            100.0 * fabs(left - right) > ASYMMETRY_LIMIT_PERCENT * fmax(left, right)) {
            flags[s][MYO_LEFT] |= MYO_FLAG_ASYMMETRY;
            flags[s][MYO_RIGHT] |= MYO_FLAG_ASYMMETRY;
        }
    }
}
