/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/quantile_private.h"

#include <math.h>

static double between(const double *sorted, size_t count, size_t index, double part) {
    double low = sorted[index];
    double high = sorted[index + 1 < count ? index + 1 : count - 1];
    /* A plateau must not be left by rounding. */
    return part > 0.0 && low < high ? (1.0 - part) * low + part * high : low;
}

double stats_quantile(const double *sorted, size_t count, double p) {
    double position = (double)(count - 1) * p;
    double index = floor(position);
    return between(sorted, count, (size_t)index, position - index);
}

double stats_quantile_ratio(const double *sorted, size_t count, size_t numerator,
                            size_t denominator) {
    size_t product = (count - 1) * numerator;
    double part = (double)(product % denominator) / (double)denominator;
    return between(sorted, count, product / denominator, part);
}
