/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trainer of boosted trees, as the fits of the priors (Python) call it. Development only. */
#ifndef MYO_TOOLS_BOOST_H
#define MYO_TOOLS_BOOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_API __attribute__((visibility("default")))

typedef struct boost_settings {
    size_t sample_count, feature_count, class_count, tree_count, depth;
    float rate;         /* factor of each tree's answer */
    float feature_part; /* share of the features that a tree may use */
    float sample_part;  /* share of the samples that a tree sees */
    float leaf_min;     /* fewest samples of a leaf */
    float ridge;        /* added to each leaf's curvature */
    uint64_t seed;
} boost_settings;

#define BOOST_CLASSES_MAX 8
#define BOOST_BINS 64

/*
 * Fits trees to `classes` (one of class_count for each sample). `binned` holds feature_count rows
 * of sample_count bins below BOOST_BINS; `prior` the class scores to start from. Writes, for each
 * tree, 2^depth - 1 features and bins (a sample goes to the right above the bin), and 2^depth x
 * BOOST_CLASSES_MAX leaf scores.
 */
PROBE_API bool boost_train(const boost_settings *settings, const uint8_t *binned,
                           const uint8_t *classes, const float *prior, int16_t *feature,
                           uint8_t *bin, float *leaf);

#endif
