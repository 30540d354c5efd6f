/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that a fit found, as JSON. Numbers that are not defined are null. */
#include "fit/fitted_private.h"

#include <math.h>
#include <stdlib.h>

#define REAL_DIGITS 12

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count(size_t value) {
    return json_integer((json_int_t)value);
}

static json_t *interval(const myo_interval *i) {
    return json_pack("{s:o, s:o, s:o}", "estimate", number(i->estimate), "lower", number(i->lower),
                     "upper", number(i->upper));
}

static json_t *test(const myo_test *t, const char *name) {
    return json_pack("{s:o, s:o}", name, number(t->statistic), "p", number(t->p));
}

static json_t *describe_coefficient(const myo_fitted *f, const myo_logistic_coefficient *c) {
    double lower = f->profile_first ? c->profile_lower : c->lower;
    double upper = f->profile_first ? c->profile_upper : c->upper;
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "estimate", number(c->estimate), "se",
        number(c->standard_error), "z", number(c->z), "p", number(c->p), "odds_ratio",
        number(exp(c->estimate)), "lower", number(exp(lower)), "upper", number(exp(upper)));
    json_object_set_new(object, "wald",
                        json_pack("{s:o, s:o, s:o}", "lower", number(exp(c->lower)), "upper",
                                  number(exp(c->upper)), "p", number(c->p)));
    json_object_set_new(object, "profile",
                        json_pack("{s:o, s:o, s:o}", "lower", number(exp(c->profile_lower)),
                                  "upper", number(exp(c->profile_upper)), "p",
                                  number(c->profile_p)));
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
        json_object_set_new(object, f->model_terms[t]->column->name,
                            json_pack("{s:o, s:{s:o, s:o}, s:{s:o, s:o}, s:o}", "df",
                                      count(term->df), "wald", "chi2", number(term->wald_chi2), "p",
                                      number(term->wald_p), "likelihood_ratio", "chi2",
                                      number(term->ratio_chi2), "p", number(term->ratio_p), "vif",
                                      number(f->vif[t])));
    }
    return object;
}

static json_t *describe_covariance(const myo_fitted *f) {
    size_t size = f->fit.coefficient_count;
    json_t *rows = json_array();
    for (size_t i = 0; i < size; i++) {
        json_t *row = json_array();
        for (size_t k = 0; k < size; k++) {
            json_array_append_new(row, number(f->fit.covariance[i * size + k]));
        }
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *path_coefficients(const myo_fitted *f, size_t at) {
    json_t *object = json_pack("{s:o}", "(intercept)", number(f->path.intercept[at]));
    for (size_t c = 0; c < f->path.columns; c++) {
        char name[FIT_NAME_SIZE];
        fit_candidate_name(f, c, name);
        json_object_set_new(object, name, number(f->path.coefficients[at * f->path.columns + c]));
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
                                              number(f->path.lambda[k]), "deviance",
                                              number(cv->mean[k]), "se", number(cv->error[k]),
                                              "nonzero", count(cv->nonzero[k]), "deviance_ratio",
                                              number(f->path.deviance_ratio[k])));
    }
    return json_pack("{s:o, s:o, s:s, s:o, s:{s:o, s:o}, s:o}", "lambda_min",
                     number(f->path.lambda[cv->minimum]), "lambda_1se",
                     number(f->path.lambda[cv->one_se]), "chosen",
                     f->options.lambda_1se ? "lambda_1se" : "lambda_min", "folds", count(f->folds),
                     "coefficients", "lambda_min", path_coefficients(f, cv->minimum), "lambda_1se",
                     path_coefficients(f, cv->one_se), "path", path);
}

static json_t *describe_partial(const fit_performance *p) {
    static const char *const names[FIT_PARTIAL_COUNT] = {"specificity", "sensitivity"};
    json_t *object = json_object();
    for (size_t i = 0; i < FIT_PARTIAL_COUNT; i++) {
        json_t *one = interval(&p->partial[i].area);
        json_object_set_new(one, "from", number(p->ranges[i].from));
        json_object_set_new(one, "to", number(p->ranges[i].to));
        json_object_set_new(one, "corrected", interval(&p->partial[i].corrected));
        json_object_set_new(object, names[i], one);
    }
    json_object_set_new(object, "difference", test(&p->partial_difference, "z"));
    return object;
}

static json_t *describe_confusion(const myo_confusion *c) {
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "threshold", number(c->threshold),
        "true_positives", count(c->true_positives), "false_positives", count(c->false_positives),
        "true_negatives", count(c->true_negatives), "false_negatives", count(c->false_negatives),
        "sensitivity", interval(&c->sensitivity), "specificity", interval(&c->specificity), "ppv",
        interval(&c->ppv), "npv", interval(&c->npv), "accuracy", interval(&c->accuracy));
}

static void describe_curves(const fit_performance *p, json_t *object) {
    json_t *decision = json_array(), *impact = json_array();
    for (size_t k = 0; k < FIT_THRESHOLDS; k++) {
        const myo_decision_point *d = &p->decision[k];
        json_array_append_new(
            decision, json_pack("{s:o, s:o, s:o, s:o, s:o}", "threshold", number(d->threshold),
                                "net_benefit", number(d->net_benefit), "lower", number(d->lower),
                                "upper", number(d->upper), "treat_all", number(d->treat_all)));
        json_array_append_new(
            impact, json_pack("{s:o, s:o, s:o}", "threshold", number(d->threshold), "high_risk",
                              number(d->high_risk), "events", number(d->high_risk_events)));
    }
    json_object_set_new(object, "decision_curve", decision);
    json_object_set_new(object, "impact_curve", impact);
}

/* `external`: the patients are not those that the model was made from. */
static void describe_performance(const fit_performance *p, bool external, json_t *object) {
    json_object_set_new(object, "n", count(p->count));
    json_object_set_new(object, "events", count(p->events));
    if (!p->measured) {
        return;
    }
    const myo_calibration *c = &p->calibration;
    const myo_hosmer_lemeshow *hl = &p->hosmer_lemeshow;
    json_t *auc = interval(&p->auc);
    json_object_set_new(auc, "variance", number(p->auc_variance));
    json_object_set_new(auc, "method", json_string("delong"));
    json_object_set_new(object, "auc", auc);
    json_t *chance = test(&p->against_chance, "z");
    json_object_set_new(chance, "against", json_string("0.5"));
    json_object_set_new(object, "delong", chance);
    json_object_set_new(object, "partial_auc", describe_partial(p));
    json_object_set_new(object, "hosmer_lemeshow",
                        json_pack("{s:o, s:o, s:o}", "chi2", number(hl->chi2), "df",
                                  number(external ? hl->df_external : hl->df), "p",
                                  number(external ? hl->p_external : hl->p)));
    json_object_set_new(object, "brier", number(c->brier));
    json_object_set_new(object, "r2", number(c->r2));
    json_object_set_new(object, "calibration",
                        json_pack("{s:o, s:o, s:o}", "intercept", number(c->intercept.estimate),
                                  "slope", number(c->slope.estimate), "in_the_large",
                                  number(c->in_the_large.estimate)));
    json_object_set_new(object, "confusion", describe_confusion(&p->confusion));
    describe_curves(p, object);
}

static json_t *measures(const myo_performance *p) {
    return json_pack("{s:o, s:o, s:o, s:o}", "auc", number(p->auc), "brier", number(p->brier),
                     "slope", number(p->slope), "intercept", number(p->intercept));
}

static json_t *describe_optimism(const myo_fitted *f) {
    if (!f->has_optimism) {
        return json_null();
    }
    const myo_optimism *o = &f->optimism;
    json_t *selected = json_object();
    for (size_t t = 0; t < f->term_count; t++) {
        json_object_set_new(selected, f->terms[t].column->name, count(o->selected[t]));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "replicates", count(o->replicates),
                     "failed", count(o->failed), "separated", count(o->separated), "empty",
                     count(o->empty), "apparent", measures(&o->apparent), "optimism",
                     measures(&o->optimism), "corrected", measures(&o->corrected), "selected",
                     selected);
}

static json_t *describe_columns(const myo_cohort *c) {
    json_t *list = json_array();
    for (size_t i = 0; i < c->column_count; i++) {
        const myo_cohort_column *column = &c->columns[i];
        bool factor = column->type == MYO_COHORT_FACTOR;
        json_t *one = json_pack("{s:s, s:s, s:b, s:o}", "name", column->name, "type",
                                factor ? "factor" : "number", "declared", column->declared,
                                "missing", count(column->missing));
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
    size_t others = f->row_count - f->events, fewer = f->events < others ? f->events : others;
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "file", f->cohort_name, "outcome",
        c->outcome, "event", c->event_value, "rows", count(c->rows + c->rows_dropped), "dropped",
        count(c->rows_dropped), "development", count(f->row_count), "test", count(f->test_count),
        "candidate_coefficients", count(f->candidates.columns), "events_per_variable",
        number((double)fewer / (double)f->candidates.columns), "columns", describe_columns(c));
}

static json_t *list_notes(const myo_text *notes) {
    json_t *list = json_array();
    size_t start = 0;
    for (size_t i = 0; i < notes->length; i++) {
        if (notes->data[i] == '\n') {
            json_array_append_new(list, json_stringn(notes->data + start, i - start));
            start = i + 1;
        }
    }
    return list;
}

static json_t *describe_model_test(const myo_logistic_fit *fit) {
    return json_pack("{s:o, s:o, s:o}", "chi2", number(fit->ratio_chi2), "df",
                     count(fit->coefficient_count - 1), "p", number(fit->ratio_p));
}

bool myo_fitted_json(const myo_fitted *f, char **text, myo_error *err) {
    json_t *root = json_object(), *held_out = json_object();
    const myo_logistic_fit *fit = &f->fit;
    json_object_set_new(root, "cohort", describe_cohort(f));
    json_object_set_new(root, "method", json_string(fit->firth ? "firth" : "maximum likelihood"));
    json_object_set_new(root, "separated", json_boolean(fit->separated));
    json_object_set_new(root, "interval", json_string(f->profile_first ? "profile" : "wald"));
    json_object_set_new(root, "intercept", number(fit->coefficients[0].estimate));
    json_object_set_new(root, "intercept_se", number(fit->coefficients[0].standard_error));
    json_object_set_new(root, "coefficients", describe_coefficients(f));
    json_object_set_new(root, "terms", describe_terms(f));
    json_object_set_new(root, "covariance", describe_covariance(f));
    json_object_set_new(root, "log_likelihood", number(fit->log_likelihood));
    json_object_set_new(root, "null_log_likelihood", number(fit->null_log_likelihood));
    json_object_set_new(root, "likelihood_ratio", describe_model_test(fit));
    json_object_set_new(root, "lasso", describe_lasso(f));
    describe_performance(&f->development, false, root);
    json_object_set_new(root, "optimism", describe_optimism(f));
    if (f->test_count > 0) {
        describe_performance(&f->test, true, held_out);
        json_object_set(root, "test", held_out);
    }
    json_object_set_new(root, "seed", json_integer((json_int_t)f->options.seed));
    json_object_set_new(root, "notes", list_notes(&f->notes));
    json_decref(held_out);
    *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(root);
    return *text || myo_error_set(err, MYO_E_MEMORY, "out of memory");
}
