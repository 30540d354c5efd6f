/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exact interval of a proportion (C. Clopper and E. Pearson, Biometrika 26:404-413, 1934): the
 * lower limit is the proportion under which `successes` or more have the probability (1 - level)
 * / 2, the upper one that under which `successes` or fewer have it. Both are quantiles of beta
 * distributions.
 */
#ifndef MYO_STATS_BINOMIAL_H
#define MYO_STATS_BINOMIAL_H

#include "stats/binary.h"

/* All NaN when there were no trials. `level` is 0.95, for example. */
myo_interval myo_binomial_exact(size_t successes, size_t trials, double level);

#endif
