/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat method "otsu" on slices whose threshold is known. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/fat.h>
#include <string.h>

#define SIDE 8

typedef struct slice {
    myo_image *image;
    myo_labels *labels;
} slice;

static const myo_fat_method *otsu(void) {
    size_t count;
    const myo_fat_method *const *methods = myo_fat_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(methods[i]->info.name, "otsu") == 0) {
            return methods[i];
        }
    }
    fail_msg("otsu is not built in");
    return NULL;
}

/* A slice whose upper half is left multifidus, the rest unlabelled. */
static slice create_slice(void) {
    myo_geometry geometry = {
        .columns = SIDE, .rows = SIDE, .column_spacing_mm = 1.0, .row_spacing_mm = 1.0};
    slice s;
    assert_true(myo_image_create(&geometry, &s.image, NULL));
    assert_true(myo_labels_create(&geometry, &s.labels, NULL));
    for (size_t i = 0; i < SIDE * SIDE / 2; i++) {
        myo_labels_get_pixels(s.labels)[i] = myo_structure_get(MYO_MULTIFIDUS)->label[MYO_LEFT];
    }
    return s;
}

static void destroy_slice(slice *s) {
    myo_image_destroy(s->image);
    myo_labels_destroy(s->labels);
}

/* 24 pixels of 100 and 8 of 300: every threshold between separates them; Otsu's plateau has its
 * middle at 200. Pixels outside of the muscle (1000) must not move it. */
static void splits_two_grey_levels_in_the_middle(void **state) {
    (void)state;
    slice s = create_slice();
    float *pixels = myo_image_get_pixels(s.image);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        pixels[i] = i < 24 ? 100.0f : i < 32 ? 300.0f : 1000.0f;
    }
    myo_fat_map map;
    myo_error err = {0};
    assert_true(myo_fat_separate(otsu(), s.image, s.labels, NULL, &map, &err));
    assert_near(map.threshold[MYO_MULTIFIDUS], 200.0, 1.0);
    const float *fraction = myo_image_get_const_pixels(map.fraction);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        assert_near(fraction[i], i >= 24 && i < 32 ? 1.0 : 0.0, 0.0);
    }
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

/* One grey level holds no two classes: no fat and no threshold, instead of an arbitrary one. */
static void leaves_a_constant_muscle_alone(void **state) {
    (void)state;
    slice s = create_slice();
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        myo_image_get_pixels(s.image)[i] = 42.0f;
    }
    myo_fat_map map;
    assert_true(myo_fat_separate(otsu(), s.image, s.labels, NULL, &map, NULL));
    assert_true(isnan(map.threshold[MYO_MULTIFIDUS]));
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        assert_near(myo_image_get_const_pixels(map.fraction)[i], 0.0, 0.0);
    }
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

static void refuses_labels_of_another_size(void **state) {
    (void)state;
    slice s = create_slice();
    myo_geometry smaller = *myo_image_get_geometry(s.image);
    smaller.rows = SIDE - 1;
    myo_labels *labels;
    assert_true(myo_labels_create(&smaller, &labels, NULL));
    myo_fat_map map;
    myo_error err = {0};
    assert_false(myo_fat_separate(otsu(), s.image, labels, NULL, &map, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    assert_string_equal(err.message, "fat separation: image and labels differ in size");
    myo_labels_destroy(labels);
    destroy_slice(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_two_grey_levels_in_the_middle),
        cmocka_unit_test(leaves_a_constant_muscle_alone),
        cmocka_unit_test(refuses_labels_of_another_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
