/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/store_private.h"

#include "base/file.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char FOLDER[] = ".myotome";
static const char LOCK_FILE[] = "lock";
static const char WORK_FOLDER[] = "work";
static const char ENDING[] = ".json";

#define LOCK_MODE 0666
/* Workers of a run that was killed end within moments; until then they hold its lock. */
#define LOCK_TRIES 40
#define LOCK_PAUSE_NS 50000000L
#define FRAGMENT_SIZE_MAX ((size_t)64 << 20)
#define FOLDER_DEPTH_MAX 256

static bool io_error(myo_error *err, const char *path, const char *what) {
    return myo_error_set(err, MYO_E_IO, "%s: %s: %s", path, what, strerror(errno));
}

static bool take_lock(store *s, myo_error *err) {
    char *path = NULL;
    if (!myo_path_join(s->folder, LOCK_FILE, &path, err)) {
        return false;
    }
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, LOCK_MODE);
    bool done = s->lock >= 0 || io_error(err, path, "cannot open");
    int busy = done ? flock(s->lock, LOCK_EX | LOCK_NB) : 0;
    for (int i = 0; busy != 0 && errno == EWOULDBLOCK && i < LOCK_TRIES; i++) {
        nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_NS}, NULL);
        busy = flock(s->lock, LOCK_EX | LOCK_NB);
    }
    int reason = errno;
    free(path);
    if (busy == 0) {
        return done;
    }
    if (reason == EWOULDBLOCK) {
        return myo_error_set(err, MYO_E_IO, "%s: another run is writing its results there",
                             s->output);
    }
    /* A file system without locks can still be written to. */
    myo_log(MYO_LOG_WARNING, "%s cannot be locked (%s): let no other run write there", s->output,
            strerror(reason));
    return true;
}

/* What run.json begins with when it belongs to results without identifiers. What comes before is
 * short then, as it holds no paths. */
static const char DEIDENTIFIED[] = "\"deidentify\": true";
#define BEGINNING_SIZE 65536

/* Results with and without identifiers must not lie in one folder. */
static bool check_identity(const store *s, bool deidentify, myo_error *err) {
    char *path = NULL, *text = myo_alloc_array(BEGINNING_SIZE, 1, err);
    bool done = text && myo_path_join(s->output, "run.json", &path, err);
    FILE *file = done ? fopen(path, "rbe") : NULL;
    if (file) {
        text[fread(text, 1, BEGINNING_SIZE - 1, file)] = '\0';
        fclose(file);
        bool found = strstr(text, DEIDENTIFIED) != NULL;
        done = found == deidentify ||
               myo_error_set(err, MYO_E_ARGUMENT,
                             "%s holds results of a run %s --deidentify; choose another folder",
                             s->output, found ? "with" : "without");
    }
    free(path);
    free(text);
    return done;
}

/* Removes the files of a folder, then the folder. It holds no folders unless `depth` is 1. */
static void remove_folder(const char *path, int depth) {
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        char *child = NULL;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            myo_path_join(path, entry->d_name, &child, NULL) && unlink(child) != 0 && depth > 0) {
            remove_folder(child, depth - 1);
        }
        free(child);
    }
    if (folder) {
        closedir(folder);
    }
    rmdir(path);
}

bool store_open(store *s, const char *output, bool deidentify, myo_error *err) {
    *s = (store){.output = output, .lock = -1};
    if (!myo_folder_create(output, err) || !myo_path_join(output, FOLDER, &s->folder, err) ||
        !myo_folder_create(s->folder, err) ||
        !myo_path_join(s->folder, WORK_FOLDER, &s->work, err) || !take_lock(s, err) ||
        !check_identity(s, deidentify, err)) {
        free(s->work);
        s->work = NULL; /* it is another run's */
        return false;
    }
    remove_folder(s->work, 1);
    return myo_folder_create(s->work, err);
}

void store_close(store *s) {
    if (s->work) {
        remove_folder(s->work, 1);
    }
    if (s->lock >= 0) {
        close(s->lock);
    }
    free(s->work);
    free(s->folder);
    *s = (store){.lock = -1};
}

bool store_begin_study(const store *s, const char *key, char **path, myo_error *err) {
    return myo_path_join(s->work, key, path, err) && myo_folder_create(*path, err);
}

void store_drop_work(const store *s, const char *key) {
    char *path = NULL;
    if (myo_path_join(s->work, key, &path, NULL)) {
        remove_folder(path, 0);
    }
    free(path);
}

static bool place_file(const char *from_folder, const char *to_folder, const char *name,
                       myo_error *err) {
    char *from = NULL, *to = NULL;
    bool done = myo_path_join(from_folder, name, &from, err) &&
                myo_path_join(to_folder, name, &to, err) &&
                (rename(from, to) == 0 || io_error(err, to, "cannot write"));
    free(from);
    free(to);
    return done;
}

bool store_place_files(const store *s, const char *key, const char *folder, json_t *files,
                       myo_error *err) {
    char *from = NULL, *to = NULL;
    struct dirent **entries = NULL;
    bool done = myo_path_join(s->work, key, &from, err) &&
                myo_path_join(s->output, folder, &to, err) && myo_folder_create(to, err);
    int count = done ? scandir(from, &entries, NULL, alphasort) : 0;
    if (count < 0) {
        done = io_error(err, from, "cannot read");
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (done && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            done = place_file(from, to, name, err);
            json_array_append_new(files, json_sprintf("%s/%s", folder, name));
        }
        free(entries[i]);
    }
    free(entries);
    free(from);
    free(to);
    return done;
}

static char *fragment_path(const store *s, const char *key, myo_error *err) {
    char name[STUDY_KEY_SIZE + sizeof ENDING], *path = NULL;
    snprintf(name, sizeof name, "%s%s", key, ENDING);
    return myo_path_join(s->folder, name, &path, err) ? path : NULL;
}

bool store_write_fragment(const store *s, const char *key, const json_t *fragment, myo_error *err) {
    char *path = fragment_path(s, key, err);
    char *text = fragment ? json_dumps(fragment, JSON_INDENT(1)) : NULL;
    bool done = false;
    if (path && text) {
        done = myo_file_write(path, text, strlen(text), err);
    } else {
        myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    free(text);
    free(path);
    return done;
}

/* What is read from it later must be there. */
static bool is_usable(const json_t *fragment) {
    static const char *const texts[] = {"fingerprint", "status", "measurements", "features",
                                        "vertebrae",   "risk",   "changes"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!json_is_string(json_object_get(fragment, texts[i]))) {
            return false;
        }
    }
    return json_is_object(json_object_get(fragment, "record"));
}

json_t *store_read_fragment(const store *s, const char *key) {
    char *path = fragment_path(s, key, NULL), *text = NULL;
    size_t size;
    json_t *fragment = NULL;
    if (path && myo_file_read(path, FRAGMENT_SIZE_MAX, &text, &size, NULL)) {
        fragment = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    }
    if (!is_usable(fragment)) {
        json_decref(fragment);
        fragment = NULL;
    }
    free(text);
    free(path);
    return fragment;
}

/* Path of a listed file, unless it leads out of OUT. The caller frees it. */
static char *listed_path(const store *s, const json_t *name) {
    const char *text = json_string_value(name);
    char *path = NULL;
    if (!text || strncmp(text, "sub-", 4) != 0 || strstr(text, "..") ||
        !myo_path_join(s->output, text, &path, NULL)) {
        return NULL;
    }
    return path;
}

bool store_has_files(const store *s, const json_t *fragment) {
    size_t i;
    json_t *name;
    bool found = true;
    json_array_foreach(json_object_get(fragment, "files"), i, name) {
        char *path = listed_path(s, name);
        found = found && path && access(path, F_OK) == 0;
        free(path);
    }
    return found;
}

/* Removes the folders anat, ses-<date> and sub-<id> above a file, as far as they are empty. */
static void remove_empty_folders(char *path) {
    for (int level = 0; level < 3; level++) {
        char *slash = strrchr(path, '/');
        if (!slash) {
            return;
        }
        *slash = '\0';
        if (rmdir(path) != 0) {
            return;
        }
    }
}

void store_remove_fragment(const store *s, const char *key) {
    json_t *fragment = store_read_fragment(s, key), *name;
    char *fragment_file = fragment_path(s, key, NULL);
    size_t i;
    json_array_foreach(json_object_get(fragment, "files"), i, name) {
        char *path = listed_path(s, name);
        if (path && unlink(path) == 0) {
            remove_empty_folders(path);
        }
        free(path);
    }
    if (fragment_file) {
        unlink(fragment_file);
    }
    free(fragment_file);
    json_decref(fragment);
}

/* True when the name is that of a fragment of one of the sorted keys. */
static bool is_known(const char *name, const char *keys, size_t count, size_t stride) {
    if (strlen(name) != STUDY_KEY_SIZE - 1 + strlen(ENDING) ||
        strcmp(name + STUDY_KEY_SIZE - 1, ENDING) != 0) {
        return false;
    }
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(name, keys + middle * stride, STUDY_KEY_SIZE - 1);
        if (order == 0) {
            return true;
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return false;
}

void store_sweep(const store *s, const char *keys, size_t count, size_t stride) {
    DIR *folder = opendir(s->folder);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        const char *name = entry->d_name;
        char *path = NULL;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, LOCK_FILE) != 0 &&
            strcmp(name, WORK_FOLDER) != 0 && !is_known(name, keys, count, stride) &&
            myo_path_join(s->folder, name, &path, NULL)) {
            unlink(path);
        }
        free(path);
    }
    if (folder) {
        closedir(folder);
    }
}

bool store_is_within(const char *folder, const char *output) {
    struct stat outer, here, above = {0};
    myo_text path = {0};
    bool within = false;
    myo_text_append(&path, folder);
    if (stat(output, &outer) == 0 && !path.failed && stat(path.data, &above) == 0) {
        for (int depth = 0; depth < FOLDER_DEPTH_MAX && !within; depth++) {
            here = above;
            within = here.st_dev == outer.st_dev && here.st_ino == outer.st_ino;
            myo_text_append(&path, "/..");
            if (path.failed || stat(path.data, &above) != 0 ||
                (above.st_dev == here.st_dev && above.st_ino == here.st_ino)) {
                break;
            }
        }
    }
    myo_text_clear(&path);
    return within;
}
