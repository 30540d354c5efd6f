/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tail areas of distributions, by GSL with its error handler (which ends the process) off. NaN in,
 * NaN out. */
#ifndef MYO_STATS_DISTRIBUTIONS_PRIVATE_H
#define MYO_STATS_DISTRIBUTIONS_PRIVATE_H

/* Switches GSL's error handler off, once; to be called before any function of GSL that can fail. */
void stats_quiet_gsl(void);

/* P(|Z| > |z|) of the standard normal distribution. */
double stats_normal_two_sided(double z);
/* P(|T| > |t|) of Student's distribution. */
double stats_t_two_sided(double t, double df);
/* P(X > x) of chi squared; NaN unless df > 0. */
double stats_chi2_upper(double x, double df);
/* Quantile of the standard normal distribution for a two-sided interval of this level. */
double stats_normal_quantile(double level);

#endif
