/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DICOM files for tests: written by the project's writer into a folder that goes with the test, and
 * then edited byte by byte, so that what is wrong with them does not depend on DCMTK.
 */
#ifndef MYO_TESTS_DICOM_FIXTURE_H
#define MYO_TESTS_DICOM_FIXTURE_H

#include "cmocka_all.h"

#include "base/file.h"
#include "dicom/writer.h"

#include <dirent.h>
#include <myotome/dicom.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURE_COLUMNS 4
#define FIXTURE_ROWS 3
#define FIXTURE_PIXELS (FIXTURE_COLUMNS * FIXTURE_ROWS)
#define FIXTURE_PATH_SIZE 256
#define FIXTURE_FILE_MAX (1u << 24)
#define DATASET_OFFSET 132

static inline int create_folder(void **state) {
    char *folder = strdup("/tmp/myotome-test-XXXXXX");
    assert_non_null(folder);
    assert_non_null(mkdtemp(folder));
    *state = folder;
    return 0;
}

/* Links are removed and not followed. */
static inline void remove_tree(const char *folder) {
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory)) != NULL;) {
        char path[2 * FIXTURE_PATH_SIZE];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        bool itself = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (!itself && unlink(path) != 0) {
            remove_tree(path);
        }
    }
    if (directory) {
        closedir(directory);
    }
    rmdir(folder);
}

static inline int remove_folder(void **state) {
    remove_tree(*state);
    free(*state);
    return 0;
}

/* One image to write. UIDs derive from the names, so that equal names give one study or series. */
typedef struct recipe {
    const char *study, *series, *image;
    myo_mr_header header; /* the UIDs in it are filled in when it is written */
    myo_geometry geometry;
} recipe;

/* An axial T2 slice, 4 x 3 pixels of 0.5 (columns) x 0.6 mm (rows). */
static inline recipe default_recipe(const char *image) {
    return (recipe){
        .study = "study",
        .series = "series",
        .image = image,
        .header = {.patient_id = "P1",
                   .patient_name = "Test^Phantom",
                   .patient_sex = "F",
                   .study_date = "20260102",
                   .study_id = "1",
                   .series_description = "",
                   .protocol = "",
                   .series_number = 7,
                   .instance_number = 1,
                   .patient_size_m = 1.66,
                   .echo_time_ms = 105.0,
                   .repetition_time_ms = 6000.0,
                   .field_strength_t = 1.5,
                   .echo_train_length = 19},
        .geometry = {.columns = FIXTURE_COLUMNS,
                     .rows = FIXTURE_ROWS,
                     .column_spacing_mm = 0.5,
                     .row_spacing_mm = 0.6,
                     .thickness_mm = 4.0,
                     .position_mm = {-10.0, -20.0, 30.0},
                     .row_cosine = {1.0, 0.0, 0.0},
                     .column_cosine = {0.0, 1.0, 0.0}},
    };
}

static inline void path_of(const char *folder, const char *name, char path[FIXTURE_PATH_SIZE]) {
    assert_true(snprintf(path, FIXTURE_PATH_SIZE, "%s/%s", folder, name) < FIXTURE_PATH_SIZE);
}

/* Writes the image to the file of its name; pixel i has the value 100 + i. */
static inline void write_recipe(const char *folder, const recipe *r) {
    char path[FIXTURE_PATH_SIZE], study[MYO_UID_SIZE], series[MYO_UID_SIZE], sop[MYO_UID_SIZE];
    char frame[MYO_UID_SIZE];
    myo_mr_header header = r->header;
    myo_dicom_uid_from_text(r->study, study);
    myo_dicom_uid_from_text(r->series, series);
    myo_dicom_uid_from_text(r->image, sop);
    myo_dicom_uid_from_text("frame", frame);
    header.study_uid = study;
    header.series_uid = series;
    header.sop_uid = sop;
    header.frame_of_reference_uid = frame;
    myo_image *image;
    myo_error err = {0};
    assert_true(myo_image_create(&r->geometry, &image, &err));
    for (size_t i = 0; i < r->geometry.columns * r->geometry.rows; i++) {
        myo_image_get_pixels(image)[i] = (float)(100 + i);
    }
    path_of(folder, r->image, path);
    if (!myo_dicom_write_mr(path, &header, image, &err)) {
        fail_msg("%s", err.message);
    }
    myo_image_destroy(image);
}

/* --- Editing of files in explicit VR little endian ------------------------------------------- */

static inline unsigned get16(const unsigned char *bytes) {
    return bytes[0] | (unsigned)bytes[1] << 8;
}

static inline void put16(unsigned char *bytes, unsigned value) {
    bytes[0] = (unsigned char)(value & 0xffu);
    bytes[1] = (unsigned char)(value >> 8 & 0xffu);
}

static inline size_t get32(const unsigned char *bytes) {
    return get16(bytes) | (size_t)get16(bytes + 2) << 16;
}

static inline void put32(unsigned char *bytes, size_t value) {
    put16(bytes, (unsigned)(value & 0xffffu));
    put16(bytes + 2, (unsigned)(value >> 16 & 0xffffu));
}

static inline bool has_long_length(const char *vr) {
    return strncmp(vr, "OB", 2) == 0 || strncmp(vr, "OW", 2) == 0 || strncmp(vr, "SQ", 2) == 0 ||
           strncmp(vr, "UN", 2) == 0 || strncmp(vr, "UT", 2) == 0;
}

/* Finds an element, or the place where it belongs: [*start, *end) are its bytes, if any. */
static inline void find_element(const unsigned char *data, size_t size, unsigned tag, size_t *start,
                                size_t *end) {
    size_t at = DATASET_OFFSET;
    while (at + 8 <= size) {
        unsigned here = get16(data + at) << 16 | get16(data + at + 2);
        bool wide = has_long_length((const char *)data + at + 4);
        size_t length = wide ? get32(data + at + 8) + 12 : get16(data + at + 6) + 8;
        if (here >= tag) {
            *start = at;
            *end = here == tag ? at + length : at;
            return;
        }
        at += length;
    }
    *start = *end = size;
}

/* Puts `bytes` in the place of an element (or of nothing), as they are. */
static inline void replace_raw(const char *path, unsigned tag, const void *bytes, size_t count) {
    char *text;
    size_t size, start, end;
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &text, &size, NULL));
    unsigned char *data = (unsigned char *)text;
    find_element(data, size, tag, &start, &end);
    unsigned char *edited = malloc(size - (end - start) + count);
    assert_non_null(edited);
    memcpy(edited, data, start);
    if (count) {
        memcpy(edited + start, bytes, count);
    }
    memcpy(edited + start + count, data + end, size - end);
    size = size - (end - start) + count;
    if (tag >> 16 == 2) { /* the length of the meta information is written in front of it */
        put32(edited + DATASET_OFFSET + 8,
              get32(edited + DATASET_OFFSET + 8) + count - (end - start));
    }
    assert_true(myo_file_write(path, edited, size, NULL));
    free(edited);
    free(text);
}

static inline void replace_value(const char *path, unsigned tag, const char *vr, const void *value,
                                 size_t length) {
    unsigned char *element = calloc(length + 13, 1);
    assert_non_null(element);
    size_t head = has_long_length(vr) ? 12 : 8, padded = length + length % 2;
    put16(element, tag >> 16);
    put16(element + 2, tag & 0xffffu);
    memcpy(element + 4, vr, 2);
    if (head == 12) {
        put32(element + 8, padded);
    } else {
        put16(element + 6, (unsigned)padded);
    }
    memcpy(element + head, value, length);
    if (length % 2) {
        element[head + length] = strcmp(vr, "UI") == 0 || head == 12 ? '\0' : ' ';
    }
    replace_raw(path, tag, element, head + padded);
    free(element);
}

/* The same for a file of the folder, by name. */
static inline void set_text(const char *folder, const char *name, unsigned tag, const char *vr,
                            const char *text) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, name, path);
    replace_value(path, tag, vr, text, strlen(text));
}

static inline void set_unsigned(const char *folder, const char *name, unsigned tag,
                                unsigned value) {
    char path[FIXTURE_PATH_SIZE];
    unsigned char bytes[2];
    path_of(folder, name, path);
    put16(bytes, value);
    replace_value(path, tag, "US", bytes, sizeof bytes);
}

static inline void remove_element(const char *folder, const char *name, unsigned tag) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, name, path);
    replace_raw(path, tag, NULL, 0);
}

static inline void write_bytes(const char *folder, const char *name, const void *bytes,
                               size_t size) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, name, path);
    assert_true(myo_file_write(path, bytes, size, NULL));
}

/* --- Reading ---------------------------------------------------------------------------------- */

static inline myo_catalogue *read_folder(const char *folder) {
    myo_catalogue *catalogue;
    myo_error err = {0};
    if (!myo_catalogue_create(&folder, 1, NULL, NULL, &catalogue, &err)) {
        fail_msg("%s", err.message);
    }
    return catalogue;
}

/* The only series of a folder that holds one. */
static inline const myo_series *only_series(const myo_catalogue *catalogue) {
    if (myo_catalogue_get_study_count(catalogue) != 1) {
        size_t skipped = myo_catalogue_get_skipped_count(catalogue);
        fail_msg("%zu studies; %s", myo_catalogue_get_study_count(catalogue),
                 skipped ? myo_catalogue_get_skipped(catalogue, 0)->reason : "nothing skipped");
    }
    const myo_study *study = myo_catalogue_get_study(catalogue, 0);
    assert_int_equal(study->series_count, 1);
    return &study->series[0];
}

/* Asserts that a folder with one file has nothing but that file, skipped for this reason. */
static inline void assert_skipped(const char *folder, myo_code code, const char *reason) {
    myo_catalogue *catalogue = read_folder(folder);
    assert_int_equal(myo_catalogue_get_study_count(catalogue), 0);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
    const myo_skipped *skipped = myo_catalogue_get_skipped(catalogue, 0);
    assert_string_equal(skipped->reason, reason);
    assert_int_equal(skipped->code, code);
    myo_catalogue_destroy(catalogue);
}

/* Most address space that the process has had so far: memory that was asked for counts, even when
 * nothing was written to it. */
static inline size_t peak_memory_mb(void) {
    char line[256];
    size_t kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "VmPeak:", 7) == 0) {
            kib = strtoull(line + 7, NULL, 10);
        }
    }
    fclose(file);
    assert_true(kib > 0);
    return kib / 1024;
}

#define FOLDER_TEST(name) cmocka_unit_test_setup_teardown(name, create_folder, remove_folder)

#endif
