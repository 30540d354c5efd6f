/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Newton's method for logistic regression.
 *
 * Without a penalty the score is sum of (y - p) x and the information sum of p (1 - p) x x'.
 * Firth's penalty (D. Firth, Biometrika 80:27-38, 1993) adds half the logarithm of the
 * information's determinant to the log-likelihood, which takes the first-order bias away and keeps
 * the estimates finite: the score becomes sum of (y - p + h (1/2 - p)) x with h the diagonal of the
 * hat matrix (G. Heinze and M. Schemper, Stat. Med. 21:2409-2419, 2002).
 *
 * Under separation the likelihood has no maximum (A. Albert and J. Anderson, Biometrika 71:1-10,
 * 1984): the coefficients grow for ever, by about one unit of the linear predictor a step, while
 * the gain of a step vanishes. The step itself then points in a direction in which no patient's
 * prediction becomes worse and some become better. That direction proves the separation, so it is
 * looked for once the fit takes longer than others do.
 */
#include "stats/newton_private.h"

#include "base/memory.h"
#include "base/silence.h"
#include "stats/kernels_private.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_OF_BLOCK 256 /* a block of a dozen columns stays in the first cache */
#define ITERATIONS_MAX 100
#define ITERATIONS_FIRTH_MAX 250 /* far out these gain a constant part of the way only */
#define HALVINGS_MAX 40
/* The fit ends when the likelihood can gain no more than this: a step of 3e-8 standard errors. */
#define GAIN_MIN 1e-15
/* Greatest change of a linear predictor in one step. It is not that of a coefficient: those of
 * columns that are nearly equal may be thousands of standard deviations, and hardly move a
 * prediction. */
#define STEP_MAX 10.0
#define STEP_PLAIN 1.0 /* a step whose coefficients change by less is not looked at */
/* Ordinary fits are done by then; from here on a separating direction is looked for. */
#define ITERATIONS_ORDINARY 9
/* What rounding may take off the log-likelihood, relative to it. */
#define ROUNDING 1e-12
/* What rounding leaves of margins that are 0, relative to the greatest. */
#define MARGIN_TOLERANCE 1e-7
/* Changes of a linear predictor in the last step of a fit that has converged. */
#define PREDICTOR_TOLERANCE 1e-3

bool newton_create(size_t rows, size_t columns, newton *out, myo_error *err) {
    myo_silence_gsl();
    size_t p = columns + 1;
    *out = (newton){.rows = rows, .coefficients = p, .gain_min = GAIN_MIN};
    out->beta = myo_alloc_array(p, sizeof(double), err);
    out->step = myo_alloc_array(p, sizeof(double), err);
    out->score = myo_alloc_array(p, sizeof(double), err);
    out->previous = myo_alloc_array(p, sizeof(double), err);
    out->weight = myo_alloc_array(rows, sizeof(double), err);
    out->probability = myo_alloc_array(rows, sizeof(double), err);
    out->block = myo_alloc_array(p * ROWS_OF_BLOCK, sizeof(double), err);
    out->used = myo_alloc_array(p, sizeof *out->used, err);
    out->which = myo_alloc_array(p, sizeof *out->which, err);
    out->information = gsl_matrix_calloc(p, p);
    out->factor = gsl_matrix_calloc(p, p);
    out->solution = gsl_vector_calloc(p);
    if (!out->beta || !out->step || !out->score || !out->previous || !out->weight ||
        !out->probability || !out->block || !out->used || !out->which || !out->information ||
        !out->factor || !out->solution) {
        newton_clear(out);
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    return true;
}

void newton_clear(newton *n) {
    free(n->beta);
    free(n->step);
    free(n->score);
    free(n->previous);
    free(n->weight);
    free(n->probability);
    free(n->block);
    free(n->used);
    free(n->which);
    gsl_matrix_free(n->information);
    gsl_matrix_free(n->factor);
    gsl_vector_free(n->solution);
    *n = (newton){0};
}

static bool is_free(const newton *n, size_t j) {
    return !n->fixed || !n->fixed[j];
}

/* Linear predictors of some rows for any coefficients. */
static void predict_rows(const newton *n, const double *beta, size_t first, size_t count,
                         double *out) {
    for (size_t i = 0; i < count; i++) {
        out[i] = beta[0];
    }
    for (size_t j = 1; j < n->coefficients; j++) {
        if (fabs(beta[j]) > 0.0) {
            stats_add_scaled(beta[j], n->column[j - 1] + first, out, count);
        }
    }
}

/* Probabilities and weights of a block, its part of the log-likelihood, and its residuals. */
static void weigh_rows(newton *n, size_t first, size_t count, double *residual,
                       stats_log_product *likelihood) {
    for (size_t i = 0; i < count; i++) {
        size_t row = first + i;
        unsigned count_of_row = n->count ? n->count[row] : 1;
        double event, none, times = (double)count_of_row;
        stats_logistic(residual[i], &event, &none);
        double seen = n->event[row] ? event : none;
        for (unsigned k = 0; k < count_of_row; k++) {
            stats_log_multiply(likelihood, seen);
        }
        n->probability[row] = event;
        n->weight[row] = times * event * none;
        residual[i] = times * (n->event[row] ? none : -event);
    }
}

/* Adds a block of rows to the information, and to the score. */
static void add_block(newton *n, size_t first, size_t count, const double *residual) {
    const double *weight = n->weight + first;
    double *weighted = n->block;
    for (size_t a = 0; a < n->used_count; a++) {
        size_t j = n->used[a];
        double *row = gsl_matrix_ptr(n->information, j, 0);
        if (j == 0) {
            for (size_t i = 0; i < count; i++) {
                n->score[0] += residual[i];
                row[0] += weight[i];
            }
            continue;
        }
        const double *column = n->column[j - 1] + first;
        double level = 0.0;
        for (size_t i = 0; i < count; i++) {
            weighted[i] = weight[i] * column[i];
            level += weighted[i];
        }
        n->score[j] += stats_dot(residual, column, count);
        row[0] += level;
        for (size_t b = 0; b <= a; b++) {
            if (n->used[b] > 0) {
                row[n->used[b]] += stats_dot(weighted, n->column[n->used[b] - 1] + first, count);
            }
        }
    }
}

/* Cholesky factor of the information among the first `size` coefficients of `which`. */
static bool factorise(newton *n, const size_t *which, size_t size) {
    gsl_matrix_view factor = gsl_matrix_submatrix(n->factor, 0, 0, size, size);
    for (size_t a = 0; a < size; a++) {
        for (size_t b = 0; b <= a; b++) {
            gsl_matrix_set(n->factor, a, b, gsl_matrix_get(n->information, which[a], which[b]));
        }
    }
    return gsl_linalg_cholesky_decomp1(&factor.matrix) == 0;
}

/* Firth's part: half the log-determinant, and h (1/2 - p) in the score. The factor of the whole
 * information must be in n->factor. */
static double add_penalty(newton *n) {
    double determinant = 0.0, hat[ROWS_OF_BLOCK];
    size_t p = n->coefficients;
    for (size_t j = 0; j < p; j++) {
        determinant += log(gsl_matrix_get(n->factor, j, j));
    }
    for (size_t first = 0; first < n->rows; first += ROWS_OF_BLOCK) {
        size_t count = n->rows - first < ROWS_OF_BLOCK ? n->rows - first : ROWS_OF_BLOCK;
        memset(hat, 0, sizeof hat);
        /* Forward substitution of all rows of the block at once. */
        for (size_t j = 0; j < p; j++) {
            double *solved = n->block + j * ROWS_OF_BLOCK;
            for (size_t i = 0; i < count; i++) {
                solved[i] = j == 0 ? 1.0 : n->column[j - 1][first + i];
            }
            for (size_t k = 0; k < j; k++) {
                stats_add_scaled(-gsl_matrix_get(n->factor, j, k), n->block + k * ROWS_OF_BLOCK,
                                 solved, count);
            }
            double pivot = gsl_matrix_get(n->factor, j, j);
            for (size_t i = 0; i < count; i++) {
                solved[i] /= pivot;
                hat[i] += solved[i] * solved[i];
            }
        }
        for (size_t i = 0; i < count; i++) {
            hat[i] *= n->weight[first + i] * (0.5 - n->probability[first + i]);
            n->score[0] += hat[i];
        }
        for (size_t j = 1; j < p; j++) {
            n->score[j] += stats_dot(hat, n->column[j - 1] + first, count);
        }
    }
    return determinant; /* of the factor: half that of the information */
}

/* Likelihood, score and information at n->beta. False where the information is singular. */
static bool evaluate(newton *n) {
    double residual[ROWS_OF_BLOCK];
    stats_log_product likelihood = {1.0, 0.0};
    gsl_matrix_set_zero(n->information);
    memset(n->score, 0, n->coefficients * sizeof *n->score);
    for (size_t first = 0; first < n->rows; first += ROWS_OF_BLOCK) {
        size_t count = n->rows - first < ROWS_OF_BLOCK ? n->rows - first : ROWS_OF_BLOCK;
        predict_rows(n, n->beta, first, count, residual);
        weigh_rows(n, first, count, residual, &likelihood);
        add_block(n, first, count, residual);
    }
    n->log_likelihood = n->penalised = stats_log_value(&likelihood);
    if (n->firth) {
        if (!factorise(n, n->used, n->used_count)) {
            return false;
        }
        n->penalised += add_penalty(n);
    }
    return isfinite(n->penalised);
}

/* Least and greatest change that the step makes to predictions, counted as better when positive,
 * and the greatest in size. */
static void margins(const newton *n, double *least, double *greatest, double *size) {
    double change[ROWS_OF_BLOCK];
    *least = INFINITY;
    *greatest = -INFINITY;
    for (size_t first = 0; first < n->rows; first += ROWS_OF_BLOCK) {
        size_t count = n->rows - first < ROWS_OF_BLOCK ? n->rows - first : ROWS_OF_BLOCK;
        predict_rows(n, n->step, first, count, change);
        for (size_t i = 0; i < count; i++) {
            if (n->count && n->count[first + i] == 0) {
                continue;
            }
            double better = n->event[first + i] ? change[i] : -change[i];
            *least = better < *least ? better : *least;
            *greatest = better > *greatest ? better : *greatest;
        }
    }
    *size = fmax(fabs(*least), fabs(*greatest));
}

/* The Newton step of the free coefficients in n->step; its expected gain, or NaN. */
static double solve_step(newton *n) {
    size_t size = 0, *which = n->which;
    for (size_t j = 0; j < n->coefficients; j++) {
        n->step[j] = 0.0;
        if (is_free(n, j)) {
            which[size++] = j;
        }
    }
    if (size == 0) {
        return 0.0;
    }
    if (!factorise(n, which, size)) {
        return NAN;
    }
    gsl_matrix_view factor = gsl_matrix_submatrix(n->factor, 0, 0, size, size);
    gsl_vector_view solution = gsl_vector_subvector(n->solution, 0, size);
    for (size_t a = 0; a < size; a++) {
        gsl_vector_set(n->solution, a, n->score[which[a]]);
    }
    gsl_linalg_cholesky_svx(&factor.matrix, &solution.vector);
    double gain = 0.0, longest = 0.0;
    for (size_t a = 0; a < size; a++) {
        n->step[which[a]] = gsl_vector_get(n->solution, a);
        gain += n->step[which[a]] * n->score[which[a]];
        longest = fmax(longest, fabs(n->step[which[a]]));
    }
    if (longest > STEP_PLAIN) {
        double least, greatest, change;
        margins(n, &least, &greatest, &change);
        double cut = change > STEP_MAX ? STEP_MAX / change : 1.0;
        for (size_t j = 0; j < n->coefficients; j++) {
            n->step[j] *= cut;
        }
    }
    return gain;
}

/* Takes the step, halved until the likelihood does not fall. False when it never does. */
static bool take_step(newton *n) {
    double before = n->penalised, slack = ROUNDING * fabs(before);
    memcpy(n->previous, n->beta, n->coefficients * sizeof *n->beta);
    for (int halving = 0; halving < HALVINGS_MAX; halving++) {
        for (size_t j = 0; j < n->coefficients; j++) {
            n->beta[j] = n->previous[j] + n->step[j];
        }
        if (evaluate(n) && n->penalised >= before - slack) {
            return true;
        }
        for (size_t j = 0; j < n->coefficients; j++) {
            n->step[j] *= 0.5;
        }
    }
    return false;
}

/* What the step says: the fit has converged, the data are separated, or neither yet. */
static bool judge_step(const newton *n, double gain, newton_end *end) {
    double least, greatest, size;
    bool small = gain < n->gain_min;
    if (!small && n->iterations < ITERATIONS_ORDINARY) {
        return false;
    }
    margins(n, &least, &greatest, &size);
    if (small && size < PREDICTOR_TOLERANCE) {
        *end = NEWTON_CONVERGED;
        return true;
    }
    if (!n->firth && size >= PREDICTOR_TOLERANCE && least >= -MARGIN_TOLERANCE * greatest) {
        *end = NEWTON_SEPARATED;
        return true;
    }
    return false;
}

newton_end newton_run(newton *n) {
    n->used_count = 0;
    for (size_t j = 0; j < n->coefficients; j++) {
        if (n->firth || is_free(n, j)) {
            n->used[n->used_count++] = j;
        }
    }
    const size_t iterations_max = n->firth ? ITERATIONS_FIRTH_MAX : ITERATIONS_MAX;
    newton_end end = NEWTON_STUCK;
    bool ok = evaluate(n);
    for (n->iterations = 0; ok && n->iterations < iterations_max; n->iterations++) {
        double gain = solve_step(n);
        if (isnan(gain) || judge_step(n, gain, &end)) {
            break;
        }
        ok = take_step(n);
    }
    if (end == NEWTON_CONVERGED) {
        for (size_t j = 0; j < n->coefficients; j++) {
            n->beta[j] += n->step[j];
        }
    }
    return end;
}

bool newton_covariance(newton *n, gsl_matrix *out) {
    size_t size = 0, *which = n->which;
    for (size_t j = 0; j < n->coefficients; j++) {
        if (is_free(n, j)) {
            which[size++] = j;
        }
    }
    gsl_matrix_set_zero(out);
    bool ok = size == 0 || factorise(n, which, size);
    if (ok && size > 0) {
        gsl_matrix_view factor = gsl_matrix_submatrix(n->factor, 0, 0, size, size);
        gsl_linalg_cholesky_invert(&factor.matrix);
        for (size_t a = 0; a < size; a++) {
            for (size_t b = 0; b < size; b++) {
                gsl_matrix_set(out, which[a], which[b], gsl_matrix_get(n->factor, a, b));
            }
        }
    }
    return ok;
}
