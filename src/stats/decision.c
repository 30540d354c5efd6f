/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/decision.h"

#include "base/memory.h"

#include <gsl/gsl_randist.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* Results of a replicate for each threshold. */
enum { COLUMN_BENEFIT, COLUMN_HIGH_RISK, COLUMN_COUNT };

/* The patients as far as thresholds see them. Cell 2 k + e counts those with outcome e whose
 * probability reaches the first k thresholds and no further. */
typedef struct source {
    const size_t *cells;
    const double *shares; /* of all patients, for each cell */
    size_t patient_count;
    const myo_decision_point *points;
    size_t point_count;
} source;

static size_t count_reached(const myo_decision_point *points, size_t count, double probability) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (points[middle].threshold <= probability) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static double net_benefit(double true_positives, double false_positives, double n, double t) {
    return true_positives / n - false_positives / n * (t / (1.0 - t));
}

/* Draws as many patients as there are, with replacement. Only their number in each cell matters,
 * which is multinomial. */
static void replicate(const void *user, const gsl_rng *generator, void *scratch, double *out) {
    const source *s = user;
    unsigned *counts = scratch;
    gsl_ran_multinomial(generator, 2 * (s->point_count + 1), (unsigned)s->patient_count, s->shares,
                        counts);
    double n = (double)s->patient_count;
    size_t events = 0, nonevents = 0;
    for (size_t k = s->point_count; k > 0; k--) {
        nonevents += counts[2 * k];
        events += counts[2 * k + 1];
        double *row = out + (k - 1) * COLUMN_COUNT;
        row[COLUMN_BENEFIT] =
            net_benefit((double)events, (double)nonevents, n, s->points[k - 1].threshold);
        row[COLUMN_HIGH_RISK] = MYO_IMPACT_PATIENTS * (double)(events + nonevents) / n;
    }
}

static void fill_estimates(const source *s, double prevalence, myo_decision_point *points) {
    double n = (double)s->patient_count;
    size_t events = 0, nonevents = 0;
    for (size_t k = s->point_count; k > 0; k--) {
        nonevents += s->cells[2 * k];
        events += s->cells[2 * k + 1];
        myo_decision_point *point = &points[k - 1];
        double t = point->threshold;
        point->net_benefit = net_benefit((double)events, (double)nonevents, n, t);
        point->treat_all = net_benefit(prevalence, 1.0 - prevalence, 1.0, t);
        point->high_risk = MYO_IMPACT_PATIENTS * (double)(events + nonevents) / n;
        point->high_risk_events = MYO_IMPACT_PATIENTS * (double)events / n;
        point->lower = point->upper = point->high_risk_lower = point->high_risk_upper = NAN;
    }
}

static bool fill_intervals(const source *s, const myo_bootstrap *plan, myo_decision_point *points,
                           myo_error *err) {
    size_t width = s->point_count * COLUMN_COUNT;
    size_t scratch_size = 2 * (s->point_count + 1) * sizeof(unsigned);
    double *results = myo_alloc_array(plan->replicates * width, sizeof *results, err);
    double *values = myo_alloc_array(plan->replicates, sizeof *values, err);
    bool done = results && values &&
                myo_bootstrap_run(plan, replicate, s, scratch_size, width, results, err);
    for (size_t k = 0; done && k < s->point_count; k++) {
        size_t column = k * COLUMN_COUNT;
        myo_bootstrap_interval(plan, results, width, column + COLUMN_BENEFIT, values,
                               &points[k].lower, &points[k].upper);
        myo_bootstrap_interval(plan, results, width, column + COLUMN_HIGH_RISK, values,
                               &points[k].high_risk_lower, &points[k].high_risk_upper);
    }
    free(results);
    free(values);
    return done;
}

bool myo_decision_curve(const myo_binary *data, const myo_bootstrap *plan,
                        myo_decision_point *points, size_t count, myo_error *err) {
    if (data->count == 0 || data->count > UINT_MAX || count == 0) {
        return myo_error_set(err, MYO_E_ARGUMENT, "decision curve: %zu patients, %zu thresholds",
                             data->count, count);
    }
    size_t cell_count = 2 * (count + 1);
    size_t *cells = myo_alloc_array(cell_count, sizeof *cells, err);
    double *shares = myo_alloc_array(cell_count, sizeof *shares, err);
    bool done = cells && shares;
    if (done) {
        for (size_t i = 0; i < data->count; i++) {
            cells[2 * count_reached(points, count, data->score[i]) + data->event[i]]++;
        }
        for (size_t k = 0; k < cell_count; k++) {
            shares[k] = (double)cells[k] / (double)data->count;
        }
        source s = {cells, shares, data->count, points, count};
        fill_estimates(&s, (double)myo_binary_events(data) / (double)data->count, points);
        done = plan->replicates == 0 || fill_intervals(&s, plan, points, err);
    }
    free(cells);
    free(shares);
    return done;
}

size_t myo_decision_useful(const myo_decision_point *points, size_t count,
                           myo_decision_range *ranges, size_t room) {
    size_t found = 0;
    bool inside = false;
    for (size_t k = 0; k < count; k++) {
        const myo_decision_point *point = &points[k];
        bool useful = point->net_benefit > fmax(point->treat_all, 0.0);
        if (useful && !inside) {
            found++;
            if (found <= room) {
                ranges[found - 1].from = point->threshold;
            }
        }
        if (useful && found <= room) {
            ranges[found - 1].to = point->threshold;
        }
        inside = useful;
    }
    return found;
}
