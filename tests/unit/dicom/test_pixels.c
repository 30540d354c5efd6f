/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored values of every layout become the values that the standard defines. */
#include "dicom_fixture.h"

#include "base/hash.h"

#define TAG_PHOTOMETRIC 0x00280004u
#define TAG_BITS_ALLOCATED 0x00280100u
#define TAG_BITS_STORED 0x00280101u
#define TAG_HIGH_BIT 0x00280102u
#define TAG_PIXEL_REPRESENTATION 0x00280103u
#define TAG_RESCALE_INTERCEPT 0x00281052u
#define TAG_RESCALE_SLOPE 0x00281053u
#define TAG_TRANSFER_SYNTAX 0x00020010u
#define TAG_PIXEL_DATA 0x7fe00010u

#define NAME "image"

static void set_pixels(const char *folder, const char *vr, const void *bytes, size_t size) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, NAME, path);
    replace_value(path, TAG_PIXEL_DATA, vr, bytes, size);
}

static void write_words(const char *folder, const unsigned words[FIXTURE_PIXELS]) {
    unsigned char bytes[2 * FIXTURE_PIXELS];
    for (size_t i = 0; i < FIXTURE_PIXELS; i++) {
        put16(bytes + 2 * i, words[i]);
    }
    set_pixels(folder, "OW", bytes, sizeof bytes);
}

static void write_default(const char *folder) {
    recipe r = default_recipe(NAME);
    write_recipe(folder, &r);
}

/* Reads the image and compares its first values; `hash` may be NULL. */
static void assert_values(const char *folder, const double *expected, size_t count, char *hash) {
    myo_catalogue *catalogue = read_folder(folder);
    myo_image *image;
    myo_error err = {0};
    if (!myo_dicom_read_slice(&only_series(catalogue)->instances[0], &image, hash, &err)) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(myo_image_get_geometry(image)->columns, FIXTURE_COLUMNS);
    assert_int_equal(myo_image_get_geometry(image)->rows, FIXTURE_ROWS);
    for (size_t i = 0; i < count; i++) {
        assert_float_equal(myo_image_get_const_pixels(image)[i], expected[i], 1e-4);
    }
    myo_image_destroy(image);
    myo_catalogue_destroy(catalogue);
}

/* Asserts that the image is in the catalogue, but its pixels cannot be read: "PATH: reason". */
static void assert_unreadable(const char *folder, myo_code code, const char *reason) {
    myo_catalogue *catalogue = read_folder(folder);
    const myo_instance *instance = &only_series(catalogue)->instances[0];
    myo_image *image = NULL;
    myo_error err = {0};
    char expected[2 * FIXTURE_PATH_SIZE];
    snprintf(expected, sizeof expected, "%s: %s", instance->path, reason);
    assert_false(myo_dicom_read_slice(instance, &image, NULL, &err));
    assert_null(image);
    assert_string_equal(err.message, expected);
    assert_int_equal(err.code, code);
    myo_catalogue_destroy(catalogue);
}

static void reads_unsigned_words_and_hashes_them(void **state) {
    double expected[FIXTURE_PIXELS];
    unsigned char stored[2 * FIXTURE_PIXELS];
    for (size_t i = 0; i < FIXTURE_PIXELS; i++) {
        expected[i] = 100.0 + (double)i;
        put16(stored + 2 * i, (unsigned)(100 + i));
    }
    write_default(*state);
    char hash[MYO_SHA256_HEX_SIZE], expected_hash[MYO_HASH_HEX_SIZE];
    assert_values(*state, expected, FIXTURE_PIXELS, hash);
    myo_hash_sha256(stored, sizeof stored, expected_hash);
    assert_string_equal(hash, expected_hash);
}

static void extends_the_sign_of_signed_words(void **state) {
    const unsigned words[FIXTURE_PIXELS] = {0xffff, 0x8000, 0x7fff, 0, 1};
    const double expected[] = {-1.0, -32768.0, 32767.0, 0.0, 1.0};
    write_default(*state);
    write_words(*state, words);
    set_unsigned(*state, NAME, TAG_BITS_STORED, 16);
    set_unsigned(*state, NAME, TAG_HIGH_BIT, 15);
    set_unsigned(*state, NAME, TAG_PIXEL_REPRESENTATION, 1);
    assert_values(*state, expected, 5, NULL);
}

/* 12 bits in 16 with overlay bits above them. The hash is that of the clean values. */
static void masks_what_lies_above_the_stored_bits(void **state) {
    const unsigned words[FIXTURE_PIXELS] = {0xf123, 0xafff, 0x1000, 0x0800, 0x07ff};
    const double as_unsigned[] = {0x123, 0xfff, 0.0, 0x800, 0x7ff};
    const double as_signed[] = {0x123, -1.0, 0.0, -2048.0, 2047.0};
    unsigned char clean[2 * FIXTURE_PIXELS] = {0};
    for (size_t i = 0; i < 5; i++) {
        put16(clean + 2 * i, (unsigned)as_unsigned[i]);
    }
    char hash[MYO_SHA256_HEX_SIZE], expected_hash[MYO_HASH_HEX_SIZE];
    write_default(*state);
    write_words(*state, words);
    assert_values(*state, as_unsigned, 5, hash);
    myo_hash_sha256(clean, sizeof clean, expected_hash);
    assert_string_equal(hash, expected_hash);
    set_unsigned(*state, NAME, TAG_PIXEL_REPRESENTATION, 1);
    assert_values(*state, as_signed, 5, NULL);
}

/* 10 bits that end at bit 11: two bits of garbage below, four above. */
static void takes_the_stored_bits_from_below_the_high_bit(void **state) {
    const unsigned words[FIXTURE_PIXELS] = {0xf000u | 5u << 2 | 3u, 0x0fff};
    const double expected[] = {5.0, 1023.0};
    write_default(*state);
    write_words(*state, words);
    set_unsigned(*state, NAME, TAG_BITS_STORED, 10);
    assert_values(*state, expected, 2, NULL);
}

static void rescales_with_slope_and_intercept(void **state) {
    const double expected[] = {-1024.0 + 2.5 * 100.0, -1024.0 + 2.5 * 101.0};
    write_default(*state);
    set_text(*state, NAME, TAG_RESCALE_INTERCEPT, "DS", "-1024.0");
    set_text(*state, NAME, TAG_RESCALE_SLOPE, "DS", "+02.50");
    assert_values(*state, expected, 2, NULL);
}

static void refuses_a_rescale_that_is_no_number(void **state) {
    write_default(*state);
    set_text(*state, NAME, TAG_RESCALE_SLOPE, "DS", "2,5");
    assert_unreadable(*state, MYO_E_FORMAT,
                      "RescaleSlope or RescaleIntercept is not a usable number");
    set_text(*state, NAME, TAG_RESCALE_SLOPE, "DS", "0");
    assert_unreadable(*state, MYO_E_FORMAT,
                      "RescaleSlope or RescaleIntercept is not a usable number");
}

/* Mirrored within 0 to 4095, and within -2048 to 2047. */
static void mirrors_monochrome1(void **state) {
    const unsigned words[FIXTURE_PIXELS] = {0, 4095, 100};
    const double as_unsigned[] = {4095.0, 0.0, 3995.0};
    const double as_signed[] = {-1.0, 0.0, -101.0};
    write_default(*state);
    write_words(*state, words);
    set_text(*state, NAME, TAG_PHOTOMETRIC, "CS", "MONOCHROME1");
    assert_values(*state, as_unsigned, 3, NULL);
    set_unsigned(*state, NAME, TAG_PIXEL_REPRESENTATION, 1);
    assert_values(*state, as_signed, 3, NULL);
}

/* Bytes may be written as OB or, two in a word, as OW. */
static void reads_bytes(void **state) {
    const unsigned char bytes[FIXTURE_PIXELS] = {0, 1, 127, 128, 255, 7};
    const double expected[] = {0.0, 1.0, 127.0, 128.0, 255.0, 7.0};
    write_default(*state);
    set_unsigned(*state, NAME, TAG_BITS_ALLOCATED, 8);
    set_unsigned(*state, NAME, TAG_BITS_STORED, 8);
    set_unsigned(*state, NAME, TAG_HIGH_BIT, 7);
    set_pixels(*state, "OB", bytes, sizeof bytes);
    assert_values(*state, expected, 6, NULL);
    set_pixels(*state, "OW", bytes, sizeof bytes);
    assert_values(*state, expected, 6, NULL);
}

/* Values 0x0102 + i, as RLE (PS3.5 annex G): a segment of high bytes, which repeat, and one of low
 * bytes, which do not. */
static void decompresses_rle(void **state) {
    unsigned char rle[64 + 2 + 14] = {0};
    put32(rle, 2);
    put32(rle + 4, 64);
    put32(rle + 8, 66);
    rle[64] = (unsigned char)(257 - FIXTURE_PIXELS); /* repeat the next byte 12 times */
    rle[65] = 0x01;
    rle[66] = FIXTURE_PIXELS - 1; /* copy the next 12 bytes */
    double expected[FIXTURE_PIXELS];
    for (size_t i = 0; i < FIXTURE_PIXELS; i++) {
        rle[67 + i] = (unsigned char)(2 + i);
        expected[i] = 0x0102 + (double)i;
    }
    unsigned char element[12 + 8 + 8 + sizeof rle + 8] = {0xe0, 0x7f, 0x10, 0, 'O', 'B'};
    put32(element + 8, 0xffffffffu);
    put32(element + 12, 0xe000fffeu); /* no offset table */
    put32(element + 20, 0xe000fffeu);
    put32(element + 24, sizeof rle);
    memcpy(element + 28, rle, sizeof rle);
    put32(element + 28 + sizeof rle, 0xe0ddfffeu);
    char path[FIXTURE_PATH_SIZE];
    path_of(*state, NAME, path);
    write_default(*state);
    replace_raw(path, TAG_PIXEL_DATA, element, sizeof element);
    set_text(*state, NAME, TAG_TRANSFER_SYNTAX, "UI", "1.2.840.10008.1.2.5");
    assert_values(*state, expected, FIXTURE_PIXELS, NULL);
    /* Cut within the segment. */
    write_default(*state);
    set_text(*state, NAME, TAG_TRANSFER_SYNTAX, "UI", "1.2.840.10008.1.2.5");
    replace_raw(path, TAG_PIXEL_DATA, element, 60);
    assert_unreadable(*state, MYO_E_FORMAT, "compressed pixel data are broken or truncated");
}

static void names_a_transfer_syntax_that_it_cannot_read(void **state) {
    write_default(*state);
    set_text(*state, NAME, TAG_TRANSFER_SYNTAX, "UI", "1.2.3.4.5");
    assert_unreadable(*state, MYO_E_UNSUPPORTED, "unknown transfer syntax 1.2.3.4.5");
}

static void reports_truncated_pixels_with_both_sizes(void **state) {
    char path[FIXTURE_PATH_SIZE];
    char *bytes;
    size_t size;
    path_of(*state, NAME, path);
    write_default(*state);
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    write_bytes(*state, NAME, bytes, size - 5); /* the file ends early */
    assert_unreadable(*state, MYO_E_FORMAT, "pixel data is truncated: 19 of 24 bytes");
    write_default(*state);
    set_pixels(*state, "OW", bytes, 10); /* the element is short, the file whole */
    assert_unreadable(*state, MYO_E_FORMAT, "pixel data is truncated: 10 of 24 bytes");
    free(bytes);
}

static void reports_missing_pixels(void **state) {
    write_default(*state);
    remove_element(*state, NAME, TAG_PIXEL_DATA);
    assert_skipped(*state, MYO_E_MISSING, "no pixel data");
}

/* The catalogue is older than the file that it names. */
static void notices_a_file_that_changed_or_went(void **state) {
    char path[FIXTURE_PATH_SIZE];
    path_of(*state, NAME, path);
    write_default(*state);
    myo_catalogue *catalogue = read_folder(*state);
    const myo_instance *instance = &only_series(catalogue)->instances[0];
    myo_image *image = NULL;
    myo_error err = {0};
    set_unsigned(*state, NAME, 0x00280010u, FIXTURE_ROWS - 1);
    assert_false(myo_dicom_read_slice(instance, &image, NULL, &err));
    assert_int_equal(err.code, MYO_E_FORMAT);
    assert_non_null(strstr(err.message, "has changed"));
    unlink(path);
    err = (myo_error){0};
    assert_false(myo_dicom_read_slice(instance, &image, NULL, &err));
    assert_int_equal(err.code, MYO_E_IO);
    assert_non_null(strstr(err.message, path));
    myo_catalogue_destroy(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(reads_unsigned_words_and_hashes_them),
        FOLDER_TEST(extends_the_sign_of_signed_words),
        FOLDER_TEST(masks_what_lies_above_the_stored_bits),
        FOLDER_TEST(takes_the_stored_bits_from_below_the_high_bit),
        FOLDER_TEST(rescales_with_slope_and_intercept),
        FOLDER_TEST(refuses_a_rescale_that_is_no_number),
        FOLDER_TEST(mirrors_monochrome1),
        FOLDER_TEST(reads_bytes),
        FOLDER_TEST(decompresses_rle),
        FOLDER_TEST(names_a_transfer_syntax_that_it_cannot_read),
        FOLDER_TEST(reports_truncated_pixels_with_both_sizes),
        FOLDER_TEST(reports_missing_pixels),
        FOLDER_TEST(notices_a_file_that_changed_or_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
