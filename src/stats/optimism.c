/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/optimism.h"

#include "base/memory.h"
#include "stats/auc.h"
#include "stats/draws.h"
#include "stats/kernels_private.h"
#include "stats/lasso.h"
#include "stats/logistic_line_private.h"
#include "stats/logistic_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Draws of one replicate that may hold too few patients with the event, or without it, before it is
 * given up. */
#define DRAWS_MAX 100

/* A fit ends when a step promises less: coefficients are then right to 1e-8 standard errors, as the
 * last step is taken. */
#define GAIN_MIN 1e-9

/* What a replicate leaves behind; NaN where there is nothing. */
typedef struct replicate {
    myo_performance drawn, original;
    bool done, separated, empty;
    unsigned char *selected; /* terms */
} replicate;

/* Memory of one thread. */
typedef struct workspace {
    unsigned *times;
    double *predictor;
    myo_auc_place *places;
    size_t *fold, *order, *chosen;
    /* Of the patients who were drawn, in their order. */
    size_t drawn;
    unsigned char *drawn_event;
    unsigned *drawn_times;
    size_t *drawn_row, *drawn_fold;
    double *drawn_values; /* columns of the model */
    bool *keep;
    const double **column;
    newton model; /* with room for all columns */
} workspace;

typedef struct boot {
    const myo_design *design;
    const unsigned char *event;
    const myo_optimism_plan *plan;
    logistic_scaled scaled;
    workspace *workspaces;
    size_t workspace_count;
    replicate *replicates;
    unsigned char *selected; /* of all replicates */
    const double *start;     /* coefficients of the model, for standardised columns */
} boot;

static void clear_workspace(workspace *b) {
    free(b->times);
    free(b->predictor);
    free(b->places);
    free(b->fold);
    free(b->order);
    free(b->drawn_event);
    free(b->drawn_times);
    free(b->drawn_values);
    free(b->drawn_row);
    free(b->drawn_fold);
    free(b->chosen);
    free(b->keep);
    free((void *)b->column);
    newton_clear(&b->model);
}

static bool create_workspace(const myo_design *design, workspace *b, myo_error *err) {
    size_t rows = design->rows, p = design->columns + 1;
    b->times = myo_alloc_array(rows, sizeof *b->times, err);
    b->predictor = myo_alloc_array(rows, sizeof *b->predictor, err);
    b->places = myo_alloc_array(rows, sizeof *b->places, err);
    b->fold = myo_alloc_array(rows, sizeof *b->fold, err);
    b->order = myo_alloc_array(rows, sizeof *b->order, err);
    b->drawn_event = myo_alloc_array(rows, sizeof *b->drawn_event, err);
    b->drawn_times = myo_alloc_array(rows, sizeof *b->drawn_times, err);
    b->drawn_values = myo_alloc_array(rows * p, sizeof *b->drawn_values, err);
    b->drawn_row = myo_alloc_array(rows, sizeof *b->drawn_row, err);
    b->drawn_fold = myo_alloc_array(rows, sizeof *b->drawn_fold, err);
    b->chosen = myo_alloc_array(p, sizeof *b->chosen, err);
    b->keep = myo_alloc_array(p, sizeof *b->keep, err);
    b->column = myo_alloc_array(p, sizeof *b->column, err);
    if (!b->times || !b->predictor || !b->places || !b->fold || !b->order || !b->drawn_event ||
        !b->drawn_times || !b->drawn_values || !b->drawn_row || !b->drawn_fold || !b->chosen ||
        !b->keep || !b->column || !newton_create(rows, design->columns, &b->model, err)) {
        return false;
    }
    b->model.gain_min = GAIN_MIN;
    return true;
}

/* True when the rows that count hold more than one value. */
static bool varies(const double *column, const unsigned *times, size_t rows) {
    size_t first = 0;
    while (first < rows && times && times[first] == 0) {
        first++;
    }
    for (size_t i = first; i < rows; i++) {
        bool counts = !times || times[i] > 0;
        if (counts && (column[i] < column[first] || column[i] > column[first])) {
            return true;
        }
    }
    return false;
}

/* Slope and intercept of the logistic regression on the predictor. */
static void fit_line(const double *predictor, const unsigned char *event, const unsigned *times,
                     size_t rows, myo_performance *out) {
    const myo_binary data = {predictor, event, rows};
    stats_line line;
    stats_line_fit(&data, times, &line);
    out->slope = line.slope;
    out->intercept = line.intercept;
}

/* Mean squared difference between probability and outcome (G. Brier, Mon. Weather Rev. 78:1-3,
 * 1950). */
static double brier(const double *predictor, const unsigned char *event, const unsigned *times,
                    size_t rows) {
    double sum = 0.0, total = 0.0;
    for (size_t i = 0; i < rows; i++) {
        double weight = times ? (double)times[i] : 1.0, p, none;
        if (weight > 0.0) {
            stats_logistic(predictor[i], &p, &none);
            double miss = event[i] ? none : p;
            sum += weight * miss * miss;
            total += weight;
        }
    }
    return sum / total;
}

bool myo_performance_measure(const double *predictor, const unsigned char *event, size_t count,
                             myo_performance *out, myo_error *err) {
    if (!myo_stats_auc(predictor, event, count, &out->auc, err)) {
        return false;
    }
    out->brier = brier(predictor, event, NULL, count);
    fit_line(predictor, event, NULL, count, out);
    return true;
}

/* Draws the patients; false unless at least two are drawn with the event and two without. */
static bool draw(const boot *b, myo_draws *draws, unsigned *times) {
    size_t rows = b->design->rows, events = 0;
    memset(times, 0, rows * sizeof *times);
    for (size_t i = 0; i < rows; i++) {
        size_t row = myo_draws_below(draws, rows);
        times[row]++;
        events += b->event[row];
    }
    return events > 1 && events + 1 < rows;
}

/* Lists the drawn patients. */
static void gather(const boot *b, workspace *own) {
    own->drawn = 0;
    for (size_t i = 0; i < b->design->rows; i++) {
        if (own->times[i] > 0) {
            own->drawn_event[own->drawn] = b->event[i];
            own->drawn_times[own->drawn] = own->times[i];
            own->drawn_row[own->drawn++] = i;
        }
    }
}

/* Folds of the drawn patients; a patient who was drawn twice is in one. Returns their number: fewer
 * than were asked for where fewer patients were drawn, so that none is empty. */
static size_t deal_folds(const boot *b, workspace *own, uint64_t seed) {
    size_t folds = b->plan->folds < own->drawn ? b->plan->folds : own->drawn;
    memset(own->fold, 0, b->design->rows * sizeof *own->fold);
    myo_draws_folds(seed, own->drawn_event, own->drawn, folds, own->order, own->drawn_fold);
    for (size_t k = 0; k < own->drawn; k++) {
        own->fold[own->drawn_row[k]] = own->drawn_fold[k];
    }
    return folds;
}

/* The terms that the LASSO selects among the drawn patients. */
static bool select_terms(const boot *b, workspace *own, uint64_t seed, replicate *result,
                         myo_error *err) {
    const myo_design *design = b->design;
    for (size_t t = 0; t < design->terms; t++) {
        own->keep[t] = b->plan->select == MYO_SELECT_NONE;
    }
    if (b->plan->select != MYO_SELECT_NONE) {
        const myo_lasso_data data = {design, b->event, own->times};
        const myo_parallel alone = {.threads = 1};
        myo_lasso_path path;
        myo_lasso_cv cv;
        size_t folds = deal_folds(b, own, seed);
        if (!myo_lasso_cross_validate(&data, own->fold, folds, &alone, &path, &cv, err)) {
            return false;
        }
        size_t at = b->plan->select == MYO_SELECT_LASSO_MIN ? cv.minimum : cv.one_se;
        for (size_t c = 0; c < design->columns; c++) {
            if (fabs(path.coefficients[at * path.columns + c]) > 0.0) {
                own->keep[design->term[c]] = true;
            }
        }
        myo_lasso_path_clear(&path);
        myo_lasso_cv_clear(&cv);
    }
    for (size_t t = 0; t < design->terms; t++) {
        result->selected[t] = own->keep[t];
    }
    return true;
}

/* Fits the selected columns to the drawn patients and predicts everyone. */
static bool fit_replicate(const boot *b, workspace *own, replicate *result) {
    newton *n = &own->model;
    size_t columns = 0, rows = b->design->rows;
    for (size_t c = 0; c < b->design->columns; c++) {
        /* A column with one value only, as that of a rare level may have, says nothing. */
        const double *from = b->scaled.column[c];
        if (own->keep[b->design->term[c]] && varies(from, own->times, rows)) {
            double *to = own->drawn_values + columns * own->drawn;
            for (size_t k = 0; k < own->drawn; k++) {
                to[k] = from[own->drawn_row[k]];
            }
            own->chosen[columns] = c;
            own->column[columns++] = to;
        }
    }
    n->rows = own->drawn;
    n->coefficients = columns + 1;
    n->column = own->column;
    n->event = own->drawn_event;
    n->count = own->drawn_times;
    n->firth = b->plan->firth == MYO_FIRTH_ALWAYS;
    n->beta[0] = b->start[0];
    for (size_t j = 0; j < columns; j++) {
        n->beta[j + 1] = b->start[own->chosen[j] + 1];
    }
    newton_end end = newton_run(n);
    if (end != NEWTON_CONVERGED && b->plan->firth == MYO_FIRTH_AUTO) {
        result->separated = true;
        n->firth = true;
        memset(n->beta, 0, n->coefficients * sizeof *n->beta);
        end = newton_run(n);
    }
    result->empty = columns == 0;
    for (size_t i = 0; i < rows; i++) {
        own->predictor[i] = n->beta[0];
    }
    for (size_t j = 0; j < columns; j++) {
        stats_add_scaled(n->beta[j + 1], b->scaled.column[own->chosen[j]], own->predictor, rows);
    }
    return end == NEWTON_CONVERGED;
}

static void measure_replicate(const boot *b, workspace *own, replicate *result) {
    size_t rows = b->design->rows;
    myo_auc_order(own->predictor, rows, own->places);
    myo_auc_weighted(own->places, rows, b->event, own->times, &result->drawn.auc);
    myo_auc_weighted(own->places, rows, b->event, NULL, &result->original.auc);
    result->drawn.brier = brier(own->predictor, b->event, own->times, rows);
    result->original.brier = brier(own->predictor, b->event, NULL, rows);
    if (own->model.firth) {
        fit_line(own->predictor, b->event, own->times, rows, &result->drawn);
    } else { /* maximum likelihood is calibrated on its own patients */
        result->drawn.slope = result->empty ? (double)NAN : 1.0;
        result->drawn.intercept = result->empty ? (double)NAN : 0.0;
    }
    fit_line(own->predictor, b->event, NULL, rows, &result->original);
}

static bool run_replicate(void *user, size_t worker, size_t task, myo_error *err) {
    boot *b = user;
    workspace *own = &b->workspaces[worker];
    replicate *result = &b->replicates[task];
    myo_draws draws = myo_draws_open(b->plan->seed, task + 1);
    bool drawn = false;
    for (int attempt = 0; attempt < DRAWS_MAX && !drawn; attempt++) {
        drawn = draw(b, &draws, own->times);
    }
    uint64_t seed = myo_draws_next(&draws);
    gather(b, own);
    myo_error reason = {0};
    if (!drawn || !select_terms(b, own, seed, result, &reason)) {
        /* A draw that cannot be used costs a replicate; what the machine lacks ends the run. */
        return reason.code != MYO_E_MEMORY || myo_error_set(err, reason.code, "%s", reason.message);
    }
    result->done = fit_replicate(b, own, result);
    if (result->done) {
        measure_replicate(b, own, result);
    }
    return true;
}

static void add_difference(double drawn, double original, double *sum, size_t *count) {
    if (isfinite(drawn) && isfinite(original)) {
        *sum += drawn - original;
        ++*count;
    }
}

static double minus_mean(double apparent, double sum, size_t count, double *optimism) {
    *optimism = count > 0 ? sum / (double)count : (double)NAN;
    return apparent - *optimism;
}

/* In the order of the replicates, so that sums are the same whoever computed them. */
static void summarise(const boot *b, myo_optimism *out) {
    myo_performance sum = {0};
    size_t auc = 0, brier_count = 0, slope = 0, intercept = 0;
    for (size_t r = 0; r < b->plan->replicates; r++) {
        const replicate *one = &b->replicates[r];
        out->failed += !one->done;
        if (!one->done) {
            continue;
        }
        out->replicates++;
        out->separated += one->separated;
        out->empty += one->empty;
        for (size_t t = 0; t < b->design->terms; t++) {
            out->selected[t] += one->selected[t];
        }
        add_difference(one->drawn.auc, one->original.auc, &sum.auc, &auc);
        add_difference(one->drawn.brier, one->original.brier, &sum.brier, &brier_count);
        add_difference(one->drawn.slope, one->original.slope, &sum.slope, &slope);
        add_difference(one->drawn.intercept, one->original.intercept, &sum.intercept, &intercept);
    }
    const myo_performance *a = &out->apparent;
    out->corrected.auc = minus_mean(a->auc, sum.auc, auc, &out->optimism.auc);
    out->corrected.brier = minus_mean(a->brier, sum.brier, brier_count, &out->optimism.brier);
    out->corrected.slope = minus_mean(a->slope, sum.slope, slope, &out->optimism.slope);
    out->corrected.intercept =
        minus_mean(a->intercept, sum.intercept, intercept, &out->optimism.intercept);
}

static bool prepare(boot *b, const double *coefficients, double *start, myo_error *err) {
    if (!logistic_scale(b->design, &b->scaled, err)) {
        return false;
    }
    start[0] = coefficients[0];
    for (size_t c = 0; c < b->design->columns; c++) {
        start[c + 1] = coefficients[c + 1] * b->scaled.sd[c];
        start[0] += coefficients[c + 1] * b->scaled.mean[c];
    }
    b->start = start;
    b->workspace_count = myo_parallel_workers(&b->plan->parallel, b->plan->replicates);
    b->workspaces = myo_alloc_array(b->workspace_count, sizeof *b->workspaces, err);
    b->replicates = myo_alloc_array(b->plan->replicates, sizeof *b->replicates, err);
    b->selected = myo_alloc_array(b->plan->replicates * b->design->terms, 1, err);
    if (!b->workspaces || !b->replicates || !b->selected) {
        return false;
    }
    for (size_t r = 0; r < b->plan->replicates; r++) {
        b->replicates[r].selected = b->selected + r * b->design->terms;
    }
    for (size_t i = 0; i < b->workspace_count; i++) {
        if (!create_workspace(b->design, &b->workspaces[i], err)) {
            return false;
        }
    }
    return true;
}

static bool measure_apparent(boot *b, const double *coefficients, myo_performance *out,
                             myo_error *err) {
    double *predictor = b->workspaces[0].predictor;
    myo_logistic_predict(b->design, coefficients, predictor);
    return myo_performance_measure(predictor, b->event, b->design->rows, out, err);
}

bool myo_optimism_estimate(const myo_design *design, const unsigned char *event,
                           const double *coefficients, const myo_optimism_plan *plan,
                           myo_optimism *out, myo_error *err) {
    boot b = {.design = design, .event = event, .plan = plan};
    double *start = myo_alloc_array(design->columns + 1, sizeof *start, err);
    *out = (myo_optimism){0};
    out->selected = myo_alloc_array(design->terms, sizeof *out->selected, err);
    bool done = start && out->selected && prepare(&b, coefficients, start, err) &&
                measure_apparent(&b, coefficients, &out->apparent, err) &&
                myo_parallel_run(&plan->parallel, plan->replicates, run_replicate, &b, err);
    if (done) {
        summarise(&b, out);
    } else {
        myo_optimism_clear(out);
    }
    for (size_t i = 0; b.workspaces && i < b.workspace_count; i++) {
        clear_workspace(&b.workspaces[i]);
    }
    free(b.workspaces);
    free(b.replicates);
    free(b.selected);
    logistic_scaled_clear(&b.scaled);
    free(start);
    return done;
}

void myo_optimism_clear(myo_optimism *optimism) {
    free(optimism->selected);
    *optimism = (myo_optimism){0};
}
