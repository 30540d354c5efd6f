/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sums of squares of rows, columns and what is left, each from its deviations and not from
 * differences of great sums, so that small variations of great values are kept.
 */
#include "stats/anova.h"

#include "base/memory.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* A mean is rounded to half a unit in the last place of the greatest value, a deviation from two
 * means and the grand mean to a few: below four such units nothing can be told from 0. */
#define ROUNDING_UNITS 4.0

/* Means of rows and columns; the greatest absolute value. */
static bool find_means(const double *values, size_t rows, size_t columns, double *row_mean,
                       double *column_mean, double *greatest, myo_error *err) {
    *greatest = 0.0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            double value = values[r * columns + c];
            if (!isfinite(value)) {
                return myo_error_set(err, MYO_E_ARGUMENT, "agreement: a value is not a number");
            }
            row_mean[r] += value / (double)columns;
            column_mean[c] += value / (double)rows;
            *greatest = fmax(*greatest, fabs(value));
        }
    }
    return true;
}

double stats_without_rounding(double sum_of_squares, double terms, double greatest) {
    double unit = ROUNDING_UNITS * DBL_EPSILON * greatest;
    return sum_of_squares <= terms * unit * unit ? 0.0 : sum_of_squares;
}

bool stats_anova_compute(const double *values, size_t rows, size_t columns, stats_anova *out,
                         myo_error *err) {
    double *row_mean = myo_alloc_array(rows, sizeof *row_mean, err);
    double *column_mean = myo_alloc_array(columns, sizeof *column_mean, err);
    double greatest = 0.0, mean = 0.0, ss_rows = 0.0, ss_columns = 0.0, ss_residual = 0.0;
    double n = (double)rows, k = (double)columns;
    bool done = row_mean && column_mean &&
                find_means(values, rows, columns, row_mean, column_mean, &greatest, err);
    if (!done) {
        goto end;
    }
    for (size_t r = 0; r < rows; r++) {
        mean += row_mean[r] / n;
    }
    for (size_t c = 0; c < columns; c++) {
        ss_columns += n * (column_mean[c] - mean) * (column_mean[c] - mean);
    }
    for (size_t r = 0; r < rows; r++) {
        ss_rows += k * (row_mean[r] - mean) * (row_mean[r] - mean);
        for (size_t c = 0; c < columns; c++) {
            double left = values[r * columns + c] - row_mean[r] - column_mean[c] + mean;
            ss_residual += left * left;
        }
    }
    if (!isfinite(ss_rows + ss_columns + ss_residual) || !isfinite(greatest * greatest * n * k)) {
        done = myo_error_set(err, MYO_E_RANGE, "agreement: the values are too great");
        goto end;
    }
    ss_rows = stats_without_rounding(ss_rows, n * k, greatest);
    ss_columns = stats_without_rounding(ss_columns, n * k, greatest);
    ss_residual = stats_without_rounding(ss_residual, n * k, greatest);
    *out = (stats_anova){.rows = rows,
                         .columns = columns,
                         .mean = mean,
                         .ms_rows = ss_rows / (n - 1.0),
                         .ms_within = (ss_columns + ss_residual) / (n * (k - 1.0)),
                         .ms_columns = ss_columns / (k - 1.0),
                         .ms_residual = ss_residual / ((n - 1.0) * (k - 1.0))};
end:
    free(row_mean);
    free(column_mean);
    return done;
}
