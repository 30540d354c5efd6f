/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Analysis of variance of a complete table, one value in each cell. */
#ifndef MYO_STATS_ANOVA_H
#define MYO_STATS_ANOVA_H

#include <myotome/error.h>

/* Mean squares of rows x columns. What is within rounding of 0 is 0. */
typedef struct stats_anova {
    size_t rows, columns; /* at least two of each */
    double mean;
    double ms_rows, ms_within, ms_columns, ms_residual;
} stats_anova;

/* values[row * columns + column]. MYO_E_MEMORY; MYO_E_ARGUMENT for a value that is not finite,
 * MYO_E_RANGE for values whose squares are not. */
bool stats_anova_compute(const double *values, size_t rows, size_t columns, stats_anova *out,
                         myo_error *err);

/* A sum of `terms` squared deviations, or 0 when rounding alone can make it, `greatest` being the
 * greatest absolute value that went into it. */
double stats_without_rounding(double sum_of_squares, double terms, double greatest);

#endif
