/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the values of a predictor were measured, from the columns of a feature table: with that the
 * model file says where the model may be used (docs/models.md, "Limits of a model").
 */
#include "fit/fitted_private.h"
#include "risk/equation.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* What is known of a measurement: the member of `measured_with`, and the part of a row. */
typedef struct property {
    const char *key, *word; /* in the model file, and in a note */
    size_t offset;          /* in myo_measured */
    bool versioned;         /* the value is a method, with its version behind a space */
} property;

static const property properties[] = {
    {"modalities", "modality", offsetof(myo_measured, modality), false},
    {"levels", "level", offsetof(myo_measured, level), false},
    {"fat_methods", "fat method", offsetof(myo_measured, fat_method), true},
    {"roi_conventions", "outline convention", offsetof(myo_measured, roi_convention), true},
};
/* More different values than this are no property of a model. */
#define VALUES_MAX 8
#define NAME_LENGTH_MAX 64
#define PROPERTY_COUNT (sizeof properties / sizeof properties[0])

typedef struct row_view {
    const myo_csv *csv;
    size_t row;
} row_view;

static const char *lookup(void *user, const char *name) {
    const row_view *view = user;
    return myo_csv_get_named(view->csv, view->row, name);
}

static bool is_listed(const json_t *list, const char *text, size_t length) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *known = json_string_value(json_array_get(list, i));
        if (strlen(known) == length && strncasecmp(known, text, length) == 0) {
            return true;
        }
    }
    return false;
}

/* A name on one line. */
static bool is_name(const char *text) {
    if (!text || myo_cohort_is_missing(text) || strlen(text) > NAME_LENGTH_MAX) {
        return false;
    }
    while (*text && !iscntrl((unsigned char)*text)) {
        text++;
    }
    return *text == '\0';
}

/* Adds a row's value to those of the other rows; false when it has none. */
static bool add_value(const property *p, const myo_measured *how, json_t *list) {
    const char *text = *(const char *const *)((const char *)how + p->offset);
    if (!is_name(text)) {
        return false;
    }
    size_t length = p->versioned ? strcspn(text, " ") : strlen(text);
    if (!is_listed(list, text, length)) {
        json_array_append_new(list, json_stringn(text, length));
    }
    return true;
}

/* The values of a property among the patients whom the model is made from, in their order, and how
 * many patients have none; one value more than VALUES_MAX ends the search. NULL for a predictor of
 * which nothing is known. */
static json_t *list_values(const myo_fitted *f, const char *name, const property *p,
                           size_t *unknown) {
    json_t *list = json_array();
    *unknown = 0;
    for (size_t i = 0; i < f->row_count && json_array_size(list) <= VALUES_MAX; i++) {
        row_view view = {f->cohort->csv, f->cohort->csv_row[f->rows[i]]};
        myo_measured how = {0};
        if (!myo_measured_from_row(lookup, &view, name, &how)) {
            json_decref(list);
            return NULL;
        }
        *unknown += !add_value(p, &how, list);
    }
    return list;
}

json_t *fit_measured_with(const myo_fitted *f, const char *name) {
    json_t *with = json_object();
    for (size_t i = 0; i < PROPERTY_COUNT; i++) {
        size_t unknown;
        json_t *list = list_values(f, name, &properties[i], &unknown);
        if (json_array_size(list) > 0 && json_array_size(list) <= VALUES_MAX) {
            json_object_set_new(with, properties[i].key, list);
        } else {
            json_decref(list);
        }
    }
    if (json_object_size(with) == 0) {
        json_decref(with);
        with = NULL;
    }
    return with;
}

static void append_list(myo_text *text, const json_t *list) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        myo_text_printf(text, "%s%s", i > 0 ? ", " : "",
                        json_string_value(json_array_get(list, i)));
    }
}

static void note_property(myo_fitted *f, const char *name, const property *p) {
    size_t unknown;
    json_t *list = list_values(f, name, p, &unknown);
    if (json_array_size(list) > VALUES_MAX) {
        myo_text_printf(&f->notes, "%s: more than %d values of %s: the model is not bound to any\n",
                        name, VALUES_MAX, p->word);
        unknown = 0;
    } else if (json_array_size(list) > 1) {
        myo_text_printf(&f->notes, "%s: more than one %s among the patients (", name, p->word);
        append_list(&f->notes, list);
        myo_text_append(&f->notes, "): the equation mixes them\n");
    }
    if (json_array_size(list) > 0 && unknown > 0) {
        myo_text_printf(&f->notes, "%s: no %s is given for %zu of %zu patients\n", name, p->word,
                        unknown, f->row_count);
    }
    json_decref(list);
}

void fit_note_measured(myo_fitted *f) {
    for (size_t t = 0; t < f->model_term_count; t++) {
        for (size_t i = 0; i < PROPERTY_COUNT; i++) {
            note_property(f, f->model_terms[t]->column->name, &properties[i]);
        }
    }
}
