/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model file. Besides the equation it holds what TRIPOD (G. Collins et al., BMJ 350:g7594,
 * 2015) asks for and a program can know: participants, missing data, predictors with their
 * distributions, how the model was made, and how well it did on its own patients, on those set
 * aside, and without its optimism. What only people know is left out, or given by options.
 */
#include "base/memory.h"
#include "fit/fitted_private.h"
#include "risk/equation.h"

#include <ctype.h>
#include <math.h>
#include <myotome/risk.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 17 /* what a double needs */
#define DEFAULT_NAME "fitted"
#define NAME_MAX_LENGTH 64
#define ROUNDING 1e-9

static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

/* A measure that is 0 by definition, without what rounding leaves of it. */
static json_t *tidy(double value) {
    return real(fabs(value) < ROUNDING ? 0.0 : value);
}

static void set_text(json_t *object, const char *key, const char *text) {
    if (text) {
        json_object_set_new(object, key, json_string(text));
    }
}

/* Mean, standard deviation and range of a column among the development part's patients. */
typedef struct moments {
    double mean, sd, minimum, maximum, centre;
} moments;

/* Weights p (1 - p) of the patients and their sum: at the mean with these weights the level of the
 * equation and its slopes are uncorrelated (docs/models.md). */
static double *weigh(const myo_fitted *f, double *total, myo_error *err) {
    double *weight = myo_alloc_array(f->row_count, sizeof *weight, err);
    *total = 0.0;
    if (weight) {
        myo_logistic_predict(&f->candidates, f->coefficients, weight);
        for (size_t i = 0; i < f->row_count; i++) {
            double p = myo_logistic(weight[i]);
            weight[i] = p * (1.0 - p);
            *total += weight[i];
        }
    }
    return weight;
}

static moments measure_column(const double *column, const double *weight, double total,
                              size_t rows) {
    moments m = {.minimum = column[0], .maximum = column[0]};
    double squares = 0.0;
    for (size_t i = 0; i < rows; i++) {
        m.mean += column[i] / (double)rows;
        m.minimum = fmin(m.minimum, column[i]);
        m.maximum = fmax(m.maximum, column[i]);
        m.centre += weight[i] / total * column[i];
    }
    for (size_t i = 0; i < rows; i++) {
        squares += (column[i] - m.mean) * (column[i] - m.mean);
    }
    m.sd = sqrt(squares / (double)(rows - 1));
    /* Sums of weights may end a rounding error outside of the data. */
    m.centre = fmin(fmax(m.centre, m.minimum), m.maximum);
    return m;
}

static json_t *describe_number(const myo_fitted *f, const fit_term *term,
                               const myo_logistic_coefficient *coefficient, const moments *m,
                               json_t *measured_with) {
    const char *name = term->column->name;
    bool known = json_object_size(measured_with) > 0 && myo_measured_is_at_level(name);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:{s:o, s:o, s:o, s:o, s:s}, s:O*}", "name", name,
        "label", name, "type", "number", "unit", fit_unit(&f->options, name), "coefficient",
        real(coefficient->estimate), "standard_error", real(coefficient->standard_error),
        "interval_centre", real(m->centre), "development", "mean", real(m->mean), "sd", real(m->sd),
        "minimum", real(m->minimum), "maximum", real(m->maximum), "range_source",
        "observed in the development data", "measured_with", known ? measured_with : NULL);
}

static json_t *describe_level(const fit_term *term, size_t k,
                              const myo_logistic_coefficient *coefficient, const moments *m) {
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "value", term->column->levels[term->levels[k]],
                     "coefficient", real(coefficient->estimate), "standard_error",
                     real(coefficient->standard_error), "interval_centre", real(m->centre),
                     "development_share", real(m->mean));
}

static json_t *describe_predictors(const myo_fitted *f, const double *weight, double total) {
    json_t *list = json_array(), *measured_with = fit_measured_with(f);
    size_t at = 0;
    for (size_t t = 0; t < f->model_term_count; t++) {
        const fit_term *term = f->model_terms[t];
        bool factor = term->column->type == MYO_COHORT_FACTOR;
        json_t *levels = factor ? json_array() : NULL;
        for (size_t k = 0; k < term->count; k++, at++) {
            const myo_logistic_coefficient *coefficient = &f->fit.coefficients[at + 1];
            moments m = measure_column(f->design.values + at * f->design.rows, weight, total,
                                       f->design.rows);
            if (factor) {
                json_array_append_new(levels, describe_level(term, k, coefficient, &m));
            } else {
                json_array_append_new(list,
                                      describe_number(f, term, coefficient, &m, measured_with));
            }
        }
        if (factor) {
            json_array_append_new(
                list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", term->column->name, "label",
                                term->column->name, "type", "category", "reference",
                                term->column->levels[term->column->reference], "levels", levels));
        }
    }
    json_decref(measured_with);
    return list;
}

static json_t *describe_covariance(const myo_fitted *f) {
    size_t size = f->fit.coefficient_count;
    json_t *terms = json_array(), *rows = json_array();
    json_array_append_new(terms, json_string("intercept"));
    for (size_t t = 0; t < f->model_term_count; t++) {
        for (size_t k = 0; k < f->model_terms[t]->count; k++) {
            char name[FIT_NAME_SIZE];
            fit_column_name(f->model_terms[t], k, name);
            json_array_append_new(terms, json_string(name));
        }
    }
    for (size_t i = 0; i < size; i++) {
        json_t *row = json_array();
        for (size_t k = 0; k <= i; k++) {
            json_array_append_new(row, real(f->fit.covariance[i * size + k]));
        }
        json_array_append_new(rows, row);
    }
    return json_pack("{s:o, s:o}", "terms", terms, "rows", rows);
}

/* `external`: the patients are not those that the model was made from. */
static void append_performance(json_t *list, const char *data, bool external, const assessment *p) {
    if (!p->measured) {
        return;
    }
    const myo_hosmer_lemeshow *hl = &p->hosmer_lemeshow;
    json_t *entry = json_pack("{s:s, s:I, s:I, s:o, s:o}", "data", data, "n", (json_int_t)p->count,
                              "events", (json_int_t)p->events, "auc", real(p->auc.estimate),
                              "brier", real(p->calibration.brier));
    if (p->auc.lower < p->auc.upper) {
        json_object_set_new(entry, "auc_interval",
                            json_pack("[o, o]", real(p->auc.lower), real(p->auc.upper)));
    }
    if (isfinite(p->calibration.slope.estimate)) {
        json_object_set_new(entry, "calibration_intercept",
                            tidy(p->calibration.intercept.estimate));
        json_object_set_new(entry, "calibration_slope", real(p->calibration.slope.estimate));
    }
    double df = external ? hl->df_external : hl->df, p_value = external ? hl->p_external : hl->p;
    if (isfinite(hl->chi2) && isfinite(p_value)) {
        json_object_set_new(entry, "hosmer_lemeshow",
                            json_pack("{s:o, s:I, s:o}", "chi2", real(hl->chi2), "df",
                                      (json_int_t)df, "p", real(p_value)));
    }
    if (isfinite(p->confusion.sensitivity.estimate)) {
        json_object_set_new(entry, "sensitivity", real(p->confusion.sensitivity.estimate));
        json_object_set_new(entry, "specificity", real(p->confusion.specificity.estimate));
    }
    json_array_append_new(list, entry);
}

static json_t *describe_performance(const myo_fitted *f) {
    json_t *list = json_array();
    append_performance(list, "development, apparent", false, &f->development);
    if (f->has_optimism && isfinite(f->optimism.corrected.auc)) {
        const myo_performance *corrected = &f->optimism.corrected;
        json_t *entry = json_pack(
            "{s:s, s:I, s:I, s:o, s:o, s:o}", "data", "development, corrected for optimism", "n",
            (json_int_t)f->row_count, "events", (json_int_t)f->events, "auc", real(corrected->auc),
            "brier", real(fmin(fmax(corrected->brier, 0.0), 1.0)), "note",
            json_sprintf("Bootstrap of %zu replicates, each of which repeats the whole making of "
                         "the model.",
                         f->optimism.replicates));
        if (isfinite(corrected->slope)) {
            json_object_set_new(entry, "calibration_intercept", real(corrected->intercept));
            json_object_set_new(entry, "calibration_slope", real(corrected->slope));
        }
        json_array_append_new(list, entry);
    }
    append_performance(list, "test part, set aside before", true, &f->test);
    return list;
}

static void append_method(const myo_fitted *f, myo_text *text) {
    const myo_fit_options *o = &f->options;
    if (o->split > 0.0) {
        myo_text_printf(text,
                        "A share of %g of the patients, stratified by the outcome, was drawn (seed "
                        "%llu) to develop the model; the others were set aside. ",
                        o->split, (unsigned long long)o->seed);
    }
    if (o->select == MYO_FIT_SELECT_LASSO) {
        char name[FIT_NAME_SIZE];
        size_t at = o->lambda_1se ? f->cv.one_se : f->cv.minimum;
        myo_text_printf(text, "%zu candidate coefficients (", f->candidates.columns);
        for (size_t c = 0; c < f->candidates.columns; c++) {
            fit_candidate_name(f, c, name);
            myo_text_printf(text, "%s%s", c > 0 ? ", " : "", name);
        }
        myo_text_printf(
            text,
            "); LASSO-logistic regression with %zu-fold cross-validation (%s), lambda.%s "
            "= %.6g; a factor was kept whole when any of its levels was. ",
            f->folds, o->fold_column ? "given folds" : "drawn folds, stratified",
            o->lambda_1se ? "1se" : "min", f->path.lambda[at]);
    } else {
        myo_text_append(text, "All candidate predictors were kept. ");
    }
    myo_text_printf(text, "Multivariable logistic regression by %s.",
                    f->fit.firth ? "Firth's penalised likelihood" : "maximum likelihood");
}

static json_t *describe_card(const myo_fitted *f) {
    const myo_cohort *c = f->cohort;
    json_t *card = json_object();
    const char *what;
    double each = fit_events_per_variable(f, &what);
    set_text(card, "intended_use", f->options.intended_use);
    set_text(card, "population", f->options.population);
    json_object_set_new(
        card, "participants",
        json_sprintf("%zu patients, %zu of them with the event (%.1f %%), %.1f %s for each of %zu "
                     "candidate coefficients.",
                     f->row_count, f->events, 100.0 * (double)f->events / (double)f->row_count,
                     each, what, f->candidates.columns));
    json_object_set_new(
        card, "missing_data",
        c->rows_dropped > 0
            ? json_sprintf("Complete cases: %zu of %zu patients were left out because a "
                           "value was missing.",
                           c->rows_dropped, c->rows + c->rows_dropped)
            : json_sprintf("No value was missing."));
    myo_text method = {0};
    append_method(f, &method);
    set_text(card, "method", method.data);
    myo_text_clear(&method);
    json_object_set_new(
        card, "validation",
        json_sprintf("%s%s No validation on patients of another time or place.",
                     f->has_optimism ? "Internal, by bootstrap." : "No bootstrap.",
                     f->test_count > 0 ? " A part of the patients was set aside for a test." : ""));
    return card;
}

static json_t *describe_problems(const myo_fitted *f) {
    json_t *list = assess_json_lines(&f->notes);
    json_array_append_new(list, json_string("never tested on patients of another time or place"));
    return list;
}

/* A name that a model file takes, from what was given. */
static void clean_name(const char *wanted, char name[NAME_MAX_LENGTH + 1]) {
    size_t length = 0;
    for (const char *c = wanted ? wanted : DEFAULT_NAME; *c && length < NAME_MAX_LENGTH; c++) {
        bool fits = isalnum((unsigned char)*c) || strchr("-_.", *c);
        if (length > 0 || isalpha((unsigned char)*c)) {
            name[length++] = (char)(fits ? *c : '-');
        }
    }
    name[length] = '\0';
    if (length == 0) {
        memcpy(name, DEFAULT_NAME, sizeof DEFAULT_NAME);
    }
}

static json_t *describe_outcome(const myo_fitted *f) {
    const myo_cohort *c = f->cohort;
    return strcmp(c->event_value, "1") == 0 ? json_string(c->outcome)
                                            : json_sprintf("%s: %s", c->outcome, c->event_value);
}

static json_t *describe_model(const myo_fitted *f, const double *weight, double total) {
    const myo_fit_options *o = &f->options;
    char name[NAME_MAX_LENGTH + 1];
    clean_name(o->name, name);
    json_t *root =
        json_pack("{s:s, s:i, s:s}", "format", "myotome-risk-model", "version", 1, "name", name);
    json_object_set_new(root, "title",
                        o->title
                            ? json_string(o->title)
                            : json_sprintf("%s, fitted to %s", f->cohort->outcome, f->cohort_name));
    json_object_set_new(root, "outcome", describe_outcome(f));
    set_text(root, "horizon", o->horizon);
    json_object_set_new(root, "status", json_string("complete"));
    json_object_set_new(root, "link", json_string("logit"));
    json_object_set_new(root, "intercept",
                        json_pack("{s:o, s:s, s:o, s:o}", "value",
                                  real(f->fit.coefficients[0].estimate), "source", "fitted",
                                  "standard_error", real(f->fit.coefficients[0].standard_error),
                                  "standard_error_at_centre", real(1.0 / sqrt(total))));
    json_object_set_new(
        root, "interval_note",
        json_string(
            "95 % interval by the delta method from the covariance of all "
            "coefficients. It is the sampling error of the equation: the "
            "selection of its predictors and the move to another hospital are not in it, the "
            "error of a patient's measurements only where it is given."));
    json_object_set_new(root, "covariance", describe_covariance(f));
    json_object_set_new(root, "predictors", describe_predictors(f, weight, total));
    json_object_set_new(root, "performance", describe_performance(f));
    json_object_set_new(root, "cut_off",
                        json_pack("{s:o, s:s}", "probability", real(f->threshold), "source",
                                  "greatest Youden index among the model's own patients"));
    json_object_set_new(root, "source",
                        json_pack("{s:o}", "citation",
                                  o->citation ? json_string(o->citation)
                                              : json_sprintf("own cohort, %s", f->cohort_name)));
    json_object_set_new(root, "card", describe_card(f));
    json_object_set_new(root, "known_problems", describe_problems(f));
    return root;
}

bool fit_write_model(myo_fitted *f, myo_error *err) {
    double total, *weight = weigh(f, &total, err);
    if (!weight) {
        return false;
    }
    json_t *root = describe_model(f, weight, total);
    free(weight);
    f->model_text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(DIGITS)) : NULL;
    json_decref(root);
    if (!f->model_text) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    /* What is written must be read by everything else. */
    myo_model *model = NULL;
    bool ok =
        myo_model_parse(f->model_text, strlen(f->model_text), "the fitted model", &model, err);
    myo_model_destroy(model);
    return ok;
}
