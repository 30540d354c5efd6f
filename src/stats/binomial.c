/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/binomial.h"

#include "base/silence.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Halvings of [0, 1]: beyond the 52 bits of a double, so that small limits are exact too. */
#define HALVINGS 200

/* The quantile of a beta distribution by halving. GSL's own inverse (1.16 to 2.7) gives NaN for
 * parameters of a million, its distribution function does not. */
static double beta_quantile(double p, double a, double b) {
    double lower = 0.0, upper = 1.0;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = 0.5 * (lower + upper);
        if (!(lower < middle && middle < upper)) {
            break;
        }
        if (gsl_cdf_beta_P(middle, a, b) < p) {
            lower = middle;
        } else {
            upper = middle;
        }
    }
    return 0.5 * (lower + upper);
}

myo_interval myo_binomial_exact(size_t successes, size_t trials, double level) {
    myo_interval result = {NAN, NAN, NAN};
    if (trials == 0) {
        return result;
    }
    myo_silence_gsl();
    double x = (double)successes, n = (double)trials, tail = 0.5 * (1.0 - level);
    result.estimate = x / n;
    result.lower = successes == 0 ? 0.0 : beta_quantile(tail, x, n - x + 1.0);
    /* The mirror image keeps the small tail near 0, where doubles are finest. */
    result.upper = successes == trials ? 1.0 : 1.0 - beta_quantile(tail, n - x, x + 1.0);
    return result;
}
