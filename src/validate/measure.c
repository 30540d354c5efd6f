/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every measure of one model in one group of patients. */
#include "base/memory.h"
#include "validate/validation_private.h"

#include <math.h>
#include <stdlib.h>

bool validate_sample_take(const myo_validation *v, const validate_model *m,
                          const myo_cohort_column *column, size_t level, bool others,
                          validate_sample *out, myo_error *err) {
    const myo_cohort *cohort = v->cohort;
    *out = (validate_sample){0};
    out->linear = myo_alloc_array(cohort->rows, sizeof *out->linear, err);
    out->probability = myo_alloc_array(cohort->rows, sizeof *out->probability, err);
    out->event = myo_alloc_array(cohort->rows, sizeof *out->event, err);
    if (!out->linear || !out->probability || !out->event) {
        validate_sample_clear(out);
        return false;
    }
    for (size_t row = 0; row < cohort->rows; row++) {
        if (column && (column->level_of[row] == level) == others) {
            continue;
        }
        out->linear[out->count] = m->linear[row];
        out->probability[out->count] = m->probability[row];
        out->event[out->count++] = cohort->event[row];
    }
    return true;
}

void validate_sample_clear(validate_sample *sample) {
    free(sample->linear);
    free(sample->probability);
    free(sample->event);
    *sample = (validate_sample){0};
}

void validate_performance_clear(validate_performance *p) {
    myo_roc_clear(&p->roc);
    free(p->curve);
    p->curve = NULL;
}

static bool measure_area(const validate_sample *sample, validate_performance *p, myo_error *err) {
    double *placements = myo_alloc_array(sample->count, sizeof *placements, err);
    if (!placements) {
        return false;
    }
    double area = myo_roc_area(&p->roc);
    myo_delong_placements(&p->roc, sample->event, placements);
    p->auc_variance = myo_delong_covariance(sample->event, sample->count, placements, placements);
    p->auc = myo_delong_interval(area, p->auc_variance, VALIDATE_LEVEL);
    /* One area against a fixed one: a comparison with a score that has no variance. */
    p->against_chance = myo_delong_paired(area, 0.5, p->auc_variance, 0.0, 0.0);
    free(placements);
    return true;
}

static double choose_threshold(const myo_validation *v, const validate_model *m,
                               const validate_performance *p) {
    if (v->threshold_youden) {
        return myo_roc_youden(&p->roc);
    }
    return v->threshold_of_model ? myo_model_get_cut_off(m->model) : v->threshold;
}

static bool measure_decision(const myo_validation *v, const myo_binary *data,
                             validate_performance *p, myo_error *err) {
    for (size_t k = 0; k < VALIDATE_THRESHOLDS; k++) {
        p->decision[k].threshold = (double)(k + 1) / (VALIDATE_THRESHOLDS + 1);
    }
    if (!myo_decision_curve(data, &v->plan, p->decision, VALIDATE_THRESHOLDS, err)) {
        return false;
    }
    p->useful_count =
        myo_decision_useful(p->decision, VALIDATE_THRESHOLDS, p->useful, VALIDATE_RANGES_MAX);
    return true;
}

static bool measure(const myo_validation *v, const validate_model *m, const validate_sample *sample,
                    validate_performance *p, myo_error *err) {
    const myo_binary probability = {sample->probability, sample->event, sample->count};
    const myo_binary linear = {sample->linear, sample->event, sample->count};
    p->count = sample->count;
    p->events = myo_binary_events(&probability);
    p->measured = p->events > 0 && p->events < p->count;
    if (!p->measured) {
        return true;
    }
    p->curve = myo_alloc_array(MYO_CALIBRATION_POINTS_MAX, sizeof *p->curve, err);
    if (!p->curve || !myo_roc_create(&probability, &p->roc, err) || !measure_area(sample, p, err) ||
        !myo_partial_auc_bootstrap(&p->roc, v->ranges, PARTIAL_COUNT, &v->plan, p->partial,
                                   &p->partial_difference, err)) {
        return false;
    }
    p->constant = p->roc.level_count == 1;
    myo_confusion_measure(&probability, choose_threshold(v, m, p), VALIDATE_LEVEL, &p->confusion);
    return myo_hosmer_lemeshow_test(&probability, v->groups, &p->hosmer_lemeshow, err) &&
           myo_calibration_measure(&linear, VALIDATE_LEVEL, &p->calibration, p->curve,
                                   &p->curve_count, err) &&
           measure_decision(v, &probability, p, err);
}

static bool measure_group(const myo_validation *v, const validate_model *m,
                          const myo_cohort_column *column, size_t level, validate_performance *p,
                          myo_error *err) {
    validate_sample sample;
    bool done = validate_sample_take(v, m, column, level, false, &sample, err) &&
                measure(v, m, &sample, p, err);
    validate_sample_clear(&sample);
    return done;
}

static void report_progress(const myo_validation *v, size_t done) {
    if (v->options.progress) {
        v->options.progress(v->options.progress_user, "validating", done,
                            v->model_count * (1 + v->part_count));
    }
}

bool validate_measure_all(myo_validation *v, myo_error *err) {
    size_t steps = 0;
    for (size_t i = 0; i < v->model_count; i++) {
        validate_model *m = &v->models[i];
        report_progress(v, steps++);
        if (!measure_group(v, m, NULL, 0, &m->all, err)) {
            return false;
        }
        for (size_t k = 0; k < v->part_count; k++) {
            report_progress(v, steps++);
            if (!measure_group(v, m, &v->cohort->columns[v->split_column], k, &m->parts[k], err)) {
                return false;
            }
        }
    }
    report_progress(v, steps);
    return true;
}
