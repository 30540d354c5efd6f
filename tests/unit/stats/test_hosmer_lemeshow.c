/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups and statistic of the Hosmer-Lemeshow test. */
#include "cmocka_all.h"
#include "stats/hosmer_lemeshow.h"

/* Four probabilities in blocks of ten patients. The lowest block spans two tenths, so that the
 * first limit above it is 0.3, and both are one group; the limit 0.35 between two blocks makes no
 * group. With 4, 5 and 6 events against 5, 4 and 6 expected of 20, 10 and 10 patients the statistic
 * is 1/5 + 1/15 + 1/4 + 1/6. */
static void blocks_of_equal_predictions_are_groups(void **state) {
    (void)state;
    static const double blocks[] = {0.2, 0.3, 0.4, 0.6};
    static const size_t happened[] = {1, 3, 5, 6};
    double scores[40];
    unsigned char events[40];
    for (size_t i = 0; i < 40; i++) {
        scores[i] = blocks[i / 10];
        events[i] = i % 10 < happened[i / 10];
    }
    const myo_binary data = {scores, events, 40};
    myo_hosmer_lemeshow hl;
    assert_true(myo_hosmer_lemeshow_test(&data, 10, &hl, NULL));
    assert_int_equal(hl.group_count, 3);
    assert_int_equal(hl.groups[0].count, 20);
    assert_int_equal(hl.groups[1].count, 10);
    assert_int_equal(hl.groups[1].events, 5);
    assert_near(hl.groups[1].expected, 4.0, 1e-12);
    double chi2 = 1.0 / 5 + 1.0 / 15 + 1.0 / 4 + 1.0 / 6;
    assert_near(hl.chi2, chi2, 1e-12);
    assert_near(hl.df, 1.0, 0.0);
    assert_near(hl.p, erfc(sqrt(chi2 / 2.0)), 1e-12);
    assert_near(hl.df_external, 3.0, 0.0);
}

static void too_few_groups_give_no_p(void **state) {
    (void)state;
    static const double scores[] = {0.3, 0.3, 0.3, 0.3};
    static const unsigned char events[] = {1, 0, 0, 0};
    const myo_binary data = {scores, events, 4};
    myo_hosmer_lemeshow hl;
    assert_true(myo_hosmer_lemeshow_test(&data, 10, &hl, NULL));
    assert_int_equal(hl.group_count, 1);
    assert_true(isnan(hl.p) && isnan(hl.df) && isnan(hl.p_external));
    myo_error err = {0};
    assert_false(myo_hosmer_lemeshow_test(&data, 2, &hl, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
}

/* 101 different probabilities: the limits k / 10 fall on patients 10 k, which belong below. */
static void a_limit_belongs_to_the_lower_group(void **state) {
    (void)state;
    double scores[101];
    unsigned char events[101] = {0};
    for (size_t i = 0; i < 101; i++) {
        scores[i] = 0.001 * (double)(i + 1);
    }
    events[100] = 1;
    const myo_binary data = {scores, events, 101};
    myo_hosmer_lemeshow hl;
    assert_true(myo_hosmer_lemeshow_test(&data, 10, &hl, NULL));
    assert_int_equal(hl.group_count, 10);
    assert_int_equal(hl.groups[0].count, 11);
    for (size_t k = 1; k < 10; k++) {
        assert_int_equal(hl.groups[k].count, 10);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_equal_predictions_are_groups),
        cmocka_unit_test(too_few_groups_give_no_p),
        cmocka_unit_test(a_limit_belongs_to_the_lower_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
