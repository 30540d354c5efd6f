/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tissue maps of a mapper whose answers are known. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/tissue.h>
#include <string.h>

#define COLUMNS 5
#define ROWS 4
#define STEP_MM 2.0

/* Psoas grows by 0.1 a column and 0.05 a row; the rest is vertebra. The map begins at (3, -1) mm.
 */
static bool map_ramp(const myo_slice *slices, size_t count, bool twice, double (*origin_mm)[2],
                     float *probability, myo_error *err) {
    (void)err;
    assert_int_equal(count, 1);
    assert_true(twice);
    assert_near(slices[0].intensity[0], -1000.0, 0.0);
    assert_near(slices[0].column_spacing_mm, 0.5, 0.0);
    origin_mm[0][0] = 3.0;
    origin_mm[0][1] = -1.0;
    memset(probability, 0, COLUMNS * ROWS * MYO_TISSUE_COUNT * sizeof *probability);
    for (size_t i = 0; i < COLUMNS * ROWS; i++) {
        float p = 0.1f * (float)(i % COLUMNS) + 0.05f * (float)(i / COLUMNS);
        probability[i * MYO_TISSUE_COUNT + MYO_TISSUE_PSOAS_MAJOR] = p;
        probability[i * MYO_TISSUE_COUNT + MYO_TISSUE_VERTEBRA] = 1.0f - p;
    }
    return true;
}

static bool refuse(const myo_slice *slices, size_t count, bool twice, double (*origin_mm)[2],
                   float *probability, myo_error *err) {
    (void)slices, (void)count, (void)twice, (void)origin_mm, (void)probability;
    return myo_error_set(err, MYO_E_RANGE, "too wide");
}

static myo_image *create_slice(void) {
    const myo_geometry g = {.columns = 20,
                            .rows = 20,
                            .column_spacing_mm = 0.5,
                            .row_spacing_mm = 0.5,
                            .row_cosine = {1.0, 0.0, 0.0},
                            .column_cosine = {0.0, 1.0, 0.0}};
    myo_image *image;
    assert_true(myo_image_create(&g, &image, NULL));
    for (size_t i = 0; i < g.columns * g.rows; i++) {
        myo_image_get_pixels(image)[i] = -1000.0f;
    }
    return image;
}

static void samples_between_the_pixels(void **state) {
    (void)state;
    const myo_tissue_mapper mapper = {
        .columns = COLUMNS, .rows = ROWS, .step_mm = STEP_MM, .map = map_ramp};
    myo_image *image = create_slice();
    myo_tissue_map map;
    assert_true(myo_tissue_map_slice(&mapper, image, &map, NULL));
    /* Half a pixel to the right and a quarter down from the pixel (2, 1). */
    double x = 3.0 + 2.5 * STEP_MM, y = -1.0 + 1.25 * STEP_MM;
    assert_near(myo_tissue_map_sample(&map, x, y, MYO_TISSUE_PSOAS_MAJOR), 0.25 + 0.0625, 1e-6);
    assert_near(myo_tissue_map_sample(&map, x, y, MYO_TISSUE_VERTEBRA), 0.6875, 1e-6);
    /* The last pixel belongs to the map, and what lies beyond is nothing. */
    x = 3.0 + 4.0 * STEP_MM;
    y = -1.0 + 3.0 * STEP_MM;
    assert_near(myo_tissue_map_sample(&map, x, y, MYO_TISSUE_PSOAS_MAJOR), 0.55, 1e-6);
    assert_near(myo_tissue_map_sample(&map, x + 0.1, y, MYO_TISSUE_PSOAS_MAJOR), 0.0, 0.0);
    assert_near(myo_tissue_map_sample(&map, x, y + 0.1, MYO_TISSUE_OTHER), 1.0, 0.0);
    assert_near(myo_tissue_map_sample(&map, (double)NAN, y, MYO_TISSUE_OTHER), 1.0, 0.0);
    myo_tissue_map_clear(&map);
    myo_image_destroy(image);
}

static void hands_on_what_went_wrong(void **state) {
    (void)state;
    const myo_tissue_mapper mapper = {
        .columns = COLUMNS, .rows = ROWS, .step_mm = STEP_MM, .map = refuse};
    myo_image *image = create_slice();
    myo_tissue_map map;
    myo_error err = {0};
    assert_false(myo_tissue_map_slice(&mapper, image, &map, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
    assert_null(map.probability);
    myo_image_destroy(image);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(samples_between_the_pixels),
                                       cmocka_unit_test(hands_on_what_went_wrong)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
