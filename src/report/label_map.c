/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Label maps as BIDS-style derivatives, with all that is needed to find their source again. */
#include "report/label_map.h"

#include "base/file.h"
#include "base/memory.h"
#include "io/imagej_roi.h"
#include "io/nifti.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_NAME_SIZE 64
#define LABELS_MAX (MYO_STRUCTURE_COUNT * MYO_SIDE_COUNT)
/* Digits of numbers in JSON: more than any confidence or angle has that are worth something. */
#define JSON_DIGITS 6

/* A label value with the name and colour that every file gives it. */
typedef struct label_entry {
    uint16_t value;
    char name[LABEL_NAME_SIZE]; /* "multifidus_left", "vertebral_reference" */
    const uint8_t *rgb;
} label_entry;

/* Lists the labels in the order of structure.h, left before right; returns their number. */
static size_t list_labels(label_entry entries[LABELS_MAX]) {
    size_t count = 0;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const myo_structure_info *info = myo_structure_get((myo_structure)s);
        for (int side = 0; side < (info->paired ? MYO_SIDE_COUNT : 1); side++) {
            label_entry *entry = &entries[count++];
            entry->value = info->label[side];
            entry->rgb = info->rgb;
            snprintf(entry->name, sizeof entry->name, "%s%s%s", info->key, info->paired ? "_" : "",
                     info->paired ? myo_side_key((myo_structure)s, (myo_side)side) : "");
        }
    }
    return count;
}

void myo_report_subject(const char *patient_id, char *out, size_t size) {
    size_t length = 0;
    for (const char *c = patient_id ? patient_id : ""; *c && length + 1 < size; c++) {
        bool is_kept =
            (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        if (is_kept) {
            out[length++] = *c;
        }
    }
    out[length] = '\0';
    if (length == 0) {
        snprintf(out, size, "unknown");
    }
}

/* Writes `content` to <stem><ending> and empties it. */
static bool write_text(const char *stem, const char *ending, myo_text *content, myo_error *err) {
    myo_text path = {0};
    myo_text_printf(&path, "%s%s", stem, ending);
    bool done = content->failed || path.failed
                    ? myo_error_set(err, MYO_E_MEMORY, "%s%s: out of memory", stem, ending)
                    : myo_file_write(path.data, content->data, content->length, err);
    myo_text_clear(&path);
    myo_text_clear(content);
    return done;
}

static bool write_table(const char *stem, const label_entry *entries, size_t count,
                        myo_error *err) {
    myo_text text = {0};
    myo_text_append(&text, "index\tname\tcolor\n");
    for (size_t i = 0; i < count; i++) {
        const label_entry *e = &entries[i];
        myo_text_printf(&text, "%u\t%s\t#%02X%02X%02X\n", (unsigned)e->value, e->name, e->rgb[0],
                        e->rgb[1], e->rgb[2]);
    }
    return write_text(stem, "_dseg.tsv", &text, err);
}

/* A number, or null where it is unknown. */
static json_t *number_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *label_names(const label_entry *entries, size_t count) {
    json_t *names = json_object();
    for (size_t i = 0; names && i < count; i++) {
        char value[sizeof "65535"];
        snprintf(value, sizeof value, "%u", (unsigned)entries[i].value);
        if (json_object_set_new(names, value, json_string(entries[i].name)) != 0) {
            json_decref(names);
            names = NULL;
        }
    }
    return names;
}

/* What was drawn by a person or another program, with its method; NULL: nothing was. */
static json_t *traced_names(const myo_report_slice *slice, const label_entry *entries,
                            size_t count) {
    json_t *names = slice->traced ? json_object() : NULL;
    for (size_t i = 0; names && i < count; i++) {
        myo_structure structure;
        myo_side side;
        if (myo_structure_from_label(entries[i].value, &structure, &side) &&
            slice->traced[structure] >> side & 1u) {
            json_object_set_new(names, entries[i].name,
                                json_pack("{s:s, s:s}", "Method",
                                          slice->traced_methods[structure][side], "RoiConvention",
                                          slice->traced_conventions[structure][side]));
        }
    }
    return names;
}

/* The members in the order in which they are written. NULL when a text is not UTF-8 or memory runs
 * out. */
static json_t *describe(const myo_report_slice *slice, const char *pixel_sha256,
                        const label_entry *entries, size_t count) {
    const myo_level_choice *level = slice->level;
    return json_pack(
        "{s:s, s:b, s:[{s:s, s:s}], s:s?, s:s, s:s, s:i, s:s?, s:s, s:s, s:o, s:o, s:o, s:s?, s:s?,"
        " s:o, s:o*, s:o*}",
        "Description",
        "Outlines of lower back muscles on one slice, by value. "
        "Not for clinical decisions without review.",
        "Manual", (int)(slice->traced != NULL), "GeneratedBy", "Name", "Myotome", "Version",
        myo_version(), "StudyInstanceUID", slice->study_uid, "SeriesInstanceUID",
        level->series->series_uid, "SOPInstanceUID", level->instance->sop_uid, "InstanceNumber",
        level->instance->instance_number, "PixelSHA256", pixel_sha256, "Level", level->level,
        "LevelSource", level->source, "LevelConfidence", number_or_null(level->confidence),
        "SliceDistanceMm", number_or_null(level->distance_mm), "SliceTiltDeg",
        number_or_null(level->tilt_deg), "Method", slice->method, "RoiConvention",
        slice->roi_convention, "Labels", label_names(entries, count), "Traced",
        traced_names(slice, entries, count), "Replaced", slice->replaced ? json_true() : NULL);
}

static bool write_description(const char *stem, const myo_report_slice *slice,
                              const char *pixel_sha256, const label_entry *entries, size_t count,
                              myo_error *err) {
    json_t *root = describe(slice, pixel_sha256, entries, count);
    char *dumped =
        root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(JSON_DIGITS)) : NULL;
    json_decref(root);
    if (!dumped) {
        return myo_error_set(err, MYO_E_INTERNAL, "%s_dseg.json: cannot be put together", stem);
    }
    myo_text text = {0};
    myo_text_append(&text, dumped);
    myo_text_append(&text, "\n");
    free(dumped);
    return write_text(stem, "_dseg.json", &text, err);
}

bool myo_report_label_map_write(const char *stem, const myo_labels *labels,
                                const myo_report_slice *slice, const char *pixel_sha256,
                                myo_error *err) {
    label_entry entries[LABELS_MAX];
    size_t count = list_labels(entries);
    myo_text path = {0};
    myo_text_printf(&path, "%s_dseg.nii.gz", stem);
    bool done = path.failed ? myo_error_set(err, MYO_E_MEMORY, "%s: out of memory", stem)
                            : myo_nifti_write_labels(path.data, labels, err);
    myo_text_clear(&path);
    return done && write_description(stem, slice, pixel_sha256, entries, count, err) &&
           write_table(stem, entries, count, err);
}

bool myo_report_roi_set_write(const char *path, const myo_labels *labels, myo_error *err) {
    label_entry entries[LABELS_MAX];
    myo_roi_source sources[LABELS_MAX];
    size_t count = list_labels(entries);
    for (size_t i = 0; i < count; i++) {
        sources[i] = (myo_roi_source){entries[i].name, entries[i].value, {0}};
        memcpy(sources[i].rgb, entries[i].rgb, sizeof sources[i].rgb);
    }
    return myo_roi_write_zip(path, labels, sources, count, 0, err);
}
