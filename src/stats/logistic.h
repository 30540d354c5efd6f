/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Multivariable logistic regression: estimates by maximum likelihood, or by Firth's penalised
 * likelihood where the data are separated, with the tests and intervals that belong to them.
 */
#ifndef MYO_STATS_LOGISTIC_H
#define MYO_STATS_LOGISTIC_H

#include "base/parallel.h"
#include "stats/design.h"

typedef enum myo_firth {
    MYO_FIRTH_AUTO, /* where the data are separated, or the fit does not converge */
    MYO_FIRTH_NEVER,
    MYO_FIRTH_ALWAYS
} myo_firth;

typedef struct myo_logistic_options {
    myo_firth firth;
    bool tests;            /* of the terms */
    bool profile;          /* intervals by profile likelihood, too; many more fits */
    double level;          /* of intervals: 0.95 */
    myo_parallel parallel; /* for tests and profiles */
} myo_logistic_options;

typedef struct myo_logistic_coefficient {
    double estimate, standard_error;
    double z, p;         /* Wald test */
    double lower, upper; /* Wald interval */
    /* Likelihood ratio test and interval by profile likelihood: penalised ones under Firth's
     * penalty. NaN where not computed, and for the intercept; an end that cannot be found is NaN,
     * too. An interval without an end is infinite there. */
    double profile_p, profile_lower, profile_upper;
} myo_logistic_coefficient;

/* Tests that all coefficients of a term are 0. */
typedef struct myo_logistic_term {
    size_t df;
    double wald_chi2, wald_p;
    /* Likelihood ratio test; NaN unless tests were asked for, and where the fit without the term
     * does not converge. */
    double ratio_chi2, ratio_p;
} myo_logistic_term;

typedef struct myo_logistic_fit {
    size_t coefficient_count; /* intercept first, then the columns of the design */
    myo_logistic_coefficient *coefficients;
    double *covariance; /* row by row */
    size_t term_count;
    myo_logistic_term *terms;
    double log_likelihood;      /* at the estimates, without a penalty */
    double null_log_likelihood; /* of the intercept alone */
    double ratio_chi2, ratio_p; /* of the whole model against the intercept alone */
    bool firth;                 /* the estimates are those of the penalised likelihood */
    bool separated;             /* there are no maximum likelihood estimates */
    bool *separating;           /* for each column: it takes part in the separation */
} myo_logistic_fit;

/*
 * Fits the model. No column may depend on the others (myo_design_collinearity()). MYO_E_RANGE when
 * the data are separated and the penalty is not allowed, or when the fit does not converge.
 * Released with myo_logistic_fit_clear().
 */
bool myo_logistic_fit_design(const myo_design *design, const unsigned char *event,
                             const myo_logistic_options *options, myo_logistic_fit *out,
                             myo_error *err);
void myo_logistic_fit_clear(myo_logistic_fit *fit);

/* Linear predictors of all rows of a design for coefficients with the intercept first. */
void myo_logistic_predict(const myo_design *design, const double *coefficients, double *out);

#endif
