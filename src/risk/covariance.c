/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The covariance of a model's coefficients: the lower triangle of a symmetric matrix with a row for
 * the intercept and one for each term. `terms` repeats their names, so that a row in the wrong
 * place cannot go unseen.
 */
#include "base/memory.h"
#include "risk/model_private.h"
#include "risk/schema_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Greatest relative difference between a standard error and the root of its variance. */
#define ERROR_TOLERANCE 0.01
/* What rounding leaves of a pivot of a matrix that is just singular, relative to its diagonal. */
#define PIVOT_TOLERANCE 1e-12

static const schema_member covariance_members[] = {
    {"terms", SCHEMA_TEXTS, true},
    {"rows", SCHEMA_TRIANGLE, true},
    {0},
};

/* "intercept", "age" or "surgical_approach=PKP". */
static bool names_term(const char *text, const risk_predictor *predictor, const risk_term *term) {
    size_t length = strlen(predictor->name);
    if (strncmp(text, predictor->name, length) != 0) {
        return false;
    }
    return term->level ? text[length] == '=' && strcmp(text + length + 1, term->level) == 0
                       : text[length] == '\0';
}

static bool check_names(const myo_model *model, const json_t *terms) {
    size_t at = 0;
    const char *first = json_string_value(json_array_get(terms, at++));
    bool ok = first && strcmp(first, "intercept") == 0;
    for (size_t i = 0; i < model->predictor_count; i++) {
        const risk_predictor *predictor = &model->predictors[i];
        for (size_t t = 0; t < predictor->term_count && ok; t++) {
            const char *text = json_string_value(json_array_get(terms, at++));
            ok = text && names_term(text, predictor, &predictor->terms[t]);
        }
    }
    return ok && at == json_array_size(terms);
}

static bool check_errors(const myo_model *model) {
    size_t at = 1, size = model->covariance_size;
    for (size_t i = 0; i < model->predictor_count; i++) {
        const risk_predictor *predictor = &model->predictors[i];
        for (size_t t = 0; t < predictor->term_count; t++, at++) {
            double error = sqrt(model->covariance[at * size + at]);
            double stated = predictor->terms[t].standard_error;
            if (!(fabs(error - stated) <= ERROR_TOLERANCE * stated)) {
                return false;
            }
        }
    }
    return true;
}

/* True when no combination of the coefficients has a negative variance: a Cholesky factor exists.
 */
static bool is_positive(const myo_model *model, double *factor) {
    size_t size = model->covariance_size;
    for (size_t i = 0; i < size; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = model->covariance[i * size + j];
            for (size_t k = 0; k < j; k++) {
                sum -= factor[i * size + k] * factor[j * size + k];
            }
            if (i == j) {
                if (!(sum >= -PIVOT_TOLERANCE * model->covariance[i * size + i])) {
                    return false;
                }
                factor[i * size + i] = sqrt(fmax(sum, 0.0));
            } else {
                double pivot = factor[j * size + j];
                factor[i * size + j] = pivot > 0.0 ? sum / pivot : 0.0;
            }
        }
    }
    return true;
}

static bool fill(myo_model *model, const json_t *rows, const schema_place *place, myo_error *err) {
    size_t size = model->covariance_size;
    double *factor = myo_alloc_array(size * size, sizeof *factor, err);
    model->covariance = myo_alloc_array(size * size, sizeof *model->covariance, err);
    if (!factor || !model->covariance) {
        free(factor);
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        for (size_t k = 0; k <= i; k++) {
            double value = json_number_value(json_array_get(json_array_get(rows, i), k));
            model->covariance[i * size + k] = model->covariance[k * size + i] = value;
        }
    }
    bool positive = is_positive(model, factor);
    free(factor);
    if (!positive) {
        return schema_fail(place, "rows", "is no covariance: a combination has a negative variance",
                           err);
    }
    return check_errors(model) ||
           schema_fail(place, "rows", "does not belong to the standard errors of the predictors",
                       err);
}

bool risk_covariance_fill(myo_model *model, const char *origin, myo_error *err) {
    const json_t *covariance = json_object_get(model->root, "covariance");
    schema_place whole = {origin, ""}, place = {origin, "covariance"};
    if (!covariance) {
        return true;
    }
    if (model->unavailable) {
        return schema_fail(&whole, "covariance", "has no place where status is features_only", err);
    }
    const json_t *terms = json_object_get(covariance, "terms");
    const json_t *rows = json_object_get(covariance, "rows");
    if (!schema_check(covariance, &place, covariance_members, err)) {
        return false;
    }
    if (!check_names(model, terms)) {
        return schema_fail(&place, "terms",
                           "must name the intercept and then every term in the order of the "
                           "predictors, levels as NAME=LEVEL",
                           err);
    }
    if (json_array_size(rows) != json_array_size(terms)) {
        return schema_fail(&place, "rows", "must have a row for each term", err);
    }
    model->covariance_size = json_array_size(terms);
    return fill(model, rows, &place, err);
}

double risk_covariance_variance(const myo_model *model, const double *values) {
    size_t size = model->covariance_size;
    double variance = 0.0;
    for (size_t i = 0; i < size; i++) {
        for (size_t k = 0; k < size; k++) {
            double a = i > 0 ? values[i - 1] : 1.0, b = k > 0 ? values[k - 1] : 1.0;
            variance += a * b * model->covariance[i * size + k];
        }
    }
    return fmax(variance, 0.0);
}
