/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat method "hu": the windows to the unit, and what is in neither of them. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/fat.h>
#include <myotome/segment.h>
#include <string.h>

#define COUNT 10

static const myo_fat_method *hu(void) {
    size_t count;
    const myo_fat_method *const *methods = myo_fat_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(methods[i]->info.name, "hu") == 0) {
            return methods[i];
        }
    }
    fail_msg("hu is not built in");
    return NULL;
}

/* A row of pixels, all of the right psoas but the last. */
static bool separate(const float values[COUNT], const double *parameters, myo_fat_map *map,
                     myo_error *err) {
    myo_geometry geometry = {
        .columns = COUNT, .rows = 1, .column_spacing_mm = 1.0, .row_spacing_mm = 1.0};
    myo_image *image;
    myo_labels *labels;
    assert_true(myo_image_create(&geometry, &image, NULL));
    assert_true(myo_labels_create(&geometry, &labels, NULL));
    memcpy(myo_image_get_pixels(image), values, COUNT * sizeof *values);
    for (size_t i = 0; i + 1 < COUNT; i++) {
        myo_labels_get_pixels(labels)[i] = myo_structure_get(MYO_PSOAS_MAJOR)->label[MYO_RIGHT];
    }
    bool done = myo_fat_separate(hu(), image, labels, parameters, map, err);
    myo_image_destroy(image);
    myo_labels_destroy(labels);
    return done;
}

static void takes_the_windows_to_the_unit(void **state) {
    (void)state;
    const float values[COUNT] = {-191, -190, -100, -30, -29, 0, 55, 150, 151, -100};
    const float expected[COUNT] = {0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
    myo_fat_map map;
    assert_true(separate(values, NULL, &map, NULL));
    for (size_t i = 0; i < COUNT; i++) {
        assert_near(myo_image_get_const_pixels(map.fraction)[i], expected[i], 0.0);
    }
    assert_near(map.threshold[MYO_PSOAS_MAJOR], -30.0, 0.0);
    assert_true(isnan(map.threshold[MYO_MULTIFIDUS]));
    /* Two of nine pixels are neither fat nor muscle. */
    assert_int_equal(map.flags[MYO_PSOAS_MAJOR], MYO_FLAG_FAT);
    myo_fat_map_clear(&map);
}

static void follows_the_windows_that_are_set(void **state) {
    (void)state;
    const float values[COUNT] = {-60, -51, -50, -40, 0, 0, 0, 0, 0, 0};
    const double windows[] = {-200.0, -50.0, -49.0, 130.0};
    myo_fat_map map;
    assert_true(separate(values, windows, &map, NULL));
    for (size_t i = 0; i < COUNT; i++) {
        assert_near(myo_image_get_const_pixels(map.fraction)[i], i < 3 ? 1.0 : 0.0, 0.0);
    }
    assert_int_equal(map.flags[MYO_PSOAS_MAJOR], 0);
    myo_fat_map_clear(&map);
}

static void refuses_windows_that_overlap(void **state) {
    (void)state;
    const float values[COUNT] = {0};
    const double windows[] = {-190.0, 20.0, -29.0, 150.0};
    myo_fat_map map;
    myo_error err = {0};
    assert_false(separate(values, windows, &map, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    assert_string_equal(err.message, "hu: the windows of fat (-190 to 20 HU) and of muscle (-29 to "
                                     "150 HU) are empty or overlap");
}

/* A plugin that was built before the member was added is a method for MR. */
static void suits_ct_alone(void **state) {
    (void)state;
    assert_true(myo_fat_suits(hu(), MYO_MODALITY_CT));
    assert_false(myo_fat_suits(hu(), MYO_MODALITY_MR));
    myo_fat_method old = *hu();
    old.struct_size = offsetof(myo_fat_method, modality);
    assert_true(myo_fat_suits(&old, MYO_MODALITY_MR));
    assert_false(myo_fat_suits(&old, MYO_MODALITY_CT));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_windows_to_the_unit),
        cmocka_unit_test(follows_the_windows_that_are_set),
        cmocka_unit_test(refuses_windows_that_overlap),
        cmocka_unit_test(suits_ct_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
