/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibration of predictions that are right, wrong in a known way, or no predictions at all. */
#include "cmocka_all.h"
#include "cohorts.h"
#include "stats/calibration.h"

#include <stdlib.h>

/* Two log odds with 100 patients each, and as many events as the log odds `true_low` and
 * `true_high` ask for: the line through both is exact. */
static void the_line_goes_through_two_known_points(void **state) {
    (void)state;
    double linear[200];
    unsigned char events[200];
    for (size_t i = 0; i < 200; i++) {
        linear[i] = i < 100 ? -2.0 : 1.0;
        events[i] = i < 100 ? i < 20 : i - 100 < 60; /* 0.2 and 0.6 */
    }
    const myo_binary data = {linear, events, 200};
    myo_calibration c;
    assert_true(myo_calibration_measure(&data, 0.95, &c, NULL, NULL, NULL));
    double low = log(0.2 / 0.8), high = log(0.6 / 0.4), slope = (high - low) / 3.0;
    assert_near(c.slope.estimate, slope, 1e-9);
    assert_near(c.intercept.estimate, low + 2.0 * slope, 1e-9);
    /* Of a line through two points: variances 1 / (n p q). */
    double se = sqrt(1.0 / (100 * 0.2 * 0.8) + 1.0 / (100 * 0.6 * 0.4)) / 3.0;
    assert_near(c.slope.upper - slope, 1.959963984540054 * se, 1e-9);
    assert_near(c.observed, 0.4, 1e-15);
    double p = 1.0 / (1.0 + exp(2.0)), q = 1.0 / (1.0 + exp(-1.0));
    assert_near(c.mean_predicted, 0.5 * (p + q), 1e-12);
    double brier = 0.5 * (0.2 * (1 - p) * (1 - p) + 0.8 * p * p) +
                   0.5 * (0.6 * (1 - q) * (1 - q) + 0.4 * q * q);
    assert_near(c.brier, brier, 1e-12);
    assert_near(c.brier_scaled, 1.0 - brier / 0.24, 1e-12);
}

/* A shift of all log odds is found again, with the slope of 1 that it leaves. */
static void a_shift_is_the_intercept_in_the_large(void **state) {
    (void)state;
    cohort c = {.seed = 31337, .count = 5000, .level = -1.75};
    cohort_make(&c);
    myo_binary data = {c.linear1, c.event, c.count};
    myo_calibration before, after;
    assert_true(myo_calibration_measure(&data, 0.95, &before, NULL, NULL, NULL));
    for (size_t i = 0; i < c.count; i++) {
        c.linear1[i] += 0.7;
    }
    assert_true(myo_calibration_measure(&data, 0.95, &after, NULL, NULL, NULL));
    assert_near(after.in_the_large.estimate, before.in_the_large.estimate - 0.7, 1e-9);
    assert_near(after.slope.estimate, before.slope.estimate, 1e-9);
    cohort_clear(&c);
}

/* Predictors in another unit, or far from those of the outcome, have the same line: scores
 * become factor x score + shift. */
static void neither_unit_nor_zero_point_matters(void **state) {
    (void)state;
    static const struct {
        double factor, shift;
    } cases[] = {{1.0, 20.0}, {1.0, 60.0}, {1.0, -60.0}, {1.0, 700.0},
                 {1e-4, 0.0}, {1e3, 0.0},  {1e3, 5e4},   {-1.0, 0.0}};
    cohort c = {.seed = 31337, .count = 5000, .level = -1.75};
    cohort_make(&c);
    const myo_binary data = {c.linear1, c.event, c.count};
    myo_calibration before, after;
    assert_true(myo_calibration_measure(&data, 0.95, &before, NULL, NULL, NULL));
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        double factor = cases[k].factor, shift = cases[k].shift;
        const myo_binary moved = {c.linear2, c.event, c.count};
        for (size_t i = 0; i < c.count; i++) {
            c.linear2[i] = factor * c.linear1[i] + shift;
        }
        assert_true(myo_calibration_measure(&moved, 0.95, &after, NULL, NULL, NULL));
        double slope = before.slope.estimate / factor;
        assert_near(after.slope.estimate / slope, 1.0, 1e-9);
        assert_near((after.slope.upper - after.slope.lower) * fabs(factor),
                    before.slope.upper - before.slope.lower, 1e-7);
        assert_near(after.intercept.estimate, before.intercept.estimate - slope * shift,
                    1e-9 * (1.0 + fabs(slope * shift)));
        assert_true(isfinite(after.in_the_large.lower) && isfinite(after.in_the_large.upper));
        assert_true(isfinite(after.line.statistic));
        if (factor == 1.0) {
            assert_near(after.in_the_large.estimate, before.in_the_large.estimate - shift, 1e-9);
            assert_near(after.in_the_large.upper, before.in_the_large.upper - shift, 1e-9);
        }
    }
    cohort_clear(&c);
}

/* With two scores far apart the held slope has its maximum where almost all probabilities are 0 or
 * 1: by symmetry in the middle. */
static void the_intercept_in_the_large_is_found_between_saturated_predictions(void **state) {
    (void)state;
    static const double scores[] = {-300, -300, 300, 300};
    static const unsigned char events[] = {1, 0, 1, 0};
    for (int shift = 0; shift < 2; shift++) {
        double moved[4];
        for (size_t i = 0; i < 4; i++) {
            moved[i] = scores[i] + 250.0 * shift;
        }
        const myo_binary data = {moved, events, 4};
        myo_calibration c;
        assert_true(myo_calibration_measure(&data, 0.95, &c, NULL, NULL, NULL));
        assert_near(c.in_the_large.estimate, -250.0 * shift, 1e-6);
        assert_near(c.slope.estimate, 0.0, 1e-9);
    }
}

/* One patient in the wrong place is enough for a maximum, however steep the line is. */
static void a_nearly_separated_cohort_has_a_line(void **state) {
    (void)state;
    static const double scores[] = {-3, -2, -1, -1e-3, 1e-3, 1, 2, 3};
    static const unsigned char events[] = {0, 0, 0, 1, 0, 1, 1, 1};
    const myo_binary data = {scores, events, 8};
    myo_calibration c;
    assert_true(myo_calibration_measure(&data, 0.95, &c, NULL, NULL, NULL));
    assert_near(c.intercept.estimate, 0.0, 1e-9);
    /* The score of the slope vanishes: sum of x (y - p), by symmetry twice that of x > 0. */
    double slope = c.slope.estimate, sum = -1e-3 / (1.0 + exp(-1e-3 * slope));
    for (size_t i = 5; i < 8; i++) {
        sum += scores[i] / (1.0 + exp(slope * scores[i]));
    }
    assert_near(sum, 0.0, 1e-9);
    assert_true(slope > 5.0 && isfinite(c.slope.upper));
}

static void separation_and_constants_have_no_line(void **state) {
    (void)state;
    static const double apart[] = {-3, -2, -1, 1, 2}, same[] = {-1, -1, -1, -1, -1};
    static const unsigned char events[] = {0, 0, 0, 1, 1};
    myo_binary data = {apart, events, 5};
    myo_calibration c;
    assert_true(myo_calibration_measure(&data, 0.95, &c, NULL, NULL, NULL));
    assert_true(isnan(c.slope.estimate) && isnan(c.intercept.lower) && isnan(c.line.p));
    data.score = same;
    assert_true(myo_calibration_measure(&data, 0.95, &c, NULL, NULL, NULL));
    assert_true(isnan(c.slope.estimate));
    assert_near(c.in_the_large.estimate, log(0.4 / 0.6) + 1.0, 1e-9);
    const myo_binary none = {apart, (const unsigned char[5]){0}, 5};
    assert_false(myo_calibration_measure(&none, 0.95, &c, NULL, NULL, NULL));
}

/* A curve of 5000 patients is thinned, ascends, and ends at both ends of the predictions. */
/* The curve of one and the same prediction is the mean outcome. */
static void the_error_of_a_constant_is_its_distance_from_the_mean(void **state) {
    (void)state;
    enum { COUNT = 89 };
    static const double constants[] = {-2.0, 0.0, 0.5, 1.234};
    for (size_t k = 0; k < sizeof constants / sizeof constants[0]; k++) {
        double score[COUNT];
        unsigned char event[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            score[i] = constants[k];
            event[i] = i * 7 % 16 < 7;
        }
        const myo_binary data = {score, event, COUNT};
        double share = (double)myo_binary_events(&data) / COUNT;
        myo_calibration c;
        assert_true(myo_calibration_measure(&data, 0.95, &c, NULL, NULL, NULL));
        double wanted = fabs(share - 1.0 / (1.0 + exp(-constants[k])));
        assert_near(c.error_max, wanted, 1e-12);
        assert_near(c.error_mean, wanted, 1e-12);
        assert_near(c.error_90, wanted, 1e-12);
    }
}

static void the_curve_is_thinned(void **state) {
    (void)state;
    cohort c = {.seed = 31337, .count = 5000, .level = -1.75};
    cohort_make(&c);
    const myo_binary data = {c.linear1, c.event, c.count};
    myo_calibration m;
    myo_calibration_point *curve = calloc(MYO_CALIBRATION_POINTS_MAX, sizeof *curve);
    size_t count = 0;
    double lowest = 1.0, highest = 0.0;
    assert_true(myo_calibration_measure(&data, 0.95, &m, curve, &count, NULL));
    assert_in_range(count, MYO_CALIBRATION_POINTS_MAX / 2, MYO_CALIBRATION_POINTS_MAX);
    for (size_t i = 0; i < c.count; i++) {
        lowest = fmin(lowest, myo_logistic(c.linear1[i]));
        highest = fmax(highest, myo_logistic(c.linear1[i]));
    }
    for (size_t k = 1; k < count; k++) {
        assert_true(curve[k].predicted > curve[k - 1].predicted);
        assert_true(fabs(curve[k].predicted - curve[k].observed) <= m.error_max);
    }
    assert_near(curve[0].predicted, lowest, 0.0);
    assert_near(curve[count - 1].predicted, highest, 0.0);
    free(curve);
    cohort_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_goes_through_two_known_points),
        cmocka_unit_test(a_shift_is_the_intercept_in_the_large),
        cmocka_unit_test(neither_unit_nor_zero_point_matters),
        cmocka_unit_test(the_intercept_in_the_large_is_found_between_saturated_predictions),
        cmocka_unit_test(a_nearly_separated_cohort_has_a_line),
        cmocka_unit_test(separation_and_constants_have_no_line),
        cmocka_unit_test(the_error_of_a_constant_is_its_distance_from_the_mean),
        cmocka_unit_test(the_curve_is_thinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
