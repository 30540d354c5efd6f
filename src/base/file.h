/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and folders. Every error names the path and what the operating system said. */
#ifndef MYO_BASE_FILE_H
#define MYO_BASE_FILE_H

#include <myotome/error.h>

/* Reads a whole file of at most `limit` bytes into memory and terminates it with a NUL byte that
 * does not count. The caller frees *data. */
bool myo_file_read(const char *path, size_t limit, char **data, size_t *size, myo_error *err);

/* Writes a file so that it is either complete or not there: a neighbour with a temporary name is
 * written, flushed to disk and renamed. */
bool myo_file_write(const char *path, const void *data, size_t size, myo_error *err);

/* Creates a folder and its parents; a folder that exists is fine. */
bool myo_folder_create(const char *path, myo_error *err);

/* Joins two parts with a '/'. The caller frees *out. */
bool myo_path_join(const char *folder, const char *name, char **out, myo_error *err);

/* The part behind the last '/'; borrowed from `path`. */
const char *myo_path_name(const char *path);

/* Growing list of paths; initialise with {0}. */
typedef struct myo_path_list {
    char **paths;
    size_t count, capacity;
} myo_path_list;

/* Appends all regular files below a folder (or the file itself), sorted by name within each
 * folder. Links to folders are not followed, so that a loop cannot hang; a folder that cannot be
 * searched, or is nested too deeply, is listed itself. Fails when `path` does not exist or memory
 * runs out. */
bool myo_path_list_walk(myo_path_list *list, const char *path, myo_error *err);
void myo_path_list_clear(myo_path_list *list);

#endif
