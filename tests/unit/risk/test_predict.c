/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions of the built-in models against numbers worked out apart from the program. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/risk.h>
#include <stdio.h>
#include <string.h>

/* One patient as text; NULL leaves a variable out. */
typedef struct patient {
    const char *approach, *ct, *smi;
} patient;

static const char *look_up(void *user, const char *name) {
    const patient *p = user;
    if (strcmp(name, "surgical_approach") == 0) {
        return p->approach;
    }
    if (strcmp(name, "spinal_ct_hu") == 0) {
        return p->ct;
    }
    return strcmp(name, "multifidus_smi_mm2_m2") == 0 ? p->smi : NULL;
}

static int load(void **state) {
    myo_model *model;
    myo_error err = {0};
    if (!myo_model_load("nvcf-tang2024", &model, &err)) {
        fail_msg("%s", err.message);
    }
    *state = model;
    return 0;
}

static int unload(void **state) {
    myo_model_destroy(*state);
    return 0;
}

static myo_prediction predict(void *model, patient p) {
    myo_prediction prediction;
    myo_error err = {0};
    if (!myo_model_predict(model, look_up, &p, &prediction, &err)) {
        fail_msg("%s", err.message);
    }
    return prediction;
}

/* 2.18 - 1.39 - 0.043 x 59.33 - 0.008 x 142.93 = -2.90463; 1 / (1 + e^2.90463) = 0.0519. */
static void average_patients_have_the_published_risks(void **state) {
    myo_prediction pkp = predict(*state, (patient){"PKP", "59.33", "142.93"});
    assert_near(pkp.linear_predictor, -2.90463, 1e-9);
    assert_near(pkp.probability, 0.05193, 1e-4);
    myo_prediction pvp = predict(*state, (patient){"PVP", "59.33", "142.93"});
    assert_near(pvp.linear_predictor, -1.51463, 1e-9);
    assert_near(pvp.probability, 0.18028, 1e-4);
    assert_string_equal(pkp.missing, "");
    assert_string_equal(pkp.warnings, "intercept reconstructed, not published");
}

/* A linear predictor of exactly 0 is a risk of one half: 2.18 / 0.043 HU without muscle. */
static void a_linear_predictor_of_zero_is_one_half(void **state) {
    myo_prediction p = predict(*state, (patient){"PVP", "50.69767441860465", "0"});
    assert_near(p.linear_predictor, 0.0, 1e-12);
    assert_near(p.probability, 0.5, 1e-12);
}

/* The same delta method, but as gradient^T V gradient with the full covariance matrix V of
 * (intercept, coefficients) that belongs to the centred parametrisation: Cov(b0, bj) =
 * -s_j^2 c_j and Var(b0) = s_c^2 + sum of (s_j c_j)^2. */
static double standard_error(double pkp, double ct, double smi) {
    const double se[3] = {0.485, 0.010, 0.004}, centre[3] = {0.475, 41.49, 128.2};
    const double at_centre = 0.233;
    double v[4][4] = {{0}}, x[4] = {1.0, pkp, ct, smi}, sum = 0.0;
    v[0][0] = at_centre * at_centre;
    for (int j = 0; j < 3; j++) {
        double variance = se[j] * se[j];
        v[0][0] += variance * centre[j] * centre[j];
        v[0][j + 1] = v[j + 1][0] = -variance * centre[j];
        v[j + 1][j + 1] = variance;
    }
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            sum += x[i] * v[i][j] * x[j];
        }
    }
    return sqrt(sum);
}

static void interval_is_that_of_the_delta_method(void **state) {
    static const struct {
        const char *approach;
        double pkp, ct, smi;
    } cases[] = {{"PKP", 1, 59.33, 142.93}, {"PVP", 0, 59.33, 142.93}, {"PVP", 0, 20, 70},
                 {"PKP", 1, 100, 220},      {"PKP", 1, -30, 400},      {"PVP", 0, 41.49, 128.2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char ct[32], smi[32];
        snprintf(ct, sizeof ct, "%.17g", cases[i].ct);
        snprintf(smi, sizeof smi, "%.17g", cases[i].smi);
        myo_prediction p = predict(*state, (patient){cases[i].approach, ct, smi});
        double margin = 1.959963984540054 * standard_error(cases[i].pkp, cases[i].ct, cases[i].smi);
        assert_near(log(p.lower / (1 - p.lower)), p.linear_predictor - margin, 1e-9);
        assert_near(log(p.upper / (1 - p.upper)), p.linear_predictor + margin, 1e-9);
    }
    /* Standard errors from 3000 refits of simulated cohorts of 188 (numpy) are 0.42 and 0.35 for
     * the average PKP and PVP patient; without covariances and a centre they would be 0.96, 0.82.
     */
    assert_near(standard_error(1, 59.33, 142.93), 0.42, 0.05);
    assert_near(standard_error(0, 59.33, 142.93), 0.35, 0.05);
}

/* More bone density, more muscle and kyphoplasty lower the risk; the interval holds it. */
static void risk_falls_with_bone_and_muscle(void **state) {
    double last_ct = 1.0, last_smi = 1.0;
    for (int step = 0; step <= 20; step++) {
        char ct[32], smi[32];
        snprintf(ct, sizeof ct, "%d", 6 * step);
        snprintf(smi, sizeof smi, "%d", 13 * step);
        myo_prediction by_ct = predict(*state, (patient){"PVP", ct, "140"});
        myo_prediction by_smi = predict(*state, (patient){"PVP", "60", smi});
        myo_prediction pkp = predict(*state, (patient){"PKP", ct, "140"});
        assert_true(by_ct.probability < last_ct && by_smi.probability < last_smi);
        assert_true(pkp.probability < by_ct.probability);
        assert_true(by_ct.lower < by_ct.probability && by_ct.probability < by_ct.upper);
        last_ct = by_ct.probability;
        last_smi = by_smi.probability;
    }
}

static void texts_are_read_as_a_csv_holds_them(void **state) {
    myo_prediction plain = predict(*state, (patient){"PKP", "59.33", "142.93"});
    myo_prediction loose = predict(*state, (patient){" pkp ", " 5.933e1", "142.930 "});
    assert_near(loose.linear_predictor, plain.linear_predictor, 0.0);
}

static void inputs_outside_of_the_development_data_are_named(void **state) {
    myo_prediction p = predict(*state, (patient){"PKP", "131", "8.5"});
    assert_string_equal(p.warnings,
                        "intercept reconstructed, not published; "
                        "spinal_ct_hu 131 is outside of the development data (-0.17 to 118.83 HU); "
                        "multifidus_smi_mm2_m2 8.5 is outside of the development data "
                        "(17.87 to 267.99 mm2/m2)");
    assert_true(p.probability > 0.0 && p.probability < 0.1);
    /* The limits themselves are inside. */
    p = predict(*state, (patient){"PKP", "118.83", "17.87"});
    assert_string_equal(p.warnings, "intercept reconstructed, not published");
}

static void missing_variables_are_listed_and_nothing_is_computed(void **state) {
    myo_prediction p = predict(*state, (patient){"PKP", NULL, "142.93"});
    assert_string_equal(p.missing, "spinal_ct_hu");
    assert_true(isnan(p.probability) && isnan(p.lower) && isnan(p.upper));
    assert_true(isnan(p.linear_predictor));
    p = predict(*state, (patient){"", "  ", NULL});
    assert_string_equal(p.missing, "surgical_approach; spinal_ct_hu; multifidus_smi_mm2_m2");
    p = predict(*state, (patient){"NA", " n/a ", "nan"}); /* as R and pandas write them */
    assert_string_equal(p.missing, "surgical_approach; spinal_ct_hu; multifidus_smi_mm2_m2");
}

static void values_that_cannot_be_read_are_errors(void **state) {
    char endless[400];
    memset(endless, '1', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    const struct {
        patient p;
        const char *message;
    } cases[] = {
        {{"PVB", "59", "142"}, "surgical_approach: 'PVB' is not one of PVP, PKP"},
        {{"PKP2", "59", "142"}, "surgical_approach: 'PKP2' is not one of PVP, PKP"},
        {{"PKP", "59,33", "142"}, "spinal_ct_hu: '59,33' is not a number (unit: HU)"},
        {{"PKP", "inf", "142"}, "spinal_ct_hu: 'inf' is not a number (unit: HU)"},
        {{"PKP", "59 HU", "142"}, "spinal_ct_hu: '59 HU' is not a number (unit: HU)"},
        {{"PKP", "5933", "142"},
         "spinal_ct_hu: 5933 HU is not possible (from -1024 to 3071): check the unit"},
        {{"PKP", "59", "-1"},
         "multifidus_smi_mm2_m2: -1 mm2/m2 is not possible (from 0 to 2000): check the unit"},
        {{"PKP", "59", endless}, "multifidus_smi_mm2_m2: value of 399 characters is too long"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        patient p = cases[i].p;
        myo_prediction prediction;
        myo_error err = {0};
        assert_false(myo_model_predict(*state, look_up, &p, &prediction, &err));
        assert_int_equal(err.code, MYO_E_ARGUMENT);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void a_feature_definition_refuses_and_says_what_to_do(void **state) {
    (void)state;
    myo_model *model;
    assert_true(myo_model_load("rbp-2025", &model, NULL));
    const char *reason;
    assert_false(myo_model_can_predict(model, &reason));
    assert_non_null(strstr(reason, "not published"));
    assert_non_null(strstr(reason, "myotome fit"));
    assert_non_null(strstr(reason, "ask the authors"));
    myo_prediction p = predict(model, (patient){NULL, NULL, NULL});
    assert_true(isnan(p.probability) && isnan(p.lower) && isnan(p.upper));
    assert_string_equal(p.warnings, reason);
    assert_string_equal(p.missing, "fracture_burden; cement_volume_ml; gluteus_maximus_rcsa; "
                                   "gluteus_medius_rcsa");
    myo_model_destroy(model);
}

/* A patient with what is known of the measurement of the muscle. */
typedef struct measured_patient {
    patient values; /* first, so that look_up() can read it */
    myo_measured how;
} measured_patient;

static bool how_measured(void *user, const char *name, myo_measured *out) {
    const measured_patient *p = user;
    *out = p->how;
    return strcmp(name, "multifidus_smi_mm2_m2") == 0;
}

static void a_measurement_that_is_not_the_models_is_refused_or_named(void **state) {
    static const struct {
        myo_measured how;
        bool computed;
        const char *warnings; /* in front of that about the intercept */
    } cases[] = {
        {{"MR", "L4/5", "fixed 1", "fascia", 0.0}, true, ""},
        {{NULL, "", NULL, NULL, 0.0}, true, ""},
        {{"mr", "l4/5", "Fixed 2", NULL, 0.0}, true, ""},
        {{"MR", "L4/5", "gmm3 1", "fascia", 0.0},
         true,
         "multifidus_smi_mm2_m2: fat was separated by gmm3 1, the model's by fixed or ImageJ "
         "threshold; "},
        {{"CT", "L4/5", "fixed 1", "fascia", 0.0},
         false,
         "refused: multifidus_smi_mm2_m2 was measured on CT, the model's on MR; "},
        {{"MR", "L3", "hu 1", "fascia", 0.0},
         false,
         "refused: multifidus_smi_mm2_m2 was measured at L3, the model's at L4/5; "
         "multifidus_smi_mm2_m2: fat was separated by hu 1, the model's by fixed or ImageJ "
         "threshold; "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        measured_patient p = {{"PKP", "59.33", "142.93"}, cases[i].how};
        myo_prediction prediction;
        char expected[MYO_RISK_TEXT_SIZE];
        assert_true(
            myo_model_predict_measured(*state, look_up, how_measured, &p, &prediction, NULL));
        snprintf(expected, sizeof expected, "%sintercept reconstructed, not published",
                 cases[i].warnings);
        assert_string_equal(prediction.warnings, expected);
        assert_string_equal(prediction.missing, "");
        if (cases[i].computed) {
            assert_near(prediction.linear_predictor, -2.90463, 1e-9);
        } else {
            assert_true(isnan(prediction.probability) && isnan(prediction.upper));
        }
    }
}

/* The half width of the interval on the scale of the linear predictor. */
static double half_width(const myo_prediction *p) {
    return 0.5 * (log(p->upper / (1.0 - p->upper)) - log(p->lower / (1.0 - p->lower)));
}

static void uncertain_measures_widen_the_interval(void **state) {
    measured_patient p = {{"PKP", "59.33", "142.93"}, {"MR", "L4/5", "fixed 1", "fascia", 0.0}};
    myo_prediction certain, uncertain;
    assert_true(myo_model_predict_measured(*state, look_up, how_measured, &p, &certain, NULL));
    assert_string_equal(certain.contains, "coefficients");
    p.how.standard_uncertainty = 30.0;
    assert_true(myo_model_predict_measured(*state, look_up, how_measured, &p, &uncertain, NULL));
    assert_string_equal(uncertain.contains, "coefficients; multifidus_smi_mm2_m2");
    /* 0.008 a mm2/m2, 1.96 standard deviations. */
    double part = 1.959963984540054 * 0.008 * 30.0;
    assert_near(half_width(&uncertain), hypot(half_width(&certain), part), 1e-6);
    assert_near(uncertain.probability, certain.probability, 0.0);
    p.how.standard_uncertainty = (double)NAN;
    assert_true(myo_model_predict_measured(*state, look_up, how_measured, &p, &uncertain, NULL));
    assert_near(uncertain.upper, certain.upper, 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(average_patients_have_the_published_risks),
        cmocka_unit_test(a_linear_predictor_of_zero_is_one_half),
        cmocka_unit_test(interval_is_that_of_the_delta_method),
        cmocka_unit_test(risk_falls_with_bone_and_muscle),
        cmocka_unit_test(texts_are_read_as_a_csv_holds_them),
        cmocka_unit_test(inputs_outside_of_the_development_data_are_named),
        cmocka_unit_test(missing_variables_are_listed_and_nothing_is_computed),
        cmocka_unit_test(values_that_cannot_be_read_are_errors),
        cmocka_unit_test(a_feature_definition_refuses_and_says_what_to_do),
        cmocka_unit_test(a_measurement_that_is_not_the_models_is_refused_or_named),
        cmocka_unit_test(uncertain_measures_widen_the_interval),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
