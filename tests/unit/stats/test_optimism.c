/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws, weights and the bootstrap of optimism: the same for every number of threads, and right
 * where that is known. */
#include "cmocka_all.h"
#include "fit_cohorts.h"
#include "stats/draws.h"
#include "stats/lasso.h"
#include "stats/logistic_line_private.h"
#include "stats/logistic_private.h"
#include "stats/optimism.h"

#include <string.h>

static void folds_and_parts_are_stratified(void **state) {
    (void)state;
    unsigned char event[103], part[103];
    size_t fold[103], order[103], size[10] = {0}, events[10] = {0}, taken = 0, taken_events = 0;
    for (size_t i = 0; i < 103; i++) {
        event[i] = i % 5 == 0; /* 21 */
    }
    myo_draws_folds(9, event, 103, 10, order, fold);
    myo_draws_split(9, event, 103, 0.8, order, part);
    for (size_t i = 0; i < 103; i++) {
        size[fold[i]]++;
        events[fold[i]] += event[i];
        taken += part[i];
        taken_events += part[i] && event[i];
    }
    for (size_t f = 0; f < 10; f++) {
        assert_in_range(size[f], 10, 11);
        assert_in_range(events[f], 2, 3);
    }
    assert_int_equal(taken_events, 17); /* 0.8 x 21 = 16.8 */
    assert_int_equal(taken, 17 + 66);   /* 0.8 x 82 = 65.6 */
    size_t other[103], moved = 0;
    myo_draws_folds(10, event, 103, 10, order, other);
    for (size_t i = 0; i < 103; i++) {
        moved += other[i] != fold[i];
    }
    assert_true(moved > 50);
}

/* 60,000 draws of one in six: each face 10,000 +- 5 standard deviations of 91. */
static void draws_are_even(void **state) {
    (void)state;
    myo_draws draws = myo_draws_open(1, 2);
    size_t counts[6] = {0};
    for (size_t i = 0; i < 60000; i++) {
        counts[myo_draws_below(&draws, 6)]++;
    }
    for (size_t k = 0; k < 6; k++) {
        assert_in_range(counts[k], 9543, 10457);
    }
}

/* A row that counts three times is three rows. */
static void counts_are_repeated_rows(void **state) {
    (void)state;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort *c = &cohorts[COHORT_PLAIN];
    assert_true(fit_cohort_make(c));
    unsigned count[300];
    size_t rows[900], fold[900], total = 0;
    unsigned char event[900];
    for (size_t i = 0; i < 300; i++) {
        count[i] = (unsigned)(i * 7 % 4);
        for (unsigned k = 0; k < count[i]; k++) {
            event[total] = c->event[i];
            fold[total] = c->fold[i];
            rows[total++] = i;
        }
    }
    myo_design repeated;
    assert_true(myo_design_take_rows(&c->design, rows, total, &repeated, NULL));
    const myo_lasso_data weighted = {&c->design, c->event, count}, plain = {&repeated, event, NULL};
    const myo_parallel one = {.threads = 1}, three = {.threads = 3};
    myo_lasso_path a, b;
    myo_lasso_cv cv_a, cv_b;
    assert_true(myo_lasso_cross_validate(&weighted, c->fold, 10, &one, &a, &cv_a, NULL));
    assert_true(myo_lasso_cross_validate(&plain, fold, 10, &three, &b, &cv_b, NULL));
    assert_int_equal(a.count, b.count);
    for (size_t k = 0; k < a.count; k++) {
        assert_near(cv_a.mean[k], cv_b.mean[k], 1e-6);
        for (size_t j = 0; j < a.columns; j++) {
            assert_near(a.coefficients[k * a.columns + j], b.coefficients[k * b.columns + j], 1e-6);
        }
    }
    myo_lasso_path_clear(&a);
    myo_lasso_path_clear(&b);
    myo_lasso_cv_clear(&cv_a);
    myo_lasso_cv_clear(&cv_b);
    myo_design_clear(&repeated);
    fit_cohort_clear(c);
}

/* Fits the rows with an engine of their own. */
static void run_newton(const myo_design *design, const unsigned char *event, const unsigned *count,
                       bool firth, double *beta, double *penalised) {
    logistic_scaled scaled;
    newton n;
    assert_true(logistic_scale(design, &scaled, NULL));
    assert_true(newton_create(design->rows, design->columns, &n, NULL));
    n.column = scaled.column;
    n.event = event;
    n.count = count;
    n.firth = firth;
    assert_int_equal(newton_run(&n), NEWTON_CONVERGED);
    logistic_unscale(&scaled, NULL, n.coefficients, n.beta, beta);
    /* Columns in other units have another determinant: 1/2 log of the square of the product. */
    *penalised = n.penalised;
    for (size_t c = 0; firth && c < design->columns; c++) {
        *penalised += log(scaled.sd[c]);
    }
    newton_clear(&n);
    logistic_scaled_clear(&scaled);
}

/* The same for the fit itself, with and without Firth's penalty, and for the calibration line. */
static void counts_are_repeated_rows_of_a_fit(void **state) {
    (void)state;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort *c = &cohorts[COHORT_PLAIN];
    assert_true(fit_cohort_make(c));
    unsigned count[300];
    size_t rows[900], total = 0;
    unsigned char event[900];
    for (size_t i = 0; i < 300; i++) {
        count[i] = (unsigned)(i * 7 % 4);
        for (unsigned k = 0; k < count[i]; k++) {
            event[total] = c->event[i];
            rows[total++] = i;
        }
    }
    myo_design repeated;
    assert_true(myo_design_take_rows(&c->design, rows, total, &repeated, NULL));
    for (int firth = 0; firth < 2; firth++) {
        double a[FIT_NUMBERS_MAX], b[FIT_NUMBERS_MAX], penalised_a, penalised_b;
        run_newton(&c->design, c->event, count, firth != 0, a, &penalised_a);
        run_newton(&repeated, event, NULL, firth != 0, b, &penalised_b);
        assert_near(penalised_a, penalised_b, 1e-8);
        for (size_t j = 0; j <= c->design.columns; j++) {
            assert_near(a[j], b[j], 1e-8);
        }
    }
    /* The first column alone, which ranges from about -15 to 135. */
    const myo_binary weighted = {c->design.values, c->event, 300};
    const myo_binary plain = {repeated.values, event, total};
    stats_line line_a, line_b;
    stats_line_fit(&weighted, count, &line_a);
    stats_line_fit(&plain, NULL, &line_b);
    assert_true(line_a.converged);
    assert_near(line_a.slope, line_b.slope, 1e-10);
    assert_near(line_a.intercept, line_b.intercept, 1e-8);
    assert_near(line_a.slope_se, line_b.slope_se, 1e-10);
    assert_near(line_a.log_likelihood, line_b.log_likelihood, 1e-8);
    myo_design_clear(&repeated);
    fit_cohort_clear(c);
}

/* A column that is there twice changes no prediction: the path is that of one, and the sum of both
 * coefficients is the coefficient of that one. */
static void of_identical_columns_the_path_is_that_of_one(void **state) {
    (void)state;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort *c = &cohorts[COHORT_PLAIN];
    assert_true(fit_cohort_make(c));
    size_t columns = c->design.columns, rows = c->rows;
    myo_design twice;
    assert_true(myo_design_create(rows, columns + 1, &twice, NULL));
    memcpy(twice.values, c->design.values, rows * columns * sizeof *twice.values);
    memcpy(twice.term, c->design.term, columns * sizeof *twice.term);
    memcpy(twice.values + columns * rows, c->design.values, rows * sizeof *twice.values);
    twice.term[columns] = c->design.terms;
    twice.terms = c->design.terms + 1;
    const myo_lasso_data single = {&c->design, c->event, NULL}, both = {&twice, c->event, NULL};
    myo_lasso_path a, b;
    assert_true(myo_lasso_path_fit(&single, &a, NULL));
    assert_true(myo_lasso_path_fit(&both, &b, NULL));
    assert_int_equal(a.count, b.count);
    for (size_t k = 0; k < a.count; k++) {
        const double *one = a.coefficients + k * a.columns, *two = b.coefficients + k * b.columns;
        assert_near(a.lambda[k], b.lambda[k], 1e-12);
        assert_near(a.deviance_ratio[k], b.deviance_ratio[k], 1e-6);
        assert_near(two[0] + two[columns], one[0], 1e-5);
        for (size_t j = 1; j < columns; j++) {
            assert_near(two[j], one[j], 1e-5);
        }
    }
    myo_lasso_path_clear(&a);
    myo_lasso_path_clear(&b);
    myo_design_clear(&twice);
    fit_cohort_clear(c);
}

static void cross_validation_refuses_folds_without_patients(void **state) {
    (void)state;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort *c = &cohorts[COHORT_RARE];
    assert_true(fit_cohort_make(c));
    const myo_lasso_data data = {&c->design, c->event, NULL};
    const myo_parallel plan = {.threads = 1};
    myo_lasso_path path;
    myo_lasso_cv cv;
    myo_error err = {0};
    assert_false(myo_lasso_cross_validate(&data, c->fold, 11, &plan, &path, &cv, &err));
    assert_string_equal(err.message, "fold 11 of 11 has no patient");
    fit_cohort_clear(c);
}

static myo_optimism estimate(const fit_cohort *c, myo_select select, size_t folds, size_t threads,
                             size_t replicates) {
    myo_logistic_options options = {.firth = MYO_FIRTH_AUTO, .level = 0.95};
    myo_logistic_fit fit;
    myo_optimism result;
    myo_error err = {0};
    double coefficients[FIT_NUMBERS_MAX + 4];
    assert_true(myo_logistic_fit_design(&c->design, c->event, &options, &fit, &err));
    for (size_t j = 0; j < fit.coefficient_count; j++) {
        coefficients[j] = fit.coefficients[j].estimate;
    }
    myo_logistic_fit_clear(&fit);
    myo_optimism_plan plan = {.replicates = replicates,
                              .seed = 5,
                              .select = select,
                              .folds = folds,
                              .parallel = {.threads = threads}};
    if (!myo_optimism_estimate(&c->design, c->event, coefficients, &plan, &result, &err)) {
        fail_msg("%s", err.message);
    }
    return result;
}

static void results_do_not_depend_on_threads(void **state) {
    (void)state;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort *c = &cohorts[COHORT_RARE];
    assert_true(fit_cohort_make(c));
    for (int select = MYO_SELECT_NONE; select <= MYO_SELECT_LASSO_1SE; select++) {
        myo_optimism one = estimate(c, (myo_select)select, 10, 1, 40);
        myo_optimism four = estimate(c, (myo_select)select, 10, 4, 40);
        assert_int_equal(one.replicates, 40);
        assert_memory_equal(&one.corrected, &four.corrected, sizeof one.corrected);
        assert_memory_equal(one.selected, four.selected, c->design.terms * sizeof *one.selected);
        if (select == MYO_SELECT_LASSO_1SE) {
            assert_true(one.selected[2] < 40); /* a number without an effect */
            assert_true(one.selected[0] > one.selected[2]);
        }
        myo_optimism_clear(&one);
        myo_optimism_clear(&four);
    }
    fit_cohort_clear(c);
}

/* A replicate holds about 63 % of the patients: with more folds than that, none may be empty. */
static void more_folds_than_drawn_patients_cost_no_replicate(void **state) {
    (void)state;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort c = cohorts[COHORT_PLAIN];
    c.rows = 120;
    assert_true(fit_cohort_make(&c));
    myo_optimism o = estimate(&c, MYO_SELECT_LASSO_MIN, 100, 2, 10);
    assert_int_equal(o.replicates, 10);
    assert_int_equal(o.failed, 0);
    assert_true(isfinite(o.corrected.auc));
    myo_optimism_clear(&o);
    fit_cohort_clear(&c);
}

/*
 * What the optimism must be near: fitted to 250 patients, the model does worse on 20,000 others of
 * the same kind than on its own; the bootstrap knows that without having seen them. On average over
 * cohorts the corrected area is that of the others.
 */
static void the_corrected_area_is_that_of_other_patients(void **state) {
    (void)state;
    double corrected = 0.0, apparent = 0.0, other = 0.0;
    const int repeats = 40;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort big = cohorts[COHORT_PLAIN];
    big.seed = 4711;
    big.rows = 20000;
    assert_true(fit_cohort_make(&big));
    double *predictor = calloc(big.rows, sizeof *predictor);
    for (int r = 0; r < repeats; r++) {
        fit_cohort c = cohorts[COHORT_PLAIN];
        c.seed = 1000.0 + 77.0 * r;
        c.rows = 120;
        assert_true(fit_cohort_make(&c));
        myo_logistic_options options = {.firth = MYO_FIRTH_AUTO, .level = 0.95};
        myo_logistic_fit fit;
        double coefficients[10];
        myo_performance truth;
        assert_true(myo_logistic_fit_design(&c.design, c.event, &options, &fit, NULL));
        for (size_t j = 0; j < fit.coefficient_count; j++) {
            coefficients[j] = fit.coefficients[j].estimate;
        }
        myo_logistic_predict(&big.design, coefficients, predictor);
        assert_true(myo_performance_measure(predictor, big.event, big.rows, &truth, NULL));
        myo_optimism o = estimate(&c, MYO_SELECT_NONE, 10, 2, 100);
        apparent += o.apparent.auc / repeats;
        corrected += o.corrected.auc / repeats;
        other += truth.auc / repeats;
        myo_optimism_clear(&o);
        myo_logistic_fit_clear(&fit);
        fit_cohort_clear(&c);
    }
    free(predictor);
    fit_cohort_clear(&big);
    assert_true(apparent - other > 0.02); /* there is an optimism to correct */
    assert_near(corrected, other, 0.012); /* standard error of the mean over 40 cohorts: 0.006 */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_and_parts_are_stratified),
        cmocka_unit_test(draws_are_even),
        cmocka_unit_test(counts_are_repeated_rows),
        cmocka_unit_test(counts_are_repeated_rows_of_a_fit),
        cmocka_unit_test(of_identical_columns_the_path_is_that_of_one),
        cmocka_unit_test(cross_validation_refuses_folds_without_patients),
        cmocka_unit_test(results_do_not_depend_on_threads),
        cmocka_unit_test(more_folds_than_drawn_patients_cost_no_replicate),
        cmocka_unit_test(the_corrected_area_is_that_of_other_patients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
