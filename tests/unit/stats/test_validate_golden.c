/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every measure of a validation against R (pROC, rms, epiR): tests/oracle/r/validate.R. The golden
 * numbers lie in the tree; with a file as argument, that one is compared. */
#include "base/file.h"
#include "base/number.h"
#include "cmocka_all.h"
#include "cohorts.h"
#include "stats/calibration.h"
#include "stats/confusion.h"
#include "stats/decision.h"
#include "stats/delong.h"
#include "stats/hosmer_lemeshow.h"
#include "stats/partial_auc.h"

#include <stdio.h>
#include <string.h>

#define LEVEL 0.95
#define THRESHOLD 0.25
#define GOLDEN_SIZE_MAX ((size_t)1 << 20)
/* Areas, their variances and tests, counts and net benefits; and what is iterated towards: maximum
 * likelihood and quantiles of distributions. */
#define EXACT 1e-9
#define ITERATED 1e-6
#define LINES_MIN 500

static const char *golden_path = GOLDEN;
static char *golden;

static size_t compared; /* golden values */

/* The golden value of "COHORT KEY "; "NA" and "NaN" are the only texts that are no number. */
static double expected_of(const cohort *c, const char *key) {
    char start[128];
    snprintf(start, sizeof start, "\n%s %s ", c->name, key);
    const char *line = strstr(golden, start);
    if (!line) {
        fail_msg("%s %s is not in %s", c->name, key, golden_path);
        return NAN;
    }
    char number[64];
    const char *value = line + strlen(start);
    snprintf(number, sizeof number, "%.*s", (int)strcspn(value, "\n"), value);
    double expected = NAN;
    bool missing = strcmp(number, "NA") == 0 || strcmp(number, "NaN") == 0;
    if (!missing && !myo_number_parse(number, &expected)) {
        fail_msg("%s %s: '%s' is no number", c->name, key, number);
    }
    compared++;
    return expected;
}

static void compare_within(const cohort *c, const char *key, double ours, double tolerance,
                           double least_size) {
    double expected = expected_of(c, key);
    bool same = isnan(expected)
                    ? isnan(ours)
                    : fabs(ours - expected) <= tolerance * fmax(least_size, fabs(expected));
    if (!same) {
        fail_msg("%s %s: %.17g, but R has %.17g", c->name, key, ours, expected);
    }
}

/* Relative above 1, absolute below. */
static void compare(const cohort *c, const char *key, double ours, double tolerance) {
    compare_within(c, key, ours, tolerance, 1.0);
}

/* Relative: for what is much less than 1. */
static void compare_small(const cohort *c, const char *key, double ours, double tolerance) {
    compare_within(c, key, ours, tolerance, 0.0);
}

static double partial(const myo_roc *roc, myo_partial_focus focus, double from, double to) {
    myo_partial_range range = {focus, from, to};
    return myo_partial_auc(roc, &range);
}

static void compare_partial(const cohort *c, const myo_roc *roc) {
    const myo_partial_range sp = {MYO_PARTIAL_SPECIFICITY, 0.8, 1.0};
    const myo_partial_range se = {MYO_PARTIAL_SENSITIVITY, 0.8, 1.0};
    compare(c, "partial_sp", myo_partial_auc(roc, &sp), EXACT);
    compare(c, "partial_se", myo_partial_auc(roc, &se), EXACT);
    compare(c, "partial_sp_corrected", myo_partial_auc_correct(myo_partial_auc(roc, &sp), &sp),
            EXACT);
    compare(c, "partial_se_corrected", myo_partial_auc_correct(myo_partial_auc(roc, &se), &se),
            EXACT);
    compare(c, "partial_sp_middle", partial(roc, MYO_PARTIAL_SPECIFICITY, 0.419, 0.873), EXACT);
    compare(c, "partial_se_middle", partial(roc, MYO_PARTIAL_SENSITIVITY, 0.419, 0.873), EXACT);
    compare(c, "partial_sp_narrow", partial(roc, MYO_PARTIAL_SPECIFICITY, 0.9001, 0.9002), EXACT);
}

static double variance_of(const myo_binary *data, double *area, double *placements) {
    myo_roc roc;
    assert_true(myo_roc_create(data, &roc, NULL));
    *area = myo_roc_area(&roc);
    myo_delong_placements(&roc, data->event, placements);
    myo_roc_clear(&roc);
    return myo_delong_covariance(data->event, data->count, placements, placements);
}

static void compare_unpaired(const cohort *c) {
    myo_delong_group groups[2] = {{0}};
    double *score = calloc(c->count, sizeof *score), *placements = calloc(c->count, sizeof *score);
    unsigned char *event = calloc(c->count, 1);
    for (size_t g = 0; g < 2; g++) {
        size_t count = 0;
        for (size_t i = 0; i < c->count; i++) {
            if (c->group[i] != g) { /* the group 1 comes first */
                score[count] = c->probability1[i];
                event[count++] = c->event[i];
            }
        }
        const myo_binary data = {score, event, count};
        groups[g].count = count;
        groups[g].variance = variance_of(&data, &groups[g].area, placements);
    }
    myo_test test = myo_delong_unpaired(&groups[0], &groups[1]);
    compare(c, "unpaired_t", test.statistic, EXACT);
    compare(c, "unpaired_df", test.df, EXACT);
    compare(c, "unpaired_p", test.p, EXACT);
    free(score);
    free(placements);
    free(event);
}

static void compare_discrimination(const cohort *c) {
    const myo_binary first = {c->probability1, c->event, c->count};
    const myo_binary second = {c->probability2, c->event, c->count};
    double *a = calloc(c->count, sizeof *a), *b = calloc(c->count, sizeof *b);
    double area1, area2;
    double variance1 = variance_of(&first, &area1, a), variance2 = variance_of(&second, &area2, b);
    double covariance = myo_delong_covariance(c->event, c->count, a, b);
    myo_interval interval = myo_delong_interval(area1, variance1, LEVEL);
    myo_test paired = myo_delong_paired(area1, area2, variance1, variance2, covariance);
    compare(c, "events", (double)myo_binary_events(&first), 0.0);
    compare(c, "auc1", area1, EXACT);
    compare(c, "auc2", area2, EXACT);
    compare_small(c, "variance1", variance1, EXACT);
    compare_small(c, "variance2", variance2, EXACT);
    compare_small(c, "covariance", covariance, EXACT);
    compare(c, "auc_lower", interval.lower, EXACT);
    compare(c, "auc_upper", interval.upper, EXACT);
    compare(c, "delong_z", paired.statistic, EXACT);
    compare(c, "delong_p", paired.p, EXACT);
    compare_unpaired(c);
    myo_roc roc;
    assert_true(myo_roc_create(&first, &roc, NULL));
    compare_partial(c, &roc);
    compare(c, "youden", myo_roc_youden(&roc), EXACT);
    myo_roc_clear(&roc);
    free(a);
    free(b);
}

static void compare_interval(const cohort *c, const char *name, const myo_interval *interval) {
    char key[64];
    compare(c, name, interval->estimate, EXACT);
    snprintf(key, sizeof key, "%s_lower", name);
    compare(c, key, interval->lower, EXACT);
    snprintf(key, sizeof key, "%s_upper", name);
    compare(c, key, interval->upper, EXACT);
}

static void compare_classification(const cohort *c) {
    const myo_binary data = {c->probability1, c->event, c->count};
    myo_confusion confusion;
    myo_confusion_measure(&data, THRESHOLD, LEVEL, &confusion);
    compare_interval(c, "sensitivity", &confusion.sensitivity);
    compare_interval(c, "specificity", &confusion.specificity);
    compare_interval(c, "ppv", &confusion.ppv);
    compare_interval(c, "npv", &confusion.npv);
    compare_interval(c, "accuracy", &confusion.accuracy);
    myo_hosmer_lemeshow hl;
    assert_true(myo_hosmer_lemeshow_test(&data, 10, &hl, NULL));
    compare(c, "hl_chi2", hl.chi2, EXACT);
    compare(c, "hl_df", hl.df, 0.0);
    compare(c, "hl_p", hl.p, EXACT);
    compare(c, "hl_p_external", hl.p_external, EXACT);
}

static void compare_calibration(const cohort *c) {
    const myo_binary data = {c->linear1, c->event, c->count};
    myo_calibration m;
    assert_true(myo_calibration_measure(&data, LEVEL, &m, NULL, NULL, NULL));
    compare(c, "intercept", m.intercept.estimate, ITERATED);
    compare(c, "intercept_lower", m.intercept.lower, ITERATED);
    compare(c, "slope", m.slope.estimate, ITERATED);
    compare(c, "slope_upper", m.slope.upper, ITERATED);
    compare(c, "in_the_large", m.in_the_large.estimate, ITERATED);
    compare(c, "in_the_large_upper", m.in_the_large.upper, ITERATED);
    compare(c, "line_chi2", m.line.statistic, ITERATED);
    compare(c, "line_p", m.line.p, ITERATED);
    compare(c, "error_max", m.error_max, EXACT);
    compare(c, "error_90", m.error_90, EXACT);
    compare(c, "error_mean", m.error_mean, EXACT);
    compare(c, "brier", m.brier, EXACT);
    compare(c, "spiegelhalter_z", m.spiegelhalter.statistic, EXACT);
    compare(c, "spiegelhalter_p", m.spiegelhalter.p, EXACT);
    compare(c, "r2", m.r2, ITERATED);
}

static void compare_decisions(const cohort *c) {
    static const int percents[] = {1, 5, 7, 10, 15, 20, 29, 35, 50, 57, 75, 99};
    enum { COUNT = sizeof percents / sizeof percents[0] };
    const myo_binary data = {c->probability1, c->event, c->count};
    myo_decision_point points[COUNT] = {{0}};
    for (size_t k = 0; k < COUNT; k++) {
        points[k].threshold = percents[k] / 100.0;
    }
    const myo_bootstrap none = {0};
    assert_true(myo_decision_curve(&data, &none, points, COUNT, NULL));
    for (size_t k = 0; k < COUNT; k++) {
        const struct {
            const char *name;
            double value;
        } rows[] = {{"benefit", points[k].net_benefit},
                    {"all", points[k].treat_all},
                    {"high", points[k].high_risk},
                    {"events", points[k].high_risk_events}};
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            char key[64];
            snprintf(key, sizeof key, "%s_%d", rows[i].name, percents[k]);
            compare(c, key, rows[i].value, EXACT);
        }
    }
}

static void agrees_with_r(void **state) {
    (void)state;
    cohort cohorts[] = {
        {.name = "plain", .seed = 20241, .count = 200, .level = -1.25},
        {.name = "ties", .seed = 7, .count = 300, .level = -0.5, .step = 0.5},
        {.name = "rare", .seed = 90210, .count = 1000, .level = -5},
        {.name = "large", .seed = 31337, .count = 5000, .level = -1.75},
        {.name = "small", .seed = 11, .count = 47, .level = -1.5},
        {.name = "coarse", .seed = 4711, .count = 5000, .level = -1, .step = 1},
    };
    for (size_t i = 0; i < sizeof cohorts / sizeof cohorts[0]; i++) {
        cohort_make(&cohorts[i]);
        compare_discrimination(&cohorts[i]);
        compare_classification(&cohorts[i]);
        compare_calibration(&cohorts[i]);
        compare_decisions(&cohorts[i]);
        cohort_clear(&cohorts[i]);
    }
    assert_true(compared >= LINES_MIN);
}

int main(int argc, char **argv) {
    size_t size;
    if (argc > 1) {
        golden_path = argv[1];
    }
    char *text;
    if (!myo_file_read(golden_path, GOLDEN_SIZE_MAX, &text, &size, NULL)) {
        return 1;
    }
    golden = calloc(size + 2, 1);
    golden[0] = '\n'; /* so that every line begins behind a line break */
    memcpy(golden + 1, text, size);
    free(text);
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_r)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(golden);
    return failed;
}
