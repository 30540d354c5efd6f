/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the networks are shown does not depend on matrix, pixel size or units. */
#include "cmocka_all.h"

#include "unet_private.h"

#include <stdlib.h>

#define FIELD_MM 160.0

/* A smooth scene in mm from the centre of the image, air = 0 and fat = 1. */
static double scene(double x, double y) {
    return 0.5 + 0.4 * sin(x / 9.0) * cos(y / 13.0);
}

static void show(double column_mm, double row_mm, double scale, double offset, unet_grid *fine,
                 unet_grid *coarse) {
    size_t columns = (size_t)(FIELD_MM / column_mm), rows = (size_t)(FIELD_MM / row_mm);
    float *pixels = malloc(columns * rows * sizeof(float));
    assert_non_null(pixels);
    for (size_t i = 0; i < columns * rows; i++) {
        double x = ((double)(i % columns) - 0.5 * (double)(columns - 1)) * column_mm;
        double y = ((double)(i / columns) - 0.5 * (double)(rows - 1)) * row_mm;
        pixels[i] = (float)(offset + scale * scene(x, y));
    }
    const myo_slice slice = {.struct_size = sizeof slice,
                             .columns = columns,
                             .rows = rows,
                             .column_spacing_mm = column_mm,
                             .row_spacing_mm = row_mm,
                             .intensity = pixels,
                             .corrected = pixels,
                             .air_level = offset,
                             .fat_level = offset + scale};
    assert_true(unet_input(&slice, fine, coarse));
    free(pixels);
}

static void looks_the_same_for_any_scanner(void **state) {
    (void)state;
    static const double pixels_mm[][2] = {{0.8, 0.8}, {0.4, 0.4}, {0.5, 0.35}, {1.0, 0.64}};
    static const double units[][2] = {{1.0, 0.0}, {30000.0, 200.0}, {0.01, -5.0}, {500.0, 1.0}};
    for (size_t n = 0; n < 4; n++) {
        unet_grid fine, coarse;
        show(pixels_mm[n][0], pixels_mm[n][1], units[n][0], units[n][1], &fine, &coarse);
        assert_near(fine.step_mm, UNET_FINE_MM, 0.0);
        assert_near(coarse.step_mm, UNET_COARSE_MM, 0.0);
        unet_pose pose = {.mx = 1.0};
        const unet_field field = {96, 96, 1.0};
        float *seen = malloc(field.columns * field.rows * sizeof(float));
        assert_non_null(seen);
        unet_sample(&fine, &field, &pose, seen);
        for (size_t i = 0; i < field.columns * field.rows; i++) {
            double x = (double)(i % field.columns) - 47.5, y = (double)(i / field.columns) - 47.5;
            assert_near(seen[i], scene(x, y), 0.02);
        }
        free(seen);
        unet_grid_clear(&fine);
        unet_grid_clear(&coarse);
    }
}

/* A pose that turns, scales and shifts; and fitting finds it again. */
static void poses_are_similarities(void **state) {
    (void)state;
    const unet_pose pose = {1.1 * cos(0.3), 1.1 * sin(0.3), 12.0, -7.0};
    double a[8] = {0, 0, 10, 0, 3, 20, -8, 5}, b[8], weights[4] = {1, 2, 0.5, 1};
    for (size_t i = 0; i < 4; i++) {
        b[2 * i] = pose.mx * a[2 * i] - pose.my * a[2 * i + 1] + pose.tx;
        b[2 * i + 1] = pose.my * a[2 * i] + pose.mx * a[2 * i + 1] + pose.ty;
    }
    unet_pose found = unet_pose_fit(a, b, weights, 4);
    assert_near(found.mx, pose.mx, 1e-9);
    assert_near(found.my, pose.my, 1e-9);
    assert_near(found.tx, pose.tx, 1e-9);
    assert_near(found.ty, pose.ty, 1e-9);
    /* Twice the pose is the pose of the pose. */
    unet_pose twice = unet_pose_compose(&pose, &pose);
    assert_near(twice.tx, pose.mx * pose.tx - pose.my * pose.ty + pose.tx, 1e-9);
    assert_near(hypot(twice.mx, twice.my), 1.21, 1e-9);
    assert_near(atan2(twice.my, twice.mx), 0.6, 1e-9);
    /* The way there and back leads nowhere. */
    unet_pose back = unet_pose_invert(&pose), none = unet_pose_compose(&back, &pose);
    assert_near(none.mx, 1.0, 1e-9);
    assert_near(none.my, 0.0, 1e-9);
    assert_near(none.tx, 0.0, 1e-9);
    assert_near(none.ty, 0.0, 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(looks_the_same_for_any_scanner),
                                       cmocka_unit_test(poses_are_similarities)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
