/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles of sorted numbers, by linear interpolation between order statistics: definition 7 of R.
 * Hyndman and Y. Fan (Am. Stat. 50:361-365, 1996), the default of R. */
#ifndef MYO_STATS_QUANTILE_PRIVATE_H
#define MYO_STATS_QUANTILE_PRIVATE_H

#include <stddef.h>

/* `sorted` ascends and has at least one number; 0 <= p <= 1. */
double stats_quantile(const double *sorted, size_t count, double p);

/* The same at numerator / denominator, without a rounding error in the position. */
double stats_quantile_ratio(const double *sorted, size_t count, size_t numerator,
                            size_t denominator);

#endif
