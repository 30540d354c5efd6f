/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Design matrices and their collinearity, from the correlations of the columns: their Cholesky
 * factor finds dependent columns, and the blocks of their inverse give the inflation factors.
 */
#include "stats/design.h"

#include "base/memory.h"
#include "base/silence.h"
#include "stats/kernels_private.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A column is dependent when the others leave less than this part of its variance (1 - R^2). It is
 * far above the rounding error of a correlation and far below what a measurement leaves. */
#define TOLERANCE 1e-9

bool myo_design_create(size_t rows, size_t columns, myo_design *out, myo_error *err) {
    *out = (myo_design){.rows = rows, .columns = columns};
    if (columns > 0 && rows > SIZE_MAX / columns) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    out->values = myo_alloc_array(rows * columns, sizeof *out->values, err);
    out->term = myo_alloc_array(columns, sizeof *out->term, err);
    if (!out->values || !out->term) {
        myo_design_clear(out);
        return false;
    }
    return true;
}

void myo_design_clear(myo_design *design) {
    free(design->values);
    free(design->term);
    *design = (myo_design){0};
}

bool myo_design_take_terms(const myo_design *from, const bool *keep, myo_design *out,
                           myo_error *err) {
    size_t columns = 0, at = 0, terms = 0;
    for (size_t c = 0; c < from->columns; c++) {
        columns += keep[from->term[c]];
    }
    if (!myo_design_create(from->rows, columns, out, err)) {
        return false;
    }
    for (size_t c = 0; c < from->columns; c++) {
        if (keep[from->term[c]]) {
            terms += c == 0 || from->term[c] != from->term[c - 1];
            memcpy(out->values + at * from->rows, from->values + c * from->rows,
                   from->rows * sizeof *out->values);
            out->term[at++] = terms - 1;
        }
    }
    out->terms = terms;
    return true;
}

bool myo_design_take_rows(const myo_design *from, const size_t *rows, size_t count, myo_design *out,
                          myo_error *err) {
    if (!myo_design_create(count, from->columns, out, err)) {
        return false;
    }
    for (size_t c = 0; c < from->columns; c++) {
        for (size_t i = 0; i < count; i++) {
            out->values[c * count + i] = from->values[c * from->rows + rows[i]];
        }
    }
    memcpy(out->term, from->term, from->columns * sizeof *out->term);
    out->terms = from->terms;
    return true;
}

size_t myo_design_term_size(const myo_design *design, size_t first) {
    size_t end = first + 1;
    while (end < design->columns && design->term[end] == design->term[first]) {
        end++;
    }
    return end - first;
}

/* Copies the columns with mean 0 and length 1; a constant one becomes 0. */
static void scale_columns(const myo_design *design, double *scaled) {
    size_t rows = design->rows;
    for (size_t c = 0; c < design->columns; c++) {
        const double *from = design->values + c * rows;
        double *to = scaled + c * rows;
        double mean = 0.0, squares = 0.0, largest = 0.0;
        for (size_t i = 0; i < rows; i++) {
            mean += from[i] / (double)rows;
        }
        for (size_t i = 0; i < rows; i++) {
            to[i] = from[i] - mean;
            squares += to[i] * to[i];
            largest = fmax(largest, fabs(from[i]));
        }
        double length = sqrt(squares);
        bool constant = length <= STATS_CONSTANT_SPREAD * largest * sqrt((double)rows);
        for (size_t i = 0; i < rows; i++) {
            to[i] = constant ? 0.0 : to[i] / length;
        }
    }
}

static void correlate(const myo_design *design, const double *scaled, gsl_matrix *matrix) {
    size_t rows = design->rows;
    for (size_t a = 0; a < design->columns; a++) {
        for (size_t b = 0; b <= a; b++) {
            double sum = 0.0;
            for (size_t i = 0; i < rows; i++) {
                sum += scaled[a * rows + i] * scaled[b * rows + i];
            }
            gsl_matrix_set(matrix, a, b, sum);
            gsl_matrix_set(matrix, b, a, sum);
        }
    }
}

/* Replaces the lower triangle by its Cholesky factor, column by column, until a pivot vanishes;
 * returns that column, or the number of columns. */
static size_t factorise(gsl_matrix *matrix) {
    for (size_t j = 0; j < matrix->size1; j++) {
        for (size_t k = 0; k <= j; k++) {
            double sum = gsl_matrix_get(matrix, j, k);
            for (size_t m = 0; m < k; m++) {
                sum -= gsl_matrix_get(matrix, j, m) * gsl_matrix_get(matrix, k, m);
            }
            if (k < j) {
                gsl_matrix_set(matrix, j, k, sum / gsl_matrix_get(matrix, k, k));
            } else if (sum <= TOLERANCE) {
                return j;
            } else {
                gsl_matrix_set(matrix, j, j, sqrt(sum));
            }
        }
    }
    return matrix->size1;
}

/* The combination of the columns before `column` that it is equal to, from its row of the factor.
 */
static void combination(const gsl_matrix *factor, size_t column, double *weight) {
    for (size_t k = column; k-- > 0;) {
        double sum = gsl_matrix_get(factor, column, k);
        for (size_t m = k + 1; m < column; m++) {
            sum -= gsl_matrix_get(factor, m, k) * weight[m];
        }
        weight[k] = sum / gsl_matrix_get(factor, k, k);
    }
}

/* Determinant of the block of a term's columns. */
static double block_determinant(const gsl_matrix *matrix, size_t first, size_t count) {
    gsl_matrix *block = gsl_matrix_alloc(count, count);
    if (!block) {
        return NAN;
    }
    gsl_matrix_const_view view = gsl_matrix_const_submatrix(matrix, first, first, count, count);
    gsl_matrix_memcpy(block, &view.matrix);
    double determinant = 1.0;
    for (size_t i = 0; i < count; i++) {
        /* Positive definite: elimination needs no pivots. */
        double pivot = gsl_matrix_get(block, i, i);
        determinant *= pivot;
        for (size_t r = i + 1; r < count; r++) {
            double factor = gsl_matrix_get(block, r, i) / pivot;
            for (size_t c = i; c < count; c++) {
                gsl_matrix_set(block, r, c,
                               gsl_matrix_get(block, r, c) - factor * gsl_matrix_get(block, i, c));
            }
        }
    }
    gsl_matrix_free(block);
    return determinant;
}

/* GVIF of a term is det(R of its columns) x det(the same block of R's inverse). */
static void inflate(const myo_design *design, const gsl_matrix *correlation,
                    const gsl_matrix *inverse, double *vif) {
    for (size_t first = 0, count; first < design->columns; first += count) {
        count = myo_design_term_size(design, first);
        double gvif =
            block_determinant(correlation, first, count) * block_determinant(inverse, first, count);
        vif[design->term[first]] = pow(gvif, 1.0 / (double)count);
    }
}

static bool analyse(const myo_design *design, gsl_matrix *correlation, gsl_matrix *work,
                    myo_collinearity *out, myo_error *err) {
    double *scaled = myo_alloc_array(design->rows * design->columns, sizeof *scaled, err);
    if (!scaled) {
        return false;
    }
    scale_columns(design, scaled);
    correlate(design, scaled, correlation);
    free(scaled);
    gsl_matrix_memcpy(work, correlation);
    out->dependent = factorise(work);
    if (out->dependent < design->columns) {
        combination(work, out->dependent, out->weight);
        for (size_t t = 0; t < design->terms; t++) {
            out->vif[t] = INFINITY;
        }
        return true;
    }
    out->dependent = MYO_NO_COLUMN;
    gsl_matrix_memcpy(work, correlation);
    if (gsl_linalg_cholesky_decomp1(work) != 0 || gsl_linalg_cholesky_invert(work) != 0) {
        return myo_error_set(err, MYO_E_INTERNAL, "the correlations cannot be inverted");
    }
    inflate(design, correlation, work, out->vif);
    return true;
}

bool myo_design_collinearity(const myo_design *design, myo_collinearity *out, myo_error *err) {
    myo_silence_gsl();
    *out = (myo_collinearity){.dependent = MYO_NO_COLUMN};
    if (design->columns == 0) {
        return true;
    }
    out->vif = myo_alloc_array(design->terms, sizeof *out->vif, err);
    out->weight = myo_alloc_array(design->columns, sizeof *out->weight, err);
    gsl_matrix *correlation = gsl_matrix_alloc(design->columns, design->columns);
    gsl_matrix *work = gsl_matrix_alloc(design->columns, design->columns);
    bool done = false;
    if (out->vif && out->weight && correlation && work) {
        done = analyse(design, correlation, work, out, err);
    } else {
        myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    gsl_matrix_free(correlation);
    gsl_matrix_free(work);
    if (!done) {
        myo_collinearity_clear(out);
    }
    return done;
}

void myo_collinearity_clear(myo_collinearity *collinearity) {
    free(collinearity->vif);
    free(collinearity->weight);
    *collinearity = (myo_collinearity){.dependent = MYO_NO_COLUMN};
}
