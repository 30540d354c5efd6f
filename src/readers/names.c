/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of readers and of measures. */
#include "base/file.h"
#include "base/memory.h"
#include "readers/readers_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 512

static const struct {
    const char *column, *name, *unit;
    int decimals;
} known[] = {
    {"csa_mm2", "cross-sectional area (CSA)", "mm²", 1},
    {"fcsa_mm2", "cross-sectional area without fat (FCSA)", "mm²", 1},
    {"fat_csa_mm2", "cross-sectional area of fat", "mm²", 1},
    {"fat_fraction", "fat fraction", "", 4},
    {"mean_intensity", "mean intensity", "", 1},
    {"lean_intensity", "mean intensity without fat", "", 1},
};
#define DECIMALS_UNKNOWN 3

void myo_measure_describe(const char *measure, const char **name, const char **unit,
                          int *decimals) {
    *name = measure;
    *unit = "";
    *decimals = DECIMALS_UNKNOWN;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].column, measure) == 0) {
            *name = known[i].name;
            *unit = known[i].unit;
            *decimals = known[i].decimals;
        }
    }
}

/* The last part of a path, without slashes behind it and without .csv. */
static void short_name(const char *path, char out[NAME_SIZE]) {
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/') {
        begin--;
    }
    if (begin == end) {
        begin = 0;
    }
    size_t length = end - begin;
    if (length > 4 && strncmp(path + end - 4, ".csv", 4) == 0) {
        length -= 4;
    }
    snprintf(out, NAME_SIZE, "%.*s", (int)(length < NAME_SIZE ? length : NAME_SIZE - 1),
             path + begin);
}

static bool is_taken(const myo_readers *all, size_t before, const char *name) {
    for (size_t i = 0; i < before; i++) {
        if (strcmp(all->readers[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* True when no two readers have the same short name: else all are named by their paths. */
static bool short_names_differ(const myo_readers *all) {
    char a[NAME_SIZE], b[NAME_SIZE];
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = i + 1; k < all->count; k++) {
            short_name(all->readers[i].path, a);
            short_name(all->readers[k].path, b);
            if (strcmp(a, b) == 0) {
                return false;
            }
        }
    }
    return true;
}

bool readers_name(myo_readers *all, myo_error *err) {
    const myo_readers_options *o = all->options;
    bool use_short = short_names_differ(all);
    char name[NAME_SIZE];
    for (size_t i = 0; i < all->count; i++) {
        if (o->name_count > 0) {
            if (is_taken(all, i, o->names[i])) {
                return myo_error_set(err, MYO_E_ARGUMENT, "two readers have the name '%s'",
                                     o->names[i]);
            }
            snprintf(name, sizeof name, "%s", o->names[i]);
        } else if (use_short) {
            short_name(all->readers[i].path, name);
        } else {
            snprintf(name, sizeof name, "%s", all->readers[i].path);
        }
        for (size_t k = 2; is_taken(all, i, name); k++) {
            snprintf(name, sizeof name, "%.480s (%zu)", all->readers[i].path, k);
        }
        all->readers[i].name = myo_string_copy(name, err);
        if (!all->readers[i].name) {
            return false;
        }
    }
    return true;
}
