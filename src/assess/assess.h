/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Assessment: how well predictions do in one group of patients whose outcomes are known. A fit
 * measures its own patients with it, a validation those of another cohort.
 */
#ifndef MYO_ASSESS_ASSESS_H
#define MYO_ASSESS_ASSESS_H

#include "base/text.h"
#include "stats/calibration.h"
#include "stats/confusion.h"
#include "stats/decision.h"
#include "stats/delong.h"
#include "stats/hosmer_lemeshow.h"
#include "stats/partial_auc.h"

#include <jansson.h>

/* Level of every interval. */
#define ASSESS_LEVEL 0.95
/* Thresholds of the decision curve: 0.01, 0.02, ... 0.99. */
#define ASSESS_THRESHOLDS 99
#define ASSESS_USEFUL_MAX 16
#define ASSESS_GROUPS 10        /* of the Hosmer-Lemeshow test, usually */
#define ASSESS_PARTIAL_FROM 0.8 /* partial areas usually reach from here to 1 */

enum { ASSESS_SPECIFICITY, ASSESS_SENSITIVITY, ASSESS_PARTIAL_COUNT };

/* How to measure. */
typedef struct assess_plan {
    size_t groups;       /* of the Hosmer-Lemeshow test */
    double partial_from; /* partial areas reach from here to 1 */
    double threshold;    /* of the confusion measures; NaN: the one with the greatest Youden */
    myo_bootstrap
        bootstrap; /* of partial areas and decision curve; no intervals for 0 replicates */
} assess_plan;

typedef struct assessment {
    size_t count, events;
    bool measured; /* false: all patients have the same outcome, and nothing below is set */
    bool constant; /* all predictions are the same */
    myo_roc roc;
    myo_interval auc;
    double auc_variance;     /* of DeLong */
    myo_test against_chance; /* that the area is 0.5 */
    myo_partial_range ranges[ASSESS_PARTIAL_COUNT];
    myo_partial_result partial[ASSESS_PARTIAL_COUNT];
    myo_test partial_difference;
    myo_confusion confusion;
    myo_hosmer_lemeshow hosmer_lemeshow;
    myo_calibration calibration;
    myo_calibration_point *curve; /* owned */
    size_t curve_count;
    myo_decision_point decision[ASSESS_THRESHOLDS];
    myo_decision_range useful[ASSESS_USEFUL_MAX];
    size_t useful_count;
} assessment;

/* Measures linear predictors, their probabilities and the outcomes of `count` patients.
 * MYO_E_MEMORY. *out is to be cleared also when this fails. */
bool assess_measure(const assess_plan *plan, const double *linear, const double *probability,
                    const unsigned char *event, size_t count, assessment *out, myo_error *err);
void assess_clear(assessment *a);

/* Area under a ROC curve with DeLong's variance. `placements` (room for every patient of `event`)
 * receives the placement values. */
myo_delong_group assess_area(const myo_roc *roc, const unsigned char *event, size_t count,
                             double *placements);

/* --- As JSON; numbers that are not defined are null ------------------------------------------- */

/* Significant digits: more than a table needs, fewer than compilers differ in. */
#define ASSESS_JSON_DIGITS 12

json_t *assess_json_number(double value);
json_t *assess_json_count(size_t value);
json_t *assess_json_interval(const myo_interval *interval);
/* `statistic` names it: "z", "t" or "chi2"; degrees of freedom where the test has them. */
json_t *assess_json_test(const myo_test *test, const char *statistic);
json_t *assess_json_calibration(const myo_calibration *calibration);
/* The lines of a text. */
json_t *assess_json_lines(const myo_text *text);

/* Adds all measures to an object. */
void assess_json(const assessment *a, json_t *object);

#endif
