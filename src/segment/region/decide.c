/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this segmenter brings to the deciding step: the probabilities of stage 2, weighed with the
 * fitted shape and smoothed, and how far from the shape a structure may grow.
 */
#include "segment/region/region_private.h"

#include "base/memory.h"
#include "segment/decide/decide_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PRIOR_POWER 0.25   /* how much the shape counts against the image */
#define PRIOR_WIDTH_MM 4.0 /* of the logistic fall of the prior at the shape's outline */
#define PRIOR_BACKGROUND_MIN 0.02
#define PRIOR_STRUCTURE_MIN 0.005
#define PROBABILITY_MIN 1e-4
#define SMOOTHING_MM 1.0
#define REACH_MM 20.0  /* farthest from the shape; seeds half of it */
#define OPENING_MM 2.0 /* whiskers thinner than twice this are cut */

/* Grey levels of psoas: what looks like its core, and is near, may belong to it. */
#define PSOAS_CORE 0.7
#define PSOAS_CORE_MIN 30 /* pixels */
#define PSOAS_WEIGHT 0.4
#define PSOAS_DECAY_MM 12.0
#define PSOAS_SPREAD 2.5      /* in median absolute deviations */
#define PSOAS_SPREAD_MIN 0.08 /* of the frame's contrast */

typedef struct decision {
    size_t columns, rows, count;
    myo_planes q; /* posterior, REGION_CLASSES planes */
    const myo_planes *distance;
    const myo_grid *frame;
    myo_grid smooth; /* the frame, smoothed */
    uint8_t *reach;  /* of each group */
    float *scratch;
} decision;

static void decision_clear(decision *d) {
    myo_planes_clear(&d->q);
    free(d->smooth.pixels);
    free(d->reach);
    free(d->scratch);
}

static bool decision_allocate(decision *d, myo_error *err) {
    d->reach = myo_alloc_array(DECIDE_GROUPS * d->count, 1, err);
    d->scratch = myo_alloc_array(d->count, sizeof(float), err);
    return d->reach && d->scratch &&
           myo_planes_allocate(&d->q, REGION_CLASSES, d->columns, d->rows, err) &&
           myo_grid_allocate(&d->smooth, d->columns, d->rows, err);
}

static float distance_of(const decision *d, size_t class_index, size_t i) {
    return d->distance->pixels[(class_index - 1) * d->count + i];
}

/* Probability times prior^PRIOR_POWER, normalised. */
static void weigh_with_prior(decision *d, const myo_planes *probabilities) {
    for (size_t i = 0; i < d->count; i++) {
        double prior[REGION_CLASSES], highest = 0.0, sum = 0.0;
        for (size_t k = 1; k < REGION_CLASSES; k++) {
            prior[k] = 1.0 / (1.0 + exp((double)distance_of(d, k, i) / PRIOR_WIDTH_MM));
            highest = fmax(highest, prior[k]);
            prior[k] = fmax(prior[k], PRIOR_STRUCTURE_MIN);
        }
        prior[0] = fmax(1.0 - highest, PRIOR_BACKGROUND_MIN);
        for (size_t k = 0; k < REGION_CLASSES; k++) {
            double p = (double)probabilities->pixels[k * d->count + i] + PROBABILITY_MIN;
            prior[k] = p * sqrt(sqrt(prior[k])); /* the power PRIOR_POWER */
            sum += prior[k];
        }
        for (size_t k = 0; k < REGION_CLASSES; k++) {
            d->q.pixels[k * d->count + i] = (float)(prior[k] / sum);
        }
    }
}

static void smooth_and_normalise(decision *d) {
    for (size_t k = 0; k < REGION_CLASSES; k++) {
        myo_grid plane = myo_planes_get(&d->q, k);
        double sigma = SMOOTHING_MM / REGION_STAGE2_MM;
        myo_filter_gaussian(&plane, sigma, sigma, &plane, d->scratch);
    }
    for (size_t i = 0; i < d->count; i++) {
        float sum = 0.0f;
        for (size_t k = 0; k < REGION_CLASSES; k++) {
            sum += d->q.pixels[k * d->count + i];
        }
        for (size_t k = 0; k < REGION_CLASSES; k++) {
            d->q.pixels[k * d->count + i] /= sum;
        }
    }
}

/* Moves background that looks like the core of a psoas, and lies near it, to that psoas. */
static void extend_psoas(decision *d, size_t class_index) {
    float *own = d->q.pixels + class_index * d->count, *background = d->q.pixels;
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (own[i] > (float)PSOAS_CORE && distance_of(d, class_index, i) < 0.0f) {
            d->scratch[n++] = d->smooth.pixels[i];
        }
    }
    if (n < PSOAS_CORE_MIN) {
        return;
    }
    double median = (double)myo_quantile(d->scratch, n, 0.5);
    for (size_t i = 0; i < n; i++) {
        d->scratch[i] = fabsf(d->scratch[i] - (float)median);
    }
    double spread = fmax(PSOAS_SPREAD * (double)myo_quantile(d->scratch, n, 0.5), PSOAS_SPREAD_MIN);
    for (size_t i = 0; i < d->count; i++) {
        double away = fmax((double)distance_of(d, class_index, i), 0.0) / PSOAS_DECAY_MM;
        double deviation = ((double)d->smooth.pixels[i] - median) / spread;
        double share = PSOAS_WEIGHT * exp(-away - 0.5 * deviation * deviation);
        float moved = (float)share * background[i];
        own[i] += moved;
        background[i] -= moved;
    }
}

/* Where each group may begin and grow: not too far from its fitted outline. */
static void mark_reach(decision *d) {
    for (size_t g = 0; g < DECIDE_GROUPS; g++) {
        for (size_t i = 0; i < d->count; i++) {
            float first = distance_of(d, decide_group_classes[g][0], i);
            size_t other = decide_group_classes[g][1];
            float distance = other ? fminf(first, distance_of(d, other, i)) : first;
            d->reach[g * d->count + i] = distance < (float)(0.5 * REACH_MM) ? DECIDE_MAY_BEGIN
                                         : distance < (float)REACH_MM       ? DECIDE_MAY_GROW
                                                                            : DECIDE_BEYOND;
        }
    }
}

bool region_decide(const myo_planes *probabilities, const myo_planes *distances,
                   const myo_grid *frame, uint8_t *labels, myo_error *err) {
    decision d = {.columns = frame->columns,
                  .rows = frame->rows,
                  .count = frame->columns * frame->rows,
                  .distance = distances,
                  .frame = frame};
    bool done = decision_allocate(&d, err);
    if (done) {
        double sigma = SMOOTHING_MM / REGION_STAGE2_MM;
        myo_filter_gaussian(frame, sigma, sigma, &d.smooth, d.scratch);
        weigh_with_prior(&d, probabilities);
        smooth_and_normalise(&d);
        extend_psoas(&d, REGION_PSOAS_LEFT);
        extend_psoas(&d, REGION_PSOAS_RIGHT);
        mark_reach(&d);
        const decide_input input = {.posterior = &d.q,
                                    .reach = d.reach,
                                    .brightness = d.smooth.pixels,
                                    .pixel_mm = REGION_STAGE2_MM,
                                    .opening_pixels = OPENING_MM / REGION_STAGE2_MM};
        done = decide_regions(&input, labels, err);
    }
    done = done && region_grow_psoas(distances, frame, REGION_PSOAS_LEFT, labels, err) &&
           region_grow_psoas(distances, frame, REGION_PSOAS_RIGHT, labels, err);
    decision_clear(&d);
    return done;
}
