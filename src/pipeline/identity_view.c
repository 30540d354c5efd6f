/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a study is shown with --deidentify: the study itself, texts about it, and the table that
 * leads back. */
#include "base/file.h"
#include "base/memory.h"
#include "io/csv.h"
#include "pipeline/store_private.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Stands where a path was that belongs to no image of the study. */
static const char REMOVED[] = "[path removed]";

/* The next free pseudonym text of the copy. */
static const char *keep(shown_study *shown, const char *pseudonym) {
    char *place = shown->texts + PSEUDONYM_SIZE * shown->text_count++;
    snprintf(place, PSEUDONYM_SIZE, "%s", pseudonym);
    return place;
}

static void show_series(const identity *id, shown_study *shown, myo_series *series,
                        myo_instance *instances) {
    char text[PSEUDONYM_SIZE];
    for (size_t i = 0; i < series->instance_count; i++) {
        instances[i] = series->instances[i];
        instances[i].sop_uid = keep(shown, identity_uid(id, instances[i].sop_uid, text));
    }
    series->instances = instances;
    series->series_uid = keep(shown, identity_uid(id, series->series_uid, text));
    series->frame_of_reference_uid =
        keep(shown, identity_uid(id, series->frame_of_reference_uid, text));
    /* Typed at the scanner: anything may stand in it. */
    series->description = "";
}

bool identity_show(const identity *id, const myo_study *source, shown_study *out, myo_error *err) {
    *out = (shown_study){.study = *source};
    if (!id->hide) {
        return true;
    }
    size_t instance_count = 0;
    for (size_t i = 0; i < source->series_count; i++) {
        instance_count += source->series[i].instance_count;
    }
    out->series = myo_alloc_array(source->series_count, sizeof *out->series, err);
    out->instances = myo_alloc_array(instance_count, sizeof *out->instances, err);
    /* Patient, study, two for each series, one for each image. */
    out->texts =
        myo_alloc_array(2 + 2 * source->series_count + instance_count, PSEUDONYM_SIZE, err);
    if (!out->series || !out->instances || !out->texts) {
        shown_study_clear(out);
        return false;
    }
    char text[PSEUDONYM_SIZE];
    myo_instance *instances = out->instances;
    for (size_t i = 0; i < source->series_count; i++) {
        out->series[i] = source->series[i];
        show_series(id, out, &out->series[i], instances);
        instances += source->series[i].instance_count;
    }
    out->study.series = out->series;
    out->study.patient_id = keep(out, identity_patient(id, source->patient_id, text));
    out->study.study_uid = keep(out, identity_uid(id, source->study_uid, text));
    out->study.study_date = "";
    return true;
}

void shown_study_clear(shown_study *shown) {
    free(shown->series);
    free(shown->instances);
    free(shown->texts);
    *shown = (shown_study){0};
}

/* Replaces every `what` in the text by `with`. */
static void replace(myo_text *text, const char *what, const char *with) {
    if (!text->data || !*what || !strstr(text->data, what)) {
        return;
    }
    myo_text result = {0};
    const char *rest = text->data;
    for (const char *at = strstr(rest, what); at; at = strstr(rest, what)) {
        myo_text_append_bytes(&result, rest, (size_t)(at - rest));
        myo_text_append(&result, with);
        rest = at + strlen(what);
    }
    myo_text_append(&result, rest);
    myo_text_clear(text);
    *text = result;
}

/* How the paths of an input's files begin: a folder with its '/', a file as it is, and for a
 * DICOMDIR the folder that it lies in. */
static void append_root(myo_text *root, const char *input) {
    size_t folder = (size_t)(myo_path_name(input) - input), length = strlen(input);
    struct stat status;
    if (strcmp(input + folder, "DICOMDIR") == 0) {
        myo_text_append_bytes(root, folder ? input : "./", folder ? folder : 2);
        return;
    }
    myo_text_append(root, input);
    if (length && input[length - 1] != '/' && stat(input, &status) == 0 &&
        S_ISDIR(status.st_mode)) {
        myo_text_append(root, "/");
    }
}

/* Where a path that begins with `root` stands in the text, or NULL. Within a word it is none: "4/"
 * in "L4/5". */
static const char *find_root(const char *text, const char *root) {
    const char *at = strstr(text, root);
    while (at && at > text && (isalnum((unsigned char)at[-1]) || strchr("._-/", at[-1]))) {
        at = strstr(at + 1, root);
    }
    return at;
}

/* Where the first path below an input begins, or the end of the text. */
static size_t find_input(const identity *id, const char *text) {
    size_t first = strlen(text);
    for (size_t i = 0; i < id->input_count; i++) {
        myo_text root = {0};
        append_root(&root, id->inputs[i]);
        const char *at = root.failed ? text : find_root(text, root.data);
        first = at && (size_t)(at - text) < first ? (size_t)(at - text) : first;
        myo_text_clear(&root);
    }
    return first;
}

/* A path that did not fit into a message is all that is left of it. */
#define CUT_PATH_MIN 64

static bool is_cut_path(const char *text, const char *path) {
    size_t length = strlen(text);
    return length >= CUT_PATH_MIN && strncmp(text, path, length) == 0;
}

void identity_hide_text(const identity *id, const myo_study *source, const char *text,
                        myo_text *out) {
    if (!id->hide) {
        myo_text_append(out, text);
        return;
    }
    myo_text shown = {0};
    char uid[PSEUDONYM_SIZE];
    myo_text_append(&shown, text);
    for (size_t s = 0; source && s < source->series_count; s++) {
        for (size_t i = 0; i < source->series[s].instance_count; i++) {
            const myo_instance *instance = &source->series[s].instances[i];
            replace(&shown, instance->path, identity_uid(id, instance->sop_uid, uid));
            if (is_cut_path(text, instance->path)) {
                replace(&shown, text, REMOVED);
            }
            replace(&shown, instance->archive ? instance->archive : "", REMOVED);
        }
    }
    /* UIDs, hashes and names of files have no blanks and may hold a short input by chance. */
    size_t length = shown.failed              ? 0
                    : strchr(shown.data, ' ') ? find_input(id, shown.data)
                                              : shown.length;
    myo_text_append_bytes(out, length ? shown.data : "", length);
    if (length < shown.length) {
        myo_text_append(out, REMOVED);
    }
    out->failed |= shown.failed;
    myo_text_clear(&shown);
}

/* Creates the file, or takes an old one, for its owner alone before anything is in it. */
static bool write_private(const char *path, const myo_text *text, myo_error *err) {
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0 || fchmod(file, S_IRUSR | S_IWUSR) != 0) {
        myo_error_set(err, MYO_E_IO, "%s: cannot write: %s", path, strerror(errno));
        if (file >= 0) {
            close(file);
        }
        return false;
    }
    size_t done = 0;
    bool failed = ftruncate(file, 0) != 0;
    while (!failed && done < text->length) {
        ssize_t put = write(file, text->data + done, text->length - done);
        failed = put < 0 && errno != EINTR;
        done += put > 0 ? (size_t)put : 0;
    }
    failed = failed || fsync(file) != 0;
    int reason = errno;
    if (close(file) != 0 || failed) {
        return myo_error_set(err, MYO_E_IO, "%s: cannot write: %s", path, strerror(reason));
    }
    return true;
}

bool identity_write_map(const identity *id, const char *path, const char *output,
                        const myo_catalogue *catalogue, myo_error *err) {
    char *folder = myo_string_copy(path, err);
    if (!folder) {
        return false;
    }
    size_t length = (size_t)(myo_path_name(path) - path);
    folder[length] = '\0';
    bool within = store_is_within(length ? folder : ".", output);
    free(folder);
    if (within) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "--deidentify-map %s: lies within the results, which it would "
                             "identify; choose another place",
                             path);
    }
    myo_text text = {0};
    myo_text_append(&text, "patient_id,study_uid,study_date,patient_pseudonym,study_pseudonym\n");
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        const myo_study *study = myo_catalogue_get_study(catalogue, i);
        char patient[PSEUDONYM_SIZE], uid[PSEUDONYM_SIZE];
        myo_csv_append_field(&text, true, study->patient_id);
        myo_csv_append_field(&text, false, study->study_uid);
        myo_csv_append_field(&text, false, study->study_date);
        myo_csv_append_field(&text, false, identity_patient(id, study->patient_id, patient));
        myo_csv_append_field(&text, false, identity_uid(id, study->study_uid, uid));
        myo_text_append(&text, "\n");
    }
    bool done = text.failed ? myo_error_set(err, MYO_E_MEMORY, "out of memory")
                            : write_private(path, &text, err);
    myo_text_clear(&text);
    return done;
}
