/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Search for files. Regular files only are opened: a pipe or a device among them must not stop the
 * search. Zip files are opened where the user names them, and in folders by the name *.zip; other
 * files that are zip inside (documents of offices) are no exports of images.
 */
#include "dicom/search_private.h"

#include "base/file.h"
#include "base/memory.h"
#include "dicom/directory_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define ZIP_MAGIC "PK"
#define ZIP_MAGIC_SIZE ((size_t)2)
#define ZIP_SUFFIX ".zip"

static int by_path(const void *left, const void *right) {
    const dicom_file *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    return order ? order : a->member < b->member ? -1 : a->member > b->member;
}

static int by_skipped_path(const void *left, const void *right) {
    const myo_skipped *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    return order ? order : strcmp(a->reason, b->reason);
}

bool dicom_search_add(dicom_search *search, const dicom_file *file, myo_error *err) {
    void *items = search->files;
    if (!myo_array_reserve(&items, &search->file_capacity, search->file_count + 1,
                           sizeof *search->files, err)) {
        return false;
    }
    search->files = items;
    search->files[search->file_count++] = *file;
    return true;
}

bool dicom_search_skip(dicom_search *search, const char *path, myo_code code, const char *reason,
                       const char *kind, myo_error *err) {
    void *items = search->skipped;
    const char *kept = dicom_pool_intern(search->pool, reason, err);
    const char *kept_kind = kind ? dicom_pool_intern(search->pool, kind, err) : kept;
    if (!kept || !kept_kind ||
        !myo_array_reserve(&items, &search->skipped_capacity, search->skipped_count + 1,
                           sizeof *search->skipped, err)) {
        return false;
    }
    search->skipped = items;
    search->skipped[search->skipped_count++] =
        (myo_skipped){.path = path, .code = code, .reason = kept, .kind = kept_kind};
    return true;
}

/* Sorts the files and drops what was given twice. */
static bool sort_files(dicom_search *search, myo_error *err) {
    size_t kept = 0;
    if (search->file_count > 0) {
        qsort(search->files, search->file_count, sizeof *search->files, by_path);
    }
    for (size_t i = 0; search->files && i < search->file_count; i++) {
        const dicom_file *file = &search->files[i], *last = kept ? &search->files[kept - 1] : NULL;
        if (!last || strcmp(last->path, file->path) != 0) {
            search->files[kept++] = *file;
        } else if (last->member != file->member &&
                   !dicom_search_skip(search, file->path, MYO_E_AMBIGUOUS,
                                      "a second file of that name in the zip file", NULL, err)) {
            return false;
        }
    }
    search->file_count = kept;
    return true;
}

static bool add_path(dicom_search *search, const char *path, myo_error *err) {
    dicom_file file = {.path = dicom_pool_copy(search->pool, path, err)};
    return file.path && dicom_search_add(search, &file, err);
}

static bool skip_path(dicom_search *search, const char *path, const myo_error *reason,
                      myo_error *err) {
    const char *kept = dicom_pool_copy(search->pool, path, err);
    return kept && dicom_search_skip(search, kept, reason->code, reason->message, NULL, err);
}

static bool ends_with_zip(const char *path) {
    size_t length = strlen(path), suffix = sizeof ZIP_SUFFIX - 1;
    return length >= suffix && strcasecmp(path + length - suffix, ZIP_SUFFIX) == 0;
}

/* True when a file begins like a zip file. */
static bool is_zip(const char *path) {
    dicom_source *source = NULL;
    char magic[ZIP_MAGIC_SIZE];
    size_t got = 0;
    bool read = dicom_source_open_file(path, &source, NULL) &&
                dicom_source_read(source, magic, sizeof magic, &got, NULL);
    dicom_source_close(source);
    return read && got == ZIP_MAGIC_SIZE && memcmp(magic, ZIP_MAGIC, ZIP_MAGIC_SIZE) == 0;
}

static bool add_member(dicom_search *search, const char *archive, const char *name, size_t member,
                       myo_error *err) {
    size_t size = strlen(archive) + strlen(name) + 2;
    char *path = dicom_pool_alloc(search->pool, size, 1, err);
    if (!path) {
        return false;
    }
    snprintf(path, size, "%s/%s", archive, name);
    if (ends_with_zip(name)) {
        return dicom_search_skip(search, path, MYO_E_UNSUPPORTED,
                                 "a zip file within a zip file, which is not opened", NULL, err);
    }
    dicom_file file = {.path = path, .archive = archive, .member = member};
    return dicom_search_add(search, &file, err);
}

static bool add_archive(dicom_search *search, const char *path, myo_error *err) {
    dicom_archive *archive = NULL;
    myo_error reason = {0};
    if (!dicom_archive_open(path, &archive, &reason)) {
        return skip_path(search, path, &reason, err);
    }
    const char *kept = dicom_pool_copy(search->pool, path, err);
    bool done = kept != NULL;
    size_t files = 0;
    for (size_t i = 0; done && i < dicom_archive_get_count(archive); i++) {
        const char *name = dicom_archive_get_name(archive, i);
        bool folder = name && name[0] && name[strlen(name) - 1] == '/';
        files += !folder;
        if (!name) {
            done = dicom_search_skip(search, kept, MYO_E_FORMAT,
                                     "a file in it has a name that cannot be read", NULL, err);
        } else if (!folder) {
            done = add_member(search, kept, name, i, err);
        }
    }
    dicom_archive_close(archive);
    if (done && files == 0) {
        done = dicom_search_skip(search, kept, MYO_E_NOT_FOUND, "a zip file without a file in it",
                                 NULL, err);
    }
    return done;
}

static bool add_tree(dicom_search *search, const char *path, myo_error *err) {
    myo_path_list list = {0};
    bool done = myo_path_list_walk(&list, path, err);
    for (size_t i = 0; done && i < list.count; i++) {
        const char *file = list.paths[i];
        done = ends_with_zip(file) && is_zip(file) ? add_archive(search, file, err)
                                                   : add_path(search, file, err);
    }
    myo_path_list_clear(&list);
    return done;
}

/* A DICOM directory stands for the files that it lists. A file of that name that is none is a file
 * like any other. */
static bool add_directory(dicom_search *search, const char *path, myo_error *err) {
    dicom_search there = {.pool = search->pool};
    dicom_source *source = NULL;
    bool is_directory = false;
    size_t before = search->file_count + search->skipped_count;
    char *folder = myo_string_copy(path, err);
    if (!folder) {
        return false;
    }
    const char *name = myo_path_name(path);
    folder[name - path] = '\0';
    bool done = true;
    if (dicom_source_open_file(path, &source, NULL)) {
        /* Names of files in the working folder have no "./" in front. */
        done = add_tree(&there, name == path ? "." : folder, err);
        for (size_t i = 0; name == path && i < there.file_count; i++) {
            there.files[i].path += strncmp(there.files[i].path, "./", 2) == 0 ? 2 : 0;
        }
        done =
            done && dicom_directory_resolve(source, path, &there, true, search, &is_directory, err);
    }
    if (done && !is_directory) {
        done = add_path(search, path, err);
    }
    if (done && is_directory && search->file_count + search->skipped_count == before) {
        myo_error reason = {0};
        myo_error_set(&reason, MYO_E_NOT_FOUND, "a DICOM directory that lists no file");
        done = skip_path(search, path, &reason, err);
    }
    dicom_source_close(source);
    dicom_search_clear(&there);
    free(folder);
    return done;
}

static bool add_input(dicom_search *search, const char *path, myo_error *err) {
    struct stat status;
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        if (dicom_directory_is_named(path)) {
            return add_directory(search, path, err);
        }
        return is_zip(path) ? add_archive(search, path, err) : add_path(search, path, err);
    }
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        myo_error reason = {0};
        myo_error_set(&reason, MYO_E_IO, "a pipe or a device, not a file");
        return skip_path(search, path, &reason, err);
    }
    return add_tree(search, path, err);
}

/* Directories that were found say which files ought to be there. */
static bool check_directories(dicom_search *search, myo_error *err) {
    bool done = true, is_directory;
    for (size_t i = 0; done && i < search->file_count; i++) {
        const dicom_file file = search->files[i];
        dicom_source *source = NULL;
        if (dicom_directory_is_named(file.path) &&
            dicom_source_open(file.path, file.archive, &source, NULL)) {
            done = dicom_directory_resolve(source, file.path, search, false, search, &is_directory,
                                           err);
        }
        dicom_source_close(source);
    }
    return done;
}

bool dicom_search_run(dicom_search *search, const char *const *inputs, size_t input_count,
                      myo_error *err) {
    for (size_t i = 0; i < input_count; i++) {
        if (!add_input(search, inputs[i], err)) {
            return false;
        }
    }
    return sort_files(search, err) && check_directories(search, err);
}

void dicom_search_finish(dicom_search *search) {
    size_t kept = 0;
    free(search->files);
    search->files = NULL;
    search->file_count = search->file_capacity = 0;
    if (search->skipped_count > 0) {
        qsort(search->skipped, search->skipped_count, sizeof *search->skipped, by_skipped_path);
    }
    for (size_t i = 0; i < search->skipped_count; i++) {
        const myo_skipped *last = kept ? &search->skipped[kept - 1] : NULL;
        if (!last || by_skipped_path(last, &search->skipped[i]) != 0) {
            search->skipped[kept++] = search->skipped[i];
        }
    }
    search->skipped_count = kept;
}

void dicom_search_clear(dicom_search *search) {
    free(search->files);
    free(search->skipped);
    *search = (dicom_search){.pool = search->pool};
}
