/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Likelihood ratio tests and profile likelihood intervals.
 *
 * A test compares the maximum with the one where the coefficients of a term are 0. An interval by
 * profile likelihood holds the values of a coefficient that such a test would not reject: its ends
 * are where the maximum over the other coefficients lies half a quantile of chi squared with one
 * degree of freedom below the overall one (D. Venzon and S. Moolgavkar, Appl. Stat. 37:87-94,
 * 1988). Under Firth's penalty both use the penalised likelihood with the determinant of the whole
 * information (G. Heinze and M. Schemper, Stat. Med. 21:2409-2419, 2002).
 */
#include "base/memory.h"
#include "stats/distribution.h"
#include "stats/logistic_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PROFILE_STEPS_MAX 60
/* Accuracy of the signed root of the likelihood ratio at an end, in its own units (quantiles of the
 * normal distribution). */
#define ROOT_TOLERANCE 1e-9
/* An enclosure of an end that is no wider than this, in standard errors, is the end, should
 * rounding keep the root from its accuracy, if the roots on both of its sides are no farther apart
 * than JUMP_MAX: the penalised likelihood may have two maxima between which the profile jumps. */
#define END_TOLERANCE 1e-10
#define JUMP_MAX 1e-6
/* On the way out to an enclosure, a step leads no more than so many times as far. */
#define OUTWARD_MAX 3.0
/* Within the enclosure every so many steps halve it, so that neither side of it is stuck. */
#define HALVING_EVERY 4
/* A fit that does not converge is tried again half as far out, no more often than this. */
#define FAILURES_MAX 5
/* Farthest end that is looked for, in standard errors: beyond it the profile is taken for flat. */
#define REACH_MAX 1e3

/* One thread's engine. */
typedef struct tester {
    newton n;
    bool *fixed;
} tester;

typedef struct testing {
    const myo_design *design;
    const logistic_maximum *maximum;
    myo_logistic_fit *fit;
    double quantile;
    tester *testers;
    size_t tester_count;
} testing;

static void clear_testers(testing *t) {
    for (size_t i = 0; t->testers && i < t->tester_count; i++) {
        newton_clear(&t->testers[i].n);
        free(t->testers[i].fixed);
    }
    free(t->testers);
}

static bool create_testers(testing *t, size_t count, myo_error *err) {
    const logistic_scaled *scaled = t->maximum->scaled;
    t->tester_count = count;
    t->testers = myo_alloc_array(count, sizeof *t->testers, err);
    for (size_t i = 0; t->testers && i < count; i++) {
        tester *one = &t->testers[i];
        one->fixed = myo_alloc_array(scaled->columns + 1, sizeof *one->fixed, err);
        if (!one->fixed || !newton_create(scaled->rows, scaled->columns, &one->n, err)) {
            return false;
        }
        one->n.column = (const double *const *)scaled->column;
        one->n.event = t->maximum->event;
        one->n.firth = t->maximum->firth;
        one->n.fixed = one->fixed;
    }
    return t->testers != NULL;
}

/* The engine at the maximum, with nothing fixed. */
static void restart(const testing *t, tester *one) {
    memset(one->fixed, 0, one->n.coefficients * sizeof *one->fixed);
    memcpy(one->n.beta, t->maximum->beta, one->n.coefficients * sizeof *one->n.beta);
}

/* Maximises without a term: from the maximum on, and where that lies too far off, as with columns
 * that are nearly equal, from nothing on. */
static bool fit_without(const testing *t, tester *one, size_t term) {
    restart(t, one);
    for (size_t c = 0; c < t->design->columns; c++) {
        if (t->design->term[c] == term) {
            one->fixed[c + 1] = true;
            one->n.beta[c + 1] = 0.0;
        }
    }
    if (newton_run(&one->n) == NEWTON_CONVERGED) {
        return true;
    }
    memset(one->n.beta, 0, one->n.coefficients * sizeof *one->n.beta);
    return newton_run(&one->n) == NEWTON_CONVERGED;
}

static bool test_term(void *user, size_t worker, size_t task, myo_error *err) {
    (void)err;
    testing *t = user;
    tester *one = &t->testers[worker];
    myo_logistic_term *term = &t->fit->terms[task];
    if (!fit_without(t, one, task)) {
        term->ratio_chi2 = term->ratio_p = NAN;
        return true;
    }
    term->ratio_chi2 = fmax(2.0 * (t->maximum->penalised - one->n.penalised), 0.0);
    term->ratio_p = stats_chi2_upper(term->ratio_chi2, (double)term->df);
    return true;
}

/* Moves coefficient j, and the others as the covariance has them follow: near the maximum that is
 * where theirs lies then, however much they depend on it. */
static void lean(const testing *t, tester *one, size_t j, double value) {
    const logistic_scaled *scaled = t->maximum->scaled;
    size_t size = t->fit->coefficient_count;
    double move = value - one->n.beta[j], own = t->fit->covariance[j * size + j];
    double per_unit = move / (scaled->sd[j - 1] * own), level = t->fit->covariance[j];
    for (size_t k = 1; k < size; k++) {
        double covariance = t->fit->covariance[k * size + j];
        level += scaled->mean[k - 1] * covariance;
        one->n.beta[k] += scaled->sd[k - 1] * covariance * per_unit;
    }
    one->n.beta[0] += level * per_unit;
    one->n.beta[j] = value;
}

/* Signed root of the likelihood ratio with coefficient j held at a value. */
static bool signed_root(const testing *t, tester *one, size_t j, double value, double *root) {
    one->fixed[j] = true;
    if (t->maximum->firth) { /* may have two maxima: the others stay near theirs */
        one->n.beta[j] = value;
    } else {
        lean(t, one, j, value);
    }
    if (newton_run(&one->n) != NEWTON_CONVERGED) {
        return false;
    }
    double ratio = 2.0 * (t->maximum->penalised - one->n.penalised);
    *root = copysign(sqrt(fmax(ratio, 0.0)), value - t->maximum->beta[j]);
    return true;
}

/* A coefficient and the signed root there. */
typedef struct place {
    double value, root;
} place;

/* The next value on the way out, by the secant through the last two places, at which the root is
 * still short of the target. */
static double go_on(double best, place before, place last, double target) {
    double farthest = best + OUTWARD_MAX * (last.value - best);
    double slope = (last.root - before.root) / (last.value - before.value);
    double next = last.value + (target - last.root) / slope;
    bool within = slope > 0.0 && fabs(next - best) < fabs(farthest - best);
    return within ? next : farthest;
}

/* Where the signed root is `target`: it is nearly linear in the coefficient, so that secants, at
 * first through the maximum, where the root is 0, converge in a few steps; a bracket keeps them
 * from leaving. NaN where the steps do not suffice, or a fit does not converge. */
static double find_end(const testing *t, tester *one, size_t j, double target) {
    double best = t->maximum->beta[j],
           error = t->fit->coefficients[j].standard_error * t->maximum->scaled->sd[j - 1];
    place inner = {best, 0.0}, outer = {NAN, NAN}, last = {best + target * error, 0.0};
    int failures = 0;
    restart(t, one);
    for (int step = 0; step < PROFILE_STEPS_MAX; step++) {
        if (fabs(last.value - best) > REACH_MAX * error) {
            return copysign(INFINITY, target);
        }
        if (!signed_root(t, one, j, last.value, &last.root)) {
            if (++failures > FAILURES_MAX) {
                break;
            }
            restart(t, one);
            last.value = inner.value + 0.5 * (last.value - inner.value);
            continue;
        }
        place before = inner;
        if (fabs(last.root) < fabs(target)) {
            inner = last;
        } else {
            outer = last;
        }
        bool closed = fabs(outer.value - inner.value) < END_TOLERANCE * error;
        if (fabs(last.root - target) < ROOT_TOLERANCE ||
            (closed && fabs(outer.root - inner.root) < JUMP_MAX)) {
            return last.value;
        }
        if (closed) {
            break;
        }
        if (isnan(outer.value)) {
            last.value = go_on(best, before, last, target);
        } else {
            double share = (target - inner.root) / (outer.root - inner.root);
            share = (step + 1) % HALVING_EVERY == 0 ? 0.5 : fmin(fmax(share, 0.0), 1.0);
            last.value = inner.value + share * (outer.value - inner.value);
        }
    }
    return NAN;
}

/* The interval and test of one column. */
static bool profile_column(void *user, size_t worker, size_t task, myo_error *err) {
    (void)err;
    testing *t = user;
    tester *one = &t->testers[worker];
    size_t j = task + 1;
    double sd = t->maximum->scaled->sd[task], root;
    myo_logistic_coefficient *coefficient = &t->fit->coefficients[j];
    restart(t, one);
    coefficient->profile_p =
        signed_root(t, one, j, 0.0, &root) ? stats_normal_two_sided(root) : (double)NAN;
    coefficient->profile_lower = find_end(t, one, j, -t->quantile) / sd;
    coefficient->profile_upper = find_end(t, one, j, t->quantile) / sd;
    return true;
}

static bool run_tests(testing *t, const myo_parallel *plan, size_t count, myo_parallel_task task,
                      myo_error *err) {
    bool done = create_testers(t, myo_parallel_workers(plan, count), err) &&
                myo_parallel_run(plan, count, task, t, err);
    clear_testers(t);
    return done;
}

bool logistic_test_terms(const myo_design *design, const logistic_maximum *maximum,
                         const myo_logistic_options *options, myo_logistic_fit *fit,
                         myo_error *err) {
    testing t = {.design = design, .maximum = maximum, .fit = fit};
    return design->terms == 0 || run_tests(&t, &options->parallel, design->terms, test_term, err);
}

bool logistic_profile(const logistic_maximum *maximum, const myo_logistic_options *options,
                      myo_logistic_fit *fit, myo_error *err) {
    testing t = {.maximum = maximum,
                 .fit = fit,
                 .quantile = stats_normal_quantile(0.5 * (1.0 + options->level))};
    size_t columns = fit->coefficient_count - 1;
    return columns == 0 || run_tests(&t, &options->parallel, columns, profile_column, err);
}
