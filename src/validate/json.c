/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that a validation found, as JSON. Numbers that are not defined are null. */
#include "stats/distribution.h"
#include "validate/validation_private.h"

#include <math.h>

static json_t *describe_comparison(const validate_comparison *c, const char *first,
                                   const char *second, const char *statistic) {
    json_t *object = assess_json_test(&c->test, statistic);
    json_object_set_new(object, "first", json_string(first));
    json_object_set_new(object, "second", json_string(second));
    json_object_set_new(object, "difference", assess_json_number(c->difference));
    return object;
}

static void describe_equation(const myo_model *model, json_t *object) {
    const char *source;
    json_t *coefficients = json_object();
    json_object_set_new(object, "intercept",
                        assess_json_number(myo_model_get_intercept(model, &source)));
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
            double margin = stats_normal_quantile(0.5 * (1.0 + ASSESS_LEVEL)) * term.standard_error;
            json_t *entry = json_pack(
                "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "estimate",
                assess_json_number(term.coefficient), "se", assess_json_number(term.standard_error),
                "z", assess_json_number(z), "p", assess_json_number(stats_normal_two_sided(z)),
                "odds_ratio", assess_json_number(exp(term.coefficient)), "lower",
                assess_json_number(exp(term.coefficient - margin)), "upper",
                assess_json_number(exp(term.coefficient + margin)));
            json_object_set_new(coefficients, name.failed ? predictor.name : name.data, entry);
            myo_text_clear(&name);
        }
    }
    json_object_set_new(object, "coefficients", coefficients);
}

static json_t *describe_subgroup(const validate_subgroup *s) {
    json_t *object = json_pack("{s:s, s:s, s:o, s:o}", "column", s->column, "level", s->level, "n",
                               assess_json_count(s->count), "events", assess_json_count(s->events));
    if (s->measured) {
        json_object_set_new(object, "auc", assess_json_interval(&s->auc));
        json_object_set_new(object, "against_rest", assess_json_test(&s->against_rest, "t"));
        json_object_set_new(object, "brier", assess_json_number(s->calibration.brier));
        json_object_set_new(object, "calibration", assess_json_calibration(&s->calibration));
    }
    return object;
}

/* One model: its equation, the measures of all patients, and those of parts and subgroups. */
static void describe_model(const myo_validation *v, const validate_model *m, json_t *object) {
    json_object_set_new(object, "model", json_string(myo_model_get_name(m->model)));
    describe_equation(m->model, object);
    assess_json(&m->all, object);
    json_t *parts = json_array(), *pairs = json_array(), *subgroups = json_array();
    for (size_t k = 0; k < v->part_count; k++) {
        json_t *part = json_pack("{s:s}", "part", validate_part_name(v, k));
        assess_json(&m->parts[k], part);
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
        json_object_set_new(missing, c->outcome, assess_json_count(c->outcome_missing));
    }
    for (size_t i = 0; i < c->column_count; i++) {
        if (c->columns[i].missing > 0) {
            json_object_set_new(missing, c->columns[i].name,
                                assess_json_count(c->columns[i].missing));
        }
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "file", v->cohort_name, "outcome",
                     c->outcome, "event", c->event_value, "other", c->other_value, "rows",
                     assess_json_count(c->rows), "rows_dropped", assess_json_count(c->rows_dropped),
                     "missing", missing);
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
                        json_pack("{s:o, s:o}", "replicates",
                                  assess_json_count(v->plan.bootstrap.replicates), "seed",
                                  json_integer((json_int_t)v->plan.bootstrap.seed)));
    json_object_set_new(root, "notes", assess_json_lines(&v->notes));
    return root;
}

bool myo_validation_json(const myo_validation *validation, char **text, myo_error *err) {
    json_t *root = describe(validation);
    *text =
        root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(ASSESS_JSON_DIGITS)) : NULL;
    json_decref(root);
    return *text || myo_error_set(err, MYO_E_MEMORY, "out of memory");
}
