/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/pair_private.h"

#include "base/number.h"

#include <stdlib.h>
#include <string.h>

static bool has_ct(const myo_study *study) {
    const myo_series *series;
    return myo_level_choose_ct_series(study, NULL, &series, NULL);
}

static bool has_mr(const myo_study *study) {
    for (size_t i = 0; i < study->series_count; i++) {
        if (!myo_level_why_not_axial_t2(&study->series[i])) {
            return true;
        }
    }
    return false;
}

/* Difference of two dates as numbers of eight digits: enough to tell which is nearer. */
static long distance(const myo_study *a, const myo_study *b) {
    int x = 0, y = 0;
    return myo_integer_parse(a->study_date, &x) && myo_integer_parse(b->study_date, &y)
               ? labs((long)x - (long)y)
               : 99999999L;
}

/* The nearest other study of the patient with (CT) or with (MR). */
static const myo_study *find_other(const run *r, const myo_study *source,
                                   bool (*has)(const myo_study *)) {
    const myo_study *best = NULL;
    for (size_t i = 0; i < myo_catalogue_get_study_count(r->catalogue); i++) {
        const myo_study *other = myo_catalogue_get_study(r->catalogue, i);
        if (other != source && strcmp(other->patient_id, source->patient_id) == 0 && has(other) &&
            (!best || distance(other, source) < distance(best, source))) {
            best = other;
        }
    }
    return best;
}

const myo_study *pair_find_ct(const run *r, const myo_study *source) {
    if (has_ct(source)) {
        return source;
    }
    return r->options->pair && *source->patient_id ? find_other(r, source, has_ct) : NULL;
}

bool pair_is_taken(const run *r, const myo_study *source) {
    if (!r->options->pair || !*source->patient_id || has_mr(source)) {
        return false;
    }
    const myo_study *other = find_other(r, source, has_mr);
    return other && pair_find_ct(r, other) == source;
}
