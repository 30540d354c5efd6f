/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are no slice to measure, or no DICOM at all: each is skipped with its reason. */
#include "dicom_fixture.h"

#define NAME "image"

static void write_default(const char *folder) {
    recipe r = default_recipe(NAME);
    write_recipe(folder, &r);
}

static void skips_what_is_not_dicom(void **state) {
    static const char text[] = "patient_id,height_m\nP1,1.66\n";
    unsigned char zeros[1024] = {0};
    write_bytes(*state, NAME, "", 0);
    assert_skipped(*state, MYO_E_FORMAT, "the file is empty");
    write_bytes(*state, NAME, text, sizeof text - 1);
    assert_skipped(*state, MYO_E_FORMAT, "not a DICOM file");
    write_bytes(*state, NAME, "\x08", 1);
    assert_skipped(*state, MYO_E_FORMAT, "not a DICOM file");
    write_bytes(*state, NAME, zeros, sizeof zeros);
    assert_skipped(*state, MYO_E_FORMAT, "not a DICOM file");
    memcpy(zeros + 128, "DICM", 4); /* the mark, and nothing behind it */
    write_bytes(*state, NAME, zeros, 132);
    assert_skipped(*state, MYO_E_FORMAT, "broken or truncated DICOM header (the file ends)");
}

static void reads_a_dataset_without_preamble_and_meta_information(void **state) {
    char path[FIXTURE_PATH_SIZE];
    char *bytes;
    size_t size, start, end;
    write_default(*state);
    path_of(*state, NAME, path);
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    find_element((unsigned char *)bytes, size, 0x00080005u, &start, &end);
    write_bytes(*state, NAME, bytes + start, size - start);
    free(bytes);
    myo_catalogue *catalogue = read_folder(*state);
    myo_image *image;
    assert_true(myo_dicom_read_slice(&only_series(catalogue)->instances[0], &image, NULL, NULL));
    assert_float_equal(myo_image_get_const_pixels(image)[FIXTURE_PIXELS - 1], 99.0 + FIXTURE_PIXELS,
                       0.0);
    myo_image_destroy(image);
    myo_catalogue_destroy(catalogue);
}

static void skips_a_header_that_ends_early(void **state) {
    char path[FIXTURE_PATH_SIZE];
    char *bytes;
    size_t size;
    write_default(*state);
    path_of(*state, NAME, path);
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    /* Wherever the header is cut, the file is skipped, or its pixels are refused. */
    for (size_t cut = DATASET_OFFSET + 1; cut < size; cut += 7) {
        write_bytes(*state, NAME, bytes, cut);
        myo_catalogue *catalogue = read_folder(*state);
        if (myo_catalogue_get_study_count(catalogue) > 0) {
            myo_image *image = NULL;
            myo_error err = {0};
            const myo_series *series = only_series(catalogue);
            assert_false(myo_dicom_read_slice(&series->instances[0], &image, NULL, &err));
            assert_null(image);
        } else {
            assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
        }
        myo_catalogue_destroy(catalogue);
    }
    free(bytes);
}

static void skips_colour(void **state) {
    write_default(*state);
    set_unsigned(*state, NAME, 0x00280002u, 3);
    set_text(*state, NAME, 0x00280004u, "CS", "RGB");
    assert_skipped(*state, MYO_E_UNSUPPORTED, "colour image (RGB), only greyscale can be measured");
    /* A capture says both; what the user sees comes first. */
    set_text(*state, NAME, 0x00080016u, "UI", "1.2.840.10008.5.1.4.1.1.7");
    assert_skipped(*state, MYO_E_UNSUPPORTED, "colour image (RGB), only greyscale can be measured");
    set_unsigned(*state, NAME, 0x00280002u, 1);
    set_text(*state, NAME, 0x00280004u, "CS", "PALETTE COLOR");
    assert_skipped(*state, MYO_E_UNSUPPORTED,
                   "colour image (PALETTE COLOR), only greyscale can be measured");
}

static void skips_other_kinds_of_objects(void **state) {
    static const struct {
        const char *class_uid, *reason;
    } kinds[] = {
        {"1.2.840.10008.5.1.4.1.1.7", "a secondary capture, not an image of a scanner"},
        {"1.2.840.10008.5.1.4.1.1.66.4",
         "a segmentation or registration, not an image of a scanner"},
        {"1.2.840.10008.5.1.4.1.1.481.2", "a radiotherapy object, not an image to measure"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        write_default(*state);
        set_text(*state, NAME, 0x00080016u, "UI", kinds[i].class_uid);
        assert_skipped(*state, MYO_E_UNSUPPORTED, kinds[i].reason);
    }
    write_default(*state);
    set_text(*state, NAME, 0x00080016u, "UI", "1.2.840.10008.5.1.4.1.1.4.1");
    assert_skipped(*state, MYO_E_FORMAT, "an enhanced image of 1 frames that describes 0 of them");
    write_default(*state);
    set_text(*state, NAME, 0x00280008u, "IS", "25");
    assert_skipped(*state, MYO_E_UNSUPPORTED,
                   "25 images in one file that does not say where each of them lies");
    write_default(*state);
    set_text(*state, NAME, 0x00080060u, "CS", "SR");
    remove_element(*state, NAME, 0x00280010u);
    assert_skipped(*state, MYO_E_UNSUPPORTED, "no image in it (modality SR)");
    /* Reasons go into JSON: whatever the file holds, they are UTF-8. */
    set_text(*state, NAME, 0x00080060u, "CS", "S\xe4");
    set_text(*state, NAME, 0x00080005u, "CS", "");
    assert_skipped(*state, MYO_E_UNSUPPORTED, "no image in it (modality S?)");
}

static void skips_images_without_identity_or_size(void **state) {
    write_default(*state);
    remove_element(*state, NAME, 0x00080018u);
    assert_skipped(*state, MYO_E_MISSING, "SOPInstanceUID is missing or invalid");
    write_default(*state);
    set_text(*state, NAME, 0x0020000eu, "UI", "");
    assert_skipped(*state, MYO_E_MISSING, "SeriesInstanceUID is missing or invalid");
    write_default(*state);
    set_text(*state, NAME, 0x0020000du, "UI", "../../etc");
    assert_skipped(*state, MYO_E_MISSING, "StudyInstanceUID is missing or invalid");
    write_default(*state);
    set_unsigned(*state, NAME, 0x00280010u, 0);
    assert_skipped(*state, MYO_E_RANGE, "image size 4 x 0 is not within 1 to 8192");
    write_default(*state);
    set_unsigned(*state, NAME, 0x00280011u, 65535);
    assert_skipped(*state, MYO_E_RANGE, "image size 65535 x 3 is not within 1 to 8192");
}

static void skips_layouts_that_make_no_sense(void **state) {
    write_default(*state);
    set_unsigned(*state, NAME, 0x00280100u, 32);
    assert_skipped(*state, MYO_E_UNSUPPORTED, "32 bits a pixel, only 8 and 16 bits can be read");
    write_default(*state);
    set_unsigned(*state, NAME, 0x00280101u, 0);
    assert_skipped(*state, MYO_E_FORMAT, "bits stored 0 and high bit 11 do not fit into 16 bits");
    write_default(*state);
    set_unsigned(*state, NAME, 0x00280102u, 5);
    assert_skipped(*state, MYO_E_FORMAT, "bits stored 12 and high bit 5 do not fit into 16 bits");
    write_default(*state);
    remove_element(*state, NAME, 0x00280103u);
    assert_skipped(*state, MYO_E_MISSING, "PixelRepresentation is missing or invalid");
}

/* Sequences in sequences, deeper than any stack of calls: an error, and no crash. */
static void survives_sequences_without_end(void **state) {
    enum { DEPTH = 200000, LEVEL_SIZE = 20 };
    static const unsigned char level[LEVEL_SIZE] = {
        0x07, 0,    0x01, 0x10, 'S',  'Q',  0,    0,   0xff, 0xff, 0xff, 0xff, /* (0007,1001) */
        0xfe, 0xff, 0,    0xe0, 0xff, 0xff, 0xff, 0xff};                       /* item */
    unsigned char *nested = malloc(DEPTH * LEVEL_SIZE);
    assert_non_null(nested);
    for (size_t i = 0; i < DEPTH; i++) {
        memcpy(nested + i * LEVEL_SIZE, level, LEVEL_SIZE);
    }
    char path[FIXTURE_PATH_SIZE];
    path_of(*state, NAME, path);
    write_default(*state);
    replace_raw(path, 0x00071001u, nested, DEPTH * LEVEL_SIZE);
    free(nested);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
    assert_int_equal(myo_catalogue_get_skipped(catalogue, 0)->code, MYO_E_FORMAT);
    myo_catalogue_destroy(catalogue);
}

/* A length of 4 GB in a small file must not be believed. */
static void survives_a_length_beyond_the_file(void **state) {
    unsigned char element[16] = {0x09, 0, 0x10, 0, 'O', 'B', 0, 0, 0xf0, 0xff, 0xff, 0xff};
    char path[FIXTURE_PATH_SIZE];
    path_of(*state, NAME, path);
    write_default(*state);
    replace_raw(path, 0x00090010u, element, sizeof element);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
    assert_int_equal(myo_catalogue_get_skipped(catalogue, 0)->code, MYO_E_FORMAT);
    myo_catalogue_destroy(catalogue);
}

/* One bad file loses nothing else. */
static void keeps_the_good_files_beside_a_bad_one(void **state) {
    write_default(*state);
    write_bytes(*state, "notes.txt", "hello\n", 6);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(only_series(catalogue)->instance_count, 1);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
    assert_non_null(strstr(myo_catalogue_get_skipped(catalogue, 0)->path, "notes.txt"));
    myo_catalogue_destroy(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(skips_what_is_not_dicom),
        FOLDER_TEST(reads_a_dataset_without_preamble_and_meta_information),
        FOLDER_TEST(skips_a_header_that_ends_early),
        FOLDER_TEST(skips_colour),
        FOLDER_TEST(skips_other_kinds_of_objects),
        FOLDER_TEST(skips_images_without_identity_or_size),
        FOLDER_TEST(skips_layouts_that_make_no_sense),
        FOLDER_TEST(survives_sequences_without_end),
        FOLDER_TEST(survives_a_length_beyond_the_file),
        FOLDER_TEST(keeps_the_good_files_beside_a_bad_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
