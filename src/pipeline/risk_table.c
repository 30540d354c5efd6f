/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Risk from a feature table and from nothing else. */
#include "base/number.h"
#include "base/text.h"
#include "io/csv.h"
#include "report/tables.h"
#include "risk/equation.h"

#include <math.h>
#include <myotome/pipeline.h>
#include <stdio.h>
#include <string.h>

#define COLUMN_NAME_SIZE 256

typedef struct row_view {
    const myo_csv *csv;
    size_t row;
} row_view;

static const char *lookup(void *user, const char *name) {
    const row_view *view = user;
    return myo_csv_get_named(view->csv, view->row, name);
}

/* Half of the width of the 95 % interval of a normal distribution, in standard deviations. */
#define Z95 1.959963984540054

/* From the interval beside the value, NAME_lower and NAME_upper; NaN without one. */
static double uncertainty(void *user, const char *name) {
    static const char *const endings[] = {"_lower", "_upper"};
    double bounds[2];
    for (int i = 0; i < 2; i++) {
        char column[COLUMN_NAME_SIZE];
        snprintf(column, sizeof column, "%s%s", name, endings[i]);
        const char *text = lookup(user, column);
        if (!text || !myo_number_parse(text, &bounds[i])) {
            return (double)NAN;
        }
    }
    const char *value = lookup(user, name);
    double middle;
    /* The lower end stops at 0; the upper one is always as far off as it should. */
    return value && myo_number_parse(value, &middle) ? (bounds[1] - middle) / Z95 : (double)NAN;
}

static const char *text_or_empty(row_view *view, const char *name) {
    const char *text = lookup(view, name);
    return text ? text : "";
}

/* A myo_measured_lookup over a row. */
static bool measured(void *user, const char *name, myo_measured *out) {
    *out = (myo_measured){0};
    bool known = myo_measured_from_row(lookup, user, name, out);
    double standard = uncertainty(user, name);
    out->standard_uncertainty = standard;
    return known || isfinite(standard);
}

/* True where the flags of a row hold the one of a level that is not confirmed. */
static bool is_level_doubtful(row_view *view) {
    return myo_text_lists(text_or_empty(view, "flags"), ';', "level_not_confirmed");
}

static myo_prediction no_prediction(const char *warning) {
    myo_prediction prediction = {NAN, NAN, NAN, NAN, "", "", ""};
    snprintf(prediction.warnings, sizeof prediction.warnings, "%s", warning);
    return prediction;
}

/* The prediction of a row; false when it holds a value that cannot be read, which is logged. */
static bool predict_row(const myo_model *model, row_view *view, bool accept_level,
                        myo_prediction *prediction) {
    myo_error problem = {0};
    if (!accept_level && is_level_doubtful(view)) {
        *prediction = no_prediction("refused: level not confirmed: look at the level, then use "
                                    "--accept-level");
        return true;
    }
    if (myo_model_predict_measured(model, lookup, measured, view, prediction, &problem)) {
        return true;
    }
    *prediction = no_prediction(problem.message);
    myo_log(MYO_LOG_ERROR, "%s, line %zu: %s", myo_csv_get_origin(view->csv),
            myo_csv_get_line(view->csv, view->row), problem.message);
    return false;
}

bool myo_pipeline_risk(const char *features_csv, const char *model, bool accept_level,
                       char **csv_text, size_t *failed, myo_error *err) {
    myo_csv *csv = NULL;
    myo_model *loaded = NULL;
    myo_text text = {0};
    *failed = 0;
    bool done = myo_model_load(model, &loaded, err) && myo_csv_read(features_csv, &csv, err);
    if (done) {
        myo_report_risk_header(&text);
    }
    for (size_t i = 0; done && i < myo_csv_get_row_count(csv); i++) {
        row_view view = {csv, i};
        myo_prediction prediction;
        *failed += !predict_row(loaded, &view, accept_level, &prediction);
        myo_report_risk row = {text_or_empty(&view, "patient_id"),
                               text_or_empty(&view, "study_uid"), myo_model_get_name(loaded),
                               &prediction};
        myo_report_risk_row(&text, &row);
    }
    done = done && myo_text_take(&text, csv_text, err);
    myo_text_clear(&text);
    myo_csv_destroy(csv);
    myo_model_destroy(loaded);
    return done;
}
