/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canal by its walls: the soft part of an axial slice that bone surrounds. Rays from each soft
 * voxel near the middle of the bones say how much bone is around it.
 */
#include "ct/canal_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define RAYS 16
#define RAY_STEPS_MAX 40
#define RAY_MM 24.0         /* beyond this, bone is not the wall of the canal */
#define SOFT_LOW_HU (-150)  /* epidural fat */
#define SOFT_HIGH_HU 160    /* blood and contrast medium in the canal stay below */
#define WALL_MIN_MM 2.0     /* nearest bone: a canal is no gap between two bones, */
#define WALL_FULL_MM 5.0    /* and from here on wide enough */
#define ENCLOSED_MIN 0.5    /* share of the rays: half a ring says nothing */
#define SCORE_PAID 0.3      /* per mm: what is less enclosed is no canal */
#define MIRROR_MM 45.0      /* to both sides: how far bones are compared */
#define MIRROR_SPAN_MM 12.0 /* above and below: slices that count together */
#define OFF_FREE_MM 3.0     /* from the column at which bones are mirrored, */
#define OFF_COST 0.03       /* and the price of each mm beyond, per mm along */
#define ROW_SHARE_MIN 0.02  /* of the row with most bone: rows with less are not the spine's */
#define BEHIND_NEAR_MM 10.0 /* from a path to one behind it, */
#define BEHIND_FAR_MM 45.0
#define FRONT_FACTOR 0.6     /* of the value of the one in front */
#define BEHIND_SHARE_MIN 0.2 /* of the slices: so much of it makes it the canal */

/* Offsets of the rays' voxels in columns and rows. */
typedef struct rays {
    double step_mm;
    size_t steps;
    int offsets[RAYS][RAY_STEPS_MAX][2];
} rays;

static bool is_bone(const myo_ct *ct, const int16_t *layer, long column, long row) {
    return column >= 0 && row >= 0 && column < (long)ct->columns && row < (long)ct->rows &&
           layer[(size_t)row * ct->columns + (size_t)column] > CT_BONE_HU;
}

/* Middle of all bone, across; in columns. Without bone that of the volume. */
static double middle_column(const myo_ct *ct) {
    double sum = 0.0, weighted = 0.0;
    for (size_t i = 0; i < ct->slices * ct->rows * ct->columns; i++) {
        if (ct->hu[i] > CT_BONE_HU) {
            sum += 1.0;
            weighted += (double)(i % ct->columns);
        }
    }
    return sum > 0.0 ? weighted / sum : 0.5 * (double)ct->columns;
}

/* Distance of each ray to bone, in mm, at most RAY_MM; returns the share that meets bone. */
static double cast_rays(const myo_ct *ct, const rays *r, const int16_t *layer, size_t column,
                        size_t row, double *nearest_mm) {
    size_t hits = 0;
    *nearest_mm = RAY_MM;
    for (int ray = 0; ray < RAYS; ray++) {
        for (size_t k = 0; k < r->steps; k++) {
            const int *offset = r->offsets[ray][k];
            if (is_bone(ct, layer, (long)column + offset[0], (long)row + offset[1])) {
                hits++;
                *nearest_mm = fmin(*nearest_mm, (double)(k + 1) * r->step_mm);
                break;
            }
        }
        /* Half a ring cannot be reached any more. */
        if (hits + (size_t)(RAYS - 1 - ray) <= (size_t)(ENCLOSED_MIN * RAYS)) {
            return 0.0;
        }
    }
    return (double)hits / RAYS;
}

static void prepare_rays(const myo_ct *ct, rays *out) {
    out->step_mm = fmax(fmin(ct->column_mm, ct->row_mm), RAY_MM / RAY_STEPS_MAX);
    out->steps = (size_t)(RAY_MM / out->step_mm);
    for (int ray = 0; ray < RAYS; ray++) {
        double angle = 2.0 * CT_PI * ray / RAYS;
        for (size_t k = 0; k < out->steps; k++) {
            double length = (double)(k + 1) * out->step_mm;
            out->offsets[ray][k][0] = (int)lround(length * cos(angle) / ct->column_mm);
            out->offsets[ray][k][1] = (int)lround(length * sin(angle) / ct->row_mm);
        }
    }
}

/* Value of a soft voxel: 0 where bone is missing, 1 in the middle of a ring. */
static float score_of(const myo_ct *ct, const rays *r, const int16_t *layer, size_t column,
                      size_t row) {
    int16_t hu = layer[row * ct->columns + column];
    if (hu < SOFT_LOW_HU || hu > SOFT_HIGH_HU) {
        return 0.0f;
    }
    double nearest_mm, share = cast_rays(ct, r, layer, column, row, &nearest_mm);
    if (share <= ENCLOSED_MIN || nearest_mm < WALL_MIN_MM) {
        return 0.0f;
    }
    return (float)((share - ENCLOSED_MIN) / (1.0 - ENCLOSED_MIN) *
                   fmin(nearest_mm / WALL_FULL_MM, 1.0));
}

static void find_bone_rows(const myo_ct *ct, const int16_t *layer, bool *bone_rows) {
    for (size_t row = 0; row < ct->rows; row++) {
        bone_rows[row] = false;
        for (size_t c = 0; c < ct->columns && !bone_rows[row]; c++) {
            bone_rows[row] = layer[row * ct->columns + c] > CT_BONE_HU;
        }
    }
}

/* How well a layer's bones are mirrored at a column: twins less half of what has none, in mm2. */
static float mirror_score(const myo_ct *ct, const int16_t *layer, const bool *bone_rows,
                          size_t column) {
    long reach = lround(MIRROR_MM / ct->column_mm), twins = 0, singles = 0;
    for (size_t row = 0; row < ct->rows; row++) {
        for (long d = 1; d <= reach && bone_rows[row]; d++) {
            int sides = is_bone(ct, layer, (long)column - d, (long)row) +
                        is_bone(ct, layer, (long)column + d, (long)row);
            twins += sides == 2;
            singles += sides == 1;
        }
    }
    return (float)(((double)twins - 0.5 * (double)singles) * ct->column_mm * ct->row_mm);
}

/* The column at which the bones of each slice, and of those around it, are mirrored best. */
static bool find_middles(const canal_window *w, double *middles, myo_error *err) {
    float *score = myo_alloc_array(w->slices * w->columns, sizeof *score, err);
    long span = lround(MIRROR_SPAN_MM / w->ct->slice_mm);
    bool *bone_rows = myo_alloc_array(w->ct->rows, sizeof *bone_rows, err);
    bool done = score && bone_rows;
    for (size_t s = 0; done && s < w->slices; s++) {
        const int16_t *layer = ct_layer(w->ct, s);
        find_bone_rows(w->ct, layer, bone_rows);
        for (size_t c = 0; c < w->columns; c++) {
            score[s * w->columns + c] =
                mirror_score(w->ct, layer, bone_rows, canal_column_of(w, c));
        }
    }
    for (size_t s = 0; done && s < w->slices; s++) {
        float best = -INFINITY;
        for (size_t c = 0; c < w->columns; c++) {
            float sum = 0.0f;
            for (long k = (long)s - span; k <= (long)s + span; k++) {
                sum += k >= 0 && k < (long)w->slices ? score[(size_t)k * w->columns + c] : 0.0f;
            }
            if (sum > best) {
                best = sum;
                middles[s] = (double)canal_column_of(w, c);
            }
        }
    }
    free(score);
    free(bone_rows);
    return done;
}

/* Rows that have much bone near the middle in some slice, and all between them. */
static bool find_rows(canal_window *w, myo_error *err) {
    size_t *bone = myo_alloc_array(w->rows, sizeof *bone, err), first = w->rows, last = 0, most = 0;
    for (size_t s = 0; bone && s < w->slices; s++) {
        for (size_t i = 0; i < w->rows * w->columns; i++) {
            size_t row = i / w->columns;
            bone[row] += is_bone(w->ct, ct_layer(w->ct, s),
                                 (long)canal_column_of(w, i % w->columns), (long)(row * w->stride));
        }
    }
    for (size_t row = 0; bone && row < w->rows; row++) {
        most = bone[row] > most ? bone[row] : most;
    }
    for (size_t row = 0; bone && row < w->rows; row++) {
        if (bone[row] > 0 && (double)bone[row] >= ROW_SHARE_MIN * (double)most) {
            first = row < first ? row : first;
            last = row;
        }
    }
    for (size_t row = first; bone && row <= last && row < w->rows; row++) {
        w->open_row[row] = true;
    }
    free(bone);
    return bone != NULL;
}

bool canal_score_rings(canal_window *w, const bool *known, myo_error *err) {
    double *middles = myo_alloc_array(w->slices, sizeof *middles, err);
    rays *r = myo_alloc_array(1, sizeof *r, err);
    bool done = middles && r && find_rows(w, err) && find_middles(w, middles, err);
    if (done) {
        prepare_rays(w->ct, r);
    }
    for (size_t s = 0; done && s < w->slices; s++) {
        const int16_t *layer = ct_layer(w->ct, s);
        for (size_t i = 0; !(known && known[s]) && i < w->rows * w->columns; i++) {
            size_t at = canal_column_of(w, i % w->columns);
            float score = score_of(w->ct, r, layer, at, i / w->columns * w->stride);
            double off = fabs((double)at - middles[s]) * w->ct->column_mm - OFF_FREE_MM;
            w->score[s * w->rows * w->columns + i] =
                off > 0.0 ? score - (float)(OFF_COST * off) : score;
        }
    }
    free(middles);
    free(r);
    return done;
}

/* Leaves a path and what lies behind it, as far as the canal lies behind the middle of a vertebral
 * body, and takes from the value of the path itself. */
static void prefer_behind(canal_window *w, const canal_path *p) {
    long near = lround(BEHIND_NEAR_MM / w->row_mm), far = lround(BEHIND_FAR_MM / w->row_mm);
    for (size_t s = 0; s < w->slices; s++) {
        size_t k = s < p->slice ? 0 : s - p->slice < p->count ? s - p->slice : p->count - 1;
        for (size_t i = 0; i < w->rows * w->columns; i++) {
            long behind = (long)(i / w->columns) - (long)p->row[k];
            float *score = &w->score[s * w->rows * w->columns + i];
            if (behind < -near || behind > far) {
                *score = 0.0f;
            } else if (behind < near) {
                *score *= (float)FRONT_FACTOR;
            }
        }
    }
}

/* Share of the slices of `p` in which another path lies well behind it. */
static double share_behind(const canal_window *w, const canal_path *p, const canal_path *other) {
    size_t behind = 0;
    for (size_t k = 0; k < p->count; k++) {
        size_t slice = p->slice + k;
        if (slice >= other->slice && slice - other->slice < other->count) {
            double rows = (double)other->row[slice - other->slice] - (double)p->row[k];
            behind += rows * w->row_mm > BEHIND_NEAR_MM;
        }
    }
    return (double)behind / (double)p->count;
}

/* The hollow of an osteoporotic vertebral body is surrounded by bone as well. There the canal shows
 * itself by another path behind it; behind the canal there is none. */
bool canal_find_by_rings(const myo_ct *ct, canal_window *w, canal_path *out, myo_error *err) {
    canal_path behind = {0};
    bool done = canal_window_create(ct, middle_column(ct), w, err) &&
                canal_path_create(w, out, err) && canal_path_create(w, &behind, err) &&
                canal_score_rings(w, NULL, err);
    if (done) {
        canal_find_path(w, SCORE_PAID, out);
    }
    if (done && out->count > 0) {
        prefer_behind(w, out);
        canal_find_path(w, SCORE_PAID * FRONT_FACTOR, &behind);
        if (share_behind(w, out, &behind) >= BEHIND_SHARE_MIN) {
            canal_path front = *out;
            *out = behind;
            behind = front;
        }
    }
    canal_path_clear(&behind);
    return done;
}
