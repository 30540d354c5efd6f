/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bone beside the vertebral column, in coordinates that follow its curve: how far to the side,
 * how far along, how far to the front. Values are smoothed a little, so that noise neither joins
 * pieces nor breaks thin ribs; pieces of bone that touch belong together.
 */
#include "ct/flank_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Bone after smoothing: ribs are thin, and thick slices pale them. Muscle has at most 80 HU. */
#define FLANK_BONE_HU 140.0
/* Beyond the field of view of a reconstruction pixels are padded with this or less; lung and the
 * air around the patient are not that dark. */
#define PADDING_HU (-1020.0f)
/* Where the field of view is asked for: where a rib that is long enough runs, from the plane of the
 * canal to the back. */
#define VIEW_FAR_MM 60.0
#define VIEW_BACK_MM 30.0
#define VIEW_STEPS 3
/* A piece begins beside the column when it is seen on one of the sheets nearest to it. */
#define ROOT_SHEETS 3
#define ROOT_REACH_MM 12.0 /* along: what lies further below its highest point is another root */
#define ROOT_CELLS_MIN 4

static void sample(const myo_ct *ct, const ct_curve *curve, double size, double side,
                   const ct_flank *flank, float *hu) {
    for (size_t sheet = 0; sheet < FLANK_SHEETS; sheet++) {
        double u = side * ct_flank_lateral_mm(sheet) * size;
        for (size_t at = 0; at < flank->length; at++) {
            const ct_curve_point *p = &curve->points[at];
            myo_vec3 beside = ct_along(p->centre, u, p->left);
            for (size_t deep = 0; deep < FLANK_DEPTH; deep++) {
                double v = (FLANK_STEP_MM * (double)deep - FLANK_BACK_MM) * size;
                *hu++ = myo_ct_sample(ct, ct_along(beside, v, p->front));
            }
        }
    }
}

/* Weights 1, 2, 1 along a line of values that lie `step` apart; the ends keep their own value for
 * the neighbour that is missing. */
static void smooth_line(float *line, size_t count, size_t step) {
    float before = line[0];
    for (size_t i = 0; i < count; i++) {
        float here = line[i * step], after = i + 1 < count ? line[(i + 1) * step] : here;
        line[i * step] = 0.25f * before + 0.5f * here + 0.25f * after;
        before = here;
    }
}

static void smooth(float *hu, size_t length) {
    for (size_t i = 0; i < length * FLANK_DEPTH; i++) {
        smooth_line(hu + i, FLANK_SHEETS, length * FLANK_DEPTH);
    }
    for (size_t sheet = 0; sheet < FLANK_SHEETS; sheet++) {
        float *first = hu + sheet * length * FLANK_DEPTH;
        for (size_t deep = 0; deep < FLANK_DEPTH; deep++) {
            smooth_line(first + deep, length, FLANK_DEPTH);
        }
        for (size_t at = 0; at < length; at++) {
            smooth_line(first + at * FLANK_DEPTH, FLANK_DEPTH, 1);
        }
    }
}

static bool is_seen(const myo_ct *ct, const ct_curve_point *p, double size, double side) {
    bool seen = true;
    for (int i = 0; i <= VIEW_STEPS; i++) {
        double u = FLANK_NEAR_MM + (VIEW_FAR_MM - FLANK_NEAR_MM) * i / VIEW_STEPS;
        for (int k = 0; k <= VIEW_STEPS; k++) {
            double back = VIEW_BACK_MM * k / VIEW_STEPS;
            myo_vec3 at =
                ct_along(ct_along(p->centre, side * u * size, p->left), -back * size, p->front);
            seen = seen && myo_ct_sample(ct, at) > PADDING_HU;
        }
    }
    return seen;
}

bool ct_flank_create(const myo_ct *ct, const ct_curve *curve, double size, double side,
                     ct_flank *out, myo_error *err) {
    *out = (ct_flank){.length = curve->count};
    size_t count = FLANK_SHEETS * out->length * FLANK_DEPTH;
    float *hu = myo_alloc_array(count, sizeof *hu, err);
    out->bone = myo_alloc_array(count, sizeof *out->bone, err);
    out->seen = myo_alloc_array(out->length, sizeof *out->seen, err);
    if (!hu || !out->bone || !out->seen) {
        free(hu);
        ct_flank_clear(out);
        return false;
    }
    sample(ct, curve, size, side, out, hu);
    smooth(hu, out->length);
    for (size_t i = 0; i < count; i++) {
        out->bone[i] = (double)hu[i] > FLANK_BONE_HU;
    }
    for (size_t at = 0; at < out->length; at++) {
        out->seen[at] = is_seen(ct, &curve->points[at], size, side);
    }
    free(hu);
    return true;
}

void ct_flank_clear(ct_flank *flank) {
    free(flank->bone);
    free(flank->seen);
    *flank = (ct_flank){0};
}

/* Cells of the box that wait to be looked at; `taken` marks those that a piece has. */
typedef struct search {
    const ct_flank *flank;
    uint8_t *taken;
    size_t *waiting, count;
} search;

static void take(search *s, size_t cell, ct_piece *piece) {
    size_t line = cell / FLANK_DEPTH, at = line % s->flank->length;
    ct_piece_sheet *sheet = &piece->sheets[line / s->flank->length];
    sheet->first = sheet->cells == 0 || at < sheet->first ? at : sheet->first;
    sheet->last = at > sheet->last ? at : sheet->last;
    sheet->sum_at += (double)at;
    sheet->cells++;
    s->taken[cell] = 1;
    s->waiting[s->count++] = cell;
}

/* Takes the neighbours of a cell, those at its corners, too. */
static void take_neighbours(search *s, size_t cell, ct_piece *piece) {
    const ct_flank *f = s->flank;
    long deep = (long)(cell % FLANK_DEPTH), line = (long)(cell / FLANK_DEPTH);
    long at = line % (long)f->length, sheet = line / (long)f->length;
    for (long k = 0; k < 27; k++) {
        long x = sheet + k / 9 - 1, y = at + k / 3 % 3 - 1, z = deep + k % 3 - 1;
        if (x < 0 || y < 0 || z < 0 || x >= FLANK_SHEETS || y >= (long)f->length ||
            z >= FLANK_DEPTH) {
            continue;
        }
        size_t next = ((size_t)x * f->length + (size_t)y) * FLANK_DEPTH + (size_t)z;
        if (f->bone[next] && !s->taken[next]) {
            take(s, next, piece);
        }
    }
}

/* Where the piece that holds the cells `own` begins beside the column: the middle of what its
 * nearest sheets show, of several such places the highest. */
static void find_root(const ct_flank *flank, const size_t *own, size_t count, ct_piece *piece) {
    size_t highest = SIZE_MAX, cells = 0;
    for (size_t sheet = 0; sheet < ROOT_SHEETS; sheet++) {
        if (piece->sheets[sheet].cells > 0 && piece->sheets[sheet].first < highest) {
            highest = piece->sheets[sheet].first;
        }
    }
    double sum = 0.0;
    for (size_t i = 0; highest != SIZE_MAX && i < count; i++) {
        size_t line = own[i] / FLANK_DEPTH, at = line % flank->length;
        if (line / flank->length < ROOT_SHEETS &&
            (double)(at - highest) * CT_CURVE_STEP_MM <= ROOT_REACH_MM) {
            sum += (double)at;
            cells++;
        }
    }
    piece->has_root = cells >= ROOT_CELLS_MIN;
    piece->root_at = piece->has_root ? sum / (double)cells : 0.0;
}

bool ct_flank_visit_pieces(const ct_flank *flank, ct_piece_visitor *visit, void *user,
                           myo_error *err) {
    size_t count = FLANK_SHEETS * flank->length * FLANK_DEPTH;
    search s = {.flank = flank,
                .taken = myo_alloc_array(count, sizeof *s.taken, err),
                .waiting = myo_alloc_array(count, sizeof *s.waiting, err)};
    bool done = s.taken && s.waiting;
    for (size_t cell = 0; done && cell < count; cell++) {
        if (!flank->bone[cell] || s.taken[cell]) {
            continue;
        }
        ct_piece piece = {.first = SIZE_MAX};
        s.count = 0;
        take(&s, cell, &piece);
        for (size_t i = 0; i < s.count; i++) {
            take_neighbours(&s, s.waiting[i], &piece);
        }
        for (size_t i = 0; i < FLANK_SHEETS; i++) {
            if (piece.sheets[i].cells > 0 && piece.sheets[i].first < piece.first) {
                piece.first = piece.sheets[i].first;
            }
        }
        find_root(flank, s.waiting, s.count, &piece);
        visit(&piece, user);
    }
    free(s.taken);
    free(s.waiting);
    return done;
}
