/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of an earlier run, as its run.json has them, so that it can be done again. */
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "pipeline/method_spec_private.h"
#include "pipeline/tracings_private.h"

#include <stdlib.h>
#include <string.h>

/* What the options of a repeated run point into. */
typedef struct repeated {
    json_t *record;
    char *results, *method, *fat;
    const char **inputs, **models;
} repeated;

bool myo_pipeline_is_results(const char *path) {
    char *record = NULL, *text = NULL;
    size_t size;
    /* A file that is too large to be read here is there. */
    myo_error reason = {0};
    bool found = myo_path_join(path, "run.json", &record, NULL) &&
                 (myo_file_read(record, 1, &text, &size, &reason) || reason.code != MYO_E_IO);
    free(text);
    free(record);
    return found;
}

static const char *text_of(const json_t *options, const char *name) {
    return json_string_value(json_object_get(options, name));
}

static bool is_true(const json_t *options, const char *name) {
    return json_is_true(json_object_get(options, name));
}

/* A method as it is named on the command line, with all parameters. */
static bool make_spec(const json_t *method, char **out, myo_error *err) {
    myo_text text = {0};
    const char *name;
    json_t *value;
    const char *separator = ":";
    myo_text_append(&text, text_of(method, "name") ? text_of(method, "name") : "auto");
    json_object_foreach(json_object_get(method, "parameters"), name, value) {
        myo_text_printf(&text, "%s%s=%.17g", separator, name, json_number_value(value));
        separator = ",";
    }
    return myo_text_take(&text, out, err);
}

/* Borrowed texts of an array. */
static bool take_list(const json_t *array, const char ***out, size_t *count, myo_error *err) {
    size_t i;
    json_t *entry;
    *out = myo_alloc_array(json_array_size(array), sizeof **out, err);
    *count = 0;
    if (!*out) {
        return false;
    }
    json_array_foreach(array, i, entry) {
        if (json_is_string(entry)) {
            (*out)[(*count)++] = json_string_value(entry);
        }
    }
    return true;
}

static bool take_methods(repeated *r, const json_t *options, myo_measure_options *out,
                         myo_error *err) {
    const json_t *fat = json_object_get(options, "fat_methods");
    bool several = json_array_size(fat) > 1;
    bool done = make_spec(json_object_get(options, "segmenter"), &r->method, err) &&
                (several || make_spec(json_array_get(fat, 0), &r->fat, err));
    out->method = r->method;
    out->fat = several ? "all" : r->fat;
    return done;
}

/* A path that the record names; one without identifiers has none. */
static const char *path_of(const json_t *options, const char *name) {
    return is_true(options, "deidentify") ? NULL : text_of(options, name);
}

static bool take_options(repeated *r, myo_measure_options *out, myo_error *err) {
    const json_t *o = json_object_get(r->record, "options");
    *out = (myo_measure_options){.results = r->results,
                                 .level = text_of(o, "level"),
                                 .vertebra = text_of(o, "vertebra"),
                                 .gluteus_maximus_at = text_of(o, "gluteus_maximus_at"),
                                 .gluteus_medius_at = text_of(o, "gluteus_medius_at"),
                                 .level_confidence =
                                     json_number_value(json_object_get(o, "level_confidence")),
                                 .accept_level = is_true(o, "accept_level"),
                                 .pair = is_true(o, "pair"),
                                 .uncertainty = text_of(o, "uncertainty"),
                                 .reader_sem_csv = path_of(o, "reader_sem"),
                                 .slice = text_of(o, "slice"),
                                 .series = text_of(o, "series"),
                                 .reference = text_of(o, "reference"),
                                 .height_m = json_number_value(json_object_get(o, "height_m")),
                                 .heights_csv = path_of(o, "heights"),
                                 .clinical_csv = path_of(o, "clinical"),
                                 .plugin_directory = path_of(o, "plugins"),
                                 .deidentify = is_true(o, "deidentify")};
    return take_methods(r, o, out, err) &&
           take_list(json_object_get(o, "inputs"), &r->inputs, &out->input_count, err) &&
           take_list(out->deidentify ? NULL : json_object_get(o, "model_files"), &r->models,
                     &out->model_count, err);
}

bool myo_pipeline_repeat(const char *results, myo_repeated_run *out, myo_error *err) {
    repeated *r = myo_alloc_array(1, sizeof *r, err);
    *out = (myo_repeated_run){.owner = r};
    if (!r) {
        return false;
    }
    r->record = tracings_read_record(results, err);
    r->results = myo_string_copy(results, err);
    if (!r->record || !r->results || !take_options(r, &out->options, err)) {
        myo_repeated_run_clear(out);
        return false;
    }
    out->options.inputs = r->inputs;
    out->options.models = r->models;
    return true;
}

void myo_repeated_run_clear(myo_repeated_run *run) {
    repeated *r = run->owner;
    if (r) {
        json_decref(r->record);
        free(r->results);
        free(r->method);
        free(r->fat);
        free(r->inputs);
        free(r->models);
    }
    free(r);
    *run = (myo_repeated_run){0};
}
