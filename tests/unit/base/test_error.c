/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors and texts. */
#include "cmocka_all.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void keeps_the_first_error_and_adds_context(void **state) {
    (void)state;
    myo_error err = {0};
    assert_false(myo_error_set(&err, MYO_E_FORMAT, "line %d is odd", 3));
    assert_false(myo_error_set(&err, MYO_E_IO, "never seen"));
    assert_false(myo_error_prefix(&err, "%s: ", "a.csv"));
    assert_int_equal(err.code, MYO_E_FORMAT);
    assert_string_equal(err.message, "a.csv: line 3 is odd");
    assert_string_equal(myo_code_name(err.code), "format");
    assert_false(myo_error_set(NULL, MYO_E_IO, "nobody asked"));
}

/* What a broken file holds must neither break the line nor reach a terminal. */
static void stays_one_line(void **state) {
    (void)state;
    myo_error err = {0};
    myo_error_set(&err, MYO_E_FORMAT, "bad value '%s'", "a\nb\033[31mc\x7f");
    assert_string_equal(err.message, "bad value 'a b [31mc '");
    char huge[4 * MYO_ERROR_TEXT_SIZE];
    memset(huge, 'x', sizeof huge);
    huge[sizeof huge - 1] = '\0';
    err = (myo_error){0};
    myo_error_set(&err, MYO_E_FORMAT, "%s", huge);
    assert_int_equal(strlen(err.message), MYO_ERROR_TEXT_SIZE - 1);
    myo_error_prefix(&err, "%s", huge); /* no room: left as it is */
    assert_int_equal(strlen(err.message), MYO_ERROR_TEXT_SIZE - 1);
}

static void grows_a_text(void **state) {
    (void)state;
    myo_text text = {0};
    for (int i = 0; i < 1000; i++) {
        myo_text_printf(&text, "%d,", i);
    }
    myo_text_append(&text, "end");
    char *taken;
    assert_true(myo_text_take(&text, &taken, NULL));
    assert_int_equal(strlen(taken), 10 * 2 + 90 * 3 + 900 * 4 + 3);
    assert_string_equal(taken + strlen(taken) - 7, "999,end");
    assert_null(text.data);
    free(taken);
}

/* FIPS 180-4, example "abc". */
static void hashes_the_standard_example(void **state) {
    (void)state;
    char hex[MYO_HASH_HEX_SIZE];
    myo_hash_sha256("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_first_error_and_adds_context),
        cmocka_unit_test(stays_one_line),
        cmocka_unit_test(grows_a_text),
        cmocka_unit_test(hashes_the_standard_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
