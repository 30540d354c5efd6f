/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a threshold makes of predictions: the four counts and the measures that follow, with exact
 * intervals (binomial.h). A patient is positive when the score is at least the threshold. */
#ifndef MYO_STATS_CONFUSION_H
#define MYO_STATS_CONFUSION_H

#include "stats/binary.h"

typedef struct myo_confusion {
    double threshold;
    size_t true_positives, false_positives, true_negatives, false_negatives;
    myo_interval sensitivity, specificity, ppv, npv, accuracy, prevalence;
    double positive_likelihood_ratio; /* sensitivity / (1 - specificity) */
    double negative_likelihood_ratio; /* (1 - sensitivity) / specificity */
} myo_confusion;

/* A measure without patients (a PPV when nobody is positive) is NaN. */
void myo_confusion_measure(const myo_binary *data, double threshold, double level,
                           myo_confusion *out);

#endif
