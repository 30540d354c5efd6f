/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The default fat method on phantoms: bias field, noise, texture and partial volume together. The
 * targets are those of tools/accuracy/fat, which measures more slices and every method.
 */
#include "cmocka_all.h"

#include "image/bias.h"

#include <math.h>
#include <myotome/fat.h>
#include <myotome/phantom.h>

#define MEAN_ERROR_MAX 0.03 /* mean absolute error from lean to 60 % */
#define ERROR_MAX 0.04      /* of any muscle */
#define LEAN_MAX 0.02       /* found where there is no fat */

static double mean_over(const myo_labels *labels, const myo_image *values, myo_structure muscle) {
    const myo_structure_info *info = myo_structure_get(muscle);
    const myo_geometry *g = myo_labels_get_geometry(labels);
    double sum = 0.0, pixels = 0.0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        uint16_t label = myo_labels_get_const_pixels(labels)[i];
        if (label == info->label[MYO_LEFT] || label == info->label[MYO_RIGHT]) {
            sum += (double)myo_image_get_const_pixels(values)[i];
            pixels += 1.0;
        }
    }
    return sum / pixels;
}

/* Sum of the absolute errors of three muscles. */
static double compare_with_truth(uint64_t seed, double fat_fraction, double noise_percent,
                                 double bias) {
    static const myo_structure muscles[] = {MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE, MYO_PSOAS_MAJOR};
    myo_phantom_options options = myo_phantom_defaults();
    options.seed = seed;
    options.fat_fraction = fat_fraction;
    options.noise_percent = noise_percent;
    options.bias = bias;
    myo_image *image, *truth, *corrected;
    myo_labels *labels;
    assert_true(myo_phantom_slice(&options, &image, &labels, &truth, NULL));
    assert_true(myo_image_create_copy(image, &corrected, NULL));
    myo_bias field;
    assert_true(myo_bias_estimate(image, &field, NULL));
    myo_bias_apply(&field, image, corrected);
    size_t count;
    myo_fat_map map;
    assert_true(myo_fat_separate(myo_fat_builtins(&count)[0], corrected, labels, NULL, &map, NULL));
    double sum = 0.0;
    for (size_t i = 0; i < 3; i++) {
        double found = mean_over(labels, map.fraction, muscles[i]);
        double expected = mean_over(labels, truth, muscles[i]);
        assert_near(found, expected, fat_fraction > 0.0 ? ERROR_MAX : LEAN_MAX);
        assert_int_equal(map.flags[muscles[i]], 0);
        sum += fabs(found - expected);
    }
    myo_fat_map_clear(&map);
    myo_image_destroy(image);
    myo_image_destroy(truth);
    myo_image_destroy(corrected);
    myo_labels_destroy(labels);
    return sum;
}

static void finds_no_fat_in_lean_muscles(void **state) {
    (void)state;
    compare_with_truth(3, 0.0, 10.0, 3.0);
    compare_with_truth(5, 0.0, 20.0, 2.5);
}

static void finds_the_fat_of_infiltrated_muscles(void **state) {
    (void)state;
    static const struct {
        uint64_t seed;
        double fat_fraction, noise_percent, bias;
    } cases[] = {{4, 0.1, 5.0, 2.5},
                 {1, 0.2, 10.0, 3.0},
                 {6, 0.3, 20.0, 2.5},
                 {4, 0.45, 10.0, 4.0},
                 {2, 0.6, 10.0, 1.0}};
    double sum = 0.0, muscles = 0.0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sum += compare_with_truth(cases[i].seed, cases[i].fat_fraction, cases[i].noise_percent,
                                  cases[i].bias);
        muscles += 3.0;
    }
    assert_true(sum / muscles < MEAN_ERROR_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_no_fat_in_lean_muscles),
        cmocka_unit_test(finds_the_fat_of_infiltrated_muscles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
