/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The empirical receiver operating characteristic.
 *
 * Patients with the same score are one level. A patient counts as positive when the score is at
 * least the threshold, so that there is one point of the curve for each level and one, with nobody
 * positive, at its start. The area under the straight lines between the points equals the
 * probability that a patient with the event has the higher score, ties counting half (J. Hanley and
 * B. McNeil, Radiology 143:29-36, 1982).
 */
#ifndef MYO_STATS_ROC_H
#define MYO_STATS_ROC_H

#include "stats/binary.h"

/* All patients with one score. */
typedef struct myo_roc_level {
    double score;
    size_t events, nonevents;
    size_t events_above, nonevents_above; /* with a higher score */
} myo_roc_level;

typedef struct myo_roc {
    myo_roc_level *levels; /* in descending order of the score */
    size_t level_count;
    size_t events, nonevents;
    size_t *level_of; /* the level of each patient, in the order of the data */
} myo_roc;

/* Groups the patients by their score. MYO_E_RANGE unless there are patients with and without the
 * event; MYO_E_ARGUMENT for a score that is not finite. Released with myo_roc_clear(). */
bool myo_roc_create(const myo_binary *data, myo_roc *out, myo_error *err);
void myo_roc_clear(myo_roc *roc);

/* Area under the curve. */
double myo_roc_area(const myo_roc *roc);

/*
 * The threshold of the greatest sum of sensitivity and specificity (W. Youden, Cancer 3:32-35,
 * 1950), of equal ones the lowest, which misses the fewest events. It lies half way to the next
 * lower score, so that rounding does not change who is positive.
 */
double myo_roc_youden(const myo_roc *roc);

#endif
