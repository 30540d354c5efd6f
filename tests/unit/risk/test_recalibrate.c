/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recalibrated model file: its equation, what its card says, and when there is none. */
#include "cmocka_all.h"
#include "risk/equation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *look_up(void *user, const char *name) {
    (void)user;
    return strcmp(name, "surgical_approach") == 0 ? "PKP"
           : strcmp(name, "spinal_ct_hu") == 0    ? "40"
                                                  : "100";
}

static double predict(const myo_model *model) {
    myo_prediction prediction;
    assert_true(myo_model_predict(model, look_up, NULL, &prediction, NULL));
    return prediction.linear_predictor;
}

/* The new linear predictor is intercept + slope l for every patient, and the file loads. */
static void the_new_equation_is_the_line_over_the_old_one(void **state) {
    (void)state;
    myo_model *model, *new_model;
    char *text, *card;
    myo_error err = {0};
    const myo_recalibration how = {
        .intercept = -0.5, .slope = 0.75, .patients = 300, .events = 40, .information = 25.0};
    assert_true(myo_model_load("nvcf-tang2024", &model, NULL));
    assert_true(myo_model_recalibrate(model, &how, &text, NULL));
    if (!myo_model_parse(text, strlen(text), "new.json", &new_model, &err)) {
        fail_msg("%s", err.message);
    }
    assert_near(predict(new_model), -0.5 + 0.75 * predict(model), 1e-12);
    assert_string_equal(myo_model_get_name(new_model), "nvcf-tang2024-recalibrated");
    const char *source;
    assert_near(myo_model_get_intercept(new_model, &source), -0.5 + 0.75 * 2.18, 1e-12);
    assert_string_equal(source, "fitted");
    myo_model_term old_term, new_term;
    myo_model_get_term(model, 1, 0, &old_term);
    myo_model_get_term(new_model, 1, 0, &new_term);
    assert_near(new_term.standard_error, 0.75 * old_term.standard_error, 1e-15);
    assert_true(isnan(myo_model_get_cut_off(new_model))); /* it was that of the old equation */
    assert_true(myo_model_card(new_model, &card, NULL));
    assert_non_null(strstr(card, "Recalibrated (intercept and slope) on 300 other patients"));
    assert_null(strstr(card, "AUC 0.801")); /* so was the performance */
    free(card);
    free(text);
    myo_model_destroy(model);
    myo_model_destroy(new_model);
}

static void a_model_whose_risks_fall_is_not_recalibrated(void **state) {
    (void)state;
    myo_model *model;
    char *text = NULL;
    myo_error err = {0};
    const myo_recalibration falling = {.intercept = -2, .slope = -0.1, .information = 1};
    const myo_recalibration undefined = {.intercept = NAN, .slope = NAN, .information = 1};
    assert_true(myo_model_load("nvcf-tang2024", &model, NULL));
    assert_false(myo_model_recalibrate(model, &falling, &text, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
    assert_false(myo_model_recalibrate(model, &undefined, &text, NULL));
    myo_model_destroy(model);
    assert_true(myo_model_load("rbp-2025", &model, NULL));
    err = (myo_error){0};
    assert_false(myo_model_recalibrate(model, &falling, &text, &err));
    assert_int_equal(err.code, MYO_E_UNSUPPORTED);
    myo_model_destroy(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_equation_is_the_line_over_the_old_one),
        cmocka_unit_test(a_model_whose_risks_fall_is_not_recalibrated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
