/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where proposed muscles meet, the border moves into the fat between them: a watershed grown from
 * marks (S. Beucher and F. Meyer 1993). What lies deep within a muscle is surely its own; close to
 * the border each pixel goes to the muscle with the shortest way to it, and ways through fat are
 * long.
 */
#include "segment/ct/divide_private.h"
#include "segment/ct/proposal_private.h"

#include "base/memory.h"
#include "image/filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTH_SIGMA_MM 0.7
/* So far from another muscle a pixel may go to it, but not beyond this share of the own depth. */
#define CONTESTED_MM 3.0f
#define CONTESTED_SHARE 0.4f
#define LEAN_HU 40.0f    /* from here down ways become longer, */
#define FAT_HU (-60.0f)  /* to here, */
#define FAT_LENGTH 20.0f /* by so many times */
#define FAR 1e6f
/* Muscles are numbered from 1, left and right of a structure one after the other. */
#define TAKEN (1 + MYO_SIDE_COUNT * MYO_STRUCTURE_COUNT)
#define MUSCLE_COUNT (TAKEN + 1)

typedef struct field {
    size_t columns, rows;
    float column_mm, row_mm;
    uint16_t *labels;
    uint8_t *muscle; /* its number; 0: none */
    float *length;   /* of a way through the pixel, in those through muscle */
    float *way;      /* the shortest, mm */
    uint8_t *open;   /* pixels whose way is looked for */
    bool within; /* ways stay within a muscle; else the pixel changes to the one they come from */
} field;

static void field_clear(field *f) {
    free(f->muscle);
    free(f->length);
    free(f->way);
    free(f->open);
}

static uint8_t muscle_of(uint16_t label) {
    myo_structure structure;
    myo_side side;
    if (label == CT_TAKEN_LABEL) {
        return TAKEN;
    }
    if (!myo_structure_from_label(label, &structure, &side) ||
        structure == MYO_VERTEBRAL_REFERENCE) {
        return 0;
    }
    return (uint8_t)(1 + MYO_SIDE_COUNT * (int)structure + (int)side);
}

static bool field_create(field *f, const myo_image *hu, uint16_t *labels, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    size_t count = g->columns * g->rows;
    *f = (field){.columns = g->columns,
                 .rows = g->rows,
                 .column_mm = (float)g->column_spacing_mm,
                 .row_mm = (float)g->row_spacing_mm,
                 .labels = labels,
                 .muscle = myo_alloc_array(count, 1, err),
                 .length = myo_alloc_array(count, sizeof(float), err),
                 .way = myo_alloc_array(count, sizeof(float), err),
                 .open = myo_alloc_array(count, 1, err)};
    if (!f->muscle || !f->length || !f->way || !f->open) {
        return false;
    }
    memcpy(f->length, myo_image_get_const_pixels(hu), count * sizeof(float));
    myo_grid grid = {f->length, f->columns, f->rows};
    myo_filter_gaussian(&grid, SMOOTH_SIGMA_MM / g->column_spacing_mm,
                        SMOOTH_SIGMA_MM / g->row_spacing_mm, &grid, f->way);
    for (size_t i = 0; i < count; i++) {
        float fat = fminf(fmaxf((LEAN_HU - f->length[i]) / (LEAN_HU - FAT_HU), 0.0f), 1.0f);
        f->length[i] = 1.0f + (FAT_LENGTH - 1.0f) * fat;
        f->muscle[i] = muscle_of(labels[i]);
    }
    return true;
}

/* Whether the way to an open pixel is shorter from the one at this offset; takes it then. */
static bool shorten(field *f, size_t column, size_t row, int right, int down) {
    if ((right < 0 && column == 0) || (right > 0 && column + 1 == f->columns) ||
        (down < 0 && row == 0) || (down > 0 && row + 1 == f->rows)) {
        return false;
    }
    size_t i = row * f->columns + column;
    size_t from = (size_t)((long)i + down * (long)f->columns + right);
    if (!f->muscle[from] || (f->within && f->labels[from] != f->labels[i])) {
        return false;
    }
    float step = hypotf((float)right * f->column_mm, (float)down * f->row_mm);
    float way = f->way[from] + step * (f->within ? 1.0f : f->length[i]);
    if (!(way < f->way[i])) {
        return false;
    }
    f->way[i] = way;
    f->labels[i] = f->labels[from];
    return true;
}

/* Finds the ways to all open pixels, sweeping back and forth until nothing changes. */
static void find_ways(field *f) {
    size_t count = f->columns * f->rows;
    for (bool changed = true; changed;) {
        changed = false;
        for (int back = 0; back < 2; back++) {
            int side = back ? 1 : -1;
            for (size_t k = 0; k < count; k++) {
                size_t i = back ? count - 1 - k : k;
                size_t column = i % f->columns, row = i / f->columns;
                if (f->open[i]) {
                    changed |= shorten(f, column, row, side, 0);
                    changed |= shorten(f, column, row, -1, side);
                    changed |= shorten(f, column, row, 0, side);
                    changed |= shorten(f, column, row, 1, side);
                }
            }
        }
    }
}

/* The sides of one muscle are no neighbours. */
static bool are_two(uint8_t a, uint8_t b) {
    return a && b && (a - 1) / MYO_SIDE_COUNT != (b - 1) / MYO_SIDE_COUNT;
}

static bool is_border(const field *f, size_t i) {
    size_t column = i % f->columns, row = i / f->columns;
    const size_t next[] = {column > 0 ? i - 1 : i, column + 1 < f->columns ? i + 1 : i,
                           row > 0 ? i - f->columns : i, row + 1 < f->rows ? i + f->columns : i};
    for (size_t k = 0; k < sizeof next / sizeof next[0]; k++) {
        if (are_two(f->muscle[next[k]], f->muscle[i])) {
            return true;
        }
    }
    return false;
}

/* How far each pixel lies from the next muscle. */
static void measure_depth(field *f) {
    f->within = true;
    for (size_t i = 0; i < f->columns * f->rows; i++) {
        bool border = is_border(f, i);
        f->open[i] = f->muscle[i] && !border;
        f->way[i] = border ? 0.0f : FAR;
    }
    find_ways(f);
}

/* Opens what lies close to another muscle; the rest is the mark that ways begin at. A mark that
 * comes closer to the border begins later, so that a border without fat stays where it is. */
static void mark(field *f) {
    float deepest[MUSCLE_COUNT] = {0.0f};
    size_t count = f->columns * f->rows;
    for (size_t i = 0; i < count; i++) {
        float *depth = &deepest[f->muscle[i]];
        *depth = f->way[i] < FAR ? fmaxf(*depth, f->way[i]) : *depth;
    }
    for (size_t i = 0; i < count; i++) {
        float contested = fminf(CONTESTED_MM, CONTESTED_SHARE * deepest[f->muscle[i]]);
        f->open[i] = f->muscle[i] && f->way[i] <= contested;
        f->way[i] = f->open[i] ? FAR : CONTESTED_MM - contested;
    }
    f->within = false;
}

bool ct_divide(const myo_image *hu, uint16_t *labels, myo_error *err) {
    field f;
    bool done = field_create(&f, hu, labels, err);
    if (done) {
        measure_depth(&f);
        mark(&f);
        find_ways(&f);
    }
    field_clear(&f);
    return done;
}
