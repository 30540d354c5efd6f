/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/confusion.h"

#include "stats/binomial.h"

static void count_cells(const myo_binary *data, double threshold, myo_confusion *c) {
    for (size_t i = 0; i < data->count; i++) {
        bool positive = data->score[i] >= threshold, event = data->event[i] != 0;
        c->true_positives += positive && event;
        c->false_positives += positive && !event;
        c->true_negatives += !positive && !event;
        c->false_negatives += !positive && event;
    }
}

void myo_confusion_measure(const myo_binary *data, double threshold, double level,
                           myo_confusion *out) {
    *out = (myo_confusion){.threshold = threshold};
    count_cells(data, threshold, out);
    size_t tp = out->true_positives, fp = out->false_positives;
    size_t tn = out->true_negatives, fn = out->false_negatives;
    out->sensitivity = myo_binomial_exact(tp, tp + fn, level);
    out->specificity = myo_binomial_exact(tn, tn + fp, level);
    out->ppv = myo_binomial_exact(tp, tp + fp, level);
    out->npv = myo_binomial_exact(tn, tn + fn, level);
    out->accuracy = myo_binomial_exact(tp + tn, data->count, level);
    out->prevalence = myo_binomial_exact(tp + fn, data->count, level);
    out->positive_likelihood_ratio = out->sensitivity.estimate / (1.0 - out->specificity.estimate);
    out->negative_likelihood_ratio = (1.0 - out->sensitivity.estimate) / out->specificity.estimate;
}
