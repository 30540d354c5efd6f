/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A directory names files in capitals, without extension, up to eight characters a component. On a
 * medium, or a copy of one, they may be in small letters, with a version number (";1", ISO 9660) or
 * an extension. So names are compared in a reduced form, and only with files that were found below
 * the directory's own folder: no name leads anywhere else.
 */
#include "dicom/directory_private.h"

#include "base/file.h"
#include "base/memory.h"
#include "dicom/attributes_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define UID_DICOM_DIRECTORY "1.2.840.10008.1.3.10"
#define UID_SIZE 65
#define DIRECTORY_FILE_NAME "DICOMDIR"
/* PS3.10 8.2 allows eight components of eight characters; writers take more. */
#define REFERENCE_SIZE 1024
#define RECORD_INACTIVE 0u

/* A file that is there, by its reduced name. */
typedef struct named_file {
    char *name; /* owned */
    const dicom_file *file;
} named_file;

typedef struct folder_index {
    named_file *files;
    size_t count;
} folder_index;

bool dicom_directory_is_named(const char *path) {
    return strncasecmp(myo_path_name(path), DIRECTORY_FILE_NAME, sizeof DIRECTORY_FILE_NAME - 1) ==
           0;
}

/* Small letters, and no version numbers or dots at the ends of components. */
static void reduce(char *name) {
    char *to = name;
    for (const char *from = name; *from;) {
        size_t length = strcspn(from, "/"), kept = strcspn(from, ";/");
        while (kept > 0 && from[kept - 1] == '.') {
            kept--;
        }
        for (size_t i = 0; i < kept; i++) {
            *to++ = (char)tolower((unsigned char)from[i]);
        }
        from += length;
        if (*from == '/') {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

/* Length of a reduced name without the extension of its file. */
static size_t stem_length(const char *name) {
    const char *last = strrchr(name, '/'), *dot = strrchr(last ? last : name, '.');
    return dot ? (size_t)(dot - name) : strlen(name);
}

static int compare_stems(const char *a, const char *b) {
    size_t length_a = stem_length(a), length_b = stem_length(b);
    int order = memcmp(a, b, length_a < length_b ? length_a : length_b);
    return order ? order : length_a < length_b ? -1 : length_a > length_b;
}

/* By stem, so that the files that may be meant stand together. */
static int by_name(const void *left, const void *right) {
    const named_file *a = left, *b = right;
    int order = compare_stems(a->name, b->name);
    return order ? order : strcmp(a->name, b->name);
}

static void clear_index(folder_index *index) {
    for (size_t i = 0; i < index->count; i++) {
        free(index->files[i].name);
    }
    free(index->files);
}

/* The files are sorted by path, so that those of a folder stand together. */
static size_t first_below(const dicom_search *there, const char *folder) {
    size_t first = 0, end = there->file_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (strcmp(there->files[middle].path, folder) < 0) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

/* Lists the files below `folder`, which ends with '/' or is empty. */
static bool build_index(const dicom_search *there, const char *folder, folder_index *index,
                        myo_error *err) {
    size_t length = strlen(folder);
    index->files = myo_alloc_array(there->file_count, sizeof *index->files, err);
    if (!index->files) {
        return false;
    }
    for (size_t i = first_below(there, folder); i < there->file_count; i++) {
        const dicom_file *file = &there->files[i];
        if (strncmp(file->path, folder, length) != 0) {
            break;
        }
        char *name = myo_string_copy(file->path + length, err);
        if (!name) {
            return false;
        }
        reduce(name);
        index->files[index->count++] = (named_file){.name = name, .file = file};
    }
    if (index->count > 0) {
        qsort(index->files, index->count, sizeof *index->files, by_name);
    }
    return true;
}

/* The file of the same reduced name; else the first one that differs in its extension only. */
static const dicom_file *find_file(const folder_index *index, const char *name) {
    size_t first = 0, end = index->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (compare_stems(index->files[middle].name, name) < 0) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    const dicom_file *similar = NULL;
    for (size_t i = first; i < index->count; i++) {
        const named_file *file = &index->files[i];
        if (compare_stems(file->name, name) != 0) {
            break;
        }
        if (strcmp(file->name, name) == 0) {
            return file->file;
        }
        similar = similar ? similar : file->file;
    }
    return similar;
}

/* Joins the components of a ReferencedFileID. False when one of them is no name of a file. */
static bool join_reference(const char *text, char out[REFERENCE_SIZE]) {
    size_t length = strlen(text);
    if (length >= REFERENCE_SIZE || strchr(text, '/')) {
        return false;
    }
    for (const char *at = text; at; at = strchr(at, '\\')) {
        at += *at == '\\';
        size_t part = strcspn(at, "\\");
        if (part == 0 || strspn(at, ".") >= part) {
            return false;
        }
    }
    memcpy(out, text, length + 1);
    for (char *c = out; *c; c++) {
        *c = (char)(*c == '\\' ? '/' : *c);
    }
    return true;
}

static bool skip_reference(dicom_search *out, const char *folder, const char *name, myo_code code,
                           const char *reason, myo_error *err) {
    char *path = myo_alloc_array(strlen(folder) + strlen(name) + 1, 1, err);
    if (!path) {
        return false;
    }
    memcpy(path, folder, strlen(folder));
    memcpy(path + strlen(folder), name, strlen(name) + 1);
    const char *kept = dicom_pool_copy(out->pool, path, err);
    free(path);
    return kept && dicom_search_skip(out, kept, code, reason, NULL, err);
}

static bool resolve_record(const dicom_attributes *records, size_t record, const char *folder,
                           const folder_index *index, bool found, dicom_search *out,
                           myo_error *err) {
    char text[REFERENCE_SIZE], name[REFERENCE_SIZE];
    unsigned in_use = 1;
    dicom_attributes_get_unsigned(records, record, TAG_RECORD_IN_USE, &in_use);
    if (in_use == RECORD_INACTIVE ||
        !dicom_attributes_get_utf8(records, record, TAG_REFERENCED_FILE_ID, text, sizeof text)) {
        return true;
    }
    if (!join_reference(text, name)) {
        return skip_reference(out, folder, text, MYO_E_FORMAT,
                              "listed in DICOMDIR under a name that leads out of its folder", err);
    }
    char reduced[REFERENCE_SIZE];
    memcpy(reduced, name, sizeof reduced);
    reduce(reduced);
    const dicom_file *file = find_file(index, reduced);
    if (!file) {
        return skip_reference(out, folder, name, MYO_E_NOT_FOUND, "listed in DICOMDIR but missing",
                              err);
    }
    return !found || dicom_search_add(out, file, err);
}

bool dicom_directory_resolve(dicom_source *source, const char *path, const dicom_search *there,
                             bool found, dicom_search *out, bool *is_directory, myo_error *err) {
    dicom_attributes *records = NULL;
    char class_uid[UID_SIZE] = "";
    myo_error reason = {0};
    if (dicom_attributes_read(source, &records, &reason)) {
        dicom_attributes_get_text(records, DICOM_NO_ITEM, TAG_MEDIA_STORAGE_CLASS_UID, class_uid,
                                  sizeof class_uid);
    }
    *is_directory = strcmp(class_uid, UID_DICOM_DIRECTORY) == 0;
    if (!*is_directory) {
        dicom_attributes_destroy(records);
        return reason.code != MYO_E_MEMORY || myo_error_set(err, reason.code, "%s", reason.message);
    }
    folder_index index = {0};
    char *folder = myo_string_copy(path, err);
    bool done = folder != NULL;
    if (done) {
        folder[myo_path_name(path) - path] = '\0';
        done = build_index(there, folder, &index, err);
    }
    for (size_t i = 0; done && i < dicom_attributes_get_item_count(records); i++) {
        done = resolve_record(records, i, folder, &index, found, out, err);
    }
    clear_index(&index);
    free(folder);
    dicom_attributes_destroy(records);
    return done;
}
