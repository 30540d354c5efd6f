/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The volume says of every point what the slices say, whatever their geometry. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/ct.h>

#define SIDE 40
#define COUNT 12

/* A field that trilinear sampling returns exactly, in whole HU at whole millimetres. */
static double field(myo_vec3 p) {
    return 2.0 * p.x - 3.0 * p.y + 5.0 * p.z + 10.0;
}

static myo_geometry slice_geometry(myo_geometry first, myo_vec3 step, size_t k) {
    first.position_mm.x += step.x * (double)k;
    first.position_mm.y += step.y * (double)k;
    first.position_mm.z += step.z * (double)k;
    return first;
}

static myo_ct *fill(myo_geometry first, myo_vec3 step, size_t count, size_t left_out) {
    myo_geometry last = slice_geometry(first, step, count - 1);
    myo_ct *ct = NULL;
    myo_error err = {0};
    if (!myo_ct_create(&first, &last, count, &ct, &err)) {
        fail_msg("%s", err.message);
    }
    for (size_t n = count; n-- > 0;) { /* any order will do */
        myo_geometry g = slice_geometry(first, step, n);
        myo_image *image;
        assert_true(myo_image_create(&g, &image, NULL));
        for (size_t i = 0; i < g.columns * g.rows; i++) {
            myo_image_get_pixels(image)[i] = (float)field(
                myo_geometry_to_patient(&g, (double)(i % g.columns), (double)(i / g.columns)));
        }
        assert_true(n == left_out || myo_ct_add_slice(ct, image, &err));
        myo_image_destroy(image);
    }
    assert_true(myo_ct_finish(ct, NULL));
    return ct;
}

/* Compares with the field in the inner part, where nothing is extrapolated. */
static void assert_field(const myo_ct *ct, myo_geometry first, myo_vec3 step, size_t count,
                         double tolerance) {
    for (size_t k = 1; k + 1 < count; k++) {
        myo_geometry g = slice_geometry(first, step, k);
        for (double at = 4.0; at < SIDE - 4.0; at += 3.3) {
            myo_vec3 p = myo_geometry_to_patient(&g, at, SIDE - at);
            assert_near(myo_ct_sample(ct, p), field(p), tolerance);
        }
    }
}

static myo_geometry upright(double pixel_mm) {
    return (myo_geometry){.columns = SIDE,
                          .rows = SIDE,
                          .column_spacing_mm = pixel_mm,
                          .row_spacing_mm = pixel_mm,
                          .position_mm = {-20.0, -30.0, 5.0},
                          .row_cosine = {1.0, 0.0, 0.0},
                          .column_cosine = {0.0, 1.0, 0.0}};
}

static void samples_upright_slices(void **state) {
    (void)state;
    myo_ct *ct = fill(upright(2.0), (myo_vec3){0.0, 0.0, 3.0}, COUNT, COUNT);
    assert_field(ct, upright(2.0), (myo_vec3){0.0, 0.0, 3.0}, COUNT, 0.51);
    assert_near(myo_ct_sample(ct, (myo_vec3){500.0, 0.0, 10.0}), -1024.0, 0.0);
    assert_near(myo_ct_sample(ct, (myo_vec3){0.0, 0.0, -10.0}), -1024.0, 0.0);
    myo_ct_destroy(ct);
}

/* Rows to the right and to the front: stored the other way round. */
static void samples_mirrored_slices(void **state) {
    (void)state;
    myo_geometry g = upright(2.0);
    g.position_mm = (myo_vec3){58.0, 48.0, 5.0};
    g.row_cosine.x = -1.0;
    g.column_cosine.y = -1.0;
    myo_ct *ct = fill(g, (myo_vec3){0.0, 0.0, 3.0}, COUNT, COUNT);
    assert_field(ct, g, (myo_vec3){0.0, 0.0, 3.0}, COUNT, 0.51);
    myo_ct_destroy(ct);
}

/* A gantry tilted by 15 degrees: slices lean, the table moves straight on. */
static void samples_a_tilted_gantry(void **state) {
    (void)state;
    const double tilt = 15.0 * 3.14159265358979 / 180.0;
    myo_geometry g = upright(2.0);
    g.column_cosine = (myo_vec3){0.0, cos(tilt), sin(tilt)};
    const myo_vec3 step = {0.0, 0.0, 4.0};
    myo_ct *ct = fill(g, step, COUNT, COUNT);
    assert_field(ct, g, step, COUNT, 0.51);
    myo_ct_destroy(ct);
}

/* Pixels of 0.7 mm and slices of 0.6 mm are averaged two by two; the mean of a linear field is its
 * value in the middle. */
static void averages_what_is_fine(void **state) {
    (void)state;
    const myo_vec3 step = {0.0, 0.0, 0.6};
    myo_ct *ct = fill(upright(0.7), step, COUNT, COUNT);
    assert_field(ct, upright(0.7), step, COUNT, 1.5);
    myo_ct_destroy(ct);
}

static void fills_a_missing_slice_from_its_neighbours(void **state) {
    (void)state;
    const myo_vec3 step = {0.0, 0.0, 3.0};
    myo_ct *ct = fill(upright(2.0), step, COUNT, 5);
    assert_field(ct, upright(2.0), step, COUNT, 0.51);
    myo_ct_destroy(ct);
}

static void refuses_what_is_no_volume(void **state) {
    (void)state;
    myo_geometry first = upright(2.0), last = upright(2.0);
    myo_ct *ct;
    myo_error err = {0};
    assert_false(myo_ct_create(&first, &last, COUNT, &ct, &err)); /* all at one place */
    assert_int_equal(err.code, MYO_E_RANGE);
    err = (myo_error){0};
    last.position_mm.z += 30.0;
    first.column_spacing_mm = 0.0;
    assert_false(myo_ct_create(&first, &last, COUNT, &ct, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    err = (myo_error){0};
    first = upright(2.0);
    last.column_cosine = (myo_vec3){0.0, 0.0, -1.0};
    assert_false(myo_ct_create(&first, &last, COUNT, &ct, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
}

static void reformats_along_the_sagittal_plane(void **state) {
    (void)state;
    myo_ct *ct = fill(upright(2.0), (myo_vec3){0.0, 0.0, 3.0}, COUNT, COUNT);
    myo_image *image;
    assert_true(myo_ct_reformat_sagittal(ct, 7.0, 1.0, &image, NULL));
    const myo_geometry *g = myo_image_get_geometry(image);
    assert_int_equal(myo_geometry_plane(g), MYO_PLANE_SAGITTAL);
    assert_int_equal(g->columns, 79);
    assert_int_equal(g->rows, 34);
    for (size_t i = 0; i < g->columns * g->rows; i += 17) {
        myo_vec3 p = myo_geometry_to_patient(g, (double)(i % g->columns), (double)(i / g->columns));
        assert_near(myo_image_get_const_pixels(image)[i], field(p), 0.51);
    }
    myo_image_destroy(image);
    myo_ct_destroy(ct);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_upright_slices),
        cmocka_unit_test(samples_mirrored_slices),
        cmocka_unit_test(samples_a_tilted_gantry),
        cmocka_unit_test(averages_what_is_fine),
        cmocka_unit_test(fills_a_missing_slice_from_its_neighbours),
        cmocka_unit_test(refuses_what_is_no_volume),
        cmocka_unit_test(reformats_along_the_sagittal_plane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
