/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is to be done: a key, a folder and a fingerprint for each study, all decided from the
 * catalogue before anything is measured, so that they depend neither on --jobs nor on who is first.
 */
#include "base/file.h"
#include "base/memory.h"
#include "pipeline/names_private.h"
#include "pipeline/pair_private.h"
#include "pipeline/tracings_results_private.h"
#include "report/label_map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PLUGIN_SIZE_MAX ((size_t)1 << 30)
#define MODEL_SIZE_MAX ((size_t)16 << 20)

void plan_folder(const myo_study *shown, char folder[STUDY_FOLDER_SIZE]) {
    char subject[NAMES_SUBJECT_SIZE];
    myo_report_subject(shown->patient_id, subject, sizeof subject);
    snprintf(folder, STUDY_FOLDER_SIZE, "sub-%s/ses-%s/anat", subject,
             *shown->study_date ? shown->study_date : "unknown");
}

/* A study's folder, reduced to a number that can be sorted. */
typedef struct folder_of {
    char hash[MYO_HASH_HEX_SIZE];
    size_t study;
} folder_of;

static int by_hash(const void *left, const void *right) {
    const folder_of *a = left, *b = right;
    return strcmp(a->hash, b->hash);
}

/* Studies that share a folder get their key into the file names: all of them, so that no name
 * depends on the order. */
static bool find_shared_folders(run *r, size_t count, myo_error *err) {
    folder_of *folders = myo_alloc_array(count, sizeof *folders, err);
    if (!folders) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const myo_study *source = myo_catalogue_get_study(r->catalogue, i);
        char patient[PSEUDONYM_SIZE], folder[STUDY_FOLDER_SIZE];
        myo_study shown = *source;
        shown.patient_id = identity_patient(&r->identity, source->patient_id, patient);
        shown.study_date = r->identity.hide ? "" : source->study_date;
        plan_folder(&shown, folder);
        myo_hash_sha256(folder, strlen(folder), folders[i].hash);
        folders[i].study = i;
    }
    qsort(folders, count, sizeof *folders, by_hash);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(folders[i].hash, folders[i - 1].hash) == 0) {
            r->plans[folders[i].study].shares_folder = true;
            r->plans[folders[i - 1].study].shares_folder = true;
        }
    }
    free(folders);
    return true;
}

/* Appends the hash of a file's content. */
static bool append_file(myo_text *text, const char *path, size_t limit, myo_error *err) {
    char *data = NULL, hash[MYO_HASH_HEX_SIZE];
    size_t size;
    if (!myo_file_read(path, limit, &data, &size, err)) {
        return false;
    }
    myo_hash_sha256(data, size, hash);
    myo_text_printf(text, "%s %s\n", path, hash);
    free(data);
    return true;
}

static bool is_built_in(const char *name) {
    size_t count;
    const char *const *names = myo_model_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* What the results of every study depend on: program, options, models, plugins. */
static bool describe_run(const run *r, myo_text *text, myo_error *err) {
    const myo_measure_options *o = r->options;
    json_t *options = record_options(r);
    json_object_del(options, "inputs"); /* each study names its own files */
    char *dumped = options ? json_dumps(options, JSON_COMPACT) : NULL;
    json_decref(options);
    if (!dumped) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    myo_text_printf(text, "%s\n%s\n%s\n", myo_version(), myo_library_versions(), dumped);
    free(dumped);
    bool done = true;
    for (size_t i = 0; done && i < o->model_count; i++) {
        done = is_built_in(o->models[i]) || append_file(text, o->models[i], MODEL_SIZE_MAX, err);
    }
    myo_path_list plugins = {0};
    done = done && (!o->plugin_directory || myo_path_list_walk(&plugins, o->plugin_directory, err));
    for (size_t i = 0; done && i < plugins.count; i++) {
        done = append_file(text, plugins.paths[i], PLUGIN_SIZE_MAX, err);
    }
    myo_path_list_clear(&plugins);
    return done;
}

/* An image by what tells whether it is still the same. */
static void describe_instance(myo_text *text, const myo_instance *instance) {
    struct stat status;
    myo_text_printf(text, "%s\n%s\n%zu\n", instance->sop_uid, instance->path, instance->frame);
    if (stat(instance->archive ? instance->archive : instance->path, &status) == 0) {
        myo_text_printf(text, "%lld %lld.%09ld\n", (long long)status.st_size,
                        (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    }
}

static void describe_images(myo_text *text, const myo_study *study) {
    for (size_t s = 0; s < study->series_count; s++) {
        const myo_series *series = &study->series[s];
        myo_text_printf(text, "%s\n", series->series_uid);
        for (size_t i = 0; i < series->instance_count; i++) {
            describe_instance(text, &series->instances[i]);
        }
    }
}

static bool fingerprint(run *r, const myo_text *common, size_t index, myo_error *err) {
    const myo_study *study = myo_catalogue_get_study(r->catalogue, index);
    study_plan *plan = &r->plans[index];
    myo_text text = {0};
    myo_text_append(&text, common->data);
    myo_text_printf(&text, "%s\n%s\n%s\n%.17g %d\n", study->patient_id, study->study_uid,
                    study->study_date, study->patient_size_m, plan->shares_folder);
    run_describe_patient(r, study->patient_id, &text);
    describe_images(&text, study);
    const myo_study *pair = pair_find_ct(r, study);
    if (pair && pair != study) {
        describe_images(&text, pair);
    }
    myo_text_printf(&text, "%d\n", pair_is_taken(r, study));
    tracings_describe(&r->tracings, study, myo_catalogue_get_study_count(r->catalogue) == 1, &text);
    bool done = !text.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    if (done) {
        identity_fingerprint(&r->identity, text.data, text.length, plan->fingerprint);
    }
    myo_text_clear(&text);
    return done;
}

/* True when an earlier run has finished the study with the same fingerprint, and not because the
 * machine failed: out of memory, disk full, a crash. */
static bool is_finished(const run *r, const study_plan *plan) {
    json_t *fragment = store_read_fragment(&r->store, plan->key);
    const char *fingerprint = json_string_value(json_object_get(fragment, "fingerprint"));
    bool finished = fingerprint && strcmp(fingerprint, plan->fingerprint) == 0 &&
                    json_is_false(json_object_get(fragment, "again")) &&
                    store_has_files(&r->store, fragment);
    json_decref(fragment);
    return finished;
}

static int by_key(const void *left, const void *right) {
    return strcmp(left, right);
}

/* Removes fragments of studies that are not among the inputs. */
static bool sweep(const run *r, size_t count, myo_error *err) {
    char *keys = myo_alloc_array(count, STUDY_KEY_SIZE, err);
    if (!keys) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(keys + i * STUDY_KEY_SIZE, r->plans[i].key, STUDY_KEY_SIZE);
    }
    qsort(keys, count, STUDY_KEY_SIZE, by_key);
    store_sweep(&r->store, keys, count, STUDY_KEY_SIZE);
    free(keys);
    return true;
}

/* Refuses to write over outlines that a person changed: they are hours of work. */
static bool check_corrections(const run *r, const study_plan *plan, myo_error *err) {
    json_t *fragment = store_read_fragment(&r->store, plan->key), *slice;
    const json_t *record = json_object_get(fragment, "record");
    const json_t *others = json_object_get(record, "other_slices");
    bool done = true;
    for (size_t i = 0; done && i <= json_array_size(others); i++) {
        char *changed = NULL;
        slice = i == 0 ? json_object_get(record, "slice") : json_array_get(others, i - 1);
        done = tracings_find_changed(r->options->output, slice, &changed, err);
        if (done && changed) {
            done =
                myo_error_set(err, MYO_E_ARGUMENT,
                              "%s was changed after it was measured, and would be lost: "
                              "'myotome remeasure %s' measures it; write into another folder, or "
                              "remove the file",
                              changed, r->options->output);
        }
        free(changed);
    }
    json_decref(fragment);
    return done;
}

bool plan_create(run *r, myo_error *err) {
    size_t count = myo_catalogue_get_study_count(r->catalogue);
    r->plans = myo_alloc_array(count, sizeof *r->plans, err);
    myo_text common = {0};
    bool done = r->plans && find_shared_folders(r, count, err) && describe_run(r, &common, err);
    for (size_t i = 0; done && i < count; i++) {
        identity_study_key(&r->identity, myo_catalogue_get_study(r->catalogue, i), r->plans[i].key);
        done = fingerprint(r, &common, i, err);
    }
    myo_text_clear(&common);
    for (size_t i = 0; done && i < count; i++) {
        r->plans[i].finished = r->options->resume && is_finished(r, &r->plans[i]);
        done = r->plans[i].finished || check_corrections(r, &r->plans[i], err);
    }
    return done;
}

bool plan_clear_old(run *r, myo_error *err) {
    size_t count = myo_catalogue_get_study_count(r->catalogue);
    if (!sweep(r, count, err)) {
        return false;
    }
    /* Old files go before the first new one comes: a name may belong to another study now. */
    for (size_t i = 0; i < count; i++) {
        if (!r->plans[i].finished) {
            store_remove_fragment(&r->store, r->plans[i].key);
        }
    }
    return true;
}
