/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bootstrap replicates in parallel. Each replicate has a generator of its own (Mersenne Twister of
 * GSL), seeded by the plan's seed and the replicate's number, and its results have a place of their
 * own, so that the results do not depend on the number of threads.
 */
#ifndef MYO_STATS_BOOTSTRAP_H
#define MYO_STATS_BOOTSTRAP_H

#include <gsl/gsl_rng.h>
#include <myotome/error.h>

typedef struct myo_bootstrap {
    size_t replicates;
    uint64_t seed;
    size_t threads; /* 0 counts as 1 */
    double level;   /* of percentile intervals */
} myo_bootstrap;

/* Makes one replicate: draws with `generator`, uses `scratch`, and fills `out`. */
typedef void (*myo_bootstrap_step)(const void *user, const gsl_rng *generator, void *scratch,
                                   double *out);

/* Runs all replicates; results[r * width ...] receives those of replicate r. Every thread has
 * scratch_size bytes of scratch memory, zeroed once. MYO_E_MEMORY when memory runs out. */
bool myo_bootstrap_run(const myo_bootstrap *plan, myo_bootstrap_step step, const void *user,
                       size_t scratch_size, size_t width, double *results, myo_error *err);

/* Percentile interval of column `column` of the results: quantiles at both tails of the values that
 * are not NaN. NaN when none is left. Sorting is done in `values`, room for one number a
 * replicate. */
void myo_bootstrap_interval(const myo_bootstrap *plan, const double *results, size_t width,
                            size_t column, double *values, double *lower, double *upper);

#endif
