/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a cohort to a model: reading, splitting, selecting, fitting, measuring, writing. */
#include "base/file.h"
#include "base/memory.h"
#include "base/processors.h"
#include "base/utf8.h"
#include "fit/fitted_private.h"
#include "stats/draws.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SEED_SPLIT UINT64_C(0x73706c6974)

/* A model file takes letters, digits and '_' only. */
static bool check_names(const myo_cohort *cohort, myo_error *err) {
    for (size_t i = 0; i < cohort->column_count; i++) {
        const char *name = cohort->columns[i].name;
        size_t length = strlen(name);
        bool ok = length <= FIT_VARIABLE_NAME_MAX && isalpha((unsigned char)name[0]);
        for (size_t k = 0; k < length && ok; k++) {
            ok = isalnum((unsigned char)name[k]) || name[k] == '_';
        }
        if (!ok) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "column '%s' cannot be a variable of a model: a letter, then "
                                 "letters, digits and _ (%d at most); rename it",
                                 name, FIT_VARIABLE_NAME_MAX);
        }
    }
    return true;
}

static bool read_cohort(myo_fitted *f, myo_error *err) {
    const myo_fit_options *o = &f->options;
    const myo_cohort_request request = {.path = o->cohort_csv,
                                        .outcome = o->outcome,
                                        .event = f->event,
                                        .predictors = o->predictors,
                                        .predictor_count = o->predictor_count,
                                        .factors = o->factors,
                                        .factor_count = o->factor_count,
                                        .references = o->references,
                                        .reference_count = o->reference_count,
                                        .patient = o->patient,
                                        .refuse_missing = o->refuse_missing};
    if (o->predictor_count == 0) {
        return myo_error_set(err, MYO_E_ARGUMENT, "no predictors are given");
    }
    return myo_cohort_read(&request, &f->cohort, err) && check_names(f->cohort, err);
}

/* Everybody is in the development part, or a stratified share. */
static bool split_rows(myo_fitted *f, myo_error *err) {
    const myo_cohort *cohort = f->cohort;
    size_t *order = myo_alloc_array(cohort->rows, sizeof *order, err);
    unsigned char *part = myo_alloc_array(cohort->rows, sizeof *part, err);
    f->rows = myo_alloc_array(cohort->rows, sizeof *f->rows, err);
    f->dev_event = myo_alloc_array(cohort->rows, sizeof *f->dev_event, err);
    bool done = order && part && f->rows && f->dev_event;
    if (done) {
        memset(part, 1, cohort->rows);
        if (f->options.split > 0.0) {
            myo_draws_split(f->options.seed ^ SEED_SPLIT, cohort->event, cohort->rows,
                            f->options.split, order, part);
        }
        size_t at = 0;
        for (int wanted = 1; wanted >= 0; wanted--) {
            for (size_t i = 0; i < cohort->rows; i++) {
                if (part[i] == wanted) {
                    f->dev_event[at] = cohort->event[i];
                    f->rows[at++] = i;
                }
            }
            f->row_count = wanted == 1 ? at : f->row_count;
        }
        f->test_count = cohort->rows - f->row_count;
        for (size_t i = 0; i < f->row_count; i++) {
            f->events += f->dev_event[i];
        }
    }
    free(order);
    free(part);
    return done;
}

/* Patients of the rarer outcome, and what they are called. */
static size_t count_rarer(const myo_fitted *f, const char **what) {
    size_t others = f->row_count - f->events;
    bool rarer = f->events <= others;
    *what = rarer ? "events" : "patients without the event";
    return rarer ? f->events : others;
}

double fit_events_per_variable(const myo_fitted *f, const char **what) {
    return (double)count_rarer(f, what) / (double)f->candidates.columns;
}

static bool check_size(const myo_fitted *f, myo_error *err) {
    const char *what;
    size_t fewer = count_rarer(f, &what);
    return fewer >= FIT_EVENTS_MIN ||
           myo_error_set(err, MYO_E_RANGE,
                         "%s: only %zu %s among %zu patients: no model can be made of that (10 to "
                         "15 events for each coefficient are advised, %d in all are the least)",
                         f->cohort_name, fewer, what, f->row_count, FIT_EVENTS_MIN);
}

static bool encode(myo_fitted *f, myo_error *err) {
    size_t kept_count = 0, *kept = myo_alloc_array(f->row_count, sizeof *kept, err);
    bool done = kept && fit_plan_terms(f, err) &&
                fit_encode(f, f->rows, f->row_count, kept, &kept_count, &f->candidates, err);
    free(kept);
    return done;
}

/* Who went where. */
static bool write_split(const myo_fitted *f, myo_error *err) {
    const myo_cohort *cohort = f->cohort;
    if (!f->options.split_csv || f->options.split <= 0.0) {
        return true;
    }
    unsigned char *part = myo_alloc_array(cohort->rows, sizeof *part, err);
    if (!part) {
        return false;
    }
    for (size_t i = 0; i < f->row_count; i++) {
        part[f->rows[i]] = 1;
    }
    myo_text text = {0};
    const char *column =
        cohort->has_patient ? myo_csv_get_column_name(cohort->csv, cohort->patient_column) : "line";
    myo_csv_append_field(&text, true, column);
    myo_text_append(&text, ",event,part\n");
    for (size_t i = 0; i < cohort->rows; i++) {
        size_t row = cohort->csv_row[i];
        if (cohort->has_patient) {
            myo_csv_append_field(&text, true,
                                 myo_csv_get(cohort->csv, row, cohort->patient_column));
        } else {
            myo_text_printf(&text, "%zu", myo_csv_get_line(cohort->csv, row));
        }
        myo_text_printf(&text, ",%d,%s\n", cohort->event[i], part[i] ? "development" : "test");
    }
    free(part);
    bool done = !text.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    done = done && myo_file_write(f->options.split_csv, text.data, text.length, err);
    myo_text_clear(&text);
    return done;
}

static bool run(myo_fitted *f, myo_error *err) {
    if (!read_cohort(f, err)) {
        return false;
    }
    myo_cohort_append_notes(f->cohort, &f->notes);
    if (!split_rows(f, err) || !check_size(f, err) || !encode(f, err) || !fit_select(f, err) ||
        !fit_model(f, err) || !fit_measure(f, err) || !fit_bootstrap(f, err)) {
        return false;
    }
    fit_note_model(f);
    bool complete = !f->notes.failed && !f->hints.failed;
    return (complete || myo_error_set(err, MYO_E_MEMORY, "out of memory")) &&
           fit_write_model(f, err);
}

/* Texts of the card become JSON, which is UTF-8. */
static bool check_texts(const myo_fit_options *o, myo_error *err) {
    const struct {
        const char *name, *text;
    } texts[] = {{"name", o->name},
                 {"title", o->title},
                 {"horizon", o->horizon},
                 {"population", o->population},
                 {"intended use", o->intended_use},
                 {"citation", o->citation}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].text && !myo_utf8_is_valid(texts[i].text)) {
            return myo_error_set(err, MYO_E_ARGUMENT, "%s is not UTF-8", texts[i].name);
        }
    }
    for (size_t i = 0; i < o->unit_count; i++) {
        if (!myo_utf8_is_valid(o->units[i])) {
            return myo_error_set(err, MYO_E_ARGUMENT, "unit %zu is not UTF-8", i + 1);
        }
    }
    return true;
}

bool myo_fit(const myo_fit_options *options, const char *model_path, myo_fitted **out,
             myo_error *err) {
    myo_fitted *f = myo_alloc_array(1, sizeof *f, err);
    if (!f) {
        return false;
    }
    f->options = *options;
    f->options.threads = options->threads > 0 ? options->threads : myo_processor_count();
    f->cohort_name = myo_string_copy(myo_path_name(options->cohort_csv), err);
    if (f->cohort_name) {
        myo_utf8_repair(f->cohort_name); /* names of files need not be text */
    }
    f->event = options->event ? myo_string_copy(options->event, err) : NULL;
    bool done =
        f->cohort_name && (f->event || !options->event) && check_texts(options, err) &&
        run(f, err) &&
        (!model_path || myo_file_write(model_path, f->model_text, strlen(f->model_text), err)) &&
        write_split(f, err);
    /* Nothing of the caller's is kept but what the report reads. */
    f->options = (myo_fit_options){.select = options->select,
                                   .lambda_1se = options->lambda_1se,
                                   .split = options->split,
                                   .seed = options->seed,
                                   .firth = options->firth};
    if (!done) {
        myo_fitted_destroy(f);
        return false;
    }
    *out = f;
    return true;
}

void myo_fitted_destroy(myo_fitted *f) {
    if (f) {
        free(f->cohort_name);
        free(f->event);
        myo_cohort_destroy(f->cohort);
        free(f->rows);
        free(f->dev_event);
        free(f->terms);
        myo_design_clear(&f->candidates);
        free(f->fold);
        myo_lasso_path_clear(&f->path);
        myo_lasso_cv_clear(&f->cv);
        free(f->selected);
        free((void *)f->model_terms);
        myo_design_clear(&f->design);
        free(f->vif);
        myo_logistic_fit_clear(&f->fit);
        assess_clear(&f->development);
        assess_clear(&f->test);
        free(f->coefficients);
        myo_optimism_clear(&f->optimism);
        free(f->model_text);
        myo_text_clear(&f->notes);
        myo_text_clear(&f->hints);
        free(f);
    }
}
