/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much better a model looks on the patients that it was made from than it will on others: the
 * optimism, by bootstrap (F. Harrell, K. Lee and D. Mark, Stat. Med. 15:361-387, 1996).
 *
 * Each replicate draws as many patients with replacement, repeats everything that made the model
 * (the selection by LASSO with its cross-validation where there was one, and the fit), and measures
 * the result on the drawn patients and on the original ones. The mean of the difference is taken
 * off the apparent measures.
 */
#ifndef MYO_STATS_OPTIMISM_H
#define MYO_STATS_OPTIMISM_H

#include "stats/design.h"
#include "stats/logistic.h"

typedef enum myo_select { MYO_SELECT_NONE, MYO_SELECT_LASSO_MIN, MYO_SELECT_LASSO_1SE } myo_select;

typedef struct myo_optimism_plan {
    size_t replicates;
    uint64_t seed;
    myo_select select;
    size_t folds; /* a replicate with fewer different patients has one for each of them */
    myo_firth firth;
    myo_parallel parallel;
} myo_optimism_plan;

/* Measures of a model: all of predictions on some patients. */
typedef struct myo_performance {
    double auc, brier;
    double slope, intercept; /* of the calibration line: logit p = intercept + slope x predictor */
} myo_performance;

typedef struct myo_optimism {
    myo_performance apparent, optimism, corrected;
    size_t replicates; /* that have a result */
    size_t separated; /* of them: fitted with Firth's penalty, as the data were separated or the fit
                         without it did not converge */
    size_t empty;     /* of them: nothing was selected; they have no slope */
    size_t failed;    /* left out: too few with the event were drawn, or a fit did not converge */
    size_t *selected; /* for each term: replicates that selected it */
} myo_optimism;

/*
 * `design` holds all candidates, and `coefficients` are those of the model made from them (0 for
 * what was not selected; intercept first). The result does not depend on the number of threads.
 * Released with myo_optimism_clear().
 */
bool myo_optimism_estimate(const myo_design *design, const unsigned char *event,
                           const double *coefficients, const myo_optimism_plan *plan,
                           myo_optimism *out, myo_error *err);
void myo_optimism_clear(myo_optimism *optimism);

/* Measures of linear predictors. Slope and intercept are NaN where the predictors do not differ or
 * separate the events from the others. */
bool myo_performance_measure(const double *predictor, const unsigned char *event, size_t count,
                             myo_performance *out, myo_error *err);

#endif
