/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model in memory. Its texts are borrowed from the JSON tree that it owns. */
#ifndef MYO_RISK_MODEL_PRIVATE_H
#define MYO_RISK_MODEL_PRIVATE_H

#include <jansson.h>
#include <myotome/risk.h>

/* Limits that keep a broken or hostile file from costing memory or time. */
#define RISK_FILE_SIZE_MAX ((size_t)1 << 20)
#define RISK_PREDICTORS_MAX 64
#define RISK_LEVELS_MAX 32
#define RISK_NAME_MAX 64
#define RISK_TERMS_MAX ((size_t)RISK_PREDICTORS_MAX * RISK_LEVELS_MAX)

/* Quantile of the normal distribution for a two-sided 95 % interval. */
#define RISK_Z95 1.959963984540054

/* One term of the linear predictor: coefficient x value, where the value of a category's level is
 * 1 or 0. */
typedef struct risk_term {
    const char *level; /* of a category; NULL for a number */
    double coefficient, standard_error;
    double centre; /* where the term's error does not matter; see docs/models.md */
} risk_term;

typedef struct risk_predictor {
    const char *name, *label;
    const char *unit;      /* NULL for a category */
    const char *reference; /* category whose coefficient is 0; NULL for a number */
    risk_term *terms;      /* one for a number, one for each level of a category */
    size_t term_count;
    bool has_range, has_possible;
    double minimum, maximum; /* of the development data */
    double possible_minimum, possible_maximum;
    const json_t *json;
} risk_predictor;

struct myo_model {
    json_t *root;
    const char *name, *title;
    const char *unavailable; /* why it cannot predict, or NULL */
    double intercept, standard_error_at_centre;
    const char *intercept_source;
    risk_predictor *predictors;
    size_t predictor_count;
    double *covariance; /* of intercept and terms, row by row; NULL: not known */
    size_t covariance_size;
};

/* Checks the JSON tree and fills the model from it. */
bool risk_model_fill(myo_model *model, const char *origin, myo_error *err);

/* Reads the covariance of the coefficients, where the file has one; the terms must be filled. */
bool risk_covariance_fill(myo_model *model, const char *origin, myo_error *err);
/* Variance of the linear predictor for the values of the terms, in their order. */
double risk_covariance_variance(const myo_model *model, const double *values);

#endif
