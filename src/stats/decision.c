/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/decision.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Results of a replicate for each threshold. */
enum { COLUMN_BENEFIT, COLUMN_HIGH_RISK, COLUMN_COUNT };

/* A patient as far as thresholds see it: how many of them lie at or below the probability. */
typedef struct patient {
    uint32_t reached;
    uint32_t event;
} patient;

typedef struct source {
    const patient *patients;
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

/* Draws all patients anew, counts them by the thresholds that they reach, and sums from above. */
static void replicate(const void *user, const gsl_rng *generator, void *scratch, double *out) {
    const source *s = user;
    size_t *counts = scratch, bins = s->point_count + 1;
    memset(counts, 0, 2 * bins * sizeof *counts);
    for (size_t i = 0; i < s->patient_count; i++) {
        const patient *p = &s->patients[gsl_rng_uniform_int(generator, s->patient_count)];
        counts[2 * p->reached + p->event]++;
    }
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

static void fill_estimates(const source *s, double prevalence, myo_decision_point *points,
                           size_t *counts) {
    for (size_t i = 0; i < s->patient_count; i++) {
        counts[2 * s->patients[i].reached + s->patients[i].event]++;
    }
    double n = (double)s->patient_count;
    size_t events = 0, nonevents = 0;
    for (size_t k = s->point_count; k > 0; k--) {
        nonevents += counts[2 * k];
        events += counts[2 * k + 1];
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
    size_t scratch_size = 2 * (s->point_count + 1) * sizeof(size_t);
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
    if (data->count == 0 || count == 0) {
        return myo_error_set(err, MYO_E_ARGUMENT, "decision curve: no patients or no thresholds");
    }
    bool done = false;
    patient *patients = myo_alloc_array(data->count, sizeof *patients, err);
    size_t *counts = myo_alloc_array(2 * (count + 1), sizeof *counts, err);
    if (!patients || !counts) {
        goto end;
    }
    for (size_t i = 0; i < data->count; i++) {
        patients[i].reached = (uint32_t)count_reached(points, count, data->score[i]);
        patients[i].event = data->event[i];
    }
    source s = {patients, data->count, points, count};
    double prevalence = (double)myo_binary_events(data) / (double)data->count;
    fill_estimates(&s, prevalence, points, counts);
    done = plan->replicates == 0 || fill_intervals(&s, plan, points, err);
end:
    free(patients);
    free(counts);
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
