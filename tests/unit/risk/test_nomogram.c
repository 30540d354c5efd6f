/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scales of a nomogram: by hand, against the model's own predictions, and as a table. */
#include "cmocka_all.h"

#include <myotome/nomogram.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENTS 2000
#define PREDICTORS_MAX 12
#define VALUE_SIZE 64

#define HEAD                                                                                       \
    "{\"format\":\"myotome-risk-model\",\"version\":1,\"name\":\"m\",\"title\":\"t\","             \
    "\"outcome\":\"o\",\"status\":\"complete\",\"link\":\"logit\",\"source\":{\"citation\":\"c\"}" \
    ","                                                                                            \
    "\"known_problems\":[],\"intercept\":{\"value\":-2,\"source\":\"fitted\","                     \
    "\"standard_error\":null,\"standard_error_at_centre\":0.2},\"predictors\":["
#define NUMBER(name, coefficient, minimum, maximum, more)                                          \
    "{\"name\":\"" name "\",\"label\":\"" name "\",\"type\":\"number\",\"unit\":\"u\","            \
    "\"coefficient\":" coefficient ",\"standard_error\":0.01,\"development\":{\"mean\":50,"        \
    "\"sd\":1,\"minimum\":" minimum ",\"maximum\":" maximum ",\"range_source\":\"observed\"}" more \
    "}"
#define CATEGORY                                                                                   \
    "{\"name\":\"c\",\"label\":\"c\",\"type\":\"category\",\"reference\":\"a\",\"levels\":["       \
    "{\"value\":\"b\",\"coefficient\":-0.5,\"standard_error\":0.1},"                               \
    "{\"value\":\"d\",\"coefficient\":1.5,\"standard_error\":0.1}]}"

static myo_model *parse(const char *text) {
    myo_model *model = NULL;
    myo_error err = {0};
    if (!myo_model_parse(text, strlen(text), "test", &model, &err)) {
        fail_msg("%s", err.message);
    }
    return model;
}

static myo_nomogram *create(const myo_model *model) {
    myo_nomogram *n = NULL;
    myo_error err = {0};
    if (!myo_nomogram_create(model, &n, &err)) {
        fail_msg("%s", err.message);
    }
    return n;
}

/* x runs over 0.05 x 80 = 4 units, which are 100 points: 25 points for a unit. The category runs
 * from -0.5 to 1.5, y falls by 0.02 x 60 = 1.2. Least risk: -2 + 1 - 0.5 - 1.6 = -3.1. */
static void points_of_a_model_by_hand(void **state) {
    (void)state;
    myo_model *model = parse(HEAD NUMBER("x", "0.05", "20", "100", "") "," CATEGORY "," NUMBER(
        "y", "-0.02", "20", "80", "") "]}");
    myo_nomogram *n = create(model);
    assert_int_equal(n->axis_count, 3);
    assert_near(n->points_per_unit, 25.0, 1e-12);
    assert_near(n->linear_predictor_0, -3.1, 1e-12);
    assert_near(n->total_max, 100.0 + 50.0 + 30.0, 1e-10);
    assert_near(myo_nomogram_points(n, &n->axes[0], 20.0), 0.0, 1e-12);
    assert_near(myo_nomogram_points(n, &n->axes[0], 60.0), 50.0, 1e-12);
    assert_near(myo_nomogram_points(n, &n->axes[0], 100.0), 100.0, 1e-12);
    assert_near(myo_nomogram_points(n, &n->axes[0], 10.0), -12.5, 1e-12); /* off the axis */
    const myo_nomogram_axis *c = &n->axes[1];
    assert_int_equal(c->level_count, 3);
    assert_null(c->unit);
    assert_string_equal(c->levels[0].name, "a");
    assert_near(c->levels[0].points, 12.5, 1e-12);
    assert_near(c->levels[1].points, 0.0, 1e-12);
    assert_near(c->levels[2].points, 50.0, 1e-12);
    assert_near(myo_nomogram_points(n, &n->axes[2], 80.0), 0.0, 1e-12); /* falls */
    assert_near(myo_nomogram_points(n, &n->axes[2], 20.0), 30.0, 1e-12);
    assert_near(myo_nomogram_probability(n, 77.5), 0.5, 1e-12); /* -3.1 + 77.5 / 25 = 0 */
    assert_near(myo_nomogram_total(n, 0.5), 77.5, 1e-10);
    assert_near(myo_nomogram_total(n, 0.2), 77.5 - 25.0 * log(4.0), 1e-10);
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

/* The steps are 5 (119 in at most 50 nice ones), 2 and 0.002; ends go to the nearest multiple, but
 * not beyond what is possible. */
static void ends_are_round_and_possible(void **state) {
    (void)state;
    myo_model *model = parse(HEAD NUMBER("x", "1", "-0.17", "118.83", "") "," NUMBER(
        "y", "1", "3.14", "58.5", ",\"possible\":[3.14,58.5]") "," NUMBER("z", "-1", "0.0123",
                                                                          "0.0987", "") "]}");
    myo_nomogram *n = create(model);
    assert_near(n->axes[0].from, 0.0, 0.0);
    assert_false(signbit(n->axes[0].from));
    assert_near(n->axes[0].to, 120.0, 0.0);
    assert_near(n->axes[0].step, 5.0, 0.0);
    assert_near(n->axes[1].from, 4.0, 0.0); /* step 2: 58 is below 58.5, 2 is not possible */
    assert_near(n->axes[1].to, 58.0, 0.0);
    assert_near(n->axes[2].step, 0.002, 1e-15);
    assert_near(n->axes[2].from, 0.012, 1e-15);
    assert_near(n->axes[2].to, 0.098, 1e-15);
    assert_int_equal(n->axes[2].decimals, 3);
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

static void a_predictor_without_effect_has_no_points(void **state) {
    (void)state;
    myo_model *model =
        parse(HEAD NUMBER("x", "0.05", "20", "100", "") "," NUMBER("y", "0", "20", "80", "") "]}");
    myo_nomogram *n = create(model);
    assert_near(n->axes[1].points_max, 0.0, 0.0);
    assert_near(myo_nomogram_points(n, &n->axes[1], 55.0), 0.0, 0.0);
    assert_near(n->total_max, 100.0, 1e-12);
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

static void says_why_there_is_none(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {HEAD NUMBER("x", "0", "20", "100", "") "]}",
         "m: no nomogram: all coefficients are 0, so no predictor has points"},
        {HEAD NUMBER("x", "1e308", "-1e30", "1e30", "") "]}",
         "m: no nomogram: coefficients or ranges are too large or too small"},
        {HEAD NUMBER("x", "1e-300", "-1.7e308", "1.7e308", "") "]}",
         "m: no nomogram: coefficients or ranges are too large or too small"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myo_model *model = parse(cases[i].text);
        myo_nomogram *n = NULL;
        myo_error err = {0};
        assert_false(myo_nomogram_create(model, &n, &err));
        assert_null(n);
        assert_int_equal(err.code, MYO_E_RANGE);
        assert_string_equal(err.message, cases[i].message);
        myo_model_destroy(model);
    }
    myo_model *features = NULL;
    myo_nomogram *n = NULL;
    myo_error err = {0};
    assert_true(myo_model_load("rbp-2025", &features, NULL));
    assert_false(myo_nomogram_create(features, &n, &err));
    assert_int_equal(err.code, MYO_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "rbp-2025: no nomogram without coefficients: "));
    assert_non_null(strstr(err.message, "myotome fit")); /* what can be done */
    myo_model_destroy(features);
}

/* --- Points and predictions ------------------------------------------------------------------- */

typedef struct patient {
    const myo_nomogram *nomogram;
    char values[PREDICTORS_MAX][VALUE_SIZE];
} patient;

static const char *look_up(void *user, const char *name) {
    const patient *p = user;
    for (size_t i = 0; i < p->nomogram->axis_count; i++) {
        if (strcmp(p->nomogram->axes[i].name, name) == 0) {
            return p->values[i];
        }
    }
    return NULL;
}

/* S. Park and K. Miller, Commun. ACM 31:1192-1201, 1988. */
static double draw(uint64_t *seed) {
    *seed = *seed * 16807 % 2147483647;
    return (double)*seed / 2147483647.0;
}

/* A value on the axis, a level, or a multiple of the step of the axis. */
static void draw_value(const myo_nomogram_axis *axis, bool on_step, uint64_t *seed,
                       char out[VALUE_SIZE]) {
    double u = draw(seed);
    if (!axis->unit) {
        snprintf(out, VALUE_SIZE, "%s", axis->levels[(size_t)(u * (double)axis->level_count)].name);
    } else if (on_step) {
        double steps = floor(u * ((axis->to - axis->from) / axis->step + 0.999));
        snprintf(out, VALUE_SIZE, "%.*f", axis->decimals, axis->from + steps * axis->step);
    } else {
        snprintf(out, VALUE_SIZE, "%.17g", axis->from + u * (axis->to - axis->from));
    }
}

static const char *const models[] = {"nvcf-tang2024", MODELS "/twelve.json", MODELS "/one.json"};
#define MODEL_COUNT (sizeof models / sizeof models[0])

/* Points are only another unit of the linear predictor: nothing is lost on the way. */
static void reading_by_points_is_the_prediction(void **state) {
    (void)state;
    uint64_t seed = 4711;
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        myo_model *model;
        assert_true(myo_model_load(models[m], &model, NULL));
        myo_nomogram *n = create(model);
        patient p = {.nomogram = n};
        for (size_t i = 0; i < PATIENTS; i++) {
            for (size_t k = 0; k < n->axis_count; k++) {
                draw_value(&n->axes[k], false, &seed, p.values[k]);
            }
            myo_nomogram_patient *marks;
            myo_prediction prediction;
            assert_true(myo_nomogram_patient_create(n, look_up, &p, &marks, NULL));
            assert_true(myo_model_predict(model, look_up, &p, &prediction, NULL));
            assert_near(myo_nomogram_probability(n, marks->total), prediction.probability, 1e-9);
            assert_near(marks->prediction.lower, prediction.lower, 0.0);
            assert_true(marks->total >= -1e-9 && marks->total <= n->total_max + 1e-9);
            for (size_t k = 0; k < n->axis_count; k++) {
                assert_false(marks->marks[k].outside);
            }
            myo_nomogram_patient_destroy(marks);
        }
        myo_nomogram_destroy(n);
        myo_model_destroy(model);
    }
}

/* Points of a value in the printed table. */
static double read_points(const char *table, const char *name, const char *value) {
    char start[256];
    snprintf(start, sizeof start, "\npredictor,%s,%s,", name, value);
    const char *line = strstr(table, start);
    if (!line) {
        fail_msg("%s %s is not in the table", name, value);
        return NAN;
    }
    line = strchr(line + strlen(start), ',') + 1; /* behind the unit */
    return strtod(line, NULL);
}

/* The linear predictor of a total between two lines of the table: it is a straight line, so that
 * interpolation adds no error of its own. */
static double read_linear_predictor(const char *table, double total) {
    double before[2] = {NAN, NAN};
    for (const char *line = strstr(table, "\ntotal,"); line; line = strstr(line + 1, "\ntotal,")) {
        char *end;
        strtod(line + strlen("\ntotal,,"), &end);
        double points = strtod(end + 2, &end), linear_predictor = strtod(end + 1, NULL);
        if (points >= total && !isnan(before[0])) {
            double share = (total - before[0]) / (points - before[0]);
            return before[1] + share * (linear_predictor - before[1]);
        }
        before[0] = points;
        before[1] = linear_predictor;
    }
    return NAN;
}

/* Points have 4 decimals, the linear predictor 6: as many of them as there are predictors. */
static void the_table_gives_the_prediction_to_its_rounding(void **state) {
    (void)state;
    uint64_t seed = 99;
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        myo_model *model;
        char *table;
        size_t read = 0;
        assert_true(myo_model_load(models[m], &model, NULL));
        myo_nomogram *n = create(model);
        assert_true(myo_nomogram_table(n, &table, NULL));
        patient p = {.nomogram = n};
        const double rounding = ((double)n->axis_count + 1.0) * 0.5e-4 / n->points_per_unit + 1e-6;
        for (size_t i = 0; i < PATIENTS; i++) {
            double total = 0.0;
            for (size_t k = 0; k < n->axis_count; k++) {
                draw_value(&n->axes[k], true, &seed, p.values[k]);
                total += read_points(table, n->axes[k].name, p.values[k]);
            }
            myo_prediction prediction;
            assert_true(myo_model_predict(model, look_up, &p, &prediction, NULL));
            double found = read_linear_predictor(table, total);
            if (!isnan(found)) {
                assert_near(found, prediction.linear_predictor, rounding);
                read++;
            }
        }
        assert_true(read > PATIENTS * 9 / 10); /* a total behind the last step is rare */
        free(table);
        myo_nomogram_destroy(n);
        myo_model_destroy(model);
    }
}

static void points_and_probability_grow_with_the_risk(void **state) {
    (void)state;
    myo_model *model;
    assert_true(myo_model_load(MODELS "/twelve.json", &model, NULL));
    myo_nomogram *n = create(model);
    for (size_t k = 0; k < n->axis_count; k++) {
        const myo_nomogram_axis *axis = &n->axes[k];
        for (double v = axis->from; axis->unit && v < axis->to; v += axis->step) {
            double more =
                (myo_nomogram_points(n, axis, v + axis->step) - myo_nomogram_points(n, axis, v)) *
                axis->coefficient;
            assert_true(axis->coefficient != 0.0 ? more > 0.0 : more == 0.0);
        }
        assert_true(axis->points_max <= MYO_NOMOGRAM_POINTS + 1e-9);
    }
    double lower, upper, before = -1.0;
    for (double total = 0.0; total <= n->total_max; total += 1.0) {
        double probability = myo_nomogram_probability(n, total);
        assert_true(probability > before);
        assert_true(myo_nomogram_interval(n, total, &lower, &upper));
        assert_true(lower < probability && probability < upper);
        assert_near(myo_nomogram_total(n, probability), total, 1e-6);
        before = probability;
    }
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

/* --- Intervals -------------------------------------------------------------------------------- */

/* With one predictor each total has one patient; with more, the ends of the total have. */
static void intervals_are_those_of_the_only_patient(void **state) {
    (void)state;
    myo_model *model;
    double lower, upper;
    assert_true(myo_model_load(MODELS "/one.json", &model, NULL));
    myo_nomogram *n = create(model);
    patient p = {.nomogram = n};
    for (double value = -20.0; value <= 150.0; value += 10.0) {
        myo_prediction prediction;
        snprintf(p.values[0], VALUE_SIZE, "%g", value);
        assert_true(myo_model_predict(model, look_up, &p, &prediction, NULL));
        double total = myo_nomogram_points(n, &n->axes[0], value);
        assert_true(myo_nomogram_interval(n, fmin(fmax(total, 0.0), n->total_max), &lower, &upper));
        assert_near(lower, prediction.lower, 1e-9);
        assert_near(upper, prediction.upper, 1e-9);
    }
    assert_false(myo_nomogram_interval(n, -0.01, &lower, &upper));
    assert_false(myo_nomogram_interval(n, n->total_max + 0.01, &lower, &upper));
    assert_true(isnan(lower) && isnan(upper));
    myo_nomogram_destroy(n);
    myo_model_destroy(model);

    assert_true(myo_model_load("nvcf-tang2024", &model, NULL));
    n = create(model);
    p = (patient){n, {"PKP", "120", "270"}};
    for (int end = 0; end < 2; end++) {
        myo_prediction prediction;
        assert_true(myo_model_predict(model, look_up, &p, &prediction, NULL));
        assert_true(myo_nomogram_interval(n, end ? n->total_max : 0.0, &lower, &upper));
        assert_near(lower, prediction.lower, 1e-9);
        assert_near(upper, prediction.upper, 1e-9);
        p = (patient){n, {"PVP", "0", "20"}};
    }
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

/* A covariance is used where the model has one. Var(l) = 0.04 - 2 x 0.0018 x + 0.0001 x^2, so that
 * at x = 60, half way, s^2 = 0.184; the standard errors alone would give another. */
static void intervals_use_the_covariance(void **state) {
    (void)state;
    myo_model *model = parse(
        HEAD NUMBER("x", "0.05", "20", "100",
                    "") "],\"covariance\":{"
                        "\"terms\":[\"intercept\",\"x\"],\"rows\":[[0.04],[-0.0018,0.0001]]}}");
    myo_nomogram *n = create(model);
    double lower, upper;
    assert_true(myo_nomogram_interval(n, 50.0, &lower, &upper));
    double half_width = 1.959963984540054 * sqrt(0.04 - 2 * 0.0018 * 60 + 0.0001 * 3600);
    assert_near(log(upper / (1.0 - upper)), 1.0 + half_width, 1e-9);
    assert_near(log(lower / (1.0 - lower)), 1.0 - half_width, 1e-9);
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

/* --- A patient -------------------------------------------------------------------------------- */

static void a_patient_is_marked(void **state) {
    (void)state;
    myo_model *model;
    assert_true(myo_model_load("nvcf-tang2024", &model, NULL));
    myo_nomogram *n = create(model);
    patient p = {n, {" pvp ", "-40", " 145 "}};
    myo_nomogram_patient *marks;
    myo_error err = {0};
    assert_true(myo_nomogram_patient_create(n, look_up, &p, &marks, NULL));
    assert_string_equal(marks->marks[0].value, "PVP");
    assert_near(marks->marks[0].points, 139.0 / 5.16, 1e-9); /* 1.39 of 0.043 x 120 */
    assert_string_equal(marks->marks[1].value, "-40 HU");
    assert_true(marks->marks[1].outside);
    assert_near(marks->marks[1].points, 100.0 * 160.0 / 120.0, 1e-9);
    assert_string_equal(marks->marks[2].value, "145 mm2/m2");
    assert_false(marks->marks[2].outside);
    assert_near(marks->total, (139.0 + 4.3 * 160.0 + 0.8 * 125.0) / 5.16, 1e-9);
    assert_near(myo_nomogram_probability(n, marks->total), marks->prediction.probability, 1e-12);
    myo_nomogram_patient_destroy(marks);

    p = (patient){n, {"PVP", "", "145"}};
    assert_false(myo_nomogram_patient_create(n, look_up, &p, &marks, &err));
    assert_null(marks);
    assert_int_equal(err.code, MYO_E_MISSING);
    assert_string_equal(err.message, "nvcf-tang2024: a patient needs a value for every predictor; "
                                     "missing: spinal_ct_hu");
    err = (myo_error){0};
    p = (patient){n, {"PXP", "10", "145"}};
    assert_false(myo_nomogram_patient_create(n, look_up, &p, &marks, &err));
    assert_string_equal(err.message, "surgical_approach: 'PXP' is not one of PVP, PKP");
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

/* --- Probabilities ---------------------------------------------------------------------------- */

static void probabilities_are_round_and_reached(void **state) {
    (void)state;
    double p[MYO_NOMOGRAM_PROBABILITIES_MAX];
    myo_model *model;
    assert_true(myo_model_load("nvcf-tang2024", &model, NULL));
    myo_nomogram *n = create(model);
    /* -6.53 to 2.01: 0.0015 to 0.88. */
    static const double expected[] = {0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    assert_int_equal(myo_nomogram_probabilities(n, p), sizeof expected / sizeof expected[0]);
    assert_memory_equal(p, expected, sizeof expected);
    myo_nomogram_destroy(n);
    myo_model_destroy(model);

    /* -2 to -1.96: 0.1192 to 0.1234, where none of the usual ones lies. */
    model = parse(HEAD NUMBER("x", "0.0004", "0", "100", "") "]}");
    n = create(model);
    size_t count = myo_nomogram_probabilities(n, p);
    assert_true(count >= 3 && count <= 11);
    for (size_t i = 0; i < count; i++) {
        double total = myo_nomogram_total(n, p[i]);
        assert_true(total >= 0.0 && total <= n->total_max);
        assert_near(p[i] * 2000.0, round(p[i] * 2000.0), 1e-9); /* a step of 0.0005 */
        assert_true(i == 0 || p[i] > p[i - 1]);
    }
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_of_a_model_by_hand),
        cmocka_unit_test(ends_are_round_and_possible),
        cmocka_unit_test(a_predictor_without_effect_has_no_points),
        cmocka_unit_test(says_why_there_is_none),
        cmocka_unit_test(reading_by_points_is_the_prediction),
        cmocka_unit_test(the_table_gives_the_prediction_to_its_rounding),
        cmocka_unit_test(points_and_probability_grow_with_the_risk),
        cmocka_unit_test(intervals_are_those_of_the_only_patient),
        cmocka_unit_test(intervals_use_the_covariance),
        cmocka_unit_test(a_patient_is_marked),
        cmocka_unit_test(probabilities_are_round_and_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
