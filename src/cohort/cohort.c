/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading of a cohort: columns, outcome, patients, and the rows that are kept. */
#include "cohort/cohort.h"

#include "base/memory.h"
#include "base/missing.h"
#include "base/number.h"
#include "cohort/column_private.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_PATIENT "patient_id"
#define DEFAULT_EVENT "1"
#define DEFAULT_OTHER "0"

/* What is known while a cohort is read. */
typedef struct reading {
    const myo_cohort_request *request;
    myo_cohort *cohort;
    size_t outcome;      /* its column of the table */
    size_t *columns;     /* of the predictors, likewise */
    unsigned char *keep; /* for each row of the table */
} reading;

static const char *origin_of(const reading *r) {
    return myo_csv_get_origin(r->cohort->csv);
}

static bool find_columns(reading *r, myo_error *err) {
    const myo_cohort_request *request = r->request;
    myo_cohort *cohort = r->cohort;
    if (!myo_csv_need_column(cohort->csv, request->outcome, &r->outcome, err)) {
        return false;
    }
    cohort->outcome = myo_csv_get_column_name(cohort->csv, r->outcome);
    for (size_t i = 0; i < request->predictor_count; i++) {
        const char *name = request->predictors[i];
        if (!myo_csv_need_column(cohort->csv, name, &r->columns[i], err)) {
            return false;
        }
        if (r->columns[i] == r->outcome) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "'%s' is the outcome and cannot be a predictor, too", name);
        }
        for (size_t k = 0; k < i; k++) {
            if (r->columns[k] == r->columns[i]) {
                return myo_error_set(err, MYO_E_ARGUMENT, "predictor '%s' is given twice", name);
            }
        }
        cohort->columns[i].name = myo_csv_get_column_name(cohort->csv, r->columns[i]);
    }
    const char *patient = request->patient ? request->patient : DEFAULT_PATIENT;
    cohort->has_patient = myo_csv_find_column(cohort->csv, patient, &cohort->patient_column);
    return cohort->has_patient || !request->patient ||
           myo_csv_need_column(cohort->csv, patient, &cohort->patient_column, err);
}

static myo_cohort_column *find_predictor(const reading *r, const char *name, size_t length) {
    for (size_t i = 0; i < r->cohort->column_count; i++) {
        myo_cohort_column *column = &r->cohort->columns[i];
        if (strlen(column->name) == length && strncmp(column->name, name, length) == 0) {
            return column;
        }
    }
    return NULL;
}

static bool declare_factors(const reading *r, myo_error *err) {
    for (size_t i = 0; i < r->request->factor_count; i++) {
        const char *name = r->request->factors[i];
        myo_cohort_column *column = find_predictor(r, name, strlen(name));
        if (!column) {
            return myo_error_set(err, MYO_E_ARGUMENT, "factor '%s' is not among the predictors",
                                 name);
        }
        column->declared = true;
    }
    return true;
}

/* "COLUMN=LEVEL": the first '=' behind the name of a predictor divides. */
static bool set_references(const reading *r, myo_error *err) {
    for (size_t i = 0; i < r->request->reference_count; i++) {
        const char *text = r->request->references[i], *equals = strchr(text, '=');
        myo_cohort_column *column = NULL;
        while (equals && !(column = find_predictor(r, text, (size_t)(equals - text)))) {
            equals = strchr(equals + 1, '=');
        }
        if (!column || column->type != MYO_COHORT_FACTOR) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "reference '%s': must be COLUMN=LEVEL with a predictor that is a "
                                 "factor",
                                 text);
        }
        size_t level = 0;
        while (level < column->level_count && strcmp(column->levels[level], equals + 1) != 0) {
            level++;
        }
        if (level == column->level_count) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "reference '%s': column '%s' has no such level", text,
                                 column->name);
        }
        column->reference = level;
    }
    return true;
}

/* Values of the outcome are compared as numbers where both are: 1 is 1.0. */
static bool same_value(const char *a, const char *b) {
    double x, y;
    return strcmp(a, b) == 0 ||
           (myo_number_parse(a, &x) && myo_number_parse(b, &y) && x <= y && x >= y);
}

/* The value that does not mean the event must be one and the same everywhere. */
static bool scan_outcome(reading *r, myo_error *err) {
    myo_cohort *cohort = r->cohort;
    const char *event = r->request->event ? r->request->event : DEFAULT_EVENT;
    const char *other = r->request->event ? NULL : DEFAULT_OTHER;
    size_t rows = myo_csv_get_row_count(cohort->csv), event_rows = 0;
    for (size_t row = 0; row < rows; row++) {
        const char *text = myo_csv_get(cohort->csv, row, r->outcome);
        if (myo_text_is_missing(text)) {
            cohort->outcome_missing++;
            r->keep[row] = 0;
        } else if (same_value(text, event)) {
            event_rows++;
        } else if (!other) {
            other = text;
        } else if (!same_value(text, other)) {
            return myo_error_set(err, MYO_E_FORMAT,
                                 "%s: line %zu: outcome '%s' is '%.*s', neither '%.*s' (event) nor "
                                 "'%.*s'; it must have two values, 0 and 1, or others where the "
                                 "event is given",
                                 origin_of(r), myo_csv_get_line(cohort->csv, row), cohort->outcome,
                                 cohort_quoted(text), text, cohort_quoted(event), event,
                                 cohort_quoted(other), other);
        }
    }
    cohort->event_value = event;
    cohort->other_value = other ? other : "";
    if (event_rows == 0) {
        return myo_error_set(err, MYO_E_RANGE, "%s: outcome '%s' is '%.*s' in no row: no events",
                             origin_of(r), cohort->outcome, cohort_quoted(event), event);
    }
    return true;
}

/* Names what is missing, and where it begins. */
static bool check_missing(const reading *r, myo_error *err) {
    const myo_cohort *cohort = r->cohort;
    if (!r->request->refuse_missing) {
        return true;
    }
    if (cohort->outcome_missing > 0) {
        return myo_error_set(err, MYO_E_MISSING, "%s: outcome '%s' is missing in %zu rows",
                             origin_of(r), cohort->outcome, cohort->outcome_missing);
    }
    for (size_t i = 0; i < cohort->column_count; i++) {
        const myo_cohort_column *column = &cohort->columns[i];
        if (column->missing > 0) {
            return myo_error_set(err, MYO_E_MISSING,
                                 "%s: column '%s' has %zu missing values (the first in line %zu)",
                                 origin_of(r), column->name, column->missing,
                                 column->first_missing_line);
        }
    }
    return true;
}

typedef struct patient_row {
    const char *id;
    size_t row;
} patient_row;

static int compare_patients(const void *a, const void *b) {
    const patient_row *left = a, *right = b;
    int order = strcmp(left->id, right->id);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

/* A patient may have one row: another one would count twice. */
static bool check_patients(const reading *r, myo_error *err) {
    const myo_csv *csv = r->cohort->csv;
    size_t rows = myo_csv_get_row_count(csv), count = 0;
    if (!r->cohort->has_patient) {
        return true;
    }
    patient_row *list = myo_alloc_array(rows, sizeof *list, err);
    if (!list) {
        return false;
    }
    for (size_t row = 0; row < rows; row++) {
        const char *id = myo_csv_get(csv, row, r->cohort->patient_column);
        if (!myo_text_is_missing(id)) {
            list[count++] = (patient_row){id, row};
        }
    }
    qsort(list, count, sizeof *list, compare_patients);
    bool ok = true;
    for (size_t i = 1; i < count && ok; i++) {
        if (strcmp(list[i - 1].id, list[i].id) == 0) {
            ok = myo_error_set(err, MYO_E_AMBIGUOUS,
                               "%s: lines %zu and %zu hold the same %s; a patient may have one row",
                               origin_of(r), myo_csv_get_line(csv, list[i - 1].row),
                               myo_csv_get_line(csv, list[i].row),
                               myo_csv_get_column_name(csv, r->cohort->patient_column));
        }
    }
    free(list);
    return ok;
}

/* The rows without a missing value and their outcome. */
static bool keep_rows(reading *r, myo_error *err) {
    myo_cohort *cohort = r->cohort;
    size_t rows = myo_csv_get_row_count(cohort->csv);
    for (size_t row = 0; row < rows; row++) {
        cohort->rows += r->keep[row];
    }
    cohort->rows_dropped = rows - cohort->rows;
    cohort->csv_row = myo_alloc_array(cohort->rows, sizeof *cohort->csv_row, err);
    cohort->event = myo_alloc_array(cohort->rows, sizeof *cohort->event, err);
    if (!cohort->csv_row || !cohort->event) {
        return false;
    }
    size_t at = 0;
    for (size_t row = 0; row < rows; row++) {
        if (r->keep[row]) {
            const char *text = myo_csv_get(cohort->csv, row, r->outcome);
            cohort->csv_row[at] = row;
            cohort->event[at] = same_value(text, cohort->event_value);
            cohort->events += cohort->event[at++];
        }
    }
    if (cohort->events == 0 || cohort->events == cohort->rows) {
        return myo_error_set(
            err, MYO_E_RANGE,
            "%s: outcome '%s': %zu events in %zu patients%s; there must be patients "
            "with and without the event",
            origin_of(r), cohort->outcome, cohort->events, cohort->rows,
            cohort->rows_dropped > 0 ? " without missing values" : "");
    }
    return true;
}

static bool read_columns(reading *r, myo_error *err) {
    myo_cohort *cohort = r->cohort;
    for (size_t i = 0; i < cohort->column_count; i++) {
        if (!cohort_column_scan(cohort->csv, r->columns[i], &cohort->columns[i], r->keep, err)) {
            return false;
        }
    }
    if (!set_references(r, err) || !check_missing(r, err) || !keep_rows(r, err)) {
        return false;
    }
    for (size_t i = 0; i < cohort->column_count; i++) {
        if (!cohort_column_fill(cohort, r->columns[i], &cohort->columns[i], err)) {
            return false;
        }
    }
    return true;
}

bool myo_cohort_take_csv(const myo_cohort_request *request, myo_csv *csv, myo_cohort **out,
                         myo_error *err) {
    size_t rows = myo_csv_get_row_count(csv);
    reading r = {.request = request, .cohort = myo_alloc_array(1, sizeof *r.cohort, err)};
    bool done = false;
    if (!r.cohort) {
        myo_csv_destroy(csv);
        return false;
    }
    r.cohort->csv = csv;
    r.columns = myo_alloc_array(request->predictor_count, sizeof *r.columns, err);
    r.cohort->columns = myo_alloc_array(request->predictor_count, sizeof *r.cohort->columns, err);
    r.keep = myo_alloc_array(rows, sizeof *r.keep, err);
    if (r.columns && r.cohort->columns && r.keep) {
        memset(r.keep, 1, rows);
        r.cohort->column_count = request->predictor_count;
        done = find_columns(&r, err) && declare_factors(&r, err) && check_patients(&r, err) &&
               scan_outcome(&r, err) && read_columns(&r, err);
    }
    free(r.columns);
    free(r.keep);
    if (done) {
        *out = r.cohort;
    } else {
        myo_cohort_destroy(r.cohort);
    }
    return done;
}

bool myo_cohort_read(const myo_cohort_request *request, myo_cohort **out, myo_error *err) {
    myo_csv *csv = NULL;
    return myo_csv_read(request->path, &csv, err) && myo_cohort_take_csv(request, csv, out, err);
}

void myo_cohort_destroy(myo_cohort *cohort) {
    if (cohort) {
        for (size_t i = 0; cohort->columns && i < cohort->column_count; i++) {
            cohort_column_clear(&cohort->columns[i]);
        }
        free(cohort->columns);
        free(cohort->csv_row);
        free(cohort->event);
        myo_csv_destroy(cohort->csv);
        free(cohort);
    }
}
