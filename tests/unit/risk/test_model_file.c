/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Model files: a good one, and every kind of broken one with the line that a person gets. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/risk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A complete small model; the tests break one piece of it at a time. */
static const char good[] =
    "{\"format\": \"myotome-risk-model\", \"version\": 1, \"name\": \"m\", \"title\": \"T\",\n"
    " \"outcome\": \"o\", \"status\": \"complete\", \"link\": \"logit\", \"x-note\": [1],\n"
    " \"intercept\": {\"value\": -1.5, \"source\": \"fitted\", \"standard_error\": 0.3},\n"
    " \"predictors\": [\n"
    "  {\"name\": \"age\", \"label\": \"Age\", \"type\": \"number\", \"unit\": \"a\",\n"
    "   \"coefficient\": 0.02, \"standard_error\": 0.01, \"x-mine\": {\"any\": null},\n"
    "   \"development\": {\"mean\": 50, \"sd\": 10, \"minimum\": 20, \"maximum\": 90,\n"
    "                   \"range_source\": \"observed\"}},\n"
    "  {\"name\": \"sex\", \"label\": \"Sex\", \"type\": \"category\", \"reference\": \"M\",\n"
    "   \"levels\": [{\"value\": \"F\", \"coefficient\": 0.5, \"standard_error\": 0.2,\n"
    "               \"development_share\": 0.25}]}],\n"
    " \"performance\": [{\"data\": \"d\", \"n\": 10, \"events\": 2, \"auc\": 0.7,\n"
    "   \"hosmer_lemeshow\": {\"chi2\": 3.5, \"df\": 8, \"p\": 0.9}}],\n"
    " \"source\": {\"citation\": \"c\"}, \"known_problems\": []}";

/* The good model with `from` replaced by `to`; the caller frees it. */
static char *edited(const char *from, const char *to) {
    const char *at = strstr(good, from);
    if (!at) {
        fail_msg("not in the model: %s", from);
    }
    char *text = malloc(sizeof good + strlen(to));
    assert_non_null(text);
    snprintf(text, sizeof good + strlen(to), "%.*s%s%s", (int)(at - good), good, to,
             at + strlen(from));
    return text;
}

static void refuses(const char *text, size_t size, const char *message) {
    myo_model *model;
    myo_error err = {0};
    assert_false(myo_model_parse(text, size, "m.json", &model, &err));
    assert_null(model);
    assert_int_equal(err.code, MYO_E_FORMAT);
    assert_string_equal(err.message, message);
}

static const char *look_up(void *user, const char *name) {
    (void)user;
    return strcmp(name, "age") == 0 ? "60" : "f";
}

/* Without centres the development means stand in for them: variance (0.01 x 10)^2 +
 * (0.2 x 0.75)^2 = 0.0325. Predictor -1.5 + 0.02 x 60 + 0.5 = 0.2. */
static void a_good_model_predicts(void **state) {
    (void)state;
    myo_model *model;
    myo_error err = {0};
    if (!myo_model_parse(good, sizeof good - 1, "m.json", &model, &err)) {
        fail_msg("%s", err.message);
    }
    assert_string_equal(myo_model_get_name(model), "m");
    assert_string_equal(myo_model_get_title(model), "T");
    assert_true(myo_model_can_predict(model, NULL));
    myo_prediction p;
    assert_true(myo_model_predict(model, look_up, NULL, &p, &err));
    assert_near(p.linear_predictor, 0.2, 1e-12);
    assert_near(log(p.upper / (1 - p.upper)), 0.2 + 1.959963984540054 * sqrt(0.0325), 1e-9);
    assert_string_equal(p.warnings, ""); /* a fitted intercept needs no warning */
    myo_model_destroy(model);
}

static void each_wrong_member_is_named(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"\"format\": \"myotome-risk-model\"", "\"format\": \"other\"",
         "m.json: format: must be myotome-risk-model"},
        {"\"version\": 1", "\"version\": 2",
         "m.json: version: must be 1: the file needs another version of myotome"},
        {"\"version\": 1", "\"version\": 1.0", "m.json: version: must be an integer >= 0"},
        {"\"name\": \"m\"", "\"name\": \"../m\"",
         "m.json: name: must be a letter, then letters, digits and any of -_. (64 at most)"},
        {"\"title\": \"T\",", "", "m.json: title: is missing"},
        {"\"title\": \"T\"", "\"title\": \"\"", "m.json: title: must be a text that is not empty"},
        {"\"link\": \"logit\"", "\"link\": \"probit\"", "m.json: link: must be logit"},
        {"\"status\": \"complete\"", "\"status\": \"features_only\"",
         "m.json: unavailable: is missing: it says why and what can be done"},
        {"\"outcome\"", "\"outcom\"",
         "m.json: outcom: unknown member (misspelt? names of your own begin with x-)"},
        {"\"intercept\": {\"value\": -1.5, \"source\": \"fitted\", \"standard_error\": 0.3},", "",
         "m.json: intercept: is missing"},
        {"\"value\": -1.5", "\"value\": \"-1.5\"", "m.json: intercept.value: must be a number"},
        {"\"source\": \"fitted\"", "\"source\": \"guessed\"",
         "m.json: intercept.source: must be published, reconstructed or fitted"},
        {"\"standard_error\": 0.3", "\"standard_error\": -0.3",
         "m.json: intercept.standard_error: must be a number >= 0, or null"},
        {"\"standard_error\": 0.01", "\"standard_error\": -0.01",
         "m.json: predictors[0].standard_error: must be a number >= 0"},
        {"\"standard_error\": 0.01", "\"standard_error\": null",
         "m.json: predictors[0].standard_error: must be a number >= 0"},
        {"\"standard_error\": 0.01", "\"standart_error\": 0.01",
         "m.json: predictors[0].standart_error: unknown member (misspelt? names of your own begin "
         "with x-)"},
        {"\"coefficient\": 0.02, ", "", "m.json: predictors[0].coefficient: is missing"},
        {"\"type\": \"number\"", "\"type\": \"date\"",
         "m.json: predictors[0].type: must be number or category"},
        {"\"type\": \"number\", ", "", "m.json: predictors[0].type: must be number or category"},
        {"\"name\": \"age\"", "\"name\": \"age [a]\"",
         "m.json: predictors[0].name: must be a letter, then letters, digits and _ (64 at most)"},
        {"\"name\": \"sex\"", "\"name\": \"age\"", "m.json: predictors[1].name: occurs twice"},
        {"\"sd\": 10", "\"sd\": 0", "m.json: predictors[0].development.sd: must be a number > 0"},
        {"\"maximum\": 90", "\"maximum\": 20",
         "m.json: predictors[0].development.maximum: must be greater than minimum"},
        {"\"value\": \"F\"", "\"value\": \"m\"",
         "m.json: predictors[1].levels[0].value: occurs twice"},
        {"\"standard_error\": 0.2", "\"standard_error\": true",
         "m.json: predictors[1].levels[0].standard_error: must be a number >= 0"},
        {"\"development_share\": 0.25", "\"development_share\": 25",
         "m.json: predictors[1].levels[0].development_share: must be a number from 0 to 1"},
        {"\"levels\": [", "\"levels\": [3, ",
         "m.json: predictors[1].levels: must be an array of at least one object"},
        {"\"events\": 2", "\"events\": 11",
         "m.json: performance[0].events: must not be greater than n"},
        {"\"df\": 8, ", "", "m.json: performance[0].hosmer_lemeshow.df: is missing"},
        {"\"auc\": 0.7", "\"auc\": 70", "m.json: performance[0].auc: must be a number from 0 to 1"},
        {"{\"citation\": \"c\"}", "{}", "m.json: source.citation: is missing"},
        {"\"known_problems\": []", "\"known_problems\": [1]",
         "m.json: known_problems: must be an array of texts"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = edited(cases[i][0], cases[i][1]);
        refuses(text, strlen(text), cases[i][2]);
        free(text);
    }
}

static void text_that_is_no_json_names_the_line(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"0.02", "NaN"}, {"0.02", "1e999"}, {"0.02", "0,02"}, {"\"title\"", "\"name\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = edited(cases[i][0], cases[i][1]);
        myo_model *model;
        myo_error err = {0};
        assert_false(myo_model_parse(text, strlen(text), "m.json", &model, &err));
        assert_int_equal(err.code, MYO_E_FORMAT);
        assert_memory_equal(err.message, "m.json: line ", strlen("m.json: line "));
        assert_non_null(strstr(err.message, ": not valid JSON: "));
        free(text);
    }
    refuses("[]", 2, "m.json: must be an object");
}

/* Cut off anywhere, or with any one byte changed, a file is refused or read: never a crash. */
static void damaged_files_do_no_harm(void **state) {
    (void)state;
    myo_model *model;
    for (size_t size = 0; size < sizeof good - 1; size++) {
        myo_error err = {0};
        char *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy, good, size);
        assert_false(myo_model_parse(copy, size, "m.json", &model, &err));
        assert_int_equal(err.code, MYO_E_FORMAT);
        free(copy);
    }
    static const char bytes[] = {'\0', '"', '}', '9', '-', '\xff'};
    char text[sizeof good];
    size_t refused = 0, tried = 0;
    for (size_t i = 0; i < sizeof good - 1; i++) {
        for (size_t b = 0; b < sizeof bytes; b++) {
            memcpy(text, good, sizeof good);
            text[i] = bytes[b];
            myo_error err = {0};
            if (myo_model_parse(text, sizeof good - 1, "m.json", &model, &err)) {
                assert_non_null(model);
                assert_int_equal(err.code, MYO_OK);
                myo_model_destroy(model);
            } else {
                assert_true(err.code == MYO_E_FORMAT && err.message[0]);
                refused++;
            }
            tried++;
        }
    }
    assert_true(refused > tried / 2);
}

/* Whose standard errors are 0.01 and 0.2. */
#define COVARIANCE                                                                                 \
    "\"covariance\": {\"terms\": [\"intercept\", \"age\", \"sex=F\"],"                             \
    " \"rows\": [[0.09], [-0.002, 0.0001], [0.01, 0.0005, 0.04]]}, \"source\""

/* Age 60, F: 0.09 + 3600 x 0.0001 + 0.04 + 2 (60 x -0.002 + 0.01 + 60 x 0.0005) = 0.33. */
static void a_covariance_gives_the_interval(void **state) {
    (void)state;
    char *text = edited("\"source\": {\"citation\"", COVARIANCE ": {\"citation\"");
    myo_model *model;
    myo_error err = {0};
    if (!myo_model_parse(text, strlen(text), "m.json", &model, &err)) {
        fail_msg("%s", err.message);
    }
    myo_prediction p;
    assert_true(myo_model_predict(model, look_up, NULL, &p, &err));
    assert_near(p.linear_predictor, 0.2, 1e-12);
    double half_width = 1.959963984540054 * sqrt(0.33);
    assert_near(p.lower, 1.0 / (1.0 + exp(half_width - 0.2)), 1e-12);
    assert_near(p.upper, 1.0 / (1.0 + exp(-half_width - 0.2)), 1e-12);
    myo_model_destroy(model);
    free(text);
}

static void a_covariance_that_does_not_fit_is_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"{\"terms\": [\"intercept\", \"sex=F\", \"age\"], \"rows\": [[1]]}",
         "m.json: covariance.terms: must name the intercept and then every term in the order of "
         "the "
         "predictors, levels as NAME=LEVEL"},
        {"{\"terms\": [\"intercept\", \"age\", \"sex=F\"], \"rows\": [[1], [0, 1]]}",
         "m.json: covariance.rows: must have a row for each term"},
        {"{\"terms\": [\"intercept\", \"age\", \"sex=F\"], \"rows\": [[1], [0, 1], [0, 0]]}",
         "m.json: covariance.rows: must be the rows of a triangle: arrays of one number, two, "
         "three, ..."},
        {"{\"terms\": [\"intercept\", \"age\", \"sex=F\"], \"rows\": [[0.09], [0.004, 0.0001], "
         "[0, 0, 0.04]]}",
         "m.json: covariance.rows: is no covariance: a combination has a negative variance"},
        {"{\"terms\": [\"intercept\", \"age\", \"sex=F\"], \"rows\": [[0.09], [0, 0.0002], "
         "[0, 0, 0.04]]}",
         "m.json: covariance.rows: does not belong to the standard errors of the predictors"},
        {"{\"terms\": [\"intercept\"]}", "m.json: covariance.rows: is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char member[512];
        snprintf(member, sizeof member, "\"covariance\": %s, \"source\": {\"citation\"",
                 cases[i][0]);
        char *text = edited("\"source\": {\"citation\"", member);
        refuses(text, strlen(text), cases[i][1]);
        free(text);
    }
}

static void oversized_files_are_refused(void **state) {
    (void)state;
    size_t size = ((size_t)1 << 20) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, ' ', size);
    memcpy(text, good, sizeof good - 1);
    refuses(text, size, "m.json: more than 1048576 bytes: not a model file");
    memset(text, '[', size); /* nesting without end */
    myo_model *model;
    assert_false(myo_model_parse(text, size - 1, "m.json", &model, NULL));
    free(text);
}

static void models_are_found_by_name_or_path(void **state) {
    (void)state;
    size_t count;
    const char *const *names = myo_model_builtins(&count);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        myo_model *model;
        myo_error err = {0};
        if (!myo_model_load(names[i], &model, &err)) {
            fail_msg("%s", err.message);
        }
        assert_string_equal(myo_model_get_name(model), names[i]);
        myo_model_destroy(model);
    }
    myo_model *model;
    myo_error err = {0};
    assert_false(myo_model_load("nvcf", &model, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message, "no model is called 'nvcf' (a model file is given by a path "
                                     "that has a '/' or ends in .json)");
    err = (myo_error){0};
    assert_false(myo_model_load("./no-such-model.json", &model, &err));
    assert_int_equal(err.code, MYO_E_IO);

    char path[] = "/tmp/myotome-model-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, good, sizeof good - 1), sizeof good - 1);
    close(file);
    assert_true(myo_model_load(path, &model, NULL));
    assert_string_equal(myo_model_get_name(model), "m");
    myo_model_destroy(model);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_model_predicts),
        cmocka_unit_test(each_wrong_member_is_named),
        cmocka_unit_test(text_that_is_no_json_names_the_line),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(oversized_files_are_refused),
        cmocka_unit_test(a_covariance_gives_the_interval),
        cmocka_unit_test(a_covariance_that_does_not_fit_is_refused),
        cmocka_unit_test(models_are_found_by_name_or_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
