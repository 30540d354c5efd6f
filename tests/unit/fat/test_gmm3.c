/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat method "gmm3" on synthetic muscles whose fat fraction is known. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/fat.h>
#include <myotome/segment.h>
#include <string.h>

#define SIDE 160
#define MUSCLE_LEVEL 100.0
#define FAT_LEVEL 700.0

static uint64_t random_state;

/* SplitMix64 (Steele, Lea and Flood 2014), as a number from 0 to 1. */
static double uniform(void) {
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double normal(void) {
    return sqrt(-2.0 * log(uniform() + 1e-12)) * cos(6.283185307179586 * uniform());
}

static const myo_fat_method *gmm3(void) {
    size_t count;
    const myo_fat_method *const *methods = myo_fat_builtins(&count);
    assert_string_equal(methods[0]->info.name, "gmm3"); /* the default comes first */
    return methods[0];
}

typedef struct slice {
    myo_image *image;
    myo_labels *labels;
    double true_fraction;
} slice;

/* Two muscles of 48 x 100 pixels in fat. A share `target` of their pixels is fat in streaks: one
 * half of it in full pixels, the other in pixels of 25, 50 and 75 %. */
static slice create_slice(double target, double noise, bool fat_around) {
    myo_geometry geometry = {
        .columns = SIDE, .rows = SIDE, .column_spacing_mm = 0.5, .row_spacing_mm = 0.5};
    slice s = {0};
    assert_true(myo_image_create(&geometry, &s.image, NULL));
    assert_true(myo_labels_create(&geometry, &s.labels, NULL));
    random_state = 7;
    double fat_sum = 0.0, muscle_pixels = 0.0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        size_t x = i % SIDE, y = i / SIDE;
        bool left = x >= 90 && x < 138, right = x >= 22 && x < 70;
        bool muscle = y >= 30 && y < 130 && (left || right);
        double fraction = fat_around ? 1.0 : 0.0;
        if (muscle) {
            double u = uniform();
            fraction = u < 0.5 * target   ? 1.0
                       : u < 1.5 * target ? 0.25 * floor(1.0 + 3.0 * uniform())
                                          : 0.0;
            fat_sum += fraction;
            muscle_pixels += 1.0;
            myo_labels_get_pixels(s.labels)[i] = left ? 5101 : 5102;
        }
        double level = MUSCLE_LEVEL + fraction * (FAT_LEVEL - MUSCLE_LEVEL);
        myo_image_get_pixels(s.image)[i] = (float)(level + noise * normal());
    }
    s.true_fraction = fat_sum / muscle_pixels;
    return s;
}

static double measured_fraction(const slice *s, myo_fat_map *map) {
    assert_true(myo_fat_separate(gmm3(), s->image, s->labels, NULL, map, NULL));
    double sum = 0.0, pixels = 0.0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        if (myo_labels_get_const_pixels(s->labels)[i]) {
            double f = (double)myo_image_get_const_pixels(map->fraction)[i];
            assert_true(f >= 0.0 && f <= 1.0);
            sum += f;
            pixels += 1.0;
        }
    }
    return sum / pixels;
}

static void destroy_slice(slice *s) {
    myo_image_destroy(s->image);
    myo_labels_destroy(s->labels);
}

static void finds_the_fraction_from_lean_to_fatty(void **state) {
    (void)state;
    for (int percent = 0; percent <= 60; percent += 10) {
        for (int noise = 5; noise <= 20; noise += 15) {
            slice s = create_slice((double)percent / 100.0, (double)noise, true);
            myo_fat_map map;
            assert_near(measured_fraction(&s, &map), s.true_fraction, 0.03);
            myo_fat_map_clear(&map);
            destroy_slice(&s);
        }
    }
}

/* The error that two-class methods make: noise of a lean muscle must not become fat. */
static void leaves_a_lean_muscle_lean(void **state) {
    (void)state;
    slice s = create_slice(0.0, 20.0, true);
    myo_fat_map map;
    assert_true(measured_fraction(&s, &map) < 0.005);
    assert_true(map.threshold[MYO_MULTIFIDUS] > 250.0 && map.threshold[MYO_MULTIFIDUS] < 550.0);
    assert_true(isnan(map.threshold[MYO_PSOAS_MAJOR])); /* not on the slice */
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

/* Without any fat to compare with, nothing is separated, and the result says so. */
static void says_when_there_is_no_contrast(void **state) {
    (void)state;
    slice s = create_slice(0.0, 5.0, false);
    myo_fat_map map;
    assert_near(measured_fraction(&s, &map), 0.0, 0.0);
    assert_int_equal(map.flags[MYO_MULTIFIDUS], MYO_FLAG_FAT);
    assert_true(isnan(map.threshold[MYO_MULTIFIDUS]));
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_fraction_from_lean_to_fatty),
        cmocka_unit_test(leaves_a_lean_muscle_lean),
        cmocka_unit_test(says_when_there_is_no_contrast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
