/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons of areas: between models, between parts of the cohort, and between subgroups. */
#include "base/memory.h"
#include "validate/validation_private.h"

#include <math.h>
#include <stdlib.h>

/* Area and variance of a sample. */
static bool measure_area(const validate_sample *sample, double *placements, myo_delong_group *out,
                         myo_error *err) {
    const myo_binary data = {sample->probability, sample->event, sample->count};
    myo_roc roc;
    if (!myo_roc_create(&data, &roc, err)) {
        return false;
    }
    *out = assess_area(&roc, sample->event, sample->count, placements);
    myo_roc_clear(&roc);
    return true;
}

static bool has_both(const validate_sample *sample) {
    const myo_binary data = {sample->probability, sample->event, sample->count};
    size_t events = myo_binary_events(&data);
    return events > 0 && events < sample->count;
}

/* Every pair of models on the same patients. */
static bool compare_models(myo_validation *v, myo_error *err) {
    size_t rows = v->cohort->rows, count = v->model_count, pair = 0;
    double *placements = myo_alloc_array(count * rows, sizeof *placements, err);
    bool done = placements != NULL;
    for (size_t i = 0; i < count && done; i++) {
        const myo_binary data = {v->models[i].probability, v->cohort->event, rows};
        myo_roc roc;
        done = myo_roc_create(&data, &roc, err);
        if (done) {
            myo_delong_placements(&roc, v->cohort->event, placements + i * rows);
            myo_roc_clear(&roc);
        }
    }
    for (size_t i = 0; i < count && done; i++) {
        for (size_t k = i + 1; k < count; k++) {
            const assessment *a = &v->models[i].all, *b = &v->models[k].all;
            double covariance = myo_delong_covariance(v->cohort->event, rows, placements + i * rows,
                                                      placements + k * rows);
            v->model_pairs[pair++] = (validate_comparison){
                i, k, a->auc.estimate - b->auc.estimate,
                myo_delong_paired(a->auc.estimate, b->auc.estimate, a->auc_variance,
                                  b->auc_variance, covariance)};
        }
    }
    free(placements);
    return done;
}

static void compare_parts(const myo_validation *v, validate_model *m) {
    size_t pair = 0;
    for (size_t i = 0; i < v->part_count; i++) {
        for (size_t k = i + 1; k < v->part_count; k++) {
            const assessment *a = &m->parts[i], *b = &m->parts[k];
            const myo_delong_group first = {a->auc.estimate, a->auc_variance, a->count};
            const myo_delong_group second = {b->auc.estimate, b->auc_variance, b->count};
            myo_test test = {NAN, NAN, NAN};
            bool measured = a->measured && b->measured;
            m->part_pairs[pair++] =
                (validate_comparison){i, k, measured ? first.area - second.area : (double)NAN,
                                      measured ? myo_delong_unpaired(&first, &second) : test};
        }
    }
}

/* One level of a subgroup column, and the patients of all other levels. */
static bool measure_subgroup(const myo_validation *v, const validate_model *m,
                             const myo_cohort_column *column, size_t level, validate_subgroup *s,
                             myo_error *err) {
    validate_sample own = {0}, rest = {0};
    double *placements = myo_alloc_array(v->cohort->rows, sizeof *placements, err);
    myo_delong_group a = {0}, b = {0};
    bool done = placements && validate_sample_take(v, m, column, level, false, &own, err);
    if (!done) {
        free(placements);
        return false;
    }
    done = validate_sample_take(v, m, column, level, true, &rest, err);
    const myo_binary linear = {own.linear, own.event, own.count};
    *s = (validate_subgroup){.column = column->name,
                             .level = column->levels[level],
                             .count = own.count,
                             .events = myo_binary_events(&linear),
                             .measured = done && has_both(&own),
                             .against_rest = {NAN, NAN, NAN}};
    if (done && s->measured) {
        done = measure_area(&own, placements, &a, err) &&
               myo_calibration_measure(&linear, ASSESS_LEVEL, &s->calibration, NULL, NULL, err);
        s->auc = myo_delong_interval(a.area, a.variance, ASSESS_LEVEL);
    }
    if (done && s->measured && has_both(&rest)) {
        done = measure_area(&rest, placements, &b, err);
        s->against_rest = myo_delong_unpaired(&a, &b);
    }
    validate_sample_clear(&own);
    validate_sample_clear(&rest);
    free(placements);
    return done;
}

static bool measure_subgroups(const myo_validation *v, validate_model *m, myo_error *err) {
    size_t at = 0;
    for (size_t i = 0; i < v->subgroup_column_count; i++) {
        const myo_cohort_column *column = &v->cohort->columns[v->subgroup_columns[i]];
        for (size_t level = 0; level < column->level_count; level++) {
            if (!measure_subgroup(v, m, column, level, &m->subgroups[at++], err)) {
                return false;
            }
        }
    }
    return true;
}

bool validate_compare(myo_validation *v, myo_error *err) {
    for (size_t i = 0; i < v->model_count; i++) {
        compare_parts(v, &v->models[i]);
        if (!measure_subgroups(v, &v->models[i], err)) {
            return false;
        }
    }
    return v->model_count < 2 || compare_models(v, err);
}
