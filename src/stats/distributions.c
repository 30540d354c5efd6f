/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/distributions_private.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <threads.h>

static once_flag quiet_once = ONCE_FLAG_INIT;

static void quiet(void) {
    gsl_set_error_handler_off();
}

void stats_quiet_gsl(void) {
    call_once(&quiet_once, quiet);
}

double stats_normal_two_sided(double z) {
    return 2.0 * gsl_cdf_ugaussian_Q(fabs(z));
}

double stats_t_two_sided(double t, double df) {
    stats_quiet_gsl();
    return isnan(t) || !(df > 0.0) ? (double)NAN : 2.0 * gsl_cdf_tdist_Q(fabs(t), df);
}

double stats_chi2_upper(double x, double df) {
    stats_quiet_gsl();
    if (isnan(x) || !(df > 0.0)) {
        return NAN;
    }
    return isinf(x) ? 0.0 : gsl_cdf_chisq_Q(x > 0.0 ? x : 0.0, df);
}

double stats_normal_quantile(double level) {
    stats_quiet_gsl();
    return gsl_cdf_ugaussian_Qinv(0.5 * (1.0 - level));
}
