/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/distribution.h"

#include "base/silence.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

double stats_f_quantile(double probability, double df1, double df2) {
    myo_silence_gsl();
    return df1 > 0.0 && df2 > 0.0 ? gsl_cdf_fdist_Pinv(probability, df1, df2) : (double)NAN;
}

double stats_f_upper(double f, double df1, double df2) {
    myo_silence_gsl();
    if (isnan(f) || !(df1 > 0.0) || !(df2 > 0.0)) {
        return NAN;
    }
    return isinf(f) ? 0.0 : gsl_cdf_fdist_Q(f, df1, df2);
}

double stats_t_quantile(double probability, double df) {
    myo_silence_gsl();
    return df > 0.0 ? gsl_cdf_tdist_Pinv(probability, df) : (double)NAN;
}

double stats_t_two_sided(double t, double df) {
    myo_silence_gsl();
    if (isnan(t) || !(df > 0.0)) {
        return NAN;
    }
    return isinf(t) ? 0.0 : 2.0 * gsl_cdf_tdist_Q(fabs(t), df);
}

double stats_normal_quantile(double probability) {
    myo_silence_gsl();
    return gsl_cdf_ugaussian_Pinv(probability);
}

double stats_normal_two_sided(double z) {
    myo_silence_gsl();
    return 2.0 * gsl_cdf_ugaussian_Q(fabs(z));
}

double stats_chi2_upper(double chi2, double df) {
    myo_silence_gsl();
    if (isnan(chi2) || !(df > 0.0)) {
        return NAN;
    }
    return isinf(chi2) ? 0.0 : gsl_cdf_chisq_Q(chi2 > 0.0 ? chi2 : 0.0, df);
}
