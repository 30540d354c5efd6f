/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Applies every model to every patient of the cohort. */
#include "base/memory.h"
#include "validate/validation_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A row of the cohort's table, seen through the columns of one model. */
typedef struct row_view {
    const myo_cohort *cohort;
    const myo_model *model;
    size_t *columns; /* of the table, for each predictor of the model */
    size_t row;      /* of the table */
} row_view;

static const char *lookup(void *user, const char *name) {
    const row_view *view = user;
    for (size_t i = 0; i < myo_model_get_predictor_count(view->model); i++) {
        myo_model_predictor predictor;
        myo_model_get_predictor(view->model, i, &predictor);
        if (strcmp(predictor.name, name) == 0) {
            return myo_csv_get(view->cohort->csv, view->row, view->columns[i]);
        }
    }
    return NULL;
}

static const myo_cohort_column *find_column(const myo_cohort *cohort, const char *name) {
    for (size_t i = 0; i < cohort->column_count; i++) {
        if (strcmp(cohort->columns[i].name, name) == 0) {
            return &cohort->columns[i];
        }
    }
    return NULL;
}

/* Counts the patients that lie outside of what the model was developed on. */
static void count_outside(const myo_cohort *cohort, validate_model *m) {
    for (size_t i = 0; i < myo_model_get_predictor_count(m->model); i++) {
        myo_model_predictor predictor;
        myo_model_get_predictor(m->model, i, &predictor);
        const myo_cohort_column *column = find_column(cohort, predictor.name);
        if (!predictor.has_range || !column || !column->values) {
            continue;
        }
        for (size_t row = 0; row < cohort->rows; row++) {
            double value = column->values[row];
            m->outside[i] += value < predictor.minimum || value > predictor.maximum;
        }
    }
}

/* The columns that say how a cohort was measured. */
typedef struct measured_columns {
    const char *name[MYO_DIFFERENCES];
    size_t index[MYO_DIFFERENCES];
    bool any;
} measured_columns;

static measured_columns find_measured(const myo_cohort *cohort) {
    measured_columns columns = {.any = false};
    for (size_t i = 0; i < MYO_DIFFERENCES; i++) {
        const char *name = myo_measured_properties[i].column;
        if (myo_csv_find_column(cohort->csv, name, &columns.index[i])) {
            columns.name[i] = name;
            columns.any = true;
        }
    }
    return columns;
}

typedef struct measured_view {
    const myo_csv *csv;
    const measured_columns *columns;
    size_t row; /* of the table */
} measured_view;

static const char *lookup_measured(void *user, const char *name) {
    const measured_view *view = user;
    for (size_t i = 0; i < MYO_DIFFERENCES; i++) {
        if (view->columns->name[i] && strcmp(view->columns->name[i], name) == 0) {
            return myo_csv_get(view->csv, view->row, view->columns->index[i]);
        }
    }
    return NULL;
}

/* Counts the patients who were not measured as the model's. */
static void count_differing(const myo_cohort *cohort, validate_model *m) {
    const measured_columns columns = find_measured(cohort);
    measured_view view = {cohort->csv, &columns, 0};
    for (size_t i = 0; columns.any && i < myo_model_get_predictor_count(m->model); i++) {
        myo_model_predictor predictor;
        myo_model_get_predictor(m->model, i, &predictor);
        for (size_t row = 0; row < cohort->rows; row++) {
            myo_measured how;
            view.row = cohort->csv_row[row];
            if (!myo_measured_from_row(lookup_measured, &view, predictor.name, &how)) {
                break;
            }
            unsigned differences = myo_model_compare_measured(m->model, i, &how);
            for (unsigned bit = 0; bit < MYO_DIFFERENCES; bit++) {
                m->differing[i][bit] += differences >> bit & 1u;
            }
        }
    }
}

static bool predict_rows(const myo_cohort *cohort, row_view *view, validate_model *m,
                         myo_error *err) {
    for (size_t row = 0; row < cohort->rows; row++) {
        myo_prediction prediction;
        myo_error reason = {0};
        view->row = cohort->csv_row[row];
        if (!myo_model_predict(m->model, lookup, view, &prediction, &reason)) {
            return myo_error_set(err, reason.code, "%s: line %zu: model %s: %s",
                                 myo_csv_get_origin(cohort->csv),
                                 myo_csv_get_line(cohort->csv, view->row),
                                 myo_model_get_name(m->model), reason.message);
        }
        if (!isfinite(prediction.linear_predictor)) {
            return myo_error_set(err, MYO_E_MISSING, "%s: line %zu: model %s has no prediction: %s",
                                 myo_csv_get_origin(cohort->csv),
                                 myo_csv_get_line(cohort->csv, view->row),
                                 myo_model_get_name(m->model),
                                 *prediction.missing ? prediction.missing : prediction.warnings);
        }
        m->linear[row] = prediction.linear_predictor;
        m->probability[row] = myo_logistic(prediction.linear_predictor);
    }
    return true;
}

static bool predict_model(const myo_cohort *cohort, validate_model *m, myo_error *err) {
    size_t count = myo_model_get_predictor_count(m->model);
    row_view view = {.cohort = cohort, .model = m->model};
    view.columns = myo_alloc_array(count, sizeof *view.columns, err);
    m->linear = myo_alloc_array(cohort->rows, sizeof *m->linear, err);
    m->probability = myo_alloc_array(cohort->rows, sizeof *m->probability, err);
    m->outside = myo_alloc_array(count, sizeof *m->outside, err);
    m->differing = myo_alloc_array(count, sizeof *m->differing, err);
    bool done = view.columns && m->linear && m->probability && m->outside && m->differing;
    for (size_t i = 0; i < count && done; i++) {
        myo_model_predictor predictor;
        myo_model_get_predictor(m->model, i, &predictor);
        done = myo_csv_need_column(cohort->csv, predictor.name, &view.columns[i], err);
    }
    done = done && predict_rows(cohort, &view, m, err);
    if (done) {
        count_outside(cohort, m);
        count_differing(cohort, m);
    }
    free(view.columns);
    return done;
}

bool validate_predict(myo_validation *v, myo_error *err) {
    for (size_t i = 0; i < v->model_count; i++) {
        if (!predict_model(v->cohort, &v->models[i], err)) {
            return false;
        }
    }
    return true;
}
