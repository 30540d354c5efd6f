/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well the model does on the patients that it was made from, and on those that were set aside;
 * the measures are those of a validation. */
#include "base/memory.h"
#include "fit/fitted_private.h"

#include <math.h>
#include <stdlib.h>

#define GROUPS 10          /* of the Hosmer-Lemeshow test */
#define PARTIAL_FROM 0.8   /* partial areas reach from here to 1 */
#define REPLICATES 1000    /* of the intervals of partial areas and decision curve */
#define REPLICATES_MIN 100 /* fewer make no interval: none then */
#define DRAWS_MAX 2e7      /* rows times replicates that are drawn */

static myo_bootstrap plan_bootstrap(const myo_fitted *f, size_t rows) {
    double affordable = fmin(DRAWS_MAX / (double)rows, REPLICATES);
    return (myo_bootstrap){.replicates = affordable < REPLICATES_MIN ? 0 : (size_t)affordable,
                           .seed = f->options.seed,
                           .threads = f->options.threads,
                           .level = FIT_LEVEL};
}

static bool measure_area(const myo_roc *roc, const unsigned char *event, size_t count,
                         fit_performance *p, myo_error *err) {
    double *placements = myo_alloc_array(count, sizeof *placements, err);
    if (!placements) {
        return false;
    }
    double area = myo_roc_area(roc);
    myo_delong_placements(roc, event, placements);
    p->auc_variance = myo_delong_covariance(event, count, placements, placements);
    p->auc = myo_delong_interval(area, p->auc_variance, FIT_LEVEL);
    p->against_chance = myo_delong_paired(area, 0.5, p->auc_variance, 0.0, 0.0);
    free(placements);
    return true;
}

static bool measure(myo_fitted *f, const double *linear, double *probability,
                    const unsigned char *event, size_t count, bool development, fit_performance *p,
                    myo_error *err) {
    for (size_t i = 0; i < count; i++) {
        probability[i] = myo_logistic(linear[i]);
    }
    const myo_binary risks = {probability, event, count}, lines = {linear, event, count};
    p->count = count;
    p->events = myo_binary_events(&risks);
    p->measured = p->events > 0 && p->events < count;
    if (!p->measured) {
        return true;
    }
    const myo_bootstrap plan = plan_bootstrap(f, count);
    myo_roc roc = {0};
    if (!myo_roc_create(&risks, &roc, err)) {
        return false;
    }
    p->ranges[FIT_PARTIAL_SPECIFICITY] =
        (myo_partial_range){MYO_PARTIAL_SPECIFICITY, PARTIAL_FROM, 1.0};
    p->ranges[FIT_PARTIAL_SENSITIVITY] =
        (myo_partial_range){MYO_PARTIAL_SENSITIVITY, PARTIAL_FROM, 1.0};
    f->threshold = development ? myo_roc_youden(&roc) : f->threshold;
    for (size_t k = 0; k < FIT_THRESHOLDS; k++) {
        p->decision[k].threshold = (double)(k + 1) / (FIT_THRESHOLDS + 1);
    }
    bool done = measure_area(&roc, event, count, p, err) &&
                myo_partial_auc_bootstrap(&roc, p->ranges, FIT_PARTIAL_COUNT, &plan, p->partial,
                                          &p->partial_difference, err) &&
                myo_hosmer_lemeshow_test(&risks, GROUPS, &p->hosmer_lemeshow, err) &&
                myo_calibration_measure(&lines, FIT_LEVEL, &p->calibration, NULL, NULL, err) &&
                myo_decision_curve(&risks, &plan, p->decision, FIT_THRESHOLDS, err);
    myo_confusion_measure(&risks, f->threshold, FIT_LEVEL, &p->confusion);
    myo_roc_clear(&roc);
    return done;
}

static bool measure_design(myo_fitted *f, const myo_design *design, const unsigned char *event,
                           bool development, fit_performance *p, myo_error *err) {
    double *linear = myo_alloc_array(design->rows, sizeof *linear, err);
    double *probability = myo_alloc_array(design->rows, sizeof *probability, err);
    bool done = linear && probability;
    if (done) {
        myo_logistic_predict(design, f->coefficients, linear);
        done = measure(f, linear, probability, event, design->rows, development, p, err);
    }
    free(linear);
    free(probability);
    return done;
}

/* The patients that were set aside, but those with a level that the model does not know. */
static bool measure_test(myo_fitted *f, myo_error *err) {
    const size_t *rows = f->rows + f->row_count;
    size_t kept_count = 0, *kept = myo_alloc_array(f->test_count, sizeof *kept, err);
    unsigned char *event = myo_alloc_array(f->test_count, sizeof *event, err);
    myo_design design = {0};
    bool done =
        kept && event && fit_encode(f, rows, f->test_count, kept, &kept_count, &design, err);
    if (done) {
        for (size_t i = 0; i < kept_count; i++) {
            event[i] = f->cohort->event[rows[kept[i]]];
        }
        f->test_unknown = f->test_count - kept_count;
        done = measure_design(f, &design, event, false, &f->test, err);
    }
    myo_design_clear(&design);
    free(kept);
    free(event);
    return done;
}

bool fit_measure(myo_fitted *f, myo_error *err) {
    return measure_design(f, &f->candidates, f->dev_event, true, &f->development, err) &&
           (f->test_count == 0 || measure_test(f, err));
}
