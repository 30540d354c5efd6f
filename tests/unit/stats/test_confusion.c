/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts at a threshold, and exact intervals beside published and extreme ones. */
#include "cmocka_all.h"
#include "stats/binomial.h"
#include "stats/confusion.h"

/* The intervals of the paper behind nvcf-tang2024: 22 of 28, 121 of 160 and the like. */
static void exact_intervals_are_those_that_papers_print(void **state) {
    (void)state;
    static const struct {
        size_t successes, trials;
        double lower, upper;
    } cases[] = {{22, 28, 0.590, 0.917},   {121, 160, 0.682, 0.821}, {22, 61, 0.242, 0.494},
                 {121, 127, 0.900, 0.982}, {6, 9, 0.299, 0.925},     {8, 9, 0.518, 0.997},
                 {56, 57, 0.906, 1.000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myo_interval interval = myo_binomial_exact(cases[i].successes, cases[i].trials, 0.95);
        assert_near(interval.lower, cases[i].lower, 0.00051);
        assert_near(interval.upper, cases[i].upper, 0.00051);
    }
}

/* None of n: the upper limit is 1 - 0.025^(1/n); a million trials still have limits. */
static void extremes_have_closed_forms(void **state) {
    (void)state;
    myo_interval none = myo_binomial_exact(0, 50, 0.95), all = myo_binomial_exact(50, 50, 0.95);
    assert_near(none.lower, 0.0, 0.0);
    assert_near(none.upper, 1.0 - pow(0.025, 1.0 / 50.0), 1e-13);
    assert_near(all.lower, pow(0.025, 1.0 / 50.0), 1e-13);
    assert_near(all.upper, 1.0, 0.0);
    /* qbeta of R: 0.0495736395473264 and 0.050428969368464. */
    myo_interval many = myo_binomial_exact(50000, 1000000, 0.95);
    assert_near(many.lower, 0.0495736395473264, 1e-12);
    assert_near(many.upper, 0.050428969368464, 1e-12);
    assert_true(isnan(myo_binomial_exact(0, 0, 0.95).estimate));
}

static void the_threshold_itself_is_positive(void **state) {
    (void)state;
    static const double scores[] = {0.5, 0.5, 0.4, 0.6, 0.1};
    static const unsigned char events[] = {1, 0, 1, 1, 0};
    const myo_binary data = {scores, events, 5};
    myo_confusion c;
    myo_confusion_measure(&data, 0.5, 0.95, &c);
    assert_int_equal(c.true_positives, 2);
    assert_int_equal(c.false_positives, 1);
    assert_int_equal(c.true_negatives, 1);
    assert_int_equal(c.false_negatives, 1);
    assert_near(c.sensitivity.estimate, 2.0 / 3.0, 1e-15);
    assert_near(c.positive_likelihood_ratio, 2.0 / 3.0 / 0.5, 1e-15);
    myo_confusion_measure(&data, 0.9, 0.95, &c); /* nobody is positive */
    assert_true(isnan(c.ppv.estimate) && isnan(c.ppv.lower));
    assert_near(c.npv.estimate, 0.4, 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_intervals_are_those_that_papers_print),
        cmocka_unit_test(extremes_have_closed_forms),
        cmocka_unit_test(the_threshold_itself_is_positive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
