/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Corrections within a result folder. A run records the hash of the two files that hold the
 * outlines of a slice, the label map and the RoiSet; the one whose hash differs later was changed
 * by a person. Where both were changed nobody can tell which one counts.
 */
#include "pipeline/tracings_results_private.h"

#include "base/file.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_SIZE_MAX ((size_t)1 << 30)
#define OUTLINES_SIZE_MAX ((size_t)256 << 20)

json_t *tracings_read_record(const char *results, myo_error *err) {
    char *path = NULL, *text = NULL;
    size_t size;
    json_t *record = NULL;
    if (myo_path_join(results, "run.json", &path, err) &&
        myo_file_read(path, RECORD_SIZE_MAX, &text, &size, err)) {
        record = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_array(json_object_get(record, "studies")) ||
            !json_is_object(json_object_get(record, "options"))) {
            json_decref(record);
            record = NULL;
            myo_error_set(err, MYO_E_FORMAT,
                          "%s: is not the record of a finished run; measure the study first", path);
        }
    }
    free(text);
    free(path);
    return record;
}

/* One of the two files of a slice. */
typedef struct outline_file {
    char *path;
    bool there, changed;
} outline_file;

/* Compares a file with what was recorded of it. */
static bool look_at(const char *results, const json_t *slice, const char *ending,
                    const char *member, outline_file *out, myo_error *err) {
    const char *stem = json_string_value(json_object_get(slice, "files"));
    const char *expected = json_string_value(json_object_get(slice, member));
    char hash[MYO_HASH_HEX_SIZE];
    myo_text name = {0};
    *out = (outline_file){0};
    if (!expected || !stem || strstr(stem, "..")) {
        return true;
    }
    myo_text_printf(&name, "%s/%s%s", results, stem, ending);
    if (!myo_text_take(&name, &out->path, err)) {
        return false;
    }
    if (myo_hash_file(out->path, OUTLINES_SIZE_MAX, hash, NULL)) {
        out->there = true;
        out->changed = strcmp(hash, expected) != 0;
    }
    return true;
}

typedef struct outline_files {
    outline_file label_map, roi_set;
} outline_files;

static void clear_files(outline_files *files) {
    free(files->label_map.path);
    free(files->roi_set.path);
}

/* With MYO_E_AMBIGUOUS the files are told all the same. */
static bool look_at_files(const char *results, const json_t *slice, outline_files *out,
                          myo_error *err) {
    *out = (outline_files){0};
    return look_at(results, slice, "_dseg.nii.gz", "label_map_sha256", &out->label_map, err) &&
           look_at(results, slice, "_RoiSet.zip", "roi_set_sha256", &out->roi_set, err) &&
           (!out->label_map.changed || !out->roi_set.changed ||
            myo_error_set(err, MYO_E_AMBIGUOUS,
                          "%s and %s were both changed, and only one of them can count: remove the "
                          "other",
                          out->label_map.path, out->roi_set.path));
}

bool tracings_find_changed(const char *results, const json_t *slice, char **changed,
                           myo_error *err) {
    outline_files files;
    *changed = NULL;
    bool done = look_at_files(results, slice, &files, err);
    outline_file *file = files.label_map.changed ? &files.label_map : &files.roi_set;
    if (done && file->changed) {
        *changed = file->path;
        file->path = NULL;
    }
    clear_files(&files);
    return done;
}

/* Adds the file of a slice whose outlines are not all automatic. */
static bool add_file(tracings *t, const outline_files *files, const json_t *slice,
                     const char *problem, myo_error *err) {
    const outline_file *map = &files->label_map, *set = &files->roi_set;
    bool by_set = set->changed ? !map->changed : !map->there;
    const outline_file *file = by_set ? set : map, *other = by_set ? map : set;
    tracing_file *added = tracings_add(t, file->path, err);
    if (!added) {
        return false;
    }
    snprintf(added->pixels_sha256, sizeof added->pixels_sha256, "%s",
             json_string_value(json_object_get(slice, "pixels_sha256")));
    const char *source = json_string_value(json_object_get(slice, "level_source"));
    if (source && strcmp(source, "traced-slice") == 0) {
        const char *uid = json_string_value(json_object_get(slice, "sop_uid"));
        snprintf(added->sop_uid, sizeof added->sop_uid, "%s", uid ? uid : "");
    }
    added->inherited = json_incref(json_object_get(slice, "traced"));
    added->problem = problem ? myo_string_copy(problem, err) : NULL;
    added->base_path = file->changed && other->there ? myo_string_copy(other->path, err) : NULL;
    return (!problem || added->problem) && (!file->changed || !other->there || added->base_path);
}

static bool add_slice(tracings *t, const char *results, const json_t *slice, myo_error *err) {
    outline_files files;
    myo_error reason = {0};
    bool clear = look_at_files(results, slice, &files, &reason);
    bool changed = files.label_map.changed || files.roi_set.changed;
    bool there = files.label_map.there || files.roi_set.there;
    bool done = clear || reason.code == MYO_E_AMBIGUOUS ||
                myo_error_set(err, reason.code, "%s", reason.message);
    if (done && there && (changed || json_array_size(json_object_get(slice, "traced")) > 0) &&
        json_is_string(json_object_get(slice, "pixels_sha256"))) {
        done = add_file(t, &files, slice, clear ? NULL : reason.message, err);
    }
    clear_files(&files);
    return done;
}

bool tracings_add_changed(tracings *t, const char *results, myo_error *err) {
    json_t *record = tracings_read_record(results, err), *study, *slice;
    bool done = record != NULL;
    size_t i, k;
    json_array_foreach(json_object_get(record, "studies"), i, study) {
        done = done && add_slice(t, results, json_object_get(study, "slice"), err);
        json_array_foreach(json_object_get(study, "other_slices"), k, slice) {
            done = done && add_slice(t, results, slice, err);
        }
    }
    json_decref(record);
    return done;
}
