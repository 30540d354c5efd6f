/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Studies in worker processes. A worker leaves a fragment: its fingerprint, rows, record and log
 * lines. The calling process writes one for a worker that could not, and hands the log lines on in
 * the order of the results, as soon as all studies before are done.
 */
#include "base/memory.h"
#include "pipeline/jobs_private.h"
#include "pipeline/run_private.h"
#include "pipeline/stream_private.h"

#include <stdlib.h>
#include <string.h>

/* A broken study may complain about every one of thousands of images. */
#define LOG_LINES_MAX 1000

typedef struct batch {
    run *r;
    bool *ended;    /* of each study */
    size_t counted; /* studies that were handed on, from the first */
} batch;

/* Lines of a worker, kept for its fragment. */
typedef struct log_keeper {
    const run *r;
    const myo_study *source;
    json_t *lines;
} log_keeper;

static json_t *describe_line(myo_log_level level, const char *text) {
    return json_pack("{s:i, s:o}", "level", (int)level, "text", json_any_text(text));
}

static void keep_line(void *user, myo_log_level level, const char *line) {
    const log_keeper *keeper = user;
    size_t count = json_array_size(keeper->lines);
    if (count == LOG_LINES_MAX) {
        json_array_append_new(keeper->lines,
                              describe_line(MYO_LOG_WARNING, "more lines were left out"));
    } else if (count < LOG_LINES_MAX) {
        myo_text text = {0};
        identity_hide_text(&keeper->r->identity, keeper->source, line, &text);
        json_array_append_new(keeper->lines, describe_line(level, text.data ? text.data : ""));
        myo_text_clear(&text);
    }
}

/* Hides identifiers in all texts of a record. Returns a new value. */
static json_t *hide_json(const run *r, const myo_study *source, const json_t *value) {
    if (json_is_string(value)) {
        myo_text text = {0};
        identity_hide_text(&r->identity, source, json_string_value(value), &text);
        json_t *hidden = json_any_text(text.data ? text.data : "");
        myo_text_clear(&text);
        return hidden;
    }
    json_t *copy = json_copy((json_t *)(uintptr_t)value), *member;
    if (json_is_object(value)) {
        const char *name;
        json_object_foreach((json_t *)(uintptr_t)value, name, member) {
            json_object_set_new(copy, name, hide_json(r, source, member));
        }
    } else if (json_is_array(value)) {
        size_t i;
        json_array_foreach(value, i, member) {
            json_array_set_new(copy, i, hide_json(r, source, member));
        }
    }
    return copy;
}

static json_t *text_of(const myo_text *text) {
    return text->failed ? NULL : json_any_text(text->data ? text->data : "");
}

/* Failures of the machine may be gone next time: such a study is measured again on --resume. */
static bool is_worth_another_try(myo_code code) {
    return code == MYO_E_IO || code == MYO_E_MEMORY || code == MYO_E_INTERNAL;
}

static bool write_fragment(const run *r, size_t index, const study_result *result,
                           const myo_error *failure, json_t *files, json_t *log, myo_error *err) {
    static const char *const statuses[] = {"measured", "incomplete", "failed"};
    const study_plan *plan = &r->plans[index];
    const myo_study *source = myo_catalogue_get_study(r->catalogue, index);
    json_t *fragment = json_pack(
        "{s:s, s:s, s:b, s:O, s:o, s:o, s:o, s:o, s:o, s:o, s:O}", "fingerprint", plan->fingerprint,
        "status", statuses[result->status], "again", (int)is_worth_another_try(failure->code),
        "files", files, "measurements", text_of(&result->measurements), "features",
        text_of(&result->features), "vertebrae", text_of(&result->vertebrae), "risk",
        text_of(&result->risk), "changes", text_of(&result->changes), "record",
        hide_json(r, source, result->record), "log", log);
    bool done = store_write_fragment(&r->store, plan->key, fragment, err);
    json_decref(fragment);
    return done;
}

/* In a worker: measures one study. Fails only when its fragment cannot be written. */
static bool measure_study(void *user, size_t index, myo_error *err) {
    const batch *b = user;
    const run *r = b->r;
    const study_plan *plan = &r->plans[index];
    const myo_study *source = myo_catalogue_get_study(r->catalogue, index);
    log_keeper keeper = {r, source, json_array()};
    json_t *files = json_array();
    char *folder = NULL;
    shown_study shown = {0};
    study_result result = {0};
    myo_error failure = {0};
    myo_log_set_sink(keep_line, &keeper);
    bool done = identity_show(&r->identity, source, &shown, err) &&
                store_begin_study(&r->store, plan->key, &folder, err);
    if (done) {
        if (run_study(r, plan, source, &shown.study, folder, &result, &failure)) {
            done = store_place_files(&r->store, plan->key, result.folder, files, err);
        }
        done = done && write_fragment(r, index, &result, &failure, files, keeper.lines, err);
    }
    study_result_clear(&result);
    shown_study_clear(&shown);
    free(folder);
    json_decref(files);
    json_decref(keeper.lines);
    return done;
}

/* A study without a result of its own is recorded as failed. */
static bool record_lost_study(const run *r, size_t index, const myo_error *failure,
                              myo_error *err) {
    const myo_study *source = myo_catalogue_get_study(r->catalogue, index);
    char patient[PSEUDONYM_SIZE], uid[PSEUDONYM_SIZE];
    myo_study shown = *source;
    shown.patient_id = identity_patient(&r->identity, source->patient_id, patient);
    shown.study_uid = identity_uid(&r->identity, source->study_uid, uid);
    shown.study_date = r->identity.hide ? "" : source->study_date;
    study_result result = {.status = STUDY_FAILED, .record = record_study(&shown)};
    record_failure(result.record, failure);
    json_t *files = json_array(), *log = json_array();
    log_keeper keeper = {r, source, log};
    char line[MYO_ERROR_TEXT_SIZE + PSEUDONYM_SIZE];
    snprintf(line, sizeof line, "patient %s: %s", shown.patient_id, failure->message);
    keep_line(&keeper, MYO_LOG_ERROR, line);
    bool done = write_fragment(r, index, &result, failure, files, log, err);
    json_decref(files);
    json_decref(log);
    study_result_clear(&result);
    return done;
}

/* Hands a study's log lines on and counts it. */
static bool hand_on(run *r, size_t index, myo_error *err) {
    json_t *fragment = store_read_fragment(&r->store, r->plans[index].key), *line;
    const char *status = json_string_value(json_object_get(fragment, "status"));
    if (!status) {
        json_decref(fragment);
        return myo_error_set(err, MYO_E_IO, "%s: a fragment has vanished", r->store.folder);
    }
    r->failed += strcmp(status, "failed") == 0;
    r->measured += strcmp(status, "failed") != 0;
    r->incomplete += strcmp(status, "incomplete") == 0;
    size_t i;
    json_array_foreach(json_object_get(fragment, "log"), i, line) {
        const char *text = json_string_value(json_object_get(line, "text"));
        json_int_t level = json_integer_value(json_object_get(line, "level"));
        if (text && level >= MYO_LOG_ERROR && level <= MYO_LOG_DEBUG) {
            myo_log((myo_log_level)level, "%s", text);
        }
    }
    json_decref(fragment);
    return true;
}

static bool hand_on_all(batch *b, myo_error *err) {
    size_t count = myo_catalogue_get_study_count(b->r->catalogue);
    while (b->counted < count && b->ended[b->r->order[b->counted]]) {
        if (!hand_on(b->r, b->r->order[b->counted], err)) {
            return false;
        }
        b->counted++;
    }
    return true;
}

static bool is_needed(void *user, size_t index) {
    const batch *b = user;
    b->ended[index] = b->r->plans[index].finished;
    return !b->ended[index];
}

static bool study_ended(void *user, size_t index, const myo_error *failure, myo_error *err) {
    batch *b = user;
    const run *r = b->r;
    store_drop_work(&r->store, r->plans[index].key);
    myo_error reason = *failure;
    if (reason.code == MYO_OK) {
        /* A library that calls exit() leaves like a worker that is done. */
        json_t *fragment = store_read_fragment(&r->store, r->plans[index].key);
        if (!fragment) {
            myo_error_set(&reason, MYO_E_INTERNAL, "ended by itself without a result");
        }
        json_decref(fragment);
    }
    if (reason.code != MYO_OK && !record_lost_study(r, index, &reason, err)) {
        return false;
    }
    b->ended[index] = true;
    return hand_on_all(b, err);
}

static void show_progress(void *user, size_t done) {
    const batch *b = user;
    const myo_measure_options *o = b->r->options;
    if (o->progress) {
        o->progress(o->progress_user, "", done, myo_catalogue_get_study_count(b->r->catalogue));
    }
}

bool run_workers(run *r, myo_error *err) {
    size_t count = myo_catalogue_get_study_count(r->catalogue);
    batch b = {.r = r, .ended = myo_alloc_array(count, sizeof *b.ended, err)};
    const jobs work = {.count = count,
                       .slots = r->options->jobs,
                       .timeout_s = r->options->study_timeout_s,
                       .memory_gib = r->options->study_memory_gib,
                       .is_needed = is_needed,
                       .work = measure_study,
                       .ended = study_ended,
                       .tick = show_progress,
                       .user = &b};
    r->threads = jobs_threads(&work);
    bool done = b.ended && jobs_run(&work, err) && hand_on_all(&b, err);
    show_progress(&b, count);
    free(b.ended);
    return done;
}
