/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat method "gmm2" on two normal distributions whose parameters are known. */
#include "fat_fixture.h"

#define SIDE 200
#define MUSCLE_MEAN 100.0
#define FAT_MEAN 300.0
#define SIGMA 40.0

/* Quantile of the normal distribution by bisection of its integral (erfc of the C library). */
static double normal_quantile(double p) {
    double low = -8.0, high = 8.0;
    for (int i = 0; i < 80; i++) {
        double middle = 0.5 * (low + high);
        if (0.5 * erfc(-middle / sqrt(2.0)) < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}

/* Every pixel is a quantile of its distribution, so that no random number is needed. */
static slice create_mixture(double fat_weight) {
    slice s = create_slice(SIDE, 1.0);
    size_t count = SIDE * SIDE, fat = (size_t)(fat_weight * (double)count);
    for (size_t i = 0; i < count; i++) {
        bool is_fat = i < fat;
        double p = is_fat ? ((double)i + 0.5) / (double)fat
                          : ((double)(i - fat) + 0.5) / (double)(count - fat);
        s.label[i] = 5101;
        s.pixels[i] = (float)((is_fat ? FAT_MEAN : MUSCLE_MEAN) + SIGMA * normal_quantile(p));
    }
    return s;
}

/* With equal widths both are equally probable at the middle of the means plus
 * sigma^2 ln(w_muscle / w_fat) / distance. */
static void finds_where_both_are_equally_probable(void **state) {
    (void)state;
    static const double weights[] = {0.2, 0.5};
    for (size_t k = 0; k < 2; k++) {
        double w = weights[k];
        slice s = create_mixture(w);
        myo_fat_map map;
        assert_true(myo_fat_separate(find_method("gmm2"), s.image, s.labels, NULL, &map, NULL));
        double expected = 0.5 * (MUSCLE_MEAN + FAT_MEAN) +
                          SIGMA * SIGMA * log((1.0 - w) / w) / (FAT_MEAN - MUSCLE_MEAN);
        assert_near(map.threshold[MYO_MULTIFIDUS], expected, 1.5);
        double tail_fat = 0.5 * erfc((FAT_MEAN - expected) / SIGMA / sqrt(2.0));
        double tail_muscle = 0.5 * erfc((expected - MUSCLE_MEAN) / SIGMA / sqrt(2.0));
        assert_near(mean_fraction(&s, &map, 5101), w * (1.0 - tail_fat) + (1.0 - w) * tail_muscle,
                    0.003);
        myo_fat_map_clear(&map);
        destroy_slice(&s);
    }
}

static void flags_a_constant_muscle(void **state) {
    (void)state;
    slice s = create_slice(16, 1.0);
    fill_box(&s, 0, 0, 16, 16, 5121, 42.0f);
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("gmm2"), s.image, s.labels, NULL, &map, NULL));
    assert_int_equal(map.flags[MYO_PSOAS_MAJOR], MYO_FLAG_FAT);
    assert_true(isnan(map.threshold[MYO_PSOAS_MAJOR]));
    assert_near(mean_fraction(&s, &map, 5121), 0.0, 0.0);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_where_both_are_equally_probable),
        cmocka_unit_test(flags_a_constant_muscle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
