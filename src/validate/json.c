/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that a validation found, as JSON. Numbers that are not defined are null. */
#include "validate/validation_private.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

/* More digits than a table needs, fewer than compilers differ in. */
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

/* A test on the normal distribution (`name` "z"), or on another one with its degrees of freedom. */
static json_t *test(const myo_test *t, const char *name) {
    json_t *object = json_pack("{s:o}", name, number(t->statistic));
    if (!isnan(t->df)) {
        json_object_set_new(object, "df", number(t->df));
    }
    json_object_set_new(object, "p", number(t->p));
    return object;
}

static json_t *describe_partial(const myo_validation *v, const validate_performance *p) {
    static const char *const names[PARTIAL_COUNT] = {"specificity", "sensitivity"};
    json_t *object = json_object();
    for (size_t i = 0; i < PARTIAL_COUNT; i++) {
        json_t *one = interval(&p->partial[i].area);
        json_object_set_new(one, "from", number(v->ranges[i].from));
        json_object_set_new(one, "to", number(v->ranges[i].to));
        json_object_set_new(one, "corrected", interval(&p->partial[i].corrected));
        json_object_set_new(object, names[i], one);
    }
    json_object_set_new(object, "difference", test(&p->partial_difference, "z"));
    return object;
}

static json_t *describe_confusion(const myo_confusion *c) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "threshold", number(c->threshold), "true_positives", count(c->true_positives),
                     "false_positives", count(c->false_positives), "true_negatives",
                     count(c->true_negatives), "false_negatives", count(c->false_negatives),
                     "sensitivity", interval(&c->sensitivity), "specificity",
                     interval(&c->specificity), "ppv", interval(&c->ppv), "npv", interval(&c->npv),
                     "accuracy", interval(&c->accuracy), "prevalence", interval(&c->prevalence),
                     "positive_likelihood_ratio", number(c->positive_likelihood_ratio),
                     "negative_likelihood_ratio", number(c->negative_likelihood_ratio));
}

static json_t *describe_fit(const myo_hosmer_lemeshow *hl) {
    json_t *groups = json_array();
    for (size_t k = 0; k < hl->group_count; k++) {
        const myo_hl_group *g = &hl->groups[k];
        json_array_append_new(groups,
                              json_pack("{s:o, s:o, s:o, s:o, s:o}", "lower", number(g->lower),
                                        "upper", number(g->upper), "n", count(g->count), "events",
                                        count(g->events), "expected", number(g->expected)));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "chi2", number(hl->chi2), "df",
                     number(hl->df), "p", number(hl->p), "df_external", number(hl->df_external),
                     "p_external", number(hl->p_external), "groups", groups);
}

static json_t *describe_calibration(const myo_calibration *c) {
    json_t *object = json_object();
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"intercept", c->intercept.estimate},
        {"intercept_lower", c->intercept.lower},
        {"intercept_upper", c->intercept.upper},
        {"slope", c->slope.estimate},
        {"slope_lower", c->slope.lower},
        {"slope_upper", c->slope.upper},
        {"mean_predicted", c->mean_predicted},
        {"observed", c->observed},
        {"observed_to_expected", c->observed_to_expected},
        {"error_max", c->error_max},
        {"error_mean", c->error_mean},
        {"error_90", c->error_90},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_object_set_new(object, numbers[i].name, number(numbers[i].value));
    }
    json_object_set_new(object, "in_the_large", interval(&c->in_the_large));
    json_object_set_new(object, "line_test", test(&c->line, "chi2"));
    json_object_set_new(object, "spiegelhalter", test(&c->spiegelhalter, "z"));
    return object;
}

static void describe_curves(const validate_performance *p, json_t *object) {
    json_t *decision = json_array(), *impact = json_array(), *useful = json_array();
    json_t *curve = json_array();
    for (size_t k = 0; k < VALIDATE_THRESHOLDS; k++) {
        const myo_decision_point *d = &p->decision[k];
        json_array_append_new(
            decision, json_pack("{s:o, s:o, s:o, s:o, s:o}", "threshold", number(d->threshold),
                                "net_benefit", number(d->net_benefit), "lower", number(d->lower),
                                "upper", number(d->upper), "treat_all", number(d->treat_all)));
        json_array_append_new(
            impact, json_pack("{s:o, s:o, s:o, s:o, s:o}", "threshold", number(d->threshold),
                              "high_risk", number(d->high_risk), "high_risk_lower",
                              number(d->high_risk_lower), "high_risk_upper",
                              number(d->high_risk_upper), "events", number(d->high_risk_events)));
    }
    for (size_t k = 0; k < p->useful_count && k < VALIDATE_RANGES_MAX; k++) {
        json_array_append_new(
            useful, json_pack("[o, o]", number(p->useful[k].from), number(p->useful[k].to)));
    }
    for (size_t k = 0; k < p->curve_count; k++) {
        json_array_append_new(curve, json_pack("[o, o]", number(p->curve[k].predicted),
                                               number(p->curve[k].observed)));
    }
    json_object_set_new(json_object_get(object, "calibration"), "curve", curve);
    json_object_set_new(object, "decision_curve", decision);
    json_object_set_new(object, "useful_thresholds", useful);
    json_object_set_new(object, "impact_curve", impact);
}

/* Adds the measures of a group of patients to `object`. */
static void describe_performance(const myo_validation *v, const validate_performance *p,
                                 json_t *object) {
    json_object_set_new(object, "n", count(p->count));
    json_object_set_new(object, "events", count(p->events));
    if (!p->measured) {
        return;
    }
    json_t *auc = interval(&p->auc);
    json_object_set_new(auc, "variance", number(p->auc_variance));
    json_object_set_new(auc, "method", json_string("delong"));
    json_object_set_new(object, "auc", auc);
    json_t *chance = test(&p->against_chance, "z");
    json_object_set_new(chance, "against", json_string("0.5"));
    json_object_set_new(object, "delong", chance);
    json_object_set_new(object, "partial_auc", describe_partial(v, p));
    json_object_set_new(object, "hosmer_lemeshow", describe_fit(&p->hosmer_lemeshow));
    json_object_set_new(object, "brier", number(p->calibration.brier));
    json_object_set_new(object, "brier_scaled", number(p->calibration.brier_scaled));
    json_object_set_new(object, "r2", number(p->calibration.r2));
    json_object_set_new(object, "calibration", describe_calibration(&p->calibration));
    json_object_set_new(object, "confusion", describe_confusion(&p->confusion));
    describe_curves(p, object);
}

static json_t *describe_comparison(const validate_comparison *c, const char *first,
                                   const char *second, const char *statistic) {
    json_t *object = test(&c->test, statistic);
    json_object_set_new(object, "first", json_string(first));
    json_object_set_new(object, "second", json_string(second));
    json_object_set_new(object, "difference", number(c->difference));
    return object;
}

static void describe_equation(const myo_model *model, json_t *object) {
    const char *source;
    json_t *coefficients = json_object();
    json_object_set_new(object, "intercept", number(myo_model_get_intercept(model, &source)));
    for (size_t i = 0; i < myo_model_get_predictor_count(model); i++) {
        myo_model_predictor predictor;
        myo_model_get_predictor(model, i, &predictor);
        for (size_t t = 0; t < predictor.term_count; t++) {
            myo_model_term term;
            myo_model_get_term(model, i, t, &term);
            myo_text name = {0};
            myo_text_printf(&name, "%s%s%s", predictor.name, term.level ? "=" : "",
                            term.level ? term.level : "");
            double z = term.coefficient / term.standard_error;
            double margin = 1.959963984540054 * term.standard_error; /* 95 % */
            json_t *entry = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "estimate",
                                      number(term.coefficient), "se", number(term.standard_error),
                                      "z", number(z), "p", number(erfc(fabs(z) / sqrt(2.0))),
                                      "odds_ratio", number(exp(term.coefficient)), "lower",
                                      number(exp(term.coefficient - margin)), "upper",
                                      number(exp(term.coefficient + margin)));
            json_object_set_new(coefficients, name.failed ? predictor.name : name.data, entry);
            myo_text_clear(&name);
        }
    }
    json_object_set_new(object, "coefficients", coefficients);
}

static json_t *describe_subgroup(const validate_subgroup *s) {
    json_t *object = json_pack("{s:s, s:s, s:o, s:o}", "column", s->column, "level", s->level, "n",
                               count(s->count), "events", count(s->events));
    if (s->measured) {
        json_object_set_new(object, "auc", interval(&s->auc));
        json_object_set_new(object, "against_rest", test(&s->against_rest, "t"));
        json_object_set_new(object, "brier", number(s->calibration.brier));
        json_object_set_new(object, "calibration", describe_calibration(&s->calibration));
    }
    return object;
}

/* One model: its equation, the measures of all patients, and those of parts and subgroups. */
static void describe_model(const myo_validation *v, const validate_model *m, json_t *object) {
    json_object_set_new(object, "model", json_string(myo_model_get_name(m->model)));
    describe_equation(m->model, object);
    describe_performance(v, &m->all, object);
    json_t *parts = json_array(), *pairs = json_array(), *subgroups = json_array();
    for (size_t k = 0; k < v->part_count; k++) {
        json_t *part = json_pack("{s:s}", "part", validate_part_name(v, k));
        describe_performance(v, &m->parts[k], part);
        json_array_append_new(parts, part);
    }
    for (size_t k = 0; k < v->part_pair_count; k++) {
        const validate_comparison *c = &m->part_pairs[k];
        json_array_append_new(pairs, describe_comparison(c, validate_part_name(v, c->first),
                                                         validate_part_name(v, c->second), "t"));
    }
    for (size_t k = 0; k < v->subgroup_count; k++) {
        json_array_append_new(subgroups, describe_subgroup(&m->subgroups[k]));
    }
    json_object_set_new(object, "parts", parts);
    json_object_set_new(object, "part_comparisons", pairs);
    json_object_set_new(object, "subgroups", subgroups);
}

static json_t *describe_cohort(const myo_validation *v) {
    const myo_cohort *c = v->cohort;
    json_t *missing = json_object();
    if (c->outcome_missing > 0) {
        json_object_set_new(missing, c->outcome, count(c->outcome_missing));
    }
    for (size_t i = 0; i < c->column_count; i++) {
        if (c->columns[i].missing > 0) {
            json_object_set_new(missing, c->columns[i].name, count(c->columns[i].missing));
        }
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "file", v->cohort_name, "outcome",
                     c->outcome, "event", c->event_value, "other", c->other_value, "rows",
                     count(c->rows), "rows_dropped", count(c->rows_dropped), "missing", missing);
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

static json_t *describe(const myo_validation *v) {
    json_t *root = json_object(), *others = json_array(), *pairs = json_array();
    json_object_set_new(root, "cohort", describe_cohort(v));
    describe_model(v, &v->models[0], root);
    for (size_t i = 1; i < v->model_count; i++) {
        json_t *other = json_object();
        describe_model(v, &v->models[i], other);
        json_array_append_new(others, other);
    }
    for (size_t i = 0; i < v->model_pair_count; i++) {
        const validate_comparison *c = &v->model_pairs[i];
        json_array_append_new(
            pairs, describe_comparison(c, myo_model_get_name(v->models[c->first].model),
                                       myo_model_get_name(v->models[c->second].model), "z"));
    }
    if (v->model_pair_count > 0) { /* the comparison that was asked for, in place of chance */
        json_object_set(root, "delong", json_array_get(pairs, 0));
    }
    json_object_set_new(root, "other_models", others);
    json_object_set_new(root, "model_comparisons", pairs);
    json_object_set_new(root, "bootstrap",
                        json_pack("{s:o, s:o}", "replicates", count(v->plan.replicates), "seed",
                                  json_integer((json_int_t)v->plan.seed)));
    json_object_set_new(root, "notes", list_notes(&v->notes));
    return root;
}

bool myo_validation_json(const myo_validation *validation, char **text, myo_error *err) {
    json_t *root = describe(validation);
    *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(REAL_DIGITS)) : NULL;
    json_decref(root);
    return *text || myo_error_set(err, MYO_E_MEMORY, "out of memory");
}
