/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry, and loading a real plugin from its shared object. */
#include "cmocka_all.h"

#include <myotome/plugin.h>
#include <string.h>

static void knows_the_builtin_methods(void **state) {
    (void)state;
    myo_registry *registry;
    assert_true(myo_registry_create(&registry, NULL));
    assert_string_equal(myo_registry_find_segmenter(registry, "auto")->info.name, "region");
    assert_string_equal(myo_registry_get_fat_method(registry, 0)->info.name, "gmm3");
    assert_null(myo_registry_find_fat_method(registry, "fcm3"));
    assert_null(myo_registry_get_fat_method(registry, 1000));
    const myo_fat_method *otsu = myo_registry_find_fat_method(registry, "otsu");
    assert_string_equal(myo_registry_get_origin(registry, &otsu->info), "built-in");
    myo_registry_destroy(registry);
}

/* Four pixels of left multifidus. Class means and degrees were computed once with NumPy from the
 * update rules of fuzzy c-means. */
static void runs_a_method_of_a_plugin(void **state) {
    (void)state;
    myo_registry *registry;
    assert_true(myo_registry_create(&registry, NULL));
    assert_true(myo_registry_load_plugins(registry, PLUGIN_FOLDER, NULL));
    const myo_fat_method *method = myo_registry_find_fat_method(registry, "fcm3");
    assert_non_null(method);
    assert_string_equal(myo_registry_get_origin(registry, &method->info), "fat-fcm3");

    myo_geometry geometry = {
        .columns = 4, .rows = 1, .column_spacing_mm = 1.0, .row_spacing_mm = 1.0};
    myo_image *image;
    myo_labels *labels;
    assert_true(myo_image_create(&geometry, &image, NULL));
    assert_true(myo_labels_create(&geometry, &labels, NULL));
    const float levels[] = {10.0f, 40.0f, 60.0f, 100.0f};
    memcpy(myo_image_get_pixels(image), levels, sizeof levels);
    for (size_t i = 0; i < 4; i++) {
        myo_labels_get_pixels(labels)[i] = 5101;
    }
    myo_fat_map map;
    assert_true(myo_fat_separate(method, image, labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 50.609132, 1e-4);
    const float *fraction = myo_image_get_const_pixels(map.fraction);
    const double expected[] = {0.0000000, 0.4581071, 0.5090039, 1.0000000};
    for (size_t i = 0; i < 4; i++) {
        assert_near(fraction[i], expected[i], 1e-6);
    }
    myo_fat_map_clear(&map);
    myo_image_destroy(image);
    myo_labels_destroy(labels);
    myo_registry_destroy(registry);
}

static void refuses_the_same_plugin_twice(void **state) {
    (void)state;
    myo_registry *registry;
    myo_error err = {0};
    assert_true(myo_registry_create(&registry, NULL));
    assert_true(myo_registry_load_plugins(registry, PLUGIN_FOLDER, NULL));
    assert_false(myo_registry_load_plugins(registry, PLUGIN_FOLDER, &err));
    assert_non_null(strstr(err.message, "name is taken"));
    myo_registry_destroy(registry);
}

static void names_a_broken_plugin_and_a_missing_folder(void **state) {
    (void)state;
    myo_registry *registry;
    myo_error err = {0};
    assert_true(myo_registry_create(&registry, NULL));
    assert_false(myo_registry_load_plugins(registry, BROKEN_FOLDER, &err));
    assert_non_null(strstr(err.message, "broken.so: cannot load plugin"));
    err = (myo_error){0};
    assert_false(myo_registry_load_plugins(registry, "/no/such/folder", &err));
    assert_int_equal(err.code, MYO_E_IO);
    myo_registry_destroy(registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_builtin_methods),
        cmocka_unit_test(runs_a_method_of_a_plugin),
        cmocka_unit_test(refuses_the_same_plugin_twice),
        cmocka_unit_test(names_a_broken_plugin_and_a_missing_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
