/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a variable was measured as the model's was (its member `measured_with`). What is not
 * known on either side is not compared.
 */
#include "risk/equation.h"
#include "risk/model_private.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The muscles of a feature table that are measured on the slice at its level; the gluteal muscles,
 * quadratus lumborum and the whole muscle have slices of their own. */
static const char *const at_the_level[] = {"multifidus_", "erector_spinae_", "psoas_major_"};

const myo_measured_property myo_measured_properties[MYO_DIFFERENCES] = {
    {"modalities", "modality", "modality", offsetof(myo_measured, modality), false},
    {"levels", "level", "level", offsetof(myo_measured, level), false},
    {"fat_methods", "fat_method", "fat method", offsetof(myo_measured, fat_method), true},
    {"roi_conventions", "roi_convention", "convention of outlines",
     offsetof(myo_measured, roi_convention), true},
};

static const char **value_of(myo_measured *how, size_t property) {
    return (const char **)((char *)how + myo_measured_properties[property].offset);
}

static bool is_known(const char *text) {
    return text && *text;
}

/* Length of a method's name without its version: "gmm3 1" is "gmm3". */
static size_t name_length(const char *method) {
    return strcspn(method, " ");
}

/* True unless the model names values and this is none of them. */
static bool agrees(const json_t *allowed, const char *value, bool is_method) {
    if (!is_known(value) || json_array_size(allowed) == 0) {
        return true;
    }
    size_t length = is_method ? name_length(value) : strlen(value);
    for (size_t i = 0; i < json_array_size(allowed); i++) {
        const char *text = json_string_value(json_array_get(allowed, i));
        if (strlen(text) == length && strncasecmp(text, value, length) == 0) {
            return true;
        }
    }
    return false;
}

unsigned myo_model_compare_measured(const myo_model *model, size_t predictor,
                                    const myo_measured *how) {
    const json_t *with = json_object_get(model->predictors[predictor].json, "measured_with");
    unsigned differences = 0;
    myo_measured copy = *how;
    for (size_t i = 0; i < MYO_DIFFERENCES; i++) {
        const myo_measured_property *p = &myo_measured_properties[i];
        if (!agrees(json_object_get(with, p->key), *value_of(&copy, i), p->versioned)) {
            differences |= 1u << i;
        }
    }
    return differences;
}

/* "L4/5", or "L3/4 or L4/5". */
static void join(const json_t *allowed, char *text, size_t size) {
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < json_array_size(allowed) && length < size; i++) {
        length += (size_t)snprintf(text + length, size - length, "%s%s", i > 0 ? " or " : "",
                                   json_string_value(json_array_get(allowed, i)));
    }
}

void myo_model_describe_difference(const myo_model *model, size_t predictor,
                                   const myo_measured *how, unsigned difference, char *text,
                                   size_t size) {
    const risk_predictor *p = &model->predictors[predictor];
    const json_t *with = json_object_get(p->json, "measured_with");
    char allowed[MYO_RISK_TEXT_SIZE / 4];
    switch (difference) {
    case MYO_DIFFERS_MODALITY:
        join(json_object_get(with, "modalities"), allowed, sizeof allowed);
        snprintf(text, size, "%s was measured on %s, the model's on %s", p->name, how->modality,
                 allowed);
        break;
    case MYO_DIFFERS_LEVEL:
        join(json_object_get(with, "levels"), allowed, sizeof allowed);
        snprintf(text, size, "%s was measured at %s, the model's at %s", p->name, how->level,
                 allowed);
        break;
    case MYO_DIFFERS_FAT_METHOD:
        join(json_object_get(with, "fat_methods"), allowed, sizeof allowed);
        snprintf(text, size, "%s: fat was separated by %s, the model's by %s", p->name,
                 how->fat_method, allowed);
        break;
    default:
        join(json_object_get(with, "roi_conventions"), allowed, sizeof allowed);
        snprintf(text, size, "%s: outlines follow the convention '%s', the model's '%s'", p->name,
                 how->roi_convention, allowed);
        break;
    }
}

bool myo_measured_is_at_level(const char *name) {
    for (size_t i = 0; i < sizeof at_the_level / sizeof at_the_level[0]; i++) {
        if (strncmp(name, at_the_level[i], strlen(at_the_level[i])) == 0) {
            return true;
        }
    }
    return false;
}

bool myo_measured_from_row(myo_variable_lookup lookup, void *user, const char *name,
                           myo_measured *out) {
    if (!myo_measured_is_at_level(name)) {
        return false;
    }
    *out = (myo_measured){0};
    for (size_t i = 0; i < MYO_DIFFERENCES; i++) {
        *value_of(out, i) = lookup(user, myo_measured_properties[i].column);
    }
    return true;
}
