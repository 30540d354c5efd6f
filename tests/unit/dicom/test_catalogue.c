/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What belongs to a study, in which order, and what its headers say. */
#include "dicom_fixture.h"

#include <math.h>

#define TAG_CHARACTER_SET 0x00080005u
#define TAG_STUDY_DATE 0x00080020u
#define TAG_SERIES_DESCRIPTION 0x0008103eu
#define TAG_PATIENT_ID 0x00100020u
#define TAG_IMAGER_PIXEL_SPACING 0x00181164u
#define TAG_POSITION 0x00200032u
#define TAG_ORIENTATION 0x00200037u
#define TAG_PIXEL_SPACING 0x00280030u

static void write_image(const char *folder, const char *image, const char *patient,
                        const char *study, const char *series, int series_number) {
    recipe r = default_recipe(image);
    r.study = study;
    r.series = series;
    r.header.patient_id = patient;
    r.header.series_number = series_number;
    write_recipe(folder, &r);
}

static void sorts_out_patients_studies_and_series(void **state) {
    write_image(*state, "a", "P2", "s3", "s3.1", 1);
    write_image(*state, "b", "P1", "s1", "s1.2", 6001);
    write_image(*state, "c", "P1", "s1", "s1.1", 6000);
    write_image(*state, "d", "P1", "s2", "s2.1", 1);
    write_image(*state, "e", "P1", "s1", "s1.2", 6001);
    set_text(*state, "d", TAG_STUDY_DATE, "DA", "2025.12.31"); /* as it was written before 1993 */
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 0);
    assert_int_equal(myo_catalogue_get_study_count(catalogue), 3);
    const myo_study *older = myo_catalogue_get_study(catalogue, 0);
    const myo_study *newer = myo_catalogue_get_study(catalogue, 1);
    assert_string_equal(older->study_date, "20251231");
    assert_string_equal(newer->study_date, "20260102");
    assert_string_equal(myo_catalogue_get_study(catalogue, 2)->patient_id, "P2");
    assert_int_equal(newer->series_count, 2);
    assert_int_equal(newer->series[0].number, 6000);
    assert_int_equal(newer->series[0].instance_count, 1);
    assert_int_equal(newer->series[1].number, 6001);
    assert_int_equal(newer->series[1].instance_count, 2);
    myo_catalogue_destroy(catalogue);
}

/* Two people under one study UID (a careless anonymisation) are not thrown together. */
static void keeps_patients_apart_that_share_a_study(void **state) {
    write_image(*state, "a", "P1", "s", "x", 1);
    write_image(*state, "b", "P2", "s", "x", 1);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(myo_catalogue_get_study_count(catalogue), 2);
    myo_catalogue_destroy(catalogue);
}

static void uses_one_of_two_copies(void **state) {
    char original[FIXTURE_PATH_SIZE], expected[2 * FIXTURE_PATH_SIZE];
    char *bytes;
    size_t size;
    recipe r = default_recipe("b");
    write_recipe(*state, &r);
    path_of(*state, "b", original);
    assert_true(myo_file_read(original, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    write_bytes(*state, "c", bytes, size);
    free(bytes);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(only_series(catalogue)->instance_count, 1);
    assert_string_equal(only_series(catalogue)->instances[0].path, original);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
    snprintf(expected, sizeof expected, "duplicate of %s", original);
    assert_string_equal(myo_catalogue_get_skipped(catalogue, 0)->reason, expected);
    myo_catalogue_destroy(catalogue);
}

/* The same UID on two different images: the first by its path is used, and the other one said. */
static void says_when_a_copy_is_another_image(void **state) {
    char expected[2 * FIXTURE_PATH_SIZE];
    recipe r = default_recipe("image");
    write_recipe(*state, &r);
    char *bytes, original[FIXTURE_PATH_SIZE];
    size_t size;
    path_of(*state, "image", original);
    assert_true(myo_file_read(original, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    write_bytes(*state, "another", bytes, size);
    free(bytes);
    set_text(*state, "another", 0x00200032u, "DS", "-10\\-20\\31");
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(only_series(catalogue)->instance_count, 1);
    path_of(*state, "another", original);
    assert_string_equal(only_series(catalogue)->instances[0].path, original);
    snprintf(expected, sizeof expected,
             "same SOPInstanceUID as %s, which is used, but another image", original);
    assert_string_equal(myo_catalogue_get_skipped(catalogue, 0)->reason, expected);
    myo_catalogue_destroy(catalogue);
}

static void counts_a_file_once_that_is_named_twice(void **state) {
    char path[FIXTURE_PATH_SIZE];
    recipe r = default_recipe("a");
    write_recipe(*state, &r);
    path_of(*state, "a", path);
    const char *inputs[] = {path, *state, path};
    myo_catalogue *catalogue;
    assert_true(myo_catalogue_create(inputs, 3, NULL, NULL, &catalogue, NULL));
    assert_int_equal(only_series(catalogue)->instance_count, 1);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 0);
    myo_catalogue_destroy(catalogue);
}

static void fails_on_an_input_that_does_not_exist(void **state) {
    char path[FIXTURE_PATH_SIZE];
    path_of(*state, "missing", path);
    const char *input = path;
    myo_catalogue *catalogue = NULL;
    myo_error err = {0};
    assert_false(myo_catalogue_create(&input, 1, NULL, NULL, &catalogue, &err));
    assert_null(catalogue);
    assert_int_equal(err.code, MYO_E_IO);
    assert_non_null(strstr(err.message, path));
}

static void gives_an_empty_catalogue_for_an_empty_folder(void **state) {
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(myo_catalogue_get_study_count(catalogue), 0);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 0);
    myo_catalogue_destroy(catalogue);
}

typedef struct progress_log {
    size_t calls, last_done, last_total;
} progress_log;

static void log_progress(void *user, const char *what, size_t done, size_t total) {
    progress_log *log = user;
    assert_non_null(what);
    assert_true(done >= log->last_done && done <= total);
    log->calls++;
    log->last_done = done;
    log->last_total = total;
}

static void reports_progress_to_the_end(void **state) {
    recipe r = default_recipe("a");
    write_recipe(*state, &r);
    r = default_recipe("b");
    write_recipe(*state, &r);
    progress_log log = {0};
    const char *input = *state;
    myo_catalogue *catalogue;
    assert_true(myo_catalogue_create(&input, 1, log_progress, &log, &catalogue, NULL));
    assert_int_equal(log.calls, 3);
    assert_int_equal(log.last_done, 2);
    assert_int_equal(log.last_total, 2);
    myo_catalogue_destroy(catalogue);
}

static void assert_spacing(const char *folder, const char *spacing, bool expected) {
    recipe r = default_recipe("image");
    write_recipe(folder, &r);
    if (spacing) {
        set_text(folder, "image", TAG_PIXEL_SPACING, "DS", spacing);
    } else {
        remove_element(folder, "image", TAG_PIXEL_SPACING);
        set_text(folder, "image", TAG_IMAGER_PIXEL_SPACING, "DS", "0.5\\0.5");
    }
    myo_catalogue *catalogue = read_folder(folder);
    const myo_instance *instance = &only_series(catalogue)->instances[0];
    if (instance->has_spacing != expected) {
        fail_msg("spacing \"%s\"", spacing ? spacing : "missing");
    }
    if (!expected) {
        assert_float_equal(instance->geometry.row_spacing_mm, 0.0, 0.0);
        assert_float_equal(instance->geometry.column_spacing_mm, 0.0, 0.0);
    }
    myo_catalogue_destroy(catalogue);
}

static void takes_no_spacing_from_where_there_is_none(void **state) {
    static const char *const bad[] = {"0\\0",          "0.5\\0", "-0.5\\0.5", "0.5",
                                      "0.5\\0.5\\0.5", "",       "0,5\\0,5",  "nan\\nan",
                                      "inf\\1",        "0.5\\",  "1e9\\1",    "0.5mm\\0.5mm"};
    assert_spacing(*state, "0.5000\\ 00.50", true);
    assert_spacing(*state, NULL, false);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_spacing(*state, bad[i], false);
    }
}

static void assert_position(const char *folder, const char *position, const char *orientation,
                            bool expected) {
    recipe r = default_recipe("image");
    write_recipe(folder, &r);
    set_text(folder, "image", TAG_POSITION, "DS", position);
    set_text(folder, "image", TAG_ORIENTATION, "DS", orientation);
    myo_catalogue *catalogue = read_folder(folder);
    const myo_instance *instance = &only_series(catalogue)->instances[0];
    if (instance->has_position != expected) {
        fail_msg("position \"%s\" orientation \"%s\"", position, orientation);
    }
    if (expected) {
        myo_vec3 row = instance->geometry.row_cosine, column = instance->geometry.column_cosine;
        assert_float_equal(myo_vec3_dot(row, row), 1.0, 1e-12);
        assert_float_equal(myo_vec3_dot(column, column), 1.0, 1e-12);
        assert_float_equal(myo_vec3_dot(row, column), 0.0, 1e-12);
    } else {
        assert_float_equal(instance->geometry.position_mm.z, 0.0, 0.0);
    }
    myo_catalogue_destroy(catalogue);
}

static void accepts_unit_cosines_at_right_angles_only(void **state) {
    assert_position(*state, "1\\2\\3", "1\\0\\0\\0\\1\\0", true);
    assert_position(*state, "1\\2\\3", "0.996\\0.087\\0\\-0.087\\0.996\\0", true);
    assert_position(*state, "1\\2\\3", "1\\0\\0\\1\\0\\0", false);
    assert_position(*state, "1\\2\\3", "1\\0\\0\\0.1\\0.99\\0", false);
    assert_position(*state, "1\\2\\3", "0\\0\\0\\0\\0\\0", false);
    assert_position(*state, "1\\2\\3", "2\\0\\0\\0\\1\\0", false);
    assert_position(*state, "1\\2", "1\\0\\0\\0\\1\\0", false);
    assert_position(*state, "1\\2\\1e300", "1\\0\\0\\0\\1\\0", false);
    assert_position(*state, "1\\2\\x", "1\\0\\0\\0\\1\\0", false);
}

static void assert_description(const char *folder, const char *charset, const char *bytes,
                               const char *expected) {
    recipe r = default_recipe("image");
    write_recipe(folder, &r);
    set_text(folder, "image", TAG_CHARACTER_SET, "CS", charset);
    set_text(folder, "image", TAG_SERIES_DESCRIPTION, "LO", bytes);
    myo_catalogue *catalogue = read_folder(folder);
    assert_string_equal(only_series(catalogue)->description, expected);
    myo_catalogue_destroy(catalogue);
}

static void converts_text_to_utf8(void **state) {
    assert_description(*state, "ISO_IR 100", "W\xe4rme", "W\xc3\xa4rme");
    assert_description(*state, "ISO_IR 192", "W\xc3\xa4rme", "W\xc3\xa4rme");
    assert_description(*state, "\\ISO 2022 IR 126", "\x1b-F\xe1", "\xce\xb1");
    assert_description(*state, "", "W\xe4rme", "W?rme");
    assert_description(*state, "NO SUCH SET", "W\xe4rme", "W?rme");
    assert_description(*state, "ISO_IR 192",
                       "a\nb\x7f"
                       "c",
                       "a b c");
    assert_description(*state, "\\ISO 2022 IR 87", "T2 \x1b$B9xDG\x1b(B \xff!",
                       "T2 \xe8\x85\xb0\xe6\xa4\x8e ?!");
    /* What cannot be converted leaves a mark, and no escape sequence for a terminal. */
    assert_description(*state, "\\ISO 2022 IR 999", "T2 \x1b$B;3ED\x1b(B axial", "T2 ? axial");
    assert_description(*state, "ISO_IR 192", "a\x1b[31mb", "a?");
}

/* Numbers as real scanners write them. */
static void reads_padded_numbers(void **state) {
    recipe r = default_recipe("image");
    write_recipe(*state, &r);
    set_text(*state, "image", 0x00180081u, "DS", " 010.0 ");
    set_text(*state, "image", 0x00180080u, "DS", "+6.0E3");
    set_text(*state, "image", 0x00200013u, "IS", " 012 ");
    set_text(*state, "image", 0x00101020u, "DS", "1.66 ");
    myo_catalogue *catalogue = read_folder(*state);
    const myo_series *series = only_series(catalogue);
    assert_float_equal(series->echo_time_ms, 10.0, 0.0);
    assert_float_equal(series->repetition_time_ms, 6000.0, 0.0);
    assert_int_equal(series->instances[0].instance_number, 12);
    assert_float_equal(myo_catalogue_get_study(catalogue, 0)->patient_size_m, 1.66, 1e-12);
    myo_catalogue_destroy(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(sorts_out_patients_studies_and_series),
        FOLDER_TEST(keeps_patients_apart_that_share_a_study),
        FOLDER_TEST(uses_one_of_two_copies),
        FOLDER_TEST(says_when_a_copy_is_another_image),
        FOLDER_TEST(counts_a_file_once_that_is_named_twice),
        FOLDER_TEST(fails_on_an_input_that_does_not_exist),
        FOLDER_TEST(gives_an_empty_catalogue_for_an_empty_folder),
        FOLDER_TEST(reports_progress_to_the_end),
        FOLDER_TEST(takes_no_spacing_from_where_there_is_none),
        FOLDER_TEST(accepts_unit_cosines_at_right_angles_only),
        FOLDER_TEST(converts_text_to_utf8),
        FOLDER_TEST(reads_padded_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
