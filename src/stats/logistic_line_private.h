/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logistic regression on one number: log odds = intercept + slope x, or with the slope held. */
#ifndef MYO_STATS_LOGISTIC_LINE_PRIVATE_H
#define MYO_STATS_LOGISTIC_LINE_PRIVATE_H

#include "stats/binary.h"

typedef struct stats_line {
    double intercept, slope;
    double intercept_se, slope_se; /* slope_se is 0 where the slope is held */
    double log_likelihood;
    bool converged; /* false: there is no maximum (separation, constant x); the numbers are NaN */
} stats_line;

/* Maximum likelihood by Newton's method with halved steps. `times` says how often each patient
 * counts; NULL: once. */
void stats_line_fit(const myo_binary *data, const unsigned *times, stats_line *out);
/* The same with the slope 1: x is an offset. */
void stats_line_fit_intercept(const myo_binary *data, stats_line *out);
/* Log likelihood of log odds = intercept + slope x. */
double stats_line_log_likelihood(const myo_binary *data, double intercept, double slope);

#endif
