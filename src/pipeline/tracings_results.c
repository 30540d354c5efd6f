/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Corrections within a result folder. A run records the hash of the two files that hold the
 * outlines of a slice, the label map and the RoiSet; the one whose hash differs later was changed
 * by a person. Where both were changed nobody can tell which one counts.
 */
#include "pipeline/tracings_results_private.h"

#include "base/file.h"

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

/* Compares a file with what was recorded of it. A file that is gone was not changed. */
static bool has_changed(const char *results, const char *stem, const char *ending,
                        const json_t *recorded, char **path, bool *changed, myo_error *err) {
    const char *expected = json_string_value(recorded);
    char *data = NULL, hash[MYO_HASH_HEX_SIZE];
    size_t size;
    myo_text name = {0};
    myo_text_printf(&name, "%s/%s%s", results, stem, ending);
    myo_error reason = {0};
    *changed = false;
    if (!expected) {
        myo_text_clear(&name);
        return true;
    }
    if (!myo_text_take(&name, path, err)) {
        return false;
    }
    if (myo_file_read(*path, OUTLINES_SIZE_MAX, &data, &size, &reason)) {
        myo_hash_sha256(data, size, hash);
        *changed = strcmp(hash, expected) != 0;
        free(data);
    }
    return true;
}

bool tracings_find_changed(const char *results, const json_t *slice, char **changed,
                           myo_error *err) {
    const char *stem = json_string_value(json_object_get(slice, "files"));
    char *label_map = NULL, *roi_set = NULL;
    bool map_changed = false, set_changed = false;
    *changed = NULL;
    if (!stem || strstr(stem, "..")) {
        return true;
    }
    bool done =
        has_changed(results, stem, "_dseg.nii.gz", json_object_get(slice, "label_map_sha256"),
                    &label_map, &map_changed, err) &&
        has_changed(results, stem, "_RoiSet.zip", json_object_get(slice, "roi_set_sha256"),
                    &roi_set, &set_changed, err);
    if (done && map_changed && set_changed) {
        done = myo_error_set(err, MYO_E_AMBIGUOUS,
                             "%s and %s were both changed, and only one of them can count: remove "
                             "the other",
                             label_map, roi_set);
    }
    if (map_changed || set_changed) {
        char **source = map_changed ? &label_map : &roi_set;
        *changed = *source;
        *source = NULL;
    }
    free(label_map);
    free(roi_set);
    return done;
}

static bool add_slice(tracings *t, const char *results, const json_t *slice, myo_error *err) {
    const char *pixels = json_string_value(json_object_get(slice, "pixels_sha256"));
    char *changed = NULL;
    myo_error reason = {0};
    bool done = tracings_find_changed(results, slice, &changed, &reason);
    if (changed && pixels) {
        done = tracings_add(t, changed, pixels, done ? NULL : reason.message, err);
    } else if (!done) {
        myo_error_set(err, reason.code, "%s", reason.message);
    }
    free(changed);
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
