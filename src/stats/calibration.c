/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/calibration.h"

#include "base/memory.h"
#include "base/sort.h"
#include "stats/distribution.h"
#include "stats/kernels_private.h"
#include "stats/logistic_line_private.h"
#include "stats/lowess_private.h"
#include "stats/quantile_private.h"

#include <math.h>
#include <stdlib.h>

#define CURVE_SHARE (2.0 / 3.0)
#define ERROR_QUANTILE 0.9

typedef struct outcome {
    double probability, event;
} outcome;

double myo_logistic(double linear_predictor) {
    double event, none;
    stats_logistic(linear_predictor, &event, &none);
    return event;
}

static myo_interval wald(double estimate, double se, double level) {
    double margin = stats_normal_quantile(0.5 * (1.0 + level)) * se;
    return (myo_interval){estimate, estimate - margin, estimate + margin};
}

static void measure_line(const myo_binary *linear, double level, myo_calibration *out) {
    stats_line line, large;
    stats_line_fit(linear, NULL, &line);
    stats_line_fit_intercept(linear, &large);
    out->intercept = wald(line.intercept, line.intercept_se, level);
    out->slope = wald(line.slope, line.slope_se, level);
    out->in_the_large = wald(large.intercept, large.intercept_se, level);
    double chi2 = 2.0 * (line.log_likelihood - stats_line_log_likelihood(linear, 0.0, 1.0));
    out->line = (myo_test){chi2, 2.0, stats_chi2_upper(chi2, 2.0)};
}

static void measure_scores(const myo_binary *linear, myo_calibration *out) {
    double n = (double)linear->count, squares = 0.0, predicted = 0.0, numerator = 0.0;
    double variance = 0.0;
    for (size_t i = 0; i < linear->count; i++) {
        double p = myo_logistic(linear->score[i]), y = (double)linear->event[i];
        predicted += p;
        squares += (p - y) * (p - y);
        numerator += (y - p) * (1.0 - 2.0 * p);
        variance += (1.0 - 2.0 * p) * (1.0 - 2.0 * p) * p * (1.0 - p);
    }
    double observed = (double)myo_binary_events(linear) / n;
    out->mean_predicted = predicted / n;
    out->observed = observed;
    out->observed_to_expected = observed / out->mean_predicted;
    out->brier = squares / n;
    out->brier_scaled = 1.0 - out->brier / (observed * (1.0 - observed));
    double z = numerator / sqrt(variance);
    out->spiegelhalter = (myo_test){z, NAN, stats_normal_two_sided(z)};
    double null = n * (observed * log(observed) + (1.0 - observed) * log1p(-observed));
    double ratio = 2.0 * (stats_line_log_likelihood(linear, 0.0, 1.0) - null);
    out->r2 = -expm1(-ratio / n) / -expm1(2.0 * null / n);
}

static int by_probability(const void *left, const void *right) {
    const outcome *a = left, *b = right;
    if (a->probability != b->probability) {
        return a->probability < b->probability ? -1 : 1;
    }
    return (a->event > b->event) - (a->event < b->event);
}

static size_t thin(const double *p, const double *smooth, size_t count,
                   myo_calibration_point *curve) {
    size_t distinct = 0, kept = 0, index = 0;
    for (size_t i = 0; i < count; i++) {
        distinct += i == 0 || p[i] > p[i - 1];
    }
    size_t every = (distinct + MYO_CALIBRATION_POINTS_MAX - 2) / (MYO_CALIBRATION_POINTS_MAX - 1);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && p[i] <= p[i - 1]) {
            continue;
        }
        if (index % every == 0 || index + 1 == distinct) {
            curve[kept++] = (myo_calibration_point){p[i], smooth[i]};
        }
        index++;
    }
    return kept;
}

static bool measure_curve(const myo_binary *linear, myo_calibration *out,
                          myo_calibration_point *curve, size_t *curve_count, myo_error *err) {
    size_t count = linear->count;
    bool done = false;
    outcome *order = myo_alloc_array(count, sizeof *order, err);
    double *columns = myo_alloc_array(3 * count, sizeof *columns, err);
    if (!order || !columns) {
        goto end;
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (outcome){myo_logistic(linear->score[i]), (double)linear->event[i]};
    }
    qsort(order, count, sizeof *order, by_probability);
    double *p = columns, *y = columns + count, *smooth = columns + 2 * count;
    for (size_t i = 0; i < count; i++) {
        p[i] = order[i].probability;
        y[i] = order[i].event;
    }
    stats_lowess(p, y, count, CURVE_SHARE, smooth);
    if (curve) {
        *curve_count = thin(p, smooth, count, curve);
    }
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        y[i] = fabs(p[i] - smooth[i]);
        sum += y[i];
    }
    myo_sort_doubles(y, count);
    out->error_mean = sum / (double)count;
    out->error_max = y[count - 1];
    out->error_90 = stats_quantile(y, count, ERROR_QUANTILE);
    done = true;
end:
    free(order);
    free(columns);
    return done;
}

bool myo_calibration_measure(const myo_binary *linear, double level, myo_calibration *out,
                             myo_calibration_point *curve, size_t *curve_count, myo_error *err) {
    size_t events = myo_binary_events(linear);
    *out = (myo_calibration){0};
    if (events == 0 || events == linear->count) {
        return myo_error_set(err, MYO_E_RANGE, "calibration: %zu of %zu patients have the event",
                             events, linear->count);
    }
    measure_line(linear, level, out);
    measure_scores(linear, out);
    return measure_curve(linear, out, curve, curve_count, err);
}
