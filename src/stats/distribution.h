/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles and tail probabilities, through GSL. NaN in and where there is no answer gives NaN:
 * GSL's error handler, which would end the process, is switched off. */
#ifndef MYO_STATS_DISTRIBUTION_H
#define MYO_STATS_DISTRIBUTION_H

#include <myotome/api.h>

/* Value that F with (df1, df2) degrees of freedom is below with `probability`. */
double stats_f_quantile(double probability, double df1, double df2);
/* Probability that F is above `f`; 0 for infinity. */
double stats_f_upper(double f, double df1, double df2);
double stats_t_quantile(double probability, double df);
/* Probability that |t| is above |t|. */
double stats_t_two_sided(double t, double df);
double stats_normal_quantile(double probability);
/* Probability that |z| is above |z|. */
double stats_normal_two_sided(double z);
/* Probability that chi squared with `df` degrees of freedom is above `chi2`. */
double stats_chi2_upper(double chi2, double df);

#endif
