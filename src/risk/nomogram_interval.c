/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interval of a total of points.
 *
 * The interval of a prediction depends on all inputs, the total only on their sum, so a total alone
 * has no interval. The one given here is that of a certain patient: one whose inputs are
 * x_j = c_j + t (e_j - c_j), with c_j the interval centre of the model (docs/models.md) and e_j the
 * end of the axis on the side of the total, t from 0 to 1 such that the total is met. The level of
 * a category goes likewise from the shares of the centre to the level with the most or the least
 * points.
 */
#include <myotome/nomogram.h>

#include "risk/model_private.h"

#include <math.h>

#define ROUNDING 1e-9

/* The patient at the centre, and the one at the end of all axes. */
typedef struct way {
    double centre[RISK_TERMS_MAX], end[RISK_TERMS_MAX];
    double from, to; /* their linear predictors */
    size_t count;
} way;

static double clamp(double value, double least, double most) {
    return fmin(fmax(value, least), most);
}

/* Index of the level with the most or the least points. */
static size_t outermost(const myo_nomogram_axis *axis, bool upwards) {
    size_t found = 0;
    for (size_t i = 1; i < axis->level_count; i++) {
        double more = axis->levels[i].points - axis->levels[found].points;
        if (upwards ? more > 0.0 : more < 0.0) {
            found = i;
        }
    }
    return found;
}

static void add_axis(const risk_predictor *p, const myo_nomogram_axis *axis, bool upwards, way *w) {
    size_t level = outermost(axis, upwards);
    for (size_t i = 0; i < p->term_count; i++) {
        const risk_term *term = &p->terms[i];
        double centre =
            clamp(term->centre, p->reference ? 0.0 : axis->from, p->reference ? 1.0 : axis->to);
        double end = centre; /* without an effect nothing pulls to an end */
        if (axis->points_max > 0.0) {
            end = p->reference ? (double)(level == i + 1)
                               : ((term->coefficient > 0.0) == upwards ? axis->to : axis->from);
        }
        w->centre[w->count] = centre;
        w->end[w->count++] = end;
        w->from += term->coefficient * centre;
        w->to += term->coefficient * end;
    }
}

static void find_way(const myo_nomogram *n, bool upwards, way *w) {
    w->count = 0;
    w->from = w->to = n->model->intercept;
    for (size_t i = 0; i < n->axis_count; i++) {
        add_axis(&n->model->predictors[i], &n->axes[i], upwards, w);
    }
}

static double variance_of(const myo_model *model, const double *values) {
    if (model->covariance) {
        return risk_covariance_variance(model, values);
    }
    double variance = model->standard_error_at_centre * model->standard_error_at_centre;
    size_t at = 0;
    for (size_t i = 0; i < model->predictor_count; i++) {
        for (size_t t = 0; t < model->predictors[i].term_count; t++, at++) {
            const risk_term *term = &model->predictors[i].terms[t];
            double deviation = term->standard_error * (values[at] - term->centre);
            variance += deviation * deviation;
        }
    }
    return variance;
}

bool myo_nomogram_interval(const myo_nomogram *nomogram, double total, double *lower,
                           double *upper) {
    way w = {.count = 0};
    *lower = *upper = NAN;
    /* Rounding must not take the ends of the scale away. */
    const double margin = ROUNDING * nomogram->total_max;
    if (!(total >= -margin && total <= nomogram->total_max + margin)) {
        return false;
    }
    total = clamp(total, 0.0, nomogram->total_max);
    double linear_predictor = nomogram->linear_predictor_0 + total / nomogram->points_per_unit;
    find_way(nomogram, true, &w);
    if (linear_predictor < w.from) {
        find_way(nomogram, false, &w);
    }
    double length = w.to - w.from;
    double part = length != 0.0 ? clamp((linear_predictor - w.from) / length, 0.0, 1.0) : 0.0;
    for (size_t i = 0; i < w.count; i++) {
        w.centre[i] += part * (w.end[i] - w.centre[i]);
    }
    double variance = variance_of(nomogram->model, w.centre);
    if (!(variance > 0.0 && isfinite(variance))) {
        return false;
    }
    double half_width = RISK_Z95 * sqrt(variance);
    *lower = 1.0 / (1.0 + exp(half_width - linear_predictor));
    *upper = 1.0 / (1.0 + exp(-half_width - linear_predictor));
    return true;
}
