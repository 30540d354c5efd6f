/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The default fat method on phantoms: bias field, noise, texture and partial volume together. */
#include "cmocka_all.h"

#include "image/bias.h"

#include <myotome/fat.h>
#include <myotome/phantom.h>

/* Points of percent that the mean fat fraction of a muscle may be off. */
#define TOLERANCE 0.03

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

static void compare_with_truth(uint64_t seed, double fat_fraction) {
    static const myo_structure muscles[] = {MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE, MYO_PSOAS_MAJOR};
    myo_phantom_options options = myo_phantom_defaults();
    options.seed = seed;
    options.fat_fraction = fat_fraction;
    options.bias = 3.0;
    myo_image *image, *truth, *corrected;
    myo_labels *labels;
    assert_true(myo_phantom_slice(&options, &image, &labels, &truth, NULL));
    assert_true(myo_image_create_copy(image, &corrected, NULL));
    myo_bias bias;
    assert_true(myo_bias_estimate(image, &bias, NULL));
    myo_bias_apply(&bias, image, corrected);
    size_t count;
    myo_fat_map map;
    assert_true(myo_fat_separate(myo_fat_builtins(&count)[0], corrected, labels, NULL, &map, NULL));
    for (size_t i = 0; i < 3; i++) {
        assert_near(mean_over(labels, map.fraction, muscles[i]),
                    mean_over(labels, truth, muscles[i]), TOLERANCE);
    }
    myo_fat_map_clear(&map);
    myo_image_destroy(image);
    myo_image_destroy(truth);
    myo_image_destroy(corrected);
    myo_labels_destroy(labels);
}

static void finds_no_fat_in_lean_muscles(void **state) {
    (void)state;
    compare_with_truth(3, 0.0);
}

static void finds_the_fat_of_infiltrated_muscles(void **state) {
    (void)state;
    compare_with_truth(1, 0.2);
    compare_with_truth(4, 0.45);
    compare_with_truth(2, 0.6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_no_fat_in_lean_muscles),
        cmocka_unit_test(finds_the_fat_of_infiltrated_muscles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
