/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line is found by Newton's method from the model without a slope on, at which every patient
 * has a say: from predictors far away from 0, whose probabilities are all 0 or 1, no step would
 * lead back. The method is indifferent to the unit of the scores; centring them takes their zero
 * point out as well. With the slope held, the score is a falling function of the intercept alone,
 * and its root is enclosed.
 */
#include "stats/logistic_line_private.h"

#include "stats/kernels_private.h"

#include <math.h>

#define ITERATIONS_MAX 100
#define HALVINGS_MAX 40
/* The last step is the one that promises less than this share of the log likelihood and changes no
 * linear predictor by more than CHANGE_LAST. As each step squares the error, nothing but rounding
 * is left behind it. */
#define GAIN_LAST 1e-10
#define CHANGE_LAST 1e-3
/* What rounding may take off the log likelihood, relative to it. */
#define ROUNDING 1e-12
/* The search for the root of the held slope: enough to halve any enclosure down to rounding, and
 * the last step, relative to the intercept where that is beyond 1. */
#define ROOT_STEPS_MAX 200
#define ROOT_STEP_LAST 1e-9

/* The scores of those without the event (0) and with it (1). */
typedef struct summary {
    double lowest[2], highest[2], count[2];
    double mean; /* of all */
} summary;

/* The likelihood, its gradient and its information at log odds = level + slope (score - centre). */
typedef struct point {
    double centre, level, slope;
    double log_likelihood;
    double g0, g1, i00, i01, i11;
} point;

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

static summary summarise(const myo_binary *data, const unsigned *times) {
    summary s = {.lowest = {INFINITY, INFINITY}, .highest = {-INFINITY, -INFINITY}};
    double sum = 0.0;
    for (size_t i = 0; i < data->count; i++) {
        unsigned count = times ? times[i] : 1;
        if (count > 0) {
            int group = data->event[i] != 0;
            s.lowest[group] = fmin(s.lowest[group], data->score[i]);
            s.highest[group] = fmax(s.highest[group], data->score[i]);
            s.count[group] += count;
            sum += count * data->score[i];
        }
    }
    s.mean = sum / (s.count[0] + s.count[1]);
    return s;
}

/* The log odds of the event when the score says nothing. */
static double null_level(const summary *s) {
    return log(s->count[1] / s->count[0]);
}

/* The model without a slope, where every probability is the share of the events. */
static point start(const myo_binary *data, const unsigned *times, const summary *s) {
    double total = s->count[0] + s->count[1], share = s->count[1] / total;
    point at = {.centre = s->mean, .level = null_level(s)};
    at.log_likelihood = s->count[1] * log(share) + s->count[0] * log1p(-share);
    at.i00 = total * share * (1.0 - share);
    for (size_t i = 0; i < data->count; i++) {
        double count = times ? times[i] : 1.0, x = data->score[i] - s->mean;
        at.g1 += count * ((double)data->event[i] - share) * x;
        at.i11 += count * share * (1.0 - share) * x * x;
    }
    return at;
}

static void evaluate(const myo_binary *data, const unsigned *times, point *at) {
    stats_log_product likelihood = {1.0, 0.0};
    at->g0 = at->g1 = at->i00 = at->i01 = at->i11 = 0.0;
    for (size_t i = 0; i < data->count; i++) {
        unsigned count = times ? times[i] : 1;
        double x = data->score[i] - at->centre, event, none;
        stats_logistic(at->level + at->slope * x, &event, &none);
        double seen = data->event[i] ? event : none;
        for (unsigned k = 0; k < count; k++) {
            stats_log_multiply(&likelihood, seen);
        }
        double residual = count * (data->event[i] ? none : -event), weight = count * event * none;
        at->g0 += residual;
        at->g1 += residual * x;
        at->i00 += weight;
        at->i01 += weight * x;
        at->i11 += weight * x * x;
    }
    at->log_likelihood = stats_log_value(&likelihood);
}

/* One step, halved until the likelihood does not fall. Returns false when no step helps. */
static bool step(const myo_binary *data, const unsigned *times, double level, double slope,
                 point *at) {
    double least = at->log_likelihood - ROUNDING * fabs(at->log_likelihood);
    point next = *at;
    for (int i = 0; i < HALVINGS_MAX; i++) {
        next.level = at->level + level;
        next.slope = at->slope + slope;
        evaluate(data, times, &next);
        if (next.log_likelihood >= least) {
            *at = next;
            return true;
        }
        level *= 0.5;
        slope *= 0.5;
    }
    return false;
}

static void fail(stats_line *line) {
    *line = (stats_line){NAN, NAN, NAN, NAN, NAN, false};
}

/* Undoes the centring; standard errors are those of the information. */
static void finish(const point *at, stats_line *line) {
    double determinant = at->i00 * at->i11 - at->i01 * at->i01, centre = at->centre;
    double v00 = at->i11 / determinant, v01 = -at->i01 / determinant, v11 = at->i00 / determinant;
    *line = (stats_line){.intercept = at->level - at->slope * centre,
                         .slope = at->slope,
                         .intercept_se = sqrt(v00 - 2.0 * centre * v01 + centre * centre * v11),
                         .slope_se = sqrt(v11),
                         .log_likelihood = at->log_likelihood,
                         .converged = true};
}

/* True when one number tells all patients with the event from those without, or there are none of
 * one kind, or all scores are equal: the likelihood has no single maximum then. */
static bool is_separated(const summary *s) {
    return s->highest[0] <= s->lowest[1] || s->highest[1] <= s->lowest[0];
}

void stats_line_fit(const myo_binary *data, const unsigned *times, stats_line *out) {
    fail(out);
    summary s = summarise(data, times);
    if (is_separated(&s)) {
        return;
    }
    double lowest = fmin(s.lowest[0], s.lowest[1]), highest = fmax(s.highest[0], s.highest[1]);
    point at = start(data, times, &s);
    for (int iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
        double determinant = at.i00 * at.i11 - at.i01 * at.i01;
        double slope = (at.i00 * at.g1 - at.i01 * at.g0) / determinant;
        double level = (at.i11 * at.g0 - at.i01 * at.g1) / determinant;
        double gain = at.g0 * level + at.g1 * slope;
        double change =
            fmax(fabs(level + slope * (lowest - s.mean)), fabs(level + slope * (highest - s.mean)));
        if (!isfinite(gain)) {
            return;
        }
        if (gain <= GAIN_LAST * (1.0 + fabs(at.log_likelihood)) && change <= CHANGE_LAST) {
            at.level += level;
            at.slope += slope;
            evaluate(data, times, &at);
            finish(&at, out);
            return;
        }
        if (!step(data, times, level, slope, &at)) {
            return;
        }
    }
}

/* Where the score of the intercept, which falls from `low` to `high`, is 0. Newton's step is taken
 * where it stays in the enclosure and halves the last one, and half of the enclosure otherwise. */
static void find_root(const myo_binary *data, double low, double high, point *at) {
    double last = high - low;
    for (int i = 0; i < ROOT_STEPS_MAX; i++) {
        evaluate(data, NULL, at);
        if (at->g0 > 0.0) {
            low = at->level;
        } else {
            high = at->level;
        }
        double next = fabs(at->g0) > 0.0 ? at->level + at->g0 / at->i00 : at->level;
        if (!(next >= low && next <= high && fabs(next - at->level) <= 0.5 * last)) {
            next = low + 0.5 * (high - low);
        }
        last = fabs(next - at->level);
        at->level = next;
        if (last <= ROOT_STEP_LAST * fmax(1.0, fabs(next))) {
            break;
        }
    }
    evaluate(data, NULL, at);
}

void stats_line_fit_intercept(const myo_binary *data, stats_line *out) {
    fail(out);
    summary s = summarise(data, NULL);
    if (!(s.count[0] > 0.0 && s.count[1] > 0.0)) {
        return;
    }
    /* With the mean of the outcome as the probability of the greatest score no patient's is too
     * high on average, and with it as that of the least none is too low. */
    double level = null_level(&s);
    double low = level - fmax(s.highest[0], s.highest[1]);
    double high = level - fmin(s.lowest[0], s.lowest[1]);
    point at = {.slope = 1.0, .level = fmin(fmax(level - s.mean, low), high)};
    find_root(data, low, high, &at);
    *out = (stats_line){.intercept = at.level,
                        .slope = 1.0,
                        .intercept_se = sqrt(1.0 / at.i00),
                        .log_likelihood = at.log_likelihood,
                        .converged = true};
}
