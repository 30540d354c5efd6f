/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main job: the studies one after another, and the tables at the end. */
#include "base/file.h"
#include "pipeline/run_private.h"
#include "report/tables.h"

#include <stdlib.h>
#include <string.h>

static bool write_text(const run *r, const char *name, const myo_text *text, myo_error *err) {
    char *path = NULL;
    bool done = text->failed ? myo_error_set(err, MYO_E_MEMORY, "out of memory")
                             : myo_path_join(r->options->output, name, &path, err) &&
                                   myo_file_write(path, text->data, text->length, err);
    free(path);
    return done;
}

static bool write_record(const run *r, myo_error *err) {
    char *json = json_dumps(r->record, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    if (!json) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    myo_text text = {0};
    myo_text_printf(&text, "%s\n", json);
    bool done = write_text(r, "run.json", &text, err);
    myo_text_clear(&text);
    free(json);
    return done;
}

static void measure_one(run *r, const myo_study *study) {
    json_t *record = json_pack("{s:s, s:s, s:s}", "patient_id", study->patient_id, "study_uid",
                               study->study_uid, "study_date", study->study_date);
    bool incomplete = false;
    myo_error err = {0};
    if (run_study(r, study, record, &incomplete, &err)) {
        r->measured++;
        r->incomplete += incomplete ? 1 : 0;
        json_object_set_new(record, "status", json_string(incomplete ? "incomplete" : "measured"));
    } else {
        r->failed++;
        json_object_set_new(record, "status", json_string("failed"));
        json_object_set_new(record, "code", json_string(myo_code_name(err.code)));
        json_object_set_new(record, "reason", json_string(err.message));
        myo_log(MYO_LOG_ERROR, "patient %s: %s", study->patient_id, err.message);
    }
    json_array_append_new(json_object_get(r->record, "studies"), record);
}

static bool measure_catalogue(run *r, const myo_catalogue *catalogue, myo_error *err) {
    if (!run_check_tables(r, catalogue, err)) {
        return false;
    }
    record_skipped(r, catalogue);
    myo_report_measurements_header(&r->measurements);
    myo_report_features_header(&r->features);
    myo_report_risk_header(&r->risk);
    json_object_set_new(r->record, "folders", json_object());
    size_t count = myo_catalogue_get_study_count(catalogue);
    for (size_t i = 0; i < count; i++) {
        const myo_study *study = myo_catalogue_get_study(catalogue, i);
        if (r->options->progress) {
            r->options->progress(r->options->progress_user, study->patient_id, i, count);
        }
        measure_one(r, study);
    }
    if (r->options->progress) {
        r->options->progress(r->options->progress_user, "", count, count);
    }
    json_object_del(r->record, "folders"); /* served to keep file names apart */
    record_end(r);
    return write_text(r, "measurements.csv", &r->measurements, err) &&
           write_text(r, "features.csv", &r->features, err) &&
           write_text(r, "risk.csv", &r->risk, err) && write_record(r, err);
}

static bool summarise(const run *r, const myo_catalogue *catalogue, myo_measure_summary *out,
                      myo_error *err) {
    *out = (myo_measure_summary){.studies_measured = r->measured,
                                 .studies_failed = r->failed,
                                 .studies_incomplete = r->incomplete,
                                 .files_skipped = myo_catalogue_get_skipped_count(catalogue)};
    json_t *summary =
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:O}", "version", myo_version(), "output",
                  r->options->output, "measured", (json_int_t)r->measured, "failed",
                  (json_int_t)r->failed, "incomplete", (json_int_t)r->incomplete, "files_skipped",
                  (json_int_t)out->files_skipped, "studies", json_object_get(r->record, "studies"));
    out->json = summary ? json_dumps(summary, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) : NULL;
    json_decref(summary);
    return out->json ? true : myo_error_set(err, MYO_E_MEMORY, "out of memory");
}

bool myo_pipeline_measure(const myo_measure_options *options, myo_measure_summary *out,
                          myo_error *err) {
    run r = {0};
    myo_catalogue *catalogue = NULL;
    /* The output folder comes first: better to fail now than after an hour of reading. */
    bool done = run_open(&r, options, err) && myo_folder_create(options->output, err) &&
                write_record(&r, err) &&
                myo_catalogue_create(options->inputs, options->input_count, options->progress,
                                     options->progress_user, &catalogue, err) &&
                measure_catalogue(&r, catalogue, err) && summarise(&r, catalogue, out, err);
    myo_catalogue_destroy(catalogue);
    run_close(&r);
    return done;
}

void myo_measure_summary_clear(myo_measure_summary *summary) {
    free(summary->json);
    *summary = (myo_measure_summary){0};
}
