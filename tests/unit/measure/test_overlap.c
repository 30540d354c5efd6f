/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overlap and boundary distances of shapes whose answer is known. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/overlap.h>

#define SIDE 128
#define LABEL 5101

static myo_labels *create_map(double column_mm, double row_mm) {
    myo_geometry geometry = {.columns = SIDE,
                             .rows = SIDE,
                             .column_spacing_mm = column_mm,
                             .row_spacing_mm = row_mm,
                             .row_cosine = {1, 0, 0},
                             .column_cosine = {0, 1, 0}};
    myo_labels *map;
    assert_true(myo_labels_create(&geometry, &map, NULL));
    return map;
}

static void draw_box(myo_labels *map, size_t column, size_t row, size_t columns, size_t rows) {
    for (size_t r = row; r < row + rows; r++) {
        for (size_t c = column; c < column + columns; c++) {
            myo_labels_get_pixels(map)[r * SIDE + c] = LABEL;
        }
    }
}

/* A disc in mm around the middle of the map. */
static void draw_disc(myo_labels *map, double radius_mm) {
    const myo_geometry *g = myo_labels_get_geometry(map);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        double x = ((double)(i % SIDE) - 0.5 * SIDE) * g->column_spacing_mm;
        double y = ((double)(i / SIDE) - 0.5 * SIDE) * g->row_spacing_mm;
        if (x * x + y * y <= radius_mm * radius_mm) {
            myo_labels_get_pixels(map)[i] = LABEL;
        }
    }
}

/* Two boxes of 20 x 10 pixels, one moved by 4 columns: 16 x 10 pixels in common. */
static void counts_moved_boxes(void **state) {
    (void)state;
    myo_labels *a = create_map(0.5, 2.0), *b = create_map(0.5, 2.0);
    draw_box(a, 30, 40, 20, 10);
    draw_box(b, 34, 40, 20, 10);
    myo_overlap o;
    assert_true(myo_overlap_compute(a, b, LABEL, &o, NULL));
    assert_int_equal(o.pixels_a, 200);
    assert_int_equal(o.pixels_common, 160);
    assert_near(o.dice, 0.8, 1e-12);
    /* 56 boundary pixels each. Those of the long sides coincide, but for four columns at one end,
     * 0.5 to 2 mm away; the 8 others of each short side are 2 mm from the nearest boundary. */
    assert_near(o.surface_mean_mm, (2.0 * (0.5 + 1.0 + 1.5 + 2.0) + 2.0 * 8.0 * 2.0) / 56.0, 1e-6);
    assert_near(o.surface_p95_mm, 2.0, 1e-6);
    myo_labels_destroy(a);
    myo_labels_destroy(b);
}

/* The same box moved along the columns: the row spacing counts. */
static void distances_follow_the_spacing(void **state) {
    (void)state;
    myo_labels *a = create_map(0.5, 2.0), *b = create_map(0.5, 2.0);
    draw_box(a, 30, 40, 60, 1);
    draw_box(b, 30, 43, 60, 1);
    myo_overlap o;
    assert_true(myo_overlap_compute(a, b, LABEL, &o, NULL));
    assert_near(o.dice, 0.0, 0.0);
    assert_near(o.surface_mean_mm, 6.0, 1e-6);
    assert_near(o.surface_p95_mm, 6.0, 1e-6);
    myo_labels_destroy(a);
    myo_labels_destroy(b);
}

/* Discs of 15 and 20 mm in pixels that are no squares: 5 mm apart all around. The outermost
 * pixels' centres lie up to a pixel inside, so half a pixel is allowed. */
static void concentric_discs_are_apart_by_their_radii(void **state) {
    (void)state;
    myo_labels *a = create_map(0.5, 0.8), *b = create_map(0.5, 0.8);
    draw_disc(a, 15.0);
    draw_disc(b, 20.0);
    myo_overlap o;
    assert_true(myo_overlap_compute(a, b, LABEL, &o, NULL));
    assert_near(o.dice, 2.0 * 225.0 / (225.0 + 400.0), 0.005);
    assert_near(o.surface_mean_mm, 5.0, 0.25);
    assert_near(o.surface_p95_mm, 5.0, 0.4);
    myo_labels_destroy(a);
    myo_labels_destroy(b);
}

/* One stray pixel far away moves the greatest distance, not the 95th percentile. */
static void stray_pixel_does_not_rule(void **state) {
    (void)state;
    myo_labels *a = create_map(1.0, 1.0), *b = create_map(1.0, 1.0);
    draw_box(a, 20, 20, 30, 30);
    draw_box(b, 20, 20, 30, 30);
    draw_box(b, 120, 20, 1, 1);
    myo_overlap o;
    assert_true(myo_overlap_compute(a, b, LABEL, &o, NULL));
    assert_near(o.surface_p95_mm, 0.0, 0.0);
    assert_near(o.surface_mean_mm, 71.0 / (116.0 + 117.0), 1e-6);
    myo_labels_destroy(a);
    myo_labels_destroy(b);
}

static void outlines_on_the_border_have_a_boundary(void **state) {
    (void)state;
    myo_labels *a = create_map(1.0, 1.0), *b = create_map(1.0, 1.0);
    draw_box(a, 0, 0, SIDE, SIDE);
    draw_box(b, 0, 0, SIDE, SIDE - 3);
    myo_overlap o;
    assert_true(myo_overlap_compute(a, b, LABEL, &o, NULL));
    assert_near(o.surface_p95_mm, 3.0, 1e-6);
    myo_labels_destroy(a);
    myo_labels_destroy(b);
}

static void empty_outlines_have_no_distance(void **state) {
    (void)state;
    myo_labels *a = create_map(1.0, 1.0), *b = create_map(1.0, 1.0);
    myo_overlap o;
    assert_true(myo_overlap_compute(a, b, LABEL, &o, NULL));
    assert_true(isnan(o.dice));
    draw_box(a, 3, 3, 4, 4);
    assert_true(myo_overlap_compute(a, b, LABEL, &o, NULL));
    assert_near(o.dice, 0.0, 0.0);
    assert_true(isnan(o.surface_mean_mm));
    myo_labels_destroy(a);
    myo_labels_destroy(b);
}

static void refuses_other_grids(void **state) {
    (void)state;
    myo_labels *a = create_map(1.0, 1.0), *b = create_map(1.0, 1.002);
    myo_overlap o;
    myo_error err = {0};
    assert_false(myo_overlap_compute(a, b, LABEL, &o, &err));
    assert_string_equal(err.message, "overlap: the maps lie on different grids");
    myo_labels_destroy(b);
    b = create_map(1.0, 1.0005);
    assert_true(myo_overlap_compute(a, b, LABEL, &o, NULL));
    myo_labels_destroy(a);
    myo_labels_destroy(b);
    a = create_map(0.0, 0.0);
    err = (myo_error){0};
    assert_false(myo_overlap_compute(a, a, LABEL, &o, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    myo_labels_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_moved_boxes),
        cmocka_unit_test(distances_follow_the_spacing),
        cmocka_unit_test(concentric_discs_are_apart_by_their_radii),
        cmocka_unit_test(stray_pixel_does_not_rule),
        cmocka_unit_test(outlines_on_the_border_have_a_boundary),
        cmocka_unit_test(empty_outlines_have_no_distance),
        cmocka_unit_test(refuses_other_grids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
