/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One study: choose the slice, outline, separate fat, measure, predict, write its files. */
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "pipeline/locate_picture_private.h"
#include "pipeline/location_record_private.h"
#include "pipeline/names_private.h"
#include "pipeline/variables_private.h"
#include "report/label_map.h"
#include "report/overlay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METHOD_TEXT_SIZE 96

/* Everything of a study while it is measured. */
typedef struct work {
    const run *r;
    const study_plan *plan;
    const myo_study *source; /* as it was read: the tables know its patient */
    const myo_study *study;  /* as results show it */
    const char *folder;      /* for its files, until they are complete */
    json_t *record;
    bool incomplete; /* a risk failed on bad input */
    double height_m;
    const char *height_source;
    myo_location location;
    myo_level_choice choice; /* its slice */
    myo_image *image;
    char sha256[MYO_SHA256_HEX_SIZE];
    myo_outlines outlines;
    uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
    char method[METHOD_TEXT_SIZE], fat_method[METHOD_TEXT_SIZE];
    myo_fat_map fat;             /* of the fat method at work */
    myo_slice_measures measures; /* likewise */
    myo_report_features features;
    myo_text measurements, risk; /* rows, handed over when all went well */
} work;

static void work_clear(work *w) {
    myo_image_destroy(w->image);
    myo_outlines_clear(&w->outlines);
    myo_fat_map_clear(&w->fat);
    myo_text_clear(&w->measurements);
    myo_text_clear(&w->risk);
}

static json_t *number_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

/* Every series of the study that is not measured, and why. */
static void record_other_series(work *w, const myo_series *chosen) {
    json_t *list = json_array();
    for (size_t i = 0; i < w->study->series_count; i++) {
        const myo_series *series = &w->study->series[i];
        const char *reason = myo_level_why_not_axial_t2(series);
        if (series != chosen) {
            json_array_append_new(list,
                                  json_pack("{s:i, s:s, s:s}", "series_number", series->number,
                                            "series_uid", series->series_uid, "reason",
                                            reason ? reason : "another series was chosen"));
        }
    }
    json_object_set_new(w->record, "other_series", list);
}

/* Finds and reads the slice. A slice that the user names decides on the series too. */
static bool read_slice(work *w, myo_error *err) {
    const myo_measure_options *options = w->r->options;
    myo_location_query query = {
        .level = w->r->level, .series = options->series, .slice = options->slice};
    record_other_series(w, NULL);
    bool found = myo_locate_level(w->study, &query, &w->location, err);
    json_object_set_new(w->record, "spine", record_spine(&w->location));
    if (!found) {
        return false;
    }
    w->choice = w->location.slice;
    w->choice.confirmed = w->choice.confidence >= w->r->level_confidence_min;
    if (!myo_dicom_read_slice(w->choice.instance, &w->image, w->sha256, err)) {
        return false;
    }
    json_object_set_new(w->record, "height_m", number_or_null(w->height_m));
    json_object_set_new(w->record, "height_source", json_string(w->height_source));
    json_t *slice = record_slice(&w->choice);
    json_object_set_new(slice, "pixels_sha256", json_string(w->sha256));
    json_object_set_new(w->record, "slice", slice);
    record_other_series(w, w->choice.series);
    return true;
}

/* The note is drawn into the overlay: a message that it quotes may name a file. */
static void hide_note(work *w) {
    myo_text text = {0};
    identity_hide_text(&w->r->identity, w->source, w->choice.note, &text);
    snprintf(w->choice.note, sizeof w->choice.note, "%s", text.data ? text.data : "");
    myo_text_clear(&text);
}

/* Reads the slice and outlines it. */
static bool outline(work *w, myo_error *err) {
    const run *r = w->r;
    if (!run_height(r, w->source, &w->height_m, &w->height_source, err) || !read_slice(w, err)) {
        return false;
    }
    hide_note(w);
    if (!myo_segment_slice(r->segmenter, w->image, r->segmenter_values, &w->outlines, err)) {
        return myo_error_prefix(err, "%s: ", w->choice.instance->path);
    }
    snprintf(w->method, sizeof w->method, "%s %s", r->segmenter->info.name,
             r->segmenter->info.version);
    memcpy(w->flags, w->outlines.flags, sizeof w->flags);
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            w->flags[s][side] |= w->choice.confirmed ? 0 : MYO_FLAG_LEVEL;
        }
    }
    return true;
}

static myo_report_slice describe_slice(const work *w, const uint32_t (*flags)[MYO_SIDE_COUNT]) {
    return (myo_report_slice){.patient_id = w->study->patient_id,
                              .study_uid = w->study->study_uid,
                              .study_date = w->study->study_date,
                              .level = &w->choice,
                              .method = w->method,
                              .roi_convention = w->r->segmenter->roi_convention,
                              .fat_method = w->fat_method,
                              .fat_threshold = w->fat.threshold,
                              .measures = &w->measures,
                              .flags = flags,
                              .confidence =
                                  (const double(*)[MYO_SIDE_COUNT])w->outlines.confidence};
}

/* Separates fat with one method and measures. `flags` receives the flags of the outlines and those
 * of the fat method. */
static bool measure_with(work *w, const myo_fat_method *method, const double *values,
                         uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT], myo_error *err) {
    myo_fat_map_clear(&w->fat);
    if (!myo_fat_separate(method, w->outlines.corrected, w->outlines.labels, values, &w->fat,
                          err) ||
        !myo_measure_areas(w->outlines.labels, w->image, w->fat.fraction, &w->measures, err)) {
        return false;
    }
    snprintf(w->fat_method, sizeof w->fat_method, "%s %s", method->info.name, method->info.version);
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            flags[s][side] = w->flags[s][side] | w->fat.flags[s];
        }
    }
    return true;
}

/* The feature row: what a predictor reads. */
static void fill_features(work *w, const uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]) {
    myo_report_features *f = &w->features;
    *f = (myo_report_features){.patient_id = w->study->patient_id,
                               .study_uid = w->study->study_uid,
                               .level = w->choice.level,
                               .height_m = w->height_m,
                               .height_source = w->height_source,
                               .spinal_ct_hu = NAN,
                               .vertebral_reference_csa_mm2 = NAN};
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        myo_measure_indices(&w->measures, (myo_structure)s, w->height_m, &f->indices[s]);
        f->flags |= flags[s][MYO_LEFT] | flags[s][MYO_RIGHT];
    }
    f->flags |= isnan(w->height_m) ? MYO_FLAG_NO_HEIGHT : 0;
    const myo_area *reference = &w->measures.area[MYO_VERTEBRAL_REFERENCE][MYO_LEFT];
    if (reference->present) {
        f->vertebral_reference_csa_mm2 = reference->csa_mm2;
    }
    const char *hu = run_clinical_value(w->r, w->source->patient_id, "spinal_ct_hu");
    if (hu && !myo_number_parse(hu, &f->spinal_ct_hu)) {
        f->spinal_ct_hu = NAN;
    }
}

/* A prediction without numbers, for the reason in `warnings`. */
static myo_prediction no_prediction(void) {
    return (myo_prediction){NAN, NAN, NAN, NAN, "", ""};
}

/* Applies every model. A value that a model cannot read costs that model's numbers only; a level
 * that is not confirmed costs those of all, unless the user accepts it. */
static void predict(work *w) {
    for (size_t i = 0; i < w->r->model_count; i++) {
        const myo_model *model = w->r->models[i];
        variables v = {.r = w->r, .patient_id = w->source->patient_id, .features = &w->features};
        myo_prediction prediction;
        myo_error err = {0};
        if (!w->choice.confirmed && !w->r->options->accept_level) {
            prediction = no_prediction();
            snprintf(prediction.warnings, sizeof prediction.warnings,
                     "level not confirmed (confidence %.2f, needed %.2f): look at the level, then "
                     "name the slice or use --accept-level",
                     w->choice.confidence, w->r->level_confidence_min);
        } else if (!myo_model_predict(model, variables_lookup, &v, &prediction, &err)) {
            prediction = no_prediction();
            snprintf(prediction.warnings, sizeof prediction.warnings, "%s", err.message);
            myo_log(MYO_LOG_ERROR, "patient %s: model %s: %s", w->study->patient_id,
                    myo_model_get_name(model), err.message);
            w->incomplete = true;
        }
        myo_report_risk row = {w->study->patient_id, w->study->study_uid, myo_model_get_name(model),
                               &prediction};
        myo_report_risk_row(&w->risk, &row);
    }
}

static bool write_files(work *w, const uint32_t (*flags)[MYO_SIDE_COUNT], myo_error *err) {
    char name[NAMES_STEM_SIZE], folder[STUDY_FOLDER_SIZE];
    char *stem = NULL, *path = NULL;
    names_stem(w->study, w->choice.level, w->plan->shares_folder ? w->plan->key : NULL, name);
    plan_folder(w->study, folder);
    myo_report_slice slice = describe_slice(w, flags);
    bool done = myo_path_join(w->folder, name, &stem, err);
    size_t size = done ? strlen(stem) + sizeof "_overlay.png" + sizeof "_RoiSet.zip" : 1;
    path = done ? myo_alloc_array(size, 1, err) : NULL;
    if (path) {
        snprintf(path, size, "%s_overlay.png", stem);
        done =
            myo_report_label_map_write(stem, w->outlines.labels, &slice, w->sha256, err) &&
            myo_report_overlay_write(path, w->image, w->outlines.labels, &slice, &w->features, err);
        snprintf(path, size, "%s_RoiSet.zip", stem);
        done = done && myo_report_roi_set_write(path, w->outlines.labels, err);
        snprintf(path, size, "%s_level.png", stem);
        done = done && locate_picture_write(w->study, &w->location, path, err);
        json_object_set_new(w->record, "files", json_sprintf("%s/%s", folder, name));
    }
    done = done && path;
    free(path);
    free(stem);
    return done;
}

/* Measures with every fat method; the first one feeds features, risk and overlay. */
static bool measure_all(work *w, myo_error *err) {
    for (size_t i = 0; i < w->r->fat_method_count; i++) {
        uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
        if (!measure_with(w, w->r->fat_methods[i], w->r->fat_values[i], flags, err)) {
            return false;
        }
        const uint32_t(*view)[MYO_SIDE_COUNT] = (const uint32_t(*)[MYO_SIDE_COUNT])flags;
        myo_report_slice slice = describe_slice(w, view);
        myo_report_measurements_rows(&w->measurements, &slice);
        if (i == 0) {
            fill_features(w, view);
            predict(w);
            if (!write_files(w, view, err)) {
                return false;
            }
        }
    }
    return true;
}

bool run_study(const run *r, const study_plan *plan, const myo_study *source,
               const myo_study *shown, const char *work_folder, study_result *out, myo_error *err) {
    *out = (study_result){.status = STUDY_FAILED, .record = record_study(shown)};
    work w = {.r = r,
              .plan = plan,
              .source = source,
              .study = shown,
              .folder = work_folder,
              .record = out->record,
              .height_m = NAN,
              .height_source = "none"};
    bool done = outline(&w, err) && measure_all(&w, err);
    if (done) {
        out->status = w.incomplete ? STUDY_INCOMPLETE : STUDY_MEASURED;
        out->measurements = w.measurements;
        out->risk = w.risk;
        w.measurements = w.risk = (myo_text){0};
        myo_report_features_row(&out->features, &w.features);
        plan_folder(shown, out->folder);
        json_object_set_new(out->record, "status",
                            json_string(w.incomplete ? "incomplete" : "measured"));
    } else {
        record_failure(out->record, err);
        myo_log(MYO_LOG_ERROR, "patient %s: %s", shown->patient_id, err->message);
    }
    work_clear(&w);
    return done;
}

void study_result_clear(study_result *result) {
    myo_text_clear(&result->measurements);
    myo_text_clear(&result->features);
    myo_text_clear(&result->risk);
    json_decref(result->record);
    *result = (study_result){0};
}
