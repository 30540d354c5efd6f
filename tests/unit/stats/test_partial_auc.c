/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partial areas and their bootstrap. */
#include "cmocka_all.h"
#include "cohorts.h"
#include "stats/partial_auc.h"

#include <stdlib.h>
#include <string.h>

#define REPLICATES 4000

static const myo_partial_range by_specificity = {MYO_PARTIAL_SPECIFICITY, 0.8, 1.0};
static const myo_partial_range by_sensitivity = {MYO_PARTIAL_SENSITIVITY, 0.8, 1.0};

static myo_roc roc_of(const double *scores, const unsigned char *events, size_t count) {
    const myo_binary data = {scores, events, count};
    myo_roc roc;
    assert_true(myo_roc_create(&data, &roc, NULL));
    return roc;
}

/* Equal scores make the curve the diagonal: triangles with a side of 0.2 at one end of it. */
static void chance_and_perfection_have_known_areas(void **state) {
    (void)state;
    static const double equal[] = {1, 1, 1, 1}, perfect[] = {4, 3, 2, 1};
    static const unsigned char events[] = {1, 1, 0, 0};
    myo_roc roc = roc_of(equal, events, 4);
    assert_near(myo_partial_auc(&roc, &by_specificity), 0.02, 1e-15);
    assert_near(myo_partial_auc(&roc, &by_sensitivity), 0.02, 1e-15);
    assert_near(myo_partial_auc_correct(0.02, &by_specificity), 0.5, 1e-12);
    myo_roc_clear(&roc);
    roc = roc_of(perfect, events, 4);
    assert_near(myo_partial_auc(&roc, &by_specificity), 0.2, 1e-15);
    assert_near(myo_partial_auc_correct(0.2, &by_sensitivity), 1.0, 1e-12);
    const myo_partial_range whole = {MYO_PARTIAL_SENSITIVITY, 0.0, 1.0};
    assert_near(myo_partial_auc(&roc, &whole), myo_roc_area(&roc), 1e-15);
    myo_roc_clear(&roc);
    assert_true(isnan(myo_partial_auc_correct(0.01, &by_specificity)));
}

/* The bootstrap of the whole area has the standard error that DeLong computes; the interval of a
 * partial area holds its estimate; and the number of threads changes nothing. */
static void the_bootstrap_has_delongs_spread(void **state) {
    (void)state;
    cohort c = {.seed = 20241, .count = 200, .level = -1.25};
    cohort_make(&c);
    myo_roc roc = roc_of(c.probability1, c.event, c.count);
    const myo_partial_range ranges[] = {{MYO_PARTIAL_SPECIFICITY, 0.0, 1.0}, by_specificity};
    const myo_bootstrap one = {REPLICATES, 7, 1, 0.95}, three = {REPLICATES, 7, 3, 0.95};
    myo_partial_result a[2], b[2];
    assert_true(myo_partial_auc_bootstrap(&roc, ranges, 2, &one, a, NULL, NULL));
    assert_true(myo_partial_auc_bootstrap(&roc, ranges, 2, &three, b, NULL, NULL));
    assert_memory_equal(a, b, sizeof a);
    /* Golden: DeLong's variance of this cohort is 0.0013757 (validate.golden); 4 standard errors of
     * a bootstrap of a standard error are 4 / sqrt(2 x 4000) of it, 4.5 %. The percentile interval
     * of a skewed distribution adds to that. */
    double width = a[0].area.upper - a[0].area.lower;
    double delong = 2.0 * 1.96 * sqrt(0.0013757);
    assert_near(width / delong, 1.0, 0.08);
    assert_true(a[1].area.lower < a[1].area.estimate && a[1].area.estimate < a[1].area.upper);
    assert_true(a[1].corrected.lower > 0.5 && a[1].corrected.upper < 1.0);
    assert_near(a[0].area.estimate, myo_roc_area(&roc), 1e-12);
    myo_roc_clear(&roc);
    cohort_clear(&c);
}

/* The whole area less one half of it is the other half: the standard error of the difference of the
 * first two ranges is that of the third. */
static void the_difference_has_the_spread_of_what_is_between(void **state) {
    (void)state;
    cohort c = {.seed = 20241, .count = 200, .level = -1.25};
    cohort_make(&c);
    myo_roc roc = roc_of(c.probability1, c.event, c.count);
    const myo_partial_range ranges[] = {{MYO_PARTIAL_SPECIFICITY, 0.0, 1.0},
                                        {MYO_PARTIAL_SPECIFICITY, 0.5, 1.0},
                                        {MYO_PARTIAL_SPECIFICITY, 0.0, 0.5}};
    const myo_bootstrap plan = {REPLICATES, 7, 1, 0.95};
    myo_partial_result r[3];
    myo_test difference;
    assert_true(myo_partial_auc_bootstrap(&roc, ranges, 3, &plan, r, &difference, NULL));
    double area = r[2].area.estimate;
    assert_near(r[0].area.estimate - r[1].area.estimate, area, 1e-12);
    double error = (r[2].area.upper - r[2].area.lower) / (2.0 * 1.96);
    assert_near(difference.statistic / (area / error), 1.0, 0.05);
    assert_near(difference.p, erfc(difference.statistic / sqrt(2.0)), 1e-12);
    myo_roc_clear(&roc);
    cohort_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chance_and_perfection_have_known_areas),
        cmocka_unit_test(the_bootstrap_has_delongs_spread),
        cmocka_unit_test(the_difference_has_the_spread_of_what_is_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
