/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scales of a nomogram.
 *
 * The part of the linear predictor that predictor j adds runs over its axis from m_j to M_j. With
 * D the greatest M_j - m_j, a value with the part b has 100 (b - m_j) / D points, so that the
 * widest axis ends at 100 and none begins below 0. The total T of a patient then stands for the
 * linear predictor l = intercept + sum of m_j + T D / 100, without anything lost: points are only
 * another unit of it (F. Harrell, Regression Modeling Strategies, 2nd ed. 2015, 11.8).
 */
#include <myotome/nomogram.h>

#include "base/memory.h"
#include "base/number.h"
#include "risk/model_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE 1e-6 /* of a step that rounding may take */

/* Steps of an axis, to whose multiples its ends are rounded: with at least 20 of them the ends move
 * by at most 2.5 % of the range. */
#define STEPS_MAX 50.0
/* Fewer of the usual probabilities than this are no axis. */
#define PROBABILITIES_MIN 3
/* Where even the finer ones are too few: about so many. */
#define STEPS_WANTED 10.0

/* A multiple of a step, without the rounding error of the product. */
static double multiple(double count, double step, int decimals) {
    double power = pow(10.0, decimals), product = count * step;
    double rounded = round(product * power) / power;
    return (isfinite(rounded) ? rounded : product) + 0.0; /* no negative zero */
}

/* Rounds the ends of the development range; they stay as they are where numbers are too coarse. */
static void find_range(const risk_predictor *p, myo_nomogram_axis *axis) {
    double step = myo_number_nice_step(p->maximum - p->minimum, STEPS_MAX, &axis->decimals);
    double first = round(p->minimum / step), last = round(p->maximum / step);
    if (p->has_possible && first * step < p->possible_minimum) {
        first += 1.0;
    }
    if (p->has_possible && last * step > p->possible_maximum) {
        last -= 1.0;
    }
    axis->step = step;
    axis->from = multiple(first, step, axis->decimals);
    axis->to = multiple(last, step, axis->decimals);
    if (!(axis->from < axis->to && isfinite(axis->to - axis->from))) {
        axis->from = p->minimum;
        axis->to = p->maximum;
    }
}

static void fill_number(const risk_predictor *p, myo_nomogram_axis *axis, double *width) {
    axis->coefficient = p->terms[0].coefficient;
    find_range(p, axis);
    double first = axis->coefficient * axis->from, last = axis->coefficient * axis->to;
    axis->origin = fmin(first, last);
    *width = isfinite(axis->step) ? fabs(last - first) : (double)INFINITY;
}

/* Leaves the parts of the linear predictor in the levels' points. */
static bool fill_category(const risk_predictor *p, myo_nomogram_axis *axis, double *width,
                          myo_error *err) {
    axis->level_count = p->term_count + 1;
    axis->levels = myo_alloc_array(axis->level_count, sizeof *axis->levels, err);
    if (!axis->levels) {
        return false;
    }
    double most = 0.0;
    axis->levels[0].name = p->reference;
    for (size_t i = 0; i < p->term_count; i++) {
        double part = p->terms[i].coefficient;
        axis->levels[i + 1] = (myo_nomogram_level){p->terms[i].level, part};
        axis->origin = fmin(axis->origin, part);
        most = fmax(most, part);
    }
    *width = most - axis->origin;
    return true;
}

static bool fill_axes(myo_nomogram *n, myo_error *err) {
    double widest = 0.0, widths[RISK_PREDICTORS_MAX];
    for (size_t i = 0; i < n->axis_count; i++) {
        const risk_predictor *p = &n->model->predictors[i];
        myo_nomogram_axis *axis = &n->axes[i];
        axis->name = p->name;
        axis->label = p->label;
        axis->unit = p->unit;
        if (!p->reference) {
            fill_number(p, axis, &widths[i]);
        } else if (!fill_category(p, axis, &widths[i], err)) {
            return false;
        }
        widest = isnan(widths[i]) ? (double)INFINITY : fmax(widest, widths[i]);
        n->linear_predictor_0 += axis->origin;
    }
    n->points_per_unit = MYO_NOMOGRAM_POINTS / widest;
    if (!(widest > 0.0 && isfinite(widest) && isfinite(n->points_per_unit) &&
          isfinite(n->linear_predictor_0))) {
        return myo_error_set(err, MYO_E_RANGE, "%s: no nomogram: %s", n->name,
                             widest > 0.0 ? "coefficients or ranges are too large or too small"
                                          : "all coefficients are 0, so no predictor has points");
    }
    for (size_t i = 0; i < n->axis_count; i++) {
        myo_nomogram_axis *axis = &n->axes[i];
        axis->points_max = widths[i] * n->points_per_unit;
        n->total_max += axis->points_max;
        for (size_t k = 0; k < axis->level_count; k++) {
            axis->levels[k].points = (axis->levels[k].points - axis->origin) * n->points_per_unit;
        }
    }
    return true;
}

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

bool myo_nomogram_create(const myo_model *model, myo_nomogram **out, myo_error *err) {
    *out = NULL;
    if (model->unavailable) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "%s: no nomogram without coefficients: %s",
                             model->name, model->unavailable);
    }
    myo_nomogram *n = myo_alloc_array(1, sizeof *n, err);
    if (!n) {
        return false;
    }
    *n = (myo_nomogram){.model = model,
                        .name = model->name,
                        .title = model->title,
                        .outcome = text_of(model->root, "outcome"),
                        .horizon = text_of(model->root, "horizon"),
                        .citation = text_of(json_object_get(model->root, "source"), "citation"),
                        .reconstructed = strcmp(model->intercept_source, "reconstructed") == 0,
                        .linear_predictor_0 = model->intercept};
    n->axes = myo_alloc_array(model->predictor_count, sizeof *n->axes, err);
    n->axis_count = n->axes ? model->predictor_count : 0;
    if (!n->axes || !fill_axes(n, err)) {
        myo_nomogram_destroy(n);
        return false;
    }
    *out = n;
    return true;
}

void myo_nomogram_destroy(myo_nomogram *nomogram) {
    if (nomogram) {
        for (size_t i = 0; i < nomogram->axis_count; i++) {
            free(nomogram->axes[i].levels);
        }
        free(nomogram->axes);
        free(nomogram);
    }
}

double myo_nomogram_points(const myo_nomogram *nomogram, const myo_nomogram_axis *axis,
                           double value) {
    return (axis->coefficient * value - axis->origin) * nomogram->points_per_unit;
}

double myo_nomogram_probability(const myo_nomogram *nomogram, double total) {
    return 1.0 / (1.0 + exp(-(nomogram->linear_predictor_0 + total / nomogram->points_per_unit)));
}

double myo_nomogram_total(const myo_nomogram *nomogram, double probability) {
    double linear_predictor = log(probability / (1.0 - probability));
    return (linear_predictor - nomogram->linear_predictor_0) * nomogram->points_per_unit;
}

double myo_nomogram_total_step(const myo_nomogram *nomogram, int *decimals) {
    return myo_number_nice_step(nomogram->total_max, STEPS_MAX, decimals);
}

size_t myo_nomogram_total_count(const myo_nomogram *nomogram, double step) {
    return (size_t)floor(nomogram->total_max / step + WHOLE) + 1;
}

static bool is_reached(const myo_nomogram *n, double probability) {
    /* Rounding must not take the end of the range away. */
    const double margin = 1e-9 * n->total_max;
    double total = myo_nomogram_total(n, probability);
    return total >= -margin && total <= n->total_max + margin;
}

static size_t list_reached(const myo_nomogram *n, const double *probabilities, size_t count,
                           double *out) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_reached(n, probabilities[i])) {
            out[found++] = probabilities[i];
        }
    }
    return found;
}

/* Nice steps of the probability itself, where the usual ones are too coarse for a narrow range. */
static size_t list_steps(const myo_nomogram *n, double *out) {
    double low = myo_nomogram_probability(n, 0.0);
    double high = myo_nomogram_probability(n, n->total_max);
    size_t found = 0;
    if (!(high - low > 0.0)) {
        return 0;
    }
    int decimals;
    double step = myo_number_nice_step(high - low, STEPS_WANTED, &decimals);
    double first = ceil(low / step);
    for (size_t i = 0; i <= (size_t)STEPS_WANTED; i++) {
        double probability = multiple(first + (double)i, step, decimals);
        bool is_new = found == 0 || probability > out[found - 1];
        if (is_new && probability > 0.0 && probability < 1.0 && probability <= high) {
            out[found++] = probability;
        }
    }
    return found;
}

size_t myo_nomogram_probabilities(const myo_nomogram *nomogram,
                                  double out[MYO_NOMOGRAM_PROBABILITIES_MAX]) {
    static const double usual[] = {0.01, 0.05, 0.1, 0.2, 0.3,  0.4, 0.5,
                                   0.6,  0.7,  0.8, 0.9, 0.95, 0.99};
    static const double finer[] = {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01,
                                   0.02,   0.05,   0.1,    0.15,  0.2,   0.25,  0.3,
                                   0.4,    0.5,    0.6,    0.7,   0.75,  0.8,   0.85,
                                   0.9,    0.95,   0.98,   0.99,  0.995, 0.998, 0.999};
    size_t found = list_reached(nomogram, usual, sizeof usual / sizeof usual[0], out);
    if (found < PROBABILITIES_MIN) {
        found = list_reached(nomogram, finer, sizeof finer / sizeof finer[0], out);
    }
    return found < PROBABILITIES_MIN ? list_steps(nomogram, out) : found;
}
