/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    double value = strtod(text, &end);
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
