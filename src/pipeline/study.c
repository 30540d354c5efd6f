/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One study: choose the slices, outline, separate fat, measure, predict, write its files. */
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "pipeline/locate_picture_private.h"
#include "pipeline/location_record_private.h"
#include "pipeline/names_private.h"
#include "pipeline/pair_private.h"
#include "pipeline/slice_private.h"
#include "pipeline/stream_private.h"
#include "pipeline/traced_private.h"
#include "pipeline/uncertainty_private.h"
#include "pipeline/variables_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The slice at the level asked for, on MR and on CT, L3, and one for each of two gluteal muscles.
 */
#define SLICES_MAX 5
/* A UID of 64 characters and a frame. */
#define TRACED_SLICE_SIZE 96

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
    ct_scan scan;                      /* of the CT, if there is one */
    const myo_study *ct_study;         /* that holds it, as results show it */
    shown_study pair;                  /* the same, where it is another study */
    measured_slice slices[SLICES_MAX]; /* the one at the level comes first */
    size_t slice_count;
    traced_set traced;                    /* files of outlines that were drawn for the study */
    char traced_slice[TRACED_SLICE_SIZE]; /* on which slice, as --slice names it; "" */
    myo_report_features features;
    myo_text measurements, vertebrae, risk, changes; /* rows, handed over when all went well */
} work;

static void work_clear(work *w) {
    for (size_t i = 0; i < w->slice_count; i++) {
        measured_slice_clear(&w->slices[i]);
    }
    ct_scan_clear(&w->scan);
    shown_study_clear(&w->pair);
    traced_close(&w->traced);
    myo_text_clear(&w->measurements);
    myo_text_clear(&w->vertebrae);
    myo_text_clear(&w->risk);
    myo_text_clear(&w->changes);
}

/* The slice that is named, by the user or by what was drawn on it; NULL: it is looked for. */
static const char *named_slice(const work *w) {
    const char *option = w->r->options->slice;
    return option || !*w->traced_slice ? option : w->traced_slice;
}

static json_t *number_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

/* Every series of the study that is not measured, and why. */
static void record_other_series(work *w, const myo_series *chosen) {
    json_t *list = json_array();
    for (size_t i = 0; i < w->study->series_count; i++) {
        const myo_series *series = &w->study->series[i];
        bool ct = series->modality == MYO_MODALITY_CT;
        const char *reason = ct ? myo_level_why_not_ct(series) : myo_level_why_not_axial_t2(series);
        if (series != chosen) {
            json_array_append_new(list,
                                  json_pack("{s:i, s:s, s:s}", "series_number", series->number,
                                            "series_uid", series->series_uid, "reason",
                                            reason ? reason : "another series was chosen"));
        }
    }
    json_object_set_new(w->record, "other_series", list);
}

/* Finds the level. A slice that the user names decides on the series too. */
static bool locate(work *w, myo_error *err) {
    const myo_measure_options *options = w->r->options;
    myo_location_query query = {.level = w->r->level,
                                .series = options->series,
                                .slice = named_slice(w),
                                .mapper = w->r->mapper,
                                .threads = w->r->threads};
    record_other_series(w, NULL);
    bool found = locate_with_scan(w->study, &query, &w->location, &w->scan, err);
    if (found && !options->slice && *w->traced_slice) {
        w->location.slice.source = "traced-slice";
        snprintf(w->location.slice.note, sizeof w->location.slice.note,
                 "outlines were drawn on this slice; that it lies at %s was not checked",
                 w->location.slice.level);
    }
    json_object_set_new(w->record, "spine", record_spine(&w->location));
    return found;
}

/* The note is drawn into the overlay: a message that it quotes may name a file. */
static void hide_note(const work *w, myo_level_choice *choice) {
    myo_text text = {0};
    identity_hide_text(&w->r->identity, w->source, choice->note, &text);
    snprintf(choice->note, sizeof choice->note, "%s", text.data ? text.data : "");
    myo_text_clear(&text);
}

/* Adds a slice to those that are measured. */
static measured_slice *add_slice(work *w, slice_kind kind, const myo_level_choice *choice,
                                 uint32_t asked) {
    measured_slice *slice = &w->slices[w->slice_count++];
    *slice = (measured_slice){.kind = kind, .choice = *choice, .asked = asked, .name_suffix = ""};
    slice->elsewhere = choice->series == w->scan.series && w->ct_study != w->study;
    slice->choice.confirmed = choice->confidence >= w->r->level_confidence_min;
    hide_note(w, &slice->choice);
    return slice;
}

/* Measures nothing at a landmark that is not there, and says so. */
static void record_not_measured(work *w, const char *what, const myo_error *reason) {
    json_t *list = json_object_get(w->record, "not_measured");
    if (!list) {
        list = json_array();
        json_object_set_new(w->record, "not_measured", list);
    }
    json_array_append_new(
        list, json_pack("{s:s, s:o}", "what", what, "reason", json_any_text(reason->message)));
}

/* A slice at a landmark of the pelvis. */
static void add_gluteal_slice(work *w, slice_kind kind, bool found, myo_vec3 at, const char *name,
                              uint32_t asked) {
    if (asked == 0) {
        return;
    }
    const myo_ct_anatomy *anatomy = &w->scan.anatomy;
    myo_level_choice choice;
    myo_error reason = {0};
    if (found ? myo_level_choose_at(w->scan.series, at, name, "ct-pelvis",
                                    anatomy->spine.count_confidence, &choice, &reason)
              : myo_error_set(&reason, MYO_E_NOT_FOUND,
                              "the pelvis is not in view as far as there")) {
        snprintf(choice.note, sizeof choice.note, "at the %s",
                 kind == SLICE_CT_ACETABULAR_ROOF ? "acetabular roof, just above the femoral heads"
                                                  : "lower end of the sacroiliac joints");
        add_slice(w, kind, &choice, asked);
    } else {
        record_not_measured(w, name, &reason);
    }
}

static void add_gluteal_slices(work *w) {
    const myo_ct_pelvis *pelvis = &w->scan.anatomy.pelvis;
    uint32_t at_roof = 0, at_joint = 0;
    const struct {
        myo_structure structure;
        const char *landmark;
    } wanted[] = {{MYO_GLUTEUS_MAXIMUS, w->r->gluteus_maximus_at},
                  {MYO_GLUTEUS_MEDIUS, w->r->gluteus_medius_at}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        bool roof = strcmp(wanted[i].landmark, RUN_ACETABULAR_ROOF) == 0;
        at_roof |= roof ? 1u << wanted[i].structure : 0;
        at_joint |= roof ? 0 : 1u << wanted[i].structure;
    }
    add_gluteal_slice(w, SLICE_CT_ACETABULAR_ROOF, pelvis->has_heads, pelvis->roof_mm,
                      RUN_ACETABULAR_ROOF, at_roof);
    add_gluteal_slice(w, SLICE_CT_SACROILIAC_JOINT, pelvis->has_joints, pelvis->joint_mm,
                      RUN_SACROILIAC_JOINT, at_joint);
}

/* The structures that a slice of the lumbar spine is measured for. On CT the features take
 * quadratus lumborum and the abdominal wall from L3, where the whole muscle is measured. */
static uint32_t lumbar_structures(const work *w, slice_kind kind, const char *level) {
    bool whole = kind == SLICE_CT_LUMBAR && w->r->mapper && strcmp(level, "L3") == 0;
    return myo_report_default_structures() |
           (whole ? 1u << MYO_QUADRATUS_LUMBORUM | 1u << MYO_ABDOMINAL_WALL : 0);
}

/* A slice at a level of the CT. */
static void add_ct_level(work *w, const char *level, const char *suffix) {
    myo_level_choice choice;
    myo_error reason = {0};
    myo_level_evidence evidence = {.spine = &w->scan.anatomy.spine, .is_volume = true};
    if (w->scan.anatomy.spine.count == 0) {
        myo_error_set(&reason, MYO_E_NOT_FOUND, "no spinal canal with discs was found on the CT");
        record_not_measured(w, level, &reason);
    } else if (myo_level_choose_slice(w->ct_study, w->scan.series, &evidence, level, NULL, &choice,
                                      &reason)) {
        uint32_t asked = lumbar_structures(w, SLICE_CT_LUMBAR, level);
        add_slice(w, SLICE_CT_LUMBAR, &choice, asked)->name_suffix = suffix;
    } else {
        record_not_measured(w, level, &reason);
    }
}

/* Reads the CT that goes with an MR study; what is wrong with it costs nothing else. */
static void read_other_ct(work *w) {
    const myo_study *source = pair_find_ct(w->r, w->source);
    const myo_series *series;
    myo_error reason = {0};
    if (!source) {
        return;
    }
    bool done = true;
    if (source != w->source) {
        done = identity_show(&w->r->identity, source, &w->pair, &reason);
        w->ct_study = &w->pair.study;
        json_object_set_new(w->record, "paired_with", json_string(w->pair.study.study_uid));
    }
    if (!done || !myo_level_choose_ct_series(w->ct_study, NULL, &series, &reason) ||
        !ct_scan_read(series, w->r->mapper, w->r->threads, &w->scan, &reason)) {
        ct_scan_clear(&w->scan);
        record_not_measured(w, "CT", &reason);
    }
}

/* Every slice that is measured, the one at the level first. */
static void list_slices(work *w) {
    bool ct = w->location.slice.series->modality == MYO_MODALITY_CT;
    slice_kind kind = ct ? SLICE_CT_LUMBAR : SLICE_MR;
    add_slice(w, kind, &w->location.slice, lumbar_structures(w, kind, w->location.slice.level));
    if (named_slice(w)) {
        return;
    }
    if (!ct) {
        read_other_ct(w);
    }
    if (!w->scan.ct) {
        return;
    }
    if (!ct) {
        add_ct_level(w, w->r->level, "CT");
    }
    if (strcmp(w->r->level, "L3") != 0) {
        add_ct_level(w, "L3", "");
    }
    add_gluteal_slices(w);
}

static void record_slices(work *w) {
    json_t *others = json_array();
    for (size_t i = 0; i < w->slice_count; i++) {
        json_t *slice = record_slice(&w->slices[i].choice);
        json_object_set_new(slice, "pixels_sha256", json_string(w->slices[i].sha256));
        traced_record(w->r, &w->slices[i], slice);
        if (i == 0) {
            json_object_set_new(w->record, "slice", slice);
        } else {
            json_array_append_new(others, slice);
        }
    }
    if (json_array_size(others) > 0) {
        json_object_set(w->record, "other_slices", others);
    }
    json_decref(others);
}

static bool outline_slice(work *w, measured_slice *slice, myo_error *err) {
    return slice_outline(w->r, &w->scan, w->traced.count > 0, slice, err) &&
           traced_apply(w->r, &w->traced, slice, err);
}

/* Outlines every slice. One that fails costs the study if it is the one at the level. */
static bool outline(work *w, myo_error *err) {
    if (!run_height(w->r, w->source, &w->height_m, &w->height_source, err) ||
        !traced_open(w->r, w->source, &w->traced, err)) {
        return false;
    }
    traced_find_slice(&w->traced, w->r, w->study, w->traced_slice, sizeof w->traced_slice);
    if (!locate(w, err)) {
        return false;
    }
    json_object_set_new(w->record, "height_m", number_or_null(w->height_m));
    json_object_set_new(w->record, "height_source", json_string(w->height_source));
    list_slices(w);
    for (size_t i = 0; i < w->slice_count;) {
        myo_error reason = {0};
        if (outline_slice(w, &w->slices[i], i == 0 ? err : &reason)) {
            i++;
        } else if (i == 0) {
            record_slices(w);
            return false;
        } else {
            record_not_measured(w, w->slices[i].choice.level, &reason);
            measured_slice_clear(&w->slices[i]);
            memmove(&w->slices[i], &w->slices[i + 1], (--w->slice_count - i) * sizeof w->slices[0]);
        }
    }
    record_slices(w);
    if (!traced_check_used(&w->traced, err)) {
        return false;
    }
    if (w->scan.series) {
        json_object_set_new(w->record, "ct",
                            record_ct(w->scan.series, w->r->mapper, &w->scan.anatomy));
    }
    record_other_series(w, w->slices[0].choice.series);
    return true;
}

/* Measures a slice with every fat method that suits it, and leaves it with the first of them, which
 * feeds features, risk and overlay. */
static bool measure_slice(work *w, measured_slice *slice, myo_error *err) {
    const myo_fat_method *methods[RUN_FAT_METHODS_MAX];
    const double *values[RUN_FAT_METHODS_MAX];
    size_t count;
    if (!slice_list_fat_methods(w->r, slice, methods, values, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!slice_measure(slice, methods[i], values[i], err)) {
            return false;
        }
        myo_report_slice described = slice_describe(w->study, slice);
        myo_report_fat_take(&described, &slice->fat_results[slice->fat_result_count++]);
        if (!slice->elsewhere) {
            myo_report_measurements_rows(&w->measurements, &described);
            traced_report(w->r, w->study, slice, &w->changes);
        }
    }
    return (count == 1 || slice_measure(slice, methods[0], values[0], err)) &&
           (!(w->r->uncertainty & MYO_UNCERTAINTY_FAT) ||
            uncertainty_measure_spread(w->r, slice, err));
}

static bool is_named(const run *r, const char *vertebra) {
    for (size_t i = 0; i < r->vertebra_count; i++) {
        if (strcmp(r->vertebrae[i], vertebra) == 0) {
            return true;
        }
    }
    return false;
}

static void measure_vertebra(work *w, const char *name) {
    myo_error reason = {0};
    myo_trabecular *measured = &w->scan.vertebrae[w->scan.vertebra_count];
    bool named = is_named(w->r, name);
    if (!myo_ct_measure_trabecular(w->scan.ct, &w->scan.anatomy, name, measured, &reason)) {
        if (named) {
            record_not_measured(w, "spinal_ct_hu", &reason);
        }
        return;
    }
    w->scan.vertebra_count++;
    myo_report_vertebra row = {w->study->patient_id, w->study->study_uid,
                               w->scan.series->series_uid, measured, named};
    if (w->ct_study == w->study) {
        myo_report_vertebrae_rows(&w->vertebrae, &row);
    }
}

/* The lumbar vertebrae, and those that the user names. */
static void measure_vertebrae(work *w) {
    static const char *const lumbar[] = {"L1", "L2", "L3", "L4", "L5"};
    for (size_t i = 0; w->scan.ct && i < w->r->vertebra_count; i++) {
        if (w->r->vertebrae[i][0] != 'L') {
            measure_vertebra(w, w->r->vertebrae[i]);
        }
    }
    for (size_t i = 0; w->scan.ct && i < sizeof lumbar / sizeof lumbar[0]; i++) {
        measure_vertebra(w, lumbar[i]);
    }
}

/* Mean of the vertebrae that count; NaN unless each of them was measured. */
static double spinal_ct_value(const work *w) {
    double sum = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < w->scan.vertebra_count; i++) {
        if (is_named(w->r, w->scan.vertebrae[i].vertebra)) {
            sum += w->scan.vertebrae[i].mean_hu;
            count++;
        }
    }
    return count > 0 && count == w->r->vertebra_count ? sum / (double)count : (double)NAN;
}

/* The slice that a structure is measured on for the features: the first that was asked for it. */
static const measured_slice *find_slice_of(const work *w, uint32_t bit) {
    for (size_t i = 0; i < w->slice_count; i++) {
        if (w->slices[i].asked & bit) {
            return &w->slices[i];
        }
    }
    return &w->slices[0];
}

/* The slice whose vertebral reference a muscle is set in proportion to: the first at a level of the
 * spine in the same modality, so that CT is never divided by MR. */
static const measured_slice *find_reference(const work *w, const measured_slice *muscle) {
    for (size_t i = 0; i < w->slice_count; i++) {
        const measured_slice *s = &w->slices[i];
        if (s->asked >> MYO_VERTEBRAL_REFERENCE & 1u &&
            s->choice.series->modality == muscle->choice.series->modality) {
            return s;
        }
    }
    return muscle;
}

/* The feature row: what a predictor reads. */
static void fill_features(work *w) {
    myo_report_features *f = &w->features;
    const measured_slice *first = &w->slices[0];
    *f = (myo_report_features){.patient_id = w->study->patient_id,
                               .study_uid = w->study->study_uid,
                               .level = first->choice.level,
                               .height_m = w->height_m,
                               .height_source = w->height_source,
                               .spinal_ct_hu = spinal_ct_value(w),
                               .vertebral_reference_csa_mm2 = NAN};
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const measured_slice *from = find_slice_of(w, 1u << s);
        const measured_slice *reference = find_reference(w, from);
        myo_slice_measures pair = from->measures;
        memcpy(pair.area[MYO_VERTEBRAL_REFERENCE],
               reference->measures.area[MYO_VERTEBRAL_REFERENCE],
               sizeof pair.area[MYO_VERTEBRAL_REFERENCE]);
        myo_measure_indices(&pair, (myo_structure)s, w->height_m, &f->indices[s]);
        f->measured[s] =
            (myo_measured){.modality = myo_modality_name(from->choice.series->modality),
                           .level = from->choice.level,
                           .fat_method = from->fat_method,
                           .roi_convention = slice_convention(from, (myo_structure)s)};
        f->flags |= from->flags[s][MYO_LEFT] | from->flags[s][MYO_RIGHT];
        uncertainty_find_interval(w->r, from, (myo_structure)s, w->height_m, &f->smi_interval[s]);
    }
    for (size_t i = 0; i < w->slice_count; i++) {
        if (w->slices[i].has_whole_muscle) {
            myo_measure_whole_muscle(&w->slices[i].measures, w->height_m, &f->whole_muscle);
        }
    }
    f->flags |= isnan(w->height_m) ? MYO_FLAG_NO_HEIGHT : 0;
    const myo_area *reference = &first->measures.area[MYO_VERTEBRAL_REFERENCE][MYO_LEFT];
    if (reference->present) {
        f->vertebral_reference_csa_mm2 = reference->csa_mm2;
    }
    const char *hu = run_clinical_value(w->r, w->source->patient_id, "spinal_ct_hu");
    if (hu && *hu && !myo_number_parse(hu, &f->spinal_ct_hu)) { /* a reader's own value counts */
        f->spinal_ct_hu = NAN;
    }
}

/* A prediction without numbers, for the reason in `warnings`. */
static myo_prediction no_prediction(void) {
    return (myo_prediction){NAN, NAN, NAN, NAN, "", "", ""};
}

/* Applies every model. A value that a model cannot read costs that model's numbers only; a level
 * that is not confirmed costs those of all, unless the user accepts it. */
static void predict(work *w) {
    const myo_level_choice *choice = &w->slices[0].choice;
    for (size_t i = 0; i < w->r->model_count; i++) {
        const myo_model *model = w->r->models[i];
        variables v = {.r = w->r, .patient_id = w->source->patient_id, .features = &w->features};
        myo_prediction prediction;
        myo_error err = {0};
        if (!choice->confirmed && !w->r->options->accept_level) {
            prediction = no_prediction();
            snprintf(prediction.warnings, sizeof prediction.warnings,
                     "level not confirmed (confidence %.2f, needed %.2f): look at the level, then "
                     "name the slice or use --accept-level",
                     choice->confidence, w->r->level_confidence_min);
        } else if (!myo_model_predict_measured(model, variables_lookup, variables_measured, &v,
                                               &prediction, &err)) {
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

/* The record of a slice within that of the study. */
static json_t *slice_record(const work *w, size_t index) {
    return index == 0 ? json_object_get(w->record, "slice")
                      : json_array_get(json_object_get(w->record, "other_slices"), index - 1);
}

/* The files of every slice, and the picture of the level. */
static bool write_files(work *w, myo_error *err) {
    char folder[STUDY_FOLDER_SIZE], name[NAMES_STEM_SIZE], first[NAMES_STEM_SIZE] = "";
    plan_folder(w->study, folder);
    for (size_t i = 0; i < w->slice_count; i++) {
        if (!w->slices[i].elsewhere &&
            (!slice_write_files(w->plan, w->study, &w->slices[i], &w->features, w->folder, name,
                                err) ||
             !slice_record_files(w->folder, folder, name, slice_record(w, i), err))) {
            return false;
        }
        if (i == 0) {
            snprintf(first, sizeof first, "%s", name);
        }
    }
    char *path = NULL;
    size_t size = strlen(first) + sizeof "_level.png";
    char *file = myo_alloc_array(size, 1, err);
    bool done = file != NULL;
    if (done) {
        snprintf(file, size, "%s_level.png", first);
        done = myo_path_join(w->folder, file, &path, err) &&
               locate_picture_write(w->study, &w->location, &w->scan, path, err);
    }
    json_object_set_new(w->record, "files", json_sprintf("%s/%s", folder, first));
    free(file);
    free(path);
    return done;
}

static bool measure_all(work *w, myo_error *err) {
    for (size_t i = 0; i < w->slice_count; i++) {
        if (!measure_slice(w, &w->slices[i], err)) {
            return false;
        }
    }
    measure_vertebrae(w);
    fill_features(w);
    if (w->scan.ct) {
        json_object_set_new(w->record, "spinal_ct_hu", number_or_null(w->features.spinal_ct_hu));
    }
    predict(w);
    return true;
}

bool run_study(const run *r, const study_plan *plan, const myo_study *source,
               const myo_study *shown, const char *work_folder, study_result *out, myo_error *err) {
    *out = (study_result){.status = STUDY_FAILED, .record = record_study(shown)};
    work w = {.r = r,
              .plan = plan,
              .source = source,
              .study = shown,
              .ct_study = shown,
              .folder = work_folder,
              .record = out->record,
              .height_m = NAN,
              .height_source = "none"};
    bool done = outline(&w, err) && measure_all(&w, err) && write_files(&w, err);
    if (done) {
        out->status = w.incomplete ? STUDY_INCOMPLETE : STUDY_MEASURED;
        out->measurements = w.measurements;
        out->risk = w.risk;
        out->vertebrae = w.vertebrae;
        out->changes = w.changes;
        w.measurements = w.vertebrae = w.risk = w.changes = (myo_text){0};
        if (pair_is_taken(r,
                          source)) { /* its values stand in the row of the study that took them */
            json_object_set_new(out->record, "paired", json_true());
            myo_text_clear(&out->risk);
        } else {
            myo_report_features_row(&out->features, &w.features);
        }
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
    myo_text_clear(&result->vertebrae);
    myo_text_clear(&result->risk);
    myo_text_clear(&result->changes);
    json_decref(result->record);
    *result = (study_result){0};
}
