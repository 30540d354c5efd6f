/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures every model in every group of patients. */
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

/* The threshold of a model; NaN: the one with the greatest Youden index. */
static double threshold_of(const myo_validation *v, const validate_model *m) {
    if (v->threshold_youden) {
        return (double)NAN;
    }
    return v->threshold_of_model ? myo_model_get_cut_off(m->model) : v->threshold;
}

static bool measure_group(const myo_validation *v, const validate_model *m,
                          const myo_cohort_column *column, size_t level, assessment *out,
                          myo_error *err) {
    validate_sample sample;
    assess_plan plan = v->plan;
    plan.threshold = threshold_of(v, m);
    bool done = validate_sample_take(v, m, column, level, false, &sample, err) &&
                assess_measure(&plan, sample.linear, sample.probability, sample.event, sample.count,
                               out, err);
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
