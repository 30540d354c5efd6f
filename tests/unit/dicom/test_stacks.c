/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slices are sorted and split by where they lie, whatever their numbers and file names say. */
#include "dicom_fixture.h"

#include <math.h>

/* Name of the image with this instance number; the order of names is not that of numbers. */
static void name_of(int number, char name[16]) {
    snprintf(name, 16, "i%02d", number * 37 % 100);
}

/* A slice at `along` mm on a normal that is tilted by `tilt` radians about the x axis. */
static void write_tilted(const char *folder, int number, double along, double tilt) {
    char name[16];
    name_of(number, name);
    recipe r = default_recipe(name);
    r.header.instance_number = number;
    r.geometry.column_cosine = (myo_vec3){0.0, cos(tilt), sin(tilt)};
    /* The normal is (0, -sin, cos). */
    r.geometry.position_mm = (myo_vec3){0.0, -sin(tilt) * along, cos(tilt) * along};
    write_recipe(folder, &r);
}

static void assert_stack(const myo_series *series, size_t index, const int *numbers, size_t count) {
    assert_true(index < series->stack_count);
    const myo_stack *stack = &series->stacks[index];
    assert_int_equal(stack->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(series->instances[stack->first + i].instance_number, numbers[i]);
    }
}

/* Numbers run from head to foot, as scanners count; instance 3 lies where 5 would be expected. */
static void sorts_a_stack_from_foot_to_head(void **state) {
    const double z[] = {40.0, 36.0, 24.0, 32.0, 28.0};
    for (int i = 0; i < 5; i++) {
        write_tilted(*state, i + 1, z[i], 0.0);
    }
    myo_catalogue *catalogue = read_folder(*state);
    const myo_series *series = only_series(catalogue);
    assert_int_equal(series->plane, MYO_PLANE_AXIAL);
    assert_int_equal(series->stack_count, 1);
    assert_stack(series, 0, (const int[]){3, 5, 4, 2, 1}, 5);
    assert_float_equal(series->instances[0].location_mm, 24.0, 1e-6);
    assert_float_equal(series->stacks[0].tilt_deg, 0.0, 1e-6);
    myo_catalogue_destroy(catalogue);
}

/* With the normal pointing to the feet the order is still from foot to head. */
static void sorts_by_the_patient_and_not_by_the_sign_of_the_normal(void **state) {
    for (int i = 0; i < 3; i++) {
        char name[16];
        name_of(i, name);
        recipe r = default_recipe(name);
        r.header.instance_number = i;
        r.geometry.row_cosine = (myo_vec3){-1.0, 0.0, 0.0};
        r.geometry.position_mm = (myo_vec3){0.0, 0.0, 5.0 * i};
        write_recipe(*state, &r);
    }
    myo_catalogue *catalogue = read_folder(*state);
    assert_stack(only_series(catalogue), 0, (const int[]){0, 1, 2}, 3);
    myo_catalogue_destroy(catalogue);
}

/* Two stacks that differ by 2 degrees, and one by 10; 0.5 degrees are one stack. */
static void splits_where_the_orientation_changes(void **state) {
    const double degree = 3.14159265358979 / 180.0;
    for (int i = 0; i < 3; i++) {
        write_tilted(*state, 1 + i, 100.0 - 4.0 * i, 0.5 * degree * (i == 1));
        write_tilted(*state, 4 + i, 60.0 - 4.0 * i, 2.0 * degree);
        write_tilted(*state, 7 + i, 20.0 - 4.0 * i, 10.0 * degree);
    }
    myo_catalogue *catalogue = read_folder(*state);
    const myo_series *series = only_series(catalogue);
    assert_int_equal(series->stack_count, 3);
    assert_stack(series, 0, (const int[]){9, 8, 7}, 3);
    assert_stack(series, 1, (const int[]){6, 5, 4}, 3);
    assert_stack(series, 2, (const int[]){3, 2, 1}, 3);
    assert_float_equal(series->stacks[0].tilt_deg, 10.0, 1e-4);
    assert_float_equal(series->stacks[1].tilt_deg, 2.0, 1e-4);
    myo_catalogue_destroy(catalogue);
}

/* The same tilt behind a gap is another stack; a slice that is missing is not. */
static void splits_equal_tilts_at_a_gap_only(void **state) {
    const double z[] = {0.0, 4.0, 12.0, 16.0, 50.0, 54.0, 58.0}; /* 8 is missing */
    for (int i = 0; i < 7; i++) {
        write_tilted(*state, i, z[i], 0.1);
    }
    myo_catalogue *catalogue = read_folder(*state);
    const myo_series *series = only_series(catalogue);
    assert_int_equal(series->stack_count, 2);
    assert_stack(series, 0, (const int[]){0, 1, 2, 3}, 4);
    assert_stack(series, 1, (const int[]){4, 5, 6}, 3);
    myo_catalogue_destroy(catalogue);
}

/* A stack that is turned about its own normal has the same normal, and yet cannot be compared pixel
 * by pixel. */
static void splits_where_the_image_is_turned(void **state) {
    for (int i = 0; i < 4; i++) {
        char name[16];
        name_of(i, name);
        recipe r = default_recipe(name);
        r.header.instance_number = i;
        r.geometry.position_mm = (myo_vec3){0.0, 0.0, 4.0 * i};
        if (i >= 2) {
            r.geometry.row_cosine = (myo_vec3){0.0, -1.0, 0.0};
            r.geometry.column_cosine = (myo_vec3){1.0, 0.0, 0.0};
        }
        write_recipe(*state, &r);
    }
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(only_series(catalogue)->stack_count, 2);
    assert_stack(only_series(catalogue), 0, (const int[]){0, 1}, 2);
    myo_catalogue_destroy(catalogue);
}

static void sorts_sagittal_slices_from_right_to_left(void **state) {
    for (int i = 0; i < 3; i++) {
        char name[16];
        name_of(i, name);
        recipe r = default_recipe(name);
        r.header.instance_number = i;
        r.geometry.row_cosine = (myo_vec3){0.0, 1.0, 0.0};
        r.geometry.column_cosine = (myo_vec3){0.0, 0.0, -1.0};
        r.geometry.position_mm = (myo_vec3){10.0 - 5.0 * i, 0.0, 0.0};
        write_recipe(*state, &r);
    }
    myo_catalogue *catalogue = read_folder(*state);
    const myo_series *series = only_series(catalogue);
    assert_int_equal(series->plane, MYO_PLANE_SAGITTAL);
    assert_stack(series, 0, (const int[]){2, 1, 0}, 3);
    assert_float_equal(series->stacks[0].tilt_deg, 90.0, 1e-6);
    myo_catalogue_destroy(catalogue);
}

/* Images without a position come last, in the order of their numbers, and have no tilt. */
static void keeps_images_without_position_apart(void **state) {
    char name[16];
    for (int i = 1; i <= 4; i++) {
        write_tilted(*state, i, 4.0 * i, 0.0);
    }
    name_of(1, name);
    remove_element(*state, name, 0x00200032u);
    name_of(3, name);
    set_text(*state, name, 0x00200037u, "DS", "1\\0\\0\\0\\1");
    myo_catalogue *catalogue = read_folder(*state);
    const myo_series *series = only_series(catalogue);
    assert_int_equal(series->stack_count, 2);
    assert_stack(series, 0, (const int[]){2, 4}, 2);
    assert_stack(series, 1, (const int[]){1, 3}, 2);
    assert_false(series->instances[2].has_position);
    assert_true(isnan(series->stacks[1].tilt_deg));
    myo_catalogue_destroy(catalogue);
}

/* CT with a tilted gantry: slices that are tilted by 20 degrees while the table moves along z. */
static void recognises_the_tilt_of_a_gantry(void **state) {
    const double cosine = cos(20.0 / 57.29577951308232), sine = sin(20.0 / 57.29577951308232);
    for (int i = 0; i < 6; i++) {
        char name[16];
        name_of(i, name);
        recipe r = default_recipe(name);
        r.header.instance_number = i;
        r.geometry.column_cosine = (myo_vec3){0.0, cosine, sine};
        r.geometry.position_mm = (myo_vec3){0.0, 0.0, 5.0 * (i < 5 ? 5 - i : 60)};
        write_recipe(*state, &r);
    }
    myo_catalogue *catalogue = read_folder(*state);
    const myo_series *series = only_series(catalogue);
    assert_int_equal(series->stack_count, 2);
    assert_stack(series, 0, (const int[]){4, 3, 2, 1, 0}, 5);
    assert_float_equal(series->stacks[0].tilt_deg, 20.0, 1e-3);
    assert_float_equal(series->stacks[0].gantry_tilt_deg, 20.0, 1e-3);
    assert_float_equal(series->stacks[1].gantry_tilt_deg, 0.0, 0.0); /* one slice has no line */
    myo_catalogue_destroy(catalogue);
}

/* A stack that is tilted as a whole, or in which one slice is moved, comes from no tilted gantry.
 */
static void takes_no_other_stack_for_a_tilted_gantry(void **state) {
    char name[16];
    for (int i = 0; i < 5; i++) {
        write_tilted(*state, i, 5.0 * i, 0.3);
    }
    myo_catalogue *catalogue = read_folder(*state);
    assert_float_equal(only_series(catalogue)->stacks[0].gantry_tilt_deg, 0.0, 0.0);
    myo_catalogue_destroy(catalogue);
    for (int i = 0; i < 5; i++) {
        name_of(i, name);
        recipe r = default_recipe(name);
        r.header.instance_number = i;
        r.geometry.position_mm = (myo_vec3){i == 4 ? 30.0 : 0.0, 0.0, 5.0 * i};
        write_recipe(*state, &r);
    }
    catalogue = read_folder(*state);
    assert_float_equal(only_series(catalogue)->stacks[0].gantry_tilt_deg, 0.0, 0.0);
    myo_catalogue_destroy(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(sorts_a_stack_from_foot_to_head),
        FOLDER_TEST(sorts_by_the_patient_and_not_by_the_sign_of_the_normal),
        FOLDER_TEST(splits_where_the_orientation_changes),
        FOLDER_TEST(splits_equal_tilts_at_a_gap_only),
        FOLDER_TEST(splits_where_the_image_is_turned),
        FOLDER_TEST(sorts_sagittal_slices_from_right_to_left),
        FOLDER_TEST(keeps_images_without_position_apart),
        FOLDER_TEST(recognises_the_tilt_of_a_gantry),
        FOLDER_TEST(takes_no_other_stack_for_a_tilted_gantry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
