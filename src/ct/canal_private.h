/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Paths through the slices of a volume: in a window of cells, each with a score, the path that
 * collects the most of it from slice to slice and may bend but not jump (dynamic programming).
 */
#ifndef MYO_CT_CANAL_PRIVATE_H
#define MYO_CT_CANAL_PRIVATE_H

#include "ct/spine_private.h"

/* The part of the volume in which the canal is looked for, in cells: one voxel of every `stride`
 * each way, from the column `column` and the first row on. A canal is many voxels wide. */
typedef struct canal_window {
    const myo_ct *ct;
    size_t column, stride, columns, rows, slices;
    double column_mm, row_mm; /* of a cell */
    float *score;             /* slices x rows x columns */
    float *best;              /* of the paths that end at each cell */
    uint8_t *back;            /* where the best path comes from */
    bool *open_row;           /* false for rows that no path may enter */
    int reach;                /* of a step of the path, in cells */
} canal_window;

/* A window to both sides of a column of the volume, with scores of 0 and no open row. The caller
 * clears it in any case. */
bool canal_window_create(const myo_ct *ct, double middle_column, canal_window *out, myo_error *err);
void canal_window_clear(canal_window *w);

/* The voxel's column of a cell's. */
static inline size_t canal_column_of(const canal_window *w, size_t cell) {
    return w->column + cell * w->stride;
}

/* A path: a cell of the window in each slice, from foot to head. */
typedef struct canal_path {
    size_t *column, *row; /* owned: room for every slice */
    size_t slice, count;  /* its lowest slice, and how many */
} canal_path;

bool canal_path_create(const canal_window *w, canal_path *out, myo_error *err);
void canal_path_clear(canal_path *path);

/* The best path, each mm of which costs `paid` against its score; of length 0 when there is none.
 */
void canal_find_path(canal_window *w, double paid, canal_path *out);

/* canal_rings.c: scores the cells of a window by the bones that surround them, less what they lie
 * beside the middle of the bones, and opens the rows that have bone. Slices that are `known` (NULL:
 * none) keep their scores. */
bool canal_score_rings(canal_window *w, const bool *known, myo_error *err);

/* canal_rings.c: by the bones that surround it. canal_tissues.c: by a tissue map, and by the bones
 * where the map does not show it. Both fill a window and find the canal's path in it; count is 0
 * when there is none. The caller clears window and path in any case. */
bool canal_find_by_rings(const myo_ct *ct, canal_window *w, canal_path *out, myo_error *err);
bool canal_find_by_tissues(const myo_ct *ct, const ct_tissues *tissues, canal_window *w,
                           canal_path *out, myo_error *err);

#endif
