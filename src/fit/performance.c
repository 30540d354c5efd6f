/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well the model does on the patients that it was made from, and on those that were set aside;
 * the measures are those of a validation. */
#include "base/memory.h"
#include "fit/fitted_private.h"

#include <math.h>
#include <stdlib.h>

#define REPLICATES 1000    /* of the intervals of partial areas and decision curve */
#define REPLICATES_MIN 100 /* fewer make no interval: none then */
#define DRAWS_MAX 2e7      /* rows times replicates that are drawn */

/* `threshold`: NaN for the one with the greatest Youden index. */
static assess_plan plan_for(myo_fitted *f, size_t rows, double threshold) {
    double affordable = fmin(DRAWS_MAX / (double)rows, REPLICATES);
    bool few = affordable < REPLICATES_MIN;
    f->intervals_left_out = f->intervals_left_out || few;
    return (assess_plan){.groups = ASSESS_GROUPS,
                         .partial_from = ASSESS_PARTIAL_FROM,
                         .threshold = threshold,
                         .bootstrap = {.replicates = few ? 0 : (size_t)affordable,
                                       .seed = f->options.seed,
                                       .threads = f->options.threads,
                                       .level = ASSESS_LEVEL}};
}

static bool measure_design(myo_fitted *f, const myo_design *design, const unsigned char *event,
                           double threshold, assessment *out, myo_error *err) {
    double *linear = myo_alloc_array(design->rows, sizeof *linear, err);
    double *probability = myo_alloc_array(design->rows, sizeof *probability, err);
    bool done = linear && probability;
    if (done) {
        const assess_plan plan = plan_for(f, design->rows, threshold);
        myo_logistic_predict(design, f->coefficients, linear);
        for (size_t i = 0; i < design->rows; i++) {
            probability[i] = myo_logistic(linear[i]);
        }
        done = assess_measure(&plan, linear, probability, event, design->rows, out, err);
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
        done = measure_design(f, &design, event, f->threshold, &f->test, err);
    }
    myo_design_clear(&design);
    free(kept);
    free(event);
    return done;
}

bool fit_measure(myo_fitted *f, myo_error *err) {
    if (!measure_design(f, &f->candidates, f->dev_event, (double)NAN, &f->development, err)) {
        return false;
    }
    f->threshold = f->development.confusion.threshold;
    return f->test_count == 0 || measure_test(f, err);
}
