/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assess/assess.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

myo_delong_group assess_area(const myo_roc *roc, const unsigned char *event, size_t count,
                             double *placements) {
    myo_delong_placements(roc, event, placements);
    return (myo_delong_group){.area = myo_roc_area(roc),
                              .variance =
                                  myo_delong_covariance(event, count, placements, placements),
                              .count = count};
}

static bool measure_area(const unsigned char *event, assessment *a, myo_error *err) {
    double *placements = myo_alloc_array(a->count, sizeof *placements, err);
    if (!placements) {
        return false;
    }
    myo_delong_group group = assess_area(&a->roc, event, a->count, placements);
    a->auc_variance = group.variance;
    a->auc = myo_delong_interval(group.area, group.variance, ASSESS_LEVEL);
    /* One area against a fixed one: a comparison with a score that has no variance. */
    a->against_chance = myo_delong_paired(group.area, 0.5, group.variance, 0.0, 0.0);
    free(placements);
    return true;
}

static bool measure_decision(const assess_plan *plan, const myo_binary *risks, assessment *a,
                             myo_error *err) {
    for (size_t k = 0; k < ASSESS_THRESHOLDS; k++) {
        a->decision[k].threshold = (double)(k + 1) / (ASSESS_THRESHOLDS + 1);
    }
    if (!myo_decision_curve(risks, &plan->bootstrap, a->decision, ASSESS_THRESHOLDS, err)) {
        return false;
    }
    size_t found =
        myo_decision_useful(a->decision, ASSESS_THRESHOLDS, a->useful, ASSESS_USEFUL_MAX);
    a->useful_count = found < ASSESS_USEFUL_MAX ? found : ASSESS_USEFUL_MAX;
    return true;
}

bool assess_measure(const assess_plan *plan, const double *linear, const double *probability,
                    const unsigned char *event, size_t count, assessment *out, myo_error *err) {
    const myo_binary risks = {probability, event, count}, lines = {linear, event, count};
    *out = (assessment){.count = count, .events = myo_binary_events(&risks)};
    out->measured = out->events > 0 && out->events < count;
    if (!out->measured) {
        return true;
    }
    for (int k = 0; k < ASSESS_PARTIAL_COUNT; k++) {
        out->ranges[k] = (myo_partial_range){k == ASSESS_SPECIFICITY ? MYO_PARTIAL_SPECIFICITY
                                                                     : MYO_PARTIAL_SENSITIVITY,
                                             plan->partial_from, 1.0};
    }
    out->curve = myo_alloc_array(MYO_CALIBRATION_POINTS_MAX, sizeof *out->curve, err);
    if (!out->curve || !myo_roc_create(&risks, &out->roc, err) || !measure_area(event, out, err)) {
        return false;
    }
    out->constant = out->roc.level_count == 1;
    double threshold = isnan(plan->threshold) ? myo_roc_youden(&out->roc) : plan->threshold;
    myo_confusion_measure(&risks, threshold, ASSESS_LEVEL, &out->confusion);
    return myo_partial_auc_bootstrap(&out->roc, out->ranges, ASSESS_PARTIAL_COUNT, &plan->bootstrap,
                                     out->partial, &out->partial_difference, err) &&
           myo_hosmer_lemeshow_test(&risks, plan->groups, &out->hosmer_lemeshow, err) &&
           myo_calibration_measure(&lines, ASSESS_LEVEL, &out->calibration, out->curve,
                                   &out->curve_count, err) &&
           measure_decision(plan, &risks, out, err);
}

void assess_clear(assessment *a) {
    myo_roc_clear(&a->roc);
    free(a->curve);
    a->curve = NULL;
}
