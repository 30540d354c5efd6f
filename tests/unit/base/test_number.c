/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers from text: what counts and what does not. */
#include "cmocka_all.h"

#include "base/number.h"

static void reads_decimal_numbers(void **state) {
    (void)state;
    const struct {
        const char *text;
        double value;
    } good[] = {{"1.66", 1.66}, {" -3e2 ", -300.0}, {"010.0", 10.0}, {"+.5", 0.5}, {"0", 0.0}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double value;
        assert_true(myo_number_parse(good[i].text, &value));
        assert_near(value, good[i].value, 1e-12);
    }
    int integer;
    assert_true(myo_integer_parse(" 6001 ", &integer));
    assert_int_equal(integer, 6001);
}

static void refuses_everything_else(void **state) {
    (void)state;
    const char *const bad[] = {"",     " ",     "1,66",  "1.2.3", "nan", "inf",
                               "0x10", "12 HU", "1e999", "--1",   "e5",  NULL};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value;
        assert_false(myo_number_parse(bad[i], &value));
    }
    int integer;
    assert_false(myo_integer_parse("2147483648", &integer));
    assert_false(myo_integer_parse("12.5", &integer));
    assert_false(myo_integer_parse("", &integer));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_decimal_numbers),
        cmocka_unit_test(refuses_everything_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
