/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logistic regression: the fit itself with Wald statistics. Columns are standardised, the model is
 * fitted by newton.c, and estimates and covariance are turned back into the columns' own units.
 */
#include "stats/logistic.h"

#include "base/memory.h"
#include "stats/distribution.h"
#include "stats/kernels_private.h"
#include "stats/logistic_private.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A column takes part in a separation when it moves predictions by more than this part of what the
 * strongest one does. */
#define SEPARATING_SHARE 1e-3

bool logistic_scale(const myo_design *design, logistic_scaled *out, myo_error *err) {
    size_t rows = design->rows, columns = design->columns;
    *out = (logistic_scaled){.rows = rows, .columns = columns};
    out->values = myo_alloc_array(rows * columns, sizeof *out->values, err);
    out->column = myo_alloc_array(columns, sizeof *out->column, err);
    out->mean = myo_alloc_array(columns, sizeof *out->mean, err);
    out->sd = myo_alloc_array(columns, sizeof *out->sd, err);
    if (!out->values || !out->column || !out->mean || !out->sd) {
        logistic_scaled_clear(out);
        return false;
    }
    for (size_t c = 0; c < columns; c++) {
        const double *from = design->values + c * rows;
        double *to = out->values + c * rows, sum = 0.0, squares = 0.0;
        for (size_t i = 0; i < rows; i++) {
            sum += from[i];
        }
        out->mean[c] = sum / (double)rows;
        for (size_t i = 0; i < rows; i++) {
            to[i] = from[i] - out->mean[c];
            squares += to[i] * to[i];
        }
        out->sd[c] = squares > 0.0 ? sqrt(squares / (double)rows) : 1.0;
        for (size_t i = 0; i < rows; i++) {
            to[i] /= out->sd[c];
        }
        out->column[c] = to;
    }
    return true;
}

void logistic_scaled_clear(logistic_scaled *scaled) {
    free(scaled->values);
    free((void *)scaled->column);
    free(scaled->mean);
    free(scaled->sd);
    *scaled = (logistic_scaled){0};
}

void logistic_unscale(const logistic_scaled *scaled, const size_t *chosen, size_t coefficients,
                      const double *from, double *to) {
    to[0] = from[0];
    for (size_t j = 1; j < coefficients; j++) {
        size_t c = chosen ? chosen[j - 1] : j - 1;
        to[j] = from[j] / scaled->sd[c];
        to[0] -= to[j] * scaled->mean[c];
    }
}

/* Covariance T C T' with the T that logistic_unscale() applies. */
static void unscale_covariance(const logistic_scaled *scaled, const gsl_matrix *from, double *to) {
    size_t p = scaled->columns + 1;
    for (size_t a = 1; a < p; a++) {
        for (size_t b = 1; b < p; b++) {
            to[a * p + b] = gsl_matrix_get(from, a, b) / (scaled->sd[a - 1] * scaled->sd[b - 1]);
        }
    }
    double variance = gsl_matrix_get(from, 0, 0);
    for (size_t a = 1; a < p; a++) {
        double level = gsl_matrix_get(from, 0, a) / scaled->sd[a - 1], sum = level;
        for (size_t b = 1; b < p; b++) {
            sum -= to[a * p + b] * scaled->mean[b - 1];
        }
        to[a] = to[a * p] = sum;
        /* (e0 - m)' C (e0 - m), of which `sum` is one part and `level` the other. */
        variance -= scaled->mean[a - 1] * (sum + level);
    }
    to[0] = variance;
}

static void fill_coefficients(const double *beta, double level, myo_logistic_fit *fit) {
    double quantile = stats_normal_quantile(0.5 * (1.0 + level));
    size_t p = fit->coefficient_count;
    for (size_t j = 0; j < p; j++) {
        double error = sqrt(fit->covariance[j * p + j]), z = beta[j] / error;
        fit->coefficients[j] = (myo_logistic_coefficient){
            .estimate = beta[j],
            .standard_error = error,
            .z = z,
            .p = stats_normal_two_sided(z),
            .lower = beta[j] - quantile * error,
            .upper = beta[j] + quantile * error,
            .profile_p = NAN,
            .profile_lower = NAN,
            .profile_upper = NAN,
        };
    }
}

/* b' C^-1 b of one term's coefficients. */
static double wald_statistic(const myo_logistic_fit *fit, size_t first, size_t count) {
    size_t p = fit->coefficient_count;
    gsl_matrix *block = gsl_matrix_alloc(count, count);
    gsl_vector *solved = gsl_vector_alloc(count);
    double statistic = NAN;
    if (block && solved) {
        for (size_t a = 0; a < count; a++) {
            gsl_vector_set(solved, a, fit->coefficients[first + a].estimate);
            for (size_t b = 0; b < count; b++) {
                gsl_matrix_set(block, a, b, fit->covariance[(first + a) * p + first + b]);
            }
        }
        if (gsl_linalg_cholesky_decomp1(block) == 0) {
            gsl_linalg_cholesky_svx(block, solved);
            statistic = 0.0;
            for (size_t a = 0; a < count; a++) {
                statistic += gsl_vector_get(solved, a) * fit->coefficients[first + a].estimate;
            }
        }
    }
    gsl_matrix_free(block);
    gsl_vector_free(solved);
    return statistic;
}

static void fill_terms(const myo_design *design, myo_logistic_fit *fit) {
    for (size_t first = 0, count; first < design->columns; first += count) {
        count = myo_design_term_size(design, first);
        double chi2 = wald_statistic(fit, first + 1, count);
        fit->terms[design->term[first]] =
            (myo_logistic_term){.df = count,
                                .wald_chi2 = chi2,
                                .wald_p = stats_chi2_upper(chi2, (double)count),
                                .ratio_chi2 = NAN,
                                .ratio_p = NAN};
    }
}

/* Log-likelihood of the intercept alone. */
static double null_likelihood(const unsigned char *event, size_t rows) {
    size_t events = 0;
    for (size_t i = 0; i < rows; i++) {
        events += event[i];
    }
    double n = (double)rows, share = (double)events / n;
    return n * (share * log(share) + (1.0 - share) * log1p(-share));
}

/* The columns with a part in the last step, which is the separating direction. */
static void mark_separating(const newton *n, myo_logistic_fit *fit) {
    double strongest = 0.0;
    for (size_t j = 1; j < n->coefficients; j++) {
        strongest = fmax(strongest, fabs(n->step[j]));
    }
    for (size_t j = 1; j < n->coefficients; j++) {
        fit->separating[j - 1] = fabs(n->step[j]) > SEPARATING_SHARE * strongest;
    }
}

/* Fits by maximum likelihood, and with the penalty where that is called for. */
static bool maximise(newton *n, myo_firth firth, myo_logistic_fit *fit, myo_error *err) {
    n->firth = firth == MYO_FIRTH_ALWAYS;
    newton_end end = newton_run(n);
    if (end == NEWTON_SEPARATED) {
        fit->separated = true;
        mark_separating(n, fit);
    }
    if (end != NEWTON_CONVERGED && firth == MYO_FIRTH_AUTO) {
        n->firth = true;
        memset(n->beta, 0, n->coefficients * sizeof *n->beta);
        end = newton_run(n);
    }
    fit->firth = n->firth;
    if (end == NEWTON_SEPARATED) {
        return myo_error_set(
            err, MYO_E_RANGE,
            "the predictors separate the events from the others without an error, "
            "so that there is no maximum of the likelihood; allow Firth's penalty");
    }
    return end == NEWTON_CONVERGED ||
           myo_error_set(err, MYO_E_RANGE, "the logistic fit does not converge");
}

static bool allocate(const myo_design *design, myo_logistic_fit *fit, myo_error *err) {
    size_t p = design->columns + 1;
    *fit = (myo_logistic_fit){.coefficient_count = p, .term_count = design->terms};
    fit->coefficients = myo_alloc_array(p, sizeof *fit->coefficients, err);
    fit->covariance = myo_alloc_array(p * p, sizeof *fit->covariance, err);
    fit->terms = myo_alloc_array(design->terms, sizeof *fit->terms, err);
    fit->separating = myo_alloc_array(design->columns, sizeof *fit->separating, err);
    return fit->coefficients && fit->covariance && fit->terms && fit->separating;
}

/* Penalised likelihood of the intercept alone within the whole design. */
static bool penalised_null(newton *n, bool *fixed, double *penalised) {
    for (size_t j = 0; j < n->coefficients; j++) {
        fixed[j] = j > 0;
        n->beta[j] = 0.0;
    }
    n->fixed = fixed;
    bool ok = newton_run(n) == NEWTON_CONVERGED;
    *penalised = n->penalised;
    return ok;
}

static bool fit_scaled(const myo_design *design, const logistic_scaled *scaled, newton *n,
                       const unsigned char *event, const myo_logistic_options *options,
                       double *beta, myo_logistic_fit *fit, myo_error *err) {
    gsl_matrix *covariance = gsl_matrix_alloc(n->coefficients, n->coefficients);
    bool *fixed = myo_alloc_array(n->coefficients, sizeof *fixed, err);
    bool done = fixed && (covariance || myo_error_set(err, MYO_E_MEMORY, "out of memory")) &&
                maximise(n, options->firth, fit, err);
    if (done && !newton_covariance(n, covariance)) {
        done = myo_error_set(err, MYO_E_RANGE, "the information of the logistic fit is singular");
    }
    if (done) {
        memcpy(beta, n->beta, n->coefficients * sizeof *beta);
        logistic_maximum maximum = {scaled, event, n->firth, beta, n->penalised};
        fit->log_likelihood = n->log_likelihood;
        fit->null_log_likelihood = null_likelihood(event, n->rows);
        unscale_covariance(scaled, covariance, fit->covariance);
        double *own = n->previous; /* its scratch memory is free now */
        logistic_unscale(scaled, NULL, n->coefficients, beta, own);
        fill_coefficients(own, options->level, fit);
        fill_terms(design, fit);
        double null = fit->null_log_likelihood;
        fit->ratio_chi2 = !n->firth || penalised_null(n, fixed, &null)
                              ? fmax(2.0 * (maximum.penalised - null), 0.0)
                              : (double)NAN;
        fit->ratio_p =
            design->columns > 0 ? stats_chi2_upper(fit->ratio_chi2, (double)design->columns) : 1.0;
        done = (!options->tests || logistic_test_terms(design, &maximum, options, fit, err)) &&
               (!options->profile || logistic_profile(&maximum, options, fit, err));
    }
    free(fixed);
    gsl_matrix_free(covariance);
    return done;
}

bool myo_logistic_fit_design(const myo_design *design, const unsigned char *event,
                             const myo_logistic_options *options, myo_logistic_fit *out,
                             myo_error *err) {
    logistic_scaled scaled = {0};
    newton n = {0};
    double *beta = myo_alloc_array(design->columns + 1, sizeof *beta, err);
    bool done = allocate(design, out, err) && beta && logistic_scale(design, &scaled, err) &&
                newton_create(design->rows, design->columns, &n, err);
    if (done) {
        n.column = (const double *const *)scaled.column;
        n.event = event;
        done = fit_scaled(design, &scaled, &n, event, options, beta, out, err);
    }
    newton_clear(&n);
    logistic_scaled_clear(&scaled);
    free(beta);
    if (!done) {
        myo_logistic_fit_clear(out);
    }
    return done;
}

void myo_logistic_fit_clear(myo_logistic_fit *fit) {
    free(fit->coefficients);
    free(fit->covariance);
    free(fit->terms);
    free(fit->separating);
    *fit = (myo_logistic_fit){0};
}

void myo_logistic_predict(const myo_design *design, const double *coefficients, double *out) {
    for (size_t i = 0; i < design->rows; i++) {
        out[i] = coefficients[0];
    }
    for (size_t c = 0; c < design->columns; c++) {
        stats_add_scaled(coefficients[c + 1], design->values + c * design->rows, out, design->rows);
    }
}
