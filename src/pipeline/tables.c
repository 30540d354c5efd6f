/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What users hand over beside the images: heights and clinical variables by patient. */
#include "base/number.h"
#include "pipeline/run_private.h"

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
                    myo_csv_get_origin(r->heights), myo_csv_get_line(r->heights, row), text);
            }
            return check_height(*height_m, myo_csv_get_origin(r->heights), err);
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

static bool is_studied(const myo_catalogue *catalogue, const char *patient_id) {
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        if (strcmp(myo_catalogue_get_study(catalogue, i)->patient_id, patient_id) == 0) {
            return true;
        }
    }
    return false;
}

/* A warning goes to the log and into run.json. */
static void warn(run *r, const char *text) {
    myo_log(MYO_LOG_WARNING, "%s", text);
    json_array_append_new(json_object_get(r->record, "warnings"), json_string(text));
}

/* Two rows of one patient would leave it to chance which one counts. */
static bool check_table(run *r, const myo_csv *csv, const myo_catalogue *catalogue,
                        myo_error *err) {
    size_t column;
    if (!myo_csv_need_column(csv, ID_COLUMN, &column, err)) {
        return false;
    }
    for (size_t i = 0; i < myo_csv_get_row_count(csv); i++) {
        const char *patient_id = myo_csv_get(csv, i, column);
        size_t first = i;
        find_patient(csv, patient_id, &first);
        if (first != i) {
            return myo_error_set(err, MYO_E_FORMAT,
                                 "%s, line %zu: patient '%s' is already on line %zu",
                                 myo_csv_get_origin(csv), myo_csv_get_line(csv, i), patient_id,
                                 myo_csv_get_line(csv, first));
        }
        if (!is_studied(catalogue, patient_id)) {
            char text[MYO_ERROR_TEXT_SIZE];
            snprintf(text, sizeof text, "%s, line %zu: no study of patient '%s' among the inputs",
                     myo_csv_get_origin(csv), myo_csv_get_line(csv, i), patient_id);
            warn(r, text);
        }
    }
    return true;
}

bool run_check_tables(run *r, const myo_catalogue *catalogue, myo_error *err) {
    size_t column;
    if (r->heights && (!myo_csv_need_column(r->heights, HEIGHT_COLUMN, &column, err) ||
                       !check_table(r, r->heights, catalogue, err))) {
        return false;
    }
    if (!r->clinical) {
        return true;
    }
    if (!check_table(r, r->clinical, catalogue, err)) {
        return false;
    }
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        const char *patient_id = myo_catalogue_get_study(catalogue, i)->patient_id;
        size_t row;
        if (!find_patient(r->clinical, patient_id, &row)) {
            char text[MYO_ERROR_TEXT_SIZE];
            snprintf(text, sizeof text, "%s: no row for patient '%s'",
                     myo_csv_get_origin(r->clinical), patient_id);
            warn(r, text);
        }
    }
    return true;
}
