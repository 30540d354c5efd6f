/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canal by a tissue map of the volume: where the map says that it is. */
#include "ct/canal_private.h"

#define PAID 0.3         /* per mm of path: a cell with less of the canal around it is none */
#define NEIGHBOUR_MM 3.0 /* nine places this far from each other are asked, */
#define PLACES 9
#define ROW_MARGIN_MM 6.0 /* and rows this close to those of the canal are open */

/* Share of the places around a voxel that belong to the canal. */
static double share_at(const myo_ct *ct, const ct_tissues *tissues, double column, double row,
                       double slice) {
    int canal = 0;
    for (int k = 0; k < PLACES; k++) {
        double c = column + (k % 3 - 1) * NEIGHBOUR_MM / ct->column_mm;
        double r = row + (k / 3 - 1) * NEIGHBOUR_MM / ct->row_mm;
        canal += ct_tissues_at_voxel(ct, tissues, c, r, slice) == MYO_TISSUE_SPINAL_CANAL;
    }
    return (double)canal / PLACES;
}

/* Mean column of the canal on all layers; that of the volume's middle without one. */
static double middle_column(const myo_ct *ct, const ct_tissues *t) {
    double sum = 0.0, count = 0.0;
    for (size_t layer = 0; layer < t->layers; layer++) {
        for (size_t i = 0; i < t->rows * t->columns; i++) {
            if (t->classes[layer * t->rows * t->columns + i] == MYO_TISSUE_SPINAL_CANAL) {
                sum += (t->origin_mm[layer][0] + (double)(i % t->columns) * t->step_mm) /
                       ct->column_mm;
                count += 1.0;
            }
        }
    }
    return count > 0.0 ? sum / count : 0.5 * (double)ct->columns;
}

static void open_rows(canal_window *w, size_t row) {
    size_t margin = (size_t)(ROW_MARGIN_MM / w->row_mm) + 1;
    size_t first = row > margin ? row - margin : 0;
    for (size_t r = first; r <= row + margin && r < w->rows; r++) {
        w->open_row[r] = true;
    }
}

bool canal_find_by_tissues(const myo_ct *ct, const ct_tissues *tissues, canal_window *w,
                           canal_path *out, myo_error *err) {
    if (!canal_window_create(ct, middle_column(ct, tissues), w, err) ||
        !canal_path_create(w, out, err)) {
        return false;
    }
    for (size_t i = 0; i < w->slices * w->rows * w->columns; i++) {
        size_t slice = i / (w->rows * w->columns), row = i / w->columns % w->rows;
        double share = share_at(ct, tissues, (double)canal_column_of(w, i % w->columns),
                                (double)(row * w->stride), (double)slice);
        w->score[i] = (float)share;
        if (share > 0.5) {
            open_rows(w, row);
        }
    }
    canal_find_path(w, PAID, out);
    return true;
}
