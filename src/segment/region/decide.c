/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decision: region growing under the prior.
 *
 * The probabilities of stage 2 are weighed with the fitted shape and smoothed. Each structure grows
 * from its confident core, most probable pixels first, as long as it is the most probable one and
 * not too far from the shape (R. Adams & L. Bischof, IEEE TPAMI 16:641-647, 1994). Multifidus and
 * erector spinae of a side grow as one compartment, which the septum then divides. What comes out
 * is one piece per structure, without holes or whiskers, and no two overlap.
 */
#include "segment/region/region_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PRIOR_POWER 0.25   /* how much the shape counts against the image */
#define PRIOR_WIDTH_MM 4.0 /* of the logistic fall of the prior at the shape's outline */
#define PRIOR_BACKGROUND_MIN 0.02
#define PRIOR_STRUCTURE_MIN 0.005
#define PROBABILITY_MIN 1e-4
#define SMOOTHING_MM 1.0
#define CORE 0.6       /* probability of a seed */
#define CORE_WEAK 0.3  /* where no pixel reaches CORE */
#define REACH_MM 20.0  /* farthest from the shape; seeds half of it */
#define OPENING_MM 2.0 /* whiskers thinner than twice this are cut */

/* Grey levels of psoas: what looks like its core, and is near, may belong to it. */
#define PSOAS_CORE 0.7
#define PSOAS_CORE_MIN 30 /* pixels */
#define PSOAS_WEIGHT 0.4
#define PSOAS_DECAY_MM 12.0
#define PSOAS_SPREAD 2.5      /* in median absolute deviations */
#define PSOAS_SPREAD_MIN 0.08 /* of the frame's contrast */

/* The groups that grow: both back muscles of a side as one. */
enum { GROUP_BACK_LEFT, GROUP_BACK_RIGHT, GROUP_PSOAS_LEFT, GROUP_PSOAS_RIGHT, GROUP_VERTEBRA };
#define GROUP_COUNT 5
#define NO_GROUP UINT8_MAX

static const size_t group_classes[GROUP_COUNT][2] = {
    {REGION_MULTIFIDUS_LEFT, REGION_ERECTOR_LEFT},
    {REGION_MULTIFIDUS_RIGHT, REGION_ERECTOR_RIGHT},
    {REGION_PSOAS_LEFT, 0},
    {REGION_PSOAS_RIGHT, 0},
    {REGION_VERTEBRA, 0}};

typedef struct decision {
    size_t columns, rows, count;
    myo_planes q; /* posterior, REGION_CLASSES planes */
    const myo_planes *distance;
    const myo_grid *frame;
    myo_grid smooth;        /* the frame, smoothed */
    myo_planes groups;      /* posterior of each group */
    float *best;            /* greatest of the groups and of background */
    uint8_t *group;         /* group of each pixel, or NO_GROUP */
    uint8_t *mask, *medial; /* scratch */
    float *scratch;
} decision;

static void decision_clear(decision *d) {
    myo_planes_clear(&d->q);
    myo_planes_clear(&d->groups);
    free(d->smooth.pixels);
    free(d->best);
    free(d->group);
    free(d->mask);
    free(d->medial);
    free(d->scratch);
}

static bool decision_allocate(decision *d, myo_error *err) {
    d->best = myo_alloc_array(d->count, sizeof(float), err);
    d->group = myo_alloc_array(d->count, 1, err);
    d->mask = myo_alloc_array(d->count, 1, err);
    d->medial = myo_alloc_array(d->count, 1, err);
    d->scratch = myo_alloc_array(d->count, sizeof(float), err);
    return d->best && d->group && d->mask && d->medial && d->scratch &&
           myo_planes_allocate(&d->q, REGION_CLASSES, d->columns, d->rows, err) &&
           myo_planes_allocate(&d->groups, GROUP_COUNT, d->columns, d->rows, err) &&
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

static void sum_groups(decision *d) {
    memcpy(d->best, d->q.pixels, d->count * sizeof(float));
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        float *sum = d->groups.pixels + g * d->count;
        for (size_t i = 0; i < d->count; i++) {
            sum[i] = d->q.pixels[group_classes[g][0] * d->count + i];
            sum[i] += group_classes[g][1] ? d->q.pixels[group_classes[g][1] * d->count + i] : 0.0f;
            d->best[i] = fmaxf(d->best[i], sum[i]);
        }
    }
}

/* Distance of a pixel from the nearest outline of a group. */
static float group_distance(const decision *d, size_t g, size_t i) {
    float first = distance_of(d, group_classes[g][0], i);
    return group_classes[g][1] ? fminf(first, distance_of(d, group_classes[g][1], i)) : first;
}

/* A pixel that waits to grow, most probable first; ties go by place, so that the order is fixed. */
typedef struct candidate {
    float probability;
    uint32_t place;
    uint8_t group;
} candidate;

typedef struct queue {
    candidate *items;
    size_t count, capacity;
} queue;

static bool goes_before(const candidate *a, const candidate *b) {
    if (a->probability != b->probability) {
        return a->probability > b->probability;
    }
    return a->place != b->place ? a->place < b->place : a->group < b->group;
}

static bool queue_push(queue *q, candidate item, myo_error *err) {
    void *items = q->items;
    if (!myo_array_reserve(&items, &q->capacity, q->count + 1, sizeof item, err)) {
        return false;
    }
    q->items = items;
    size_t i = q->count++;
    while (i > 0 && goes_before(&item, &q->items[(i - 1) / 2])) {
        q->items[i] = q->items[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    q->items[i] = item;
    return true;
}

static candidate queue_pop(queue *q) {
    candidate top = q->items[0], last = q->items[--q->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= q->count) {
            break;
        }
        if (child + 1 < q->count && goes_before(&q->items[child + 1], &q->items[child])) {
            child++;
        }
        if (!goes_before(&q->items[child], &last)) {
            break;
        }
        q->items[i] = q->items[child];
        i = child;
    }
    q->items[i] = last;
    return top;
}

/* The largest piece of a group's confident pixels near its outline. */
static bool plant_seeds(decision *d, size_t g, queue *q, myo_error *err) {
    const float *p = d->groups.pixels + g * d->count;
    size_t found = 0;
    for (size_t i = 0; i < d->count; i++) {
        d->mask[i] = p[i] > (float)CORE && group_distance(d, g, i) < (float)(0.5 * REACH_MM);
        found += d->mask[i];
    }
    for (size_t i = 0; found == 0 && i < d->count; i++) {
        d->mask[i] = p[i] >= d->best[i] && p[i] > (float)CORE_WEAK;
    }
    if (!myo_mask_keep_largest(d->mask, d->columns, d->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        if (d->mask[i] && d->group[i] == NO_GROUP) {
            d->group[i] = (uint8_t)g;
        }
        if (d->mask[i] && !queue_push(q, (candidate){p[i], (uint32_t)i, (uint8_t)g}, err)) {
            return false;
        }
    }
    return true;
}

static bool grow(decision *d, queue *q, myo_error *err) {
    while (q->count > 0) {
        candidate at = queue_pop(q);
        size_t i = at.place, c = i % d->columns, r = i / d->columns;
        const size_t neighbours[4] = {i - d->columns, i + d->columns, i - 1, i + 1};
        const bool exists[4] = {r > 0, r + 1 < d->rows, c > 0, c + 1 < d->columns};
        for (int k = 0; k < 4; k++) {
            size_t n = neighbours[k];
            if (!exists[k] || d->group[n] != NO_GROUP) {
                continue;
            }
            float p = d->groups.pixels[at.group * d->count + n];
            if (p >= d->best[n] && group_distance(d, at.group, n) < (float)REACH_MM) {
                d->group[n] = at.group;
                if (!queue_push(q, (candidate){p, (uint32_t)n, at.group}, err)) {
                    return false;
                }
            }
        }
    }
    return true;
}

/* Mask of a group with its holes filled, but not over other groups. */
static bool filled_group(decision *d, size_t g, myo_error *err) {
    for (size_t i = 0; i < d->count; i++) {
        d->mask[i] = d->group[i] == g;
    }
    if (!myo_mask_fill_holes(d->mask, d->columns, d->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        d->mask[i] &= d->group[i] == g || d->group[i] == NO_GROUP;
    }
    return true;
}

/* Opens a compartment and divides it along the septum. */
static bool divide_back(decision *d, bool left, uint8_t *labels, myo_error *err) {
    size_t multifidus = left ? REGION_MULTIFIDUS_LEFT : REGION_MULTIFIDUS_RIGHT;
    size_t erector = left ? REGION_ERECTOR_LEFT : REGION_ERECTOR_RIGHT;
    if (!filled_group(d, left ? GROUP_BACK_LEFT : GROUP_BACK_RIGHT, err) ||
        !myo_mask_open(d->mask, d->columns, d->rows, OPENING_MM / REGION_STAGE2_MM, err) ||
        !myo_mask_keep_largest(d->mask, d->columns, d->rows, err) ||
        !region_septum(d->mask, d->q.pixels + multifidus * d->count,
                       d->q.pixels + erector * d->count, d->smooth.pixels, left, d->columns,
                       d->rows, d->medial, err)) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        if (d->mask[i] && labels[i] == REGION_BACKGROUND) {
            labels[i] = (uint8_t)(d->medial[i] ? multifidus : erector);
        }
    }
    return true;
}

/* One piece, no holes; psoas and vertebra are opened too (the back muscles were). */
static bool tidy(decision *d, size_t class_index, uint8_t *labels, myo_error *err) {
    size_t opened = 0;
    for (size_t i = 0; i < d->count; i++) {
        d->mask[i] = labels[i] == class_index;
    }
    memcpy(d->medial, d->mask, d->count);
    if (class_index >= REGION_PSOAS_LEFT) {
        if (!myo_mask_open(d->medial, d->columns, d->rows, OPENING_MM / REGION_STAGE2_MM, err)) {
            return false;
        }
        for (size_t i = 0; i < d->count; i++) {
            opened += d->medial[i];
        }
        memcpy(d->mask, opened ? d->medial : d->mask, d->count);
    }
    if (!myo_mask_keep_largest(d->mask, d->columns, d->rows, err) ||
        !myo_mask_fill_holes(d->mask, d->columns, d->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        if (labels[i] == class_index || labels[i] == REGION_BACKGROUND) {
            labels[i] = d->mask[i] ? (uint8_t)class_index : REGION_BACKGROUND;
        }
    }
    return true;
}

static bool grow_groups(decision *d, myo_error *err) {
    queue q = {0};
    memset(d->group, NO_GROUP, d->count);
    bool done = true;
    for (size_t g = 0; done && g < GROUP_COUNT; g++) {
        done = plant_seeds(d, g, &q, err);
    }
    done = done && grow(d, &q, err);
    free(q.items);
    return done;
}

static bool label_groups(decision *d, uint8_t *labels, myo_error *err) {
    static const size_t single[3][2] = {{GROUP_VERTEBRA, REGION_VERTEBRA},
                                        {GROUP_PSOAS_LEFT, REGION_PSOAS_LEFT},
                                        {GROUP_PSOAS_RIGHT, REGION_PSOAS_RIGHT}};
    memset(labels, REGION_BACKGROUND, d->count);
    for (size_t k = 0; k < 3; k++) {
        if (!filled_group(d, single[k][0], err)) {
            return false;
        }
        for (size_t i = 0; i < d->count; i++) {
            labels[i] = d->mask[i] ? (uint8_t)single[k][1] : labels[i];
        }
    }
    return divide_back(d, true, labels, err) && divide_back(d, false, labels, err);
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
        sum_groups(&d);
        done = grow_groups(&d, err) && label_groups(&d, labels, err);
    }
    for (size_t k = 1; done && k < REGION_CLASSES; k++) {
        done = tidy(&d, k, labels, err);
    }
    done = done && region_grow_psoas(distances, frame, REGION_PSOAS_LEFT, labels, err) &&
           region_grow_psoas(distances, frame, REGION_PSOAS_RIGHT, labels, err);
    decision_clear(&d);
    return done;
}
