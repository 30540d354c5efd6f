/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions beside what happened: what every measure of a model's performance starts from. */
#ifndef MYO_STATS_BINARY_H
#define MYO_STATS_BINARY_H

#include <myotome/error.h>

/* Borrowed arrays of `count` patients. */
typedef struct myo_binary {
    const double *score;        /* higher means more risk; finite */
    const unsigned char *event; /* 1: the event happened, 0: it did not */
    size_t count;
} myo_binary;

/* The number of patients with the event. */
size_t myo_binary_events(const myo_binary *data);

/* A test's result. NaN where it is not defined. */
typedef struct myo_test {
    double statistic;
    double df; /* NaN for a test on the normal distribution */
    double p;  /* two-sided */
} myo_test;

/* An estimate with its confidence interval. */
typedef struct myo_interval {
    double estimate, lower, upper;
} myo_interval;

#endif
