/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps that make a model: selection by LASSO, the fit of what was selected, and the bootstrap
 * that repeats both. */
#include "base/memory.h"
#include "base/missing.h"
#include "fit/fitted_private.h"
#include "stats/draws.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDS_MAX 1000
/* Seeds of the parts of the work that draw, so that one does not follow from another. */
#define SEED_FOLDS UINT64_C(0x666f6c6473)
#define SEED_BOOTSTRAP UINT64_C(0x626f6f74)
/* Work (rows times squared columns, about) that a bootstrap, and profiles, may take unasked: half a
 * minute and a few seconds of one processor. */
#define BOOTSTRAP_WORK 3e10
#define PROFILE_WORK 2e9
/* Work of a replicate for a row besides its fit: drawing, sorting. */
#define ROW_WORK 300.0
/* Newton steps of a fit; evaluations of all rows along a path of penalties. */
#define FIT_STEPS 6.0
#define PATH_STEPS 300.0
/* A column whose part in another one is smaller, in standard deviations, has none. */
#define WEIGHT_MIN 1e-6

myo_parallel fit_parallel(const myo_fitted *f, const char *what) {
    return (myo_parallel){.threads = f->options.threads,
                          .progress = f->options.progress,
                          .progress_user = f->options.progress_user,
                          .what = what};
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Folds as a column of the table names them; a fold for each different text. */
static bool read_folds(myo_fitted *f, myo_error *err) {
    const myo_csv *csv = f->cohort->csv;
    size_t column, distinct = 0;
    if (!myo_csv_need_column(csv, f->options.fold_column, &column, err)) {
        return false;
    }
    const char **texts = myo_alloc_array(f->row_count, sizeof *texts, err);
    if (!texts) {
        return false;
    }
    bool missing = false;
    for (size_t i = 0; i < f->row_count; i++) {
        texts[i] = myo_csv_get(csv, f->cohort->csv_row[f->rows[i]], column);
        missing = missing || myo_text_is_missing(texts[i]);
    }
    qsort(texts, f->row_count, sizeof *texts, compare_texts);
    for (size_t i = 0; i < f->row_count; i++) {
        if (i == 0 || strcmp(texts[i], texts[distinct - 1]) != 0) {
            texts[distinct++] = texts[i];
        }
    }
    for (size_t i = 0; i < f->row_count; i++) {
        const char *text = myo_csv_get(csv, f->cohort->csv_row[f->rows[i]], column);
        const char **place = bsearch(&text, texts, distinct, sizeof *texts, compare_texts);
        f->fold[i] = place ? (size_t)(place - texts) : 0;
    }
    free(texts);
    f->folds = distinct;
    return (!missing && distinct >= 2 && distinct <= FOLDS_MAX) ||
           myo_error_set(err, MYO_E_ARGUMENT,
                         "column '%s' must name a fold for each patient, and 2 to %d folds",
                         f->options.fold_column, FOLDS_MAX);
}

static bool make_folds(myo_fitted *f, myo_error *err) {
    f->fold = myo_alloc_array(f->row_count, sizeof *f->fold, err);
    if (!f->fold) {
        return false;
    }
    if (f->options.fold_column) {
        return read_folds(f, err);
    }
    f->folds = f->options.folds > 0 ? f->options.folds : MYO_FIT_FOLDS;
    if (f->folds > f->row_count) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%zu folds of %zu patients are not possible",
                             f->folds, f->row_count);
    }
    size_t *order = myo_alloc_array(f->row_count, sizeof *order, err);
    if (order) {
        myo_draws_folds(f->options.seed ^ SEED_FOLDS, f->dev_event, f->row_count, f->folds, order,
                        f->fold);
    }
    free(order);
    return order != NULL;
}

static bool select_by_lasso(myo_fitted *f, myo_error *err) {
    const myo_lasso_data data = {&f->candidates, f->dev_event, NULL};
    const myo_parallel plan = fit_parallel(f, "cross-validating");
    if (!make_folds(f, err) ||
        !myo_lasso_cross_validate(&data, f->fold, f->folds, &plan, &f->path, &f->cv, err)) {
        return false;
    }
    size_t at = f->options.lambda_1se ? f->cv.one_se : f->cv.minimum, count = 0;
    for (size_t c = 0; c < f->candidates.columns; c++) {
        if (fabs(f->path.coefficients[at * f->path.columns + c]) > 0.0) {
            f->selected[f->candidates.term[c]] = true;
            count++;
        }
    }
    return count > 0 ||
           myo_error_set(err, MYO_E_NOT_FOUND,
                         "the LASSO selects no predictor at lambda.%s = %g: none predicts the "
                         "outcome better than its frequency%s",
                         f->options.lambda_1se ? "1se" : "min", f->path.lambda[at],
                         f->options.lambda_1se ? "; lambda.min is less strict" : "");
}

bool fit_select(myo_fitted *f, myo_error *err) {
    f->selected = myo_alloc_array(f->term_count, sizeof *f->selected, err);
    f->model_terms = myo_alloc_array(f->term_count, sizeof *f->model_terms, err);
    if (!f->selected || !f->model_terms) {
        return false;
    }
    for (size_t t = 0; t < f->term_count; t++) {
        f->selected[t] = f->options.select == MYO_FIT_SELECT_NONE;
    }
    if (f->options.select == MYO_FIT_SELECT_LASSO && !select_by_lasso(f, err)) {
        return false;
    }
    for (size_t t = 0; t < f->term_count; t++) {
        if (f->selected[t]) {
            f->model_terms[f->model_term_count++] = &f->terms[t];
        }
    }
    return (f->model_term_count <= FIT_PREDICTORS_MAX) ||
           myo_error_set(err, MYO_E_RANGE,
                         "%zu predictors are more than the %d that a model file holds; select some "
                         "with a LASSO",
                         f->model_term_count, FIT_PREDICTORS_MAX);
}

/* Term and column of the model's design that a column belongs to. */
static void model_name(const myo_fitted *f, size_t column, char name[FIT_NAME_SIZE]) {
    size_t index = column, t = 0;
    while (index >= f->model_terms[t]->count) {
        index -= f->model_terms[t++]->count;
    }
    fit_column_name(f->model_terms[t], index, name);
}

/* "x = 2 y + z" cannot be fitted: says which columns depend on each other. */
static bool refuse_dependent(const myo_fitted *f, const myo_collinearity *collinearity,
                             myo_error *err) {
    char name[FIT_NAME_SIZE], others[MYO_ERROR_TEXT_SIZE] = "";
    size_t length = 0;
    for (size_t c = 0; c < collinearity->dependent && length < sizeof others; c++) {
        if (fabs(collinearity->weight[c]) > WEIGHT_MIN) {
            model_name(f, c, name);
            length += (size_t)snprintf(others + length, sizeof others - length, "%s%s",
                                       length > 0 ? ", " : "", name);
        }
    }
    model_name(f, collinearity->dependent, name);
    if (length == 0) {
        return myo_error_set(err, MYO_E_RANGE,
                             "'%s' differs between patients by less than can be computed with",
                             name);
    }
    return myo_error_set(err, MYO_E_RANGE,
                         "'%s' follows exactly from %s: their coefficients cannot be told apart; "
                         "leave one of them out",
                         name, others);
}

static bool check_collinearity(myo_fitted *f, myo_error *err) {
    myo_collinearity collinearity;
    if (!myo_design_collinearity(&f->design, &collinearity, err)) {
        return false;
    }
    bool ok = collinearity.dependent == MYO_NO_COLUMN || refuse_dependent(f, &collinearity, err);
    if (ok) {
        f->vif = collinearity.vif;
        collinearity.vif = NULL;
    }
    myo_collinearity_clear(&collinearity);
    return ok;
}

/* The coefficients in the order of the candidates' columns. */
static bool spread_coefficients(myo_fitted *f, myo_error *err) {
    f->coefficients = myo_alloc_array(f->candidates.columns + 1, sizeof *f->coefficients, err);
    if (!f->coefficients) {
        return false;
    }
    size_t at = 0;
    f->coefficients[0] = f->fit.coefficients[at++].estimate;
    for (size_t t = 0; t < f->model_term_count; t++) {
        for (size_t k = 0; k < f->model_terms[t]->count; k++) {
            f->coefficients[f->model_terms[t]->first + k + 1] = f->fit.coefficients[at++].estimate;
        }
    }
    return true;
}

bool fit_model(myo_fitted *f, myo_error *err) {
    static const myo_firth penalties[] = {MYO_FIRTH_AUTO, MYO_FIRTH_NEVER, MYO_FIRTH_ALWAYS};
    if (!myo_design_take_terms(&f->candidates, f->selected, &f->design, err) ||
        !check_collinearity(f, err)) {
        return false;
    }
    double size = (double)f->design.columns + 1.0;
    double work = (double)f->design.rows * size * size * size;
    f->profile = f->options.interval == MYO_FIT_INTERVAL_PROFILE || work < PROFILE_WORK;
    const myo_logistic_options options = {.firth = penalties[f->options.firth],
                                          .tests = true,
                                          .profile = f->profile,
                                          .level = ASSESS_LEVEL,
                                          .parallel = fit_parallel(f, "testing")};
    if (!myo_logistic_fit_design(&f->design, f->dev_event, &options, &f->fit, err)) {
        return false;
    }
    f->profile_first =
        f->profile && (f->options.interval == MYO_FIT_INTERVAL_PROFILE ||
                       (f->options.interval == MYO_FIT_INTERVAL_AUTO && f->fit.firth));
    return spread_coefficients(f, err);
}

/* As many replicates as were asked for, or as can be afforded. */
static size_t plan_replicates(myo_fitted *f) {
    bool lasso = f->options.select == MYO_FIT_SELECT_LASSO;
    if (f->options.bootstrap > 0) {
        return f->options.bootstrap;
    }
    size_t usual = lasso ? MYO_FIT_BOOTSTRAP_LASSO : MYO_FIT_BOOTSTRAP;
    double rows = (double)f->candidates.rows, columns = (double)f->candidates.columns + 1.0;
    double work = rows * (FIT_STEPS * columns * columns + ROW_WORK);
    work += lasso ? rows * columns * PATH_STEPS * (double)(f->folds + 1) : 0.0;
    size_t affordable = (size_t)fmax(BOOTSTRAP_WORK / work, MYO_FIT_BOOTSTRAP_MIN);
    f->bootstrap_reduced = affordable < usual;
    return f->bootstrap_reduced ? affordable : usual;
}

bool fit_bootstrap(myo_fitted *f, myo_error *err) {
    if (f->options.bootstrap == MYO_FIT_BOOTSTRAP_NONE) {
        return true;
    }
    static const myo_firth penalties[] = {MYO_FIRTH_AUTO, MYO_FIRTH_NEVER, MYO_FIRTH_ALWAYS};
    myo_optimism_plan plan = {.replicates = plan_replicates(f),
                              .seed = f->options.seed ^ SEED_BOOTSTRAP,
                              .folds = f->folds,
                              .firth = penalties[f->options.firth],
                              .parallel = fit_parallel(f, "bootstrap")};
    if (f->options.select == MYO_FIT_SELECT_LASSO) {
        plan.select = f->options.lambda_1se ? MYO_SELECT_LASSO_1SE : MYO_SELECT_LASSO_MIN;
    }
    f->has_optimism = true;
    return myo_optimism_estimate(&f->candidates, f->dev_event, f->coefficients, &plan, &f->optimism,
                                 err);
}
