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
#include "image/filter.h"
#include "image/morphology.h"
#include "segment/ct/refine_private.h"
#include "segment/ct/t2_like_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* For an adult, mm. */
#define HALF_PELVIS_MM 118.0 /* from the midline to the lateral end of the bones */
#define SIZE_MIN 0.5
#define SIZE_MAX_FACTOR 1.3
#define ILIUM_LATERAL_MM 45.0 /* from the midline: bone that is surely ilium */
#define LENGTH_MIN_MM 20.0    /* of an ilium, from front to back */
#define JOINED_MM 45.0 /* where the ilium reaches so near to the midline it meets the sacrum, */
#define BACK_LATERAL_MM 32.0 /* and ends at least so far from it; */
#define BACK_LATERAL_MAX_MM 95.0
#define JOINT_SLOPE 1.3       /* of the direction in which the ilium ends there */
#define SACRUM_INSIDE_MM 20.0 /* from the posterior end of the ilium to where maximus begins */
#define CORTEX_GAP_MM 1.5     /* half of a gap that is closed */
#define SKIN_MM 4.0
#define SMOOTH_SIGMA_MM 0.9
/* Noisier slices are smoothed more. */
#define NOISE_USUAL_HU 14.0
#define NOISE_MAX 2.5
#define NOISE_LOW_HU (-50.0f)
#define NOISE_HIGH_HU 160.0f
#define OPEN_MM 2.5
#define CLOSE_MM 2.5
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
#define LINE_MM 4.0    /* lines of fat between muscles are thinner than twice this */
#define OUTSIDE_COST 0.7
#define DARK_FULL_HU 60.0f /* below the muscle: so dark a pixel is surely on the line */
#define MINIMUS_MM 15.0    /* greatest depth of minimus on the ilium */
#define MINIMUS_REACH_MM 45.0
#define MINIMUS_SPREAD_MM 6.0
#define MINIMUS_SHARE 0.75 /* of the ilium's length that it covers, from the front */
#define FRONT_CUT_MM 110.0 /* the cut in front of medius goes through to the skin */
#define SHOWN_REACH_MM 3.0 /* so near to a border lies what it follows, */
#define SHOWN_HU 25.0f     /* and is so much darker than muscle, or bone */
#define STEPS_MAX 160
#define OFFSETS_MAX 64

typedef struct point {
    double x, y; /* mm: from the midline to the side that is worked on, and to the back */
} point;

typedef struct pelvis {
    size_t columns, rows, count;
    double column_mm, row_mm, middle, sign, size; /* middle: column of the midline */
    float *smooth;
    uint8_t *body, *bone, *muscle, *closed, *mask, *region; /* closed: muscle and thin fat */
    float *distance;
    float muscle_hu;
    point front, back, sacrum; /* ends of the ilium; where maximus begins at the sacrum */
} pelvis;

static point place(const pelvis *p, size_t i) {
    return (point){p->sign * ((double)(i % p->columns) - p->middle) * p->column_mm,
                   (double)(i / p->columns) * p->row_mm};
}

/* Pixel at a point; count when it lies outside. */
static size_t pixel_at(const pelvis *p, point at) {
    long c = lround(p->middle + p->sign * at.x / p->column_mm), r = lround(at.y / p->row_mm);
    bool inside = c >= 0 && r >= 0 && c < (long)p->columns && r < (long)p->rows;
    return inside ? (size_t)r * p->columns + (size_t)c : p->count;
}

static float hu_at(const pelvis *p, point at) {
    myo_grid grid = {p->smooth, p->columns, p->rows};
    return myo_grid_sample(&grid, p->middle + p->sign * at.x / p->column_mm, at.y / p->row_mm);
}

static double pixel_mm(const pelvis *p) {
    return sqrt(p->column_mm * p->row_mm);
}

static void pelvis_clear(pelvis *p) {
    free(p->smooth);
    free(p->body);
    free(p->bone);
    free(p->muscle);
    free(p->closed);
    free(p->mask);
    free(p->region);
    free(p->distance);
}

static int by_value(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return a < b ? -1 : a > b;
}

/* Attenuation of this patient's muscle: the median of what lies in its window. */
static float find_muscle_hu(const pelvis *p) {
    size_t found = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->body[i] && p->smooth[i] > 0.0f && p->smooth[i] < 120.0f) {
            p->distance[found++] = p->smooth[i];
        }
    }
    qsort(p->distance, found, sizeof *p->distance, by_value);
    return found > 0 ? p->distance[found / 2] : 50.0f;
}

/* Sets `mask` to what lies within `grow` mm of it (less than 0: shrinks it). */
static bool resize(pelvis *p, uint8_t *mask, double grow, myo_error *err) {
    if (!myo_mask_signed_distance(mask, p->columns, p->rows, 1e6f, p->distance, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        mask[i] = (double)p->distance[i] * pixel_mm(p) <= grow;
    }
    return true;
}

/* Noise of the slice: of the differences between neighbouring pixels of soft tissue the median,
 * which is 0.95 standard deviations of the noise when it is independent. */
static double find_noise_hu(const pelvis *p) {
    size_t found = 0;
    for (size_t i = 0; i + 1 < p->count; i++) {
        float a = p->smooth[i], b = p->smooth[i + 1];
        if (p->body[i] && a > NOISE_LOW_HU && a < NOISE_HIGH_HU && b > NOISE_LOW_HU &&
            b < NOISE_HIGH_HU) {
            p->distance[found++] = fabsf(a - b);
        }
    }
    qsort(p->distance, found, sizeof *p->distance, by_value);
    return found > 0 ? (double)p->distance[found / 2] / 0.954 : 0.0;
}

static bool pelvis_create(pelvis *p, const myo_image *hu, double middle, double size,
                          myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    *p = (pelvis){.columns = g->columns,
                  .rows = g->rows,
                  .count = g->columns * g->rows,
                  .column_mm = g->column_spacing_mm,
                  .row_mm = g->row_spacing_mm,
                  .middle = middle,
                  .sign = 1.0,
                  .size = size};
    p->smooth = myo_alloc_array(p->count, sizeof(float), err);
    p->distance = myo_alloc_array(p->count, sizeof(float), err);
    p->body = myo_alloc_array(p->count, 1, err);
    p->bone = myo_alloc_array(p->count, 1, err);
    p->muscle = myo_alloc_array(p->count, 1, err);
    p->closed = myo_alloc_array(p->count, 1, err);
    p->mask = myo_alloc_array(p->count, 1, err);
    p->region = myo_alloc_array(p->count, 1, err);
    if (!p->smooth || !p->distance || !p->body || !p->bone || !p->muscle || !p->closed ||
        !p->mask || !p->region || !ct_find_body(hu, p->body, err)) {
        return false;
    }
    memcpy(p->smooth, myo_image_get_const_pixels(hu), p->count * sizeof(float));
    myo_grid grid = {p->smooth, p->columns, p->rows};
    double sigma_mm =
        SMOOTH_SIGMA_MM * fmin(fmax(find_noise_hu(p) / NOISE_USUAL_HU, 1.0), NOISE_MAX);
    myo_filter_gaussian(&grid, sigma_mm / p->column_mm, sigma_mm / p->row_mm, &grid, p->distance);
    p->muscle_hu = find_muscle_hu(p);
    for (size_t i = 0; i < p->count; i++) {
        p->bone[i] = p->smooth[i] > CT_BONE_LOW_HU && p->body[i];
    }
    /* A thin cortex may have gaps, and marrow is bone. */
    if (!resize(p, p->bone, CORTEX_GAP_MM, err) ||
        !myo_mask_fill_holes(p->bone, p->columns, p->rows, err) ||
        !resize(p, p->bone, -CORTEX_GAP_MM, err) ||
        !myo_mask_signed_distance(p->body, p->columns, p->rows, 1e6f, p->distance, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        p->muscle[i] = p->smooth[i] >= CT_MUSCLE_LOW_HU && p->smooth[i] <= CT_MUSCLE_HIGH_HU &&
                       !p->bone[i] && (double)p->distance[i] * pixel_mm(p) < -SKIN_MM;
        p->closed[i] = p->muscle[i] || p->bone[i];
    }
    return resize(p, p->closed, LINE_MM, err) && resize(p, p->closed, -LINE_MM, err);
}

/* The ends of the ilium, and the sacrum's edge, of the side that is worked on. */
static bool find_bones(pelvis *p, bool *found, myo_error *err) {
    double front = INFINITY, back = -INFINITY, sacrum = -INFINITY;
    size_t start = p->count;
    *found = false;
    for (size_t i = 0; i < p->count; i++) {
        p->mask[i] = p->bone[i] && place(p, i).x > ILIUM_LATERAL_MM * p->size;
    }
    if (!myo_mask_keep_largest(p->mask, p->columns, p->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        point at = place(p, i);
        if (p->mask[i] && at.y < front) {
            front = at.y;
            p->front = at;
            start = i;
        }
    }
    memcpy(p->mask, p->bone, p->count);
    if (start == p->count || !myo_mask_keep_connected(p->mask, p->columns, p->rows, start, err)) {
        return start == p->count;
    }
    /* At the joint the sacrum is one with the ilium and goes on behind it: the ilium ends where it
     * is met from behind and outside. */
    bool joined = false;
    for (size_t i = 0; i < p->count; i++) {
        joined = joined || (p->mask[i] && fabs(place(p, i).x) < JOINED_MM * p->size);
    }
    for (size_t i = 0; i < p->count; i++) {
        point at = place(p, i);
        double behind = joined ? at.y + JOINT_SLOPE * at.x : at.y;
        bool ilium = p->mask[i] && at.x > (joined ? BACK_LATERAL_MM * p->size : 0.0) &&
                     at.x < BACK_LATERAL_MAX_MM * p->size;
        if (ilium && behind > back) {
            back = behind;
            p->back = at;
        }
    }
    if (!isfinite(back) || p->back.y - front < LENGTH_MIN_MM * p->size) {
        return true;
    }
    *found = true;
    /* The sacrum: the lateral edge of the bone near the midline, as far as it lies apart. */
    double edge = fmax(p->back.x - SACRUM_INSIDE_MM * p->size, 10.0 * p->size);
    p->sacrum = (point){edge, p->back.y};
    for (size_t i = 0; i < p->count; i++) {
        point at = place(p, i);
        if (p->bone[i] && at.x >= 0.0 && at.x <= edge && at.y > p->back.y - 25.0 * p->size) {
            double value = at.x + 0.3 * at.y;
            if (value > sacrum) {
                sacrum = value;
                p->sacrum = at;
            }
        }
    }
    return true;
}

/* A way from `from` to `to`: offsets to the side at equal steps. */
typedef struct way {
    point from, along, side; /* unit vectors; side points away from the cavity of the pelvis */
    double length, step, offset_step;
    size_t steps, offsets;
    double offset[STEPS_MAX];
} way;

static point way_point(const way *w, size_t step, double offset) {
    double t = (double)step * w->step;
    return (point){w->from.x + t * w->along.x + offset * w->side.x,
                   w->from.y + t * w->along.y + offset * w->side.y};
}

static double darkness_cost(const pelvis *p, point at) {
    float hu = hu_at(p, at), muscle = p->muscle_hu;
    size_t i = pixel_at(p, at);
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
static bool find_way(const pelvis *p, point from, point to, double reach, double spread,
                     double start_reach, const double *expected, way *w, myo_error *err) {
    double dx = to.x - from.x, dy = to.y - from.y, length = fmax(hypot(dx, dy), 1e-6);
    *w = (way){.from = from, .length = length, .along = {dx / length, dy / length}};
    w->side = (point){-w->along.y, w->along.x};
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
static void cut_line(pelvis *p, point a, point b) {
    double length = hypot(b.x - a.x, b.y - a.y), half = 0.5 * pixel_mm(p);
    int steps = (int)fmax(ceil(length / (0.25 * pixel_mm(p))), 1.0);
    for (int n = 0; n <= steps; n++) {
        double share = (double)n / steps;
        point at = {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
        for (int k = 0; k < 4; k++) { /* two pixels wide, so that no corner leaks */
            point near = {at.x + (k & 1 ? half : -half), at.y + (k & 2 ? half : -half)};
            size_t i = pixel_at(p, near);
            if (i < p->count) {
                p->region[i] = 0;
            }
        }
    }
}

static void cut_way(pelvis *p, const way *w, double extend) {
    for (size_t s = 0; s + 1 < w->steps; s++) {
        cut_line(p, way_point(w, s, w->offset[s]), way_point(w, s + 1, w->offset[s + 1]));
    }
    point end = way_point(w, w->steps - 1, w->offset[w->steps - 1]);
    point on = {end.x + extend * w->along.x, end.y + extend * w->along.y};
    cut_line(p, end, on);
    cut_line(p, p->back, way_point(w, 0, w->offset[0]));
}

/* Lateral-most muscle at a height. */
static bool find_surface(const pelvis *p, double y, point *out) {
    *out = (point){-INFINITY, y};
    for (size_t c = 0; c < p->columns; c++) {
        size_t row = (size_t)fmin(fmax(round(y / p->row_mm), 0.0), (double)(p->rows - 1));
        size_t i = row * p->columns + c;
        point at = place(p, i);
        if (p->muscle[i] && at.x > out->x) {
            *out = at;
        }
    }
    return isfinite(out->x);
}

/* The piece of the region around a point: into p->mask. The nearest pixel of the region within
 * 12 mm counts. */
static bool take_piece(pelvis *p, point near, bool *found, myo_error *err) {
    double best = 12.0 * p->size;
    size_t start = p->count;
    for (size_t i = 0; i < p->count; i++) {
        point at = place(p, i);
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

/* Makes an outline of the mask: fat within goes in, whiskers fall off, one piece remains. */
static bool tidy(pelvis *p, myo_error *err) {
    double mm = pixel_mm(p);
    if (!myo_mask_open(p->mask, p->columns, p->rows, OPEN_MM * p->size / mm, err) ||
        !myo_mask_keep_largest(p->mask, p->columns, p->rows, err)) {
        return false;
    }
    if (!resize(p, p->mask, CLOSE_MM * p->size, err) ||
        !resize(p, p->mask, -CLOSE_MM * p->size, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        p->mask[i] = p->mask[i] && !p->bone[i];
    }
    return myo_mask_fill_holes(p->mask, p->columns, p->rows, err);
}

/* True when the image shows why an outline ends at pixel (c, r) of its border: bone or what is
 * darker than muscle lies near, outside of it. */
static bool is_shown(const pelvis *p, size_t c, size_t r) {
    long reach_c = lround(SHOWN_REACH_MM * p->size / p->column_mm);
    long reach_r = lround(SHOWN_REACH_MM * p->size / p->row_mm);
    for (long y = (long)r - reach_r; y <= (long)r + reach_r; y++) {
        for (long x = (long)c - reach_c; x <= (long)c + reach_c; x++) {
            if (x < 0 || y < 0 || x >= (long)p->columns || y >= (long)p->rows) {
                continue;
            }
            size_t i = (size_t)y * p->columns + (size_t)x;
            if (!p->mask[i] && (p->bone[i] || p->smooth[i] < p->muscle_hu - SHOWN_HU)) {
                return true;
            }
        }
    }
    return false;
}

/* The share of the mask's border that the image shows; the rest is where it was expected. */
static double visible_share(const pelvis *p) {
    size_t border = 0, shown = 0;
    for (size_t r = 1; r + 1 < p->rows; r++) {
        for (size_t c = 1; c + 1 < p->columns; c++) {
            const uint8_t *at = p->mask + r * p->columns + c;
            if (*at && !(at[-1] && at[1] && *(at - p->columns) && at[p->columns])) {
                border++;
                shown += is_shown(p, c, r);
            }
        }
    }
    return border > 0 ? (double)shown / (double)border : 0.0;
}

static void write_labels(const pelvis *p, myo_structure structure, uint16_t *labels) {
    uint16_t value = myo_structure_get(structure)->label[p->sign > 0.0 ? MYO_LEFT : MYO_RIGHT];
    for (size_t i = 0; i < p->count; i++) {
        if (p->mask[i] && labels[i] == 0) {
            labels[i] = value;
        }
    }
}

/* A point beside the middle of a way, well within the muscle there. */
static point beside(const pelvis *p, const way *w, double side) {
    size_t middle = w->steps / 2;
    return way_point(w, middle, w->offset[middle] + side * SEED_MM * p->size);
}

/* Maximus: behind the lines from the ilium's posterior end to the surface and to the sacrum. */
static bool outline_maximus(pelvis *p, const way *outer, uint16_t *labels, double *visible,
                            myo_error *err) {
    bool found;
    if (!take_piece(p, beside(p, outer, 1.0), &found, err) || !found) {
        return !found;
    }
    if (!tidy(p, err)) {
        return false;
    }
    *visible = visible_share(p);
    write_labels(p, MYO_GLUTEUS_MAXIMUS, labels);
    return true;
}

/* Distance from the line between the ilium's ends to its lateral surface, at a step along it. */
static double surface_height(const pelvis *p, const way *w, size_t step) {
    double height = 0.0;
    for (int n = -20; n <= 80; n++) {
        double d = 0.5 * n * p->size;
        size_t i = pixel_at(p, way_point(w, step, -d));
        height = i < p->count && p->bone[i] ? d : height;
    }
    return height;
}

/* Takes minimus out of the region: along the lateral surface of the ilium, from its front. */
static bool cut_minimus(pelvis *p, myo_error *err) {
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
    point to = way_point(&w, (size_t)(MINIMUS_SHARE * (double)(w.steps - 1)), 0.0);
    way line = {0};
    if (!find_way(p, p->front, to, MINIMUS_REACH_MM * p->size, MINIMUS_SPREAD_MM * p->size,
                  MINIMUS_REACH_MM * p->size, expected, &line, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        point at = place(p, i);
        double t = (at.x - line.from.x) * line.along.x + (at.y - line.from.y) * line.along.y;
        double d = (at.x - line.from.x) * line.side.x + (at.y - line.from.y) * line.side.y;
        if (t >= 0.0 && t < line.length && d > line.offset[(size_t)(t / line.step)]) {
            p->region[i] = 0;
        }
    }
    return true;
}

static bool outline_medius(pelvis *p, const way *outer, uint16_t *labels, double *visible,
                           myo_error *err) {
    bool found;
    /* Outward, across the ilium. */
    double dx = p->back.x - p->front.x, dy = p->back.y - p->front.y, length = hypot(dx, dy);
    point out = {dy / length, -dx / length};
    point edge = {p->front.x + FRONT_CUT_MM * p->size * (0.8 * out.x - 0.6 * dx / length),
                  p->front.y + FRONT_CUT_MM * p->size * (0.8 * out.y - 0.6 * dy / length)};
    cut_line(p, p->front, edge); /* sartorius and tensor fasciae latae lie in front */
    if (!cut_minimus(p, err)) {
        return false;
    }
    if (!take_piece(p, beside(p, outer, -1.0), &found, err) || !found) {
        return !found;
    }
    if (!tidy(p, err)) {
        return false;
    }
    *visible = visible_share(p);
    write_labels(p, MYO_GLUTEUS_MEDIUS, labels);
    return true;
}

static bool outline_side(pelvis *p, bool roof, uint16_t *labels, double visible[2],
                         myo_error *err) {
    point surface = {0.0, 0.0};
    double share = roof ? OUTER_SHARE_ROOF : OUTER_SHARE_JOINT;
    bool bones;
    if (!find_bones(p, &bones, err)) {
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
    memcpy(p->region, p->muscle, p->count);
    cut_way(p, &outer, EXTEND_MM * p->size);
    cut_way(p, &inner, 0.0);
    cut_line(p, way_point(&inner, inner.steps - 1, inner.offset[inner.steps - 1]), p->sacrum);
    cut_line(p, p->sacrum, (point){p->sacrum.x, p->sacrum.y + 80.0 * p->size});
    /* The other half has its own turn. */
    for (size_t i = 0; i < p->count; i++) {
        p->region[i] = p->region[i] && place(p, i).x > 0.0;
    }
    return outline_maximus(p, &outer, labels, &visible[0], err) &&
           outline_medius(p, &outer, labels, &visible[1], err);
}

/* Pelves differ in width, and not always as spines do: the size is that of the bones on the slice.
 */
static double find_size(const pelvis *p) {
    double widest[MYO_SIDE_COUNT] = {0.0, 0.0};
    for (size_t i = 0; i < p->count; i++) {
        double x = place(p, i).x;
        if (p->bone[i]) {
            widest[MYO_LEFT] = fmax(widest[MYO_LEFT], x);
            widest[MYO_RIGHT] = fmax(widest[MYO_RIGHT], -x);
        }
    }
    double half = 0.5 * (widest[MYO_LEFT] + widest[MYO_RIGHT]);
    return fmin(fmax(half / HALF_PELVIS_MM, SIZE_MIN), SIZE_MAX_FACTOR);
}

bool ct_outline_gluteus(const myo_image *hu, double middle_column, double size, bool roof,
                        uint16_t *labels, double visible[2][MYO_SIDE_COUNT], myo_error *err) {
    pelvis p;
    bool done = pelvis_create(&p, hu, middle_column, size, err);
    if (done) {
        p.size = find_size(&p);
    }
    for (int side = 0; done && side < MYO_SIDE_COUNT; side++) {
        double of_side[2] = {0.0, 0.0};
        p.sign = side == MYO_LEFT ? 1.0 : -1.0;
        done = outline_side(&p, roof, labels, of_side, err);
        visible[0][side] = of_side[0];
        visible[1][side] = of_side[1];
    }
    pelvis_clear(&p);
    return done;
}
