/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Net benefit and impact of a handful of patients, and the spread of the bootstrap. */
#include "cmocka_all.h"
#include "cohorts.h"
#include "stats/decision.h"

/* Ten patients: at 0.2 six are treated, three of them with the event: 3/10 - 3/10 x 1/4. */
static void net_benefit_is_the_formula(void **state) {
    (void)state;
    static const double scores[] = {0.9, 0.8, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.05, 0.01};
    static const unsigned char events[] = {1, 1, 0, 0, 0, 1, 0, 1, 0, 0};
    const myo_binary data = {scores, events, 10};
    const myo_bootstrap none = {0};
    myo_decision_point points[] = {{.threshold = 0.2}, {.threshold = 0.5}, {.threshold = 0.95}};
    assert_true(myo_decision_curve(&data, &none, points, 3, NULL));
    assert_near(points[0].net_benefit, 0.3 - 0.3 * 0.25, 1e-15);
    assert_near(points[0].treat_all, 0.4 - 0.6 * 0.25, 1e-15);
    assert_near(points[0].high_risk, 600.0, 1e-9);
    assert_near(points[0].high_risk_events, 300.0, 1e-9);
    assert_near(points[1].net_benefit, 0.2 - 0.1, 1e-15);
    assert_near(points[2].net_benefit, 0.0, 0.0);
    assert_true(isnan(points[0].lower));
    myo_decision_range ranges[2];
    assert_int_equal(myo_decision_useful(points, 3, ranges, 2), 1);
    assert_near(ranges[0].from, 0.5, 0.0); /* at 0.2 treating all is better */
    assert_near(ranges[0].to, 0.5, 0.0);
}

/* High risk is a share: its bootstrap interval has the width of a binomial one. A net benefit is
 * the mean of what each patient adds: 1 when treated rightly, -w when treated needlessly, with w
 * the odds of the threshold. */
static void the_bootstrap_has_the_spread_of_a_mean(void **state) {
    (void)state;
    cohort c = {.seed = 31337, .count = 5000, .level = -1.75};
    cohort_make(&c);
    const myo_binary data = {c.probability1, c.event, c.count};
    const myo_bootstrap plan = {2000, 3, 2, 0.95}, alone = {2000, 3, 1, 0.95};
    myo_decision_point points[] = {{.threshold = 0.1}, {.threshold = 0.2}, {.threshold = 0.5}};
    myo_decision_point again[] = {{.threshold = 0.1}, {.threshold = 0.2}, {.threshold = 0.5}};
    assert_true(myo_decision_curve(&data, &plan, points, 3, NULL));
    assert_true(myo_decision_curve(&data, &alone, again, 3, NULL));
    assert_memory_equal(points, again, sizeof points);
    for (size_t k = 0; k < 3; k++) {
        const myo_decision_point *point = &points[k];
        double share = point->high_risk / 1000.0, events = point->high_risk_events / 1000.0;
        double width = 2.0 * 1.96 * 1000.0 * sqrt(share * (1.0 - share) / 5000.0);
        assert_near((point->high_risk_upper - point->high_risk_lower) / width, 1.0, 0.1);
        double w = point->threshold / (1.0 - point->threshold), mean = point->net_benefit;
        double variance = events + w * w * (share - events) - mean * mean;
        width = 2.0 * 1.96 * sqrt(variance / 5000.0);
        assert_near((point->upper - point->lower) / width, 1.0, 0.1);
        assert_near(0.5 * (point->upper + point->lower), mean, 0.1 * width);
    }
    cohort_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(net_benefit_is_the_formula),
        cmocka_unit_test(the_bootstrap_has_the_spread_of_a_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
