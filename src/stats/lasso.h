/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logistic regression with the LASSO penalty (R. Tibshirani, J. R. Stat. Soc. B 58:267-288, 1996)
 * along a path of penalties, and the choice of the penalty by cross-validation.
 *
 * The objective, the standardisation of the columns, the sequence of penalties, and the rules by
 * which a path ends are those of J. Friedman, T. Hastie and R. Tibshirani (J. Stat. Softw. 33(1),
 * 2010), so that results agree with those of the R package glmnet: minimise the mean negative
 * log-likelihood plus lambda times the sum of the absolute coefficients of the columns divided by
 * their standard deviations (with denominator n). The intercept is not penalised.
 */
#ifndef MYO_STATS_LASSO_H
#define MYO_STATS_LASSO_H

#include "base/parallel.h"
#include "stats/design.h"

/* Data of a fit, borrowed. */
typedef struct myo_lasso_data {
    const myo_design *design;
    const unsigned char *event;
    const unsigned *count; /* how often each row counts, as in a bootstrap; NULL: once */
} myo_lasso_data;

/* Number of penalties of a path that ends by no other rule. */
#define MYO_LASSO_PENALTIES 100

typedef struct myo_lasso_path {
    size_t count;   /* of penalties */
    size_t columns; /* of the design */
    double *lambda; /* descending */
    double *intercept;
    double *coefficients;   /* `columns` for each penalty, in the columns' own units */
    double *deviance_ratio; /* share of the deviance of the intercept alone that is explained */
    double null_deviance;   /* of the sum over all rows */
} myo_lasso_path;

/*
 * The path from the penalty at which every coefficient is 0 on. MYO_E_RANGE unless there are rows
 * with and without the event. Released with myo_lasso_path_clear().
 */
bool myo_lasso_path_fit(const myo_lasso_data *data, myo_lasso_path *out, myo_error *err);
void myo_lasso_path_clear(myo_lasso_path *path);

typedef struct myo_lasso_cv {
    size_t folds, count;
    double *mean;    /* cross-validated deviance of a row, for each penalty of the path */
    double *error;   /* its standard error over the folds */
    size_t *nonzero; /* coefficients that are not 0 */
    size_t minimum;  /* index of the penalty with the least deviance (lambda.min) */
    size_t one_se;   /* of the greatest one within a standard error of that (lambda.1se) */
} myo_lasso_cv;

/*
 * Path of all rows, and cross-validation of its penalties: the path of each fold's other rows is
 * followed along penalties of its own, and its coefficients are interpolated at those of the whole
 * path, as cv.glmnet does. fold[row] is 0 to folds - 1; no fold may be empty. The result does not
 * depend on the number of threads. Both are released by their clear functions.
 */
bool myo_lasso_cross_validate(const myo_lasso_data *data, const size_t *fold, size_t folds,
                              const myo_parallel *plan, myo_lasso_path *path, myo_lasso_cv *cv,
                              myo_error *err);
void myo_lasso_cv_clear(myo_lasso_cv *cv);

#endif
