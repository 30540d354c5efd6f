/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/methods_facts_private.h"

#include <string.h>

void methods_facts_begin(const run *r, myo_methods_facts *facts) {
    const myo_measure_options *o = r->options;
    const char *reason;
    *facts = (myo_methods_facts){.version = myo_version(),
                                 .level = r->level,
                                 .segmenter = &r->segmenter->info,
                                 .has_tissue_mapper = r->mapper != NULL,
                                 .uncertainty = r->uncertainty,
                                 .reader = o->reader,
                                 .traced_convention = o->traced_convention,
                                 .vertebrae = o->vertebra ? o->vertebra : "L1"};
    for (size_t i = 0; i < r->fat_method_count && i < MYO_METHODS_FAT_MAX; i++) {
        facts->fat[facts->fat_count++] = &r->fat_methods[i]->info;
    }
    for (size_t i = 0; i < r->model_count && i < MYO_METHODS_MODELS_MAX; i++) {
        if (myo_model_can_predict(r->models[i], &reason)) {
            facts->models[facts->model_count++] = myo_model_get_name(r->models[i]);
        }
    }
}

static double number_of(const json_t *object, const char *name) {
    return json_number_value(json_object_get(object, name));
}

static void add_slice(myo_methods_facts *facts, const json_t *slice) {
    const json_t *image = json_object_get(slice, "image");
    const char *modality = json_string_value(json_object_get(image, "modality"));
    myo_image_facts *images = modality && strcmp(modality, myo_modality_name(MYO_MODALITY_CT)) == 0
                                  ? &facts->ct
                                  : &facts->mr;
    myo_value_range_add(&images->pixel_mm, number_of(image, "column_spacing_mm"));
    myo_value_range_add(&images->thickness_mm, number_of(image, "thickness_mm"));
    myo_value_range_add(&images->echo_time_ms, number_of(image, "echo_time_ms"));
    myo_value_range_add(&images->repetition_time_ms, number_of(image, "repetition_time_ms"));
    facts->outlines_traced += json_array_size(json_object_get(slice, "traced"));
}

static bool is_text(const json_t *object, const char *name, const char *text) {
    const char *value = json_string_value(json_object_get(object, name));
    return value && strcmp(value, text) == 0;
}

static void add_level(myo_methods_facts *facts, const json_t *slice) {
    if (is_text(slice, "level_source", "sagittal-discs")) {
        facts->by_sagittal_discs++;
    } else if (is_text(slice, "level_source", "ct-vertebrae")) {
        facts->by_ct_vertebrae++;
    } else if (is_text(slice, "level_source", "slice-option") ||
               is_text(slice, "level_source", "traced-slice")) {
        facts->by_reader++;
    } else {
        facts->by_other++;
    }
    facts->level_unconfirmed += !json_is_true(json_object_get(slice, "level_confirmed"));
}

static void add_height(myo_methods_facts *facts, const json_t *record) {
    facts->heights_table += is_text(record, "height_source", "csv");
    facts->heights_option += is_text(record, "height_source", "option");
    facts->heights_dicom += is_text(record, "height_source", "dicom");
    facts->heights_unknown += is_text(record, "height_source", "none");
}

void methods_facts_add(myo_methods_facts *facts, const json_t *record) {
    const json_t *slice = json_object_get(record, "slice"), *other;
    if (is_text(record, "status", "failed") || !slice) {
        facts->studies_failed++;
        return;
    }
    size_t i, traced = facts->outlines_traced;
    bool ct =
        is_text(json_object_get(slice, "image"), "modality", myo_modality_name(MYO_MODALITY_CT));
    facts->mr.studies += !ct;
    facts->ct.studies += ct;
    add_level(facts, slice);
    add_height(facts, record);
    add_slice(facts, slice);
    json_array_foreach(json_object_get(record, "other_slices"), i, other) {
        add_slice(facts, other);
    }
    facts->studies_traced += facts->outlines_traced > traced;
    facts->studies_with_ct_value += json_is_number(json_object_get(record, "spinal_ct_hu"));
}
