/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recalibration: the equation keeps its ranking of patients and gets a new level, or a new level
 * and steepness (E. Steyerberg et al., Stat. Med. 23:2567-2586, 2004). A new model file is made
 * from the old one; whatever held for the old equation only is left out, and the card says what was
 * done.
 */
#include "risk/equation.h"
#include "risk/model_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX "-recalibrated"
#define SENTENCE_SIZE 512

static void scale(json_t *object, const char *key, double factor) {
    json_t *value = json_object_get(object, key);
    if (json_is_number(value)) {
        json_object_set_new(object, key, json_real(json_number_value(value) * factor));
    }
}

static void scale_coefficients(json_t *root, double slope) {
    json_t *predictors = json_object_get(root, "predictors");
    for (size_t i = 0; i < json_array_size(predictors); i++) {
        json_t *predictor = json_array_get(predictors, i);
        json_t *levels = json_object_get(predictor, "levels");
        scale(predictor, "coefficient", slope);
        scale(predictor, "standard_error", slope);
        for (size_t k = 0; k < json_array_size(levels); k++) {
            scale(json_array_get(levels, k), "coefficient", slope);
            scale(json_array_get(levels, k), "standard_error", slope);
        }
    }
}

/* What was done, in a sentence. */
static void describe(const myo_model *model, const myo_recalibration *how,
                     char text[SENTENCE_SIZE]) {
    snprintf(text, SENTENCE_SIZE,
             "Recalibrated (%s) on %zu other patients with %zu events: log odds = %.6g + %.6g l, "
             "where l is the linear predictor of %s.",
             how->slope_held ? "intercept only" : "intercept and slope", how->patients, how->events,
             how->intercept, how->slope, model->name);
}

static void set_name(const myo_model *model, json_t *root) {
    char name[RISK_NAME_MAX + sizeof SUFFIX];
    size_t room = RISK_NAME_MAX - strlen(SUFFIX);
    snprintf(name, sizeof name, "%.*s" SUFFIX, (int)room, model->name);
    json_object_set_new(root, "name", json_string(name));
    json_object_set_new(root, "title", json_sprintf("%s, recalibrated", model->title));
}

static void set_intercept(const myo_model *model, const myo_recalibration *how,
                          const char *sentence, json_t *root) {
    double value = how->intercept + how->slope * model->intercept;
    json_t *intercept =
        json_pack("{s:f, s:s, s:n, s:f, s:s}", "value", value, "source", "fitted", "standard_error",
                  "standard_error_at_centre", 1.0 / sqrt(how->information), "note", sentence);
    json_object_set_new(root, "intercept", intercept);
    json_object_set_new(
        root, "interval_note",
        json_string("95 % interval by the delta method: standard errors of the coefficients before "
                    "the recalibration, times its slope, each acting on the distance of the input "
                    "from the interval centre, plus 1 / sqrt(sum of p (1 - p)) over the patients "
                    "of the recalibration. The error of the slope is not in it."));
}

/* The method gets a sentence, the known problems a first entry. */
static void set_card(const char *sentence, json_t *root) {
    json_t *card = json_object_get(root, "card");
    json_t *problems = json_object_get(root, "known_problems");
    if (!card) {
        card = json_object();
        json_object_set_new(root, "card", card);
    }
    const char *method = json_string_value(json_object_get(card, "method"));
    json_object_set_new(card, "method",
                        method ? json_sprintf("%s %s", method, sentence) : json_string(sentence));
    json_object_set_new(card, "validation",
                        json_string("The recalibrated equation was not tested on other patients "
                                    "than those that it was recalibrated on."));
    json_array_insert_new(problems, 0, json_string(sentence));
}

bool myo_model_recalibrate(const myo_model *model, const myo_recalibration *how, char **text,
                           myo_error *err) {
    if (model->unavailable) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "model %s: %s", model->name,
                             model->unavailable);
    }
    if (!isfinite(how->intercept) || !isfinite(how->slope) || !(how->slope > 0.0) ||
        !(how->information > 0.0)) {
        return myo_error_set(err, MYO_E_RANGE,
                             "model %s cannot be recalibrated on these patients (intercept %g, "
                             "slope %g): its risks do not rise with theirs",
                             model->name, how->intercept, how->slope);
    }
    char sentence[SENTENCE_SIZE];
    json_t *root = json_deep_copy(model->root);
    if (!root) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    describe(model, how, sentence);
    set_name(model, root);
    scale_coefficients(root, how->slope);
    set_intercept(model, how, sentence, root);
    set_card(sentence, root);
    json_object_del(root, "covariance"); /* of the coefficients before the recalibration */
    json_object_del(root, "performance");
    json_object_del(root, "cut_off");
    *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    json_decref(root);
    return *text || myo_error_set(err, MYO_E_MEMORY, "out of memory");
}
