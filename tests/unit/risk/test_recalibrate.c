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

/* The covariance of the old coefficients says nothing of the new level: at the centre of the data
 * the new interval is that of the level alone, 1 / sqrt(information). */
static void the_covariance_does_not_survive(void **state) {
    (void)state;
    static const char with_covariance[] =
        "{\"format\": \"myotome-risk-model\", \"version\": 1, \"name\": \"m\", \"title\": \"t\","
        " \"outcome\": \"y\", \"status\": \"complete\", \"link\": \"logit\","
        " \"intercept\": {\"value\": -1, \"source\": \"fitted\", \"standard_error\": 0.5,"
        " \"standard_error_at_centre\": 0.3},"
        " \"covariance\": {\"terms\": [\"intercept\", \"a\"], \"rows\": [[0.25], [0.0, 0.000001]]},"
        " \"predictors\": [{\"name\": \"a\", \"label\": \"a\", \"type\": \"number\", \"unit\": "
        "\"1\","
        " \"coefficient\": 0.01, \"standard_error\": 0.001, \"interval_centre\": 100,"
        " \"development\": {\"mean\": 100, \"sd\": 5, \"minimum\": 80, \"maximum\": 120,"
        " \"range_source\": \"r\"}}],"
        " \"source\": {\"citation\": \"c\"}, \"known_problems\": []}";
    const myo_recalibration how = {.intercept = 0.2,
                                   .slope = 1.0,
                                   .slope_held = true,
                                   .patients = 90,
                                   .events = 30,
                                   .information = 16.0};
    myo_model *model, *new_model;
    myo_prediction before, after;
    myo_error err = {0};
    char *text;
    if (!myo_model_parse(with_covariance, strlen(with_covariance), "m.json", &model, &err)) {
        fail_msg("%s", err.message);
    }
    assert_true(myo_model_recalibrate(model, &how, &text, NULL));
    assert_true(myo_model_parse(text, strlen(text), "new.json", &new_model, NULL));
    assert_true(myo_model_predict(model, look_up, NULL, &before, NULL));
    assert_true(myo_model_predict(new_model, look_up, NULL, &after, NULL));
    assert_near(log(before.upper / (1.0 - before.upper)) - before.linear_predictor,
                1.959963984540054 * sqrt(0.25 + 100.0 * 100.0 * 0.000001), 1e-9);
    assert_near(log(after.upper / (1.0 - after.upper)) - after.linear_predictor,
                1.959963984540054 / 4.0, 1e-9);
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
        cmocka_unit_test(the_covariance_does_not_survive),
        cmocka_unit_test(a_model_whose_risks_fall_is_not_recalibrated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
