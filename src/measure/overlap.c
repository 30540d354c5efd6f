/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Overlap and boundary distance of two outlines.
 *
 * Everything happens within the box that holds both outlines. Distances to the other boundary come
 * from an exact distance transform, so that the time does not depend on how long a boundary is.
 */
#include "base/memory.h"
#include "base/sort.h"
#include "image/morphology.h"

#include <math.h>
#include <myotome/overlap.h>
#include <stdlib.h>

/* Of the Hausdorff distance: the greatest distances are those of single stray pixels. */
#define PERCENTILE 0.95

/* The pixels of both outlines, cut out. Bit 0 of a cell: first map, bit 1: second. */
typedef struct cutout {
    size_t column, row, columns, rows;
    uint8_t *boundary[2]; /* owned: 1 on the boundary */
    float *distance_mm;   /* owned: scratch */
    double *distances_mm; /* owned: scratch */
} cutout;

bool myo_overlap_same_grid(const myo_geometry *a, const myo_geometry *b) {
    if (a->columns != b->columns || a->rows != b->rows) {
        return false;
    }
    const double last_column = (double)a->columns - 1.0, last_row = (double)a->rows - 1.0;
    const double corners[3][2] = {{0.0, 0.0}, {last_column, 0.0}, {0.0, last_row}};
    for (int i = 0; i < 3; i++) {
        myo_vec3 p = myo_geometry_to_patient(a, corners[i][0], corners[i][1]);
        myo_vec3 q = myo_geometry_to_patient(b, corners[i][0], corners[i][1]);
        myo_vec3 d = {p.x - q.x, p.y - q.y, p.z - q.z};
        if (!(sqrt(myo_vec3_dot(d, d)) <= MYO_OVERLAP_GRID_TOLERANCE_MM)) {
            return false;
        }
    }
    return true;
}

/* Counts the pixels and finds the box that holds those of both. */
static void count_pixels(const uint16_t *a, const uint16_t *b, const myo_geometry *g,
                         uint16_t label, myo_overlap *out, cutout *c) {
    size_t first_column = g->columns, last_column = 0, first_row = g->rows, last_row = 0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        bool in_a = a[i] == label, in_b = b[i] == label;
        if (in_a || in_b) {
            size_t column = i % g->columns, row = i / g->columns;
            first_column = column < first_column ? column : first_column;
            last_column = column > last_column ? column : last_column;
            first_row = row < first_row ? row : first_row;
            last_row = row;
            out->pixels_a += in_a;
            out->pixels_b += in_b;
            out->pixels_common += in_a && in_b;
        }
    }
    if (first_row < g->rows) {
        *c = (cutout){.column = first_column,
                      .row = first_row,
                      .columns = last_column + 1 - first_column,
                      .rows = last_row + 1 - first_row};
    }
}

/* Marks the pixels of a label with a neighbour beside them that is none; returns their number. */
static size_t mark_boundary(const uint16_t *labels, const myo_geometry *g, uint16_t label,
                            const cutout *c, uint8_t *boundary) {
    size_t count = 0;
    for (size_t r = 0; r < c->rows; r++) {
        for (size_t k = 0; k < c->columns; k++) {
            size_t column = c->column + k, row = c->row + r, i = row * g->columns + column;
            bool inner = column > 0 && column + 1 < g->columns && row > 0 && row + 1 < g->rows &&
                         labels[i - 1] == label && labels[i + 1] == label &&
                         labels[i - g->columns] == label && labels[i + g->columns] == label;
            bool is_boundary = labels[i] == label && !inner;
            boundary[r * c->columns + k] = is_boundary;
            count += is_boundary;
        }
    }
    return count;
}

/* Value that a share of the sorted values lies below, between two of them in proportion. */
static double percentile(const double *sorted, size_t count, double share) {
    double place = share * (double)(count - 1);
    size_t below = (size_t)place;
    size_t above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
}

/* Distances from boundary `from` to the other one: their sum and their percentile. */
static bool one_direction(cutout *c, int from, const myo_geometry *g, double *sum_mm,
                          double *percentile_mm, myo_error *err) {
    size_t count = 0;
    if (!myo_mask_distance_mm(c->boundary[1 - from], c->columns, c->rows, g->column_spacing_mm,
                              g->row_spacing_mm, c->distance_mm, err)) {
        return false;
    }
    for (size_t i = 0; i < c->columns * c->rows; i++) {
        if (c->boundary[from][i]) {
            c->distances_mm[count++] = (double)c->distance_mm[i];
            *sum_mm += (double)c->distance_mm[i];
        }
    }
    myo_sort_doubles(c->distances_mm, count);
    *percentile_mm = percentile(c->distances_mm, count, PERCENTILE);
    return true;
}

static bool measure_distances(const uint16_t *const maps[2], const myo_geometry *g, uint16_t label,
                              cutout *c, myo_overlap *out, myo_error *err) {
    size_t cells = c->columns * c->rows, points[2] = {0, 0};
    double sum_mm = 0.0, p95_mm[2] = {0.0, 0.0};
    c->boundary[0] = myo_alloc_array(cells, 1, err);
    c->boundary[1] = myo_alloc_array(cells, 1, err);
    c->distance_mm = myo_alloc_array(cells, sizeof *c->distance_mm, err);
    c->distances_mm = myo_alloc_array(cells, sizeof *c->distances_mm, err);
    bool done = c->boundary[0] && c->boundary[1] && c->distance_mm && c->distances_mm;
    for (int k = 0; done && k < 2; k++) {
        points[k] = mark_boundary(maps[k], g, label, c, c->boundary[k]);
    }
    for (int k = 0; done && k < 2; k++) {
        done = one_direction(c, k, g, &sum_mm, &p95_mm[k], err);
    }
    if (done) {
        out->surface_mean_mm = sum_mm / (double)(points[0] + points[1]);
        out->surface_p95_mm = fmax(p95_mm[0], p95_mm[1]);
    }
    free(c->boundary[0]);
    free(c->boundary[1]);
    free(c->distance_mm);
    free(c->distances_mm);
    return done;
}

bool myo_overlap_compute(const myo_labels *a, const myo_labels *b, uint16_t label, myo_overlap *out,
                         myo_error *err) {
    const myo_geometry *g = myo_labels_get_geometry(a);
    const uint16_t *const maps[2] = {myo_labels_get_const_pixels(a),
                                     myo_labels_get_const_pixels(b)};
    if (!(g->column_spacing_mm > 0.0) || !(g->row_spacing_mm > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING, "overlap: no pixel spacing, no distances");
    }
    if (!myo_overlap_same_grid(g, myo_labels_get_geometry(b))) {
        return myo_error_set(err, MYO_E_ARGUMENT, "overlap: the maps lie on different grids");
    }
    cutout c = {0};
    *out = (myo_overlap){.dice = NAN, .surface_mean_mm = NAN, .surface_p95_mm = NAN};
    count_pixels(maps[0], maps[1], g, label, out, &c);
    if (out->pixels_a + out->pixels_b > 0) {
        out->dice = 2.0 * (double)out->pixels_common / (double)(out->pixels_a + out->pixels_b);
    }
    return out->pixels_a == 0 || out->pixels_b == 0 ||
           measure_distances(maps, g, label, &c, out, err);
}
