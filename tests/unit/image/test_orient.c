/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All eight in-plane orientations of an axial slice come to the same canonical picture. */
#include "cmocka_all.h"

#include "image/orient.h"

#define COLUMNS 5
#define ROWS 3

/* Orientation k: bit 0 mirrors x, bit 1 mirrors y, bit 2 swaps rows and columns. The pixel at a
 * place holds 100 x + y of that place in patient coordinates (1 mm apart along x, 2 mm along y). */
static myo_image *create_oriented(int k) {
    bool mirror_x = k & 1, mirror_y = k & 2, swap = k & 4;
    myo_vec3 x = {mirror_x ? -1.0 : 1.0, 0.0, 0.0}, y = {0.0, mirror_y ? -1.0 : 1.0, 0.0};
    myo_geometry g = {
        .columns = swap ? ROWS : COLUMNS,
        .rows = swap ? COLUMNS : ROWS,
        .column_spacing_mm = swap ? 2.0 : 1.0,
        .row_spacing_mm = swap ? 1.0 : 2.0,
        .position_mm = {mirror_x ? COLUMNS - 1.0 : 0.0, mirror_y ? 2.0 * (ROWS - 1.0) : 0.0, 7.0},
        .row_cosine = swap ? y : x,
        .column_cosine = swap ? x : y};
    myo_image *image;
    assert_true(myo_image_create(&g, &image, NULL));
    for (size_t r = 0; r < g.rows; r++) {
        for (size_t c = 0; c < g.columns; c++) {
            myo_vec3 p = myo_geometry_to_patient(&g, (double)c, (double)r);
            myo_image_get_pixels(image)[r * g.columns + c] = (float)(100.0 * p.x + p.y);
        }
    }
    return image;
}

static void brings_every_orientation_to_left_and_back(void **state) {
    (void)state;
    for (int k = 0; k < 8; k++) {
        myo_image *image = create_oriented(k), *canonical;
        assert_true(myo_orient_to_canonical(image, &canonical, NULL));
        const myo_geometry *g = myo_image_get_geometry(canonical);
        assert_int_equal(g->columns, COLUMNS);
        assert_int_equal(g->rows, ROWS);
        assert_near(g->column_spacing_mm, 1.0, 0.0);
        assert_near(g->row_spacing_mm, 2.0, 0.0);
        for (size_t r = 0; r < ROWS; r++) {
            for (size_t c = 0; c < COLUMNS; c++) {
                assert_near(myo_image_get_const_pixels(canonical)[r * COLUMNS + c],
                            100.0 * (double)c + 2.0 * (double)r, 1e-6);
                myo_vec3 p = myo_geometry_to_patient(g, (double)c, (double)r);
                assert_near(p.x, (double)c, 1e-9);
                assert_near(p.y, 2.0 * (double)r, 1e-9);
                assert_near(p.z, 7.0, 1e-9);
            }
        }
        myo_image_destroy(canonical);
        myo_image_destroy(image);
    }
}

static void brings_labels_and_images_back(void **state) {
    (void)state;
    for (int k = 0; k < 8; k++) {
        myo_image *image = create_oriented(k), *canonical, *again;
        assert_true(myo_orient_to_canonical(image, &canonical, NULL));
        uint16_t pixels[COLUMNS * ROWS];
        for (size_t i = 0; i < COLUMNS * ROWS; i++) {
            pixels[i] = (uint16_t)myo_image_get_const_pixels(canonical)[i];
        }
        myo_labels *labels;
        const myo_geometry *g = myo_image_get_geometry(image);
        assert_true(myo_orient_labels_back(pixels, g, &labels, NULL));
        assert_true(myo_orient_image_back(canonical, g, &again, NULL));
        for (size_t i = 0; i < COLUMNS * ROWS; i++) {
            float stored = myo_image_get_const_pixels(image)[i];
            assert_int_equal(myo_labels_get_const_pixels(labels)[i], (int)stored);
            assert_near(myo_image_get_const_pixels(again)[i], stored, 0.0);
        }
        myo_labels_destroy(labels);
        myo_image_destroy(again);
        myo_image_destroy(canonical);
        myo_image_destroy(image);
    }
}

/* The eight ways to store a sagittal plane. */
static const struct {
    myo_vec3 row, column;
} sagittal[] = {
    {{0, 1, 0}, {0, 0, -1}}, {{0, -1, 0}, {0, 0, -1}}, {{0, 1, 0}, {0, 0, 1}},
    {{0, -1, 0}, {0, 0, 1}}, {{0, 0, -1}, {0, 1, 0}},  {{0, 0, -1}, {0, -1, 0}},
    {{0, 0, 1}, {0, 1, 0}},  {{0, 0, 1}, {0, -1, 0}},
};

static void brings_sagittal_slices_to_back_and_feet(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof sagittal / sizeof sagittal[0]; k++) {
        myo_geometry g = {.columns = 3,
                          .rows = 2,
                          .column_spacing_mm = 2.0,
                          .row_spacing_mm = 5.0,
                          .position_mm = {7.0, -3.0, 11.0},
                          .row_cosine = sagittal[k].row,
                          .column_cosine = sagittal[k].column};
        myo_image *image, *canonical;
        assert_true(myo_image_create(&g, &image, NULL));
        /* Each pixel holds where it lies. */
        for (size_t i = 0; i < 6; i++) {
            myo_vec3 p = myo_geometry_to_patient(&g, (double)(i % 3), (double)(i / 3));
            myo_image_get_pixels(image)[i] = (float)(p.y + 1000.0 * p.z);
        }
        assert_true(myo_orient_to_canonical(image, &canonical, NULL));
        const myo_geometry *c = myo_image_get_geometry(canonical);
        assert_near(c->row_cosine.y, 1.0, 0.0);
        assert_near(c->column_cosine.z, -1.0, 0.0);
        for (size_t i = 0; i < 6; i++) {
            myo_vec3 p =
                myo_geometry_to_patient(c, (double)(i % c->columns), (double)(i / c->columns));
            assert_near(myo_image_get_const_pixels(canonical)[i], p.y + 1000.0 * p.z, 1e-3);
        }
        myo_image_destroy(canonical);
        myo_image_destroy(image);
    }
}

static void refuses_a_coronal_slice(void **state) {
    (void)state;
    myo_geometry g = {.columns = 4,
                      .rows = 4,
                      .column_spacing_mm = 1.0,
                      .row_spacing_mm = 1.0,
                      .row_cosine = {1.0, 0.0, 0.0},
                      .column_cosine = {0.0, 0.0, -1.0}};
    myo_image *image, *canonical;
    myo_error err = {0};
    assert_true(myo_image_create(&g, &image, NULL));
    assert_false(myo_orient_to_canonical(image, &canonical, &err));
    assert_string_equal(err.message, "the slice is neither axial nor sagittal but coronal");
    myo_image_destroy(image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brings_every_orientation_to_left_and_back),
        cmocka_unit_test(brings_labels_and_images_back),
        cmocka_unit_test(brings_sagittal_slices_to_back_and_feet),
        cmocka_unit_test(refuses_a_coronal_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
