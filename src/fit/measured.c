/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the values of a predictor were measured, from the columns of a feature table: with that the
 * model file says where the model may be used (docs/models.md, "Limits of a model").
 */
#include "base/missing.h"
#include "fit/fitted_private.h"
#include "risk/equation.h"

#include <string.h>
#include <strings.h>

/* More different values than this are no property of a model. */
#define VALUES_MAX 8
#define NAME_LENGTH_MAX 64

static bool is_listed(const json_t *list, const char *text, size_t length) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *known = json_string_value(json_array_get(list, i));
        if (strlen(known) == length && strncasecmp(known, text, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_name(const char *text) {
    return !myo_text_is_missing(text) && strlen(text) <= NAME_LENGTH_MAX &&
           myo_text_is_one_line(text);
}

/* The values of a property among the patients whom the model is made from, in their order, and how
 * many patients have none; one value more than VALUES_MAX ends the search. */
static json_t *list_values(const myo_fitted *f, const myo_measured_property *p, size_t *unknown) {
    const myo_csv *csv = f->cohort->csv;
    json_t *list = json_array();
    size_t column;
    *unknown = 0;
    if (!myo_csv_find_column(csv, p->column, &column)) {
        return list;
    }
    for (size_t i = 0; i < f->row_count && json_array_size(list) <= VALUES_MAX; i++) {
        const char *text = myo_csv_get(csv, f->cohort->csv_row[f->rows[i]], column);
        size_t length = p->versioned ? strcspn(text, " ") : strlen(text);
        if (!is_name(text)) {
            (*unknown)++;
        } else if (!is_listed(list, text, length)) {
            json_array_append_new(list, json_stringn(text, length));
        }
    }
    return list;
}

json_t *fit_measured_with(const myo_fitted *f) {
    json_t *with = json_object();
    for (size_t i = 0; i < MYO_DIFFERENCES; i++) {
        size_t unknown;
        json_t *list = list_values(f, &myo_measured_properties[i], &unknown);
        if (json_array_size(list) > 0 && json_array_size(list) <= VALUES_MAX) {
            json_object_set(with, myo_measured_properties[i].key, list);
        }
        json_decref(list);
    }
    return with;
}

static void append_list(myo_text *text, const json_t *list) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        myo_text_printf(text, "%s%s", i > 0 ? ", " : "",
                        json_string_value(json_array_get(list, i)));
    }
}

static void note_property(myo_fitted *f, const myo_measured_property *p) {
    size_t unknown;
    json_t *list = list_values(f, p, &unknown);
    if (json_array_size(list) > VALUES_MAX) {
        myo_text_printf(&f->notes, "more than %d values of %s: the model is not bound to any\n",
                        VALUES_MAX, p->column);
    } else if (json_array_size(list) > 1) {
        myo_text_printf(&f->notes, "more than one %s among the patients (", p->word);
        append_list(&f->notes, list);
        myo_text_append(&f->notes, "): the equation mixes them\n");
    }
    if (json_array_size(list) > 0 && json_array_size(list) <= VALUES_MAX && unknown > 0) {
        myo_text_printf(&f->notes, "no %s is given for %zu of %zu patients\n", p->word, unknown,
                        f->row_count);
    }
    json_decref(list);
}

void fit_note_measured(myo_fitted *f) {
    bool any = false;
    for (size_t t = 0; t < f->model_term_count; t++) {
        any = any || myo_measured_is_at_level(f->model_terms[t]->column->name);
    }
    for (size_t i = 0; any && i < MYO_DIFFERENCES; i++) {
        note_property(f, &myo_measured_properties[i]);
    }
}
