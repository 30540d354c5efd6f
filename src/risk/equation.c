/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "risk/equation.h"

#include "risk/model_private.h"

#include <math.h>

size_t myo_model_get_predictor_count(const myo_model *model) {
    return model->predictor_count;
}

void myo_model_get_predictor(const myo_model *model, size_t index, myo_model_predictor *out) {
    const risk_predictor *p = &model->predictors[index];
    *out = (myo_model_predictor){.name = p->name,
                                 .label = p->label,
                                 .unit = p->unit,
                                 .reference = p->reference,
                                 .has_range = p->has_range,
                                 .minimum = p->minimum,
                                 .maximum = p->maximum,
                                 .term_count = p->term_count};
}

void myo_model_get_term(const myo_model *model, size_t predictor, size_t term,
                        myo_model_term *out) {
    const risk_term *t = &model->predictors[predictor].terms[term];
    *out = (myo_model_term){t->level, t->coefficient, t->standard_error};
}

double myo_model_get_intercept(const myo_model *model, const char **source) {
    *source = model->unavailable ? NULL : model->intercept_source;
    return model->unavailable ? (double)NAN : model->intercept;
}

double myo_model_get_cut_off(const myo_model *model) {
    const json_t *value = json_object_get(json_object_get(model->root, "cut_off"), "probability");
    return value ? json_number_value(value) : (double)NAN;
}
