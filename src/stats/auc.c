/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/auc.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define BUCKETS_MAX ((size_t)1 << 20)

static bool is_before(const myo_auc_place *a, const myo_auc_place *b) {
    return a->score < b->score || (a->score <= b->score && a->row < b->row);
}

static int compare_places(const void *a, const void *b) {
    return is_before(a, b) ? -1 : is_before(b, a);
}

/* Moves each place in front of those that come after it: few steps where they nearly are in order.
 * False when they are not, and too many steps would be needed. */
static bool insert_places(myo_auc_place *places, size_t count) {
    size_t steps = 0, limit = 64 * count;
    for (size_t i = 1; i < count && steps < limit; i++) {
        myo_auc_place moved = places[i];
        size_t k = i;
        for (; k > 0 && is_before(&moved, &places[k - 1]); k--) {
            places[k] = places[k - 1];
            steps++;
        }
        places[k] = moved;
    }
    return steps < limit;
}

/* Deals the scores into as many buckets of equal width as there are scores. */
static void deal_places(const double *score, size_t count, double lowest, double width,
                        size_t *starts, myo_auc_place *places) {
    double factor = (double)(count - 1) / width;
    for (size_t i = 0; i < count; i++) {
        starts[(size_t)((score[i] - lowest) * factor) + 1]++;
    }
    for (size_t b = 1; b < count; b++) {
        starts[b] += starts[b - 1];
    }
    for (size_t i = 0; i < count; i++) {
        places[starts[(size_t)((score[i] - lowest) * factor)]++] = (myo_auc_place){score[i], i};
    }
}

void myo_auc_order(const double *score, size_t count, myo_auc_place *places) {
    double lowest = count > 0 ? score[0] : 0.0, highest = lowest;
    for (size_t i = 1; i < count; i++) {
        lowest = score[i] < lowest ? score[i] : lowest;
        highest = score[i] > highest ? score[i] : highest;
    }
    double width = highest - lowest;
    size_t *starts = NULL;
    if (count > 1 && count <= BUCKETS_MAX && width > 0.0 && isfinite(width) &&
        isfinite((double)count / width)) {
        starts = calloc(count + 1, sizeof *starts);
    }
    if (starts) {
        deal_places(score, count, lowest, width, starts, places);
        free(starts);
        if (insert_places(places, count)) {
            return;
        }
    } else { /* also where memory is short: sorting needs no more */
        for (size_t i = 0; i < count; i++) {
            places[i] = (myo_auc_place){score[i], i};
        }
    }
    qsort(places, count, sizeof *places, compare_places);
}

bool myo_auc_weighted(const myo_auc_place *places, size_t count, const unsigned char *event,
                      const unsigned *times, double *auc) {
    double others = 0.0, events = 0.0, pairs = 0.0;
    for (size_t first = 0, next; first < count; first = next) {
        double events_here = 0.0, others_here = 0.0;
        for (next = first; next < count && places[next].score <= places[first].score; next++) {
            size_t row = places[next].row;
            double weight = times ? (double)times[row] : 1.0;
            events_here += event[row] ? weight : 0.0;
            others_here += event[row] ? 0.0 : weight;
        }
        pairs += events_here * (others + 0.5 * others_here);
        events += events_here;
        others += others_here;
    }
    *auc = pairs / (events * others);
    return events > 0.0 && others > 0.0;
}

bool myo_stats_auc(const double *score, const unsigned char *event, size_t count, double *auc,
                   myo_error *err) {
    myo_auc_place *places = myo_alloc_array(count, sizeof *places, err);
    if (!places) {
        return false;
    }
    myo_auc_order(score, count, places);
    bool ok = myo_auc_weighted(places, count, event, NULL, auc);
    free(places);
    return ok ||
           myo_error_set(err, MYO_E_RANGE, "there must be patients with and without the event");
}
