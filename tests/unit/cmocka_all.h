/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmocka wants these headers in this order. */
#ifndef MYO_TESTS_CMOCKA_ALL_H
#define MYO_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

/* Fails unless |actual - expected| <= tolerance (NaN fails). cmocka's own macro compares floats. */
#define assert_near(actual, expected, tolerance)                                                   \
    do {                                                                                           \
        double near_actual = (double)(actual), near_expected = (double)(expected);                 \
        if (!(fabs(near_actual - near_expected) <= (tolerance))) {                                 \
            fail_msg("%s is %.12g, not %.12g", #actual, near_actual, near_expected);               \
        }                                                                                          \
    } while (0)

#endif
