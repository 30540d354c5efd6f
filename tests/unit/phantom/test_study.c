/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole study: what is written can be read back, agrees with its truth, and repeats exactly. */
#include "cmocka_all.h"

#include "base/file.h"

#include <jansson.h>
#include <math.h>
#include <myotome/dicom.h>
#include <myotome/phantom.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 512
#define L45_INSTANCE 11 /* middle slice of the fourth stack from the head */

static char root[] = "/tmp/myotome-phantom-XXXXXX";

static myo_phantom_options small_options(void) {
    myo_phantom_options options = myo_phantom_defaults();
    options.matrix = 128;
    options.pixel_mm = 1.6;
    options.noise_percent = 0.0;
    return options;
}

static void in_root(const char *name, char path[PATH_SIZE]) {
    snprintf(path, PATH_SIZE, "%s/%s", root, name);
}

static int write_study(void **state) {
    (void)state;
    char path[PATH_SIZE];
    myo_phantom_options options = small_options();
    myo_error err = {0};
    assert_non_null(mkdtemp(root));
    in_root("a", path);
    if (!myo_phantom_write(&options, path, &err)) {
        fail_msg("%s", err.message);
    }
    return 0;
}

static int remove_study(void **state) {
    (void)state;
    myo_path_list list = {0};
    assert_true(myo_path_list_walk(&list, root, NULL));
    for (size_t i = 0; i < list.count; i++) {
        remove(list.paths[i]);
    }
    myo_path_list_clear(&list);
    static const char *const folders[] = {"a/dicom/axial_t2",
                                          "a/dicom/sagittal_t2",
                                          "a/dicom",
                                          "a/truth",
                                          "a",
                                          "b/dicom/axial_t2",
                                          "b/dicom/sagittal_t2",
                                          "b/dicom",
                                          "b/truth",
                                          "b",
                                          ""};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[PATH_SIZE];
        in_root(folders[i], path);
        remove(path);
    }
    return 0;
}

static myo_catalogue *open_study(const myo_study **study) {
    char path[PATH_SIZE];
    const char *inputs[] = {path};
    myo_catalogue *catalogue = NULL;
    myo_error err = {0};
    in_root("a/dicom", path);
    if (!myo_catalogue_create(inputs, 1, NULL, NULL, &catalogue, &err)) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(myo_catalogue_get_study_count(catalogue), 1);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 0);
    *study = myo_catalogue_get_study(catalogue, 0);
    return catalogue;
}

static const myo_series *series_of(const myo_study *study, myo_plane plane) {
    for (size_t i = 0; i < study->series_count; i++) {
        if (study->series[i].plane == plane) {
            return &study->series[i];
        }
    }
    fail_msg("no %s series", myo_plane_name(plane));
    return NULL;
}

static const myo_instance *instance_of(const myo_series *series, int number) {
    for (size_t i = 0; i < series->instance_count; i++) {
        if (series->instances[i].instance_number == number) {
            return &series->instances[i];
        }
    }
    fail_msg("no instance %d", number);
    return NULL;
}

static json_t *load_truth(void) {
    char path[PATH_SIZE];
    json_error_t reason;
    in_root("a/truth/truth.json", path);
    json_t *truth = json_load_file(path, JSON_REJECT_DUPLICATES, &reason);
    if (!truth) {
        fail_msg("truth.json: line %d: %s", reason.line, reason.text);
    }
    return truth;
}

static void the_reader_sees_a_routine_study(void **state) {
    (void)state;
    const myo_study *study;
    myo_catalogue *catalogue = open_study(&study);
    assert_string_equal(study->patient_id, "PHANTOM0001");
    assert_near(study->patient_size_m, 1.66, 1e-9);
    assert_int_equal(study->series_count, 2);
    const myo_series *axial = series_of(study, MYO_PLANE_AXIAL);
    const myo_series *sagittal = series_of(study, MYO_PLANE_SAGITTAL);
    assert_int_equal(axial->weighting, MYO_WEIGHTING_T2);
    assert_int_equal(sagittal->weighting, MYO_WEIGHTING_T2);
    assert_string_equal(axial->frame_of_reference_uid, sagittal->frame_of_reference_uid);
    assert_near(axial->echo_time_ms, 105.0, 1e-9);
    assert_near(sagittal->repetition_time_ms, 3500.0, 1e-9);
    assert_int_equal(axial->instance_count, 15);
    assert_int_equal(sagittal->instance_count, 15);
    assert_int_equal(axial->stack_count, 5);
    assert_int_equal(sagittal->stack_count, 1);
    for (size_t s = 0; s < axial->stack_count; s++) {
        assert_int_equal(axial->stacks[s].count, 3);
    }
    assert_true(axial->stacks[0].tilt_deg > 20.0); /* L5/S1 */
    assert_true(!axial->localizer && !axial->derived);
    myo_catalogue_destroy(catalogue);
}

/* The centre of each disc lies in the plane of the middle slice of its stack, well inside of the
 * image, and below disc pixels of the truth; discs follow each other from foot to head. */
static void disc_centres_lie_in_their_middle_slices(void **state) {
    (void)state;
    static const char *const names[] = {"L5/S1", "L4/5", "L3/4", "L2/3", "L1/2"};
    const myo_study *study;
    myo_catalogue *catalogue = open_study(&study);
    const myo_series *axial = series_of(study, MYO_PLANE_AXIAL);
    const myo_series *sagittal = series_of(study, MYO_PLANE_SAGITTAL);
    json_t *truth = load_truth();
    double last_z = 0.0;
    for (size_t disc = 0; disc < 5; disc++) {
        json_t *centre = json_object_get(json_object_get(truth, "discs_lps_mm"), names[disc]);
        myo_vec3 point = {json_real_value(json_array_get(centre, 0)),
                          json_real_value(json_array_get(centre, 1)),
                          json_real_value(json_array_get(centre, 2))};
        const myo_instance *middle = &axial->instances[axial->stacks[disc].first + 1];
        double column, row, distance;
        myo_geometry_from_patient(&middle->geometry, point, &column, &row, &distance);
        assert_near(distance, 0.0, 0.01);
        assert_near(column, 63.5, 1.0);
        assert_true(row > 30.0 && row < 98.0);
        myo_geometry_from_patient(&sagittal->instances[7].geometry, point, &column, &row,
                                  &distance);
        assert_true(fabs(distance) < 10.0 && row > 5.0 && row < 122.0 && column < 122.0);
        assert_true(disc == 0 || (point.z > last_z + 25.0 && point.z < last_z + 45.0));
        last_z = point.z;
    }
    json_decref(truth);
    myo_catalogue_destroy(catalogue);
}

/* The slice at L4/5 is that of myo_phantom_slice(), rounded. */
static void pixels_survive_the_way_through_dicom(void **state) {
    (void)state;
    const myo_study *study;
    myo_catalogue *catalogue = open_study(&study);
    const myo_instance *instance = instance_of(series_of(study, MYO_PLANE_AXIAL), L45_INSTANCE);
    myo_phantom_options options = small_options();
    myo_image *read = NULL, *painted = NULL;
    myo_error err = {0};
    if (!myo_dicom_read_slice(instance, &read, NULL, &err) ||
        !myo_phantom_slice(&options, &painted, NULL, NULL, &err)) {
        fail_msg("%s", err.message);
    }
    const myo_geometry *a = myo_image_get_geometry(read), *b = myo_image_get_geometry(painted);
    assert_near(a->position_mm.y, b->position_mm.y, 1e-4);
    assert_near(a->position_mm.z, b->position_mm.z, 1e-4);
    assert_near(a->column_cosine.z, b->column_cosine.z, 1e-5);
    assert_near(a->thickness_mm, 4.0, 1e-9);
    for (size_t i = 0; i < 128 * 128; i++) {
        assert_near(myo_image_get_pixels(read)[i], myo_image_get_pixels(painted)[i], 0.5001);
    }
    myo_image_destroy(read);
    myo_image_destroy(painted);
    myo_catalogue_destroy(catalogue);
}

/* Areas in truth.json are pixel counts; the fat fractions at L4/5 are those asked for. */
static void truth_counts_pixels(void **state) {
    (void)state;
    myo_phantom_options options = small_options();
    myo_labels *labels = NULL;
    assert_true(myo_phantom_slice(&options, NULL, &labels, NULL, NULL));
    json_t *truth = load_truth();
    json_t *entry = json_array_get(json_object_get(truth, "axial"), L45_INSTANCE - 1);
    assert_string_equal(json_string_value(json_object_get(entry, "level")), "L4/5");
    assert_string_equal(json_string_value(json_object_get(entry, "labels")),
                        "axial_11_dseg.nii.gz");
    json_t *structures = json_object_get(entry, "structures");
    assert_int_equal(json_array_size(structures), 7);
    for (size_t i = 0; i < json_array_size(structures); i++) {
        json_t *one = json_array_get(structures, i);
        myo_structure structure;
        assert_true(myo_structure_from_key(json_string_value(json_object_get(one, "structure")),
                                           &structure));
        bool right = strcmp(json_string_value(json_object_get(one, "side")), "right") == 0;
        uint16_t label = myo_structure_get(structure)->label[right ? MYO_RIGHT : MYO_LEFT];
        size_t pixels = 0;
        for (size_t p = 0; p < 128 * 128; p++) {
            pixels += myo_labels_get_pixels(labels)[p] == label;
        }
        assert_int_equal(json_integer_value(json_object_get(one, "pixels")), pixels);
        assert_near(json_number_value(json_object_get(one, "csa_mm2")), (double)pixels * 1.6 * 1.6,
                    0.001);
        if (structure == MYO_MULTIFIDUS) {
            assert_near(json_number_value(json_object_get(one, "fat_fraction")), 0.20, 0.0005);
        }
    }
    json_decref(truth);
    myo_labels_destroy(labels);
}

static void the_same_options_give_the_same_bytes(void **state) {
    (void)state;
    char a[PATH_SIZE], b[PATH_SIZE];
    myo_phantom_options options = small_options();
    myo_path_list first = {0}, second = {0};
    in_root("a", a);
    in_root("b", b);
    assert_true(myo_phantom_write(&options, b, NULL));
    assert_true(myo_path_list_walk(&first, a, NULL));
    assert_true(myo_path_list_walk(&second, b, NULL));
    assert_int_equal(first.count, 15 + 15 + 15 + 1);
    assert_int_equal(first.count, second.count);
    for (size_t i = 0; i < first.count; i++) {
        char *one, *other;
        size_t one_size, other_size;
        assert_string_equal(first.paths[i] + strlen(a), second.paths[i] + strlen(b));
        assert_true(myo_file_read(first.paths[i], 1 << 20, &one, &one_size, NULL));
        assert_true(myo_file_read(second.paths[i], 1 << 20, &other, &other_size, NULL));
        assert_int_equal(one_size, other_size);
        assert_memory_equal(one, other, one_size);
        free(one);
        free(other);
    }
    myo_path_list_clear(&first);
    myo_path_list_clear(&second);
}

static void a_folder_that_is_not_empty_is_refused(void **state) {
    (void)state;
    char path[PATH_SIZE], message[PATH_SIZE + 64];
    myo_phantom_options options = small_options();
    myo_error err = {0};
    in_root("a", path);
    assert_false(myo_phantom_write(&options, path, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    snprintf(message, sizeof message, "%s: not empty: give a new folder", path);
    assert_string_equal(err.message, message);
    err = (myo_error){0};
    assert_false(myo_phantom_write(&options, "/proc/phantom", &err));
    assert_int_equal(err.code, MYO_E_IO);
    err = (myo_error){0};
    options.axial = options.sagittal = false;
    assert_false(myo_phantom_write(&options, path, &err));
    assert_string_equal(err.message, "phantom: neither axial nor sagittal series, nor CT");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reader_sees_a_routine_study),
        cmocka_unit_test(disc_centres_lie_in_their_middle_slices),
        cmocka_unit_test(pixels_survive_the_way_through_dicom),
        cmocka_unit_test(truth_counts_pixels),
        cmocka_unit_test(the_same_options_give_the_same_bytes),
        cmocka_unit_test(a_folder_that_is_not_empty_is_refused),
    };
    return cmocka_run_group_tests(tests, write_study, remove_study);
}
