/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables and run.json, put together from the fragments in the order of the run. One fragment
 * at a time is in memory. */
#include "base/file.h"
#include "pipeline/fat_table_private.h"
#include "pipeline/methods_facts_private.h"
#include "pipeline/stream_private.h"
#include "report/changes.h"
#include "report/tables.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEASUREMENTS, FEATURES, VERTEBRAE, RISK, CHANGES, TABLE_COUNT };

static const struct {
    const char *file, *member;
    void (*header)(myo_text *text);
} tables[TABLE_COUNT] = {
    [MEASUREMENTS] = {"measurements.csv", "measurements", myo_report_measurements_header},
    [FEATURES] = {"features.csv", "features", myo_report_features_header},
    [VERTEBRAE] = {"vertebrae.csv", "vertebrae", myo_report_vertebrae_header},
    [RISK] = {"risk.csv", "risk", myo_report_risk_header},
    [CHANGES] = {"changes.csv", "changes", myo_report_changes_header},
};

static const char RECORD_FILE[] = "run.json";

typedef struct results {
    const run *r;
    stream tables[TABLE_COUNT];
    stream record, summary;
    myo_methods_facts facts; /* for the paragraph on methods */
    fat_table fat;
    size_t study_count; /* put so far */
} results;

/* What was drawn is listed where anything could be. */
static bool is_written(const run *r, int table) {
    return table != CHANGES || r->options->tracing_count > 0 || r->options->results;
}

static bool open_tables(results *out, myo_error *err) {
    for (int t = 0; t < TABLE_COUNT; t++) {
        myo_text header = {0};
        if (!is_written(out->r, t)) {
            continue;
        }
        if (!stream_open(&out->tables[t], out->r->store.work, out->r->options->output,
                         tables[t].file, err)) {
            return false;
        }
        tables[t].header(&header);
        stream_put(&out->tables[t], header.data ? header.data : "");
        out->tables[t].failed |= header.failed;
        myo_text_clear(&header);
    }
    return true;
}

/* Puts the members of an object without its end, so that more can follow. */
static void put_members(stream *s, const json_t *object) {
    const char *name;
    json_t *value;
    const char *separator = "{\n  ";
    json_object_foreach((json_t *)(uintptr_t)object, name, value) {
        json_t *quoted = json_string(name);
        stream_put(s, separator);
        stream_put_json(s, quoted, 0);
        stream_put(s, ": ");
        stream_put_json(s, value, 1);
        json_decref(quoted);
        separator = ",\n  ";
    }
}

/* Puts one element of an array that is a member of the outermost object. */
static void put_element(stream *s, bool first, const json_t *value) {
    stream_put(s, first ? "\n    " : ",\n    ");
    stream_put_json(s, value, 2);
}

static void end_array(stream *s, bool empty) {
    stream_put(s, empty ? "]" : "\n  ]");
}

static bool put_study(results *out, const study_plan *plan, myo_error *err) {
    json_t *fragment = store_read_fragment(&out->r->store, plan->key);
    if (!fragment) {
        return myo_error_set(err, MYO_E_IO, "%s: a fragment has vanished", out->r->store.folder);
    }
    for (int t = 0; t < TABLE_COUNT; t++) {
        const char *rows = json_string_value(json_object_get(fragment, tables[t].member));
        if (is_written(out->r, t)) {
            stream_put(&out->tables[t], rows ? rows : "");
        }
    }
    const char *measured = json_string_value(json_object_get(fragment, "measurements"));
    if (!fat_table_add(&out->fat, measured ? measured : "", err)) {
        json_decref(fragment);
        return false;
    }
    const json_t *record = json_object_get(fragment, "record");
    methods_facts_add(&out->facts, record);
    put_element(&out->record, out->study_count == 0, record);
    if (out->summary.sink) {
        put_element(&out->summary, out->study_count == 0, record);
    }
    out->study_count++;
    json_decref(fragment);
    return true;
}

static void put_skipped(results *out) {
    const run *r = out->r;
    size_t count = r->skipped_count;
    stream_put(&out->record, ",\n  \"skipped\": [");
    for (size_t i = 0; i < count; i++) {
        json_t *entry = record_skipped(r, myo_catalogue_get_skipped(r->catalogue, r->skipped[i]));
        put_element(&out->record, i == 0, entry);
        json_decref(entry);
    }
    end_array(&out->record, count == 0);
    stream_put(&out->record, "\n}\n");
}

static bool write_methods(const results *out, myo_error *err) {
    myo_text text = {0};
    stream s;
    if (!out->r->options->methods_text) {
        return true;
    }
    myo_report_methods_text(&out->facts, &text);
    bool done = !text.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    done = done && stream_open(&s, out->r->store.work, out->r->options->output, "methods.txt", err);
    if (done) {
        stream_put(&s, text.data);
        done = stream_commit(&s, err);
        stream_close(&s);
    }
    myo_text_clear(&text);
    return done;
}

static void begin_summary(results *out) {
    const run *r = out->r;
    out->summary = (stream){.sink = r->options->summary, .user = r->options->summary_user};
    if (!out->summary.sink) {
        return;
    }
    json_t *head =
        json_pack("{s:s, s:o, s:I, s:I, s:I, s:I}", "version", myo_version(), "output",
                  r->identity.hide ? json_null() : json_any_text(r->options->output), "measured",
                  (json_int_t)r->measured, "failed", (json_int_t)r->failed, "incomplete",
                  (json_int_t)r->incomplete, "files_skipped", (json_int_t)r->skipped_count);
    put_members(&out->summary, head);
    stream_put(&out->summary, ",\n  \"studies\": [");
    json_decref(head);
}

/* Writes how far the fat methods spread, or removes what an earlier run with more of them left. */
static bool put_fat_table(results *out, myo_error *err) {
    const char *folder = out->r->options->output;
    if (!fat_table_is_worthwhile(&out->fat)) {
        char *path = NULL;
        bool joined = myo_path_join(folder, FAT_TABLE_FILE, &path, err);
        if (joined) {
            unlink(path);
        }
        free(path);
        return joined;
    }
    stream s;
    myo_text text = {0};
    fat_table_append(&out->fat, &text);
    bool done = stream_open(&s, out->r->store.work, folder, FAT_TABLE_FILE, err);
    if (done) {
        stream_put(&s, text.data ? text.data : "");
        s.failed |= text.failed;
        done = stream_commit(&s, err);
    }
    stream_close(&s);
    myo_text_clear(&text);
    return done;
}

/* Puts everything; the record comes last, as the sign that the rest is there. */
static bool put_all(results *out, myo_error *err) {
    size_t count = myo_catalogue_get_study_count(out->r->catalogue);
    put_members(&out->record, out->r->record);
    stream_put(&out->record, ",\n  \"studies\": [");
    begin_summary(out);
    for (size_t i = 0; i < count; i++) {
        if (!put_study(out, &out->r->plans[out->r->order[i]], err)) {
            return false;
        }
    }
    end_array(&out->record, count == 0);
    put_skipped(out);
    if (out->summary.sink) {
        end_array(&out->summary, count == 0);
        stream_put(&out->summary, "\n}\n");
    }
    for (int t = 0; t < TABLE_COUNT; t++) {
        if (is_written(out->r, t) && !stream_commit(&out->tables[t], err)) {
            return false;
        }
    }
    return put_fat_table(out, err) && write_methods(out, err) && stream_commit(&out->record, err);
}

bool assemble(run *r, myo_error *err) {
    results out = {.r = r};
    methods_facts_begin(r, &out.facts);
    bool done = open_tables(&out, err) &&
                stream_open(&out.record, r->store.work, r->options->output, RECORD_FILE, err) &&
                put_all(&out, err);
    for (int t = 0; t < TABLE_COUNT; t++) {
        stream_close(&out.tables[t]);
    }
    stream_close(&out.record);
    fat_table_clear(&out.fat);
    return done;
}

bool assemble_nothing(const run *r, myo_error *err) {
    stream s;
    bool done = stream_open(&s, r->store.work, r->options->output, RECORD_FILE, err);
    if (done) {
        put_members(&s, r->record);
        stream_put(&s, "\n}\n");
        done = stream_commit(&s, err);
    }
    stream_close(&s);
    return done;
}
