/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading and releasing of models. */
#include "base/file.h"
#include "base/memory.h"
#include "risk/builtin_private.h"
#include "risk/model_private.h"

#include <stdlib.h>
#include <string.h>

bool myo_model_parse(const char *text, size_t size, const char *origin, myo_model **out,
                     myo_error *err) {
    *out = NULL;
    if (size > RISK_FILE_SIZE_MAX) {
        return myo_error_set(err, MYO_E_FORMAT, "%s: more than %zu bytes: not a model file", origin,
                             RISK_FILE_SIZE_MAX);
    }
    json_error_t reason;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &reason);
    if (!root) {
        return myo_error_set(err, MYO_E_FORMAT, "%s: line %d: not valid JSON: %s", origin,
                             reason.line, reason.text);
    }
    myo_model *model = myo_alloc_array(1, sizeof *model, err);
    if (!model) {
        json_decref(root);
        return false;
    }
    model->root = root;
    if (!risk_model_fill(model, origin, err)) {
        myo_model_destroy(model);
        return false;
    }
    *out = model;
    return true;
}

static bool is_path(const char *name) {
    size_t length = strlen(name);
    const char *ending = ".json";
    return strchr(name, '/') ||
           (length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0);
}

bool myo_model_load(const char *name_or_path, myo_model **out, myo_error *err) {
    *out = NULL;
    const char *text;
    size_t size;
    if (risk_builtin_find(name_or_path, &text, &size)) {
        return myo_model_parse(text, size, name_or_path, out, err);
    }
    if (!is_path(name_or_path)) {
        return myo_error_set(err, MYO_E_NOT_FOUND,
                             "no model is called '%s' (a model file is given by a path that has a "
                             "'/' or ends in .json)",
                             name_or_path);
    }
    char *data;
    if (!myo_file_read(name_or_path, RISK_FILE_SIZE_MAX, &data, &size, err)) {
        return false;
    }
    bool ok = myo_model_parse(data, size, name_or_path, out, err);
    free(data);
    return ok;
}

void myo_model_destroy(myo_model *model) {
    if (model) {
        for (size_t i = 0; i < model->predictor_count; i++) {
            free(model->predictors[i].terms);
        }
        free(model->predictors);
        free(model->covariance);
        json_decref(model->root);
        free(model);
    }
}

const char *myo_model_get_name(const myo_model *model) {
    return model->name;
}

const char *myo_model_get_title(const myo_model *model) {
    return model->title;
}

bool myo_model_can_predict(const myo_model *model, const char **reason) {
    if (reason) {
        *reason = model->unavailable ? model->unavailable : "";
    }
    return !model->unavailable;
}
