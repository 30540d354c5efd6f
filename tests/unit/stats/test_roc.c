/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ROC, its area, its variance and tests, on cases that can be counted by hand. */
#include "cmocka_all.h"
#include "stats/delong.h"

#include <string.h>

/* Events 0.9, 0.6, 0.4; others 0.6, 0.3, 0.2, 0.1: of 12 pairs 10 are right (0.9 beats 4, 0.6 beats
 * 3 and ties one, 0.4 beats 3): 10.5 / 12. */
static const double scores[] = {0.9, 0.1, 0.6, 0.6, 0.4, 0.3, 0.2};
static const unsigned char events[] = {1, 0, 1, 0, 1, 0, 0};
static const myo_binary data = {scores, events, 7};

static void the_area_counts_pairs_and_half_of_ties(void **state) {
    (void)state;
    myo_roc roc;
    assert_true(myo_roc_create(&data, &roc, NULL));
    assert_int_equal(roc.level_count, 6);
    assert_int_equal(roc.levels[1].events, 1); /* 0.6: one of each */
    assert_int_equal(roc.levels[1].nonevents, 1);
    assert_int_equal(roc.level_of[4], 2);
    assert_near(myo_roc_area(&roc), 10.5 / 12.0, 1e-15);
    myo_roc_clear(&roc);
}

/* Placements of the events: 1, 3.5 / 4, 3 / 4; of the others: 1 (0.1), 1.5 / 3 (0.6), 1, 1. */
static void placements_and_variance_follow_from_the_definition(void **state) {
    (void)state;
    static const double expected[] = {1.0, 1.0, 0.875, 0.5, 0.75, 1.0, 1.0};
    double placements[7];
    myo_roc roc;
    assert_true(myo_roc_create(&data, &roc, NULL));
    myo_delong_placements(&roc, events, placements);
    for (size_t i = 0; i < 7; i++) {
        assert_near(placements[i], expected[i], 1e-15);
    }
    /* Sample variances 1/64 and 1/16, over 3 and 4 patients. */
    assert_near(myo_delong_covariance(events, 7, placements, placements),
                1.0 / 64.0 / 3.0 + 1.0 / 16.0 / 4.0, 1e-15);
    myo_roc_clear(&roc);
}

/* At 0.35 sensitivity is 1 and specificity 3 / 4, the best sum; half way between 0.4 and 0.3. */
static void youden_takes_the_best_sum_half_way_down(void **state) {
    (void)state;
    myo_roc roc;
    assert_true(myo_roc_create(&data, &roc, NULL));
    assert_near(myo_roc_youden(&roc), 0.35, 1e-15);
    myo_roc_clear(&roc);
}

static void a_monotone_change_of_the_scores_changes_nothing(void **state) {
    (void)state;
    double cubes[7];
    for (size_t i = 0; i < 7; i++) {
        cubes[i] = scores[i] * scores[i] * scores[i] - 5.0;
    }
    const myo_binary changed = {cubes, events, 7};
    myo_roc roc;
    assert_true(myo_roc_create(&changed, &roc, NULL));
    assert_near(myo_roc_area(&roc), 10.5 / 12.0, 1e-15);
    myo_roc_clear(&roc);
}

static void one_class_and_broken_scores_are_errors(void **state) {
    (void)state;
    static const unsigned char none[7] = {0}, all[7] = {1, 1, 1, 1, 1, 1, 1};
    const myo_binary without = {scores, none, 7}, only = {scores, all, 7};
    double broken[7];
    memcpy(broken, scores, sizeof broken);
    broken[3] = NAN;
    const myo_binary hurt = {broken, events, 7};
    myo_roc roc;
    myo_error err = {0};
    assert_false(myo_roc_create(&without, &roc, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
    assert_false(myo_roc_create(&only, &roc, NULL));
    err = (myo_error){0};
    assert_false(myo_roc_create(&hurt, &roc, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
}

static void tests_without_variance_say_what_can_be_said(void **state) {
    (void)state;
    myo_test same = myo_delong_paired(0.7, 0.7, 0.01, 0.01, 0.01);
    assert_near(same.statistic, 0.0, 0.0);
    assert_near(same.p, 1.0, 1e-15);
    assert_true(isnan(myo_delong_paired(1.0, 0.5, 0.0, 0.0, 0.0).statistic));
    /* One event: its variance is not known, and neither is the interval. */
    assert_true(isnan(myo_delong_interval(0.7, NAN, 0.95).lower));
    assert_near(myo_delong_interval(0.98, 0.01, 0.95).upper, 1.0, 0.0);
    /* Two groups of equal variance v and size n: df = 2 (n - 1). */
    const myo_delong_group a = {0.8, 0.004, 50}, b = {0.7, 0.004, 50};
    myo_test unpaired = myo_delong_unpaired(&a, &b);
    assert_near(unpaired.statistic, 0.1 / sqrt(0.008), 1e-12);
    assert_near(unpaired.df, 98.0, 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_area_counts_pairs_and_half_of_ties),
        cmocka_unit_test(placements_and_variance_follow_from_the_definition),
        cmocka_unit_test(youden_takes_the_best_sum_half_way_down),
        cmocka_unit_test(a_monotone_change_of_the_scores_changes_nothing),
        cmocka_unit_test(one_class_and_broken_scores_are_errors),
        cmocka_unit_test(tests_without_variance_say_what_can_be_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
