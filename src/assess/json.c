/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assess/assess.h"

#include <math.h>

json_t *assess_json_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *assess_json_count(size_t value) {
    return json_integer((json_int_t)value);
}

json_t *assess_json_interval(const myo_interval *i) {
    return json_pack("{s:o, s:o, s:o}", "estimate", assess_json_number(i->estimate), "lower",
                     assess_json_number(i->lower), "upper", assess_json_number(i->upper));
}

/* A test on the normal distribution (`name` "z"), or on another one with its degrees of freedom. */
json_t *assess_json_test(const myo_test *t, const char *name) {
    json_t *object = json_pack("{s:o}", name, assess_json_number(t->statistic));
    if (!isnan(t->df)) {
        json_object_set_new(object, "df", assess_json_number(t->df));
    }
    json_object_set_new(object, "p", assess_json_number(t->p));
    return object;
}

static json_t *describe_partial(const assessment *a) {
    static const char *const names[ASSESS_PARTIAL_COUNT] = {"specificity", "sensitivity"};
    json_t *object = json_object();
    for (size_t i = 0; i < ASSESS_PARTIAL_COUNT; i++) {
        json_t *one = assess_json_interval(&a->partial[i].area);
        json_object_set_new(one, "from", assess_json_number(a->ranges[i].from));
        json_object_set_new(one, "to", assess_json_number(a->ranges[i].to));
        json_object_set_new(one, "corrected", assess_json_interval(&a->partial[i].corrected));
        json_object_set_new(object, names[i], one);
    }
    json_object_set_new(object, "difference", assess_json_test(&a->partial_difference, "z"));
    return object;
}

static json_t *describe_confusion(const myo_confusion *c) {
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "threshold",
        assess_json_number(c->threshold), "true_positives", assess_json_count(c->true_positives),
        "false_positives", assess_json_count(c->false_positives), "true_negatives",
        assess_json_count(c->true_negatives), "false_negatives",
        assess_json_count(c->false_negatives), "sensitivity", assess_json_interval(&c->sensitivity),
        "specificity", assess_json_interval(&c->specificity), "ppv", assess_json_interval(&c->ppv),
        "npv", assess_json_interval(&c->npv), "accuracy", assess_json_interval(&c->accuracy),
        "prevalence", assess_json_interval(&c->prevalence), "positive_likelihood_ratio",
        assess_json_number(c->positive_likelihood_ratio), "negative_likelihood_ratio",
        assess_json_number(c->negative_likelihood_ratio));
}

static json_t *describe_fit(const myo_hosmer_lemeshow *hl) {
    json_t *groups = json_array();
    for (size_t k = 0; k < hl->group_count; k++) {
        const myo_hl_group *g = &hl->groups[k];
        json_array_append_new(
            groups,
            json_pack("{s:o, s:o, s:o, s:o, s:o}", "lower", assess_json_number(g->lower), "upper",
                      assess_json_number(g->upper), "n", assess_json_count(g->count), "events",
                      assess_json_count(g->events), "expected", assess_json_number(g->expected)));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "chi2", assess_json_number(hl->chi2), "df",
                     assess_json_number(hl->df), "p", assess_json_number(hl->p), "df_external",
                     assess_json_number(hl->df_external), "p_external",
                     assess_json_number(hl->p_external), "groups", groups);
}

json_t *assess_json_calibration(const myo_calibration *c) {
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
        json_object_set_new(object, numbers[i].name, assess_json_number(numbers[i].value));
    }
    json_object_set_new(object, "in_the_large", assess_json_interval(&c->in_the_large));
    json_object_set_new(object, "line_test", assess_json_test(&c->line, "chi2"));
    json_object_set_new(object, "spiegelhalter", assess_json_test(&c->spiegelhalter, "z"));
    return object;
}

static void describe_curves(const assessment *a, json_t *object) {
    json_t *decision = json_array(), *impact = json_array(), *useful = json_array();
    json_t *curve = json_array();
    for (size_t k = 0; k < ASSESS_THRESHOLDS; k++) {
        const myo_decision_point *d = &a->decision[k];
        json_array_append_new(decision, json_pack("{s:o, s:o, s:o, s:o, s:o}", "threshold",
                                                  assess_json_number(d->threshold), "net_benefit",
                                                  assess_json_number(d->net_benefit), "lower",
                                                  assess_json_number(d->lower), "upper",
                                                  assess_json_number(d->upper), "treat_all",
                                                  assess_json_number(d->treat_all)));
        json_array_append_new(impact,
                              json_pack("{s:o, s:o, s:o, s:o, s:o}", "threshold",
                                        assess_json_number(d->threshold), "high_risk",
                                        assess_json_number(d->high_risk), "high_risk_lower",
                                        assess_json_number(d->high_risk_lower), "high_risk_upper",
                                        assess_json_number(d->high_risk_upper), "events",
                                        assess_json_number(d->high_risk_events)));
    }
    for (size_t k = 0; k < a->useful_count; k++) {
        json_array_append_new(useful, json_pack("[o, o]", assess_json_number(a->useful[k].from),
                                                assess_json_number(a->useful[k].to)));
    }
    for (size_t k = 0; k < a->curve_count; k++) {
        json_array_append_new(curve, json_pack("[o, o]", assess_json_number(a->curve[k].predicted),
                                               assess_json_number(a->curve[k].observed)));
    }
    json_object_set_new(json_object_get(object, "calibration"), "curve", curve);
    json_object_set_new(object, "decision_curve", decision);
    json_object_set_new(object, "useful_thresholds", useful);
    json_object_set_new(object, "impact_curve", impact);
}

json_t *assess_json_lines(const myo_text *text) {
    json_t *list = json_array();
    const char *line;
    size_t at = 0, length;
    while (myo_text_next_line(text, &at, &line, &length)) {
        json_array_append_new(list, json_stringn(line, length));
    }
    return list;
}

void assess_json(const assessment *a, json_t *object) {
    json_object_set_new(object, "n", assess_json_count(a->count));
    json_object_set_new(object, "events", assess_json_count(a->events));
    if (!a->measured) {
        return;
    }
    json_t *auc = assess_json_interval(&a->auc);
    json_object_set_new(auc, "variance", assess_json_number(a->auc_variance));
    json_object_set_new(auc, "method", json_string("delong"));
    json_object_set_new(object, "auc", auc);
    json_t *chance = assess_json_test(&a->against_chance, "z");
    json_object_set_new(chance, "against", json_string("0.5"));
    json_object_set_new(object, "delong", chance);
    json_object_set_new(object, "partial_auc", describe_partial(a));
    json_object_set_new(object, "hosmer_lemeshow", describe_fit(&a->hosmer_lemeshow));
    json_object_set_new(object, "brier", assess_json_number(a->calibration.brier));
    json_object_set_new(object, "brier_scaled", assess_json_number(a->calibration.brier_scaled));
    json_object_set_new(object, "r2", assess_json_number(a->calibration.r2));
    json_object_set_new(object, "calibration", assess_json_calibration(&a->calibration));
    json_object_set_new(object, "confusion", describe_confusion(&a->confusion));
    describe_curves(a, object);
}
