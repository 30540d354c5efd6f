/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From values to agreement, for each structure, level, side and measure. */
#include "base/memory.h"
#include "readers/readers_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_result(const void *x, const void *y) {
    const observation *a = x, *b = y;
    int order = readers_compare_structures(a->structure, b->structure);
    order = order ? order : strcmp(a->level, b->level);
    order = order ? order : readers_compare_sides(a->side, b->side);
    order = order ? order : (a->measure > b->measure) - (a->measure < b->measure);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

static bool same_result(const observation *a, const observation *b) {
    return strcmp(a->structure, b->structure) == 0 && strcmp(a->level, b->level) == 0 &&
           strcmp(a->side, b->side) == 0 && a->measure == b->measure;
}

static bool compute_pairs(const myo_readers *all, result *owner, myo_error *err) {
    myo_readers_result *shown = &owner->shown;
    size_t k = all->count, count = k * (k - 1) / 2;
    myo_readers_pair *pairs = myo_alloc_array(count, sizeof *pairs, err);
    double *a = myo_alloc_array(shown->n, sizeof *a, err);
    double *b = myo_alloc_array(shown->n, sizeof *b, err);
    bool done = pairs && a && b;
    shown->pairs = owner->pairs = pairs;
    for (size_t i = 0; done && i < k; i++) {
        for (size_t j = i + 1; done && j < k; j++) {
            for (size_t c = 0; c < shown->n; c++) {
                a[c] = shown->values[c * k + i];
                b[c] = shown->values[c * k + j];
            }
            myo_readers_pair *pair = &pairs[shown->pair_count++];
            pair->a = i;
            pair->b = j;
            done = myo_bland_altman_compute(a, b, shown->n, &pair->differences, err);
        }
    }
    free(a);
    free(b);
    return done;
}

/* Adds up what the cases say of the outlines. */
static void sum_overlap(const observation *o, size_t count, myo_readers_overlap *out) {
    double dice = 0.0, squares = 0.0, mean_mm = 0.0, p95_mm = 0.0, weight = 0.0;
    *out = (myo_readers_overlap){0, NAN, NAN, NAN, NAN, NAN};
    for (size_t i = 0; i < count; i++) {
        if (!o[i].complete || o[i].overlap.count == 0) {
            continue;
        }
        out->count += o[i].overlap.count;
        dice += o[i].overlap.dice;
        squares += o[i].dice_squares;
        out->dice_min = fmin(out->dice_min, o[i].overlap.dice_min);
        mean_mm += o[i].overlap.surface_mean_mm;
        p95_mm += o[i].overlap.surface_p95_mm;
        weight += o[i].surface_weight;
    }
    double n = (double)out->count;
    if (out->count > 0) {
        out->dice = dice / n;
        out->dice_sd = out->count > 1
                           ? sqrt(fmax(squares - n * out->dice * out->dice, 0.0) / (n - 1.0))
                           : (double)NAN;
        out->surface_mean_mm = weight > 0.0 ? mean_mm / weight : (double)NAN;
        out->surface_p95_mm = weight > 0.0 ? p95_mm / weight : (double)NAN;
    }
}

static void set_nothing(myo_agreement *a) {
    *a = (myo_agreement){.mean = NAN,
                         .ms_targets = NAN,
                         .ms_within = NAN,
                         .ms_readers = NAN,
                         .ms_residual = NAN,
                         .variance_targets = NAN,
                         .variance_readers = NAN,
                         .variance_residual = NAN,
                         .sem = NAN,
                         .mdc95 = NAN,
                         .sem_consistency = NAN,
                         .mdc95_consistency = NAN,
                         .cv_percent = NAN,
                         .limit_mean = NAN};
    for (int form = 0; form < MYO_ICC_COUNT; form++) {
        a->icc[form] = (myo_icc){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    }
}

/* Agreement of one result, or the reason why there is none. */
static bool compute_agreement(myo_readers *all, result *owner, myo_error *err) {
    myo_readers_result *shown = &owner->shown;
    myo_error problem = {0};
    set_nothing(&shown->agreement);
    if (myo_agreement_compute(shown->values, shown->n, all->count, &shown->agreement, &problem) &&
        compute_pairs(all, owner, &problem)) {
        double estimate = shown->agreement.icc[all->options->form].estimate;
        shown->reason = shown->agreement.icc_reason;
        shown->accepted = all->options->accept > 0.0 && estimate >= all->options->accept;
        return true;
    }
    if (problem.code == MYO_E_MEMORY) {
        return myo_error_set(err, problem.code, "%s", problem.message);
    }
    shown->pair_count = 0;
    set_nothing(&shown->agreement);
    shown->reason =
        readers_keep(&all->texts, &all->text_count, &all->text_capacity, problem.message, err);
    return shown->reason != NULL;
}

static bool add_result(myo_readers *all, const observation *o, size_t count, myo_error *err) {
    void *items = all->results;
    if (!myo_array_reserve(&items, &all->result_capacity, all->result_count + 1,
                           sizeof *all->results, err)) {
        return false;
    }
    all->results = items;
    result *owner = &all->results[all->result_count++];
    *owner = (result){0};
    myo_readers_result *shown = &owner->shown;
    *shown = (myo_readers_result){.structure = o->structure,
                                  .level = o->level,
                                  .side = o->side,
                                  .measure = all->measures[o->measure]};
    double *values = myo_alloc_array(count * all->count, sizeof *values, err);
    const char **cases = myo_alloc_array(count, sizeof *cases, err);
    shown->values = owner->values = values;
    shown->cases = owner->cases = cases;
    if (!values || !cases) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (o[i].complete) {
            memcpy(values + shown->n * all->count, o[i].values, all->count * sizeof *values);
            cases[shown->n++] = o[i].label;
        }
    }
    sum_overlap(o, count, &shown->overlap);
    return compute_agreement(all, owner, err);
}

bool readers_compute(myo_readers *all, myo_error *err) {
    if (all->observation_count > 0) {
        qsort(all->observations, all->observation_count, sizeof *all->observations, by_result);
    }
    for (size_t first = 0, i = 1; i <= all->observation_count; i++) {
        if (i == all->observation_count ||
            !same_result(&all->observations[first], &all->observations[i])) {
            if (!add_result(all, all->observations + first, i - first, err)) {
                return false;
            }
            first = i;
        }
    }
    return true;
}

bool myo_readers_is_of_result(const myo_readers_unpaired *unpaired,
                              const myo_readers_result *shown) {
    return !unpaired->structure || (strcmp(unpaired->structure, shown->structure) == 0 &&
                                    strcmp(unpaired->level, shown->level) == 0 &&
                                    strcmp(unpaired->side, shown->side) == 0 &&
                                    strcmp(unpaired->measure, shown->measure) == 0);
}

/* Results are in order: the place of an item among them is found by halving. */
static bool is_measured(const myo_readers *all, const myo_readers_unpaired *item) {
    size_t low = 0, high = all->result_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const myo_readers_result *r = &all->results[middle].shown;
        int order = readers_compare_structures(item->structure, r->structure);
        order = order ? order : strcmp(item->level, r->level);
        order = order ? order : readers_compare_sides(item->side, r->side);
        for (size_t m = 0; !order && m < all->measure_count; m++) {
            bool is_item = strcmp(all->measures[m], item->measure) == 0;
            bool is_result = strcmp(all->measures[m], r->measure) == 0;
            if (is_item && is_result) {
                return true;
            }
            order = is_item ? -1 : is_result ? 1 : 0;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

void readers_drop_unmeasured(myo_readers *all) {
    size_t kept = 0;
    for (size_t i = 0; i < all->unpaired.count; i++) {
        const myo_readers_unpaired item = all->unpaired.items[i];
        if (!item.structure || is_measured(all, &item)) {
            all->unpaired.items[kept++] = item;
        }
    }
    all->unpaired.count = kept;
}
