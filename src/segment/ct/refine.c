/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Region growing by attenuation from proposed outlines. Multifidus and erector spinae of a side
 * grow as one, since what is between them is not what surrounds them; new pixels join the nearer
 * one.
 */
#include "segment/ct/refine_private.h"

#include "base/memory.h"
#include "image/filter.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTH_SIGMA_MM 0.7
#define ROUND_SIGMA_MM 1.5
#define MARROW_MM 2.5   /* half of what lies between two cortices of a lamina */
#define MIDLINE_MM 1.0  /* so far beyond the midline a side may reach */
#define LIGAMENT_MM 3.5 /* half of the width of the ligaments between the spinous processes */
#define FAR 1e6f

/* Structures of a side that grow as one, and how, mm. */
typedef struct group {
    myo_structure structures[2];
    double outside, inside; /* so far from the proposed outline the true one may lie */
    double close; /* half of the width of fat that is inside the muscle, between bundles */
    double open;  /* what is thinner is fascia, skin or the neighbour's: half of it */
    bool many_pieces;
} group;
static const group groups[] = {
    {{MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE}, 2.0, 2.0, 4.0, 2.0, false},
    {{MYO_PSOAS_MAJOR, MYO_PSOAS_MAJOR}, 2.0, 4.0, 4.0, 2.0, false},
    {{MYO_QUADRATUS_LUMBORUM, MYO_QUADRATUS_LUMBORUM}, 3.0, 3.0, 2.5, 1.5, false},
    {{MYO_GLUTEUS_MAXIMUS, MYO_GLUTEUS_MAXIMUS}, 2.0, 4.0, 4.0, 2.0, false},
    {{MYO_GLUTEUS_MEDIUS, MYO_GLUTEUS_MEDIUS}, 2.0, 4.0, 4.0, 2.0, false},
    {{MYO_ABDOMINAL_WALL, MYO_ABDOMINAL_WALL}, 2.0, 3.0, 1.5, 0.8, true},
};
#define GROUP_COUNT (sizeof groups / sizeof groups[0])
#define PIECE_MIN_MM2 60.0 /* of what has many pieces */

/* A slice, or the part of it around a group. */
typedef struct scratch {
    size_t columns, rows, count;
    double pixel_mm;
    float *smooth;   /* HU */
    float *distance; /* mm, of the mask at work */
    float *first, *second;
    bool has_midline;
    double midline[2], across[2];      /* a point, and the unit vector to the left, in pixels */
    uint8_t *own, *mask, *core, *bone; /* bone: with what it encloses */
} scratch;

static bool scratch_create(scratch *s, size_t columns, size_t rows, double pixel_mm,
                           myo_error *err) {
    *s = (scratch){.columns = columns, .rows = rows, .count = columns * rows, .pixel_mm = pixel_mm};
    s->smooth = myo_alloc_array(s->count, sizeof(float), err);
    s->distance = myo_alloc_array(s->count, sizeof(float), err);
    s->first = myo_alloc_array(s->count, sizeof(float), err);
    s->second = myo_alloc_array(s->count, sizeof(float), err);
    s->own = myo_alloc_array(s->count, 1, err);
    s->mask = myo_alloc_array(s->count, 1, err);
    s->core = myo_alloc_array(s->count, 1, err);
    s->bone = myo_alloc_array(s->count, 1, err);
    return s->smooth && s->distance && s->first && s->second && s->own && s->mask && s->core &&
           s->bone;
}

static void scratch_clear(scratch *s) {
    free(s->smooth);
    free(s->distance);
    free(s->first);
    free(s->second);
    free(s->own);
    free(s->mask);
    free(s->core);
    free(s->bone);
}

/* Signed distance of a mask in mm. */
static bool measure(const scratch *s, const uint8_t *mask, float *distance, myo_error *err) {
    if (!myo_mask_signed_distance(mask, s->columns, s->rows, FAR, distance, err)) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        distance[i] *= (float)s->pixel_mm;
    }
    return true;
}

/* Sets `mask` to what lies within `grow` mm of it (less than 0: shrinks it). */
static bool resize(scratch *s, uint8_t *mask, double grow, myo_error *err) {
    if (!measure(s, mask, s->distance, err)) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        mask[i] = s->distance[i] <= (float)grow;
    }
    return true;
}

/* Attenuations without noise, and bone. */
static bool read_slice(scratch *s, const myo_image *hu, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    memcpy(s->smooth, myo_image_get_const_pixels(hu), s->count * sizeof(float));
    myo_grid grid = {s->smooth, s->columns, s->rows};
    myo_filter_gaussian(&grid, SMOOTH_SIGMA_MM / g->column_spacing_mm,
                        SMOOTH_SIGMA_MM / g->row_spacing_mm, &grid, s->distance);
    for (size_t i = 0; i < s->count; i++) {
        s->bone[i] = s->smooth[i] > CT_BONE_LOW_HU;
    }
    /* Marrow and the canal lie within, and no muscle of the back does. */
    return resize(s, s->bone, MARROW_MM, err) && resize(s, s->bone, -MARROW_MM, err) &&
           myo_mask_fill_holes(s->bone, s->columns, s->rows, err);
}

/* The midline: from the canal to the middle between the back muscles of both sides. */
static void find_midline(scratch *s, const uint16_t *labels, const double canal[2]) {
    double sum[MYO_SIDE_COUNT][3] = {{0.0}};
    for (size_t i = 0; i < s->count; i++) {
        myo_structure structure;
        myo_side side;
        if (myo_structure_from_label(labels[i], &structure, &side) &&
            (structure == MYO_MULTIFIDUS || structure == MYO_ERECTOR_SPINAE)) {
            sum[side][0] += (double)(i % s->columns);
            sum[side][1] += (double)(i / s->columns);
            sum[side][2] += 1.0;
        }
    }
    if (sum[MYO_LEFT][2] > 0.0 && sum[MYO_RIGHT][2] > 0.0) {
        double back[2];
        for (int k = 0; k < 2; k++) {
            back[k] = 0.5 * (sum[MYO_LEFT][k] / sum[MYO_LEFT][2] +
                             sum[MYO_RIGHT][k] / sum[MYO_RIGHT][2]) -
                      canal[k];
            s->midline[k] = canal[k];
        }
        double length = hypot(back[0], back[1]);
        s->has_midline = back[1] > 0.0;
        s->across[0] = back[1] / length; /* columns grow to the left */
        s->across[1] = -back[0] / length;
    }
}

/* How far a pixel lies from the midline on a side, mm; less than 0 on the other one. */
static double mm_from_midline(const scratch *s, size_t i, myo_side side) {
    if (!s->has_midline) {
        return (double)INFINITY;
    }
    double left = ((double)(i % s->columns) - s->midline[0]) * s->across[0] +
                  ((double)(i / s->columns) - s->midline[1]) * s->across[1];
    return (side == MYO_LEFT ? left : -left) * s->pixel_mm;
}

/* True for a pixel that belongs to the other side. */
static bool is_beyond_midline(const scratch *s, size_t i, myo_side side) {
    return mm_from_midline(s, i, side) < -MIDLINE_MM;
}

/* True for a pixel over which no side may grow: the ligaments between the spinous processes have
 * the attenuation of muscle with some fat. */
static bool is_between_sides(const scratch *s, size_t i, myo_side side) {
    return !s->own[i] && mm_from_midline(s, i, side) < LIGAMENT_MM;
}

/* Keeps the pieces of the mask that touch the core. */
static bool keep_with_core(scratch *s, myo_error *err) {
    size_t start = s->count;
    for (size_t i = 0; i < s->count && start == s->count; i++) {
        start = s->core[i] && s->mask[i] ? i : start;
    }
    return start == s->count || myo_mask_keep_heaviest(s->mask, s->first, s->columns, s->rows, err);
}

/* Rounds the corners of the mask off. */
static void round_off(scratch *s) {
    for (size_t i = 0; i < s->count; i++) {
        s->first[i] = (float)s->mask[i];
    }
    myo_grid grid = {s->first, s->columns, s->rows};
    myo_filter_gaussian(&grid, ROUND_SIGMA_MM / s->pixel_mm, ROUND_SIGMA_MM / s->pixel_mm, &grid,
                        s->distance);
    for (size_t i = 0; i < s->count; i++) {
        s->mask[i] = !s->bone[i] && s->first[i] > 0.5f;
    }
}

/* The mask of one group: from its proposed pixels (`own`) to what the attenuations say. */
static bool grow(scratch *s, const group *g, const uint16_t *labels, myo_side side,
                 myo_error *err) {
    if (!measure(s, s->own, s->first, err)) {
        return false;
    }
    memcpy(s->second, s->first, s->count * sizeof(float)); /* distance from the proposal */
    for (size_t i = 0; i < s->count; i++) {
        bool free_pixel = (labels[i] == 0 || s->own[i]) && !s->bone[i];
        bool near = s->second[i] <= (float)g->outside;
        s->core[i] = s->second[i] <= (float)-g->inside;
        s->mask[i] = free_pixel && near && (s->core[i] || ct_is_muscle(s->smooth[i]));
        s->first[i] = s->core[i] ? 1.0f : 0.0f;
    }
    if (!g->many_pieces && !keep_with_core(s, err)) {
        return false;
    }
    if (!resize(s, s->mask, g->close, err) || !resize(s, s->mask, -g->close, err)) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        s->mask[i] = s->mask[i] && !s->bone[i] && (labels[i] == 0 || s->own[i]) &&
                     s->second[i] <= (float)g->outside && !is_beyond_midline(s, i, side) &&
                     !is_between_sides(s, i, side);
    }
    round_off(s);
    if (!myo_mask_open(s->mask, s->columns, s->rows, g->open / s->pixel_mm, err)) {
        return false;
    }
    if (g->many_pieces) {
        size_t smallest = (size_t)(PIECE_MIN_MM2 / (s->pixel_mm * s->pixel_mm));
        return myo_mask_drop_small(s->mask, s->columns, s->rows, smallest, err);
    }
    return myo_mask_keep_largest(s->mask, s->columns, s->rows, err) &&
           myo_mask_fill_holes(s->mask, s->columns, s->rows, err);
}

/* Gives the pixels of the mask to the nearer of the group's structures. */
static bool assign(scratch *s, const group *g, myo_side side, uint16_t *labels, myo_error *err) {
    uint16_t value[2];
    for (int k = 0; k < 2; k++) {
        value[k] = myo_structure_get(g->structures[k])->label[side];
        for (size_t i = 0; i < s->count; i++) {
            s->core[i] = labels[i] == value[k];
        }
        if (!measure(s, s->core, k == 0 ? s->first : s->second, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < s->count; i++) {
        if (s->mask[i] && (labels[i] == 0 || s->own[i])) {
            labels[i] = s->first[i] <= s->second[i] ? value[0] : value[1];
        } else if (s->own[i]) {
            labels[i] = 0;
        }
    }
    return true;
}

/* The part of the slice that a group can reach: from and to (not included), columns and rows. */
typedef struct box {
    size_t column, row, end_column, end_row;
} box;

/* Finds what is proposed of a group (into `own`), and the part around it; false when there is none.
 */
static bool find_group(scratch *s, const group *g, myo_side side, uint16_t *labels, box *out) {
    size_t margin = (size_t)((g->outside + g->close + 3.0 * ROUND_SIGMA_MM) / s->pixel_mm) + 2;
    size_t first_column = s->columns, first_row = s->rows, last_column = 0, last_row = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t column = i % s->columns, row = i / s->columns;
        s->own[i] = labels[i] == myo_structure_get(g->structures[0])->label[side] ||
                    labels[i] == myo_structure_get(g->structures[1])->label[side];
        if (s->own[i] && is_beyond_midline(s, i, side)) {
            s->own[i] = 0;
            labels[i] = 0;
        }
        if (s->own[i]) {
            first_column = column < first_column ? column : first_column;
            last_column = column > last_column ? column : last_column;
            first_row = row < first_row ? row : first_row;
            last_row = row;
        }
    }
    *out = (box){first_column > margin ? first_column - margin : 0,
                 first_row > margin ? first_row - margin : 0,
                 last_column + margin < s->columns ? last_column + margin + 1 : s->columns,
                 last_row + margin < s->rows ? last_row + margin + 1 : s->rows};
    return first_row < s->rows;
}

/* Copies a part of the slice with its labels. */
static void cut_out(const scratch *s, const box *b, const uint16_t *labels, scratch *part,
                    uint16_t *part_labels) {
    part->has_midline = s->has_midline;
    memcpy(part->across, s->across, sizeof part->across);
    part->midline[0] = s->midline[0] - (double)b->column;
    part->midline[1] = s->midline[1] - (double)b->row;
    for (size_t r = 0; r < part->rows; r++) {
        size_t from = (b->row + r) * s->columns + b->column, to = r * part->columns;
        memcpy(part->smooth + to, s->smooth + from, part->columns * sizeof(float));
        memcpy(part->bone + to, s->bone + from, part->columns);
        memcpy(part->own + to, s->own + from, part->columns);
        memcpy(part_labels + to, labels + from, part->columns * sizeof *labels);
    }
}

/* Grows a group of one side from what is proposed of it. */
static bool refine_group(scratch *s, const group *g, myo_side side, uint16_t *labels,
                         myo_error *err) {
    box b;
    if (!find_group(s, g, side, labels, &b)) {
        return true;
    }
    scratch part;
    size_t columns = b.end_column - b.column, rows = b.end_row - b.row;
    uint16_t *part_labels = myo_alloc_array(columns * rows, sizeof *part_labels, err);
    bool done = scratch_create(&part, columns, rows, s->pixel_mm, err) && part_labels;
    if (done) {
        cut_out(s, &b, labels, &part, part_labels);
        done = grow(&part, g, part_labels, side, err) && assign(&part, g, side, part_labels, err);
    }
    for (size_t r = 0; done && r < rows; r++) {
        memcpy(labels + (b.row + r) * s->columns + b.column, part_labels + r * columns,
               columns * sizeof *labels);
    }
    scratch_clear(&part);
    free(part_labels);
    return done;
}

bool ct_refine(const myo_image *hu, const double canal[2], uint16_t *labels, myo_error *err) {
    const myo_geometry *geometry = myo_image_get_geometry(hu);
    scratch s;
    bool done = scratch_create(&s, geometry->columns, geometry->rows,
                               sqrt(myo_geometry_pixel_area_mm2(geometry)), err) &&
                read_slice(&s, hu, err);
    if (done && canal) {
        find_midline(&s, labels, canal);
    }
    for (size_t g = 0; done && g < GROUP_COUNT; g++) {
        for (int side = 0; done && side < MYO_SIDE_COUNT; side++) {
            done = refine_group(&s, &groups[g], (myo_side)side, labels, err);
        }
    }
    scratch_clear(&s);
    return done;
}
