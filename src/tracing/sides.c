/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sides of regions that do not name theirs.
 *
 * Where the midline is known, from structures of which both sides are, or else from the vertebral
 * reference, a region lies left of it or right. Otherwise two regions of a structure are told apart
 * by patient coordinates: +x is left. A single one is left out: a guess would be half of the time a
 * swap of sides that nobody sees.
 */
#include "tracing/tracing_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Pieces of a region that are smaller than this part of the largest one are stray pixels: they do
 * not make a second side. */
#define PIECE_LEAST_PART 0.1
/* Regions of two sides lie further apart than this; muscles of adults, several centimetres. */
#define GAP_LEAST_MM 5.0
/* A piece of a label map of which more than this part lies across the midline holds both sides; a
 * region that a person drew is one. */
#define CROSSING_PART 0.1

/* A connected piece of a region without side, or a region that is one by itself. */
typedef struct piece {
    double area, x_sum_mm; /* pixels, and sum of their x */
    double left_area;      /* left of the midline */
    bool may_be_pair, is_left, is_split;
} piece;

typedef struct pieces {
    piece *items;
    size_t count, capacity;
    uint32_t *number; /* of each pixel, from 1; 0: none */
    size_t *stack;    /* room for every pixel */
} pieces;

typedef struct midline {
    bool is_known;
    double x_mm;
} midline;

static double x_at(const myo_geometry *g, size_t pixel) {
    return myo_geometry_to_patient(g, (double)(pixel % g->columns), (double)(pixel / g->columns)).x;
}

static double mean_x(const myo_geometry *g, const uint8_t *mask, double *area) {
    double sum = 0.0;
    *area = 0.0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        if (mask[i]) {
            sum += x_at(g, i);
            *area += 1.0;
        }
    }
    return *area > 0.0 ? sum / *area : 0.0;
}

/* Mean x of all regions of a structure and side; false when there is none. */
static bool side_x(const tracing_regions *regions, const myo_geometry *g, myo_structure structure,
                   int side, double *x_mm) {
    double sum = 0.0, area = 0.0;
    for (size_t i = 0; i < regions->count; i++) {
        const tracing_meaning *m = &regions->items[i].meaning;
        if (m->used && !m->lean && m->structure == structure && m->side == side) {
            double part, x = mean_x(g, regions->items[i].mask, &part);
            sum += x * part;
            area += part;
        }
    }
    *x_mm = area > 0.0 ? sum / area : 0.0;
    return area > 0.0;
}

static midline find_midline(const tracing_regions *regions, const myo_geometry *g) {
    double sum = 0.0, count = 0.0, left, right;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        if (myo_structure_get((myo_structure)s)->paired &&
            side_x(regions, g, (myo_structure)s, MYO_LEFT, &left) &&
            side_x(regions, g, (myo_structure)s, MYO_RIGHT, &right)) {
            sum += (left + right) / 2.0;
            count += 1.0;
        }
    }
    if (count > 0.0) {
        return (midline){true, sum / count};
    }
    midline m = {.is_known = false};
    m.is_known = side_x(regions, g, MYO_VERTEBRAL_REFERENCE, MYO_LEFT, &m.x_mm);
    return m;
}

/* --- Pieces ----------------------------------------------------------------------------------- */

static void flood(pieces *p, const myo_geometry *g, const uint8_t *mask, size_t start,
                  uint32_t number) {
    size_t top = 0;
    p->number[start] = number;
    p->stack[top++] = start;
    while (top > 0) {
        size_t i = p->stack[--top], c = i % g->columns, r = i / g->columns;
        const size_t neighbours[4] = {i - 1, i + 1, i - g->columns, i + g->columns};
        const bool exists[4] = {c > 0, c + 1 < g->columns, r > 0, r + 1 < g->rows};
        for (int k = 0; k < 4; k++) {
            if (exists[k] && mask[neighbours[k]] && p->number[neighbours[k]] == 0) {
                p->number[neighbours[k]] = number;
                p->stack[top++] = neighbours[k];
            }
        }
    }
}

static bool add_piece(pieces *p, bool may_be_pair, myo_error *err) {
    void *items = p->items;
    if (!myo_array_reserve(&items, &p->capacity, p->count + 1, sizeof *p->items, err)) {
        return false;
    }
    p->items = items;
    p->items[p->count++] = (piece){.may_be_pair = may_be_pair};
    return true;
}

static bool is_without_side(const tracing_meaning *m, myo_structure structure) {
    return m->used && !m->lean && m->structure == structure && m->side == TRACING_NO_SIDE;
}

/* Numbers the pieces of all regions of a structure without side. */
static bool find_pieces(const tracing_regions *regions, const myo_geometry *g,
                        myo_structure structure, pieces *p, myo_error *err) {
    size_t pixels = g->columns * g->rows;
    for (size_t i = 0; i < regions->count; i++) {
        const tracing_region *region = &regions->items[i];
        if (!is_without_side(&region->meaning, structure)) {
            continue;
        }
        if (!region->may_be_pair && !add_piece(p, false, err)) {
            return false;
        }
        for (size_t k = 0; k < pixels; k++) {
            if (!region->mask[k] || p->number[k] != 0) {
                continue;
            }
            if (!region->may_be_pair) {
                p->number[k] = (uint32_t)p->count;
            } else if (add_piece(p, true, err)) {
                flood(p, g, region->mask, k, (uint32_t)p->count);
            } else {
                return false;
            }
        }
    }
    return true;
}

static void measure_pieces(pieces *p, const myo_geometry *g, const midline *m) {
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        if (p->number[i]) {
            piece *item = &p->items[p->number[i] - 1];
            double x = x_at(g, i);
            item->area += 1.0;
            item->x_sum_mm += x;
            item->left_area += m->is_known && x > m->x_mm ? 1.0 : 0.0;
        }
    }
}

static int compare_doubles(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* The middle of the widest gap between the pieces, along x; false when they do not lie apart. */
static bool split_at_gap(const pieces *p, double *x_mm, myo_error *err, bool *failed) {
    double *xs = myo_alloc_array(p->count, sizeof *xs, err), largest = 0.0, widest = 0.0;
    size_t count = 0;
    *failed = !xs;
    for (size_t i = 0; xs && i < p->count; i++) {
        largest = fmax(largest, p->items[i].area);
    }
    for (size_t i = 0; xs && i < p->count; i++) {
        if (p->items[i].area > 0.0 && p->items[i].area >= PIECE_LEAST_PART * largest) {
            xs[count++] = p->items[i].x_sum_mm / p->items[i].area;
        }
    }
    if (count > 0) {
        qsort(xs, count, sizeof *xs, compare_doubles);
    }
    for (size_t i = 1; i < count; i++) {
        if (xs[i] - xs[i - 1] > widest) {
            widest = xs[i] - xs[i - 1];
            *x_mm = (xs[i] + xs[i - 1]) / 2.0;
        }
    }
    free(xs);
    return widest > GAP_LEAST_MM;
}

/* --- Decision --------------------------------------------------------------------------------- */

static void decide(pieces *p, const midline *m, size_t *split_count) {
    for (size_t i = 0; i < p->count; i++) {
        piece *item = &p->items[i];
        double left_part = item->area > 0.0 ? item->left_area / item->area : 0.0;
        item->is_left = item->x_sum_mm > m->x_mm * item->area;
        item->is_split =
            item->may_be_pair && left_part > CROSSING_PART && left_part < 1.0 - CROSSING_PART;
        *split_count += item->is_split;
    }
}

/* Adds a region with a side for each side that has pixels, and drops those without. */
static bool replace_regions(tracing_regions *regions, const myo_geometry *g,
                            myo_structure structure, const pieces *p, const midline *m,
                            myo_error *err) {
    size_t pixels = g->columns * g->rows;
    const char *name = NULL;
    for (size_t i = 0; i < regions->count; i++) {
        if (is_without_side(&regions->items[i].meaning, structure)) {
            regions->items[i].meaning.used = false;
            name = regions->items[i].name;
        }
    }
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        uint8_t *mask = myo_alloc_array(pixels, sizeof *mask, err);
        tracing_meaning meaning = {.used = true, .structure = structure, .side = side};
        if (!mask) {
            return false;
        }
        size_t found = 0;
        for (size_t i = 0; i < pixels; i++) {
            if (p->number[i]) {
                const piece *item = &p->items[p->number[i] - 1];
                bool is_left = item->is_split ? x_at(g, i) > m->x_mm : item->is_left;
                mask[i] = is_left == (side == MYO_LEFT);
                found += mask[i];
            }
        }
        if (found == 0) {
            free(mask);
        } else if (!tracing_regions_add(regions, &meaning, name, false, mask, err)) {
            return false;
        }
    }
    return true;
}

/* `last`: leave out what cannot be decided, instead of waiting for a midline. */
static bool resolve_structure(tracing_regions *regions, const myo_geometry *g,
                              myo_structure structure, bool last, char *notes, myo_error *err) {
    size_t pixels = g->columns * g->rows, split_count = 0;
    const char *name = myo_structure_get(structure)->name;
    pieces p = {.number = myo_alloc_array(pixels, sizeof *p.number, err),
                .stack = myo_alloc_array(pixels, sizeof *p.stack, err)};
    midline m = find_midline(regions, g);
    bool failed = false, done = p.number && p.stack && find_pieces(regions, g, structure, &p, err);
    if (done && p.count > 0) {
        measure_pieces(&p, g, &m);
        bool by_midline = m.is_known;
        m.is_known = m.is_known || split_at_gap(&p, &m.x_mm, err, &failed);
        if (m.is_known) {
            decide(&p, &m, &split_count);
            done = replace_regions(regions, g, structure, &p, &m, err);
            if (by_midline && split_count > 0) {
                tracing_note(notes, "%s without a side was split at the midline", name);
            }
        } else if (last) {
            tracing_note(
                notes, "left out: %s (no side is named, and nothing tells which one it is)", name);
        }
    }
    free(p.items);
    free(p.number);
    free(p.stack);
    return done && !failed;
}

static bool has_without_side(const tracing_regions *regions, myo_structure structure) {
    for (size_t i = 0; i < regions->count; i++) {
        if (is_without_side(&regions->items[i].meaning, structure)) {
            return true;
        }
    }
    return false;
}

/* Notes structures whose named sides lie the other way round. */
static void check_sides(const tracing_regions *regions, const myo_geometry *g, char *notes) {
    midline m = find_midline(regions, g);
    double left, right;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const myo_structure_info *info = myo_structure_get((myo_structure)s);
        bool has_left = side_x(regions, g, (myo_structure)s, MYO_LEFT, &left);
        bool has_right = side_x(regions, g, (myo_structure)s, MYO_RIGHT, &right);
        if (!info->paired) {
            continue;
        }
        if (has_left && has_right && left < right) {
            tracing_note(notes,
                         "%s: left lies to the right of right; the names of the sides may be "
                         "swapped",
                         info->name);
        } else if (m.is_known && has_left != has_right &&
                   (has_left ? left < m.x_mm : right > m.x_mm)) {
            tracing_note(notes, "%s: named %s, but lies on the other side", info->name,
                         has_left ? "left" : "right");
        }
    }
}

bool tracing_resolve_sides(tracing_regions *regions, const myo_geometry *g, char *notes,
                           myo_error *err) {
    check_sides(regions, g, notes);
    for (int round = 0; round < 2; round++) {
        for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
            if (has_without_side(regions, (myo_structure)s) &&
                !resolve_structure(regions, g, (myo_structure)s, round == 1, notes, err)) {
                return false;
            }
        }
    }
    return true;
}
