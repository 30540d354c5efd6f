/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cohorts of tests/oracle/r/validate.R: the same generator, the same arithmetic. */
#ifndef MYO_TESTS_STATS_COHORTS_H
#define MYO_TESTS_STATS_COHORTS_H

#include "stats/binary.h"

#include <math.h>
#include <stdlib.h>

typedef struct cohort {
    const char *name;
    double seed;
    size_t count;
    double level, step;
    double *linear1, *linear2, *probability1, *probability2;
    unsigned char *event, *group;
} cohort;

/* S. Park and K. Miller, Commun. ACM 31:1192-1201, 1988. */
static double cohort_draw(double *state) {
    *state = fmod(16807.0 * *state, 2147483647.0);
    return *state / 2147483647.0;
}

static double cohort_round(double x, double step) {
    return step > 0.0 ? step * floor(x / step + 0.5) : x;
}

static double cohort_logistic(double x) {
    return 1.0 / (1.0 + exp(-x));
}

static void cohort_make(cohort *c) {
    double state = c->seed;
    double **columns[] = {&c->linear1, &c->linear2, &c->probability1, &c->probability2};
    for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
        *columns[k] = calloc(c->count, sizeof(double));
    }
    c->event = calloc(c->count, 1);
    c->group = calloc(c->count, 1);
    for (size_t i = 0; i < c->count; i++) {
        double u[10];
        for (size_t k = 0; k < 10; k++) {
            u[k] = cohort_draw(&state);
        }
        double z1 = (u[0] + u[1] + u[2] + u[3] - 2.0) * 1.75;
        double z2 = (u[4] + u[5] + u[6] + u[7] - 2.0) * 1.75;
        c->linear1[i] = cohort_round(c->level + 0.25 + 1.25 * z1 + 0.5 * z2, c->step);
        c->linear2[i] = cohort_round(c->level + 0.75 * z1 - 0.25 * z2, c->step);
        c->probability1[i] = cohort_logistic(c->linear1[i]);
        c->probability2[i] = cohort_logistic(c->linear2[i]);
        c->event[i] = u[8] < cohort_logistic(c->level + z1 + 0.75 * z2);
        c->group[i] = u[9] < 0.5;
    }
}

static void cohort_clear(cohort *c) {
    free(c->linear1);
    free(c->linear2);
    free(c->probability1);
    free(c->probability2);
    free(c->event);
    free(c->group);
}

#endif
