/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of a catalogue. */
#include "cmocka_all.h"

#include "dicom/pool_private.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void keeps_equal_texts_once(void **state) {
    enum { TEXTS = 5000, TEXT_SIZE = 16 };
    static const char *kept[TEXTS];
    char text[TEXT_SIZE];
    dicom_pool *pool;
    (void)state;
    assert_true(dicom_pool_create(&pool, NULL));
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "text %d", i);
        kept[i] = dicom_pool_intern(pool, text, NULL);
        assert_string_equal(kept[i], text);
    }
    size_t size = dicom_pool_get_size(pool);
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "text %d", i);
        assert_ptr_equal(dicom_pool_intern(pool, text, NULL), kept[i]);
    }
    assert_int_equal(dicom_pool_get_size(pool), size);
    /* A copy is another text, however often it is asked for. */
    assert_ptr_not_equal(dicom_pool_copy(pool, "text 7", NULL), kept[7]);
    assert_string_equal(dicom_pool_intern(pool, "", NULL), "");
    dicom_pool_destroy(pool);
}

static void gives_zeroed_and_aligned_memory(void **state) {
    static const size_t sizes[] = {1, 3, 64, 20000, 100000, 5, 0, 70000, 2};
    dicom_pool *pool;
    (void)state;
    assert_true(dicom_pool_create(&pool, NULL));
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            assert_non_null(dicom_pool_copy(pool, "odd", NULL));
            unsigned char *bytes = dicom_pool_alloc(pool, sizes[i], 1, NULL);
            assert_non_null(bytes);
            assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
            for (size_t k = 0; k < sizes[i]; k++) {
                assert_int_equal(bytes[k], 0);
                bytes[k] = 0xff;
            }
        }
    }
    dicom_pool_destroy(pool);
}

static void refuses_sizes_that_overflow(void **state) {
    dicom_pool *pool;
    myo_error err = {0};
    (void)state;
    assert_true(dicom_pool_create(&pool, NULL));
    assert_null(dicom_pool_alloc(pool, SIZE_MAX / 4, 16, &err));
    assert_int_equal(err.code, MYO_E_MEMORY);
    dicom_pool_destroy(pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_equal_texts_once),
        cmocka_unit_test(gives_zeroed_and_aligned_memory),
        cmocka_unit_test(refuses_sizes_that_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
