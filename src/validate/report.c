/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report for people: what a reader of a paper looks for, in lines that fit a terminal. */
#include "validate/validation_private.h"

#include <math.h>
#include <string.h>

#define NAME_WIDTH 34 /* of the first column */
#define DECIMALS 4
/* Thresholds that the report shows of the decision curve: every so many of the computed ones. */
#define SHOWN_EVERY 5
#define SHOWN_MAX 60

static void heading(myo_text *text, const char *name) {
    myo_text_printf(text, "\n%s\n", name);
}

static const char *cell(double value, char out[MYO_CSV_CELL_SIZE]) {
    return myo_csv_cell(value, DECIMALS, out);
}

static void line_text(myo_text *text, const char *name, const char *value) {
    myo_text_printf(text, "  %-*s  %s\n", NAME_WIDTH, name, value);
}

static void line_number(myo_text *text, const char *name, double value) {
    char number[MYO_CSV_CELL_SIZE];
    line_text(text, name, cell(value, number));
}

static void line_interval(myo_text *text, const char *name, const myo_interval *i) {
    char estimate[MYO_CSV_CELL_SIZE], lower[MYO_CSV_CELL_SIZE], upper[MYO_CSV_CELL_SIZE];
    myo_text_printf(text, "  %-*s  %s (%s to %s)\n", NAME_WIDTH, name, cell(i->estimate, estimate),
                    cell(i->lower, lower), cell(i->upper, upper));
}

static const char *p_cell(double p, char out[MYO_CSV_CELL_SIZE]) {
    static const char least[] = "< 0.0001";
    if (p < 0.0001) {
        memcpy(out, least, sizeof least);
        return out;
    }
    return cell(p, out);
}

/* "z 2.31, p 0.0207" or "chi2 7.3, df 8, p 0.5040". */
static void line_test(myo_text *text, const char *name, const char *statistic, const myo_test *t) {
    char value[MYO_CSV_CELL_SIZE], p[MYO_CSV_CELL_SIZE];
    myo_text_printf(text, "  %-*s  %s %s", NAME_WIDTH, name, statistic, cell(t->statistic, value));
    if (!isnan(t->df)) {
        myo_text_printf(text, ", df %g", t->df);
    }
    myo_text_printf(text, ", p %s\n", p_cell(t->p, p));
}

static void append_discrimination(myo_text *text, const assessment *p) {
    static const char *const names[ASSESS_PARTIAL_COUNT] = {"specificity", "sensitivity"};
    heading(text, "Discrimination");
    line_interval(text, "area under the ROC curve", &p->auc);
    line_test(text, "against 0.5 (DeLong)", "z", &p->against_chance);
    for (size_t i = 0; i < ASSESS_PARTIAL_COUNT; i++) {
        char name[MYO_CSV_CELL_SIZE];
        snprintf(name, sizeof name, "partial area, %s 1 to %g", names[i], p->ranges[i].from);
        line_interval(text, name, &p->partial[i].area);
        line_interval(text, "  corrected (McClish)", &p->partial[i].corrected);
    }
    line_test(text, "difference of the partial areas", "z", &p->partial_difference);
}

static void append_confusion(myo_text *text, const myo_validation *v, const assessment *p) {
    const myo_confusion *c = &p->confusion;
    heading(text, "At the threshold");
    const char *source = v->threshold_youden     ? "threshold (Youden)"
                         : v->threshold_of_model ? "threshold (of the model)"
                                                 : "threshold (given)";
    line_number(text, source, c->threshold);
    myo_text_printf(text,
                    "  %-*s  %zu true and %zu false positives, %zu true and %zu false "
                    "negatives\n",
                    NAME_WIDTH, "patients", c->true_positives, c->false_positives,
                    c->true_negatives, c->false_negatives);
    line_interval(text, "sensitivity", &c->sensitivity);
    line_interval(text, "specificity", &c->specificity);
    line_interval(text, "positive predictive value", &c->ppv);
    line_interval(text, "negative predictive value", &c->npv);
    line_interval(text, "accuracy", &c->accuracy);
    line_number(text, "positive likelihood ratio", c->positive_likelihood_ratio);
    line_number(text, "negative likelihood ratio", c->negative_likelihood_ratio);
}

static void append_calibration(myo_text *text, const assessment *p) {
    const myo_calibration *c = &p->calibration;
    const myo_hosmer_lemeshow *hl = &p->hosmer_lemeshow;
    heading(text, "Calibration");
    line_number(text, "mean predicted risk", c->mean_predicted);
    line_number(text, "observed", c->observed);
    line_number(text, "observed / expected", c->observed_to_expected);
    line_interval(text, "calibration in the large", &c->in_the_large);
    line_interval(text, "calibration line, intercept", &c->intercept);
    line_interval(text, "calibration line, slope", &c->slope);
    line_test(text, "line against 0 and 1", "chi2", &c->line);
    line_number(text, "calibration error, greatest", c->error_max);
    line_number(text, "calibration error, mean", c->error_mean);
    line_number(text, "calibration error, 90 % quantile", c->error_90);
    const myo_test development = {hl->chi2, hl->df, hl->p};
    const myo_test external = {hl->chi2, hl->df_external, hl->p_external};
    line_test(text, "Hosmer-Lemeshow", "chi2", &development);
    line_test(text, "  of a model made elsewhere", "chi2", &external);
    line_number(text, "Brier score", c->brier);
    line_number(text, "Brier score, scaled", c->brier_scaled);
    line_test(text, "Spiegelhalter", "z", &c->spiegelhalter);
    line_number(text, "R2 (Nagelkerke)", c->r2);
}

static void append_decision(myo_text *text, const assessment *p) {
    heading(text, "Decision and impact curves");
    if (p->useful_count == 0) {
        myo_text_append(text, "  no threshold from 0.01 to 0.99 has more net benefit than to treat "
                              "all and nobody\n");
    }
    for (size_t k = 0; k < p->useful_count; k++) {
        char range[MYO_CSV_CELL_SIZE];
        snprintf(range, sizeof range, "%.2f to %.2f", p->useful[k].from, p->useful[k].to);
        line_text(text, k == 0 ? "better than treating all or nobody" : "", range);
    }
    myo_text_append(text, "\n  threshold  net benefit (95 % interval)   treat all   "
                          "of 1000: high risk  with event\n");
    for (size_t k = SHOWN_EVERY - 1; k < SHOWN_MAX; k += SHOWN_EVERY) {
        const myo_decision_point *d = &p->decision[k];
        char benefit[MYO_CSV_CELL_SIZE], lower[MYO_CSV_CELL_SIZE], upper[MYO_CSV_CELL_SIZE],
            all[MYO_CSV_CELL_SIZE];
        char with_interval[3 * MYO_CSV_CELL_SIZE];
        snprintf(with_interval, sizeof with_interval, "%s (%s to %s)",
                 cell(d->net_benefit, benefit), cell(d->lower, lower), cell(d->upper, upper));
        myo_text_printf(text, "  %9.2f  %-28s %10s  %19.0f  %10.0f\n", d->threshold, with_interval,
                        cell(d->treat_all, all), d->high_risk, d->high_risk_events);
    }
}

static void append_performance(myo_text *text, const myo_validation *v, const assessment *p) {
    if (!p->measured) {
        myo_text_append(text, "\n  nothing is measured: all patients have the same outcome\n");
        return;
    }
    append_discrimination(text, p);
    append_calibration(text, p);
    append_confusion(text, v, p);
    append_decision(text, p);
}

static void append_comparison(myo_text *text, const validate_comparison *c, const char *first,
                              const char *second, const char *statistic) {
    char difference[MYO_CSV_CELL_SIZE], value[MYO_CSV_CELL_SIZE], p[MYO_CSV_CELL_SIZE];
    myo_text_printf(text, "  %s - %s: %s, %s %s", first, second, cell(c->difference, difference),
                    statistic, cell(c->test.statistic, value));
    if (!isnan(c->test.df)) {
        myo_text_printf(text, ", df %.1f", c->test.df);
    }
    myo_text_printf(text, ", p %s\n", p_cell(c->test.p, p));
}

static void append_subgroups(myo_text *text, const myo_validation *v, const validate_model *m) {
    if (v->subgroup_count == 0) {
        return;
    }
    heading(text, "Subgroups (p: area against that of all other patients)");
    for (size_t k = 0; k < v->subgroup_count; k++) {
        const validate_subgroup *s = &m->subgroups[k];
        char auc[MYO_CSV_CELL_SIZE], lower[MYO_CSV_CELL_SIZE], upper[MYO_CSV_CELL_SIZE],
            p[MYO_CSV_CELL_SIZE], ratio[MYO_CSV_CELL_SIZE];
        myo_text_printf(text, "  %s = %s: n %zu, events %zu", s->column, s->level, s->count,
                        s->events);
        if (s->measured) {
            myo_text_printf(text, ", AUC %s (%s to %s), p %s, observed / expected %s",
                            cell(s->auc.estimate, auc), cell(s->auc.lower, lower),
                            cell(s->auc.upper, upper), p_cell(s->against_rest.p, p),
                            cell(s->calibration.observed_to_expected, ratio));
        }
        myo_text_append(text, "\n");
    }
}

static void append_model(myo_text *text, const myo_validation *v, const validate_model *m) {
    const char *name = myo_model_get_name(m->model);
    myo_text_printf(text, "\nModel %s, all patients: n %zu, events %zu\n", name, m->all.count,
                    m->all.events);
    append_performance(text, v, &m->all);
    append_subgroups(text, v, m);
    for (size_t k = 0; k < v->part_count; k++) {
        myo_text_printf(text, "\nModel %s, %s: n %zu, events %zu\n", name, validate_part_name(v, k),
                        m->parts[k].count, m->parts[k].events);
        append_performance(text, v, &m->parts[k]);
    }
    if (v->part_pair_count > 0) {
        heading(text, "Areas of the parts (unpaired DeLong)");
        for (size_t k = 0; k < v->part_pair_count; k++) {
            const validate_comparison *c = &m->part_pairs[k];
            append_comparison(text, c, validate_part_name(v, c->first),
                              validate_part_name(v, c->second), "t");
        }
    }
}

static void append_notes(const myo_text *notes, myo_text *text) {
    const char *line;
    size_t at = 0, length;
    if (notes->length > 0) {
        heading(text, "Notes");
    }
    while (myo_text_next_line(notes, &at, &line, &length)) {
        myo_text_append(text, "  - ");
        myo_text_append_bytes(text, line, length);
        myo_text_append(text, "\n");
    }
}

bool myo_validation_report(const myo_validation *v, char **text, myo_error *err) {
    const myo_cohort *c = v->cohort;
    myo_text report = {0};
    myo_text_printf(
        &report,
        "%s: %zu patients, %zu with %s = %s, %zu with %s\nNot for clinical decisions "
        "without review. Intervals are 95 %%; bootstrap of %zu replicates, seed %llu.\n",
        v->cohort_name, c->rows, c->events, c->outcome, c->event_value, c->rows - c->events,
        c->other_value, v->plan.bootstrap.replicates, (unsigned long long)v->plan.bootstrap.seed);
    for (size_t i = 0; i < v->model_count; i++) {
        append_model(&report, v, &v->models[i]);
    }
    if (v->model_pair_count > 0) {
        heading(&report, "Areas of the models (paired DeLong)");
        for (size_t i = 0; i < v->model_pair_count; i++) {
            const validate_comparison *pair = &v->model_pairs[i];
            append_comparison(&report, pair, myo_model_get_name(v->models[pair->first].model),
                              myo_model_get_name(v->models[pair->second].model), "z");
        }
    }
    append_notes(&v->notes, &report);
    return myo_text_take(&report, text, err);
}
