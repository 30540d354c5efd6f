/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of regions that are broken, too large, or none: one clear line each. */
#include "roi_builder.h"

#include "base/file.h"
#include "io/imagej_roi_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#define PATH "test_hostile.roi"
#define ZIP_PATH "test_hostile.zip"
#define SIDE 64

static void expect_failure(const char *path, myo_code code, const char *message) {
    myo_roi_list list = {.count = 99};
    myo_error err = {0};
    assert_false(myo_roi_read(path, &list, &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, code);
    assert_null(list.rois);
    assert_int_equal(list.count, 0);
}

/* Large files: written without waiting for the disk. */
static void write_file(const void *bytes, size_t size) {
    FILE *file = fopen(PATH, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void refuse(const roi_bytes *bytes, myo_code code, const char *message) {
    char expected[MYO_ERROR_TEXT_SIZE];
    snprintf(expected, sizeof expected, "%s: %s", PATH, message);
    assert_true(myo_file_write(PATH, bytes->data, bytes->size, NULL));
    expect_failure(PATH, code, expected);
    unlink(PATH);
}

/* A square of four points, with a name. */
static roi_bytes create_square(void) {
    static const int points[8] = {0, 0, 10, 0, 10, 10, 0, 10};
    static const uint16_t name[] = {'a', 'b'};
    roi_bytes bytes = begin_roi(0, 5, 5, 15, 15);
    add_points(&bytes, points, 4);
    add_name(&bytes, name, 2);
    return bytes;
}

static void refuses_broken_headers(void **state) {
    (void)state;
    roi_bytes bytes = create_square();
    bytes.data[6] = 11;
    refuse(&bytes, MYO_E_FORMAT, "broken: there is no type 11 of regions");
    bytes = create_square();
    set_16(&bytes, 4, 216);
    refuse(
        &bytes, MYO_E_UNSUPPORTED,
        "version 216 of the format, older than 217: open it in a newer ImageJ and save it again");
    bytes = create_square();
    bytes.size = 63;
    refuse(&bytes, MYO_E_FORMAT, "not an ImageJ region: save it in ImageJ again");
    bytes = begin_roi(1, 10, 10, 5, 20);
    refuse(&bytes, MYO_E_FORMAT, "broken: it is -5 x 10 pixels large");
    bytes = begin_roi(2, 1, 1, 5, 5);
    set_16(&bytes, 50, 128);
    set_float(&bytes, 30, NAN);
    refuse(&bytes, MYO_E_FORMAT, "broken: a coordinate is nan");
}

static void refuses_broken_outlines(void **state) {
    (void)state;
    roi_bytes bytes = create_square();
    set_16(&bytes, 16, 65535);
    refuse(&bytes, MYO_E_FORMAT, "broken: it ends within its 65535 points");
    bytes = create_square();
    set_16(&bytes, 50, 128); /* the name lies where the floats should be; they end beyond it */
    set_16(&bytes, 16, 9);
    refuse(&bytes, MYO_E_FORMAT, "broken: it ends within its 9 points");
    bytes = create_square();
    set_32(&bytes, 80 + 16, 0x7FFFFFFF);
    refuse(&bytes, MYO_E_FORMAT, "broken: its name lies beyond its end");
    bytes = create_square();
    set_32(&bytes, 80 + 20, 0x80000001u);
    refuse(&bytes, MYO_E_FORMAT, "broken: its name lies beyond its end");
    static const float far[] = {0, 1e30f, 0};
    bytes = begin_roi(1, 0, 0, 5, 5);
    add_shape(&bytes, far, 3);
    refuse(&bytes, MYO_E_FORMAT, "broken: a coordinate is 1e+30");
}

static void refuses_broken_composites(void **state) {
    (void)state;
    static const struct {
        float values[8];
        int count;
        const char *message;
    } shapes[] = {
        {{1, 5, 5}, 3, "broken: its outline begins nowhere"},
        {{4}, 1, "broken: its outline begins nowhere"},
        {{0, 5, 5, 5}, 4, "broken: value 4 of its outline is 5"},
        {{0, 5, 5, -1}, 4, "broken: value 4 of its outline is -1"},
        {{0.5f, 5, 5}, 3, "broken: value 1 of its outline is 0.5"},
        {{NAN, 5, 5}, 3, "broken: value 1 of its outline is nan"},
        {{0, 5, 5, 3, 1, 1, 2, 2}, 8, "broken: value 4 of its outline is 3"},
        {{0, 5, 5, 4, 1, 2, 2}, 7, "broken: its outline goes on after its end"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        roi_bytes bytes = begin_roi(1, 0, 0, 5, 5);
        add_shape(&bytes, shapes[i].values, shapes[i].count);
        refuse(&bytes, MYO_E_FORMAT, shapes[i].message);
    }
    roi_bytes bytes = begin_roi(1, 0, 0, 5, 5);
    set_32(&bytes, 36, 0x7FFFFFFF);
    refuse(&bytes, MYO_E_FORMAT, "broken: it ends within its outline");
}

/* Decodes and fills bytes; returns true when they are a region. */
static bool try_bytes(const roi_bytes *bytes) {
    myo_roi roi;
    myo_error err = {0};
    bool read = roi_decode(bytes->data, bytes->size, "a.roi", &roi, &err);
    uint8_t mask[SIDE * SIDE] = {0};
    assert_true(read ? myo_roi_fill(&roi, SIDE, SIDE, mask, NULL)
                     : err.code != MYO_OK && err.message[0] != '\0');
    roi_clear(&roi);
    return read;
}

/* However a file is cut off, and whatever byte is set, it is refused or read. */
static void survives_cuts_and_flips(void **state) {
    (void)state;
    static const float curve[] = {0, 2, 2, 3, 8, 2, 9, 9, 2, 8, 2, 5, 5, 1, 1, 4};
    roi_bytes whole[2] = {create_square(), begin_roi(1, 0, 0, 10, 10)};
    add_shape(&whole[1], curve, 16);
    size_t read = 0;
    for (size_t file = 0; file < 2; file++) {
        for (size_t i = 0; i < whole[file].size; i++) {
            roi_bytes cut = whole[file], low = whole[file], high = whole[file];
            cut.size = i;
            low.data[i] = 0x7F;
            high.data[i] = 0xFF;
            read += (size_t)try_bytes(&cut) + (size_t)try_bytes(&low) + (size_t)try_bytes(&high);
        }
    }
    assert_true(read > whole[0].size);
}

/* A composite of as many floats as 16 MB hold. */
static void limits_points_and_outlines(void **state) {
    (void)state;
    static const struct {
        float segment[8];
        int floats, repeats;
        const char *message;
    } shapes[] = {
        {{0, 1, 1}, 3, 100001, PATH ": it has more than 100000 outlines"},
        {{1, 1, 1}, 3, 1000001, PATH ": its outline has more than 1000000 points"},
        {{3, 900000, 0, 0, 900000, 5, 5},
         7,
         2000,
         PATH ": its outline has more than 1000000 points"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t count = (size_t)shapes[i].floats * (size_t)shapes[i].repeats + 3;
        unsigned char *data = calloc(64 + 4 * count, 1);
        roi_bytes head = begin_roi(1, 0, 0, 9, 9), unit = {.size = 0};
        set_32(&head, 36, (uint32_t)count);
        memcpy(data, head.data, 64); /* the first segment begins an outline at (0, 0) */
        add_shape(&unit, shapes[i].segment, shapes[i].floats);
        unit = (roi_bytes){.size = 64};
        add_shape(&unit, shapes[i].segment, shapes[i].floats);
        for (int k = 0; k < shapes[i].repeats; k++) {
            memcpy(data + 76 + (size_t)k * 4 * (size_t)shapes[i].floats, unit.data + 64,
                   4 * (size_t)shapes[i].floats);
        }
        write_file(data, 64 + 4 * count);
        expect_failure(PATH, MYO_E_RANGE, shapes[i].message);
        free(data);
    }
    unlink(PATH);
}

static void limits_the_length_of_an_outline(void **state) {
    (void)state;
    myo_roi_list list = {0};
    myo_roi *roi;
    myo_error err = {0};
    assert_true(myo_roi_list_add(&list, "wild", MYO_ROI_POLYGON, &roi, NULL));
    for (int i = 0; i < 17000; i++) {
        assert_true(myo_roi_add_point(roi, 10.0, i % 2 ? 1000.0 : 0.0, NULL));
    }
    uint8_t *mask = calloc(1024 * 1024, 1);
    assert_false(myo_roi_fill(roi, 1024, 1024, mask, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
    assert_string_equal(err.message, "region \"wild\": its outline is too long to be one");
    free(mask);
    myo_roi_list_clear(&list);
}

typedef struct entry {
    const char *name;
    const void *bytes;
    size_t size;
} entry;

static void write_zip(const entry *entries, size_t count, bool encrypt) {
    unlink(ZIP_PATH);
    zip_t *archive = zip_open(ZIP_PATH, ZIP_CREATE, NULL);
    assert_non_null(archive);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *source = zip_source_buffer(archive, entries[i].bytes, entries[i].size, 0);
        zip_int64_t index = zip_file_add(archive, entries[i].name, source, ZIP_FL_ENC_UTF_8);
        assert_true(index >= 0);
        if (encrypt) {
            assert_int_equal(
                zip_file_set_encryption(archive, (zip_uint64_t)index, ZIP_EM_AES_128, "secret"), 0);
        }
    }
    assert_int_equal(zip_close(archive), 0);
}

static void reads_the_regions_of_a_zip_alone(void **state) {
    (void)state;
    roi_bytes square = create_square(), plain = begin_roi(2, 1, 1, 5, 5);
    const entry entries[] = {{"folder/", "", 0},       {"folder/b.roi", plain.data, plain.size},
                             {"notes.txt", "none", 4}, {"__MACOSX/folder/._b.roi", "Apple", 5},
                             {".roi", "none", 4},      {"z/a.ROI", square.data, square.size}};
    write_zip(entries, 6, false);
    assert_true(myo_roi_is_file(ZIP_PATH));
    myo_roi_list list;
    assert_true(myo_roi_read(ZIP_PATH, &list, NULL));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.rois[0].name, "b"); /* has no name of its own */
    assert_string_equal(list.rois[1].name, "ab");
    myo_roi_list_clear(&list);
    unlink(ZIP_PATH);
}

static void refuses_zips_that_are_broken_or_bombs(void **state) {
    (void)state;
    roi_bytes square = create_square();
    write_zip(&(entry){"notes.txt", "none", 4}, 1, false);
    assert_false(myo_roi_is_file(ZIP_PATH));
    expect_failure(ZIP_PATH, MYO_E_NOT_FOUND, ZIP_PATH ": there is no .roi file in it");
    const entry bad[] = {{"a.roi", square.data, square.size}, {"in/b.roi", "Ioux", 4}};
    write_zip(bad, 2, false);
    expect_failure(ZIP_PATH, MYO_E_FORMAT,
                   ZIP_PATH "/in/b.roi: not an ImageJ region: save it in ImageJ again");
    write_zip(bad, 1, true);
    expect_failure(ZIP_PATH, MYO_E_UNSUPPORTED, ZIP_PATH "/a.roi: encrypted within the zip file");
    size_t size = (size_t)20 << 20;
    char *zeros = calloc(size, 1);
    write_zip(&(entry){"bomb.roi", zeros, size}, 1, false);
    expect_failure(ZIP_PATH, MYO_E_RANGE,
                   ZIP_PATH "/bomb.roi: unpacks to more than a region needs");
    free(zeros);
    /* A byte of the content changes, and its checksum does not. */
    write_zip(bad, 1, false);
    char *bytes;
    assert_true(myo_file_read(ZIP_PATH, 1 << 20, &bytes, &size, NULL));
    bytes[40] ^= 0x55;
    assert_true(myo_file_write(ZIP_PATH, bytes, size, NULL));
    myo_roi_list list;
    myo_error err = {0};
    assert_false(myo_roi_read(ZIP_PATH, &list, &err));
    assert_int_equal(err.code, MYO_E_FORMAT);
    /* The directory of the zip file is cut off. */
    assert_true(myo_file_write(ZIP_PATH, bytes, size - 30, NULL));
    assert_false(myo_roi_is_file(ZIP_PATH));
    expect_failure(ZIP_PATH, MYO_E_FORMAT, ZIP_PATH ": broken zip file: Not a zip archive");
    free(bytes);
    unlink(ZIP_PATH);
}

static void limits_the_number_of_regions(void **state) {
    (void)state;
    roi_bytes plain = begin_roi(1, 1, 1, 5, 5);
    size_t count = MYO_ROI_COUNT_MAX + 1;
    entry *entries = calloc(count, sizeof *entries);
    char(*names)[16] = calloc(count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "%zu.roi", i);
        entries[i] = (entry){names[i], plain.data, plain.size};
    }
    write_zip(entries, count, false);
    expect_failure(ZIP_PATH, MYO_E_RANGE,
                   ZIP_PATH "/10000.roi: the zip file has more than 10000 regions");
    free(entries);
    free(names);
    unlink(ZIP_PATH);
}

static void refuses_what_is_no_file_of_regions(void **state) {
    (void)state;
    assert_true(myo_file_write(PATH, "plain text", 10, NULL));
    assert_false(myo_roi_is_file(PATH));
    expect_failure(PATH, MYO_E_FORMAT, PATH ": neither a .roi file nor a zip file of them");
    assert_true(myo_file_write(PATH, "", 0, NULL));
    assert_false(myo_roi_is_file(PATH));
    unlink(PATH);
    assert_false(myo_roi_is_file(PATH));
    expect_failure(PATH, MYO_E_IO, PATH ": cannot open: No such file or directory");
    expect_failure(".", MYO_E_IO, ".: not a file");
    assert_int_equal(mkfifo(PATH, 0600), 0);
    assert_false(myo_roi_is_file(PATH));
    expect_failure(PATH, MYO_E_IO, PATH ": not a file");
    unlink(PATH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_broken_headers),
        cmocka_unit_test(refuses_broken_outlines),
        cmocka_unit_test(refuses_broken_composites),
        cmocka_unit_test(survives_cuts_and_flips),
        cmocka_unit_test(limits_points_and_outlines),
        cmocka_unit_test(limits_the_length_of_an_outline),
        cmocka_unit_test(reads_the_regions_of_a_zip_alone),
        cmocka_unit_test(refuses_zips_that_are_broken_or_bombs),
        cmocka_unit_test(limits_the_number_of_regions),
        cmocka_unit_test(refuses_what_is_no_file_of_regions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
