/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Differences of two readers: bias, limits of agreement and their intervals after J. Bland &
 * D. Altman, Stat. Methods Med. Res. 8:135-160, 1999: a limit's variance is
 * s^2 (1/n + z^2 / (2 (n - 1))), and t with n - 1 degrees of freedom gives its interval.
 * Proportional bias is the slope of the difference over the mean of both (section 3.2 there).
 */
#include "stats/anova.h"
#include "stats/distribution.h"

#include <float.h>
#include <math.h>
#include <myotome/agreement.h>

static double upper_probability(void) {
    return 0.5 + 0.5 * MYO_AGREEMENT_CONFIDENCE;
}

static void fill_limits(myo_bland_altman *out) {
    double n = (double)out->n, z = stats_normal_quantile(upper_probability());
    double t = stats_t_quantile(upper_probability(), n - 1.0);
    double bias_se = out->sd / sqrt(n);
    double limit_se = out->sd * sqrt(1.0 / n + z * z / (2.0 * (n - 1.0)));
    out->bias_lower = out->bias - t * bias_se;
    out->bias_upper = out->bias + t * bias_se;
    out->bias_p = out->sd > 0.0 ? stats_t_two_sided(out->bias / bias_se, n - 1.0) : (double)NAN;
    out->lower = out->bias - z * out->sd;
    out->upper = out->bias + z * out->sd;
    out->lower_low = out->lower - t * limit_se;
    out->lower_high = out->lower + t * limit_se;
    out->upper_low = out->upper - t * limit_se;
    out->upper_high = out->upper + t * limit_se;
}

/* Least squares of the difference over the mean. */
static void fill_slope(const double *a, const double *b, double mean, bool means_vary,
                       myo_bland_altman *out) {
    double n = (double)out->n, xx = 0.0, xy = 0.0, left = 0.0;
    out->intercept = out->slope = out->slope_se = out->slope_lower = out->slope_upper =
        out->slope_p = NAN;
    if (!means_vary) {
        return;
    }
    for (size_t i = 0; i < out->n; i++) {
        double x = 0.5 * (a[i] + b[i]) - mean;
        xx += x * x;
        xy += x * (a[i] - b[i] - out->bias);
    }
    out->slope = xy / xx;
    out->intercept = out->bias - out->slope * mean;
    for (size_t i = 0; i < out->n; i++) {
        double deviation = a[i] - b[i] - out->intercept - out->slope * 0.5 * (a[i] + b[i]);
        left += deviation * deviation;
    }
    out->slope_se = sqrt(left / (n - 2.0) / xx);
    double t = stats_t_quantile(upper_probability(), n - 2.0);
    out->slope_lower = out->slope - t * out->slope_se;
    out->slope_upper = out->slope + t * out->slope_se;
    /* Differences on a line (or all equal) leave nothing that the slope could be tested by. */
    if (out->sd > 0.0 && left > DBL_EPSILON * out->sd * out->sd) {
        out->slope_p = stats_t_two_sided(out->slope / out->slope_se, n - 2.0);
    }
}

bool myo_bland_altman_compute(const double *a, const double *b, size_t count, myo_bland_altman *out,
                              myo_error *err) {
    if (count < MYO_AGREEMENT_TARGETS_MIN) {
        return myo_error_set(err, MYO_E_MISSING,
                             "agreement needs at least %d patients, there %s %zu",
                             MYO_AGREEMENT_TARGETS_MIN, count == 1 ? "is" : "are", count);
    }
    double n = (double)count, bias = 0.0, mean = 0.0, squares = 0.0, spread = 0.0, greatest = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i])) {
            return myo_error_set(err, MYO_E_ARGUMENT, "agreement: a value is not a number");
        }
        bias += (a[i] - b[i]) / n;
        mean += 0.5 * (a[i] + b[i]) / n;
        greatest = fmax(greatest, fmax(fabs(a[i]), fabs(b[i])));
    }
    for (size_t i = 0; i < count; i++) {
        squares += (a[i] - b[i] - bias) * (a[i] - b[i] - bias);
        spread += (0.5 * (a[i] + b[i]) - mean) * (0.5 * (a[i] + b[i]) - mean);
    }
    if (!isfinite(squares + spread) || !isfinite(greatest * greatest * n)) {
        return myo_error_set(err, MYO_E_RANGE, "agreement: the values are too great");
    }
    squares = stats_without_rounding(squares, n, greatest);
    spread = stats_without_rounding(spread, n, greatest);
    *out = (myo_bland_altman){.n = count, .bias = bias, .sd = sqrt(squares / (n - 1.0))};
    fill_limits(out);
    fill_slope(a, b, mean, spread > 0.0, out);
    return true;
}
