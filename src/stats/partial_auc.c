/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/partial_auc.h"

#include "base/memory.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A ROC curve as counts of each level, from the highest score down. */
typedef struct curve {
    const uint32_t *events, *nonevents; /* narrow: a replicate is as fast as memory is */
    size_t level_count;
    double event_total, nonevent_total;
} curve;

/* Area between x0 and x1 below a line from (xa, ya) to (xb, yb), xa <= xb. */
static double strip(double xa, double ya, double xb, double yb, double x0, double x1) {
    double left = xa > x0 ? xa : x0, right = xb < x1 ? xb : x1;
    if (!(left < right)) {
        return 0.0;
    }
    double slope = (yb - ya) / (xb - xa);
    double y_left = ya + slope * (left - xa), y_right = yb - slope * (xb - right);
    return 0.5 * (y_left + y_right) * (right - left);
}

static double partial_area(const curve *c, const myo_partial_range *range) {
    bool by_specificity = range->focus == MYO_PARTIAL_SPECIFICITY;
    double area = 0.0, sensitivity = 0.0, false_rate = 0.0;
    size_t true_positives = 0, false_positives = 0;
    for (size_t i = 0; i < c->level_count; i++) {
        if (c->events[i] + c->nonevents[i] == 0) {
            continue; /* nobody of this level was drawn */
        }
        true_positives += c->events[i];
        false_positives += c->nonevents[i];
        double next_sensitivity = (double)true_positives / c->event_total;
        double next_false = (double)false_positives / c->nonevent_total;
        if (by_specificity) {
            area += strip(false_rate, sensitivity, next_false, next_sensitivity, 1.0 - range->to,
                          1.0 - range->from);
        } else {
            area += strip(sensitivity, 1.0 - false_rate, next_sensitivity, 1.0 - next_false,
                          range->from, range->to);
        }
        sensitivity = next_sensitivity;
        false_rate = next_false;
    }
    return area;
}

double myo_partial_auc_correct(double area, const myo_partial_range *range) {
    double width = range->to - range->from;
    /* The diagonal is as high as 1 - specificity, or as far from the right as 1 - sensitivity. */
    double chance = width * (1.0 - 0.5 * (range->from + range->to));
    double corrected = 0.5 * (1.0 + (area - chance) / (width - chance));
    return area < chance ? (double)NAN : corrected;
}

/* What every replicate needs. */
typedef struct source {
    const myo_roc *roc;
    const uint32_t *event_level, *nonevent_level; /* of each patient of a group */
    const myo_partial_range *ranges;
    size_t range_count;
} source;

static void fill_counts(const myo_roc *roc, uint32_t *events, uint32_t *nonevents) {
    for (size_t i = 0; i < roc->level_count; i++) {
        events[i] = (uint32_t)roc->levels[i].events;
        nonevents[i] = (uint32_t)roc->levels[i].nonevents;
    }
}

static curve curve_of(const myo_roc *roc, const uint32_t *events, const uint32_t *nonevents) {
    return (curve){events, nonevents, roc->level_count, (double)roc->events,
                   (double)roc->nonevents};
}

double myo_partial_auc(const myo_roc *roc, const myo_partial_range *range) {
    double area = NAN;
    uint32_t *counts = myo_alloc_array(2 * roc->level_count, sizeof *counts, NULL);
    if (counts) {
        fill_counts(roc, counts, counts + roc->level_count);
        curve c = curve_of(roc, counts, counts + roc->level_count);
        area = partial_area(&c, range);
    }
    free(counts);
    return area;
}

static void draw(const gsl_rng *generator, const uint32_t *level_of, size_t count,
                 uint32_t *counts) {
    for (size_t i = 0; i < count; i++) {
        counts[level_of[gsl_rng_uniform_int(generator, count)]]++;
    }
}

static void replicate(const void *user, const gsl_rng *generator, void *scratch, double *out) {
    const source *s = user;
    size_t levels = s->roc->level_count;
    uint32_t *events = scratch, *nonevents = events + levels;
    memset(events, 0, 2 * levels * sizeof *events);
    draw(generator, s->event_level, s->roc->events, events);
    draw(generator, s->nonevent_level, s->roc->nonevents, nonevents);
    curve c = curve_of(s->roc, events, nonevents);
    for (size_t i = 0; i < s->range_count; i++) {
        out[2 * i] = partial_area(&c, &s->ranges[i]);
        out[2 * i + 1] = myo_partial_auc_correct(out[2 * i], &s->ranges[i]);
    }
}

/* The level of every patient, group by group. */
static void list_levels(const myo_roc *roc, uint32_t *event_level, uint32_t *nonevent_level) {
    for (size_t i = 0; i < roc->level_count; i++) {
        for (size_t k = 0; k < roc->levels[i].events; k++) {
            *event_level++ = (uint32_t)i;
        }
        for (size_t k = 0; k < roc->levels[i].nonevents; k++) {
            *nonevent_level++ = (uint32_t)i;
        }
    }
}

/* The difference of the areas of the first two ranges over its spread among the replicates. */
static myo_test compare(const double *replicates, size_t count, size_t width, double difference) {
    double sum = 0.0, squares = 0.0, n = (double)count;
    for (size_t r = 0; r < count; r++) {
        sum += replicates[r * width] - replicates[r * width + 2];
    }
    for (size_t r = 0; r < count; r++) {
        double deviation = replicates[r * width] - replicates[r * width + 2] - sum / n;
        squares += deviation * deviation;
    }
    double z = squares > 0.0 ? difference / sqrt(squares / (n - 1.0)) : (double)NAN;
    return (myo_test){z, NAN, stats_normal_two_sided(z)};
}

bool myo_partial_auc_bootstrap(const myo_roc *roc, const myo_partial_range *ranges,
                               size_t range_count, const myo_bootstrap *plan,
                               myo_partial_result *results, myo_test *difference, myo_error *err) {
    bool done = false;
    size_t count = roc->events + roc->nonevents, width = 2 * range_count;
    uint32_t *levels = myo_alloc_array(count, sizeof *levels, err);
    double *replicates = myo_alloc_array(plan->replicates * width, sizeof *replicates, err);
    double *values = myo_alloc_array(plan->replicates, sizeof *values, err);
    if (!levels || !replicates || !values) {
        goto end;
    }
    list_levels(roc, levels, levels + roc->events);
    source s = {roc, levels, levels + roc->events, ranges, range_count};
    size_t scratch_size = 2 * roc->level_count * sizeof(uint32_t);
    if (!myo_bootstrap_run(plan, replicate, &s, scratch_size, width, replicates, err)) {
        goto end;
    }
    for (size_t i = 0; i < range_count; i++) {
        myo_partial_result *r = &results[i];
        r->area.estimate = myo_partial_auc(roc, &ranges[i]);
        r->corrected.estimate = myo_partial_auc_correct(r->area.estimate, &ranges[i]);
        myo_bootstrap_interval(plan, replicates, width, 2 * i, values, &r->area.lower,
                               &r->area.upper);
        myo_bootstrap_interval(plan, replicates, width, 2 * i + 1, values, &r->corrected.lower,
                               &r->corrected.upper);
    }
    if (difference) {
        *difference = range_count < 2
                          ? (myo_test){NAN, NAN, NAN}
                          : compare(replicates, plan->replicates, width,
                                    results[0].area.estimate - results[1].area.estimate);
    }
    done = true;
end:
    free(levels);
    free(replicates);
    free(values);
    return done;
}
