/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variance of the area under the curve and tests between areas, after E. DeLong, D. DeLong and D.
 * Clarke-Pearson (Biometrics 44:837-845, 1988).
 *
 * The placement value of a patient with the event is the share of patients without it whose score
 * is lower, ties counting half; of a patient without it, the share of patients with it whose score
 * is higher. Their mean is the area, and their variances and covariances within each group give
 * those of areas. With the patients in order of their scores this takes n log n steps (X. Sun and
 * W. Xu, IEEE Signal Process. Lett. 21:1389-1393, 2014).
 */
#ifndef MYO_STATS_DELONG_H
#define MYO_STATS_DELONG_H

#include "stats/roc.h"

/* Placement value of each patient, in the order of the data that `roc` was made from; `event` is
 * the data's. */
void myo_delong_placements(const myo_roc *roc, const unsigned char *event, double *placements);

/* Covariance of the areas of two scores of the same patients (the variance when both are the same).
 * NaN when a group has one patient only. */
double myo_delong_covariance(const unsigned char *event, size_t count, const double *placements_a,
                             const double *placements_b);

/* The area with its interval on the normal distribution, cut at 0 and 1. */
myo_interval myo_delong_interval(double area, double variance, double level);

/* Tests that two areas of the same patients are equal: normal distribution. With equal areas and no
 * variance of their difference the statistic is 0; with different areas and none it is NaN. */
myo_test myo_delong_paired(double area_a, double area_b, double variance_a, double variance_b,
                           double covariance);

/* An area with its variance in one group of patients. */
typedef struct myo_delong_group {
    double area, variance;
    size_t count;
} myo_delong_group;

/* Tests that the areas of two different groups of patients are equal: Student's distribution with
 * the degrees of freedom of Welch and Satterthwaite, as pROC has it. */
myo_test myo_delong_unpaired(const myo_delong_group *a, const myo_delong_group *b);

#endif
