/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The spinal canal: the soft part of an axial slice that bone surrounds. Rays from each soft voxel
 * near the middle of the bones say how much bone is around it; a path through the slices, which
 * may bend but not jump, collects as much of it as it can (dynamic programming).
 */
#include "ct/spine_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RAYS 16
#define RAY_STEPS_MAX 40
#define RAY_MM 24.0         /* beyond this, bone is not the wall of the canal */
#define SIDE_MM 60.0        /* the canal is looked for this far from the middle of the bones */
#define SOFT_LOW_HU (-150)  /* epidural fat */
#define SOFT_HIGH_HU 160    /* blood and contrast medium in the canal stay below */
#define WALL_MIN_MM 2.0     /* nearest bone: a canal is no gap between two bones, */
#define WALL_FULL_MM 5.0    /* and from here on wide enough */
#define ENCLOSED_MIN 0.5    /* share of the rays: half a ring says nothing */
#define SCORE_PAID 0.3      /* per mm: what is less enclosed is no canal */
#define BEND_COST 0.045     /* per mm to the front or back, */
#define SWAY_COST 0.12      /* and to a side: spines hardly bend that way */
#define MIRROR_MM 45.0      /* to both sides: how far bones are compared */
#define MIRROR_SPAN_MM 12.0 /* above and below: slices that count together */
#define OFF_FREE_MM 3.0     /* from the column at which bones are mirrored, */
#define OFF_COST 0.03       /* and the price of each mm beyond, per mm along */
#define ROW_SHARE_MIN 0.02  /* of the row with most bone: rows with less are not the spine's */
#define BEND_MAX 1.0        /* mm sideways per mm along */
#define BEHIND_NEAR_MM 10.0 /* from a path to one behind it, */
#define BEHIND_FAR_MM 45.0
#define FRONT_FACTOR 0.6     /* of the value of the one in front */
#define BEHIND_SHARE_MIN 0.2 /* of the slices: so much of it makes it the canal */
#define LENGTH_MIN_MM 40.0
#define CELL_MM 1.9
#define SMOOTH_SIGMA_MM 10.0
#define TANGENT_SPAN_MM 10.0

/* The part of the volume in which the canal is looked for, in cells: one voxel of every `stride`
 * each way, from the column `column` and the first row on. A canal is many voxels wide. */
typedef struct window {
    const myo_ct *ct;
    size_t column, stride, columns, rows, slices;
    double column_mm, row_mm; /* of a cell */
    float *score;             /* slices x rows x columns */
    float *best;              /* of the paths that end at each cell */
    uint8_t *back;            /* where the best path comes from; NONE: it begins here */
    bool *bone_row; /* rows near those that have bone in any slice: others hold no canal */
    double paid;    /* per mm of path */
    int reach;      /* of a step of the path, in cells */
    double ray_step_mm;
    size_t ray_steps;
    int rays[RAYS][RAY_STEPS_MAX][2]; /* offsets in columns and rows */
} window;
#define NONE 255
#define REACH_MAX 7

static size_t column_of(const window *w, size_t cell) {
    return w->column + cell * w->stride;
}

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
static double cast_rays(const window *w, const int16_t *layer, size_t column, size_t row,
                        double *nearest_mm) {
    size_t hits = 0;
    *nearest_mm = RAY_MM;
    for (int ray = 0; ray < RAYS; ray++) {
        for (size_t k = 0; k < w->ray_steps; k++) {
            const int *offset = w->rays[ray][k];
            if (is_bone(w->ct, layer, (long)column + offset[0], (long)row + offset[1])) {
                hits++;
                *nearest_mm = fmin(*nearest_mm, (double)(k + 1) * w->ray_step_mm);
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

static void prepare_rays(window *w) {
    const myo_ct *ct = w->ct;
    w->ray_step_mm = fmax(fmin(ct->column_mm, ct->row_mm), RAY_MM / RAY_STEPS_MAX);
    w->ray_steps = (size_t)(RAY_MM / w->ray_step_mm);
    for (int ray = 0; ray < RAYS; ray++) {
        double angle = 2.0 * CT_PI * ray / RAYS;
        for (size_t k = 0; k < w->ray_steps; k++) {
            double length = (double)(k + 1) * w->ray_step_mm;
            w->rays[ray][k][0] = (int)lround(length * cos(angle) / ct->column_mm);
            w->rays[ray][k][1] = (int)lround(length * sin(angle) / ct->row_mm);
        }
    }
}

/* Value of a soft voxel: 0 where bone is missing, 1 in the middle of a ring. */
static float score_of(const window *w, const int16_t *layer, size_t column, size_t row) {
    int16_t hu = layer[row * w->ct->columns + column];
    if (hu < SOFT_LOW_HU || hu > SOFT_HIGH_HU) {
        return 0.0f;
    }
    double nearest_mm, share = cast_rays(w, layer, column, row, &nearest_mm);
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
static bool find_middles(const window *w, double *middles, myo_error *err) {
    float *score = myo_alloc_array(w->slices * w->columns, sizeof *score, err);
    long span = lround(MIRROR_SPAN_MM / w->ct->slice_mm);
    bool *bone_rows = myo_alloc_array(w->ct->rows, sizeof *bone_rows, err);
    bool done = score && bone_rows;
    for (size_t s = 0; done && s < w->slices; s++) {
        const int16_t *layer = ct_layer(w->ct, s);
        find_bone_rows(w->ct, layer, bone_rows);
        for (size_t c = 0; c < w->columns; c++) {
            score[s * w->columns + c] = mirror_score(w->ct, layer, bone_rows, column_of(w, c));
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
                middles[s] = (double)column_of(w, c);
            }
        }
    }
    free(score);
    free(bone_rows);
    return done;
}

/* Rows that have much bone near the middle in some slice, and all between them. */
static bool find_rows(window *w, myo_error *err) {
    size_t *bone = myo_alloc_array(w->rows, sizeof *bone, err), first = w->rows, last = 0, most = 0;
    for (size_t s = 0; bone && s < w->slices; s++) {
        for (size_t i = 0; i < w->rows * w->columns; i++) {
            size_t row = i / w->columns;
            bone[row] += is_bone(w->ct, ct_layer(w->ct, s), (long)column_of(w, i % w->columns),
                                 (long)(row * w->stride));
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
        w->bone_row[row] = true;
    }
    free(bone);
    return bone != NULL;
}

static bool window_create(const myo_ct *ct, window *w, myo_error *err) {
    double middle = middle_column(ct), side = SIDE_MM / ct->column_mm;
    size_t first = (size_t)fmax(middle - side, 0.0);
    size_t end = (size_t)fmin(middle + side + 1.0, (double)ct->columns);
    size_t stride = (size_t)fmax(1.0, round(CELL_MM / fmax(ct->column_mm, ct->row_mm)));
    *w = (window){.ct = ct,
                  .column = first,
                  .stride = stride,
                  .columns = end > first ? (end - first + stride - 1) / stride : 1,
                  .rows = (ct->rows + stride - 1) / stride,
                  .slices = ct->slices,
                  .column_mm = ct->column_mm * (double)stride,
                  .row_mm = ct->row_mm * (double)stride};
    double reach = ceil(BEND_MAX * ct->slice_mm / fmin(w->column_mm, w->row_mm));
    w->reach = (int)fmin(fmax(reach, 1.0), REACH_MAX);
    prepare_rays(w);
    size_t size = w->columns * w->rows * w->slices;
    w->score = myo_alloc_array(size, sizeof *w->score, err);
    w->best = myo_alloc_array(size, sizeof *w->best, err);
    w->back = myo_alloc_array(size, sizeof *w->back, err);
    w->bone_row = myo_alloc_array(w->rows, sizeof *w->bone_row, err);
    if (!w->score || !w->best || !w->back || !w->bone_row || !find_rows(w, err)) {
        return false;
    }
    double *middles = myo_alloc_array(w->slices, sizeof *middles, err);
    if (!middles || !find_middles(w, middles, err)) {
        free(middles);
        return false;
    }
    for (size_t s = 0; s < w->slices; s++) {
        const int16_t *layer = ct_layer(ct, s);
        double column = middles[s];
        for (size_t i = 0; i < w->rows * w->columns; i++) {
            size_t at = column_of(w, i % w->columns);
            float score = score_of(w, layer, at, i / w->columns * w->stride);
            double off = fabs((double)at - column) * ct->column_mm - OFF_FREE_MM;
            w->score[s * w->rows * w->columns + i] =
                off > 0.0 ? score - (float)(OFF_COST * off) : score;
        }
    }
    free(middles);
    return true;
}

/* Best of the neighbours in the slice before (`from`), less the cost of the step. */
static float best_before(const window *w, const float *from, size_t column, size_t row,
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
 * ends, and its score; SIZE_MAX when there is none. */
static size_t run_paths(window *w, double *score) {
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
            if (s + 1 < w->slices && w->bone_row[i / w->columns]) {
                before = best_before(w, at + layer, i % w->columns, i / w->columns, cost, &back[i]);
            }
            at[i] = before + (float)(((double)own[i] - w->paid) * w->ct->slice_mm);
            if ((double)at[i] > best) {
                best = (double)at[i];
                end = s * layer + i;
            }
        }
    }
    *score = best;
    return end;
}

/* A path: a cell of the window in each slice, from foot to head. */
typedef struct path {
    size_t *column, *row;
    size_t slice, count; /* its lowest slice, and how many */
    double score;
} path;

/* Walks back from the end of a path. */
static void collect(const window *w, size_t end, path *out) {
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

/* The best path; of length 0 when there is none. */
static void find_path(window *w, path *out) {
    size_t end = run_paths(w, &out->score);
    out->count = 0;
    if (end != SIZE_MAX) {
        collect(w, end, out);
    }
}

/* Leaves a path and what lies behind it, as far as the canal lies behind the middle of a vertebral
 * body, and takes from the value of the path itself. */
static void prefer_behind(window *w, const path *p) {
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
static double share_behind(const window *w, const path *p, const path *other) {
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
static bool find_canal(window *w, path *out, myo_error *err) {
    path behind = {.column = myo_alloc_array(w->slices, sizeof(size_t), err),
                   .row = myo_alloc_array(w->slices, sizeof(size_t), err)};
    bool done = behind.column && behind.row;
    w->paid = SCORE_PAID;
    find_path(w, out);
    if (done && out->count > 0) {
        prefer_behind(w, out);
        w->paid = SCORE_PAID * FRONT_FACTOR;
        find_path(w, &behind);
        if (share_behind(w, out, &behind) >= BEHIND_SHARE_MIN) {
            memcpy(out->column, behind.column, behind.count * sizeof(size_t));
            memcpy(out->row, behind.row, behind.count * sizeof(size_t));
            out->slice = behind.slice;
            out->count = behind.count;
        }
    }
    free(behind.column);
    free(behind.row);
    return done;
}

/* The path at an index, by a line fitted to the points around it with Gaussian weights (W.S.
 * Cleveland, J Am Stat Assoc 74:829-836, 1979), which neither draws back at the ends nor jumps. */
static myo_vec3 smooth_at(const myo_vec3 *points, size_t count, double step_mm, double index) {
    double reach = 3.0 * SMOOTH_SIGMA_MM / step_mm, sum = 0.0, moment = 0.0, square = 0.0;
    myo_vec3 mean = {0}, slope = {0};
    long first = (long)fmax(ceil(index - reach), 0.0);
    long last = (long)fmin(floor(index + reach), (double)(count - 1));
    for (long i = first; i <= last; i++) {
        double d = ((double)i - index) * step_mm / SMOOTH_SIGMA_MM, weight = exp(-0.5 * d * d);
        sum += weight;
        moment += weight * d;
        square += weight * d * d;
        mean = ct_along(mean, weight, points[i]);
        slope = ct_along(slope, weight * d, points[i]);
    }
    double determinant = sum * square - moment * moment;
    if (!(determinant > 1e-9 * sum * sum)) {
        return points[(size_t)lround(index)];
    }
    return ct_along(ct_along((myo_vec3){0}, square / determinant, mean), -moment / determinant,
                    slope);
}

/* Frames from the points of the curve. */
static void set_frames(ct_curve *curve) {
    const size_t span = (size_t)(TANGENT_SPAN_MM / CT_CURVE_STEP_MM);
    for (size_t i = 0; i < curve->count; i++) {
        ct_curve_point *p = &curve->points[i];
        size_t a = i > span ? i - span : 0,
               b = i + span < curve->count ? i + span : curve->count - 1;
        myo_vec3 from = curve->points[a].centre, to = curve->points[b].centre;
        p->tangent = ct_unit(ct_along(to, -1.0, from));
        ct_find_frame(p->tangent, &p->left, &p->front);
        p->tilt_rad = atan2(p->tangent.y, -p->tangent.z);
    }
}

/* The path at equal steps along it. */
static bool build_curve(const myo_vec3 *points, size_t count, double step_mm, ct_curve *out,
                        myo_error *err) {
    myo_vec3 *smooth = myo_alloc_array(count, sizeof *smooth, err);
    double *length = myo_alloc_array(count, sizeof *length, err);
    bool done = smooth && length;
    for (size_t i = 0; done && i < count; i++) {
        smooth[i] = smooth_at(points, count, step_mm, (double)i);
        if (i > 0) {
            myo_vec3 d = ct_along(smooth[i], -1.0, smooth[i - 1]);
            length[i] = length[i - 1] + sqrt(myo_vec3_dot(d, d));
        }
    }
    size_t wanted = done ? (size_t)(length[count - 1] / CT_CURVE_STEP_MM) + 1 : 0;
    out->points = done ? myo_alloc_array(wanted, sizeof *out->points, err) : NULL;
    done = out->points != NULL;
    out->count = done ? wanted : 0;
    for (size_t i = 0, k = 0; i < out->count; i++) {
        double at = (double)i * CT_CURVE_STEP_MM;
        while (k + 2 < count && length[k + 1] < at) {
            k++;
        }
        double gap = length[k + 1] - length[k], share = gap > 0.0 ? (at - length[k]) / gap : 0.0;
        myo_vec3 a = smooth[k], b = smooth[k + 1];
        out->points[i].centre = ct_along(a, share, ct_along(b, -1.0, a));
    }
    if (done) {
        set_frames(out);
    }
    free(smooth);
    free(length);
    return done;
}

bool ct_canal_find(const myo_ct *ct, ct_curve *out, myo_error *err) {
    window w = {0};
    *out = (ct_curve){0};
    path p = {.column = myo_alloc_array(ct->slices, sizeof(size_t), err),
              .row = myo_alloc_array(ct->slices, sizeof(size_t), err)};
    myo_vec3 *points = myo_alloc_array(ct->slices, sizeof *points, err);
    bool done =
        p.column && p.row && points && window_create(ct, &w, err) && find_canal(&w, &p, err);
    if (done && (double)p.count * ct->slice_mm >= LENGTH_MIN_MM && p.count >= 3) {
        for (size_t i = 0; i < p.count; i++) { /* from head to foot */
            size_t k = p.count - 1 - i;
            points[i] = ct_to_patient(ct, (double)column_of(&w, p.column[k]),
                                      (double)(p.row[k] * w.stride), (double)(p.slice + k));
        }
        done = build_curve(points, p.count, ct->slice_mm, out, err);
    }
    free(points);
    free(p.column);
    free(p.row);
    free(w.score);
    free(w.best);
    free(w.back);
    free(w.bone_row);
    return done;
}

void ct_curve_clear(ct_curve *curve) {
    free(curve->points);
    *curve = (ct_curve){0};
}
