/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a run: option values, methods, models. */
#include "pipeline/run_private.h"
#include "pipeline/uncertainty_private.h"

#include <myotome/ct.h>
#include <stdlib.h>
#include <string.h>

static bool check_level(const char *level, myo_error *err) {
    size_t count;
    const char *const *names = myo_level_names(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], level) == 0) {
            return true;
        }
    }
    return myo_error_set(err, MYO_E_ARGUMENT,
                         "--level %s: not one of L1/2, L2/3, L3/4, L4/5, L5/S1, L3", level);
}

/* At a disc level the slice cuts the disc, at a vertebral level the vertebra. */
static bool check_reference(const run *r, myo_error *err) {
    const char *reference = r->options->reference;
    if (!reference || strcmp(reference, "auto") == 0 || r->options->slice) {
        return true;
    }
    bool disc_level = strchr(r->level, '/') != NULL;
    if (strcmp(reference, "disc") != 0 && strcmp(reference, "vertebra") != 0) {
        return myo_error_set(err, MYO_E_ARGUMENT, "--reference %s: not one of auto, vertebra, disc",
                             reference);
    }
    if (disc_level != (strcmp(reference, "disc") == 0)) {
        return myo_error_set(
            err, MYO_E_ARGUMENT,
            "--reference %s: the slice at %s cuts the %s; choose another level, or "
            "name the slice with --slice",
            reference, r->level, disc_level ? "disc" : "vertebra");
    }
    return true;
}

/* Names with commas between them. */
static bool take_vertebrae(run *r, myo_error *err) {
    const char *at = r->options->vertebra ? r->options->vertebra : "L1";
    while (*at) {
        size_t length = strcspn(at, ",");
        char *name = r->vertebrae[r->vertebra_count];
        bool fits =
            length > 0 && length < RUN_VERTEBRA_SIZE && r->vertebra_count < RUN_VERTEBRAE_MAX;
        if (fits) {
            memcpy(name, at, length);
            name[length] = '\0';
        }
        if (!fits || !myo_ct_is_vertebra(name)) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "--vertebra %s: give vertebrae from T9 to L5 with commas between "
                                 "them, for example L1,L3",
                                 r->options->vertebra);
        }
        r->vertebra_count++;
        at += length;
        at += *at == ',';
    }
    return true;
}

static bool check_landmark(const char *option, const char *name, myo_error *err) {
    return strcmp(name, RUN_ACETABULAR_ROOF) == 0 || strcmp(name, RUN_SACROILIAC_JOINT) == 0 ||
           myo_error_set(err, MYO_E_ARGUMENT, "%s %s: not one of %s, %s", option, name,
                         RUN_ACETABULAR_ROOF, RUN_SACROILIAC_JOINT);
}

static bool take_landmarks(run *r, myo_error *err) {
    const myo_measure_options *o = r->options;
    r->gluteus_maximus_at = o->gluteus_maximus_at ? o->gluteus_maximus_at : RUN_ACETABULAR_ROOF;
    r->gluteus_medius_at = o->gluteus_medius_at ? o->gluteus_medius_at : RUN_SACROILIAC_JOINT;
    return check_landmark("--gluteus-maximus-at", r->gluteus_maximus_at, err) &&
           check_landmark("--gluteus-medius-at", r->gluteus_medius_at, err);
}

static bool choose_segmenter(run *r, myo_error *err) {
    const char *spec = r->options->method ? r->options->method : "auto";
    char name[METHOD_NAME_SIZE];
    if (!method_spec_name(spec, name, err)) {
        return false;
    }
    r->segmenter = myo_registry_find_segmenter(r->registry, name);
    if (!r->segmenter) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "--method %s: unknown; `myotome methods` lists them", name);
    }
    r->mapper = myo_registry_get_tissue_mapper(r->registry);
    return method_spec_values(spec, &r->segmenter->info, r->segmenter_values, err);
}

static bool add_fat_method(run *r, const myo_fat_method *method, const char *spec, myo_error *err) {
    if (!method_spec_values(spec, &method->info, r->fat_values[r->fat_method_count], err)) {
        return false;
    }
    r->fat_methods[r->fat_method_count++] = method;
    return true;
}

static bool choose_fat_methods(run *r, myo_error *err) {
    const char *spec = r->options->fat;
    if (spec && strcmp(spec, "all") == 0) {
        const myo_fat_method *found;
        while (r->fat_method_count < RUN_FAT_METHODS_MAX &&
               (found = myo_registry_get_fat_method(r->registry, r->fat_method_count)) != NULL) {
            if (!add_fat_method(r, found, "", err)) {
                return false;
            }
        }
        return true;
    }
    if (!spec) {
        return add_fat_method(r, myo_registry_get_fat_method(r->registry, 0), "", err);
    }
    char name[METHOD_NAME_SIZE];
    if (!method_spec_name(spec, name, err)) {
        return false;
    }
    const myo_fat_method *method = myo_registry_find_fat_method(r->registry, name);
    if (!method) {
        return myo_error_set(err, MYO_E_ARGUMENT, "--fat %s: unknown; `myotome methods` lists them",
                             name);
    }
    return add_fat_method(r, method, spec, err);
}

static bool load_models(run *r, myo_error *err) {
    const char *const *names = r->options->models;
    size_t count = r->options->model_count;
    if (count == 0) {
        names = myo_model_builtins(&count);
    }
    if (count > RUN_MODELS_MAX) {
        return myo_error_set(err, MYO_E_ARGUMENT, "--model: more than %d models", RUN_MODELS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        if (!myo_model_load(names[i], &r->models[i], err)) {
            return false;
        }
        r->model_count++;
    }
    return true;
}

/* Studies carry pseudonyms when they are measured, so that a UID of the user's must become one. */
static void take_options(run *r, const myo_measure_options *options) {
    r->own = *options;
    r->own.slice = identity_uid_option(&r->identity, options->slice, r->slice_pseudonym);
    r->own.series = identity_uid_option(&r->identity, options->series, r->series_pseudonym);
    r->own.study_timeout_s =
        options->study_timeout_s > 0.0 ? options->study_timeout_s : MYO_STUDY_TIMEOUT_S;
    r->own.study_memory_gib =
        options->study_memory_gib > 0.0 ? options->study_memory_gib : MYO_STUDY_MEMORY_GIB;
    r->options = &r->own;
}

bool run_open(run *r, const myo_measure_options *options, myo_error *err) {
    if (!identity_open(&r->identity, options, err)) {
        return false;
    }
    take_options(r, options);
    r->level = options->level ? options->level : "L4/5";
    r->level_confidence_min =
        options->level_confidence > 0.0 ? options->level_confidence : MYO_LEVEL_CONFIRMED_MIN;
    if (options->input_count == 0 || !options->output) {
        return myo_error_set(err, MYO_E_ARGUMENT, "measure needs an INPUT and an output folder");
    }
    return check_level(r->level, err) && check_reference(r, err) && take_vertebrae(r, err) &&
           take_landmarks(r, err) && myo_registry_create(&r->registry, err) &&
           myo_registry_load_bundled(r->registry, err) &&
           (!options->plugin_directory ||
            myo_registry_load_plugins(r->registry, options->plugin_directory, err)) &&
           tracings_open(&r->tracings, options, err) && choose_segmenter(r, err) &&
           choose_fat_methods(r, err) && uncertainty_open(r, err) && load_models(r, err) &&
           (!options->heights_csv || myo_csv_read(options->heights_csv, &r->heights, err)) &&
           (!options->clinical_csv || myo_csv_read(options->clinical_csv, &r->clinical, err)) &&
           record_begin(r, err);
}

void run_close(run *r) {
    for (size_t i = 0; i < r->model_count; i++) {
        myo_model_destroy(r->models[i]);
    }
    myo_csv_destroy(r->heights);
    myo_csv_destroy(r->clinical);
    myo_registry_destroy(r->registry);
    tracings_close(&r->tracings);
    identity_close(&r->identity);
    free(r->plans);
    free(r->order);
    free(r->skipped);
    json_decref(r->record);
}
