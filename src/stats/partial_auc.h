/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Partial area under the ROC curve: between two specificities (the area below the curve), or
 * between two sensitivities (the area on its right). Straight lines join the points of the curve.
 *
 * The corrected area of D. McClish (Med. Decis. Making 9:190-195, 1989) is (1 + (A - a) / (b - a))
 * / 2 with A the partial area, a the part of it below the diagonal and b the greatest possible one,
 * so that 0.5 is chance and 1 perfect whatever the range is. Below chance it is not defined.
 */
#ifndef MYO_STATS_PARTIAL_AUC_H
#define MYO_STATS_PARTIAL_AUC_H

#include "stats/bootstrap.h"
#include "stats/roc.h"

typedef enum myo_partial_focus {
    MYO_PARTIAL_SPECIFICITY,
    MYO_PARTIAL_SENSITIVITY
} myo_partial_focus;

typedef struct myo_partial_range {
    myo_partial_focus focus;
    double from, to; /* 0 <= from < to <= 1, of specificity or sensitivity */
} myo_partial_range;

double myo_partial_auc(const myo_roc *roc, const myo_partial_range *range);

/* The corrected value of a partial area; NaN below chance. */
double myo_partial_auc_correct(double area, const myo_partial_range *range);

/* Partial areas with percentile intervals, and the test that the first two of them are equal. */
typedef struct myo_partial_result {
    myo_interval area, corrected;
} myo_partial_result;

/*
 * Partial areas of `range_count` ranges with intervals from a stratified bootstrap: patients with
 * and without the event are drawn anew, each as many as there are (J. Carpenter and J. Bithell,
 * Stat. Med. 19:1141-1164, 2000). All ranges see the same draws, so that the difference of the
 * first two has a standard error; `difference` (may be NULL) receives its test on the normal
 * distribution, as pROC has it. Corrected replicates below chance are left out of the interval of
 * the corrected area.
 */
bool myo_partial_auc_bootstrap(const myo_roc *roc, const myo_partial_range *ranges,
                               size_t range_count, const myo_bootstrap *plan,
                               myo_partial_result *results, myo_test *difference, myo_error *err);

#endif
