/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/roc.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct scored {
    double score;
    size_t patient;
} scored;

static int by_descending_score(const void *left, const void *right) {
    const scored *a = left, *b = right;
    if (a->score != b->score) {
        return a->score > b->score ? -1 : 1;
    }
    return (a->patient > b->patient) - (a->patient < b->patient);
}

static bool check(const myo_binary *data, myo_error *err) {
    size_t events = myo_binary_events(data);
    if (data->count > UINT32_MAX) { /* counts are narrow where the bootstrap makes them */
        return myo_error_set(err, MYO_E_RANGE, "%zu patients are too many", data->count);
    }
    if (events == 0 || events == data->count) {
        return myo_error_set(err, MYO_E_RANGE,
                             "%zu of %zu patients have the event: patients with and without it are "
                             "needed",
                             events, data->count);
    }
    for (size_t i = 0; i < data->count; i++) {
        if (!isfinite(data->score[i])) {
            return myo_error_set(err, MYO_E_ARGUMENT, "score %zu is not finite", i + 1);
        }
    }
    return true;
}

static void fill_levels(const myo_binary *data, const scored *order, myo_roc *roc) {
    for (size_t i = 0; i < data->count; i++) {
        if (i == 0 || order[i].score < order[i - 1].score) {
            roc->levels[roc->level_count++] = (myo_roc_level){.score = order[i].score,
                                                              .events_above = roc->events,
                                                              .nonevents_above = roc->nonevents};
        }
        myo_roc_level *level = &roc->levels[roc->level_count - 1];
        bool event = data->event[order[i].patient] != 0;
        level->events += event;
        level->nonevents += !event;
        roc->events += event;
        roc->nonevents += !event;
        roc->level_of[order[i].patient] = roc->level_count - 1;
    }
}

bool myo_roc_create(const myo_binary *data, myo_roc *out, myo_error *err) {
    *out = (myo_roc){0};
    if (!check(data, err)) {
        return false;
    }
    bool done = false;
    scored *order = myo_alloc_array(data->count, sizeof *order, err);
    out->levels = myo_alloc_array(data->count, sizeof *out->levels, err);
    out->level_of = myo_alloc_array(data->count, sizeof *out->level_of, err);
    if (!order || !out->levels || !out->level_of) {
        goto end;
    }
    for (size_t i = 0; i < data->count; i++) {
        order[i] = (scored){data->score[i], i};
    }
    qsort(order, data->count, sizeof *order, by_descending_score);
    fill_levels(data, order, out);
    done = true;
end:
    free(order);
    if (!done) {
        myo_roc_clear(out);
    }
    return done;
}

void myo_roc_clear(myo_roc *roc) {
    free(roc->levels);
    free(roc->level_of);
    *roc = (myo_roc){0};
}

double myo_roc_area(const myo_roc *roc) {
    double area = 0.0;
    for (size_t i = 0; i < roc->level_count; i++) {
        const myo_roc_level *level = &roc->levels[i];
        double won = (double)level->events_above + 0.5 * (double)level->events;
        area += (double)level->nonevents * won;
    }
    return area / ((double)roc->events * (double)roc->nonevents);
}

double myo_roc_youden(const myo_roc *roc) {
    double best = -INFINITY;
    size_t at = 0;
    for (size_t i = 0; i < roc->level_count; i++) {
        const myo_roc_level *level = &roc->levels[i];
        double true_positives = (double)(level->events_above + level->events);
        double false_positives = (double)(level->nonevents_above + level->nonevents);
        /* Youden's index times both group sizes: whole numbers, so that equal ones are equal. */
        double index =
            true_positives * (double)roc->nonevents - false_positives * (double)roc->events;
        if (index >= best) {
            best = index;
            at = i;
        }
    }
    double score = roc->levels[at].score;
    return at + 1 < roc->level_count ? 0.5 * (score + roc->levels[at + 1].score) : score;
}
