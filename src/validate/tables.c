/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of a validation: one CSV for each curve, all models and parts below each other. */
#include "base/file.h"
#include "io/csv.h"
#include "validate/validation_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Digits behind the point: of probabilities and rates, and of counts in 1000 patients. */
enum { DECIMALS_PROBABILITY = 8, DECIMALS_PATIENTS = 3 };

/* One group of patients of one model: what the first two columns name. */
typedef struct group {
    const char *model, *part; /* part is "all" for everybody */
    const assessment *performance;
} group;

static void start_row(myo_text *text, const group *g) {
    myo_csv_append_field(text, true, g->model);
    myo_csv_append_field(text, false, g->part);
}

static void append(myo_text *text, double value) {
    myo_csv_append_number(text, false, value, DECIMALS_PROBABILITY);
}

static void append_roc(myo_text *text, const group *g) {
    const myo_roc *roc = &g->performance->roc;
    start_row(text, g);
    myo_text_append(text, ",,0,1\n"); /* nobody is positive */
    for (size_t i = 0; i < roc->level_count; i++) {
        const myo_roc_level *level = &roc->levels[i];
        double positives = (double)(level->events_above + level->events);
        double false_positives = (double)(level->nonevents_above + level->nonevents);
        start_row(text, g);
        append(text, level->score);
        append(text, positives / (double)roc->events);
        append(text, 1.0 - false_positives / (double)roc->nonevents);
        myo_text_append(text, "\n");
    }
}

static void append_calibration(myo_text *text, const group *g) {
    for (size_t i = 0; i < g->performance->curve_count; i++) {
        start_row(text, g);
        append(text, g->performance->curve[i].predicted);
        append(text, g->performance->curve[i].observed);
        myo_text_append(text, "\n");
    }
}

static void append_groups(myo_text *text, const group *g) {
    const myo_hosmer_lemeshow *hl = &g->performance->hosmer_lemeshow;
    for (size_t k = 0; k < hl->group_count; k++) {
        start_row(text, g);
        append(text, hl->groups[k].lower);
        append(text, hl->groups[k].upper);
        myo_csv_append_number(text, false, (double)hl->groups[k].count, 0);
        myo_csv_append_number(text, false, (double)hl->groups[k].events, 0);
        append(text, hl->groups[k].expected);
        myo_text_append(text, "\n");
    }
}

static void append_decision(myo_text *text, const group *g) {
    for (size_t k = 0; k < ASSESS_THRESHOLDS; k++) {
        const myo_decision_point *d = &g->performance->decision[k];
        start_row(text, g);
        append(text, d->threshold);
        append(text, d->net_benefit);
        append(text, d->lower);
        append(text, d->upper);
        append(text, d->treat_all);
        myo_text_append(text, ",0\n");
    }
}

static void append_impact(myo_text *text, const group *g) {
    for (size_t k = 0; k < ASSESS_THRESHOLDS; k++) {
        const myo_decision_point *d = &g->performance->decision[k];
        start_row(text, g);
        append(text, d->threshold);
        myo_csv_append_number(text, false, d->high_risk, DECIMALS_PATIENTS);
        myo_csv_append_number(text, false, d->high_risk_lower, DECIMALS_PATIENTS);
        myo_csv_append_number(text, false, d->high_risk_upper, DECIMALS_PATIENTS);
        myo_csv_append_number(text, false, d->high_risk_events, DECIMALS_PATIENTS);
        myo_text_append(text, "\n");
    }
}

static const struct {
    const char *file, *header;
    void (*append)(myo_text *text, const group *g);
} tables[] = {
    {"roc.csv", "model,part,threshold,sensitivity,specificity\n", append_roc},
    {"calibration.csv", "model,part,predicted,observed\n", append_calibration},
    {"hosmer_lemeshow.csv", "model,part,lower,upper,n,events,expected\n", append_groups},
    {"decision_curve.csv", "model,part,threshold,net_benefit,lower,upper,treat_all,treat_none\n",
     append_decision},
    {"impact_curve.csv", "model,part,threshold,high_risk,lower,upper,events\n", append_impact},
};

static bool write_text(const char *folder, const char *name, myo_text *text, myo_error *err) {
    char *path = NULL;
    bool done = !text->failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    done = done && myo_path_join(folder, name, &path, err) &&
           myo_file_write(path, text->data, text->length, err);
    free(path);
    myo_text_clear(text);
    return done;
}

static bool write_table(const myo_validation *v, const char *folder, size_t table, myo_error *err) {
    myo_text text = {0};
    myo_text_append(&text, tables[table].header);
    for (size_t i = 0; i < v->model_count; i++) {
        const validate_model *m = &v->models[i];
        group g = {myo_model_get_name(m->model), "all", &m->all};
        tables[table].append(&text, &g);
        for (size_t k = 0; k < v->part_count; k++) {
            g.part = validate_part_name(v, k);
            g.performance = &m->parts[k];
            if (g.performance->measured) {
                tables[table].append(&text, &g);
            }
        }
    }
    return write_text(folder, tables[table].file, &text, err);
}

static void append_subgroup(myo_text *text, const char *model, const validate_subgroup *s) {
    const double unknown = NAN;
    const myo_calibration *c = &s->calibration;
    myo_csv_append_field(text, true, model);
    myo_csv_append_field(text, false, s->column);
    myo_csv_append_field(text, false, s->level);
    myo_csv_append_number(text, false, (double)s->count, 0);
    myo_csv_append_number(text, false, (double)s->events, 0);
    const double numbers[] = {s->auc.estimate,
                              s->auc.lower,
                              s->auc.upper,
                              s->against_rest.statistic,
                              s->against_rest.df,
                              s->against_rest.p,
                              c->mean_predicted,
                              c->observed,
                              c->intercept.estimate,
                              c->slope.estimate,
                              c->in_the_large.estimate,
                              c->brier};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        append(text, s->measured ? numbers[i] : unknown);
    }
    myo_text_append(text, "\n");
}

static bool write_subgroups(const myo_validation *v, const char *folder, myo_error *err) {
    if (v->subgroup_count == 0) {
        return true;
    }
    myo_text text = {0};
    myo_text_append(&text, "model,column,level,n,events,auc,auc_lower,auc_upper,t,df,p,"
                           "mean_predicted,observed,intercept,slope,in_the_large,brier\n");
    for (size_t i = 0; i < v->model_count; i++) {
        for (size_t k = 0; k < v->subgroup_count; k++) {
            append_subgroup(&text, myo_model_get_name(v->models[i].model),
                            &v->models[i].subgroups[k]);
        }
    }
    return write_text(folder, "subgroups.csv", &text, err);
}

/* The rows of predictions.csv: the line of the cohort, and no patient. */
static bool write_predictions(const myo_validation *v, const char *folder, myo_error *err) {
    myo_text text = {0};
    const myo_cohort *c = v->cohort;
    myo_text_append(&text, "line,outcome");
    for (size_t i = 0; i < v->model_count; i++) {
        const char *name = myo_model_get_name(v->models[i].model);
        myo_text_printf(&text, ",%s", name);
    }
    myo_text_append(&text, "\n");
    for (size_t row = 0; row < c->rows; row++) {
        myo_text_printf(&text, "%zu,%d", myo_csv_get_line(c->csv, c->csv_row[row]), c->event[row]);
        for (size_t i = 0; i < v->model_count; i++) {
            append(&text, v->models[i].probability[row]);
        }
        myo_text_append(&text, "\n");
    }
    return write_text(folder, "predictions.csv", &text, err);
}

bool validate_write_tables(const myo_validation *v, const char *folder, myo_error *err) {
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (!write_table(v, folder, i, err)) {
            return false;
        }
    }
    return write_subgroups(v, folder, err) && write_predictions(v, folder, err);
}

bool myo_validation_write(const myo_validation *validation, const char *folder, myo_error *err) {
    char *report = NULL, *json = NULL;
    myo_text text = {0};
    bool done = myo_folder_create(folder, err) && myo_validation_report(validation, &report, err);
    if (done) {
        myo_text_append(&text, report);
        done = write_text(folder, "report.txt", &text, err) &&
               myo_validation_json(validation, &json, err);
    }
    if (done) {
        myo_text_printf(&text, "%s\n", json);
        done = write_text(folder, "validation.json", &text, err) &&
               validate_write_tables(validation, folder, err) &&
               validate_write_plots(validation, folder, err);
    }
    free(report);
    free(json);
    return done;
}
