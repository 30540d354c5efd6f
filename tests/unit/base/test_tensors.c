/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tensor file reader: a good file, and every way in which a header can lie. */
#include "cmocka_all.h"

#include <myotome/tensors.h>

#include <stdio.h>
#include <string.h>

#define FILE_SIZE 512

typedef struct file {
    _Alignas(8) unsigned char bytes[FILE_SIZE];
    size_t size;
} file;

/* A file of this header and 24 bytes of numbers: floats 1 to 6. */
static file make_file(const char *header) {
    file f = {0};
    size_t length = strlen(header), padded = (length + 7) / 8 * 8;
    assert_true(8 + padded + 24 <= FILE_SIZE);
    memset(f.bytes + 8, ' ', padded);
    memcpy(f.bytes + 8, header, length);
    f.bytes[0] = (unsigned char)padded;
    f.bytes[1] = (unsigned char)(padded >> 8);
    for (int i = 0; i < 6; i++) {
        float value = (float)(i + 1);
        memcpy(f.bytes + 8 + padded + 4 * (size_t)i, &value, 4);
    }
    f.size = 8 + padded + 24;
    return f;
}

static void reads_a_good_file(void **state) {
    (void)state;
    file f = make_file("{\"__metadata__\":{\"version\":\"3\"},"
                       "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}");
    myo_tensors *tensors;
    assert_true(myo_tensors_parse(f.bytes, f.size, "t", &tensors, NULL));
    size_t shape[2] = {0, 3};
    const float *a = myo_tensors_get(tensors, "a", MYO_TENSOR_F32, 2, shape, NULL);
    assert_non_null(a);
    assert_int_equal(shape[0], 2);
    assert_near(a[5], 6.0, 0.0);
    assert_string_equal(myo_tensors_get_metadata(tensors, "version"), "3");
    assert_null(myo_tensors_get_metadata(tensors, "none"));
    myo_tensors_destroy(tensors);
}

static void refuses_headers_that_lie(void **state) {
    (void)state;
    const char *const entries[] = {
        "\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,28]",  /* past the end */
        "\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,24]",  /* size and shape differ */
        "\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[24,0]",  /* backwards */
        "\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[-4,20]", /* before the start */
        "\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[2,26]",  /* not aligned */
        "\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[0,24]",  /* another type */
        "\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]",    /* another rank */
        "\"dtype\":\"F32\",\"shape\":[2,-3],\"data_offsets\":[0,24]",
        "\"dtype\":\"F32\",\"shape\":[2147483647,2147483647],\"data_offsets\":[0,24]",
        "\"shape\":[2,3],\"data_offsets\":[0,24]",
        "\"dtype\":\"F32\",\"shape\":[2,3]",
    };
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        char header[256];
        snprintf(header, sizeof header, "{\"a\":{%s}}", entries[i]);
        file f = make_file(header);
        myo_tensors *tensors;
        myo_error err = {0};
        size_t shape[2] = {0, 0};
        assert_true(myo_tensors_parse(f.bytes, f.size, "t", &tensors, NULL));
        assert_null(myo_tensors_get(tensors, "a", MYO_TENSOR_F32, 2, shape, &err));
        assert_int_equal(err.code, MYO_E_FORMAT);
        myo_tensors_destroy(tensors);
    }
}

static void refuses_files_cut_anywhere(void **state) {
    (void)state;
    file f = make_file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}");
    for (size_t size = 0; size < f.size; size++) {
        myo_tensors *tensors = NULL;
        size_t shape[2] = {0, 0};
        if (myo_tensors_parse(f.bytes, size, "t", &tensors, NULL)) {
            assert_null(myo_tensors_get(tensors, "a", MYO_TENSOR_F32, 2, shape, NULL));
            myo_tensors_destroy(tensors);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_good_file),
        cmocka_unit_test(refuses_headers_that_lie),
        cmocka_unit_test(refuses_files_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
