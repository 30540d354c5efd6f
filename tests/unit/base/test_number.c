/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers from text: what counts and what does not. */
#include "cmocka_all.h"

#include "base/number.h"

#include <locale.h>

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

/* Under a locale with a decimal comma numbers still have a point, and a comma is still refused. */
static void reads_a_point_in_every_locale(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8"};
    locale_t with_comma = (locale_t)0;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !with_comma; i++) {
        with_comma = newlocale(LC_NUMERIC_MASK, names[i], (locale_t)0);
    }
    if (!with_comma) {
        skip();
    }
    locale_t before = uselocale(with_comma);
    double value = 0.0, other;
    bool point = myo_number_parse("1.66", &value), comma = myo_number_parse("1,66", &other);
    uselocale(before);
    freelocale(with_comma);
    assert_true(point);
    assert_near(value, 1.66, 0.0);
    assert_false(comma);
}

/* The least nice step that needs no more than the wanted number of steps, with its decimals. */
static void steps_are_nice(void **state) {
    (void)state;
    static const struct {
        double range, wanted, step;
        int decimals;
    } cases[] = {{119.0, 50.0, 5.0, 0},    {100.0, 10.0, 10.0, 0}, {101.0, 10.0, 20.0, 0},
                 {0.55, 50.0, 0.02, 2},    {7.0, 7.0, 1.0, 0},     {0.3, 2.0, 0.2, 1},
                 {4000.0, 5.0, 1000.0, 0}, {0.09, 1.0, 0.1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int decimals = -1;
        assert_near(myo_number_nice_step(cases[i].range, cases[i].wanted, &decimals), cases[i].step,
                    1e-9 * cases[i].step);
        assert_int_equal(decimals, cases[i].decimals);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_decimal_numbers),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(reads_a_point_in_every_locale),
        cmocka_unit_test(steps_are_nice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
