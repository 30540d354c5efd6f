/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_DEPTH_MAX 64
#define FOLDER_MODE 0777
#define FILE_MODE 0666

static bool io_error(myo_error *err, const char *path, const char *what) {
    return myo_error_set(err, MYO_E_IO, "%s: %s: %s", path, what, strerror(errno));
}

static bool read_all(int file, const char *path, size_t limit, char *data, size_t *size,
                     myo_error *err) {
    size_t length = 0;
    while (length <= limit) {
        ssize_t got = read(file, data + length, limit + 1 - length);
        if (got < 0 && errno != EINTR) {
            return io_error(err, path, "cannot read");
        }
        if (got == 0) {
            break;
        }
        length += got > 0 ? (size_t)got : 0;
    }
    if (length > limit) {
        return myo_error_set(err, MYO_E_RANGE, "%s: larger than %zu bytes", path, limit);
    }
    data[length] = '\0';
    *size = length;
    return true;
}

bool myo_file_read(const char *path, size_t limit, char **data, size_t *size, myo_error *err) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return io_error(err, path, "cannot open");
    }
    struct stat status;
    bool done = false;
    if (fstat(file, &status) != 0 || S_ISDIR(status.st_mode)) {
        myo_error_set(err, MYO_E_IO, "%s: not a file", path);
    } else {
        /* A regular file says how much to allocate; one that grows meanwhile is cut off there. */
        size_t room = S_ISREG(status.st_mode) && (size_t)status.st_size < limit
                          ? (size_t)status.st_size
                          : limit;
        char *content = myo_alloc_array(room + 2, 1, err);
        if (content && (size_t)status.st_size <= limit) {
            done = read_all(file, path, room, content, size, err);
        } else if (content) {
            myo_error_set(err, MYO_E_RANGE, "%s: larger than %zu bytes", path, limit);
        }
        if (done) {
            *data = content;
        } else {
            free(content);
        }
    }
    close(file);
    return done;
}

static bool write_all(int file, const char *data, size_t size) {
    while (size > 0) {
        ssize_t put = write(file, data, size);
        if (put < 0 && errno != EINTR) {
            return false;
        }
        if (put > 0) {
            data += put;
            size -= (size_t)put;
        }
    }
    return true;
}

bool myo_file_write(const char *path, const void *data, size_t size, myo_error *err) {
    size_t length = strlen(path) + sizeof ".part";
    char *temporary = myo_alloc_array(length, 1, err);
    if (!temporary) {
        return false;
    }
    snprintf(temporary, length, "%s.part", path);
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    bool done = false;
    if (file < 0) {
        io_error(err, path, "cannot write");
    } else {
        bool written = write_all(file, data, size) && fsync(file) == 0;
        bool closed = close(file) == 0;
        done = written && closed && rename(temporary, path) == 0;
        if (!done) {
            io_error(err, path, "cannot write");
            unlink(temporary);
        }
    }
    free(temporary);
    return done;
}

static bool create_one_folder(const char *path, myo_error *err) {
    if (mkdir(path, FOLDER_MODE) == 0) {
        return true;
    }
    int reason = errno;
    struct stat status;
    if (reason == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        return true;
    }
    errno = reason;
    return io_error(err, path, "cannot create folder");
}

bool myo_folder_create(const char *path, myo_error *err) {
    char *partial = myo_string_copy(path, err);
    if (!partial) {
        return false;
    }
    bool done = true;
    for (char *c = partial + 1; done && partial[0] && *c; c++) {
        if (*c == '/') {
            *c = '\0';
            done = create_one_folder(partial, err);
            *c = '/';
        }
    }
    done = done && create_one_folder(partial, err);
    free(partial);
    return done;
}

bool myo_path_join(const char *folder, const char *name, char **out, myo_error *err) {
    size_t folder_length = strlen(folder);
    const char *separator = folder_length && folder[folder_length - 1] == '/' ? "" : "/";
    size_t length = folder_length + strlen(name) + 2;
    char *path = myo_alloc_array(length, 1, err);
    if (!path) {
        return false;
    }
    snprintf(path, length, "%s%s%s", folder, separator, name);
    *out = path;
    return true;
}

const char *myo_path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool append_path(myo_path_list *list, const char *path, myo_error *err) {
    void *paths = list->paths;
    if (!myo_array_reserve(&paths, &list->capacity, list->count + 1, sizeof(char *), err)) {
        return false;
    }
    list->paths = paths;
    list->paths[list->count] = myo_string_copy(path, err);
    if (!list->paths[list->count]) {
        return false;
    }
    list->count++;
    return true;
}

static bool walk(myo_path_list *list, const char *path, int depth, myo_error *err);

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool walk_folder(myo_path_list *list, const char *path, int depth, myo_error *err) {
    struct dirent **entries = NULL;
    int count = depth < FOLDER_DEPTH_MAX ? scandir(path, &entries, NULL, by_name) : -1;
    bool done = count >= 0 || append_path(list, path, err);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char *child = NULL;
        if (done && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            done = myo_path_join(path, name, &child, err) && walk(list, child, depth + 1, err);
            free(child);
        }
        free(entries[i]);
    }
    free(entries);
    return done;
}

static bool walk(myo_path_list *list, const char *path, int depth, myo_error *err) {
    struct stat status;
    if (lstat(path, &status) != 0) {
        return true; /* gone since its folder was read */
    }
    bool link = S_ISLNK(status.st_mode);
    if (link && stat(path, &status) != 0) {
        return true;
    }
    if (S_ISREG(status.st_mode)) {
        return append_path(list, path, err);
    }
    if (S_ISDIR(status.st_mode) && (!link || depth == 0)) {
        return walk_folder(list, path, depth, err);
    }
    return true;
}

bool myo_path_list_walk(myo_path_list *list, const char *path, myo_error *err) {
    struct stat status;
    if (stat(path, &status) != 0) {
        return io_error(err, path, "cannot open");
    }
    return walk(list, path, 0, err);
}

void myo_path_list_clear(myo_path_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->paths[i]);
    }
    free(list->paths);
    *list = (myo_path_list){0};
}
