/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The LASSO path and its cross-validation; lasso_solver.c solves at one penalty. */
#include "stats/lasso.h"

#include "base/memory.h"
#include "stats/kernels_private.h"
#include "stats/lasso_private.h"

#include <math.h>
#include <stdlib.h>

/* The last penalty relative to the first, with at least as many rows as columns, and with fewer;
 * and the rules by which a path ends sooner: all of glmnet (glmnet.control). */
#define LAST_PENALTY 1e-4
#define LAST_PENALTY_WIDE 1e-2
#define DEVIANCE_RATIO_MAX 0.999
#define DEVIANCE_GAIN_MIN 1e-5
#define PENALTIES_MIN 5
#define VARIANCE_MIN 1e-9
/* Probabilities are kept this far from 0 and 1 in cross-validated deviances, as cv.glmnet does. */
#define PROBABILITY_MIN 1e-5
/* With fewer rows in a fold than this, each row is a group of its own, as in cv.glmnet. */
#define FOLD_ROWS_MIN 3.0

static size_t observations(const myo_lasso_data *data, const size_t *fold, size_t left_out) {
    size_t total = 0;
    for (size_t i = 0; i < data->design->rows; i++) {
        if (!fold || fold[i] != left_out) {
            total += data->count ? data->count[i] : 1;
        }
    }
    return total;
}

static bool allocate_path(size_t columns, myo_lasso_path *path, myo_error *err) {
    *path = (myo_lasso_path){.columns = columns};
    path->lambda = myo_alloc_array(MYO_LASSO_PENALTIES, sizeof(double), err);
    path->intercept = myo_alloc_array(MYO_LASSO_PENALTIES, sizeof(double), err);
    path->deviance_ratio = myo_alloc_array(MYO_LASSO_PENALTIES, sizeof(double), err);
    path->coefficients = myo_alloc_array(MYO_LASSO_PENALTIES * columns, sizeof(double), err);
    return path->lambda && path->intercept && path->deviance_ratio && path->coefficients;
}

void myo_lasso_path_clear(myo_lasso_path *path) {
    free(path->lambda);
    free(path->intercept);
    free(path->coefficients);
    free(path->deviance_ratio);
    *path = (myo_lasso_path){0};
}

/* Writes the solver's solution down, in the columns' own units. */
static void record(const lasso_solver *s, double lambda, myo_lasso_path *path) {
    double *coefficients = path->coefficients + path->count * path->columns;
    double intercept = s->intercept;
    for (size_t c = 0; c < s->columns; c++) {
        coefficients[c] = s->sd[c] > 0.0 ? s->beta[c] / s->sd[c] : 0.0;
        intercept -= coefficients[c] * s->mean[c];
    }
    path->lambda[path->count] = lambda;
    path->intercept[path->count] = intercept;
    path->deviance_ratio[path->count++] = 1.0 - s->deviance / s->null_deviance;
}

static bool path_ends(const lasso_solver *s, const myo_lasso_path *path) {
    if (s->variance <= VARIANCE_MIN) {
        return true;
    }
    if (path->count < PENALTIES_MIN) {
        return false;
    }
    double last = path->deviance_ratio[path->count - 1];
    return last > DEVIANCE_RATIO_MAX ||
           last - path->deviance_ratio[path->count - 2] < DEVIANCE_GAIN_MIN;
}

bool lasso_follow(lasso_solver *solver, size_t rows, myo_lasso_path *out, myo_error *err) {
    if (!allocate_path(solver->columns, out, err)) {
        myo_lasso_path_clear(out);
        return false;
    }
    double greatest = 0.0;
    for (size_t c = 0; c < solver->columns; c++) {
        greatest = fmax(greatest, fabs(solver->gradient[c]));
    }
    double last = rows < solver->columns ? LAST_PENALTY_WIDE : LAST_PENALTY;
    double factor = pow(last, 1.0 / (MYO_LASSO_PENALTIES - 1)), lambda = greatest;
    out->null_deviance = solver->null_deviance * (double)rows;
    while (out->count < MYO_LASSO_PENALTIES) {
        double previous = out->count > 0 ? out->lambda[out->count - 1] : lambda;
        if (!lasso_solve(solver, lambda, previous)) {
            break; /* the path ends where it can be followed no farther, as glmnet's does */
        }
        record(solver, lambda, out);
        if (greatest <= 0.0 || path_ends(solver, out)) {
            break;
        }
        lambda *= factor;
    }
    if (out->count == 0) {
        myo_lasso_path_clear(out);
        return myo_error_set(err, MYO_E_RANGE, "the LASSO path does not converge");
    }
    return true;
}

/* The path of the rows outside of a fold. */
static bool fit_path(const myo_lasso_data *data, const size_t *fold, size_t left_out,
                     myo_lasso_path *out, myo_error *err) {
    lasso_solver solver;
    if (!lasso_solver_create(data, fold, left_out, &solver, err)) {
        return false;
    }
    bool done = lasso_follow(&solver, observations(data, fold, left_out), out, err);
    lasso_solver_clear(&solver);
    return done;
}

bool myo_lasso_path_fit(const myo_lasso_data *data, myo_lasso_path *out, myo_error *err) {
    return fit_path(data, NULL, 0, out, err);
}

/* A cross-validation under way. */
typedef struct crossing {
    const myo_lasso_data *data;
    const size_t *fold;
    size_t folds;
    myo_lasso_path *paths; /* of each fold's other rows, and at the end that of all rows */
} crossing;

static bool follow_fold(void *user, size_t worker, size_t task, myo_error *err) {
    (void)worker;
    crossing *c = user;
    return fit_path(c->data, task < c->folds ? c->fold : NULL, task, &c->paths[task], err);
}

/* Coefficients of a path at a penalty that it has not, by linear interpolation; intercept first. */
static void interpolate(const myo_lasso_path *path, double lambda, double *out) {
    size_t right = 0;
    while (right + 1 < path->count && path->lambda[right] > lambda) {
        right++;
    }
    size_t left = right > 0 && path->lambda[right] < lambda ? right - 1 : right;
    double width = path->lambda[left] - path->lambda[right];
    double share = width > 0.0 ? (lambda - path->lambda[right]) / width : 1.0;
    const double *a = path->coefficients + left * path->columns;
    const double *b = path->coefficients + right * path->columns;
    out[0] = share * path->intercept[left] + (1.0 - share) * path->intercept[right];
    for (size_t c = 0; c < path->columns; c++) {
        out[c + 1] = share * a[c] + (1.0 - share) * b[c];
    }
}

/* Sums over the rows of a fold. */
typedef struct fold_sums {
    double weight, deviance, squares;
} fold_sums;

/* A cross-validation whose paths are there. */
typedef struct scoring {
    const crossing *c;
    const myo_lasso_path *path;
    fold_sums *sums; /* of each fold at the first penalty, at the second, ... */
} scoring;

/* The rows of a fold. */
static bool list_rows(const crossing *c, size_t fold, size_t **rows, size_t *count,
                      myo_error *err) {
    size_t all = c->data->design->rows;
    *count = 0;
    *rows = myo_alloc_array(all, sizeof **rows, err);
    for (size_t i = 0; *rows && i < all; i++) {
        if (c->fold[i] == fold) {
            (*rows)[(*count)++] = i;
        }
    }
    return *rows != NULL;
}

/* Deviances of rows that were left out, from their linear predictors. */
static fold_sums score_rows(const myo_lasso_data *data, const size_t *rows, size_t count,
                            const double *eta) {
    fold_sums sums = {0};
    for (size_t i = 0; i < count; i++) {
        double event, none, weight = data->count ? (double)data->count[rows[i]] : 1.0;
        stats_logistic(eta[i], &event, &none);
        double seen = data->event[rows[i]] ? event : none;
        seen = fmin(fmax(seen, PROBABILITY_MIN), 1.0 - PROBABILITY_MIN);
        double deviance = -2.0 * log(seen);
        sums.weight += weight;
        sums.deviance += weight * deviance;
        sums.squares += weight * deviance * deviance;
    }
    return sums;
}

/* Scores the rows of one fold with the coefficients that the others give. */
static bool score_fold(void *user, size_t worker, size_t task, myo_error *err) {
    (void)worker;
    const scoring *s = user;
    const crossing *c = s->c;
    size_t *rows = NULL, count = 0, columns = c->data->design->columns;
    myo_design left_out = {0};
    double *eta = NULL, *coefficients = myo_alloc_array(columns + 1, sizeof *coefficients, err);
    bool done = coefficients && list_rows(c, task, &rows, &count, err) &&
                myo_design_take_rows(c->data->design, rows, count, &left_out, err) &&
                (eta = myo_alloc_array(count, sizeof *eta, err)) != NULL;
    for (size_t k = 0; done && k < s->path->count; k++) {
        interpolate(&c->paths[task], s->path->lambda[k], coefficients);
        for (size_t i = 0; i < count; i++) {
            eta[i] = coefficients[0];
        }
        for (size_t j = 0; j < columns; j++) {
            if (fabs(coefficients[j + 1]) > 0.0) {
                stats_add_scaled(coefficients[j + 1], left_out.values + j * count, eta, count);
            }
        }
        s->sums[k * c->folds + task] = score_rows(c->data, rows, count, eta);
    }
    myo_design_clear(&left_out);
    free(coefficients);
    free(eta);
    free(rows);
    return done;
}

/* Mean and standard error of the deviance from the sums of all folds at one penalty. */
static void summarise(const fold_sums *sums, size_t folds, double *mean, double *error) {
    fold_sums total = {0};
    for (size_t k = 0; k < folds; k++) {
        total.weight += sums[k].weight;
        total.deviance += sums[k].deviance;
        total.squares += sums[k].squares;
    }
    *mean = total.deviance / total.weight;
    double spread = 0.0, groups = (double)folds;
    if (total.weight / groups < FOLD_ROWS_MIN) {
        groups = total.weight;
        spread = total.squares / total.weight - *mean * *mean;
    } else {
        for (size_t k = 0; k < folds; k++) {
            double difference = sums[k].deviance / sums[k].weight - *mean;
            spread += sums[k].weight / total.weight * difference * difference;
        }
    }
    *error = sqrt(fmax(spread, 0.0) / (groups - 1.0));
}

static void choose(const myo_lasso_path *path, myo_lasso_cv *cv) {
    cv->minimum = 0;
    for (size_t k = 0; k < cv->count; k++) {
        cv->minimum = cv->mean[k] < cv->mean[cv->minimum] ? k : cv->minimum;
        for (size_t c = 0; c < path->columns; c++) {
            cv->nonzero[k] += fabs(path->coefficients[k * path->columns + c]) > 0.0;
        }
    }
    double limit = cv->mean[cv->minimum] + cv->error[cv->minimum];
    cv->one_se = 0;
    while (cv->mean[cv->one_se] > limit) {
        cv->one_se++;
    }
}

static bool allocate_cv(size_t folds, size_t count, myo_lasso_cv *cv, myo_error *err) {
    *cv = (myo_lasso_cv){.folds = folds, .count = count};
    cv->mean = myo_alloc_array(count, sizeof *cv->mean, err);
    cv->error = myo_alloc_array(count, sizeof *cv->error, err);
    cv->nonzero = myo_alloc_array(count, sizeof *cv->nonzero, err);
    return cv->mean && cv->error && cv->nonzero;
}

static bool score_folds(const crossing *c, const myo_parallel *plan, const myo_lasso_path *path,
                        myo_lasso_cv *cv, myo_error *err) {
    const myo_parallel quiet = {.threads = plan->threads};
    scoring s = {.c = c, .path = path};
    s.sums = myo_alloc_array(c->folds * path->count, sizeof *s.sums, err);
    bool done = s.sums && myo_parallel_run(&quiet, c->folds, score_fold, &s, err);
    for (size_t k = 0; done && k < path->count; k++) {
        summarise(s.sums + k * c->folds, c->folds, &cv->mean[k], &cv->error[k]);
    }
    free(s.sums);
    return done;
}

static bool check_folds(const myo_lasso_data *data, const size_t *fold, size_t folds,
                        myo_error *err) {
    if (folds < 2) {
        return myo_error_set(err, MYO_E_ARGUMENT, "cross-validation needs two folds or more");
    }
    for (size_t f = 0; f < folds; f++) {
        if (observations(data, NULL, 0) == observations(data, fold, f)) {
            return myo_error_set(err, MYO_E_ARGUMENT, "fold %zu of %zu has no patient", f + 1,
                                 folds);
        }
    }
    return true;
}

bool myo_lasso_cross_validate(const myo_lasso_data *data, const size_t *fold, size_t folds,
                              const myo_parallel *plan, myo_lasso_path *path, myo_lasso_cv *cv,
                              myo_error *err) {
    *path = (myo_lasso_path){0};
    *cv = (myo_lasso_cv){0};
    if (!check_folds(data, fold, folds, err)) {
        return false;
    }
    crossing c = {.data = data, .fold = fold, .folds = folds};
    c.paths = myo_alloc_array(folds + 1, sizeof *c.paths, err);
    bool done = c.paths && myo_parallel_run(plan, folds + 1, follow_fold, &c, err) &&
                allocate_cv(folds, c.paths[folds].count, cv, err) &&
                score_folds(&c, plan, &c.paths[folds], cv, err);
    if (done) {
        choose(&c.paths[folds], cv);
        *path = c.paths[folds];
        c.paths[folds] = (myo_lasso_path){0};
    } else {
        myo_lasso_cv_clear(cv);
    }
    for (size_t f = 0; c.paths && f <= folds; f++) {
        myo_lasso_path_clear(&c.paths[f]);
    }
    free(c.paths);
    return done;
}

void myo_lasso_cv_clear(myo_lasso_cv *cv) {
    free(cv->mean);
    free(cv->error);
    free(cv->nonzero);
    *cv = (myo_lasso_cv){0};
}
