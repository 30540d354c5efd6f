/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a model file: an error, or a model with a card and scales that predicts without a
 * crash. */
#include "fuzz.h"

#include <assert.h>
#include <math.h>
#include <myotome/nomogram.h>
#include <stdlib.h>
#include <string.h>

/* One number for every variable; `user` says which. */
static const char *give(void *user, const char *name) {
    assert(name != NULL);
    return user;
}

static void check_axis(const myo_nomogram *nomogram, const myo_nomogram_axis *axis) {
    assert(isfinite(axis->points_max) && axis->points_max >= 0.0);
    for (size_t i = 0; i < axis->level_count; i++) {
        assert(isfinite(axis->levels[i].points));
    }
    if (axis->unit) {
        assert(axis->from < axis->to && axis->step > 0.0);
        assert(isfinite(myo_nomogram_points(nomogram, axis, axis->from)));
        assert(isfinite(myo_nomogram_points(nomogram, axis, axis->to)));
    }
}

/* Scales of finite points, and a table; or an error that says why there are none. */
static void make_nomogram(const myo_model *model) {
    myo_nomogram *nomogram = NULL;
    myo_error err = {0};
    if (!myo_nomogram_create(model, &nomogram, &err)) {
        assert(err.code != MYO_OK && err.message[0] != '\0');
        return;
    }
    assert(isfinite(nomogram->total_max) && nomogram->total_max > 0.0);
    for (size_t i = 0; i < nomogram->axis_count; i++) {
        check_axis(nomogram, &nomogram->axes[i]);
    }
    char *table = NULL;
    if (myo_nomogram_table(nomogram, &table, NULL)) {
        assert(strlen(table) > 0);
        free(table);
    }
    myo_nomogram_destroy(nomogram);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char number[] = "120.5", category[] = "PKP", nothing[] = "";
    char *const answers[] = {number, category, nothing};
    myo_model *model = NULL;
    myo_error err = {0};
    if (!myo_model_parse((const char *)data, size, "input", &model, &err)) {
        assert(err.code != MYO_OK && err.message[0] != '\0' && !strchr(err.message, '\n'));
        return 0;
    }
    char *card = NULL;
    if (myo_model_card(model, &card, NULL)) {
        assert(strlen(card) > 0);
        free(card);
    }
    make_nomogram(model);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        myo_prediction prediction;
        if (myo_model_predict(model, give, answers[i], &prediction, NULL)) {
            assert(isnan(prediction.probability) ||
                   (prediction.probability >= 0.0 && prediction.probability <= 1.0));
        }
    }
    myo_model_destroy(model);
    return 0;
}
