/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logistic regression, Firth's penalty and the LASSO against R (glm, glmnet, and a maximiser of its
 * own): tests/oracle/r/fit.R. The golden numbers lie in the tree; with a file as argument, that one
 * is compared. */
#include "base/file.h"
#include "base/number.h"
#include "cmocka_all.h"
#include "fit_cohorts.h"
#include "stats/lasso.h"
#include "stats/logistic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LEVEL 0.95
#define GOLDEN_SIZE_MAX ((size_t)1 << 20)
/* Relative to the value, or to 1 where that is less. Estimates and errors are asked to 1e-5, the
 * path to 1e-4; what is reached is far closer. */
#define ESTIMATED 1e-8
#define PROFILED 1e-7
#define PENALISED 1e-5
#define LINES_MIN 2000

static const char *golden_path = GOLDEN;
static char *golden;
static size_t compared;

/* The golden value of "COHORT KEY ", which begins a line. */
static double expected_of(const fit_cohort *c, const char *key) {
    char start[128], number[64];
    snprintf(start, sizeof start, "\n%s %s ", c->name, key);
    const char *line = strstr(golden, start);
    double expected = NAN;
    if (!line) {
        fail_msg("%s %s is not in %s", c->name, key, golden_path);
        return NAN;
    }
    const char *value = line + strlen(start);
    snprintf(number, sizeof number, "%.*s", (int)strcspn(value, "\n"), value);
    assert_true(myo_number_parse(number, &expected));
    compared++;
    return expected;
}

static void compare(const fit_cohort *c, double ours, double tolerance, const char *format, ...)
    MYO_PRINTF(4, 5);
static void compare(const fit_cohort *c, double ours, double tolerance, const char *format, ...) {
    char key[64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(key, sizeof key, format, arguments);
    va_end(arguments);
    double expected = expected_of(c, key);
    if (!(fabs(ours - expected) <= tolerance * fmax(1.0, fabs(expected)))) {
        fail_msg("%s %s: %.12g, but R has %.12g", c->name, key, ours, expected);
    }
}

/* The cohort itself is the one that R had. */
static void compare_cohort(const fit_cohort *c) {
    double sum = 0.0, events = 0.0;
    for (size_t i = 0; i < c->design.rows * c->design.columns; i++) {
        sum += c->design.values[i];
    }
    for (size_t i = 0; i < c->rows; i++) {
        events += c->event[i];
    }
    compare(c, (double)c->design.rows, 0.0, "rows");
    compare(c, (double)c->design.columns, 0.0, "columns");
    compare(c, events, 0.0, "events");
    compare(c, sum, 1e-10, "sum");
}

static myo_logistic_fit fit(const fit_cohort *c, myo_firth firth, bool profile) {
    const myo_logistic_options options = {.firth = firth,
                                          .tests = true,
                                          .profile = profile,
                                          .level = LEVEL,
                                          .parallel = {.threads = 2}};
    myo_logistic_fit result;
    myo_error err = {0};
    if (!myo_logistic_fit_design(&c->design, c->event, &options, &result, &err)) {
        fail_msg("%s: %s", c->name, err.message);
    }
    return result;
}

static void compare_profiles(const fit_cohort *c, const myo_logistic_fit *ours) {
    const char *kind = ours->firth ? "firth_" : "";
    for (size_t j = 1; j < ours->coefficient_count; j++) {
        const myo_logistic_coefficient *one = &ours->coefficients[j];
        compare(c, one->profile_lower, PROFILED, "%sprofile_lower%zu", kind, j - 1);
        compare(c, one->profile_upper, PROFILED, "%sprofile_upper%zu", kind, j - 1);
        compare(c, one->profile_p, PROFILED, "%sprofile_p%zu", kind, j - 1);
    }
}

static void compare_likelihood(const fit_cohort *c, bool profile) {
    myo_logistic_fit ours = fit(c, MYO_FIRTH_AUTO, profile);
    assert_false(ours.firth);
    assert_false(ours.separated);
    for (size_t j = 0; j < ours.coefficient_count; j++) {
        compare(c, ours.coefficients[j].estimate, ESTIMATED, "estimate%zu", j);
        compare(c, ours.coefficients[j].standard_error, ESTIMATED, "se%zu", j);
        double error = ours.coefficients[j].standard_error;
        assert_near(ours.coefficients[j].upper - ours.coefficients[j].lower,
                    2.0 * 1.959963984540054 * error, 1e-9 * error);
    }
    compare(c, ours.covariance[1], ESTIMATED, "covariance01");
    compare(c, ours.log_likelihood, ESTIMATED, "log_likelihood");
    compare(c, ours.null_log_likelihood, ESTIMATED, "null_log_likelihood");
    myo_collinearity collinearity;
    assert_true(myo_design_collinearity(&c->design, &collinearity, NULL));
    assert_true(collinearity.dependent == MYO_NO_COLUMN);
    for (size_t t = 0; t < ours.term_count; t++) {
        compare(c, ours.terms[t].ratio_chi2, ESTIMATED, "ratio_chi2%zu", t);
        compare(c, ours.terms[t].ratio_p, ESTIMATED, "ratio_p%zu", t);
        compare(c, ours.terms[t].wald_chi2, ESTIMATED, "wald_chi2%zu", t);
        compare(c, collinearity.vif[t], ESTIMATED, "vif%zu", t);
    }
    if (profile) {
        compare_profiles(c, &ours);
    }
    myo_collinearity_clear(&collinearity);
    myo_logistic_fit_clear(&ours);
}

/* `firth`: what makes the program use the penalty; for separated data it finds that out itself. */
static void compare_firth(const fit_cohort *c, myo_firth firth, bool separated) {
    myo_logistic_fit ours = fit(c, firth, true);
    assert_true(ours.firth);
    assert_int_equal(ours.separated, separated);
    for (size_t j = 0; j < ours.coefficient_count; j++) {
        compare(c, ours.coefficients[j].estimate, PROFILED, "firth_estimate%zu", j);
        compare(c, ours.coefficients[j].standard_error, PROFILED, "firth_se%zu", j);
    }
    for (size_t t = 0; t < ours.term_count; t++) {
        compare(c, ours.terms[t].ratio_chi2, PROFILED, "firth_ratio_chi2%zu", t);
    }
    compare_profiles(c, &ours);
    myo_logistic_fit_clear(&ours);
}

static void compare_path(const fit_cohort *c, size_t first, size_t step) {
    const myo_lasso_data data = {&c->design, c->event, NULL};
    const myo_parallel plan = {.threads = 2};
    myo_lasso_path path;
    myo_lasso_cv cv;
    myo_error err = {0};
    if (!myo_lasso_cross_validate(&data, c->fold, 10, &plan, &path, &cv, &err)) {
        fail_msg("%s: %s", c->name, err.message);
    }
    compare(c, (double)path.count, 0.0, "penalties");
    compare(c, path.lambda[0], 1e-10, "lambda_first");
    compare(c, path.lambda[path.count - 1], 1e-10, "lambda_last");
    compare(c, path.lambda[cv.minimum], 1e-10, "lambda_min");
    compare(c, path.lambda[cv.one_se], 1e-10, "lambda_1se");
    compare(c, path.lambda[cv.minimum], 1e-10, "usual_lambda_min");
    compare(c, path.lambda[cv.one_se], 1e-10, "usual_lambda_1se");
    compare(c, path.null_deviance, 1e-10, "null_deviance");
    for (size_t k = 0; k < path.count; k++) {
        compare(c, cv.mean[k], PENALISED, "cv_mean%zu", k);
        compare(c, cv.error[k], PENALISED, "cv_error%zu", k);
    }
    for (size_t k = first - 1;; k += step) {
        k = k < path.count ? k : path.count - 1;
        compare(c, path.deviance_ratio[k], PENALISED, "ratio%zu", k);
        compare(c, path.intercept[k], PENALISED, "path%zu_0", k);
        for (size_t j = 0; j < path.columns; j++) {
            compare(c, path.coefficients[k * path.columns + j], PENALISED, "path%zu_%zu", k, j + 1);
        }
        if (k + step > 99 || k == path.count - 1) {
            break;
        }
    }
    myo_lasso_path_clear(&path);
    myo_lasso_cv_clear(&cv);
}

static fit_cohort cohorts[] = FIT_COHORTS;

static void the_cohorts_are_those_of_r(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cohorts / sizeof *cohorts; i++) {
        compare_cohort(&cohorts[i]);
    }
}

static void maximum_likelihood_agrees_with_glm(void **state) {
    (void)state;
    compare_likelihood(&cohorts[COHORT_PLAIN], true);
    compare_likelihood(&cohorts[COHORT_RARE], true);
    compare_likelihood(&cohorts[COHORT_WIDE], false);
}

static void penalised_likelihood_agrees_with_its_maximum(void **state) {
    (void)state;
    compare_firth(&cohorts[COHORT_PLAIN], MYO_FIRTH_ALWAYS, false);
    compare_firth(&cohorts[COHORT_RARE], MYO_FIRTH_ALWAYS, false);
    compare_firth(&cohorts[COHORT_SEPARABLE], MYO_FIRTH_AUTO, true);
    compare_firth(&cohorts[COHORT_QUASI], MYO_FIRTH_AUTO, true);
}

static void the_path_agrees_with_glmnet(void **state) {
    (void)state;
    compare_path(&cohorts[COHORT_PLAIN], 2, 7);
    compare_path(&cohorts[COHORT_RARE], 2, 14);
    compare_path(&cohorts[COHORT_FEW], 2, 21);
    compare_path(&cohorts[COHORT_WIDE], 5, 15);
    assert_true(compared >= LINES_MIN);
}

int main(int argc, char **argv) {
    size_t size;
    char *text;
    if (argc > 1) {
        golden_path = argv[1];
    }
    if (!myo_file_read(golden_path, GOLDEN_SIZE_MAX, &text, &size, NULL)) {
        return 1;
    }
    golden = calloc(size + 2, 1);
    golden[0] = '\n'; /* so that every line begins behind a line break */
    memcpy(golden + 1, text, size);
    free(text);
    for (size_t i = 0; i < sizeof cohorts / sizeof *cohorts; i++) {
        if (!fit_cohort_make(&cohorts[i])) {
            return 1;
        }
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cohorts_are_those_of_r),
        cmocka_unit_test(maximum_likelihood_agrees_with_glm),
        cmocka_unit_test(penalised_likelihood_agrees_with_its_maximum),
        cmocka_unit_test(the_path_agrees_with_glmnet),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < sizeof cohorts / sizeof *cohorts; i++) {
        fit_cohort_clear(&cohorts[i]);
    }
    free(golden);
    return failed;
}
