/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times of the LASSO with its cross-validation, and of bootstrap refits of a logistic model, on the
 * cohorts that bench/stats/stats.R gives to R. Prints "KEY VALUE" lines: seconds, and results that
 * show that the same was computed.
 *
 *   stats-bench THREADS RUNS
 */
#include "stats/lasso.h"
#include "stats/logistic.h"
#include "stats/optimism.h"
#include "unit/stats/fit_cohorts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPLICATES 1000

static bool ten(const double *z, size_t level, double u) {
    double sum = 0.0;
    (void)level;
    for (size_t j = 0; j < 10; j++) {
        sum += z[j];
    }
    return u < fit_logistic(-1.0 + 0.3 * sum);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool time_lasso(size_t threads) {
    fit_cohort cohorts[] = FIT_COHORTS;
    fit_cohort *c = &cohorts[COHORT_WIDE];
    myo_lasso_path path;
    myo_lasso_cv cv;
    if (!fit_cohort_make(c)) {
        return false;
    }
    const myo_lasso_data data = {&c->design, c->event, NULL};
    const myo_parallel plan = {.threads = threads};
    double start = now();
    bool ok = myo_lasso_cross_validate(&data, c->fold, 10, &plan, &path, &cv, NULL);
    double seconds = now() - start;
    if (ok) {
        printf("lasso_seconds %.4f\nlambda_min %.10g\n", seconds, path.lambda[cv.minimum]);
        myo_lasso_path_clear(&path);
        myo_lasso_cv_clear(&cv);
    }
    fit_cohort_clear(c);
    return ok;
}

static bool time_bootstrap(size_t threads) {
    fit_cohort c = {.name = "ten", .seed = 77, .rows = 2000, .numbers = 10, .outcome = ten};
    const myo_logistic_options options = {.level = 0.95};
    const myo_optimism_plan plan = {
        .replicates = REPLICATES, .seed = 1, .parallel = {.threads = threads}};
    myo_logistic_fit fit;
    myo_optimism optimism;
    double coefficients[11];
    if (!fit_cohort_make(&c) ||
        !myo_logistic_fit_design(&c.design, c.event, &options, &fit, NULL)) {
        return false;
    }
    for (size_t j = 0; j < 11; j++) {
        coefficients[j] = fit.coefficients[j].estimate;
    }
    double start = now();
    bool ok = myo_optimism_estimate(&c.design, c.event, coefficients, &plan, &optimism, NULL);
    double seconds = now() - start;
    if (ok) {
        printf("bootstrap_seconds %.4f\nauc %.5f\nauc_corrected %.5f\nslope_corrected %.5f\n"
               "brier_corrected %.5f\n",
               seconds, optimism.apparent.auc, optimism.corrected.auc, optimism.corrected.slope,
               optimism.corrected.brier);
        myo_optimism_clear(&optimism);
    }
    myo_logistic_fit_clear(&fit);
    fit_cohort_clear(&c);
    return ok;
}

int main(int argc, char **argv) {
    size_t threads = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    size_t runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    for (size_t r = 0; r < runs; r++) {
        if (!time_lasso(threads) || !time_bootstrap(threads)) {
            return 1;
        }
    }
    return 0;
}
