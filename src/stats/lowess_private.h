/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Locally weighted regression, after W. Cleveland (J. Am. Stat. Assoc. 74:829-836, 1979), without
 * its robustness steps: what R calls lowess(f, iter = 0).
 *
 * At each x a line is fitted to the nearest share f of the points with the tricube weight of their
 * distance. Points that lie within a hundredth of the range of the last fitted one are
 * interpolated, so that the work grows with n and not with its square.
 */
#ifndef MYO_STATS_LOWESS_PRIVATE_H
#define MYO_STATS_LOWESS_PRIVATE_H

#include <stddef.h>

/* `x` ascends; `smooth` receives `count` values. 0 < share <= 1. */
void stats_lowess(const double *x, const double *y, size_t count, double share, double *smooth);

#endif
