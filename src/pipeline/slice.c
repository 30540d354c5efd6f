/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/slice_private.h"

#include "base/file.h"
#include "base/memory.h"
#include "pipeline/names_private.h"
#include "report/label_map.h"
#include "report/overlay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Far more than the outlines of a slice take. */
#define OUTLINES_SIZE_MAX ((size_t)256 << 20)

void measured_slice_clear(measured_slice *slice) {
    myo_image_destroy(slice->image);
    myo_outlines_clear(&slice->outlines);
    myo_fat_map_clear(&slice->fat);
    myo_labels_destroy(slice->automatic);
    free(slice->lean);
    *slice = (measured_slice){0};
}

static bool segment(const run *r, const ct_scan *scan, measured_slice *slice, myo_error *err) {
    const myo_geometry *geometry = myo_image_get_geometry(slice->image);
    const myo_method_info *info = &r->segmenter->info;
    myo_vec3 canal;
    slice->roi_convention = slice->kind == SLICE_MR ? r->segmenter->roi_convention : "fascia";
    char mapper[SLICE_METHOD_SIZE / 2] = "";
    if (r->mapper) {
        snprintf(mapper, sizeof mapper, "%s %s", r->mapper->info.name, r->mapper->info.version);
    }
    switch (slice->kind) {
    case SLICE_MR:
        snprintf(slice->method, sizeof slice->method, "%s %s", info->name, info->version);
        return myo_segment_slice(r->segmenter, slice->image, r->segmenter_values, &slice->outlines,
                                 err);
    case SLICE_CT_LUMBAR:
        snprintf(slice->method, sizeof slice->method, "ct-lumbar %s (%s %s%s%s)",
                 myo_segment_ct_version(), info->name, info->version, *mapper ? " + " : "", mapper);
        return myo_segment_ct_lumbar(r->segmenter, r->segmenter_values, r->mapper, slice->image,
                                     myo_ct_find_canal_at(&scan->anatomy, geometry, &canal) ? &canal
                                                                                            : NULL,
                                     scan->anatomy.size, &slice->outlines, err);
    case SLICE_CT_ACETABULAR_ROOF:
    case SLICE_CT_SACROILIAC_JOINT:
        break;
    }
    snprintf(slice->method, sizeof slice->method, *mapper ? "ct-gluteal %s (%s)" : "ct-gluteal %s",
             myo_segment_ct_version(), mapper);
    bool roof = slice->kind == SLICE_CT_ACETABULAR_ROOF;
    return myo_segment_ct_gluteus(
        r->mapper, slice->image,
        roof ? scan->anatomy.pelvis.roof_mm : scan->anatomy.pelvis.joint_mm, scan->anatomy.size,
        roof ? MYO_ACETABULAR_ROOF : MYO_SACROILIAC_JOINT, &slice->outlines, err);
}

bool slice_outline(const run *r, const ct_scan *scan, bool by_hand, measured_slice *slice,
                   myo_error *err) {
    const myo_instance *instance = slice->choice.instance;
    myo_error reason = {0};
    if (!myo_dicom_read_slice(instance, &slice->image, slice->sha256, err)) {
        return false;
    }
    bool done = segment(r, scan, slice, &reason);
    if (!done && by_hand && reason.code == MYO_E_NOT_FOUND) {
        myo_log(MYO_LOG_WARNING, "%s: no outline was found: %s", instance->path, reason.message);
        done =
            myo_segment_nothing(slice->image, slice->kind != SLICE_MR, &slice->outlines, &reason);
    }
    if (!done) {
        return myo_error_set(err, reason.code, "%s: %s", instance->path, reason.message);
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            slice->outlines.flags[s][side] |= slice->choice.confirmed ? 0 : MYO_FLAG_LEVEL;
        }
    }
    return true;
}

bool slice_list_fat_methods(const run *r, const measured_slice *slice,
                            const myo_fat_method *methods[RUN_FAT_METHODS_MAX],
                            const double *values[RUN_FAT_METHODS_MAX], size_t *count,
                            myo_error *err) {
    myo_modality modality = slice->choice.series->modality;
    *count = 0;
    for (size_t i = 0; i < r->fat_method_count; i++) {
        if (myo_fat_suits(r->fat_methods[i], modality)) {
            methods[*count] = r->fat_methods[i];
            values[(*count)++] = r->fat_values[i];
        }
    }
    size_t known;
    const myo_fat_method *const *builtins = myo_fat_builtins(&known);
    for (size_t i = 0; *count == 0 && modality == MYO_MODALITY_CT && i < known; i++) {
        if (myo_fat_suits(builtins[i], modality)) {
            methods[*count] = builtins[i];
            values[(*count)++] = NULL;
        }
    }
    return *count > 0 ||
           myo_error_set(err, MYO_E_ARGUMENT, "--fat %s: needs CT, and the study is measured on %s",
                         r->fat_methods[0]->info.name, myo_modality_name(modality));
}

bool slice_separate(const measured_slice *slice, const myo_labels *labels,
                    const myo_fat_method *method, const double *values, myo_fat_map *fat,
                    myo_slice_measures *measures, myo_error *err) {
    const myo_fat_request request = {.struct_size = sizeof request,
                                     .method = method,
                                     .intensity = slice->outlines.corrected,
                                     .labels = labels,
                                     .values = values,
                                     .lean = slice->lean};
    return myo_fat_separate_with(&request, fat, err) &&
           myo_measure_areas(labels, slice->image, fat->fraction, measures, err);
}

/* The automatic outlines, where drawn ones have taken their place. */
static bool measure_automatic(measured_slice *slice, const myo_fat_method *method,
                              const double *values, myo_error *err) {
    myo_fat_map fat = {0};
    bool done = slice_separate(slice, slice->automatic, method, values, &fat,
                               &slice->automatic_measures, err);
    myo_fat_map_clear(&fat);
    return done;
}

bool slice_measure(measured_slice *slice, const myo_fat_method *method, const double *values,
                   myo_error *err) {
    myo_fat_map_clear(&slice->fat);
    if (slice->automatic && !measure_automatic(slice, method, values, err)) {
        return false;
    }
    if (!slice_separate(slice, slice->outlines.labels, method, values, &slice->fat,
                        &slice->measures, err)) {
        return false;
    }
    slice->has_whole_muscle = slice->asked >> MYO_ABDOMINAL_WALL & 1u;
    myo_measure_whole_muscle(&slice->measures, (double)NAN, &slice->whole_muscle);
    snprintf(slice->fat_method, sizeof slice->fat_method, "%s %s", method->info.name,
             method->info.version);
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            slice->flags[s][side] = slice->outlines.flags[s][side] | slice->fat.flags[s];
        }
    }
    return true;
}

const char *slice_convention(const measured_slice *slice, myo_structure structure) {
    const char *const *traced = slice->traced_conventions[structure];
    const char *drawn = traced[MYO_LEFT] ? traced[MYO_LEFT] : traced[MYO_RIGHT];
    return drawn ? drawn : slice->roi_convention;
}

myo_report_slice slice_describe(const myo_study *shown, const measured_slice *slice) {
    const uint32_t(*flags)[MYO_SIDE_COUNT] = (const uint32_t(*)[MYO_SIDE_COUNT])slice->flags;
    return (myo_report_slice){
        .patient_id = shown->patient_id,
        .study_uid = shown->study_uid,
        .study_date = shown->study_date,
        .level = &slice->choice,
        .method = slice->method,
        .roi_convention = slice->roi_convention,
        .traced = slice->automatic ? slice->traced : NULL,
        .traced_methods = (const char *const(*)[MYO_SIDE_COUNT])slice->traced_methods,
        .traced_conventions = (const char *const(*)[MYO_SIDE_COUNT])slice->traced_conventions,
        .automatic = slice->automatic,
        .fat_method = slice->fat_method,
        .fat_threshold = slice->fat.threshold,
        .measures = &slice->measures,
        .asked = slice->asked,
        .flags = flags,
        .confidence = (const double(*)[MYO_SIDE_COUNT])slice->outlines.confidence,
        .whole_muscle = slice->has_whole_muscle ? &slice->whole_muscle : NULL,
        .whole_muscle_flags = myo_measure_whole_muscle_flags(flags)};
}

/* The outlines that drawn ones have taken the place of. */
static bool write_automatic(const measured_slice *slice, const char *base,
                            const myo_report_slice *described, myo_error *err) {
    myo_report_slice automatic = *described;
    myo_text path = {0};
    automatic.traced = NULL;
    automatic.automatic = NULL;
    automatic.replaced = true;
    myo_text_printf(&path, "%sautomatic", base);
    bool done = !path.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    done = done &&
           myo_report_label_map_write(path.data, slice->automatic, &automatic, slice->sha256, err);
    myo_text_clear(&path);
    return done;
}

bool slice_write_files(const study_plan *plan, const myo_study *shown, const measured_slice *slice,
                       const myo_report_features *features, const char *folder, char *stem,
                       myo_error *err) {
    char *base = NULL, *path = NULL, level[64];
    snprintf(level, sizeof level, "%s%s", slice->choice.level, slice->name_suffix);
    names_stem(shown, level, plan->shares_folder ? plan->key : NULL, stem);
    myo_report_slice described = slice_describe(shown, slice);
    bool done = myo_path_join(folder, stem, &base, err);
    size_t size = done ? strlen(base) + sizeof "_overlay.png" : 1; /* the longest ending */
    path = done ? myo_alloc_array(size, 1, err) : NULL;
    if (path) {
        snprintf(path, size, "%s_overlay.png", base);
        done = myo_report_label_map_write(base, slice->outlines.labels, &described, slice->sha256,
                                          err) &&
               myo_report_overlay_write(path, slice->image, slice->outlines.labels, &described,
                                        features, err);
        snprintf(path, size, "%s_RoiSet.zip", base);
        done = done && myo_report_roi_set_write(path, slice->outlines.labels, err) &&
               (!slice->automatic || write_automatic(slice, base, &described, err));
        snprintf(path, size, "%s_fat.png", base);
        done = done && myo_report_fat_picture_write(
                           path, slice->outlines.corrected, slice->outlines.labels, &described,
                           slice->fat_results, slice->fat_result_count, err);
    }
    done = done && path;
    free(path);
    free(base);
    return done;
}

bool slice_record_files(const char *work_folder, const char *folder, const char *stem,
                        json_t *record, myo_error *err) {
    static const struct {
        const char *ending, *member;
    } files[] = {{"_dseg.nii.gz", "label_map_sha256"}, {"_RoiSet.zip", "roi_set_sha256"}};
    json_object_set_new(record, "files", json_sprintf("%s/%s", folder, stem));
    bool done = true;
    for (size_t i = 0; done && i < sizeof files / sizeof files[0]; i++) {
        myo_text path = {0};
        char hash[MYO_HASH_HEX_SIZE];
        myo_text_printf(&path, "%s/%s%s", work_folder, stem, files[i].ending);
        done = !path.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
        done = done && myo_hash_file(path.data, OUTLINES_SIZE_MAX, hash, err);
        if (done) {
            json_object_set_new(record, files[i].member, json_string(hash));
        }
        myo_text_clear(&path);
    }
    return done;
}
