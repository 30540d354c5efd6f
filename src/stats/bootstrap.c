/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/bootstrap.h"

#include "base/memory.h"
#include "base/parallel.h"
#include "base/silence.h"
#include "base/sort.h"
#include "stats/draws.h"
#include "stats/quantile_private.h"

#include <math.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>

/* What all replicates share; each thread has its own generator and scratch memory. */
typedef struct replicates {
    const myo_bootstrap *plan;
    myo_bootstrap_step step;
    const void *user;
    size_t width;
    double *results;
    gsl_rng **generators;
    char *scratch;
    size_t scratch_size;
} replicates;

static bool replicate(void *user, size_t worker, size_t number, myo_error *err) {
    const replicates *all = user;
    (void)err; /* a step cannot fail */
    /* The generator takes seeds of 32 bits. */
    myo_draws stream = myo_draws_open(all->plan->seed, number);
    gsl_rng_set(all->generators[worker], (unsigned long)(myo_draws_next(&stream) & UINT32_MAX));
    all->step(all->user, all->generators[worker], all->scratch + worker * all->scratch_size,
              all->results + number * all->width);
    return true;
}

bool myo_bootstrap_run(const myo_bootstrap *plan, myo_bootstrap_step step, const void *user,
                       size_t scratch_size, size_t width, double *results, myo_error *err) {
    myo_silence_gsl();
    const myo_parallel parallel = {.threads = plan->threads};
    size_t workers = myo_parallel_workers(&parallel, plan->replicates);
    /* Scratch of every thread begins where any type may. */
    scratch_size = (scratch_size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    replicates all = {.plan = plan,
                      .step = step,
                      .user = user,
                      .width = width,
                      .results = results,
                      .scratch_size = scratch_size};
    all.scratch = myo_alloc_array(workers, scratch_size, err);
    all.generators = myo_alloc_array(workers, sizeof *all.generators, err);
    bool done = all.scratch && all.generators;
    for (size_t i = 0; i < workers && done; i++) {
        all.generators[i] = gsl_rng_alloc(gsl_rng_mt19937);
        done = all.generators[i] || myo_error_set(err, MYO_E_MEMORY, "bootstrap: out of memory");
    }
    done = done && myo_parallel_run(&parallel, plan->replicates, replicate, &all, err);
    for (size_t i = 0; all.generators && i < workers; i++) {
        if (all.generators[i]) {
            gsl_rng_free(all.generators[i]);
        }
    }
    free(all.generators);
    free(all.scratch);
    return done;
}

void myo_bootstrap_interval(const myo_bootstrap *plan, const double *results, size_t width,
                            size_t column, double *values, double *lower, double *upper) {
    size_t count = 0;
    for (size_t r = 0; r < plan->replicates; r++) {
        double value = results[r * width + column];
        if (!isnan(value)) {
            values[count++] = value;
        }
    }
    *lower = *upper = NAN;
    if (count > 0) {
        myo_sort_doubles(values, count);
        *lower = stats_quantile(values, count, 0.5 * (1.0 - plan->level));
        *upper = stats_quantile(values, count, 1.0 - 0.5 * (1.0 - plan->level));
    }
}
