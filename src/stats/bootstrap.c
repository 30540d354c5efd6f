/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/bootstrap.h"

#include "base/memory.h"
#include "base/sort.h"
#include "stats/quantile_private.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define THREADS_MAX 64

/* What the threads share. */
typedef struct shared {
    const myo_bootstrap *plan;
    myo_bootstrap_step step;
    const void *user;
    size_t width;
    double *results;
    atomic_size_t next; /* replicate that nobody has taken yet */
} shared;

typedef struct worker {
    shared *all;
    gsl_rng *generator;
    void *scratch;
    pthread_t thread;
    bool started;
} worker;

/* The finalizer of SplitMix64 (G. Steele et al., OOPSLA 2014): neighbours become unrelated. */
static uint64_t mix(uint64_t x) {
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void *work(void *user) {
    worker *w = user;
    shared *all = w->all;
    size_t replicate;
    while ((replicate = atomic_fetch_add(&all->next, 1)) < all->plan->replicates) {
        /* The generator takes seeds of 32 bits. */
        uint64_t seed = mix(mix(all->plan->seed) + replicate) & UINT32_MAX;
        gsl_rng_set(w->generator, (unsigned long)seed);
        all->step(all->user, w->generator, w->scratch, all->results + replicate * all->width);
    }
    return NULL;
}

bool myo_bootstrap_run(const myo_bootstrap *plan, myo_bootstrap_step step, const void *user,
                       size_t scratch_size, size_t width, double *results, myo_error *err) {
    gsl_set_error_handler_off();
    shared all = {.plan = plan, .step = step, .user = user, .width = width, .results = results};
    atomic_init(&all.next, 0);
    worker workers[THREADS_MAX] = {{0}};
    size_t count = plan->threads > THREADS_MAX ? THREADS_MAX
                   : plan->threads > 0         ? plan->threads
                                               : 1;
    bool done = true;
    for (size_t i = 0; i < count && done; i++) {
        workers[i].all = &all;
        workers[i].generator = gsl_rng_alloc(gsl_rng_mt19937);
        workers[i].scratch = myo_alloc_array(scratch_size, 1, err);
        done = workers[i].generator && workers[i].scratch;
    }
    if (done) {
        /* A thread that cannot be made costs time only: the others take its replicates. */
        for (size_t i = 1; i < count; i++) {
            workers[i].started = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
        }
        work(&workers[0]);
    } else {
        myo_error_set(err, MYO_E_MEMORY, "bootstrap: out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        if (workers[i].started) {
            pthread_join(workers[i].thread, NULL);
        }
        if (workers[i].generator) {
            gsl_rng_free(workers[i].generator);
        }
        free(workers[i].scratch);
    }
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
