/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Label maps of readers: those that lie in a result folder, and loading of any. */
#include "base/file.h"
#include "base/memory.h"
#include "readers/readers_private.h"

#include <jansson.h>
#include <myotome/tracing.h>
#include <stdlib.h>
#include <string.h>

static const char MAP_ENDING[] = "_dseg.nii.gz";
static const char DESCRIPTION_ENDING[] = "_dseg.json";
/* A description holds a few kilobytes. */
#define DESCRIPTION_SIZE_MAX ((size_t)1 << 20)

static bool ends_with(const char *text, const char *ending) {
    size_t length = strlen(text), part = strlen(ending);
    return length >= part && strcmp(text + length - part, ending) == 0;
}

static bool add_map(reader *r, const char *path, const char *study_uid, const char *level,
                    myo_error *err) {
    void *items = r->maps;
    if (!myo_array_reserve(&items, &r->map_capacity, r->map_count + 1, sizeof *r->maps, err)) {
        return false;
    }
    r->maps = items;
    reader_map *map = &r->maps[r->map_count++];
    *map = (reader_map){.path = myo_string_copy(path, err),
                        .patient = myo_string_copy("", err),
                        .study_uid = myo_string_copy(study_uid, err),
                        .level = myo_string_copy(level, err)};
    return map->path && map->patient && map->study_uid && map->level;
}

static const char *member(const json_t *root, const char *name) {
    const char *text = json_string_value(json_object_get(root, name));
    return text ? text : "";
}

/* Adds a map by its description. One that cannot be read belongs to no row: its areas are in the
 * table all the same. */
static bool add_described(reader *r, const char *path, myo_error *err) {
    myo_text name = {0};
    char *data = NULL;
    size_t size = 0;
    myo_text_append_bytes(&name, path, strlen(path) - strlen(MAP_ENDING));
    myo_text_append(&name, DESCRIPTION_ENDING);
    bool read = !name.failed && myo_file_read(name.data, DESCRIPTION_SIZE_MAX, &data, &size, NULL);
    myo_text_clear(&name);
    if (!read) {
        return true;
    }
    json_t *root = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
    free(data);
    /* Automatic outlines that drawn ones took the place of were not measured. */
    bool replaced = json_is_true(json_object_get(root, "Replaced"));
    bool done = replaced || !*member(root, "StudyInstanceUID") ||
                add_map(r, path, member(root, "StudyInstanceUID"), member(root, "Level"), err);
    json_decref(root);
    return done;
}

static int by_study(const void *x, const void *y) {
    const reader_map *a = x, *b = y;
    int order = strcmp(a->study_uid, b->study_uid);
    order = order ? order : strcmp(a->level, b->level);
    return order ? order : strcmp(a->path, b->path);
}

/* True for a file of a patient's folder. Other folders below hold results of their own. */
static bool is_own(const reader *r, const char *path) {
    const char *within = path + strlen(r->path);
    within += strspn(within, "/");
    return strncmp(within, "sub-", strlen("sub-")) == 0;
}

bool readers_list_maps(reader *r, myo_error *err) {
    myo_path_list list = {0};
    bool done = myo_path_list_walk(&list, r->path, err);
    for (size_t i = 0; done && i < list.count; i++) {
        if (is_own(r, list.paths[i]) && ends_with(list.paths[i], MAP_ENDING)) {
            done = add_described(r, list.paths[i], err);
        }
    }
    myo_path_list_clear(&list);
    if (done && r->map_count > 0) {
        qsort(r->maps, r->map_count, sizeof *r->maps, by_study);
    }
    return done;
}

size_t readers_find_map(const reader *r, const char *study_uid, const char *level) {
    size_t low = 0, high = *study_uid ? r->map_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(study_uid, r->maps[middle].study_uid);
        order = order ? order : strcmp(level, r->maps[middle].level);
        if (order == 0) {
            return middle;
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return READERS_NO_MAP;
}

bool readers_load_map(const myo_readers *all, reader *r, size_t map, myo_error *err) {
    if (r->loaded == map && r->labels) {
        return true;
    }
    myo_tracing_options options = {.labels_from = r->csv ? "myotome" : all->options->labels_from,
                                   .names_csv = r->csv ? NULL : all->options->names_csv};
    myo_tracing *tracing = NULL;
    myo_tracing_drawn drawn = {0};
    reader_map *m = &r->maps[map];
    bool done = myo_tracing_open(m->path, &options, &tracing, err) &&
                (m->geometry.columns > 0 || myo_tracing_find_grid(tracing, &m->geometry, err));
    if (done) {
        myo_tracing_grid grid = {.geometry = &m->geometry};
        done = myo_tracing_draw(tracing, &grid, &drawn, err);
    }
    if (done) {
        myo_labels_destroy(r->labels);
        r->labels = drawn.labels;
        r->loaded = map;
        drawn.labels = NULL;
    }
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
    return done;
}
