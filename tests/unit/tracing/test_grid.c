/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grid of a label map: its own pixels, in place and in number. */
#include "cmocka_all.h"
#include "io/nifti.h"

#include <math.h>
#include <myotome/tracing.h>
#include <unistd.h>

#define PATH "test_grid.nii.gz"
/* Coordinates are stored in single precision, some 100 mm long. */
#define TOLERANCE_MM 1e-4

static myo_labels *make_map(double z_mm, uint16_t label, size_t pixels) {
    const double tilt = 0.3;
    const myo_geometry geometry = {.columns = 40,
                                   .rows = 30,
                                   .column_spacing_mm = 0.5,
                                   .row_spacing_mm = 0.75,
                                   .thickness_mm = 4.0,
                                   .position_mm = {-10.0, 20.0, z_mm},
                                   .row_cosine = {1.0, 0.0, 0.0},
                                   .column_cosine = {0.0, cos(tilt), -sin(tilt)}};
    myo_labels *map;
    assert_true(myo_labels_create(&geometry, &map, NULL));
    for (size_t i = 0; i < pixels; i++) {
        myo_labels_get_pixels(map)[200 + i] = label;
    }
    return map;
}

static void assert_near_point(myo_vec3 a, myo_vec3 b, double tolerance) {
    assert_near(a.x, b.x, tolerance);
    assert_near(a.y, b.y, tolerance);
    assert_near(a.z, b.z, tolerance);
}

/* A tilted slice as it was written, from the file; and drawn on it each pixel is where it was. */
static void is_that_of_the_slice(void **state) {
    (void)state;
    myo_labels *map = make_map(7.0, 5101, 90);
    const myo_geometry *expected = myo_labels_get_geometry(map);
    myo_tracing *tracing;
    myo_geometry g;
    myo_tracing_drawn drawn;
    assert_true(myo_nifti_write_labels(PATH, map, NULL));
    assert_true(myo_tracing_open(PATH, NULL, &tracing, NULL));
    assert_true(myo_tracing_find_grid(tracing, &g, NULL));
    assert_int_equal(g.columns, expected->columns);
    assert_int_equal(g.rows, expected->rows);
    assert_near(g.column_spacing_mm, expected->column_spacing_mm, 1e-6);
    assert_near(g.row_spacing_mm, expected->row_spacing_mm, 1e-6);
    assert_near_point(g.position_mm, expected->position_mm, TOLERANCE_MM);
    assert_near_point(g.row_cosine, expected->row_cosine, 1e-6);
    assert_near_point(g.column_cosine, expected->column_cosine, 1e-6);
    const myo_tracing_grid grid = {.geometry = &g};
    assert_true(myo_tracing_draw(tracing, &grid, &drawn, NULL));
    assert_memory_equal(myo_labels_get_const_pixels(drawn.labels), myo_labels_get_const_pixels(map),
                        g.columns * g.rows * sizeof(uint16_t));
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
    myo_labels_destroy(map);
    unlink(PATH);
}

/* Of several slices it is the one with most labelled pixels. */
static void is_that_of_the_fullest_slice(void **state) {
    (void)state;
    myo_labels *const maps[] = {make_map(0.0, 5101, 10), make_map(5.0, 5101, 60),
                                make_map(10.0, 5101, 30)};
    const myo_labels *const slices[] = {maps[0], maps[1], maps[2]};
    myo_tracing *tracing;
    myo_geometry g;
    assert_true(myo_nifti_write_label_stack(PATH, slices, 3, NULL));
    assert_true(myo_tracing_open(PATH, NULL, &tracing, NULL));
    assert_true(myo_tracing_find_grid(tracing, &g, NULL));
    assert_near_point(g.position_mm, myo_labels_get_geometry(maps[1])->position_mm, TOLERANCE_MM);
    myo_tracing_destroy(tracing);
    for (int i = 0; i < 3; i++) {
        myo_labels_destroy(maps[i]);
    }
    unlink(PATH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_that_of_the_slice),
        cmocka_unit_test(is_that_of_the_fullest_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
