/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a validation: models, cohort, predictions, measures, comparisons, notes. */
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/processors.h"
#include "base/utf8.h"
#include "validate/validation_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Draws of a patient that a bootstrap makes at most unless more replicates are asked for: some ten
 * seconds on one processor. */
#define DRAWS_MAX 2e8

/* Names of the columns that are read, and which of them are factors. */
typedef struct column_list {
    const char **names, **factors;
    size_t count, factor_count;
} column_list;

static void add_column(column_list *list, const char *name, bool factor) {
    size_t at = 0;
    while (at < list->count && strcmp(list->names[at], name) != 0) {
        at++;
    }
    if (at == list->count) {
        list->names[list->count++] = name;
    }
    size_t known = 0;
    while (known < list->factor_count && strcmp(list->factors[known], name) != 0) {
        known++;
    }
    if (factor && known == list->factor_count) {
        list->factors[list->factor_count++] = name;
    }
}

static bool load_models(myo_validation *v, myo_error *err) {
    const myo_validate_options *o = &v->options;
    if (o->model_count == 0 || o->model_count > MYO_VALIDATE_MODELS_MAX) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%zu models: 1 to %d can be validated",
                             o->model_count, MYO_VALIDATE_MODELS_MAX);
    }
    v->models = myo_alloc_array(o->model_count, sizeof *v->models, err);
    if (!v->models) {
        return false;
    }
    for (size_t i = 0; i < o->model_count; i++) {
        const char *reason;
        if (!myo_model_load(o->models[i], &v->models[i].model, err)) {
            return false;
        }
        v->model_count++;
        if (!myo_model_can_predict(v->models[i].model, &reason)) {
            return myo_error_set(err, MYO_E_UNSUPPORTED, "model %s: %s",
                                 myo_model_get_name(v->models[i].model), reason);
        }
        if (v->threshold_of_model && isnan(myo_model_get_cut_off(v->models[i].model))) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "model %s has no cut-off: give the threshold as youden or as a "
                                 "probability",
                                 myo_model_get_name(v->models[i].model));
        }
    }
    return true;
}

static bool read_threshold(myo_validation *v, myo_error *err) {
    const char *text = v->options.threshold;
    v->threshold = NAN;
    v->threshold_youden = !text || strcmp(text, "youden") == 0;
    v->threshold_of_model = text && strcmp(text, "model") == 0;
    if (v->threshold_youden || v->threshold_of_model) {
        return true;
    }
    if (!myo_number_parse(text, &v->threshold) || v->threshold < 0.0 || v->threshold > 1.0) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "threshold '%s': must be youden, model, or a probability from 0 to 1",
                             text);
    }
    return true;
}

/* The columns of all models, of the subgroups and of the split, each once. */
static void list_columns(const myo_validation *v, column_list *list) {
    for (size_t i = 0; i < v->model_count; i++) {
        for (size_t k = 0; k < myo_model_get_predictor_count(v->models[i].model); k++) {
            myo_model_predictor predictor;
            myo_model_get_predictor(v->models[i].model, k, &predictor);
            add_column(list, predictor.name, predictor.reference != NULL);
        }
    }
    for (size_t i = 0; i < v->options.subgroup_count; i++) {
        add_column(list, v->options.subgroups[i], true);
    }
    if (v->options.split) {
        add_column(list, v->options.split, true);
    }
}

static size_t find_column(const myo_cohort *cohort, const char *name) {
    size_t at = 0;
    while (at < cohort->column_count && strcmp(cohort->columns[at].name, name) != 0) {
        at++;
    }
    return at;
}

/* A model's number that is also a subgroup would be read as a factor: it has no numbers then. */
static bool check_numbers(const myo_validation *v, myo_error *err) {
    for (size_t i = 0; i < v->model_count; i++) {
        for (size_t k = 0; k < myo_model_get_predictor_count(v->models[i].model); k++) {
            myo_model_predictor predictor;
            myo_model_get_predictor(v->models[i].model, k, &predictor);
            const myo_cohort_column *column =
                &v->cohort->columns[find_column(v->cohort, predictor.name)];
            if (!predictor.reference && column->type == MYO_COHORT_FACTOR && column->declared) {
                return myo_error_set(err, MYO_E_ARGUMENT,
                                     "'%s' is a number of model %s and cannot divide the patients: "
                                     "add a column with its groups",
                                     predictor.name, myo_model_get_name(v->models[i].model));
            }
        }
    }
    return true;
}

static bool read_cohort(myo_validation *v, myo_error *err) {
    const myo_validate_options *o = &v->options;
    size_t most = o->subgroup_count + 1;
    for (size_t i = 0; i < v->model_count; i++) {
        most += myo_model_get_predictor_count(v->models[i].model);
    }
    column_list list = {.names = myo_alloc_array(most, sizeof *list.names, err)};
    list.factors = myo_alloc_array(most, sizeof *list.factors, err);
    bool done = list.names && list.factors;
    if (done) {
        list_columns(v, &list);
        const myo_cohort_request request = {.path = o->cohort_csv,
                                            .outcome = o->outcome,
                                            .event = v->event,
                                            .predictors = list.names,
                                            .predictor_count = list.count,
                                            .factors = list.factors,
                                            .factor_count = list.factor_count,
                                            .patient = o->patient,
                                            .refuse_missing = o->refuse_missing};
        done = myo_cohort_read(&request, &v->cohort, err) && check_numbers(v, err);
    }
    free(list.names);
    free(list.factors);
    return done;
}

/* Finds the columns of split and subgroups, and makes room for what is measured in them. */
static bool plan_groups(myo_validation *v, myo_error *err) {
    const myo_validate_options *o = &v->options;
    v->split_column = o->split ? find_column(v->cohort, o->split) : SIZE_MAX;
    v->part_count = o->split ? v->cohort->columns[v->split_column].level_count : 0;
    v->part_pair_count = v->part_count > 0 ? v->part_count * (v->part_count - 1) / 2 : 0;
    v->subgroup_column_count = o->subgroup_count;
    v->subgroup_columns = myo_alloc_array(o->subgroup_count, sizeof *v->subgroup_columns, err);
    v->model_pair_count = v->model_count * (v->model_count - 1) / 2;
    v->model_pairs = myo_alloc_array(v->model_pair_count, sizeof *v->model_pairs, err);
    if (!v->subgroup_columns || !v->model_pairs) {
        return false;
    }
    for (size_t i = 0; i < o->subgroup_count; i++) {
        v->subgroup_columns[i] = find_column(v->cohort, o->subgroups[i]);
        v->subgroup_count += v->cohort->columns[v->subgroup_columns[i]].level_count;
    }
    for (size_t i = 0; i < v->model_count; i++) {
        validate_model *m = &v->models[i];
        m->parts = myo_alloc_array(v->part_count, sizeof *m->parts, err);
        m->part_pairs = myo_alloc_array(v->part_pair_count, sizeof *m->part_pairs, err);
        m->subgroups = myo_alloc_array(v->subgroup_count, sizeof *m->subgroups, err);
        if (!m->parts || !m->part_pairs || !m->subgroups) {
            return false;
        }
    }
    return true;
}

static void plan_measures(myo_validation *v) {
    const myo_validate_options *o = &v->options;
    v->plan =
        (assess_plan){.groups = o->groups > 0 ? o->groups : MYO_VALIDATE_GROUPS,
                      .partial_from = o->partial_from > 0.0 ? o->partial_from : ASSESS_PARTIAL_FROM,
                      .bootstrap = {.replicates = o->bootstrap,
                                    .seed = o->seed,
                                    .threads = o->threads > 0 ? o->threads : myo_processor_count(),
                                    .level = ASSESS_LEVEL}};
    if (o->bootstrap == 0) {
        double affordable = DRAWS_MAX / (double)v->cohort->rows;
        v->bootstrap_reduced = affordable < MYO_VALIDATE_BOOTSTRAP;
        v->plan.bootstrap.replicates = !v->bootstrap_reduced ? MYO_VALIDATE_BOOTSTRAP
                                       : affordable > MYO_VALIDATE_BOOTSTRAP_MIN
                                           ? (size_t)affordable
                                           : MYO_VALIDATE_BOOTSTRAP_MIN;
    }
}

bool myo_validate(const myo_validate_options *options, myo_validation **out, myo_error *err) {
    myo_validation *v = myo_alloc_array(1, sizeof *v, err);
    if (!v) {
        return false;
    }
    v->options = *options;
    v->cohort_name = myo_string_copy(myo_path_name(options->cohort_csv), err);
    if (v->cohort_name) {
        myo_utf8_repair(v->cohort_name); /* names of files need not be text */
    }
    v->event = options->event ? myo_string_copy(options->event, err) : NULL;
    bool done = v->cohort_name && (v->event || !options->event) && read_threshold(v, err) &&
                load_models(v, err) && read_cohort(v, err) && plan_groups(v, err) &&
                validate_predict(v, err);
    if (done) {
        plan_measures(v);
        done = validate_measure_all(v, err) && validate_compare(v, err);
    }
    if (done) {
        validate_note(v);
        done = !v->notes.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    v->options = (myo_validate_options){0}; /* nothing of the caller's is kept */
    if (!done) {
        myo_validation_destroy(v);
        return false;
    }
    *out = v;
    return true;
}

static void clear_model(const myo_validation *v, validate_model *m) {
    assess_clear(&m->all);
    for (size_t k = 0; m->parts && k < v->part_count; k++) {
        assess_clear(&m->parts[k]);
    }
    myo_model_destroy(m->model);
    free(m->linear);
    free(m->probability);
    free(m->outside);
    free(m->differing);
    free(m->parts);
    free(m->part_pairs);
    free(m->subgroups);
}

void myo_validation_destroy(myo_validation *v) {
    if (v) {
        for (size_t i = 0; i < v->model_count; i++) {
            clear_model(v, &v->models[i]);
        }
        free(v->models);
        free(v->model_pairs);
        free(v->subgroup_columns);
        free(v->cohort_name);
        free(v->event);
        myo_cohort_destroy(v->cohort);
        myo_text_clear(&v->notes);
        free(v);
    }
}

const char *validate_part_name(const myo_validation *v, size_t index) {
    return v->cohort->columns[v->split_column].levels[index];
}
