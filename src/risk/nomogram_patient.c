/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where one patient lies on the scales of a nomogram. */
#include <myotome/nomogram.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"
#include "risk/model_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The values were read by myo_model_predict() already: they are numbers, or known levels. */
static void fill_mark(const myo_nomogram *n, const myo_nomogram_axis *axis, const char *text,
                      myo_nomogram_mark *mark) {
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    for (size_t i = 0; i < axis->level_count; i++) {
        const char *name = axis->levels[i].name;
        if (strlen(name) == length && strncasecmp(name, text, length) == 0) {
            snprintf(mark->value, sizeof mark->value, "%s", name);
            mark->points = axis->levels[i].points;
        }
    }
    double value;
    if (axis->unit && myo_number_parse(text, &value)) {
        snprintf(mark->value, sizeof mark->value, "%.*s %s", (int)length, text, axis->unit);
        mark->points = myo_nomogram_points(n, axis, value);
        mark->outside = value < axis->from || value > axis->to;
    }
    mark->value[myo_utf8_whole(mark->value, MYO_NOMOGRAM_VALUE_SIZE)] = '\0';
}

bool myo_nomogram_patient_create(const myo_nomogram *nomogram, myo_variable_lookup lookup,
                                 void *user, myo_nomogram_patient **out, myo_error *err) {
    *out = NULL;
    myo_nomogram_patient *p = myo_alloc_array(1, sizeof *p, err);
    if (!p) {
        return false;
    }
    p->marks = myo_alloc_array(nomogram->axis_count, sizeof *p->marks, err);
    if (!p->marks || !myo_model_predict(nomogram->model, lookup, user, &p->prediction, err)) {
        myo_nomogram_patient_destroy(p);
        return false;
    }
    if (*p->prediction.missing) {
        myo_error_set(err, MYO_E_MISSING,
                      "%s: a patient needs a value for every predictor; missing: %s",
                      nomogram->name, p->prediction.missing);
        myo_nomogram_patient_destroy(p);
        return false;
    }
    for (size_t i = 0; i < nomogram->axis_count; i++) {
        const myo_nomogram_axis *axis = &nomogram->axes[i];
        fill_mark(nomogram, axis, lookup(user, axis->name), &p->marks[i]);
        p->total += p->marks[i].points;
    }
    *out = p;
    return true;
}

void myo_nomogram_patient_destroy(myo_nomogram_patient *patient) {
    if (patient) {
        free(patient->marks);
        free(patient);
    }
}
