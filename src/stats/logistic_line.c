/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/logistic_line_private.h"

#include <math.h>

#define ITERATIONS_MAX 50
#define HALVINGS_MAX 30
/* The last step is the one that promises less than this share of the log likelihood. As each step
 * squares the error, nothing but rounding is left behind it. */
#define DECREMENT_LAST 1e-10
/* A linear predictor that goes beyond this has left all data behind: the classes are separated. */
#define LOG_ODDS_MAX 500.0

/* Gradient and information at a point; x centred for its conditioning. */
typedef struct derivatives {
    double g0, g1, i00, i01, i11;
} derivatives;

static double log_one_plus_exp(double x) {
    return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

double stats_line_log_likelihood(const myo_binary *data, double intercept, double slope) {
    double sum = 0.0;
    for (size_t i = 0; i < data->count; i++) {
        double l = intercept + slope * data->score[i];
        sum += (data->event[i] ? l : 0.0) - log_one_plus_exp(l);
    }
    return sum;
}

static derivatives derive(const myo_binary *data, double centre, double intercept, double slope) {
    derivatives d = {0};
    for (size_t i = 0; i < data->count; i++) {
        double x = data->score[i] - centre;
        double p = 1.0 / (1.0 + exp(-(intercept + slope * data->score[i])));
        double residual = (double)data->event[i] - p, weight = p * (1.0 - p);
        d.g0 += residual;
        d.g1 += residual * x;
        d.i00 += weight;
        d.i01 += weight * x;
        d.i11 += weight * x * x;
    }
    return d;
}

static double mean_score(const myo_binary *data) {
    double sum = 0.0;
    for (size_t i = 0; i < data->count; i++) {
        sum += data->score[i];
    }
    return sum / (double)data->count;
}

/* One step, halved until the likelihood does not fall. Returns false when no step helps. */
static bool step(const myo_binary *data, double d_intercept, double d_slope, stats_line *line) {
    for (int i = 0; i < HALVINGS_MAX; i++) {
        double intercept = line->intercept + d_intercept, slope = line->slope + d_slope;
        double likelihood = stats_line_log_likelihood(data, intercept, slope);
        if (likelihood >= line->log_likelihood) {
            line->intercept = intercept;
            line->slope = slope;
            line->log_likelihood = likelihood;
            return true;
        }
        d_intercept *= 0.5;
        d_slope *= 0.5;
    }
    return false;
}

static void fail(stats_line *line) {
    *line = (stats_line){NAN, NAN, NAN, NAN, NAN, false};
}

/* Standard errors from the information about the centred x. */
static void finish(const derivatives *d, double centre, bool with_slope, stats_line *line) {
    line->converged = true;
    if (!with_slope) {
        line->intercept_se = sqrt(1.0 / d->i00);
        line->slope_se = 0.0;
        return;
    }
    double determinant = d->i00 * d->i11 - d->i01 * d->i01;
    double v00 = d->i11 / determinant, v01 = -d->i01 / determinant, v11 = d->i00 / determinant;
    line->slope_se = sqrt(v11);
    line->intercept_se = sqrt(v00 - 2.0 * centre * v01 + centre * centre * v11);
}

static void fit(const myo_binary *data, bool with_slope, stats_line *line) {
    double centre = mean_score(data);
    for (int iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
        derivatives d = derive(data, centre, line->intercept, line->slope);
        double determinant = d.i00 * d.i11 - d.i01 * d.i01;
        double d_slope = with_slope ? (d.i00 * d.g1 - d.i01 * d.g0) / determinant : 0.0;
        double d_level = with_slope ? (d.i11 * d.g0 - d.i01 * d.g1) / determinant : d.g0 / d.i00;
        double decrement = d.g0 * d_level + d.g1 * d_slope;
        if (!isfinite(decrement) || fabs(line->slope) > LOG_ODDS_MAX ||
            fabs(line->intercept) > LOG_ODDS_MAX) {
            break;
        }
        if (decrement <= DECREMENT_LAST * (1.0 + fabs(line->log_likelihood))) {
            line->intercept += d_level - centre * d_slope;
            line->slope += d_slope;
            line->log_likelihood = stats_line_log_likelihood(data, line->intercept, line->slope);
            d = derive(data, centre, line->intercept, line->slope);
            finish(&d, centre, with_slope, line);
            return;
        }
        if (!step(data, d_level - centre * d_slope, d_slope, line)) {
            break;
        }
    }
    fail(line);
}

/* True when one number tells all patients with the event from those without: the likelihood has no
 * maximum then. */
static bool is_separated(const myo_binary *data) {
    double lowest[2] = {INFINITY, INFINITY}, highest[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < data->count; i++) {
        int group = data->event[i] != 0;
        lowest[group] = fmin(lowest[group], data->score[i]);
        highest[group] = fmax(highest[group], data->score[i]);
    }
    return highest[0] <= lowest[1] || highest[1] <= lowest[0];
}

static bool is_constant(const myo_binary *data) {
    for (size_t i = 1; i < data->count; i++) {
        if (data->score[i] != data->score[0]) {
            return false;
        }
    }
    return true;
}

void stats_line_fit(const myo_binary *data, stats_line *out) {
    *out = (stats_line){.intercept = 0.0, .slope = 1.0};
    if (is_separated(data) || is_constant(data)) {
        fail(out);
        return;
    }
    out->log_likelihood = stats_line_log_likelihood(data, out->intercept, out->slope);
    fit(data, true, out);
}

void stats_line_fit_intercept(const myo_binary *data, stats_line *out) {
    size_t events = myo_binary_events(data);
    *out = (stats_line){.intercept = 0.0, .slope = 1.0};
    if (events == 0 || events == data->count) {
        fail(out);
        return;
    }
    out->log_likelihood = stats_line_log_likelihood(data, out->intercept, out->slope);
    fit(data, false, out);
}
