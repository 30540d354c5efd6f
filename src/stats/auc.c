/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/auc.h"

#include "base/memory.h"

#include <stdlib.h>

static int compare_places(const void *a, const void *b) {
    const myo_auc_place *left = a, *right = b;
    int order = (left->score > right->score) - (left->score < right->score);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

void myo_auc_order(const double *score, size_t count, myo_auc_place *places) {
    for (size_t i = 0; i < count; i++) {
        places[i] = (myo_auc_place){score[i], i};
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
