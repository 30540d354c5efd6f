/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.json: what was asked, what was read, what was done, and what was left out and why. */
#include "pipeline/run_private.h"
#include "pipeline/stream_private.h"
#include "report/fat_picture.h"

#include <stdlib.h>
#include <time.h>

/* SOURCE_DATE_EPOCH (reproducible-builds.org) replaces every time, so that two runs can be compared
 * byte by byte. */
void record_time(time_t when, char text[RECORD_TIME_SIZE]) {
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    struct tm parts;
    when = fixed && *fixed ? (time_t)strtoll(fixed, NULL, 10) : when;
    *text = '\0';
    if (gmtime_r(&when, &parts)) {
        strftime(text, RECORD_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
}

static json_t *time_now(void) {
    char text[RECORD_TIME_SIZE];
    record_time(time(NULL), text);
    return json_string(text);
}

static json_t *string_or_null(const char *text) {
    return text ? json_any_text(text) : json_null();
}

static json_t *describe_method(const run *r, const myo_method_info *info, const double *values) {
    json_t *parameters = json_object();
    for (size_t i = 0; i < info->parameter_count; i++) {
        json_object_set_new(parameters, info->parameters[i].name, json_real(values[i]));
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "name", info->name, "version", info->version, "origin",
                     myo_registry_get_origin(r->registry, info), "parameters", parameters);
}

/* Paths that the user gave; hidden with --deidentify, as names are found in many of them. */
static json_t *path_or_null(const run *r, const char *path) {
    if (r->identity.hide && path) {
        return json_string("given");
    }
    return path ? json_any_text(path) : json_null();
}

/* What was said about outlines that were drawn; null without any. */
static json_t *record_tracings(const run *r) {
    const myo_measure_options *o = r->options;
    json_t *files = json_array();
    if (o->tracing_count == 0 && !o->results) {
        json_decref(files);
        return json_null();
    }
    for (size_t i = 0; i < r->tracings.count; i++) {
        json_array_append_new(files, path_or_null(r, r->tracings.files[i].path));
    }
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o}", "results", path_or_null(r, o->results),
                     "files", files, "labels_from", o->labels_from ? o->labels_from : "auto",
                     "names", path_or_null(r, o->names_csv), "reader", string_or_null(o->reader),
                     "roi_convention", string_or_null(o->traced_convention));
}

json_t *record_options(const run *r) {
    const myo_measure_options *o = r->options;
    json_t *inputs = json_array(), *models = json_array(), *fat = json_array();
    json_t *model_files = json_array();
    for (size_t i = 0; i < o->input_count; i++) {
        json_array_append_new(inputs, path_or_null(r, o->inputs[i]));
    }
    for (size_t i = 0; i < r->model_count; i++) {
        json_array_append_new(models, json_string(myo_model_get_name(r->models[i])));
    }
    for (size_t i = 0; i < o->model_count; i++) {
        json_array_append_new(model_files, path_or_null(r, o->models[i]));
    }
    for (size_t i = 0; i < r->fat_method_count; i++) {
        json_array_append_new(fat, describe_method(r, &r->fat_methods[i]->info, r->fat_values[i]));
    }
    /* The first member tells store.c what the results around it are. */
    return json_pack(
        "{s:b, s:o, s:b, s:s, s:s, s:s, s:s, s:f, s:b, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, "
        "s:o, s:o, s:o, s:o, s:s, s:o}",
        "deidentify", (int)o->deidentify, "inputs", inputs, "pair", (int)o->pair, "level", r->level,
        "vertebra", o->vertebra ? o->vertebra : "L1", "gluteus_maximus_at", r->gluteus_maximus_at,
        "gluteus_medius_at", r->gluteus_medius_at, "level_confidence", r->level_confidence_min,
        "accept_level", (int)o->accept_level, "slice", string_or_null(o->slice), "series",
        string_or_null(o->series), "reference", o->reference ? o->reference : "auto", "segmenter",
        describe_method(r, &r->segmenter->info, r->segmenter_values), "fat_methods", fat,
        "height_m", o->height_m != 0.0 ? json_real(o->height_m) : json_null(), "heights",
        path_or_null(r, o->heights_csv), "clinical", path_or_null(r, o->clinical_csv), "models",
        models, "model_files", model_files, "plugins", path_or_null(r, o->plugin_directory),
        "tracings", record_tracings(r), "uncertainty",
        o->uncertainty ? o->uncertainty : "fat,outline,height", "reader_sem",
        path_or_null(r, o->reader_sem_csv));
}

bool record_begin(run *r, myo_error *err) {
    r->record = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:n, s:o, s:[], s:[]}", "program",
                          "myotome", "version", myo_version(), "libraries", myo_library_versions(),
                          "notice", "Not for clinical decisions without review.", "command_line",
                          path_or_null(r, r->options->command_line), "start", time_now(), "end",
                          "options", record_options(r), "warnings", "notes");
    return r->record ? true : myo_error_set(err, MYO_E_MEMORY, "out of memory");
}

/* True when an MR series is among the inputs. */
static bool has_mr(const myo_catalogue *catalogue) {
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        const myo_study *study = myo_catalogue_get_study(catalogue, i);
        for (size_t k = 0; k < study->series_count; k++) {
            if (study->series[k].modality == MYO_MODALITY_MR) {
                return true;
            }
        }
    }
    return false;
}

void record_end(run *r) {
    if (has_mr(r->catalogue)) {
        json_array_append_new(json_object_get(r->record, "notes"),
                              json_string(myo_report_psoas_note()));
    }
    json_object_set_new(r->record, "end", time_now());
    json_object_set_new(r->record, "measured", json_integer((json_int_t)r->measured));
    json_object_set_new(r->record, "failed", json_integer((json_int_t)r->failed));
}

json_t *record_skipped(const run *r, const myo_skipped *skipped) {
    char pseudonym[PSEUDONYM_SIZE];
    myo_text reason = {0};
    identity_hide_text(&r->identity, NULL, skipped->reason, &reason);
    json_t *entry = json_pack("{s:o, s:s, s:o}", "path",
                              json_any_text(identity_path(&r->identity, skipped->path, pseudonym)),
                              "code", myo_code_name(skipped->code), "reason",
                              json_any_text(reason.data ? reason.data : ""));
    myo_text_clear(&reason);
    return entry;
}

json_t *record_study(const myo_study *shown) {
    return json_pack("{s:s, s:s, s:s}", "patient_id", shown->patient_id, "study_uid",
                     shown->study_uid, "study_date", shown->study_date);
}

void record_failure(json_t *record, const myo_error *failure) {
    json_object_set_new(record, "status", json_string("failed"));
    json_object_set_new(record, "code", json_string(myo_code_name(failure->code)));
    json_object_set_new(record, "reason", json_any_text(failure->message));
}
