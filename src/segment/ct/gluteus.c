/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gluteus maximus, medius (and minimus, to set it apart) on an axial CT slice of the pelvis.
 *
 * The muscle around the ilium is divided where anatomy divides it: a line of fat runs from the
 * posterior end of the ilium to the lateral surface (maximus behind, medius in front), another from
 * there to the sacrum (maximus behind, piriformis in front), a third along the lateral surface of
 * the ilium (minimus inside, medius outside). Each is the way along which attenuation is least, at
 * any distance from a straight line between bones that was expected (dynamic programming over the
 * distance); where the fat cannot be seen, the expected line decides.
 */
#include "segment/ct/gluteus_private.h"

#include "base/memory.h"
#include "image/morphology.h"
#include "segment/ct/pelvis_slice_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* For an adult, mm. */
#define OPEN_MM 2.5
#define CLOSE_MM 2.5
#define BUNDLE_MM 4.0 /* half of the fat between bundles of a muscle */
/* Where the line between maximus and medius meets the lateral surface: at this share of the way
 * from the ilium's posterior end to its anterior end, by height. */
#define OUTER_SHARE_ROOF 0.20
#define OUTER_SHARE_JOINT 0.40
#define PATH_REACH_MM 18.0 /* from the expected line */
#define PIRIFORMIS_REACH_MM 12.0
#define PRIOR_WEIGHT 0.25 /* of the squared distance over the spread */
#define BEND_WEIGHT 0.12
#define SEED_MM 12.0   /* from the line between maximus and medius into both */
#define EXTEND_MM 25.0 /* the line's end is drawn on, out of the muscle */
#define OUTSIDE_COST 0.7
#define DARK_FULL_HU 60.0f /* below the muscle: so dark a pixel is surely on the line */
#define MINIMUS_MM 15.0    /* greatest depth of minimus on the ilium */
#define MINIMUS_REACH_MM 45.0
#define MINIMUS_SPREAD_MM 6.0
#define MINIMUS_SHARE 0.75 /* of the ilium's length that it covers, from the front */
#define FRONT_CUT_MM 110.0 /* the cut in front of medius goes through to the skin */
#define STEPS_MAX 160
#define OFFSETS_MAX 64

/* A way from `from` to `to`: offsets to the side at equal steps. */
typedef struct way {
    ct_point from;
    ct_point along, side; /* unit vectors; side points away from the cavity of the pelvis */
    double length, step, offset_step;
    size_t steps, offsets;
    double offset[STEPS_MAX];
} way;

static ct_point way_point(const way *w, size_t step, double offset) {
    double t = (double)step * w->step;
    return (ct_point){w->from.x + t * w->along.x + offset * w->side.x,
                      w->from.y + t * w->along.y + offset * w->side.y};
}

static double darkness_cost(const ct_pelvis_slice *p, ct_point at) {
    float hu = ct_pelvis_hu_at(p, at), muscle = p->muscle_hu;
    size_t i = ct_pelvis_pixel_at(p, at);
    if (i == p->count || !p->closed[i]) {
        return OUTSIDE_COST; /* the fat around the muscles is no line between them */
    }
    if (hu > 150.0f) {
        return 1.5; /* bone */
    }
    return (double)fminf(fmaxf((hu - (muscle - DARK_FULL_HU)) / DARK_FULL_HU, 0.0f), 1.0f);
}

static double offset_at(const way *w, size_t index) {
    return ((double)index - 0.5 * (double)(w->offsets - 1)) * w->offset_step;
}

/* Scratch of find_way(): the least cost to each offset of each step, and the offset it comes from.
 */
typedef struct costs {
    double *best;
    uint8_t *back;
} costs;

/* Cheapest way to an offset of a step from those beside it at the step before. */
static double cost_before(const way *w, const costs *c, size_t step, size_t index) {
    double least = INFINITY;
    size_t at = step * w->offsets + index, row = at - index - w->offsets;
    for (size_t q = index > 0 ? index - 1 : 0; q <= index + 1 && q < w->offsets; q++) {
        double cost = c->best[row + q] + (q != index ? BEND_WEIGHT : 0.0);
        if (cost < least) {
            least = cost;
            c->back[at] = (uint8_t)q;
        }
    }
    return least;
}

/* Reads the cheapest way off. */
static void trace_way(const costs *c, way *w) {
    size_t end = 0, row = (w->steps - 1) * w->offsets;
    for (size_t k = 1; k < w->offsets; k++) {
        end = c->best[row + k] < c->best[row + end] ? k : end;
    }
    for (size_t s = w->steps; s-- > 0;) {
        w->offset[s] = offset_at(w, end);
        end = s > 0 ? c->back[s * w->offsets + end] : end;
    }
}

/* The darkest way within `reach` of the straight line, and rather within `spread` of the expected
 * offsets (STEPS_MAX of them, one for each step; NULL: 0). The first point is free within
 * `start_reach`. */
static bool find_way(const ct_pelvis_slice *p, ct_point from, ct_point to, double reach,
                     double spread, double start_reach, const double *expected, way *w,
                     myo_error *err) {
    double dx = to.x - from.x, dy = to.y - from.y, length = fmax(hypot(dx, dy), 1e-6);
    *w = (way){.from = from, .length = length, .along = {dx / length, dy / length}};
    w->side = (ct_point){-w->along.y, w->along.x};
    w->step = fmax(1.0, length / (STEPS_MAX - 1));
    w->steps = (size_t)(length / w->step) + 1;
    w->offset_step = fmax(0.75, 2.0 * reach / (OFFSETS_MAX - 1));
    w->offsets = 2 * (size_t)(reach / w->offset_step) + 1;
    costs c = {.best = myo_alloc_array(w->steps * w->offsets, sizeof(double), err),
               .back = myo_alloc_array(w->steps * w->offsets, 1, err)};
    bool done = c.best && c.back;
    for (size_t s = 0; done && s < w->steps; s++) {
        for (size_t k = 0; k < w->offsets; k++) {
            double offset = offset_at(w, k);
            double off = (offset - (expected ? expected[s] : 0.0)) / spread;
            double start = fabs(offset) <= start_reach ? 0.0 : (double)INFINITY;
            c.best[s * w->offsets + k] = (s > 0 ? cost_before(w, &c, s, k) : start) +
                                         PRIOR_WEIGHT * off * off +
                                         darkness_cost(p, way_point(w, s, offset));
        }
    }
    if (done) {
        trace_way(&c, w);
    }
    free(c.best);
    free(c.back);
    return done;
}

/* Takes the pixels along a line out of the region. */
static void cut_line(ct_pelvis_slice *p, ct_point a, ct_point b) {
    double length = hypot(b.x - a.x, b.y - a.y), half = 0.5 * ct_pelvis_pixel_mm(p);
    int steps = (int)fmax(ceil(length / (0.25 * ct_pelvis_pixel_mm(p))), 1.0);
    for (int n = 0; n <= steps; n++) {
        double share = (double)n / steps;
        ct_point at = {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
        for (int k = 0; k < 4; k++) { /* two pixels wide, so that no corner leaks */
            ct_point near = {at.x + (k & 1 ? half : -half), at.y + (k & 2 ? half : -half)};
            size_t i = ct_pelvis_pixel_at(p, near);
            if (i < p->count) {
                p->region[i] = 0;
            }
        }
    }
}

static void cut_way(ct_pelvis_slice *p, const way *w, double extend) {
    for (size_t s = 0; s + 1 < w->steps; s++) {
        cut_line(p, way_point(w, s, w->offset[s]), way_point(w, s + 1, w->offset[s + 1]));
    }
    ct_point end = way_point(w, w->steps - 1, w->offset[w->steps - 1]);
    ct_point on = {end.x + extend * w->along.x, end.y + extend * w->along.y};
    cut_line(p, end, on);
    cut_line(p, p->back, way_point(w, 0, w->offset[0]));
}

/* Lateral-most muscle at a height. */
static bool find_surface(const ct_pelvis_slice *p, double y, ct_point *out) {
    *out = (ct_point){-INFINITY, y};
    for (size_t c = 0; c < p->columns; c++) {
        size_t row = (size_t)fmin(fmax(round(y / p->row_mm), 0.0), (double)(p->rows - 1));
        size_t i = row * p->columns + c;
        ct_point at = ct_pelvis_place(p, i);
        if (p->muscle[i] && at.x > out->x) {
            *out = at;
        }
    }
    return isfinite(out->x);
}

/* The piece of the region around a point: into p->mask. The nearest pixel of the region within
 * 12 mm counts. */
static bool take_piece(ct_pelvis_slice *p, ct_point near, bool *found, myo_error *err) {
    double best = 12.0 * p->size;
    size_t start = p->count;
    for (size_t i = 0; i < p->count; i++) {
        ct_point at = ct_pelvis_place(p, i);
        double d = hypot(at.x - near.x, at.y - near.y);
        if (p->region[i] && d < best) {
            best = d;
            start = i;
        }
    }
    *found = start < p->count;
    memcpy(p->mask, p->region, p->count);
    return !*found || myo_mask_keep_connected(p->mask, p->columns, p->rows, start, err);
}

/* Takes fat that is narrower than twice `reach_mm` into the mask, bone never. */
static bool close_fat(ct_pelvis_slice *p, double reach_mm, myo_error *err) {
    if (!ct_pelvis_resize(p, p->mask, reach_mm * p->size, err) ||
        !ct_pelvis_resize(p, p->mask, -reach_mm * p->size, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        p->mask[i] = p->mask[i] && !p->bone[i];
    }
    return true;
}

/* Makes an outline of the muscle in the piece: fat between its bundles goes in, whiskers fall off,
 * one part remains. Fat is closed first, or a bundle that fat sets apart would be a whisker; and
 * again at the end, where the whiskers were. */
static bool tidy(ct_pelvis_slice *p, myo_error *err) {
    double mm = ct_pelvis_pixel_mm(p);
    for (size_t i = 0; i < p->count; i++) {
        p->mask[i] = p->piece[i] && p->muscle[i];
    }
    if (!close_fat(p, BUNDLE_MM, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        p->mask[i] = p->mask[i] && p->piece[i];
    }
    return myo_mask_open(p->mask, p->columns, p->rows, OPEN_MM * p->size / mm, err) &&
           myo_mask_keep_largest(p->mask, p->columns, p->rows, err) &&
           close_fat(p, CLOSE_MM, err) && myo_mask_fill_holes(p->mask, p->columns, p->rows, err);
}

static void write_labels(const ct_pelvis_slice *p, myo_structure structure, uint16_t *labels) {
    uint16_t value = myo_structure_get(structure)->label[p->sign > 0.0 ? MYO_LEFT : MYO_RIGHT];
    for (size_t i = 0; i < p->count; i++) {
        if (p->mask[i] && labels[i] == 0) {
            labels[i] = value;
        }
    }
}

/* A point beside the middle of a way, well within the muscle there. */
static ct_point beside(const ct_pelvis_slice *p, const way *w, double side) {
    size_t middle = w->steps / 2;
    return way_point(w, middle, w->offset[middle] + side * SEED_MM * p->size);
}

/* Outlines the piece of the region on one side (1: behind, -1: in front) of the outer way. */
static bool outline_piece(ct_pelvis_slice *p, const way *outer, double side,
                          myo_structure structure, uint16_t *labels, double *visible,
                          myo_error *err) {
    bool found;
    if (!take_piece(p, beside(p, outer, side), &found, err) || !found) {
        return !found;
    }
    memcpy(p->piece, p->mask, p->count);
    if (!tidy(p, err)) {
        return false;
    }
    *visible = ct_pelvis_visible_share(p);
    write_labels(p, structure, labels);
    return true;
}

/* Distance from the line between the ilium's ends to its lateral surface, at a step along it. */
static double surface_height(const ct_pelvis_slice *p, const way *w, size_t step) {
    double height = 0.0;
    for (int n = -20; n <= 80; n++) {
        double d = 0.5 * n * p->size;
        size_t i = ct_pelvis_pixel_at(p, way_point(w, step, -d));
        height = i < p->count && p->bone[i] ? d : height;
    }
    return height;
}

/* Takes minimus out of the region: along the lateral surface of the ilium, from its front. */
static bool cut_minimus(ct_pelvis_slice *p, myo_error *err) {
    way w = {0};
    double expected[STEPS_MAX] = {0.0};
    if (!find_way(p, p->front, p->back, 4.0, 4.0, 4.0, NULL, &w, err)) {
        return false;
    }
    for (size_t s = 0; s < w.steps; s++) {
        double share = (double)s / (double)(w.steps - 1) / MINIMUS_SHARE;
        double depth = share < 1.0 ? MINIMUS_MM * p->size * sqrt(1.0 - share) : 0.0;
        expected[s] = -(surface_height(p, &w, s) + depth);
    }
    ct_point to = way_point(&w, (size_t)(MINIMUS_SHARE * (double)(w.steps - 1)), 0.0);
    way line = {0};
    if (!find_way(p, p->front, to, MINIMUS_REACH_MM * p->size, MINIMUS_SPREAD_MM * p->size,
                  MINIMUS_REACH_MM * p->size, expected, &line, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        ct_point at = ct_pelvis_place(p, i);
        double t = (at.x - line.from.x) * line.along.x + (at.y - line.from.y) * line.along.y;
        double d = (at.x - line.from.x) * line.side.x + (at.y - line.from.y) * line.side.y;
        if (t >= 0.0 && t < line.length && d > line.offset[(size_t)(t / line.step)]) {
            p->region[i] = 0;
        }
    }
    return true;
}

/* Cuts off what lies in front of medius and below it. */
static bool cut_around_medius(ct_pelvis_slice *p, myo_error *err) {
    /* Outward, across the ilium. */
    double dx = p->back.x - p->front.x, dy = p->back.y - p->front.y, length = hypot(dx, dy);
    ct_point out = {dy / length, -dx / length};
    ct_point edge = {p->front.x + FRONT_CUT_MM * p->size * (0.8 * out.x - 0.6 * dx / length),
                     p->front.y + FRONT_CUT_MM * p->size * (0.8 * out.y - 0.6 * dy / length)};
    cut_line(p, p->front, edge); /* sartorius and tensor fasciae latae lie in front */
    return cut_minimus(p, err);
}

static bool outline_side(ct_pelvis_slice *p, bool roof, uint16_t *labels, double visible[2],
                         myo_error *err) {
    ct_point surface = {0.0, 0.0};
    double share = roof ? OUTER_SHARE_ROOF : OUTER_SHARE_JOINT;
    bool bones;
    if (!ct_pelvis_find_bones(p, &bones, err)) {
        return false;
    }
    if (!bones || !find_surface(p, p->back.y - share * (p->back.y - p->front.y), &surface)) {
        return true;
    }
    way outer = {0}, inner = {0};
    if (!find_way(p, p->back, surface, PATH_REACH_MM * p->size, PATH_REACH_MM * p->size,
                  6.0 * p->size, NULL, &outer, err) ||
        !find_way(p, p->back, p->sacrum, PIRIFORMIS_REACH_MM * p->size,
                  PIRIFORMIS_REACH_MM * p->size, 3.0 * p->size, NULL, &inner, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) { /* thin fat may part the bundles of one muscle */
        p->region[i] = p->closed[i] && !p->bone[i];
    }
    cut_way(p, &outer, EXTEND_MM * p->size);
    cut_way(p, &inner, 0.0);
    cut_line(p, way_point(&inner, inner.steps - 1, inner.offset[inner.steps - 1]), p->sacrum);
    cut_line(p, p->sacrum, (ct_point){p->sacrum.x, p->sacrum.y + 80.0 * p->size});
    /* The other half has its own turn. */
    for (size_t i = 0; i < p->count; i++) {
        p->region[i] = p->region[i] && ct_pelvis_place(p, i).x > 0.0;
    }
    return outline_piece(p, &outer, 1.0, MYO_GLUTEUS_MAXIMUS, labels, &visible[0], err) &&
           cut_around_medius(p, err) &&
           outline_piece(p, &outer, -1.0, MYO_GLUTEUS_MEDIUS, labels, &visible[1], err);
}

bool ct_outline_gluteus(const myo_image *hu, double middle_column, bool roof, uint16_t *labels,
                        double visible[2][MYO_SIDE_COUNT], myo_error *err) {
    ct_pelvis_slice p;
    bool done = ct_pelvis_slice_create(&p, hu, middle_column, err);
    for (int side = 0; done && side < MYO_SIDE_COUNT; side++) {
        double of_side[2] = {0.0, 0.0};
        p.sign = side == MYO_LEFT ? 1.0 : -1.0;
        done = outline_side(&p, roof, labels, of_side, err);
        visible[0][side] = of_side[0];
        visible[1][side] = of_side[1];
    }
    ct_pelvis_slice_clear(&p);
    return done;
}
