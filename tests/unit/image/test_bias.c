/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bias field of an image whose field is known. */
#include "cmocka_all.h"

#include "image/bias.h"

#include <math.h>

#define SIDE 256
#define SPACING_MM 0.8

/* Fat of 1000 with dark muscles in it and air below, times a field that grows from front to back by
 * `gain`. */
static double tissue(size_t column, size_t row) {
    double x = (double)column - SIDE / 2.0, y = (double)row - SIDE / 2.0;
    if (row > SIDE * 9 / 10) {
        return 0.0;
    }
    bool muscle = (fabs(x) - 50.0) * (fabs(x) - 50.0) + (y - 30.0) * (y - 30.0) < 35.0 * 35.0;
    return muscle ? 150.0 : 1000.0;
}

static double field(size_t row, double gain) {
    return pow(gain, (double)row / SIDE);
}

static myo_image *create_image(double gain) {
    myo_geometry g = {.columns = SIDE,
                      .rows = SIDE,
                      .column_spacing_mm = SPACING_MM,
                      .row_spacing_mm = SPACING_MM};
    myo_image *image;
    assert_true(myo_image_create(&g, &image, NULL));
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        myo_image_get_pixels(image)[i] =
            (float)(tissue(i % SIDE, i / SIDE) * field(i / SIDE, gain));
    }
    return image;
}

/* Greatest and least corrected value of the pixels of one tissue. */
static double spread_of(const myo_image *image, double level) {
    double lowest = INFINITY, highest = 0.0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        if (tissue(i % SIDE, i / SIDE) == level) {
            double value = (double)myo_image_get_const_pixels(image)[i];
            lowest = fmin(lowest, value);
            highest = fmax(highest, value);
        }
    }
    return highest / lowest;
}

/* A factor of four from front to back is brought below 1.12. */
static void removes_a_surface_coil_field(void **state) {
    (void)state;
    myo_image *image = create_image(4.0), *corrected;
    myo_bias bias;
    assert_true(myo_image_create_copy(image, &corrected, NULL));
    assert_true(myo_bias_estimate(image, &bias, NULL));
    myo_bias_apply(&bias, image, corrected);
    assert_true(spread_of(image, 1000.0) > 3.4);
    assert_true(spread_of(corrected, 1000.0) < 1.12);
    assert_true(spread_of(corrected, 150.0) < 1.12);
    myo_image_destroy(image);
    myo_image_destroy(corrected);
}

static void leaves_a_flat_image_alone(void **state) {
    (void)state;
    myo_image *image = create_image(1.0), *corrected;
    myo_bias bias;
    assert_true(myo_image_create_copy(image, &corrected, NULL));
    assert_true(myo_bias_estimate(image, &bias, NULL));
    myo_bias_apply(&bias, image, corrected);
    assert_true(spread_of(corrected, 1000.0) < 1.06);
    myo_image_destroy(image);
    myo_image_destroy(corrected);
}

/* A constant image has no field to find, and no division by zero. */
static void survives_a_constant_image(void **state) {
    (void)state;
    myo_image *image = create_image(1.0), *corrected;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        myo_image_get_pixels(image)[i] = 7.0f;
    }
    myo_bias bias;
    assert_true(myo_image_create_copy(image, &corrected, NULL));
    assert_true(myo_bias_estimate(image, &bias, NULL));
    myo_bias_apply(&bias, image, corrected);
    assert_near(myo_image_get_const_pixels(corrected)[1234], 7.0, 1e-4);
    myo_image_destroy(image);
    myo_image_destroy(corrected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(removes_a_surface_coil_field),
        cmocka_unit_test(leaves_a_flat_image_alone),
        cmocka_unit_test(survives_a_constant_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
