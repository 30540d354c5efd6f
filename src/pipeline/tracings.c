/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which files of outlines there are, and whose they are. Names follow BIDS: sub-<id> in the path is
 * the patient, ses-<date> the study's date. Without it a file whose name begins with a patient's
 * ID, or which lies in a folder of that name, is that patient's.
 */
#include "pipeline/tracings_private.h"

#include "base/file.h"
#include "base/memory.h"
#include "pipeline/tracings_results_private.h"
#include "report/label_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Copies the letters and digits behind the last `entity` ("sub-") that begins a part of the path.
 */
static void find_entity(const char *path, const char *entity, char *out, size_t size) {
    size_t length = strlen(entity);
    *out = '\0';
    for (const char *at = path; (at = strstr(at, entity)) != NULL; at += length) {
        bool begins = at == path || at[-1] == '/' || at[-1] == '_';
        size_t n = 0;
        while (begins && is_alphanumeric(at[length + n]) && n + 1 < size) {
            out[n] = at[length + n];
            n++;
        }
        if (begins) {
            out[n] = '\0';
        }
    }
}

tracing_file *tracings_add(tracings *t, const char *path, myo_error *err) {
    if (t->count == t->capacity) {
        size_t capacity = t->capacity > 0 ? 2 * t->capacity : 16;
        tracing_file *grown = realloc(t->files, capacity * sizeof *grown);
        if (!grown) {
            myo_error_set(err, MYO_E_MEMORY, "out of memory");
            return NULL;
        }
        t->files = grown;
        t->capacity = capacity;
    }
    tracing_file *file = &t->files[t->count];
    *file = (tracing_file){.path = myo_string_copy(path, err)};
    if (!file->path) {
        return NULL;
    }
    t->count++;
    find_entity(path, "sub-", file->subject, sizeof file->subject);
    find_entity(path, "ses-", file->session, sizeof file->session);
    return file;
}

bool tracings_open(tracings *t, const myo_measure_options *options, myo_error *err) {
    for (size_t i = 0; i < options->tracing_count; i++) {
        if (!tracings_add(t, options->tracings[i], err)) {
            return false;
        }
    }
    return !options->results || tracings_add_changed(t, options->results, err);
}

void tracings_close(tracings *t) {
    for (size_t i = 0; i < t->count; i++) {
        free(t->files[i].path);
        free(t->files[i].problem);
        free(t->files[i].base_path);
        json_decref(t->files[i].inherited);
    }
    free(t->files);
    *t = (tracings){0};
}

/* True when the part of a path before `end` begins with a patient's ID and nothing that could be
 * more of an ID follows. */
static bool begins_with(const char *part, size_t length, const char *subject) {
    char reduced[NAMES_SUBJECT_SIZE], piece[NAMES_SUBJECT_SIZE];
    size_t stop = strcspn(part, "_.");
    snprintf(piece, sizeof piece, "%.*s", (int)(stop < length ? stop : length), part);
    myo_report_subject(piece, reduced, sizeof reduced);
    return strcasecmp(reduced, subject) == 0;
}

/* True when the file's name or its folder's says the patient. */
static bool is_named_after(const char *path, const char *subject) {
    const char *name = myo_path_name(path);
    if (begins_with(name, strlen(name), subject)) {
        return true;
    }
    const char *end = name > path ? name - 1 : path, *folder = end;
    while (folder > path && folder[-1] != '/') {
        folder--;
    }
    return begins_with(folder, (size_t)(end - folder), subject);
}

bool tracings_belong(const tracing_file *file, const myo_study *study, bool only) {
    char subject[NAMES_SUBJECT_SIZE];
    if (*file->pixels_sha256) {
        return true; /* the pixels decide */
    }
    myo_report_subject(study->patient_id, subject, sizeof subject);
    if (*file->subject) {
        return strcasecmp(file->subject, subject) == 0 &&
               (!*file->session || !*study->study_date ||
                strcmp(file->session, study->study_date) == 0);
    }
    return only || is_named_after(file->path, subject);
}

size_t tracings_find_stray(const tracings *t, const myo_catalogue *catalogue, size_t start) {
    size_t count = myo_catalogue_get_study_count(catalogue);
    for (size_t i = start; i < t->count; i++) {
        bool found = false;
        for (size_t s = 0; s < count && !found; s++) {
            found =
                tracings_belong(&t->files[i], myo_catalogue_get_study(catalogue, s), count == 1);
        }
        if (!found) {
            return i;
        }
    }
    return t->count;
}

void tracings_describe(const tracings *t, const myo_study *study, bool only, myo_text *text) {
    for (size_t i = 0; i < t->count; i++) {
        const tracing_file *file = &t->files[i];
        struct stat status;
        if (tracings_belong(file, study, only) && stat(file->path, &status) == 0) {
            myo_text_printf(text, "%s %s %lld %lld.%09ld\n", file->path, file->pixels_sha256,
                            (long long)status.st_size, (long long)status.st_mtim.tv_sec,
                            status.st_mtim.tv_nsec);
        }
    }
}
