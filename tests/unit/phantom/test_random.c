/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers against published values and their moments. */
#include "cmocka_all.h"

#include "phantom/random_private.h"

#include <math.h>

/* First outputs of SplitMix64 for seed 1234567, as its reference implementation prints them. */
static void stream_is_that_of_splitmix64(void **state) {
    (void)state;
    static const uint64_t expected[] = {UINT64_C(6457827717110365317),
                                        UINT64_C(3203168211198807973),
                                        UINT64_C(9817491932198370423)};
    phantom_random random = {1234567};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_true(phantom_random_next(&random) == expected[i]);
    }
}

static void normal_numbers_have_mean_0_and_deviation_1(void **state) {
    (void)state;
    enum { PAIRS = 20000 };
    double sum = 0.0, squares = 0.0, products = 0.0;
    for (uint64_t i = 0; i < PAIRS; i++) {
        double pair[2];
        phantom_normal_pair(phantom_hash(7) + i, pair);
        sum += pair[0] + pair[1];
        squares += pair[0] * pair[0] + pair[1] * pair[1];
        products += pair[0] * pair[1];
    }
    /* Four standard errors of each. */
    assert_near(sum / (2.0 * PAIRS), 0.0, 4.0 / sqrt(2.0 * PAIRS));
    assert_near(squares / (2.0 * PAIRS), 1.0, 4.0 * sqrt(2.0 / (2.0 * PAIRS)));
    assert_near(products / PAIRS, 0.0, 4.0 / sqrt(PAIRS));
}

/* Continuous across lattice planes, within 0 to 1, and another field for another seed. */
static void noise_is_smooth_and_bounded(void **state) {
    (void)state;
    double lowest = 1.0, highest = 0.0, difference = 0.0;
    for (int i = -2000; i < 2000; i++) {
        double x = 0.01 * (double)i;
        double here = phantom_noise(5, x, 0.3 * x, -0.7 * x);
        double next = phantom_noise(5, x + 1e-6, 0.3 * x, -0.7 * x);
        assert_near(here, next, 1e-5);
        lowest = fmin(lowest, here);
        highest = fmax(highest, here);
        difference = fmax(difference, fabs(here - phantom_noise(6, x, 0.3 * x, -0.7 * x)));
    }
    assert_true(lowest >= 0.0 && lowest < 0.2 && highest <= 1.0 && highest > 0.8);
    assert_true(difference > 0.3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_is_that_of_splitmix64),
        cmocka_unit_test(normal_numbers_have_mean_0_and_deviation_1),
        cmocka_unit_test(noise_is_smooth_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
