/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What users hand over beside the images: heights and clinical variables by patient. */
#include "base/number.h"
#include "pipeline/run_private.h"
#include "pipeline/stream_private.h"

#include <math.h>
#include <string.h>

static const char ID_COLUMN[] = "patient_id";
static const char HEIGHT_COLUMN[] = "height_m";

/* Row of a patient; false when there is none. */
static bool find_patient(const myo_csv *csv, const char *patient_id, size_t *row) {
    size_t column;
    if (!myo_csv_find_column(csv, ID_COLUMN, &column)) {
        return false;
    }
    for (size_t i = 0; i < myo_csv_get_row_count(csv); i++) {
        if (strcmp(myo_csv_get(csv, i, column), patient_id) == 0) {
            *row = i;
            return true;
        }
    }
    return false;
}

/* A path may hold a name: --deidentify shows the option instead. */
static const char *table_name(const run *r, const myo_csv *csv) {
    const char *option = csv == r->heights ? "--heights" : "--clinical";
    return r->identity.hide ? option : myo_csv_get_origin(csv);
}

static bool check_height(double height_m, const char *where, myo_error *err) {
    if (height_m >= MYO_HEIGHT_MIN_M && height_m <= MYO_HEIGHT_MAX_M) {
        return true;
    }
    double as_metres = height_m / 100.0;
    if (as_metres >= MYO_HEIGHT_MIN_M && as_metres <= MYO_HEIGHT_MAX_M) {
        return myo_error_set(err, MYO_E_RANGE,
                             "height %g (%s) looks like centimetres: give it in metres, as %.4g",
                             height_m, where, as_metres);
    }
    return myo_error_set(err, MYO_E_RANGE, "height %g m (%s) is not within %g to %g m", height_m,
                         where, MYO_HEIGHT_MIN_M, MYO_HEIGHT_MAX_M);
}

bool run_height(const run *r, const myo_study *study, double *height_m, const char **source,
                myo_error *err) {
    size_t row, column;
    if (r->heights && find_patient(r->heights, study->patient_id, &row) &&
        myo_csv_find_column(r->heights, HEIGHT_COLUMN, &column)) {
        const char *text = myo_csv_get(r->heights, row, column);
        if (*text) {
            *source = "csv";
            if (!myo_number_parse(text, height_m)) {
                return myo_error_set(
                    err, MYO_E_ARGUMENT, "%s, line %zu: height_m is no number: '%s'",
                    table_name(r, r->heights), myo_csv_get_line(r->heights, row), text);
            }
            return check_height(*height_m, table_name(r, r->heights), err);
        }
    }
    if (r->options->height_m != 0.0) {
        *source = "option";
        *height_m = r->options->height_m;
        return check_height(*height_m, "--height", err);
    }
    if (study->patient_size_m != 0.0) {
        *source = "dicom";
        *height_m = study->patient_size_m;
        return check_height(*height_m, "DICOM PatientSize", err);
    }
    *source = "none";
    *height_m = NAN;
    return true;
}

const char *run_clinical_value(const run *r, const char *patient_id, const char *name) {
    size_t row, column;
    if (!r->clinical || !myo_csv_find_column(r->clinical, name, &column) ||
        !find_patient(r->clinical, patient_id, &row)) {
        return NULL;
    }
    return myo_csv_get(r->clinical, row, column);
}

static void describe_row(const myo_csv *csv, const char *patient_id, myo_text *text) {
    size_t row;
    if (!csv || !find_patient(csv, patient_id, &row)) {
        return;
    }
    myo_text_printf(text, "line %zu\n", myo_csv_get_line(csv, row)); /* errors name it */
    for (size_t i = 0; i < myo_csv_get_column_count(csv); i++) {
        myo_text_printf(text, "%s\n%s\n", myo_csv_get_column_name(csv, i),
                        myo_csv_get(csv, row, i));
    }
}

void run_describe_patient(const run *r, const char *patient_id, myo_text *text) {
    describe_row(r->heights, patient_id, text);
    describe_row(r->clinical, patient_id, text);
}

/* Studies are ordered by patient ID. */
static bool is_studied(const myo_catalogue *catalogue, const char *patient_id) {
    size_t low = 0, high = myo_catalogue_get_study_count(catalogue);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(patient_id, myo_catalogue_get_study(catalogue, middle)->patient_id);
        if (order == 0) {
            return true;
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return false;
}

/* A warning goes to the log and into run.json. */
static void warn(run *r, const char *text) {
    myo_log(MYO_LOG_WARNING, "%s", text);
    json_array_append_new(json_object_get(r->record, "warnings"), json_any_text(text));
}

/* Two rows of one patient would leave it to chance which one counts. */
static bool check_table(run *r, const myo_csv *csv, myo_error *err) {
    size_t column;
    if (!myo_csv_need_column(csv, ID_COLUMN, &column, err)) {
        return false;
    }
    for (size_t i = 0; i < myo_csv_get_row_count(csv); i++) {
        const char *patient_id = myo_csv_get(csv, i, column);
        char pseudonym[PSEUDONYM_SIZE];
        const char *shown = identity_patient(&r->identity, patient_id, pseudonym);
        size_t first = i;
        find_patient(csv, patient_id, &first);
        if (first != i) {
            return myo_error_set(
                err, MYO_E_FORMAT, "%s, line %zu: patient '%s' is already on line %zu",
                table_name(r, csv), myo_csv_get_line(csv, i), shown, myo_csv_get_line(csv, first));
        }
        if (!is_studied(r->catalogue, patient_id)) {
            char text[MYO_ERROR_TEXT_SIZE];
            snprintf(text, sizeof text, "%s, line %zu: no study of patient '%s' among the inputs",
                     table_name(r, csv), myo_csv_get_line(csv, i), shown);
            warn(r, text);
        }
    }
    return true;
}

/* Patients of whom the clinical table says nothing. */
static void check_clinical(run *r) {
    for (size_t i = 0; i < myo_catalogue_get_study_count(r->catalogue); i++) {
        const char *patient_id = myo_catalogue_get_study(r->catalogue, r->order[i])->patient_id;
        size_t row;
        if (!find_patient(r->clinical, patient_id, &row)) {
            char text[MYO_ERROR_TEXT_SIZE], pseudonym[PSEUDONYM_SIZE];
            snprintf(text, sizeof text, "%s: no row for patient '%s'", table_name(r, r->clinical),
                     identity_patient(&r->identity, patient_id, pseudonym));
            warn(r, text);
        }
    }
}

/* Outlines that belong to no study would count for nothing. */
static void check_tracings(run *r) {
    const tracings *t = &r->tracings;
    for (size_t i = 0; (i = tracings_find_stray(t, r->catalogue, i)) < t->count; i++) {
        char text[MYO_ERROR_TEXT_SIZE];
        snprintf(text, sizeof text,
                 "%s: these outlines belong to no study among the inputs; name the file "
                 "sub-<patient ID>_...",
                 r->identity.hide ? "a file" : t->files[i].path);
        warn(r, text);
    }
}

bool run_check_tables(run *r, myo_error *err) {
    size_t column;
    check_tracings(r);
    if (r->heights && (!myo_csv_need_column(r->heights, HEIGHT_COLUMN, &column, err) ||
                       !check_table(r, r->heights, err))) {
        return false;
    }
    if (r->clinical) {
        if (!check_table(r, r->clinical, err)) {
            return false;
        }
        check_clinical(r);
    }
    return true;
}
