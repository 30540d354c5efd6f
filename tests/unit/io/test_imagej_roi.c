/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of .roi files, read from the zip; tests/oracle/imagej asks ImageJ itself. */
#include "cmocka_all.h"

#include "base/file.h"
#include "io/imagej_roi.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zip.h>

#define PATH "test_imagej_roi.zip"
#define SIDE 6
#define ROI_SIZE_MAX 1024

static const myo_roi_source sources[] = {{"multifidus_left", 5101, {1, 2, 3}},
                                         {"absent", 7, {0, 0, 0}},
                                         {"ring", 5111, {0xFF, 0x80, 0}}};

/* An L of three pixels, and a ring of eight with a hole in its middle. */
static const uint16_t picture[SIDE * SIDE] = {5101, 0,    0,    0,    0,    0, //
                                              5101, 5101, 0,    0,    0,    0, //
                                              0,    0,    5111, 5111, 5111, 0, //
                                              0,    0,    5111, 0,    5111, 0, //
                                              0,    0,    5111, 5111, 5111, 0, //
                                              0,    0,    0,    0,    0,    0};

static myo_labels *create_labels(void) {
    myo_geometry g = {
        .columns = SIDE, .rows = SIDE, .column_spacing_mm = 1.0, .row_spacing_mm = 1.0};
    myo_labels *labels;
    assert_true(myo_labels_create(&g, &labels, NULL));
    memcpy(myo_labels_get_pixels(labels), picture, sizeof picture);
    return labels;
}

static size_t read_entry(const char *name, unsigned char *roi) {
    zip_t *archive = zip_open(PATH, ZIP_RDONLY, NULL);
    assert_non_null(archive);
    zip_file_t *file = zip_fopen(archive, name, 0);
    assert_non_null(file);
    zip_int64_t size = zip_fread(file, roi, ROI_SIZE_MAX);
    assert_true(size > 0 && size < ROI_SIZE_MAX);
    zip_fclose(file);
    zip_discard(archive);
    return (size_t)size;
}

static unsigned get_16(const unsigned char *p) {
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get_32(const unsigned char *p) {
    return (uint32_t)get_16(p) << 16 | get_16(p + 2);
}

static void check_name(const unsigned char *roi, size_t size, const char *name) {
    size_t header2 = get_32(roi + 60), offset = get_32(roi + header2 + 16);
    assert_int_equal(get_32(roi + header2 + 20), strlen(name));
    assert_int_equal(offset + 2 * strlen(name), size);
    for (size_t i = 0; i < strlen(name); i++) {
        assert_int_equal(get_16(roi + offset + 2 * i), name[i]);
    }
}

static void writes_one_piece_as_a_traced_polygon(void **state) {
    (void)state;
    myo_labels *labels = create_labels();
    myo_error err = {0};
    assert_true(myo_roi_write_zip(PATH, labels, sources, 3, 12, &err));
    unsigned char roi[ROI_SIZE_MAX];
    size_t size = read_entry("multifidus_left.roi", roi);
    assert_memory_equal(roi, "Iout", 4);
    assert_int_equal(get_16(roi + 4), 227);
    assert_int_equal(roi[6], 8);
    static const unsigned top_left_bottom_right[4] = {0, 0, 2, 2};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(get_16(roi + 8 + 2 * i), top_left_bottom_right[i]);
    }
    assert_int_equal(get_32(roi + 40), 0xFF010203);
    assert_int_equal(get_32(roi + 56), 12);
    /* Clockwise from the upper left corner. */
    static const unsigned xy[12] = {0, 1, 1, 2, 2, 0, 0, 0, 1, 1, 2, 2};
    assert_int_equal(get_16(roi + 16), 6);
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(get_16(roi + 64 + 2 * i), xy[i]);
    }
    check_name(roi, size, "multifidus_left");
    myo_labels_destroy(labels);
    unlink(PATH);
}

static void writes_a_hole_as_a_composite(void **state) {
    (void)state;
    myo_labels *labels = create_labels();
    assert_true(myo_roi_write_zip(PATH, labels, sources, 3, 0, NULL));
    unsigned char roi[ROI_SIZE_MAX];
    size_t size = read_entry("ring.roi", roi);
    assert_int_equal(roi[6], 1);
    assert_int_equal(get_16(roi + 8), 2);
    assert_int_equal(get_16(roi + 10), 2);
    assert_int_equal(get_16(roi + 12), 5);
    assert_int_equal(get_16(roi + 14), 5);
    /* Two squares: 4 x (segment, x, y) and a closing segment each. */
    assert_int_equal(get_32(roi + 36), 26);
    static const float shape[26] = {0, 2, 2, 1, 5, 2, 1, 5, 5, 1, 2, 5, 4,
                                    0, 3, 4, 1, 4, 4, 1, 4, 3, 1, 3, 3, 4};
    for (size_t i = 0; i < 26; i++) {
        uint32_t bits = get_32(roi + 64 + 4 * i);
        float value;
        memcpy(&value, &bits, sizeof value);
        assert_float_equal(value, shape[i], 0.0);
    }
    check_name(roi, size, "ring");
    myo_labels_destroy(labels);
    unlink(PATH);
}

static void leaves_absent_regions_out_and_repeats_its_bytes(void **state) {
    (void)state;
    myo_labels *labels = create_labels();
    char *bytes[2];
    size_t size[2];
    static const char *const zones[2] = {"UTC", "JST-9"};
    for (int i = 0; i < 2; i++) {
        setenv("TZ", zones[i], 1); /* zip entries hold local time */
        tzset();
        assert_true(myo_roi_write_zip(PATH, labels, sources, 3, 0, NULL));
        assert_true(myo_file_read(PATH, 1 << 20, &bytes[i], &size[i], NULL));
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(bytes[0], bytes[1], size[0]);
    zip_t *archive = zip_open(PATH, ZIP_RDONLY, NULL);
    assert_int_equal(zip_get_num_entries(archive, 0), 2);
    assert_string_equal(zip_get_name(archive, 0, 0), "multifidus_left.roi");
    assert_string_equal(zip_get_name(archive, 1, 0), "ring.roi");
    zip_discard(archive);
    free(bytes[0]);
    free(bytes[1]);
    myo_labels_destroy(labels);
    unlink(PATH);
}

static void refuses_nothing_equal_names_and_a_missing_folder(void **state) {
    (void)state;
    myo_labels *labels = create_labels();
    myo_error err = {0};
    assert_false(myo_roi_write_zip(PATH, labels, sources + 1, 1, 0, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_int_equal(access(PATH, F_OK), -1);
    myo_roi_source twice[2] = {sources[0], sources[0]};
    err = (myo_error){0};
    assert_false(myo_roi_write_zip(PATH, labels, twice, 2, 0, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    err = (myo_error){0};
    assert_false(myo_roi_write_zip("/nonexistent/r.zip", labels, sources, 3, 0, &err));
    assert_int_equal(err.code, MYO_E_IO);
    myo_labels_destroy(labels);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_piece_as_a_traced_polygon),
        cmocka_unit_test(writes_a_hole_as_a_composite),
        cmocka_unit_test(leaves_absent_regions_out_and_repeats_its_bytes),
        cmocka_unit_test(refuses_nothing_equal_names_and_a_missing_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
