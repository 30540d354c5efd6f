/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fit, its tests and its profiles share: the data with standardised columns. */
#ifndef MYO_STATS_LOGISTIC_PRIVATE_H
#define MYO_STATS_LOGISTIC_PRIVATE_H

#include "stats/logistic.h"
#include "stats/newton_private.h"

/* Columns with mean 0 and standard deviation 1, so that neither units nor a zero point far from the
 * data cost digits. */
typedef struct logistic_scaled {
    size_t rows, columns;
    double *values;
    const double **column;
    double *mean, *sd;
} logistic_scaled;

bool logistic_scale(const myo_design *design, logistic_scaled *out, myo_error *err);
void logistic_scaled_clear(logistic_scaled *scaled);

/* Coefficients for the columns as they were from those for the standardised ones. `chosen` names
 * the column of each coefficient but the intercept; NULL: all, in order. */
void logistic_unscale(const logistic_scaled *scaled, const size_t *chosen, size_t coefficients,
                      const double *from, double *to);

/* What tests and profiles start from: the maximum. */
typedef struct logistic_maximum {
    const logistic_scaled *scaled;
    const unsigned char *event;
    bool firth;
    const double *beta; /* for standardised columns */
    double penalised;
} logistic_maximum;

/* Likelihood ratio tests of the terms, and profiles where asked for; fills `fit`. */
bool logistic_test_terms(const myo_design *design, const logistic_maximum *maximum,
                         const myo_logistic_options *options, myo_logistic_fit *fit,
                         myo_error *err);
bool logistic_profile(const logistic_maximum *maximum, const myo_logistic_options *options,
                      myo_logistic_fit *fit, myo_error *err);

#endif
