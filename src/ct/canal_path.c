/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ct/canal_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define SIDE_MM 60.0 /* half of the window's width */
#define CELL_MM 1.9
#define BEND_COST 0.045 /* per mm to the front or back, */
#define SWAY_COST 0.12  /* and to a side: spines hardly bend that way */
#define BEND_MAX 1.0    /* mm sideways per mm along */
#define REACH_MAX 7
#define NONE 255 /* the path begins here */

bool canal_window_create(const myo_ct *ct, double middle_column, canal_window *out,
                         myo_error *err) {
    double side = SIDE_MM / ct->column_mm;
    size_t first = (size_t)fmax(middle_column - side, 0.0);
    size_t end = (size_t)fmin(middle_column + side + 1.0, (double)ct->columns);
    size_t stride = (size_t)fmax(1.0, round(CELL_MM / fmax(ct->column_mm, ct->row_mm)));
    *out = (canal_window){.ct = ct,
                          .column = first,
                          .stride = stride,
                          .columns = end > first ? (end - first + stride - 1) / stride : 1,
                          .rows = (ct->rows + stride - 1) / stride,
                          .slices = ct->slices,
                          .column_mm = ct->column_mm * (double)stride,
                          .row_mm = ct->row_mm * (double)stride};
    double reach = ceil(BEND_MAX * ct->slice_mm / fmin(out->column_mm, out->row_mm));
    out->reach = (int)fmin(fmax(reach, 1.0), REACH_MAX);
    size_t size = out->columns * out->rows * out->slices;
    out->score = myo_alloc_array(size, sizeof *out->score, err);
    out->best = myo_alloc_array(size, sizeof *out->best, err);
    out->back = myo_alloc_array(size, sizeof *out->back, err);
    out->open_row = myo_alloc_array(out->rows, sizeof *out->open_row, err);
    return out->score && out->best && out->back && out->open_row;
}

void canal_window_clear(canal_window *w) {
    free(w->score);
    free(w->best);
    free(w->back);
    free(w->open_row);
    *w = (canal_window){0};
}

bool canal_path_create(const canal_window *w, canal_path *out, myo_error *err) {
    *out = (canal_path){.column = myo_alloc_array(w->slices, sizeof *out->column, err),
                        .row = myo_alloc_array(w->slices, sizeof *out->row, err)};
    return out->column && out->row;
}

void canal_path_clear(canal_path *path) {
    free(path->column);
    free(path->row);
    *path = (canal_path){0};
}

/* Best of the neighbours in the slice before (`from`), less the cost of the step. */
static float best_before(const canal_window *w, const float *from, size_t column, size_t row,
                         const float *cost, uint8_t *code) {
    float best = 0.0f;
    int width = 2 * w->reach + 1;
    *code = NONE;
    for (int dy = -w->reach; dy <= w->reach; dy++) {
        long r = (long)row + dy;
        for (int dx = -w->reach; r >= 0 && r < (long)w->rows && dx <= w->reach; dx++) {
            long c = (long)column + dx;
            if (c < 0 || c >= (long)w->columns) {
                continue;
            }
            int at = (dy + w->reach) * width + dx + w->reach;
            float value = from[(size_t)r * w->columns + (size_t)c] - cost[at];
            if (value > best) {
                best = value;
                *code = (uint8_t)at;
            }
        }
    }
    return best;
}

/* Finds the best path to each cell, from the head on. Returns the cell at which the best of all
 * ends; SIZE_MAX when there is none. */
static size_t run_paths(canal_window *w, double paid) {
    float cost[(2 * REACH_MAX + 1) * (2 * REACH_MAX + 1)];
    int width = 2 * w->reach + 1;
    double best = 0.0;
    size_t layer = w->rows * w->columns, end = SIZE_MAX;
    for (int i = 0; i < width * width; i++) {
        cost[i] = (float)hypot(SWAY_COST * (i % width - w->reach) * w->column_mm,
                               BEND_COST * (i / width - w->reach) * w->row_mm);
    }
    for (size_t s = w->slices; s-- > 0;) {
        const float *own = w->score + s * layer;
        float *at = w->best + s * layer;
        uint8_t *back = w->back + s * layer;
        for (size_t i = 0; i < layer; i++) {
            float before = 0.0f;
            back[i] = NONE;
            if (s + 1 < w->slices && w->open_row[i / w->columns]) {
                before = best_before(w, at + layer, i % w->columns, i / w->columns, cost, &back[i]);
            }
            at[i] = before + (float)(((double)own[i] - paid) * w->ct->slice_mm);
            if ((double)at[i] > best) {
                best = (double)at[i];
                end = s * layer + i;
            }
        }
    }
    return end;
}

/* Walks back from the end of a path. */
static void collect(const canal_window *w, size_t end, canal_path *out) {
    size_t layer = w->rows * w->columns, slice = end / layer;
    long column = (long)(end % layer % w->columns), row = (long)(end % layer / w->columns);
    int width = 2 * w->reach + 1;
    out->slice = slice;
    out->count = 0;
    for (;; slice++) {
        out->column[out->count] = (size_t)column;
        out->row[out->count++] = (size_t)row;
        uint8_t code = w->back[slice * layer + (size_t)row * w->columns + (size_t)column];
        if (code == NONE) {
            break;
        }
        row += code / width - w->reach;
        column += code % width - w->reach;
    }
}

void canal_find_path(canal_window *w, double paid, canal_path *out) {
    size_t end = run_paths(w, paid);
    out->count = 0;
    if (end != SIZE_MAX) {
        collect(w, end, out);
    }
}
