/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Label maps on disk: the files beside the voxels, and the names of subjects. */
#include "cmocka_all.h"

#include "base/file.h"
#include "report/label_map.h"
#include "report/slice_fixture.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#define STEM "test_label_map"

static myo_labels *create_labels(void) {
    myo_geometry g = {.columns = 4,
                      .rows = 4,
                      .column_spacing_mm = 0.4,
                      .row_spacing_mm = 0.4,
                      .row_cosine = {1.0, 0.0, 0.0},
                      .column_cosine = {0.0, 1.0, 0.0}};
    myo_labels *labels;
    assert_true(myo_labels_create(&g, &labels, NULL));
    myo_labels_get_pixels(labels)[5] = 5101;
    myo_labels_get_pixels(labels)[6] = 9001;
    return labels;
}

static void subjects_are_letters_and_digits(void **state) {
    (void)state;
    char subject[8];
    myo_report_subject("A-1 b_2", subject, sizeof subject);
    assert_string_equal(subject, "A1b2");
    myo_report_subject("../../x", subject, sizeof subject);
    assert_string_equal(subject, "x");
    myo_report_subject("123456789", subject, sizeof subject);
    assert_string_equal(subject, "1234567");
    myo_report_subject("Größe", subject, sizeof subject);
    assert_string_equal(subject, "Gre");
    myo_report_subject("-", subject, sizeof subject);
    assert_string_equal(subject, "unknown");
    myo_report_subject(NULL, subject, sizeof subject);
    assert_string_equal(subject, "unknown");
}

static void check_table(void) {
    char *table = NULL;
    size_t size = 0;
    assert_true(myo_file_read(STEM "_dseg.tsv", 1 << 16, &table, &size, NULL));
    static const char start[] = "index\tname\tcolor\n"
                                "5101\tmultifidus_left\t#E64B3C\n"
                                "5102\tmultifidus_right\t#E64B3C\n"
                                "5111\terector_spinae_left\t#3C96F0\n";
    static const char end[] = "6122\tgluteus_maximus_right\t#F082B4\n"
                              "5991\tabdominal_wall_left\t#96A0AF\n"
                              "5992\tabdominal_wall_right\t#96A0AF\n"
                              "9001\tvertebral_reference\t#6ED25A\n";
    assert_memory_equal(table, start, sizeof start - 1);
    assert_string_equal(table + size - (sizeof end - 1), end);
    free(table);
}

static const char *text_of(const json_t *root, const char *key) {
    return json_string_value(json_object_get(root, key));
}

static void check_description(const char *sha256) {
    json_error_t reason;
    json_t *root = json_load_file(STEM "_dseg.json", 0, &reason);
    assert_non_null(root);
    assert_string_equal(text_of(root, "StudyInstanceUID"), "1.2");
    assert_string_equal(text_of(root, "SeriesInstanceUID"), "1.2.3");
    assert_string_equal(text_of(root, "SOPInstanceUID"), "1.2.3.4");
    assert_int_equal(json_integer_value(json_object_get(root, "InstanceNumber")), 12);
    assert_string_equal(text_of(root, "PixelSHA256"), sha256);
    assert_string_equal(text_of(root, "Level"), "L4/5");
    assert_string_equal(text_of(root, "LevelSource"), "stack-order");
    assert_float_equal(json_real_value(json_object_get(root, "LevelConfidence")), 0.4, 1e-9);
    assert_true(json_is_null(json_object_get(root, "SliceDistanceMm")));
    assert_float_equal(json_real_value(json_object_get(root, "SliceTiltDeg")), 12.345, 1e-9);
    assert_string_equal(text_of(root, "Method"), "region 1");
    assert_string_equal(text_of(root, "RoiConvention"), "fascia");
    const json_t *maker = json_array_get(json_object_get(root, "GeneratedBy"), 0);
    assert_string_equal(text_of(maker, "Version"), myo_version());
    const json_t *labels = json_object_get(root, "Labels");
    assert_int_equal(json_object_size(labels), 15);
    assert_string_equal(text_of(labels, "5122"), "psoas_major_right");
    assert_string_equal(text_of(labels, "9001"), "vertebral_reference");
    json_decref(root);
}

static void writes_voxels_description_and_table(void **state) {
    (void)state;
    slice_fixture f;
    fixture_init(&f);
    myo_labels *labels = create_labels();
    myo_error err = {0};
    assert_true(myo_report_label_map_write(STEM, labels, &f.slice, "0123abcd", &err));
    check_table();
    check_description("0123abcd");
    char *voxels = NULL;
    size_t size = 0;
    assert_true(myo_file_read(STEM "_dseg.nii.gz", 1 << 16, &voxels, &size, NULL));
    assert_memory_equal(voxels, "\x1f\x8b", 2);
    free(voxels);

    /* The same slice gives the same bytes. */
    char *text[2];
    for (int i = 0; i < 2; i++) {
        assert_true(myo_file_read(STEM "_dseg.json", 1 << 16, &text[i], &size, NULL));
        assert_true(myo_report_label_map_write(STEM, labels, &f.slice, "0123abcd", NULL));
    }
    assert_string_equal(text[0], text[1]);
    assert_memory_equal(text[0], "{\n  \"Description\": ", 19);
    assert_string_equal(text[0] + size - 3, "\n}\n");
    free(text[0]);
    free(text[1]);
    unlink(STEM "_dseg.json");
    unlink(STEM "_dseg.tsv");
    unlink(STEM "_dseg.nii.gz");
    myo_labels_destroy(labels);
}

static void names_outlines_after_structure_and_side(void **state) {
    (void)state;
    myo_labels *labels = create_labels();
    assert_true(myo_report_roi_set_write(STEM ".zip", labels, NULL));
    zip_t *archive = zip_open(STEM ".zip", ZIP_RDONLY, NULL);
    assert_int_equal(zip_get_num_entries(archive, 0), 2);
    assert_string_equal(zip_get_name(archive, 0, 0), "multifidus_left.roi");
    assert_string_equal(zip_get_name(archive, 1, 0), "vertebral_reference.roi");
    zip_discard(archive);
    unlink(STEM ".zip");
    myo_labels_destroy(labels);
}

static void names_the_folder_that_is_missing(void **state) {
    (void)state;
    slice_fixture f;
    fixture_init(&f);
    myo_labels *labels = create_labels();
    myo_error err = {0};
    assert_false(myo_report_label_map_write("/nonexistent/x", labels, &f.slice, NULL, &err));
    assert_int_equal(err.code, MYO_E_IO);
    assert_non_null(strstr(err.message, "/nonexistent/x_dseg.nii.gz"));
    myo_labels_destroy(labels);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subjects_are_letters_and_digits),
        cmocka_unit_test(writes_voxels_description_and_table),
        cmocka_unit_test(names_outlines_after_structure_and_side),
        cmocka_unit_test(names_the_folder_that_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
