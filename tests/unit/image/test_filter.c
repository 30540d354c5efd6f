/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters against values worked out by hand. */
#include "cmocka_all.h"

#include "image/filter.h"

#include <stdlib.h>

#define SIDE 41

static myo_grid create_grid(void) {
    myo_grid grid;
    assert_true(myo_grid_allocate(&grid, SIDE, SIDE, NULL));
    return grid;
}

/* An impulse becomes the kernel: its sum stays 1 and its second moment is sigma^2 on each axis. */
static void smooths_with_the_asked_width(void **state) {
    (void)state;
    myo_grid grid = create_grid();
    float scratch[SIDE * SIDE];
    grid.pixels[20 * SIDE + 20] = 1.0f;
    myo_filter_gaussian(&grid, 2.0, 3.0, &grid, scratch);
    double sum = 0.0, columns = 0.0, rows = 0.0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        double p = (double)grid.pixels[i], c = i % SIDE - 20, r = i / SIDE - 20;
        sum += p;
        columns += p * c * c;
        rows += p * r * r;
    }
    assert_near(sum, 1.0, 1e-5);
    assert_near(columns, 4.0, 0.15); /* a little less: the kernel ends at 3 sigma */
    assert_near(rows, 9.0, 0.35);
    free(grid.pixels);
}

static void keeps_a_constant_up_to_the_border(void **state) {
    (void)state;
    myo_grid grid = create_grid();
    float scratch[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        grid.pixels[i] = 5.0f;
    }
    myo_filter_gaussian(&grid, 30.0, 4.0, &grid, scratch);
    assert_near(grid.pixels[0], 5.0, 1e-4);
    assert_near(grid.pixels[SIDE * SIDE - 1], 5.0, 1e-4);
    free(grid.pixels);
}

/* v = 3 c - 2 r has the gradient (3, -2) everywhere, at the border too. */
static void differentiates_a_ramp(void **state) {
    (void)state;
    myo_grid grid = create_grid();
    float columns[SIDE * SIDE], rows[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        grid.pixels[i] = 3.0f * (float)(i % SIDE) - 2.0f * (float)(i / SIDE);
    }
    myo_filter_gradient(&grid, columns, rows);
    for (int i = 0; i < SIDE * SIDE; i++) {
        assert_near(columns[i], 3.0, 1e-4);
        assert_near(rows[i], -2.0, 1e-4);
    }
    assert_near(myo_grid_sample(&grid, 10.25, 7.5), 3.0 * 10.25 - 15.0, 1e-4);
    assert_near(myo_grid_sample(&grid, -5.0, 100.0), -2.0 * (SIDE - 1), 1e-4); /* clamped */
    free(grid.pixels);
}

/* From 0.5 x 1 mm to 2 mm: a ramp in mm stays that ramp. */
static void resamples_in_millimetres(void **state) {
    (void)state;
    float pixels[30 * 20];
    for (int i = 0; i < 30 * 20; i++) {
        pixels[i] = 0.5f * (float)(i % 30) + 10.0f * (float)(i / 30);
    }
    myo_grid out;
    assert_true(myo_grid_resample(pixels, 30, 20, 0.5, 1.0, 2.0, &out, NULL));
    assert_int_equal(out.columns, 8); /* 14.5 mm */
    assert_int_equal(out.rows, 10);   /* 19 mm */
    assert_near(out.pixels[5 * 8 + 4], 8.0 + 100.0, 1e-3);
    free(out.pixels);
}

static int compare_floats(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void finds_quantiles_like_sorting(void **state) {
    (void)state;
    uint32_t seed = 12345;
    for (size_t count = 1; count < 60; count++) {
        float values[60], sorted[60];
        for (size_t i = 0; i < count; i++) {
            seed = seed * 1664525u + 1013904223u;
            values[i] = sorted[i] = (float)(seed >> 28); /* many equal ones */
        }
        qsort(sorted, count, sizeof(float), compare_floats);
        for (int q = 0; q <= 10; q++) {
            double position = 0.1 * q * (double)(count - 1);
            size_t below = (size_t)position;
            double upper = (double)sorted[below + 1 < count ? below + 1 : below];
            double expected = (double)sorted[below] +
                              (position - (double)below) * (upper - (double)sorted[below]);
            assert_near(myo_quantile(values, count, 0.1 * q), expected, 1e-5);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smooths_with_the_asked_width),
        cmocka_unit_test(keeps_a_constant_up_to_the_border),
        cmocka_unit_test(differentiates_a_ramp),
        cmocka_unit_test(resamples_in_millimetres),
        cmocka_unit_test(finds_quantiles_like_sorting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
