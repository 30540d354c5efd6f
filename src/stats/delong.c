/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/delong.h"

#include "stats/distribution.h"

#include <math.h>

void myo_delong_placements(const myo_roc *roc, const unsigned char *event, double *placements) {
    double events = (double)roc->events, nonevents = (double)roc->nonevents;
    for (size_t i = 0; i < roc->events + roc->nonevents; i++) {
        const myo_roc_level *level = &roc->levels[roc->level_of[i]];
        double lost = (double)level->nonevents_above + 0.5 * (double)level->nonevents;
        double won = (double)level->events_above + 0.5 * (double)level->events;
        placements[i] = event[i] ? (nonevents - lost) / nonevents : won / events;
    }
}

/* Covariance of the mean placement value within one of the groups. */
static double group_covariance(const unsigned char *event, size_t count, const double *a,
                               const double *b, unsigned char group) {
    double sum_a = 0.0, sum_b = 0.0, size = 0.0, products = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (event[i] == group) {
            sum_a += a[i];
            sum_b += b[i];
            size += 1.0;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (event[i] == group) {
            products += (a[i] - sum_a / size) * (b[i] - sum_b / size);
        }
    }
    return size > 1.0 ? products / (size - 1.0) / size : (double)NAN;
}

double myo_delong_covariance(const unsigned char *event, size_t count, const double *placements_a,
                             const double *placements_b) {
    return group_covariance(event, count, placements_a, placements_b, 1) +
           group_covariance(event, count, placements_a, placements_b, 0);
}

myo_interval myo_delong_interval(double area, double variance, double level) {
    double margin = stats_normal_quantile(0.5 * (1.0 + level)) * sqrt(variance);
    if (isnan(margin)) {
        return (myo_interval){area, NAN, NAN};
    }
    return (myo_interval){area, fmax(area - margin, 0.0), fmin(area + margin, 1.0)};
}

myo_test myo_delong_paired(double area_a, double area_b, double variance_a, double variance_b,
                           double covariance) {
    double difference = area_a - area_b;
    double variance = variance_a + variance_b - 2.0 * covariance;
    double z = NAN;
    if (variance > 0.0) {
        z = difference / sqrt(variance);
    } else if (difference == 0.0 && !isnan(variance)) {
        z = 0.0;
    }
    return (myo_test){z, NAN, stats_normal_two_sided(z)};
}

myo_test myo_delong_unpaired(const myo_delong_group *a, const myo_delong_group *b) {
    double variance = a->variance + b->variance;
    double df = variance * variance /
                (a->variance * a->variance / ((double)a->count - 1.0) +
                 b->variance * b->variance / ((double)b->count - 1.0));
    double t = variance > 0.0 ? (a->area - b->area) / sqrt(variance) : (double)NAN;
    return (myo_test){t, df, stats_t_two_sided(t, df)};
}
