/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* strtod_l, which POSIX has since 2024 */
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

/* The locale "C", made once and kept; 0 where that fails. */
static locale_t plain = (locale_t)0;

static void make_plain(void) {
    plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* strtod() with a decimal point whatever locale the process has. */
static double parse_with_point(const char *text, char **end) {
    static once_flag once = ONCE_FLAG_INIT;
    call_once(&once, make_plain);
    return plain ? strtod_l(text, end, plain) : strtod(text, end);
}

/* True when the text holds only what a decimal number is written with. */
static bool is_decimal(const char *text, const char *allowed) {
    size_t length = strlen(text);
    return length > 0 && strspn(text, allowed) == length;
}

bool myo_number_parse(const char *text, double *out) {
    if (!text || !is_decimal(text, "0123456789+-.eE \t")) {
        return false;
    }
    char *end = NULL;
    double value = parse_with_point(text, &end);
    if (end == text || !isfinite(value)) {
        return false;
    }
    while (isspace((unsigned char)*end)) {
        end++;
    }
    if (*end) {
        return false;
    }
    *out = value;
    return true;
}

bool myo_integer_parse(const char *text, int *out) {
    if (!text || !is_decimal(text, "0123456789+- \t")) {
        return false;
    }
    char *end = NULL;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || errno || value < INT_MIN || value > INT_MAX) {
        return false;
    }
    while (isspace((unsigned char)*end)) {
        end++;
    }
    if (*end) {
        return false;
    }
    *out = (int)value;
    return true;
}

#define DECIMALS_MAX 12.0

double myo_number_nice_step(double range, double wanted, int *decimals) {
    static const double factors[] = {1.0, 2.0, 5.0, 10.0};
    double power = floor(log10(range / wanted));
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        double step = factors[i] * pow(10.0, power);
        if (range / step <= wanted) {
            double digits = factors[i] < 10.0 ? -power : -power - 1.0;
            *decimals = digits > 0.0 ? (int)fmin(digits, DECIMALS_MAX) : 0;
            return step;
        }
    }
    *decimals = 0;
    return range;
}
