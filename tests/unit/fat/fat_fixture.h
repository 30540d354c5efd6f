/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A square slice with labels, and the built-in fat methods by their name. */
#ifndef MYO_TEST_FAT_FIXTURE_H
#define MYO_TEST_FAT_FIXTURE_H

#include "cmocka_all.h"

#include <math.h>
#include <myotome/fat.h>
#include <myotome/segment.h>
#include <string.h>

static const myo_fat_method *find_method(const char *name) {
    size_t count;
    const myo_fat_method *const *methods = myo_fat_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(methods[i]->info.name, name) == 0) {
            return methods[i];
        }
    }
    fail_msg("%s is not built in", name);
    return NULL;
}

typedef struct slice {
    size_t side;
    myo_image *image;
    myo_labels *labels;
    float *pixels;
    uint16_t *label;
} slice;

/* Rows run to the patient's back, columns to the left. */
static slice create_slice(size_t side, double spacing_mm) {
    myo_geometry geometry = {.columns = side,
                             .rows = side,
                             .column_spacing_mm = spacing_mm,
                             .row_spacing_mm = spacing_mm,
                             .row_cosine = {1.0, 0.0, 0.0},
                             .column_cosine = {0.0, 1.0, 0.0}};
    slice s = {.side = side};
    assert_true(myo_image_create(&geometry, &s.image, NULL));
    assert_true(myo_labels_create(&geometry, &s.labels, NULL));
    s.pixels = myo_image_get_pixels(s.image);
    s.label = myo_labels_get_pixels(s.labels);
    return s;
}

static void destroy_slice(slice *s) {
    myo_image_destroy(s->image);
    myo_labels_destroy(s->labels);
}

/* Sets label and level in a box of pixels. */
static void fill_box(const slice *s, size_t x0, size_t y0, size_t x1, size_t y1, uint16_t label,
                     float level) {
    for (size_t y = y0; y < y1; y++) {
        for (size_t x = x0; x < x1; x++) {
            s->label[y * s->side + x] = label;
            s->pixels[y * s->side + x] = level;
        }
    }
}

static double mean_fraction(const slice *s, const myo_fat_map *map, uint16_t label) {
    double sum = 0.0, count = 0.0;
    for (size_t i = 0; i < s->side * s->side; i++) {
        if (s->label[i] == label) {
            sum += (double)myo_image_get_const_pixels(map->fraction)[i];
            count += 1.0;
        }
    }
    return sum / count;
}

#endif
