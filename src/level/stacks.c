/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The slice at a level by the stacks of an axial series alone.
 *
 * Stacks that are laid through the discs are counted from the foot: the lowest is L5/S1, or another
 * disc when its outlines say so (axial.c), and the middle slice of a stack goes through its disc.
 * That assumes five lumbar vertebrae, so that the confidence stays low.
 */
#include "level/series_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Discs as they are counted from the foot. */
static const char *const discs_from_foot[] = {"L5/S1", "L4/5", "L3/4", "L2/3", "L1/2"};
#define DISC_COUNT (sizeof discs_from_foot / sizeof discs_from_foot[0])

/* Confidences are judgements and not measurements: five stacks, one level apart, are the five
 * lumbar discs unless a vertebra is transitional (about one person in eight) or the protocol begins
 * elsewhere; with another number, or with other distances, the protocol is a guess. */
static const double CONFIDENCE_FIVE_STACKS = 0.6;
static const double CONFIDENCE_OTHER_COUNT = 0.4;
static const double CONFIDENCE_UNEVEN_STACKS = 0.3;
static const double CONFIDENCE_ONE_STACK = 0.4;
static const double CONFIDENCE_BLOCK = 0.25;
/* What six and four stacks leave of the confidence of a count by discs. Four are common where only
 * the lower levels are of interest. */
static const double SIX_STACKS_FACTOR = 0.7;
static const double FOUR_STACKS_FACTOR = 0.9;
/* Greatest confidence of a count by what the slices show: less than by the discs, as the psoas of
 * one patient lies like that of another one level higher. */
static const double CONFIDENCE_ANATOMY_MAX = 0.7;

/* Caudal indices (axial.c) expected at the discs from the foot, and their deviation between
 * patients: slices of 100 patients with outlines drawn by hand give 0.33 to 0.87 where the sacrum
 * shows, -0.13 to 0.55 where only the iliac bones do, and -0.53 to 0.04 (5 to 95 %) where neither
 * does. */
static const double caudal_mean[] = {0.6, 0.1, -0.15, -0.3, -0.4};
static const double CAUDAL_SD = 0.22;
/* How protocols begin: nearly always at L5/S1, sometimes at L4/5, seldom higher. */
static const double lowest_prior[] = {0.85, 0.12, 0.03};
static const double REACHING_MIN = 0.1; /* less likely than this is next to impossible */
#define LOWEST_COUNT (sizeof lowest_prior / sizeof lowest_prior[0])

#define STACKS_LOOKED_AT 3
/* Along a single stack slices count whose index is so near to the expected one; so many at least.
 */
static const double NEAR_INDEX = 0.4;
static const double NEAR_MIN = 3.0;

/* Distance between the centres of neighbouring lumbar discs: body about 3 cm and disc about 1 cm
 * (S.H. Zhou et al., Eur Spine J 9:242-248, 2000), with a margin for how stacks are placed. */
static const double LEVEL_DISTANCE_MIN_MM = 20.0;
static const double LEVEL_DISTANCE_MAX_MM = 60.0;
/* A stack that is lower than one vertebral body can go through one disc only. */
static const double ONE_LEVEL_EXTENT_MAX_MM = 25.0;

/* Centre of the middle slice of a stack; of an even number the lower one of the two. */
static const myo_instance *middle_of(const myo_series *series, const myo_stack *stack) {
    return &series->instances[stack->first + (stack->count - 1) / 2];
}

static myo_vec3 centre_of(const myo_instance *instance) {
    const myo_geometry *geometry = &instance->geometry;
    return myo_geometry_to_patient(geometry, ((double)geometry->columns - 1.0) / 2.0,
                                   ((double)geometry->rows - 1.0) / 2.0);
}

static double extent_mm(const myo_series *series, const myo_stack *stack) {
    const myo_instance *first = &series->instances[stack->first];
    return fabs(first[stack->count - 1].location_mm - first->location_mm);
}

/* Number `index` (from the foot) of the axial stacks of a series; NULL behind the last. */
static const myo_stack *axial_stack(const myo_series *series, size_t index) {
    for (size_t i = 0; i < series->stack_count; i++) {
        if (level_stack_is_axial(series, &series->stacks[i]) && index-- == 0) {
            return &series->stacks[i];
        }
    }
    return NULL;
}

static size_t count_stacks(const myo_series *series) {
    size_t count = 0;
    while (axial_stack(series, count)) {
        count++;
    }
    return count;
}

/* True when neighbouring stacks are as far from each other as neighbouring discs. */
static bool stacks_are_one_level_apart(const myo_series *series, size_t count) {
    for (size_t i = 1; i < count; i++) {
        double below = centre_of(middle_of(series, axial_stack(series, i - 1))).z;
        double above = centre_of(middle_of(series, axial_stack(series, i))).z;
        if (above - below < LEVEL_DISTANCE_MIN_MM || above - below > LEVEL_DISTANCE_MAX_MM) {
            return false;
        }
    }
    return true;
}

/* What was seen of a slice; NaN when nothing. */
static double index_of(const myo_level_evidence *evidence, const myo_instance *instance) {
    for (size_t i = 0; evidence && i < evidence->look_count; i++) {
        if (evidence->looks[i].instance == instance) {
            return evidence->looks[i].caudal_index;
        }
    }
    return (double)NAN;
}

/* The caudal index expected at a level: at a vertebra, the mean of those at its discs. */
static double expected_index(const char *level) {
    size_t disc = 0;
    while (disc < DISC_COUNT && strcmp(level, discs_from_foot[disc]) != 0) {
        disc++;
    }
    return disc < DISC_COUNT ? caudal_mean[disc] : (caudal_mean[2] + caudal_mean[3]) / 2.0;
}

/* Where along a stack the caudal index is as expected: the line fitted to the slices on which it is
 * not far from that. False when there are too few, or when it does not fall towards the head. */
static bool find_in_block(const myo_level_evidence *evidence, double expected, double *location) {
    double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    for (size_t i = 0; evidence && i < evidence->look_count; i++) {
        double at = evidence->looks[i].instance->location_mm;
        double index = evidence->looks[i].caudal_index;
        if (fabs(index - expected) <= NEAR_INDEX) {
            n += 1.0;
            x += at;
            y += index;
            xx += at * at;
            xy += at * index;
        }
    }
    double slope = n >= NEAR_MIN ? (n * xy - x * y) / (n * xx - x * x) : 0.0;
    if (!(slope < 0.0)) {
        return false;
    }
    *location = (x + (n * expected - y) / slope) / n;
    return true;
}

/* One stack over several levels: the slice where the psoas lies as at the level, with all the
 * differences between people. */
static bool choose_from_block(const myo_series *series, const myo_stack *stack,
                              const myo_level_evidence *evidence, myo_level_choice *out,
                              myo_error *err) {
    const myo_instance *first = &series->instances[stack->first], *nearest = first;
    const myo_instance *last = first + stack->count - 1;
    double at;
    if (!find_in_block(evidence, expected_index(out->level), &at) || at < first->location_mm ||
        at > last->location_mm) {
        return myo_error_set(err, MYO_E_NOT_FOUND,
                             "series %d (\"%s\") is one stack of %zu slices over %.0f mm, in which "
                             "discs cannot be counted; name the slice at %s with --slice "
                             "%d:INSTANCE",
                             series->number, series->description, stack->count,
                             extent_mm(series, stack), out->level, series->number);
    }
    for (const myo_instance *i = first; i <= last; i++) {
        nearest = fabs(i->location_mm - at) < fabs(nearest->location_mm - at) ? i : nearest;
    }
    snprintf(
        out->note, sizeof out->note,
        "in the only stack, the slice on which the psoas lies as at %s in most people; it may be "
        "a level off",
        out->level);
    return level_finish(series, nearest, "axial-anatomy", CONFIDENCE_BLOCK, out, err);
}

static bool choose_from_one_stack(const myo_series *series, const myo_stack *stack,
                                  const myo_level_evidence *evidence, myo_level_choice *out,
                                  myo_error *err) {
    double extent = extent_mm(series, stack);
    if (extent > ONE_LEVEL_EXTENT_MAX_MM) {
        return choose_from_block(series, stack, evidence, out, err);
    }
    snprintf(out->note, sizeof out->note,
             "middle of the only stack (%zu slices over %.0f mm); that it lies at %s is assumed",
             stack->count, extent, out->level);
    return level_finish(series, middle_of(series, stack), "stack-order", CONFIDENCE_ONE_STACK, out,
                        err);
}

/* What the lowest stack is, and how sure the order of the stacks makes a level. */
typedef struct lowest_stack {
    size_t disc; /* index in discs_from_foot */
    double confidence;
    const char *source, *text;
} lowest_stack;

/* Which disc the lowest stack goes through, as what the stacks show makes it likely (Bayes); false
 * when nothing is known of them. Of the discs that leave `wanted` within reach the likeliest is
 * taken, unless it is next to impossible: a doubtful slice is better marked than refused. */
static bool weigh_lowest(const myo_series *series, const myo_level_evidence *evidence,
                         size_t wanted, size_t *disc, double *probability) {
    double weight[LOWEST_COUNT], sum = 0.0;
    bool known = false;
    size_t best = 0, reaching = 0;
    for (size_t d = 0; d < LOWEST_COUNT; d++) {
        weight[d] = lowest_prior[d];
        for (size_t i = 0; d + i < DISC_COUNT && axial_stack(series, i); i++) {
            const myo_instance *middle = middle_of(series, axial_stack(series, i));
            double z = (index_of(evidence, middle) - caudal_mean[d + i]) / CAUDAL_SD;
            if (!isnan(z)) {
                weight[d] *= exp(-0.5 * z * z);
                known = true;
            }
        }
        sum += weight[d];
        best = weight[d] > weight[best] ? d : best;
        reaching = d <= wanted && weight[d] > weight[reaching] ? d : reaching;
    }
    /* Slices that look like none of the levels say nothing. */
    if (!known || !(sum > 0.0)) {
        return false;
    }
    *disc = weight[reaching] >= REACHING_MIN * sum ? reaching : best;
    *probability = weight[*disc] / sum;
    return true;
}

static lowest_stack judge_lowest(const myo_series *series, size_t stack_count, size_t wanted,
                                 const myo_level_evidence *evidence) {
    static const char *const seen[LOWEST_COUNT] = {"the lowest at L5/S1 by where the psoas lies",
                                                   "the lowest at L4/5 by where the psoas lies",
                                                   "the lowest at L3/4 by where the psoas lies"};
    bool even = stacks_are_one_level_apart(series, stack_count);
    lowest_stack low = {.source = "stack-order", .text = "the lowest taken as L5/S1"};
    double probability;
    if (!even) {
        low.confidence = CONFIDENCE_UNEVEN_STACKS;
        low.text = "the lowest taken as L5/S1, but the stacks are not one level apart";
    } else if (weigh_lowest(series, evidence, wanted, &low.disc, &probability)) {
        low.confidence = CONFIDENCE_ANATOMY_MAX * probability;
        low.source = "axial-anatomy";
        low.text = seen[low.disc];
    } else {
        low.disc = 0;
        low.confidence =
            stack_count == DISC_COUNT ? CONFIDENCE_FIVE_STACKS : CONFIDENCE_OTHER_COUNT;
    }
    return low;
}

static bool choose_by_stack_order(const myo_series *series, size_t stack_count,
                                  const myo_level_evidence *evidence, myo_level_choice *out,
                                  myo_error *err) {
    size_t disc = 0;
    while (disc < DISC_COUNT && strcmp(out->level, discs_from_foot[disc]) != 0) {
        disc++;
    }
    if (disc == DISC_COUNT) {
        return myo_error_set(err, MYO_E_NOT_FOUND,
                             "series %d (\"%s\"): stacks through the discs do not show where %s "
                             "is; name the slice with --slice %d:INSTANCE",
                             series->number, series->description, out->level, series->number);
    }
    lowest_stack low = judge_lowest(series, stack_count, disc, evidence);
    size_t highest = low.disc + stack_count - 1;
    if (disc < low.disc || disc > highest) {
        return myo_error_set(err, MYO_E_NOT_FOUND,
                             "series %d (\"%s\") has %zu stacks, which reach from %s to %s when "
                             "counted from the foot, and not to %s; --slice %d:INSTANCE decides",
                             series->number, series->description, stack_count,
                             discs_from_foot[low.disc],
                             discs_from_foot[highest < DISC_COUNT ? highest : DISC_COUNT - 1],
                             out->level, series->number);
    }
    snprintf(out->note, sizeof out->note,
             "stack %zu of %zu from the foot, %s; five lumbar vertebrae are assumed",
             disc - low.disc + 1, stack_count, low.text);
    return level_finish(series, middle_of(series, axial_stack(series, disc - low.disc)), low.source,
                        low.confidence, out, err);
}

level_doubt level_doubt_by_stacks(const myo_series *series) {
    size_t stacks = count_stacks(series);
    bool even = stacks_are_one_level_apart(series, stacks);
    if (even && stacks == DISC_COUNT + 1) {
        return (level_doubt){"there are six stacks of slices: six lumbar vertebrae?",
                             SIX_STACKS_FACTOR, -1};
    }
    if (even && stacks == DISC_COUNT - 1) {
        return (level_doubt){"there are four stacks of slices: four lumbar vertebrae?",
                             FOUR_STACKS_FACTOR, 1};
    }
    return (level_doubt){NULL, 1.0, 0};
}

size_t myo_level_list_slices(const myo_series *series,
                             const myo_instance *out[MYO_LEVEL_LOOKS_MAX]) {
    size_t stacks = count_stacks(series), count = 0;
    for (size_t i = 0; stacks > 1 && i < stacks && i < STACKS_LOOKED_AT; i++) {
        out[count++] = middle_of(series, axial_stack(series, i));
    }
    const myo_stack *only = stacks == 1 ? axial_stack(series, 0) : NULL;
    if (only && extent_mm(series, only) > ONE_LEVEL_EXTENT_MAX_MM) {
        size_t looks = only->count < MYO_LEVEL_LOOKS_MAX ? only->count : MYO_LEVEL_LOOKS_MAX;
        for (size_t i = 0; i < looks; i++) {
            out[count++] =
                &series->instances[only->first + (2 * i + 1) * only->count / (2 * looks)];
        }
    }
    return count;
}

bool level_choose_by_stacks(const myo_series *series, const myo_level_evidence *evidence,
                            myo_level_choice *out, myo_error *err) {
    size_t stacks = count_stacks(series);
    if (stacks == 0) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "series %d (\"%s\") has no axial slices",
                             series->number, series->description);
    }
    return stacks == 1 ? choose_from_one_stack(series, axial_stack(series, 0), evidence, out, err)
                       : choose_by_stack_order(series, stacks, evidence, out, err);
}
