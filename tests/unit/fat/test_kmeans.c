/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat methods "kmeans2" and "kmeans3" where the best classes are known. */
#include "fat_fixture.h"

/* 64 pixels of left multifidus: 32 of 100, 16 of 200, 16 of 500; unlabelled ones of 5000. */
static slice create_levels(void) {
    slice s = create_slice(16, 1.0);
    for (size_t i = 0; i < 256; i++) {
        s.label[i] = i < 64 ? 5101 : 0;
        s.pixels[i] = i < 32 ? 100.0f : i < 48 ? 200.0f : i < 64 ? 500.0f : 5000.0f;
    }
    return s;
}

/* Two classes: {100, 200} with mean 133.3, and {500}. The other division, {100} and {200, 500}, has
 * a greater sum of squares. */
static void divides_into_two(void **state) {
    (void)state;
    slice s = create_levels();
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("kmeans2"), s.image, s.labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 0.5 * (400.0 / 3.0 + 500.0), 1.0);
    assert_near(mean_fraction(&s, &map, 5101), 0.25, 1e-9);
    assert_true(isnan(map.threshold[MYO_PSOAS_MAJOR])); /* not on the slice */
    assert_near(myo_image_get_const_pixels(map.fraction)[100], 0.0, 0.0);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

static void divides_into_three(void **state) {
    (void)state;
    slice s = create_levels();
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("kmeans3"), s.image, s.labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 350.0, 1.0);
    assert_near(mean_fraction(&s, &map, 5101), 0.25, 1e-9);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

/* A start at fixed places of the range ends in {0 ... 40}, {1000}, {nothing}; the best division
 * keeps the two dark groups apart. */
static void finds_the_best_division(void **state) {
    (void)state;
    slice s = create_slice(16, 1.0);
    for (size_t i = 0; i < 256; i++) {
        s.label[i] = 5121;
        s.pixels[i] = i < 100 ? 0.0f : i < 240 ? 40.0f : 1000.0f;
    }
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("kmeans3"), s.image, s.labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_PSOAS_MAJOR], 520.0, 3.0);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

/* Neither one level nor, for three classes, two can be divided: no threshold, and a flag. */
static void flags_what_has_too_few_levels(void **state) {
    (void)state;
    slice s = create_slice(16, 1.0);
    fill_box(&s, 0, 0, 16, 16, 5111, 70.0f);
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("kmeans2"), s.image, s.labels, NULL, &map, NULL));
    assert_int_equal(map.flags[MYO_ERECTOR_SPINAE], MYO_FLAG_FAT);
    assert_true(isnan(map.threshold[MYO_ERECTOR_SPINAE]));
    myo_fat_map_clear(&map);
    s.pixels[0] = 90.0f;
    assert_true(myo_fat_separate(find_method("kmeans3"), s.image, s.labels, NULL, &map, NULL));
    assert_int_equal(map.flags[MYO_ERECTOR_SPINAE], MYO_FLAG_FAT);
    assert_int_equal(map.flags[MYO_MULTIFIDUS], 0);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divides_into_two),
        cmocka_unit_test(divides_into_three),
        cmocka_unit_test(finds_the_best_division),
        cmocka_unit_test(flags_what_has_too_few_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
