/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logistic regression where the answer follows by hand, and where there is none; collinearity; and
 * the area under the curve. R's numbers are in test_fit_golden.c. */
#include "cmocka_all.h"
#include "fit_cohorts.h"
#include "stats/auc.h"
#include "stats/logistic.h"

#include <string.h>

static const myo_logistic_options usual = {
    .firth = MYO_FIRTH_NEVER, .tests = true, .profile = true, .level = 0.95};

static myo_design one_column(const double *values, size_t rows) {
    myo_design design;
    assert_true(myo_design_create(rows, 1, &design, NULL));
    memcpy(design.values, values, rows * sizeof *values);
    design.terms = 1;
    return design;
}

/* Compares an estimate and its error. */
static void assert_coefficient(const myo_logistic_fit *fit, size_t j, double estimate, double error,
                               double tolerance) {
    assert_near(fit->coefficients[j].estimate, estimate, tolerance * fmax(1.0, fabs(estimate)));
    assert_near(fit->coefficients[j].standard_error, error, tolerance * fmax(1.0, error));
}

/* A table of two by two: 10 of 40 exposed and 5 of 60 others have the event. The odds ratio is
 * (10 / 30) / (5 / 55), the variance of its logarithm the sum of the reciprocal counts. */
static void a_table_of_two_by_two_has_its_odds_ratio(void **state) {
    (void)state;
    double exposed[100];
    unsigned char event[100];
    for (size_t i = 0; i < 100; i++) {
        exposed[i] = i < 40 ? 1.0 : 0.0;
        event[i] = i < 10 || (i >= 40 && i < 45);
    }
    myo_design design = one_column(exposed, 100);
    myo_logistic_fit fit;
    assert_true(myo_logistic_fit_design(&design, event, &usual, &fit, NULL));
    double odds = log(5.0 / 55.0), ratio = log(10.0 / 30.0) - odds;
    assert_coefficient(&fit, 0, odds, sqrt(1.0 / 5 + 1.0 / 55), 1e-9);
    assert_coefficient(&fit, 1, ratio, sqrt(1.0 / 10 + 1.0 / 30 + 1.0 / 5 + 1.0 / 55), 1e-9);
    assert_near(fit.covariance[1], -(1.0 / 5 + 1.0 / 55), 1e-9);
    /* Likelihood ratio: sum of 2 n log(share of the group / share of all). */
    double chi2 = 2.0 * (10 * log(0.25 / 0.15) + 30 * log(0.75 / 0.85) + 5 * log(5.0 / 60 / 0.15) +
                         55 * log(55.0 / 60 / 0.85));
    assert_near(fit.terms[0].ratio_chi2, chi2, 1e-9);
    assert_near(fit.ratio_chi2, chi2, 1e-9);
    assert_near(fit.coefficients[1].profile_p, erfc(sqrt(chi2 / 2.0)), 1e-9);
    myo_logistic_fit_clear(&fit);
    myo_design_clear(&design);
}

/* Firth's penalty on a table of two by two adds a half to each cell. */
static void the_penalty_adds_a_half_to_each_cell(void **state) {
    (void)state;
    double exposed[30];
    unsigned char event[30];
    for (size_t i = 0; i < 30; i++) {
        exposed[i] = i < 10 ? 1.0 : 0.0;
        event[i] = i < 10 || i >= 25; /* all exposed, 5 of 20 others */
    }
    myo_design design = one_column(exposed, 30);
    myo_logistic_options options = usual;
    options.firth = MYO_FIRTH_AUTO;
    myo_logistic_fit fit;
    assert_true(myo_logistic_fit_design(&design, event, &options, &fit, NULL));
    assert_true(fit.separated);
    assert_true(fit.firth);
    assert_true(fit.separating[0]);
    assert_near(fit.coefficients[1].estimate, log(10.5 / 0.5) - log(5.5 / 15.5), 1e-7);
    assert_true(isfinite(fit.coefficients[1].profile_lower));
    assert_true(isfinite(fit.coefficients[1].profile_upper));
    myo_logistic_fit_clear(&fit);
    options.firth = MYO_FIRTH_NEVER;
    myo_error err = {0};
    assert_false(myo_logistic_fit_design(&design, event, &options, &fit, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
    assert_string_equal(err.message,
                        "the predictors separate the events from the others without an error, so "
                        "that there is no maximum of the likelihood; allow Firth's penalty");
    myo_design_clear(&design);
}

/* Log likelihood with Firth's penalty of log odds = intercept + slope x. */
static double penalised(const double *x, const unsigned char *event, size_t rows, double intercept,
                        double slope) {
    double sum = 0.0, i00 = 0.0, i01 = 0.0, i11 = 0.0;
    for (size_t i = 0; i < rows; i++) {
        double l = intercept + slope * x[i], small = exp(-fabs(l));
        double weight = small / ((1.0 + small) * (1.0 + small));
        sum += (event[i] ? l : 0.0) - fmax(l, 0.0) - log1p(small);
        i00 += weight;
        i01 += weight * x[i];
        i11 += weight * x[i] * x[i];
    }
    return sum + 0.5 * log(i00 * i11 - i01 * i01);
}

/* Its maximum over the intercept: by looking everywhere, and then nearer and nearer. */
static double profile_of(const double *x, const unsigned char *event, size_t rows, double slope) {
    double middle = 0.0, reach = 20.0, best = -INFINITY;
    for (size_t i = 0; i < rows; i++) {
        reach = fmax(reach, 20.0 + fabs(slope * x[i]));
    }
    for (double width = reach; width > 1e-9; width *= 0.02) {
        double start = middle;
        for (int k = -100; k <= 100; k++) {
            double at = start + width * k / 100.0, value = penalised(x, event, rows, at, slope);
            if (value > best) {
                best = value;
                middle = at;
            }
        }
    }
    return best;
}

/* Where the profile levels off on the way to an end, the end is still where half a quantile of chi
 * squared is lost, and not where the search was tired. */
static void profiles_that_level_off_have_their_ends(void **state) {
    (void)state;
    static const struct {
        double x[7];
        unsigned char event[7];
        size_t rows;
    } cases[] = {{{29, 359, -39, 0, 2268, -216, -1}, {1, 1, 0, 0, 1, 0, 0}, 7},
                 {{-33, 0, 0, 0, -172, -392, -2}, {0, 1, 0, 0, 0, 0, 1}, 7},
                 {{-8, 4, 5, 4, -4, 5}, {0, 0, 1, 1, 0, 1}, 6}};
    myo_logistic_options options = usual;
    options.firth = MYO_FIRTH_ALWAYS;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const double *x = cases[k].x;
        const unsigned char *event = cases[k].event;
        size_t rows = cases[k].rows;
        myo_design design = one_column(x, rows);
        myo_logistic_fit fit;
        assert_true(myo_logistic_fit_design(&design, event, &options, &fit, NULL));
        const myo_logistic_coefficient *c = &fit.coefficients[1];
        double half = 0.5 * 3.841458820694124;
        double least = profile_of(x, event, rows, c->estimate) - half;
        assert_near(profile_of(x, event, rows, c->profile_lower), least, 1e-6);
        assert_near(profile_of(x, event, rows, c->profile_upper), least, 1e-6);
        myo_logistic_fit_clear(&fit);
        myo_design_clear(&design);
    }
}

/* Only the columns that separate are named, and one patient in the wrong place ends it. */
static void separation_is_found_and_not_seen_where_there_is_none(void **state) {
    (void)state;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort *quasi = &cohorts[COHORT_QUASI];
    assert_true(fit_cohort_make(quasi));
    myo_logistic_options options = usual;
    options.firth = MYO_FIRTH_AUTO;
    options.profile = false;
    myo_logistic_fit fit;
    assert_true(myo_logistic_fit_design(&quasi->design, quasi->event, &options, &fit, NULL));
    assert_true(fit.separated);
    assert_false(fit.separating[0]);
    assert_false(fit.separating[1]);
    assert_true(fit.separating[2]);
    myo_logistic_fit_clear(&fit);
    size_t row = 0;
    while (quasi->design.values[2 * quasi->rows + row] < 0.5) {
        row++;
    }
    quasi->event[row] = 0;
    assert_true(myo_logistic_fit_design(&quasi->design, quasi->event, &options, &fit, NULL));
    assert_false(fit.separated);
    assert_false(fit.firth);
    myo_logistic_fit_clear(&fit);
    fit_cohort_clear(quasi);
}

/* Another unit and another zero point change the coefficient as they must, and nothing else. */
static void units_do_not_matter(void **state) {
    (void)state;
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort *c = &cohorts[COHORT_PLAIN];
    assert_true(fit_cohort_make(c));
    myo_logistic_fit before, after;
    assert_true(myo_logistic_fit_design(&c->design, c->event, &usual, &before, NULL));
    for (size_t i = 0; i < c->rows; i++) {
        c->design.values[i] = 1e4 + 1e-2 * c->design.values[i];
    }
    assert_true(myo_logistic_fit_design(&c->design, c->event, &usual, &after, NULL));
    const myo_logistic_coefficient *b = before.coefficients;
    assert_coefficient(&after, 1, 1e2 * b[1].estimate, 1e2 * b[1].standard_error, 1e-8);
    assert_near(after.log_likelihood, before.log_likelihood, 1e-8);
    assert_near(after.coefficients[1].profile_upper, 1e2 * b[1].profile_upper, 1e-6);
    for (size_t j = 2; j < before.coefficient_count; j++) {
        assert_coefficient(&after, j, b[j].estimate, b[j].standard_error, 1e-7);
    }
    myo_logistic_fit_clear(&before);
    myo_logistic_fit_clear(&after);
    fit_cohort_clear(c);
}

/* x3 = 2 x1 - x2 + 5; x4 is free. */
/* A column that is nearly another one, x + d z, makes the same model as z: its coefficient is that
 * of z over d, hundreds of thousands of standard deviations, and the tests without it are those of
 * z. */
static void nearly_equal_columns_can_be_told_apart(void **state) {
    (void)state;
    enum { ROWS = 200 };
    const double d = 1e-4;
    unsigned char event[ROWS];
    myo_design plain, twins;
    assert_true(myo_design_create(ROWS, 2, &plain, NULL));
    assert_true(myo_design_create(ROWS, 2, &twins, NULL));
    plain.terms = twins.terms = 2;
    plain.term[1] = twins.term[1] = 1;
    for (size_t i = 0; i < ROWS; i++) {
        double x = sin((double)i * 1.7), z = cos((double)i * 2.9);
        event[i] = x + 2.0 * z + 2.0 * sin((double)i * 12.9898) > 0.5;
        plain.values[i] = twins.values[i] = x;
        plain.values[ROWS + i] = z;
        twins.values[ROWS + i] = x + d * z;
    }
    myo_logistic_fit a, b;
    assert_true(myo_logistic_fit_design(&plain, event, &usual, &a, NULL));
    assert_true(myo_logistic_fit_design(&twins, event, &usual, &b, NULL));
    assert_near(b.log_likelihood, a.log_likelihood, 1e-9);
    assert_near(b.coefficients[2].estimate * d / a.coefficients[2].estimate, 1.0, 1e-6);
    assert_near(b.coefficients[2].z, a.coefficients[2].z, 1e-5);
    assert_near(b.terms[1].ratio_chi2, a.terms[1].ratio_chi2, 1e-6);
    assert_near(b.coefficients[2].profile_lower * d, a.coefficients[2].profile_lower, 1e-5);
    assert_near(b.coefficients[2].profile_upper * d, a.coefficients[2].profile_upper, 1e-5);
    myo_logistic_fit_clear(&a);
    myo_logistic_fit_clear(&b);
    myo_design_clear(&plain);
    myo_design_clear(&twins);
}

static void a_dependent_column_is_found_with_its_partners(void **state) {
    (void)state;
    double state_of = 7.0;
    myo_design design;
    assert_true(myo_design_create(50, 4, &design, NULL));
    for (size_t i = 0; i < 50; i++) {
        double x1 = fit_draw(&state_of), x2 = fit_draw(&state_of), x4 = fit_draw(&state_of);
        const double row[] = {x1, x4, x2, 2.0 * x1 - x2 + 5.0};
        for (size_t c = 0; c < 4; c++) {
            design.values[c * 50 + i] = row[c];
            design.term[c] = c;
        }
    }
    design.terms = 4;
    myo_collinearity collinearity;
    assert_true(myo_design_collinearity(&design, &collinearity, NULL));
    assert_int_equal(collinearity.dependent, 3);
    assert_true(fabs(collinearity.weight[0]) > 0.1);
    assert_near(collinearity.weight[1], 0.0, 1e-9);
    assert_true(fabs(collinearity.weight[2]) > 0.1);
    assert_true(isinf(collinearity.vif[0]));
    myo_collinearity_clear(&collinearity);
    for (size_t i = 0; i < 50; i++) {
        design.values[50 + i] = 3.25; /* a constant, before the dependent one */
    }
    assert_true(myo_design_collinearity(&design, &collinearity, NULL));
    assert_int_equal(collinearity.dependent, 1);
    myo_collinearity_clear(&collinearity);
    myo_design_clear(&design);
}

/* Scores 1 2 2 3 with events at 2 and 3: of four pairs, three and a half are in order. */
static void the_area_counts_ties_half(void **state) {
    (void)state;
    const double score[] = {2.0, 1.0, 2.0, 3.0};
    const unsigned char event[] = {1, 0, 0, 1};
    double auc;
    assert_true(myo_stats_auc(score, event, 4, &auc, NULL));
    assert_near(auc, 3.5 / 4.0, 1e-15);
    /* Row 0 twice, row 3 not at all: events 2, 2 against 1, 2. */
    const unsigned times[] = {2, 1, 1, 0};
    myo_auc_place places[4];
    myo_auc_order(score, 4, places);
    assert_true(myo_auc_weighted(places, 4, event, times, &auc));
    assert_near(auc, 3.0 / 4.0, 1e-15);
    myo_error err = {0};
    assert_false(myo_stats_auc(score, (const unsigned char[]){1, 1, 1, 1}, 4, &auc, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_two_by_two_has_its_odds_ratio),
        cmocka_unit_test(the_penalty_adds_a_half_to_each_cell),
        cmocka_unit_test(profiles_that_level_off_have_their_ends),
        cmocka_unit_test(separation_is_found_and_not_seen_where_there_is_none),
        cmocka_unit_test(units_do_not_matter),
        cmocka_unit_test(nearly_equal_columns_can_be_told_apart),
        cmocka_unit_test(a_dependent_column_is_found_with_its_partners),
        cmocka_unit_test(the_area_counts_ties_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
