/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that a fit found, as JSON. Numbers that are not defined are null. */
#include "fit/fitted_private.h"

#include <math.h>

static json_t *describe_coefficient(const myo_fitted *f, const myo_logistic_coefficient *c) {
    double lower = f->profile_first ? c->profile_lower : c->lower;
    double upper = f->profile_first ? c->profile_upper : c->upper;
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "estimate", assess_json_number(c->estimate), "se",
        assess_json_number(c->standard_error), "z", assess_json_number(c->z), "p",
        assess_json_number(c->p), "odds_ratio", assess_json_number(exp(c->estimate)), "lower",
        assess_json_number(exp(lower)), "upper", assess_json_number(exp(upper)));
    json_object_set_new(object, "wald",
                        json_pack("{s:o, s:o, s:o}", "lower", assess_json_number(exp(c->lower)),
                                  "upper", assess_json_number(exp(c->upper)), "p",
                                  assess_json_number(c->p)));
    json_object_set_new(object, "profile",
                        json_pack("{s:o, s:o, s:o}", "lower",
                                  assess_json_number(exp(c->profile_lower)), "upper",
                                  assess_json_number(exp(c->profile_upper)), "p",
                                  assess_json_number(c->profile_p)));
    return object;
}

static json_t *describe_coefficients(const myo_fitted *f) {
    json_t *object = json_object();
    size_t at = 1;
    for (size_t t = 0; t < f->model_term_count; t++) {
        const fit_term *term = f->model_terms[t];
        for (size_t k = 0; k < term->count; k++, at++) {
            char name[FIT_NAME_SIZE];
            fit_column_name(term, k, name);
            json_t *one = describe_coefficient(f, &f->fit.coefficients[at]);
            json_object_set_new(one, "variable", json_string(term->column->name));
            if (term->column->type == MYO_COHORT_FACTOR) {
                json_object_set_new(one, "level",
                                    json_string(term->column->levels[term->levels[k]]));
                json_object_set_new(one, "reference",
                                    json_string(term->column->levels[term->column->reference]));
            }
            json_object_set_new(object, name, one);
        }
    }
    return object;
}

static json_t *describe_terms(const myo_fitted *f) {
    json_t *object = json_object();
    for (size_t t = 0; t < f->model_term_count; t++) {
        const myo_logistic_term *term = &f->fit.terms[t];
        json_object_set_new(
            object, f->model_terms[t]->column->name,
            json_pack("{s:o, s:{s:o, s:o}, s:{s:o, s:o}, s:o}", "df", assess_json_count(term->df),
                      "wald", "chi2", assess_json_number(term->wald_chi2), "p",
                      assess_json_number(term->wald_p), "likelihood_ratio", "chi2",
                      assess_json_number(term->ratio_chi2), "p", assess_json_number(term->ratio_p),
                      "vif", assess_json_number(f->vif[t])));
    }
    return object;
}

static json_t *describe_covariance(const myo_fitted *f) {
    size_t size = f->fit.coefficient_count;
    json_t *rows = json_array();
    for (size_t i = 0; i < size; i++) {
        json_t *row = json_array();
        for (size_t k = 0; k < size; k++) {
            json_array_append_new(row, assess_json_number(f->fit.covariance[i * size + k]));
        }
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *path_coefficients(const myo_fitted *f, size_t at) {
    json_t *object = json_pack("{s:o}", "(intercept)", assess_json_number(f->path.intercept[at]));
    for (size_t c = 0; c < f->path.columns; c++) {
        char name[FIT_NAME_SIZE];
        fit_candidate_name(f, c, name);
        json_object_set_new(object, name,
                            assess_json_number(f->path.coefficients[at * f->path.columns + c]));
    }
    return object;
}

static json_t *describe_lasso(const myo_fitted *f) {
    if (f->options.select != MYO_FIT_SELECT_LASSO) {
        return json_null();
    }
    const myo_lasso_cv *cv = &f->cv;
    json_t *path = json_array();
    for (size_t k = 0; k < cv->count; k++) {
        json_array_append_new(path, json_pack("{s:o, s:o, s:o, s:o, s:o}", "lambda",
                                              assess_json_number(f->path.lambda[k]), "deviance",
                                              assess_json_number(cv->mean[k]), "se",
                                              assess_json_number(cv->error[k]), "nonzero",
                                              assess_json_count(cv->nonzero[k]), "deviance_ratio",
                                              assess_json_number(f->path.deviance_ratio[k])));
    }
    return json_pack("{s:o, s:o, s:s, s:o, s:{s:o, s:o}, s:o}", "lambda_min",
                     assess_json_number(f->path.lambda[cv->minimum]), "lambda_1se",
                     assess_json_number(f->path.lambda[cv->one_se]), "chosen",
                     f->options.lambda_1se ? "lambda_1se" : "lambda_min", "folds",
                     assess_json_count(f->folds), "coefficients", "lambda_min",
                     path_coefficients(f, cv->minimum), "lambda_1se",
                     path_coefficients(f, cv->one_se), "path", path);
}

static json_t *measures(const myo_performance *p) {
    return json_pack("{s:o, s:o, s:o, s:o}", "auc", assess_json_number(p->auc), "brier",
                     assess_json_number(p->brier), "slope", assess_json_number(p->slope),
                     "intercept", assess_json_number(p->intercept));
}

static json_t *describe_optimism(const myo_fitted *f) {
    if (!f->has_optimism) {
        return json_null();
    }
    const myo_optimism *o = &f->optimism;
    json_t *selected = json_object();
    for (size_t t = 0; t < f->term_count; t++) {
        json_object_set_new(selected, f->terms[t].column->name, assess_json_count(o->selected[t]));
    }
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "replicates", assess_json_count(o->replicates),
        "failed", assess_json_count(o->failed), "separated", assess_json_count(o->separated),
        "empty", assess_json_count(o->empty), "apparent", measures(&o->apparent), "optimism",
        measures(&o->optimism), "corrected", measures(&o->corrected), "selected", selected);
}

static json_t *describe_columns(const myo_cohort *c) {
    json_t *list = json_array();
    for (size_t i = 0; i < c->column_count; i++) {
        const myo_cohort_column *column = &c->columns[i];
        bool factor = column->type == MYO_COHORT_FACTOR;
        json_t *one = json_pack("{s:s, s:s, s:b, s:o}", "name", column->name, "type",
                                factor ? "factor" : "number", "declared", column->declared,
                                "missing", assess_json_count(column->missing));
        if (factor) {
            json_t *levels = json_array();
            for (size_t k = 0; k < column->level_count; k++) {
                json_array_append_new(levels, json_string(column->levels[k]));
            }
            json_object_set_new(one, "levels", levels);
            if (column->level_count > 0) {
                json_object_set_new(one, "reference",
                                    json_string(column->levels[column->reference]));
            }
        }
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *describe_cohort(const myo_fitted *f) {
    const myo_cohort *c = f->cohort;
    const char *what;
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "file", f->cohort_name, "outcome",
        c->outcome, "event", c->event_value, "rows", assess_json_count(c->rows + c->rows_dropped),
        "dropped", assess_json_count(c->rows_dropped), "development",
        assess_json_count(f->row_count), "test", assess_json_count(f->test_count),
        "candidate_coefficients", assess_json_count(f->candidates.columns), "events_per_variable",
        assess_json_number(fit_events_per_variable(f, &what)), "columns", describe_columns(c));
}

static json_t *describe_model_test(const myo_logistic_fit *fit) {
    return json_pack("{s:o, s:o, s:o}", "chi2", assess_json_number(fit->ratio_chi2), "df",
                     assess_json_count(fit->coefficient_count - 1), "p",
                     assess_json_number(fit->ratio_p));
}

bool myo_fitted_json(const myo_fitted *f, char **text, myo_error *err) {
    json_t *root = json_object(), *held_out = json_object();
    const myo_logistic_fit *fit = &f->fit;
    json_object_set_new(root, "cohort", describe_cohort(f));
    json_object_set_new(root, "method", json_string(fit->firth ? "firth" : "maximum likelihood"));
    json_object_set_new(root, "separated", json_boolean(fit->separated));
    json_object_set_new(root, "interval", json_string(f->profile_first ? "profile" : "wald"));
    json_object_set_new(root, "intercept", assess_json_number(fit->coefficients[0].estimate));
    json_object_set_new(root, "intercept_se",
                        assess_json_number(fit->coefficients[0].standard_error));
    json_object_set_new(root, "coefficients", describe_coefficients(f));
    json_object_set_new(root, "terms", describe_terms(f));
    json_object_set_new(root, "covariance", describe_covariance(f));
    json_object_set_new(root, "log_likelihood", assess_json_number(fit->log_likelihood));
    json_object_set_new(root, "null_log_likelihood", assess_json_number(fit->null_log_likelihood));
    json_object_set_new(root, "likelihood_ratio", describe_model_test(fit));
    json_object_set_new(root, "lasso", describe_lasso(f));
    assess_json(&f->development, root);
    json_object_set_new(root, "optimism", describe_optimism(f));
    if (f->test_count > 0) {
        assess_json(&f->test, held_out);
        json_object_set(root, "test", held_out);
    }
    json_object_set_new(root, "seed", json_integer((json_int_t)f->options.seed));
    json_t *notes = assess_json_lines(&f->notes), *hints = assess_json_lines(&f->hints);
    json_array_extend(notes, hints);
    json_decref(hints);
    json_object_set_new(root, "notes", notes);
    json_decref(held_out);
    *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(ASSESS_JSON_DIGITS));
    json_decref(root);
    return *text || myo_error_set(err, MYO_E_MEMORY, "out of memory");
}
