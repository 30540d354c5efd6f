/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canal by a tissue map of the volume: where the map says that it is, and there its middle. On
 * slices where the map shows none, the bones around it lead on. */
#include "ct/canal_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define PAID 0.3      /* per mm of path: a cell with less of the canal around it is none */
#define SEEN_MIN 0.4f /* of a score: the map shows the canal on a slice; else the bones decide */
#define REACH 3       /* so many places each way, */
#define PLACE_MM 2.25 /* this far from each other, tell how much canal is around a voxel; */
#define SIGMA_MM 4.5  /* the nearer ones count more, so that the middle has the most */
#define SPAN (2 * REACH + 1)
#define ROW_MARGIN_MM 6.0 /* rows this close to those of the canal are open */

/* Weights of the places, sum 1. */
static void find_weights(double weights[SPAN * SPAN]) {
    double sum = 0.0;
    for (int k = 0; k < SPAN * SPAN; k++) {
        double across = PLACE_MM * (k % SPAN - REACH), along = PLACE_MM * (k / SPAN - REACH);
        weights[k] = exp(-0.5 * (across * across + along * along) / (SIGMA_MM * SIGMA_MM));
        sum += weights[k];
    }
    for (int k = 0; k < SPAN * SPAN; k++) {
        weights[k] /= sum;
    }
}

/* How much of what lies around a voxel belongs to the canal. */
static double share_at(const myo_ct *ct, const ct_tissues *tissues, const double *weights,
                       double column, double row, double slice) {
    double share = 0.0;
    for (int k = 0; k < SPAN * SPAN; k++) {
        double c = column + (k % SPAN - REACH) * PLACE_MM / ct->column_mm;
        double r = row + (k / SPAN - REACH) * PLACE_MM / ct->row_mm;
        bool canal = ct_tissues_at_voxel(ct, tissues, c, r, slice) == MYO_TISSUE_SPINAL_CANAL;
        share += canal ? weights[k] : 0.0;
    }
    return share;
}

/* What the map gives to the canal: its mean column, in voxels, and its rows. */
typedef struct extent {
    double column, first_row, last_row;
    bool any;
} extent;

static extent find_extent(const myo_ct *ct, const ct_tissues *t) {
    extent e = {.column = 0.0, .first_row = INFINITY, .last_row = -INFINITY};
    double count = 0.0;
    for (size_t i = 0; i < t->layers * t->rows * t->columns; i++) {
        if (t->classes[i] == MYO_TISSUE_SPINAL_CANAL) {
            const double *origin = t->origin_mm[i / (t->rows * t->columns)];
            double x_mm = origin[0] + (double)(i % t->columns) * t->step_mm;
            double row = (origin[1] + (double)(i / t->columns % t->rows) * t->step_mm) / ct->row_mm;
            e.column += x_mm / ct->column_mm;
            e.first_row = fmin(e.first_row, row);
            e.last_row = fmax(e.last_row, row);
            count += 1.0;
        }
    }
    e.any = count > 0.0;
    e.column = e.any ? e.column / count : 0.5 * (double)ct->columns;
    return e;
}

/* Scores the cells of a slice by the map. Whether it shows the canal there. */
static bool score_slice(canal_window *w, const ct_tissues *tissues, const extent *e,
                        const double *weights, size_t slice) {
    double margin = ROW_MARGIN_MM / w->ct->row_mm;
    float *score = w->score + slice * w->rows * w->columns, greatest = 0.0f;
    for (size_t i = 0; i < w->rows * w->columns; i++) {
        double at = (double)(i / w->columns * w->stride);
        if (at >= e->first_row - margin && at <= e->last_row + margin) {
            w->open_row[i / w->columns] = true;
            score[i] =
                (float)share_at(w->ct, tissues, weights, (double)canal_column_of(w, i % w->columns),
                                at, (double)slice);
        }
        greatest = score[i] > greatest ? score[i] : greatest;
    }
    return greatest >= SEEN_MIN;
}

bool canal_find_by_tissues(const myo_ct *ct, const ct_tissues *tissues, canal_window *w,
                           canal_path *out, myo_error *err) {
    extent e = find_extent(ct, tissues);
    if (!canal_window_create(ct, e.column, w, err) || !canal_path_create(w, out, err)) {
        return false;
    }
    if (!e.any) {
        return true;
    }
    double weights[SPAN * SPAN];
    bool *known = myo_alloc_array(w->slices, sizeof *known, err);
    find_weights(weights);
    for (size_t s = 0; known && s < w->slices; s++) {
        known[s] = score_slice(w, tissues, &e, weights, s);
    }
    bool done = known && canal_score_rings(w, known, err);
    free(known);
    if (!done) {
        return false;
    }
    for (size_t i = 0; i < w->slices * w->rows * w->columns; i++) {
        w->score[i] = w->score[i] > 0.0f ? w->score[i] : 0.0f;
    }
    canal_find_path(w, PAID, out);
    return true;
}
