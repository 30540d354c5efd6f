/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether predicted probabilities are as high as what is observed.
 *
 * The calibration line is log odds(event) = intercept + slope l, with l the model's linear
 * predictor, fitted by maximum likelihood (D. Cox, Biometrika 45:562-565, 1958); a perfect model
 * has 0 and 1. Calibration in the large is the intercept with the slope held at 1: negative where
 * risks are predicted too high. The curve is a lowess of outcome on probability with share 2/3 and
 * without robustness steps, and the error of each patient is the distance of the curve from the
 * probability: their maximum, mean and 90 % quantile (F. Harrell, Regression Modeling Strategies,
 * 2nd ed. 2015, chapter 10; all as rms::val.prob has them).
 */
#ifndef MYO_STATS_CALIBRATION_H
#define MYO_STATS_CALIBRATION_H

#include "stats/binary.h"

typedef struct myo_calibration {
    myo_interval intercept, slope; /* of the line; NaN where it has no maximum */
    myo_interval in_the_large;     /* intercept with the slope 1 */
    myo_test line;                 /* likelihood ratio test of intercept 0 and slope 1, 2 df */
    double mean_predicted, observed;
    double observed_to_expected;
    double error_max, error_mean, error_90;
    double brier;        /* mean (p - y)^2 */
    double brier_scaled; /* 1 - brier / (brier of the mean outcome for everybody) */
    myo_test
        spiegelhalter; /* z of the Brier score (D. Spiegelhalter, Stat. Med. 5:421-433, 1986) */
    double r2;         /* of N. Nagelkerke (Biometrika 78:691-692, 1991), predictions as they are */
} myo_calibration;

/* A point of the calibration curve. */
typedef struct myo_calibration_point {
    double predicted, observed;
} myo_calibration_point;

/* The number of points that a curve is thinned to for tables and drawings. */
#define MYO_CALIBRATION_POINTS_MAX 1000

/*
 * `linear` holds linear predictors. The curve (may be NULL; room for MYO_CALIBRATION_POINTS_MAX
 * points) ascends; where there are more distinct probabilities, it has every k-th and the last.
 * Needs patients with and without the event (MYO_E_RANGE).
 */
bool myo_calibration_measure(const myo_binary *linear, double level, myo_calibration *out,
                             myo_calibration_point *curve, size_t *curve_count, myo_error *err);

/* 1 / (1 + exp(-l)), without a rounding error near 0. */
double myo_logistic(double linear_predictor);

#endif
