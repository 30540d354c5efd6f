/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written is read back as it was, and the same input gives the same bytes. */
#include "dicom_fixture.h"

#include <math.h>

/* SHA-256 of "a" is ca978112ca1bbdca..., of "" e3b0c44298fc1c14...; the first 128 bits in decimal,
 * worked out with Python's integers. */
static void makes_uids_from_the_hash_of_a_text(void **state) {
    (void)state;
    char uid[MYO_UID_SIZE];
    myo_dicom_uid_from_text("a", uid);
    assert_string_equal(uid, "2.25.269290709893687070873337820426365295693");
    myo_dicom_uid_from_text("", uid);
    assert_string_equal(uid, "2.25.302652579918965577886386472538583578916");
}

static void writes_the_same_bytes_again(void **state) {
    char path[FIXTURE_PATH_SIZE];
    recipe r = default_recipe("image");
    char *first, *second;
    size_t first_size, second_size;
    path_of(*state, "image", path);
    write_recipe(*state, &r);
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &first, &first_size, NULL));
    sleep(1); /* a time in the file would change */
    write_recipe(*state, &r);
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &second, &second_size, NULL));
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
    free(first);
    free(second);
}

static void keeps_header_and_oblique_geometry(void **state) {
    recipe r = default_recipe("image");
    const double cosine = cos(0.3), sine = sin(0.3);
    r.geometry.column_cosine = (myo_vec3){0.0, cosine, sine};
    r.geometry.position_mm = (myo_vec3){-101.23456, 1.0e-17, -987.654321};
    r.header.series_description = "\xc3\xa4xial"; /* UTF-8 */
    write_recipe(*state, &r);
    myo_catalogue *catalogue = read_folder(*state);
    const myo_series *series = only_series(catalogue);
    const myo_study *study = myo_catalogue_get_study(catalogue, 0);
    assert_string_equal(study->patient_id, "P1");
    assert_string_equal(study->study_date, "20260102");
    assert_float_equal(study->patient_size_m, 1.66, 1e-12);
    assert_int_equal(series->number, 7);
    assert_string_equal(series->description, "\xc3\xa4xial");
    assert_int_equal(series->modality, MYO_MODALITY_MR);
    assert_int_equal(series->weighting, MYO_WEIGHTING_T2);
    assert_float_equal(series->echo_time_ms, 105.0, 0.0);
    assert_float_equal(series->repetition_time_ms, 6000.0, 0.0);
    assert_false(series->localizer || series->derived);
    const myo_geometry *geometry = &series->instances[0].geometry;
    assert_true(series->instances[0].has_position && series->instances[0].has_spacing);
    assert_float_equal(geometry->position_mm.x, -101.23456, 1e-9);
    assert_float_equal(geometry->position_mm.y, 0.0, 0.0);
    assert_float_equal(geometry->position_mm.z, -987.654321, 1e-9);
    assert_float_equal(geometry->column_cosine.y, cosine, 1e-9);
    assert_float_equal(geometry->column_cosine.z, sine, 1e-9);
    assert_float_equal(geometry->column_spacing_mm, 0.5, 0.0);
    assert_float_equal(geometry->row_spacing_mm, 0.6, 0.0);
    assert_float_equal(geometry->thickness_mm, 4.0, 0.0);
    myo_catalogue_destroy(catalogue);
}

static void rounds_and_clamps_to_twelve_bits(void **state) {
    recipe r = default_recipe("image");
    char path[FIXTURE_PATH_SIZE];
    write_recipe(*state, &r);
    path_of(*state, "image", path);
    const float written[FIXTURE_PIXELS] = {-5.0f,   0.4f,    0.5f,       1.5f, 4094.6f, 4095.0f,
                                           4096.0f, 1.0e30f, (float)NAN, 7.0f, 8.0f,    9.0f};
    const float expected[FIXTURE_PIXELS] = {0.0f,    0.0f,    1.0f, 2.0f, 4095.0f, 4095.0f,
                                            4095.0f, 4095.0f, 0.0f, 7.0f, 8.0f,    9.0f};
    myo_image *image;
    assert_true(myo_image_create(&r.geometry, &image, NULL));
    memcpy(myo_image_get_pixels(image), written, sizeof written);
    myo_mr_header header = r.header;
    header.study_uid = header.series_uid = header.sop_uid = header.frame_of_reference_uid = "1.2.3";
    assert_true(myo_dicom_write_mr(path, &header, image, NULL));
    myo_image_destroy(image);
    myo_catalogue *catalogue = read_folder(*state);
    assert_true(myo_dicom_read_slice(&only_series(catalogue)->instances[0], &image, NULL, NULL));
    for (size_t i = 0; i < FIXTURE_PIXELS; i++) {
        assert_float_equal(myo_image_get_const_pixels(image)[i], expected[i], 0.0);
    }
    myo_image_destroy(image);
    myo_catalogue_destroy(catalogue);
}

static void reports_a_folder_that_cannot_be_written(void **state) {
    recipe r = default_recipe("image");
    char path[FIXTURE_PATH_SIZE];
    path_of(*state, "missing/image", path);
    myo_image *image;
    assert_true(myo_image_create(&r.geometry, &image, NULL));
    myo_mr_header header = r.header;
    header.study_uid = header.series_uid = header.sop_uid = header.frame_of_reference_uid = "1.2.3";
    myo_error err = {0};
    assert_false(myo_dicom_write_mr(path, &header, image, &err));
    assert_int_equal(err.code, MYO_E_IO);
    assert_non_null(strstr(err.message, path));
    myo_image_destroy(image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_uids_from_the_hash_of_a_text),
        FOLDER_TEST(writes_the_same_bytes_again),
        FOLDER_TEST(keeps_header_and_oblique_geometry),
        FOLDER_TEST(rounds_and_clamps_to_twelve_bits),
        FOLDER_TEST(reports_a_folder_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
