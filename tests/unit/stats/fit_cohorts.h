/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cohorts of tests/oracle/r/fit.R: the same generator, the same arithmetic. */
#ifndef MYO_TESTS_STATS_FIT_COHORTS_H
#define MYO_TESTS_STATS_FIT_COHORTS_H

#include "stats/design.h"

#include <math.h>
#include <stdlib.h>

#define FIT_NUMBERS_MAX 90

typedef struct fit_cohort fit_cohort;

struct fit_cohort {
    const char *name;
    double seed;
    size_t rows, numbers;
    double cuts[3]; /* of the factor */
    size_t cut_count;
    bool (*outcome)(const double *z, size_t level, double u);
    myo_design design;
    unsigned char *event;
    size_t *fold;
};

static double fit_logistic(double x) {
    return 1.0 / (1.0 + exp(-x));
}

static bool fit_plain(const double *z, size_t level, double u) {
    static const double effect[] = {0.0, 0.7, -0.5};
    return u < fit_logistic(-0.8 + 0.9 * z[0] - 0.6 * z[1] + 0.4 * z[2] + effect[level]);
}

static bool fit_rare(const double *z, size_t level, double u) {
    static const double effect[] = {0.0, 0.4, -0.3, 1.5};
    return u < fit_logistic(-1.2 - 0.7 * z[0] + 0.5 * z[1] + effect[level]);
}

static bool fit_separable(const double *z, size_t level, double u) {
    (void)level;
    (void)u;
    return z[0] + 0.5 * z[1] > 0.4;
}

static bool fit_quasi(const double *z, size_t level, double u) {
    return level == 1 || u < fit_logistic(-0.5 + 0.8 * z[0]);
}

static bool fit_few(const double *z, size_t level, double u) {
    (void)level;
    return u < fit_logistic(1.2 * z[0] - 1.0 * z[2] + 0.8 * z[4]);
}

static bool fit_wide(const double *z, size_t level, double u) {
    (void)level;
    return u < fit_logistic(-1.0 + 0.3 * (z[0] + z[1] + z[2] + z[3] + z[4]) -
                            0.2 * (z[5] + z[6] + z[7] + z[8] + z[9]));
}

#define FIT_COHORTS                                                                                \
    {                                                                                              \
        {.name = "plain",                                                                          \
         .seed = 11,                                                                               \
         .rows = 300,                                                                              \
         .numbers = 5,                                                                             \
         .cuts = {0.5, 0.8},                                                                       \
         .cut_count = 2,                                                                           \
         .outcome = fit_plain},                                                                    \
            {.name = "rare",                                                                       \
             .seed = 22,                                                                           \
             .rows = 250,                                                                          \
             .numbers = 3,                                                                         \
             .cuts = {0.45, 0.8, 0.97},                                                            \
             .cut_count = 3,                                                                       \
             .outcome = fit_rare},                                                                 \
            {.name = "separable", .seed = 33, .rows = 60, .numbers = 2, .outcome = fit_separable}, \
            {.name = "quasi",                                                                      \
             .seed = 44,                                                                           \
             .rows = 80,                                                                           \
             .numbers = 2,                                                                         \
             .cuts = {0.75},                                                                       \
             .cut_count = 1,                                                                       \
             .outcome = fit_quasi},                                                                \
            {.name = "few", .seed = 55, .rows = 60, .numbers = 90, .outcome = fit_few}, {          \
            .name = "wide", .seed = 66, .rows = 5000, .numbers = 60, .outcome = fit_wide           \
        }                                                                                          \
    }
enum { COHORT_PLAIN, COHORT_RARE, COHORT_SEPARABLE, COHORT_QUASI, COHORT_FEW, COHORT_WIDE };

/* S. Park and K. Miller, Commun. ACM 31:1192-1201, 1988. */
static double fit_draw(double *state) {
    *state = fmod(16807.0 * *state, 2147483647.0);
    return *state / 2147483647.0;
}

static bool fit_cohort_make(fit_cohort *c) {
    double state = c->seed, z[FIT_NUMBERS_MAX];
    size_t rows = c->rows;
    if (!myo_design_create(rows, c->numbers + c->cut_count, &c->design, NULL)) {
        return false;
    }
    c->event = calloc(rows, 1);
    c->fold = calloc(rows, sizeof *c->fold);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < c->numbers; j++) {
            double first = fit_draw(&state);
            z[j] = (first + fit_draw(&state) - 1.0) * 2.5;
            double x = j == 0 ? 60.0 + 30.0 * z[j] : j == 1 ? 143.0 + 60.0 * z[j] : z[j];
            c->design.values[j * rows + i] = x;
            c->design.term[j] = j;
        }
        double u = fit_draw(&state);
        size_t level = 0;
        while (level < c->cut_count && u >= c->cuts[level]) {
            level++;
        }
        for (size_t k = 0; k < c->cut_count; k++) {
            c->design.values[(c->numbers + k) * rows + i] = level == k + 1 ? 1.0 : 0.0;
            c->design.term[c->numbers + k] = c->numbers;
        }
        c->event[i] = c->outcome(z, level, fit_draw(&state));
        c->fold[i] = i % 10;
    }
    c->design.terms = c->numbers + (c->cut_count > 0);
    return true;
}

static void fit_cohort_clear(fit_cohort *c) {
    myo_design_clear(&c->design);
    free(c->event);
    free(c->fold);
}

#endif
