/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Applies a logistic model to one patient.
 *
 * Linear predictor l = intercept + sum of b_j x_j; probability 1 / (1 + exp(-l)). The interval is
 * l +- 1.96 s, turned into probabilities, with s^2 = s_c^2 + sum of (s_j (x_j - c_j))^2: each
 * coefficient's standard error s_j acts on the distance of its input from the centre c_j, and s_c
 * is the standard error of l at the centre. At the centre chosen as in docs/models.md the
 * coefficients and the level of the equation are uncorrelated, so the sum needs no covariances.
 * With all c_j at 0 it would need the covariances with the intercept, which are large, and without
 * them the interval of an average patient is far too wide. A model that holds the covariance C of
 * its coefficients needs none of that: s^2 = x' C x with x_0 = 1 for the intercept.
 */
#include "base/missing.h"
#include "base/number.h"
#include "risk/equation.h"
#include "risk/model_private.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VALUE_SIZE 128 /* longest text of a value that is quoted in a message */

/* Running sums over the terms, and their values. */
typedef struct sums {
    double linear_predictor, variance;
    double measured_variance; /* by the uncertainties of the measures */
    double values[RISK_TERMS_MAX];
    size_t count;
} sums;

/* Appends to a list with "; " between its parts; what does not fit is left out. */
static void list_append(char list[MYO_RISK_TEXT_SIZE], const char *format, ...) MYO_PRINTF(2, 3);
static void list_append(char list[MYO_RISK_TEXT_SIZE], const char *format, ...) {
    char part[MYO_RISK_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(part, sizeof part, format, arguments);
    va_end(arguments);
    const char *separator = *list ? "; " : "";
    size_t length = strlen(list);
    if (length + strlen(separator) + strlen(part) < MYO_RISK_TEXT_SIZE) {
        snprintf(list + length, MYO_RISK_TEXT_SIZE - length, "%s%s", separator, part);
    }
}

/* Copies a value without the blanks around it; empty when there is none, or it says so ("NA"). */
static bool trim(const char *name, const char *text, char out[VALUE_SIZE], myo_error *err) {
    out[0] = '\0';
    if (!text) {
        return true;
    }
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    if (length >= VALUE_SIZE) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%s: value of %zu characters is too long", name,
                             length);
    }
    memcpy(out, text, length);
    out[length] = '\0';
    if (myo_text_is_missing(out)) {
        out[0] = '\0';
    }
    return true;
}

static void add_term(const risk_term *term, double value, sums *total) {
    double deviation = term->standard_error * (value - term->centre);
    total->linear_predictor += term->coefficient * value;
    total->variance += deviation * deviation;
    total->values[total->count++] = value;
}

static bool add_number(const risk_predictor *predictor, const char *text, sums *total,
                       char *warnings, myo_error *err) {
    double value;
    if (!myo_number_parse(text, &value)) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%s: '%s' is not a number (unit: %s)",
                             predictor->name, text, predictor->unit);
    }
    if (predictor->has_possible &&
        (value < predictor->possible_minimum || value > predictor->possible_maximum)) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "%s: %s %s is not possible (from %g to %g): check the unit",
                             predictor->name, text, predictor->unit, predictor->possible_minimum,
                             predictor->possible_maximum);
    }
    if (predictor->has_range && (value < predictor->minimum || value > predictor->maximum)) {
        list_append(warnings, "%s %s is outside of the development data (%g to %g %s)",
                    predictor->name, text, predictor->minimum, predictor->maximum, predictor->unit);
    }
    add_term(&predictor->terms[0], value, total);
    return true;
}

/* What the uncertainty of a measure adds. */
static void add_uncertainty(const risk_predictor *predictor, double standard_uncertainty,
                            sums *total, char *contains) {
    double part = predictor->terms[0].coefficient * standard_uncertainty;
    if (!predictor->reference && isfinite(part) && part != 0.0) {
        total->measured_variance += part * part;
        list_append(contains, "%s", predictor->name);
    }
}

static bool add_category(const risk_predictor *predictor, const char *text, sums *total,
                         myo_error *err) {
    bool known = strcasecmp(text, predictor->reference) == 0;
    for (size_t i = 0; i < predictor->term_count; i++) {
        bool match = strcasecmp(text, predictor->terms[i].level) == 0;
        add_term(&predictor->terms[i], match ? 1.0 : 0.0, total);
        known = known || match;
    }
    if (!known) {
        char allowed[MYO_ERROR_TEXT_SIZE];
        size_t length = (size_t)snprintf(allowed, sizeof allowed, "%s", predictor->reference);
        for (size_t i = 0; i < predictor->term_count && length < sizeof allowed; i++) {
            length += (size_t)snprintf(allowed + length, sizeof allowed - length, ", %s",
                                       predictor->terms[i].level);
        }
        return myo_error_set(err, MYO_E_ARGUMENT, "%s: '%s' is not one of %s", predictor->name,
                             text, allowed);
    }
    return true;
}

static double logistic(double linear_predictor) {
    return 1.0 / (1.0 + exp(-linear_predictor));
}

/* The numbers of a prediction from the sums over all terms. */
static void finish(const myo_model *model, const sums *total, myo_prediction *out) {
    double variance =
        model->covariance ? risk_covariance_variance(model, total->values) : total->variance;
    double all = variance + total->measured_variance;
    /* Without standard errors nothing is known of the sampling error: there is no interval then. */
    double half_width = all > 0.0 ? RISK_Z95 * sqrt(all) : (double)NAN;
    out->linear_predictor = total->linear_predictor;
    out->probability = logistic(total->linear_predictor);
    out->lower = logistic(total->linear_predictor - half_width);
    out->upper = logistic(total->linear_predictor + half_width);
}

/* Holds the measurement of a variable against the model's. A difference that makes it another
 * quantity is said first and refuses. */
static bool check_measured(const myo_model *model, size_t predictor, myo_measured_lookup measured,
                           void *user, char *warnings) {
    myo_measured how = {0};
    if (!measured || !measured(user, model->predictors[predictor].name, &how)) {
        return true;
    }
    unsigned differences = myo_model_compare_measured(model, predictor, &how);
    for (unsigned bit = 0; bit < MYO_DIFFERENCES; bit++) {
        char text[MYO_RISK_TEXT_SIZE / 2];
        if (differences & 1u << bit) {
            myo_model_describe_difference(model, predictor, &how, 1u << bit, text, sizeof text);
            bool refused = (1u << bit & MYO_DIFFERS_REFUSED) != 0;
            list_append(warnings, "%s%s", refused ? "refused: " : "", text);
        }
    }
    return (differences & MYO_DIFFERS_REFUSED) == 0;
}

/* Names what a model that cannot predict would need besides what is known. */
static bool list_missing(const myo_model *model, myo_variable_lookup lookup, void *user,
                         myo_prediction *out, myo_error *err) {
    for (size_t i = 0; i < model->predictor_count; i++) {
        const char *name = model->predictors[i].name;
        char text[VALUE_SIZE];
        if (!trim(name, lookup(user, name), text, err)) {
            return false;
        }
        if (!*text) {
            list_append(out->missing, "%s", name);
        }
    }
    return true;
}

/* Adds one variable to the sums; a missing one is named. */
static bool add_predictor(const risk_predictor *predictor, const char *value, sums *total,
                          myo_prediction *out, myo_error *err) {
    char text[VALUE_SIZE];
    if (!trim(predictor->name, value, text, err)) {
        return false;
    }
    if (!*text) {
        list_append(out->missing, "%s", predictor->name);
        return true;
    }
    return predictor->reference ? add_category(predictor, text, total, err)
                                : add_number(predictor, text, total, out->warnings, err);
}

bool myo_model_predict_measured(const myo_model *model, myo_variable_lookup lookup,
                                myo_measured_lookup measured, void *user, myo_prediction *out,
                                myo_error *err) {
    *out =
        (myo_prediction){.probability = NAN, .lower = NAN, .upper = NAN, .linear_predictor = NAN};
    bool accepted = true;
    for (size_t i = 0; i < model->predictor_count && !model->unavailable; i++) {
        accepted = check_measured(model, i, measured, user, out->warnings) && accepted;
    }
    if (model->unavailable) {
        list_append(out->warnings, "%s", model->unavailable);
        return list_missing(model, lookup, user, out, err);
    }
    list_append(out->contains, "coefficients");
    if (strcmp(model->intercept_source, "reconstructed") == 0) {
        list_append(out->warnings, "intercept reconstructed, not published");
    }
    sums total; /* its values are many, and not all used */
    total.linear_predictor = model->intercept;
    total.variance = model->standard_error_at_centre * model->standard_error_at_centre;
    total.measured_variance = 0.0;
    total.count = 0;
    for (size_t i = 0; i < model->predictor_count; i++) {
        const risk_predictor *predictor = &model->predictors[i];
        if (!add_predictor(predictor, lookup(user, predictor->name), &total, out, err)) {
            return false;
        }
        myo_measured how = {0};
        if (measured && measured(user, predictor->name, &how)) {
            add_uncertainty(predictor, how.standard_uncertainty, &total, out->contains);
        }
    }
    if (!*out->missing && accepted) {
        finish(model, &total, out);
    }
    return true;
}

bool myo_model_predict(const myo_model *model, myo_variable_lookup lookup, void *user,
                       myo_prediction *out, myo_error *err) {
    return myo_model_predict_measured(model, lookup, NULL, user, out, err);
}
