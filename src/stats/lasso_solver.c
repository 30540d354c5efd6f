/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Solves the LASSO-logistic problem at one penalty, from the solution at a greater one on.
 *
 * The log-likelihood is replaced by a quadratic model around the current point, whose penalised
 * minimum is found by cyclic coordinate descent; that is repeated until the conditions of a minimum
 * hold (J. Friedman et al., J. Stat. Softw. 33(1), 2010, section 3). Other than there, the model's
 * matrix (X'WX) is computed once and kept over several steps and penalties, as its weights change
 * slowly: descent then costs nothing that grows with the number of rows, the gradient stays exact,
 * and an old matrix costs a few more steps and no accuracy. It is made anew when steps cease to
 * shrink the violation of the conditions.
 *
 * Which columns are solved for is guessed by the strong rule (R. Tibshirani et al., J. R. Stat.
 * Soc. B 74:245-266, 2012), and the conditions are checked for all the others at the end.
 */
#include "base/memory.h"
#include "stats/kernels_private.h"
#include "stats/lasso_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Greatest violation of the conditions of a minimum, for columns of variance 1 and weights that sum
 * to 1; coefficients are then right to about ten times that. */
#define VIOLATION_MAX 1e-7
/* The same with more columns than rows, where the likelihood is flat. */
#define VIOLATION_MAX_WIDE 1e-8
#define STEPS_MAX 200
/* What may be left of the violation after so many steps, in greatest violations: coefficients are
 * then right to about 1e-4. */
#define VIOLATION_ACCEPTED 100.0
/* The matrix is made anew when a step leaves more than this part of the violation: of the values
 * that were tried, the one with the least work on 5,000 rows of 60 columns. */
#define SHRINKAGE_MIN 0.1
/* Coordinate descent ends when no coefficient changes the gradient by more than this part of the
 * violation that is being removed. */
#define DESCENT_PART 0.01
#define SWEEPS_MAX 1000
/* Added to the diagonal of the matrix, relative to it: a column of which weights leave nothing. */
#define CURVATURE_MIN 1e-9

static size_t padded_rows(const lasso_solver *s) {
    return s->tiles * LASSO_TILE;
}

static double *tile_column(const lasso_solver *s, size_t tile, size_t column) {
    return s->values + (tile * s->columns + column) * LASSO_TILE;
}

static bool allocate(size_t rows, size_t columns, lasso_solver *s, myo_error *err) {
    s->tiles = (rows + LASSO_TILE - 1) / LASSO_TILE;
    s->columns = columns;
    s->violation_max = rows < columns ? VIOLATION_MAX_WIDE : VIOLATION_MAX;
    size_t padded = padded_rows(s), size = columns + 1;
    s->values = myo_alloc_array(padded * columns, sizeof(double), err);
    s->mean = myo_alloc_array(columns, sizeof(double), err);
    s->sd = myo_alloc_array(columns, sizeof(double), err);
    s->weight = myo_alloc_array(padded, sizeof(double), err);
    s->event = myo_alloc_array(padded, sizeof(double), err);
    s->eta = myo_alloc_array(padded, sizeof(double), err);
    s->curvature = myo_alloc_array(padded, sizeof(double), err);
    s->beta = myo_alloc_array(columns, sizeof(double), err);
    s->gradient = myo_alloc_array(columns, sizeof(double), err);
    s->matrix = myo_alloc_array(size * size, sizeof(double), err);
    s->known = myo_alloc_array(size, sizeof(bool), err);
    s->strong = myo_alloc_array(columns, sizeof(bool), err);
    s->change = myo_alloc_array(size, sizeof(double), err);
    s->trial = myo_alloc_array(size, sizeof(double), err);
    s->order = myo_alloc_array(size, sizeof(size_t), err);
    return s->values && s->mean && s->sd && s->weight && s->event && s->eta && s->curvature &&
           s->beta && s->gradient && s->matrix && s->known && s->strong && s->change && s->trial &&
           s->order;
}

void lasso_solver_clear(lasso_solver *s) {
    free(s->values);
    free(s->mean);
    free(s->sd);
    free(s->weight);
    free(s->event);
    free(s->eta);
    free(s->curvature);
    free(s->beta);
    free(s->gradient);
    free(s->matrix);
    free(s->known);
    free(s->strong);
    free(s->change);
    free(s->trial);
    free(s->order);
    *s = (lasso_solver){0};
}

/* Mean 0 and variance 1 under the weights. */
static void standardise(lasso_solver *s) {
    for (size_t c = 0; c < s->columns; c++) {
        double mean = 0.0, variance = 0.0, largest = 0.0;
        for (size_t t = 0; t < s->tiles; t++) {
            mean += stats_dot(s->weight + t * LASSO_TILE, tile_column(s, t, c), LASSO_TILE);
        }
        for (size_t t = 0; t < s->tiles; t++) {
            double *column = tile_column(s, t, c);
            for (size_t i = 0; i < LASSO_TILE; i++) {
                double weight = s->weight[t * LASSO_TILE + i];
                largest = weight > 0.0 ? fmax(largest, fabs(column[i])) : largest;
                column[i] = weight > 0.0 ? column[i] - mean : 0.0;
                variance += weight * column[i] * column[i];
            }
        }
        s->mean[c] = mean;
        s->sd[c] = sqrt(variance) > STATS_CONSTANT_SPREAD * largest ? sqrt(variance) : 0.0;
        double factor = s->sd[c] > 0.0 ? 1.0 / s->sd[c] : 0.0;
        for (size_t t = 0; t < s->tiles; t++) {
            double *column = tile_column(s, t, c);
            for (size_t i = 0; i < LASSO_TILE; i++) {
                column[i] *= factor;
            }
        }
    }
}

static void evaluate(lasso_solver *s, const double *change);

/* The solution in which every coefficient is 0, and the gradient there. */
static bool start(lasso_solver *s, myo_error *err) {
    double share = stats_dot(s->weight, s->event, padded_rows(s));
    if (share <= 0.0 || share >= 1.0) {
        return myo_error_set(err, MYO_E_RANGE, "there must be patients with and without the event");
    }
    s->intercept = log(share / (1.0 - share));
    s->null_deviance = -2.0 * (share * log(share) + (1.0 - share) * log1p(-share));
    for (size_t i = 0; i < padded_rows(s); i++) {
        s->eta[i] = s->intercept;
    }
    memset(s->change, 0, (s->columns + 1) * sizeof *s->change);
    evaluate(s, s->change);
    return true;
}

bool lasso_solver_create(const myo_lasso_data *data, const size_t *fold, size_t left_out,
                         lasso_solver *out, myo_error *err) {
    const myo_design *design = data->design;
    size_t rows = 0, at = 0;
    double total = 0.0;
    *out = (lasso_solver){0};
    for (size_t i = 0; i < design->rows; i++) {
        unsigned count = data->count ? data->count[i] : 1;
        if (count > 0 && (!fold || fold[i] != left_out)) {
            rows++;
            total += count;
        }
    }
    if (!allocate(rows, design->columns, out, err)) {
        lasso_solver_clear(out);
        return false;
    }
    for (size_t i = 0; i < design->rows; i++) {
        unsigned count = data->count ? data->count[i] : 1;
        if (count == 0 || (fold && fold[i] == left_out)) {
            continue;
        }
        size_t tile = at / LASSO_TILE, place = at % LASSO_TILE;
        for (size_t c = 0; c < design->columns; c++) {
            tile_column(out, tile, c)[place] = design->values[c * design->rows + i];
        }
        out->weight[at] = (double)count / total;
        out->event[at++] = data->event[i];
    }
    standardise(out);
    for (size_t c = 0; c < design->columns; c++) {
        out->strong[c] = true; /* the first evaluation is of all columns */
    }
    if (!start(out, err)) {
        lasso_solver_clear(out);
        return false;
    }
    return true;
}

/* Weighted residuals of a tile at the current linear predictors. */
static void tile_residuals(const lasso_solver *s, size_t tile, double residual[LASSO_TILE]) {
    for (size_t i = 0; i < LASSO_TILE; i++) {
        size_t row = tile * LASSO_TILE + i;
        double event, none;
        stats_logistic(s->eta[row], &event, &none);
        residual[i] = s->weight[row] * (s->event[row] > 0.5 ? none : -event);
    }
}

/* Moves to the point that lies `change` away (intercept first), and computes the gradient of the
 * strong columns there. */
static void evaluate(lasso_solver *s, const double *change) {
    double residual[LASSO_TILE];
    s->intercept += change[0];
    s->gradient0 = 0.0;
    for (size_t c = 0; c < s->columns; c++) {
        s->beta[c] += change[c + 1];
        s->gradient[c] = s->strong[c] ? 0.0 : s->gradient[c];
    }
    for (size_t t = 0; t < s->tiles; t++) {
        double *eta = s->eta + t * LASSO_TILE;
        for (size_t i = 0; i < LASSO_TILE; i++) {
            eta[i] += change[0];
        }
        for (size_t c = 0; c < s->columns; c++) {
            if (fabs(change[c + 1]) > 0.0) {
                stats_add_scaled(change[c + 1], tile_column(s, t, c), eta, LASSO_TILE);
            }
        }
        tile_residuals(s, t, residual);
        for (size_t i = 0; i < LASSO_TILE; i++) {
            s->gradient0 += residual[i];
        }
        for (size_t c = 0; c < s->columns; c++) {
            if (s->strong[c]) {
                s->gradient[c] += stats_dot(residual, tile_column(s, t, c), LASSO_TILE);
            }
        }
    }
}

/* Weights of the quadratic model at the current point; its matrix is computed as it is needed. */
static void renew_model(lasso_solver *s) {
    for (size_t i = 0; i < padded_rows(s); i++) {
        double event, none;
        stats_logistic(s->eta[i], &event, &none);
        s->curvature[i] = s->weight[i] * event * none;
    }
    memset(s->known, 0, (s->columns + 1) * sizeof *s->known);
}

/* Adds a tile to row j of the matrix: the columns that are known, and the strong ones up to j; the
 * other half of pairs of new rows follows by symmetry. */
static void add_tile(lasso_solver *s, size_t tile, size_t j) {
    size_t size = s->columns + 1;
    const double *curvature = s->curvature + tile * LASSO_TILE;
    double *row = s->matrix + j * size, weighted[LASSO_TILE];
    memcpy(weighted, curvature, sizeof weighted);
    if (j > 0) {
        const double *column = tile_column(s, tile, j - 1);
        for (size_t i = 0; i < LASSO_TILE; i++) {
            weighted[i] *= column[i];
        }
    }
    for (size_t i = 0; i < LASSO_TILE; i++) {
        row[0] += weighted[i];
    }
    for (size_t k = 1; k < size; k++) {
        if (s->known[k] || (s->strong[k - 1] && k <= j)) {
            row[k] += stats_dot(weighted, tile_column(s, tile, k - 1), LASSO_TILE);
        }
    }
}

/* Rows of the matrix for the strong columns that have none yet. */
static void complete_model(lasso_solver *s) {
    size_t size = s->columns + 1, fresh = 0;
    for (size_t j = 0; j < size; j++) {
        if (!s->known[j] && (j == 0 || s->strong[j - 1])) {
            s->order[fresh++] = j;
            memset(s->matrix + j * size, 0, size * sizeof *s->matrix);
        }
    }
    for (size_t t = 0; fresh > 0 && t < s->tiles; t++) {
        for (size_t f = 0; f < fresh; f++) {
            add_tile(s, t, s->order[f]);
        }
    }
    for (size_t f = 0; f < fresh; f++) {
        size_t j = s->order[f];
        for (size_t k = 0; k < size; k++) {
            if (s->known[k] || k < j) {
                s->matrix[k * size + j] = s->matrix[j * size + k];
            }
        }
    }
    for (size_t f = 0; f < fresh; f++) {
        s->known[s->order[f]] = true;
    }
}

/* How far the conditions of a minimum are violated by column c. */
static double violation_of(const lasso_solver *s, size_t c, double lambda) {
    double gradient = s->gradient[c];
    if (s->beta[c] > 0.0) {
        return fabs(gradient - lambda);
    }
    if (s->beta[c] < 0.0) {
        return fabs(gradient + lambda);
    }
    return fmax(fabs(gradient) - lambda, 0.0);
}

static double violation(const lasso_solver *s, double lambda) {
    double greatest = fabs(s->gradient0);
    for (size_t c = 0; c < s->columns; c++) {
        if (s->strong[c]) {
            greatest = fmax(greatest, violation_of(s, c, lambda));
        }
    }
    return greatest;
}

/* The coefficient's best value in the model when the others stay: soft thresholding. */
static double best_change(const lasso_solver *s, size_t j, double gradient, double lambda,
                          double change) {
    double curvature = s->matrix[j * (s->columns + 1) + j] + CURVATURE_MIN;
    if (j == 0) {
        return change + gradient / curvature;
    }
    double old = s->beta[j - 1] + change, target = gradient + curvature * old;
    double size = fabs(target) - lambda;
    return (size > 0.0 ? copysign(size / curvature, target) : 0.0) - s->beta[j - 1];
}

/* Minimises the model by coordinate descent; s->change receives the way to its minimum, and
 * s->trial is the model's gradient on the way. */
static void descend(lasso_solver *s, double lambda, double tolerance) {
    size_t size = s->columns + 1, count = 0;
    for (size_t j = 0; j < size; j++) {
        s->change[j] = 0.0;
        s->trial[j] = j == 0 ? s->gradient0 : s->gradient[j - 1];
        if (j == 0 || (s->strong[j - 1] && s->sd[j - 1] > 0.0)) {
            s->order[count++] = j;
        }
    }
    bool all = true; /* a sweep over all columns, or over those that are not 0 */
    for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
        double greatest = 0.0;
        for (size_t a = 0; a < count; a++) {
            size_t j = s->order[a];
            if (!all && j > 0 && fabs(s->beta[j - 1] + s->change[j]) <= 0.0) {
                continue;
            }
            double change = best_change(s, j, s->trial[j], lambda, s->change[j]);
            double step = change - s->change[j];
            if (fabs(step) <= 0.0) {
                continue;
            }
            s->change[j] = change;
            const double *row = s->matrix + j * size;
            for (size_t b = 0; b < count; b++) {
                s->trial[s->order[b]] -= step * row[s->order[b]];
            }
            greatest = fmax(greatest, fabs(step) * row[j]);
        }
        bool done = greatest <= tolerance;
        if (done && all) {
            break;
        }
        all = done;
    }
}

/* Solves for the strong columns. */
static bool solve_strong(lasso_solver *s, double lambda) {
    double before = violation(s, lambda);
    bool fresh = false;
    for (int step = 0; step < STEPS_MAX; step++) {
        if (before <= s->violation_max) {
            return true;
        }
        complete_model(s);
        descend(s, lambda, DESCENT_PART * before);
        evaluate(s, s->change);
        double after = violation(s, lambda);
        if (after > SHRINKAGE_MIN * before && after > s->violation_max) {
            /* A step that makes it worse although the model is of this point is halved back. */
            if (fresh && after > before) {
                for (size_t j = 0; j <= s->columns; j++) {
                    s->change[j] *= -0.5;
                }
                evaluate(s, s->change);
                after = violation(s, lambda);
            }
            renew_model(s);
            fresh = true;
        } else {
            fresh = false;
        }
        before = after;
    }
    return before <= VIOLATION_ACCEPTED * s->violation_max;
}

/* Deviance, variance, and the gradient of the columns that were not solved for. */
static void measure(lasso_solver *s) {
    s->deviance = s->variance = 0.0;
    for (size_t c = 0; c < s->columns; c++) {
        s->gradient[c] = s->strong[c] ? s->gradient[c] : 0.0;
    }
    for (size_t t = 0; t < s->tiles; t++) {
        double residual[LASSO_TILE];
        for (size_t i = 0; i < LASSO_TILE; i++) {
            size_t row = t * LASSO_TILE + i;
            double event, none, weight = s->weight[row];
            bool happened = s->event[row] > 0.5;
            stats_logistic(s->eta[row], &event, &none);
            residual[i] = weight * (happened ? none : -event);
            s->variance += weight * event * none;
            s->deviance -= 2.0 * weight * log(happened ? event : none);
        }
        for (size_t c = 0; c < s->columns; c++) {
            if (!s->strong[c] && s->sd[c] > 0.0) {
                s->gradient[c] += stats_dot(residual, tile_column(s, t, c), LASSO_TILE);
            }
        }
    }
}

/* Takes in columns that the strong rule has left out wrongly. */
static bool recall_columns(lasso_solver *s, double lambda) {
    bool any = false;
    for (size_t c = 0; c < s->columns; c++) {
        if (!s->strong[c] && fabs(s->gradient[c]) > lambda + s->violation_max) {
            s->strong[c] = any = true;
        }
    }
    return any;
}

bool lasso_solve(lasso_solver *s, double lambda, double previous) {
    for (size_t c = 0; c < s->columns; c++) {
        s->strong[c] = s->sd[c] > 0.0 &&
                       (fabs(s->beta[c]) > 0.0 || fabs(s->gradient[c]) >= 2.0 * lambda - previous);
    }
    if (!s->known[0]) {
        renew_model(s);
    }
    do {
        if (!solve_strong(s, lambda)) {
            return false;
        }
        measure(s);
    } while (recall_columns(s, lambda));
    return true;
}
