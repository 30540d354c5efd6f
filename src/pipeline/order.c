/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "pipeline/run_private.h"

#include <stdlib.h>
#include <string.h>

/* A thing by what it is called in results. */
typedef struct named {
    char name[2 * PSEUDONYM_SIZE];
    size_t index;
} named;

static int by_name(const void *left, const void *right) {
    const named *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static void name_study(const run *r, size_t index, named *out) {
    const myo_study *study = myo_catalogue_get_study(r->catalogue, index);
    char patient[PSEUDONYM_SIZE], uid[PSEUDONYM_SIZE];
    snprintf(out->name, sizeof out->name, "%s %s",
             identity_patient(&r->identity, study->patient_id, patient),
             identity_uid(&r->identity, study->study_uid, uid));
}

static void name_skipped(const run *r, size_t index, named *out) {
    char pseudonym[PSEUDONYM_SIZE];
    const char *path = myo_catalogue_get_skipped(r->catalogue, index)->path;
    snprintf(out->name, sizeof out->name, "%s", identity_path(&r->identity, path, pseudonym));
}

/* Puts the indices in `order` into that of the pseudonyms. */
static bool sort_by_pseudonym(const run *r, void (*name)(const run *, size_t, named *),
                              size_t *order, size_t count, myo_error *err) {
    if (!r->identity.hide || count == 0) {
        return true;
    }
    named *names = myo_alloc_array(count, sizeof *names, err);
    if (!names) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        name(r, order[i], &names[i]);
        names[i].index = order[i];
    }
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        order[i] = names[i].index;
    }
    free(names);
    return true;
}

/* True when the file lies in OUT: a result of an earlier run, and nothing that was left out. The
 * end of the path may lie within a zip file, so that every part of it is tried. */
static bool is_result(const run *r, const char *path) {
    char *folder = myo_string_copy(path, NULL);
    bool within = false;
    for (char *slash; folder && !within && (slash = strrchr(folder, '/')) != NULL;) {
        *slash = '\0';
        within = store_is_within(*folder ? folder : "/", r->options->output);
    }
    free(folder);
    return within;
}

static void list_skipped(run *r) {
    bool output_is_read = false;
    for (size_t i = 0; i < r->options->input_count; i++) {
        output_is_read |= store_is_within(r->options->output, r->options->inputs[i]);
    }
    for (size_t i = 0; i < myo_catalogue_get_skipped_count(r->catalogue); i++) {
        if (!output_is_read || !is_result(r, myo_catalogue_get_skipped(r->catalogue, i)->path)) {
            r->skipped[r->skipped_count++] = i;
        }
    }
}

bool order_create(run *r, myo_error *err) {
    size_t count = myo_catalogue_get_study_count(r->catalogue);
    size_t skipped = myo_catalogue_get_skipped_count(r->catalogue);
    r->order = myo_alloc_array(count, sizeof *r->order, err);
    r->skipped = myo_alloc_array(skipped, sizeof *r->skipped, err);
    if (!r->order || !r->skipped) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        r->order[i] = i;
    }
    list_skipped(r);
    return sort_by_pseudonym(r, name_study, r->order, count, err) &&
           sort_by_pseudonym(r, name_skipped, r->skipped, r->skipped_count, err);
}
