/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Growing psoas major to the fat that bounds it.
 *
 * The place of psoas varies more than the prior knows: at the lower levels it lies beside, before,
 * or far lateral of the vertebra. But it is dark, even, round, and wrapped in fat, so its threshold
 * and its boundary can be seen. From what was found, the region takes in everything that has its
 * grey level, is connected by more than a thin bridge, and lies within reach of the shape. The
 * result must look like a psoas: hardly larger than twice the start, nearly convex, and bounded by
 * fat or by other structures nearly all round. Several reaches and bridge widths are tried; the
 * largest region that passes is taken, and where none passes the start is kept.
 */
#include "segment/region/region_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define START_MIN_MM2 150.0 /* less is no region to learn a grey level from */
#define DARK_SPREAD 3.5     /* accepted grey levels, in robust standard deviations */
#define BRIGHT_SPREAD 3.0
#define SPREAD_MIN 0.05    /* of the frame's contrast */
#define CLEFT_MM 4.0       /* half the width of fat streaks that are closed */
#define MAD_TO_SD 1.4826   /* median absolute deviation of a normal distribution */
#define GROWTH_MAX 2.5     /* times the start */
#define SOLIDITY_MIN 0.88  /* area over that of the convex hull */
#define FINISHED_MIN 0.85  /* a start that is so enclosed is not grown */
#define ENCLOSED_GAIN 0.10 /* growing must enclose by this much more */
#define ENCLOSED_MIN 0.80  /* share of the boundary with fat or a structure behind it */
#define BOUNDARY_MM 3      /* how far behind the boundary that is looked for */
#define SMOOTHING_MM 1.5

static const double reaches_mm[] = {30.0, 20.0, 10.0};
static const double bridges_mm[] = {3.0, 5.0, 7.0, 9.0}; /* half the width of what is cut */

typedef struct growth {
    const uint8_t *labels;
    const float *distance; /* to the fitted outline */
    size_t columns, rows, count;
    uint8_t class_index;
    float *smooth;
    uint8_t *start, *grown, *best;
    float *work;
    size_t start_area, best_area;
    double start_enclosed;
    double lowest, highest; /* grey levels of psoas */
} growth;

static size_t count_pixels(const uint8_t *mask, size_t count) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += mask[i];
    }
    return n;
}

/* Grey levels of the start, from its median and median absolute deviation. */
static bool learn_levels(growth *g, myo_error *err) {
    float *values = myo_alloc_array(g->start_area, sizeof(float), err);
    if (!values) {
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (g->start[i]) {
            values[n++] = g->smooth[i];
        }
    }
    double median = (double)myo_quantile(values, n, 0.5);
    for (size_t i = 0; i < n; i++) {
        values[i] = fabsf(values[i] - (float)median);
    }
    double spread = fmax(MAD_TO_SD * (double)myo_quantile(values, n, 0.5), SPREAD_MIN);
    g->lowest = median - DARK_SPREAD * spread;
    g->highest = median + BRIGHT_SPREAD * spread;
    free(values);
    return true;
}

/* Opening (or, of the complement, closing) with a disc, by two distance transforms. */
static bool open_mask(growth *g, uint8_t *mask, double radius_mm, myo_error *err) {
    float radius = (float)(radius_mm / REGION_STAGE2_MM), limit = (float)(g->columns + g->rows);
    if (!myo_mask_signed_distance(mask, g->columns, g->rows, limit, g->work, err)) {
        return false;
    }
    for (size_t i = 0; i < g->count; i++) {
        mask[i] = g->work[i] < -radius;
    }
    if (!myo_mask_signed_distance(mask, g->columns, g->rows, limit, g->work, err)) {
        return false;
    }
    for (size_t i = 0; i < g->count; i++) {
        mask[i] = g->work[i] <= radius;
    }
    return true;
}

static void invert(uint8_t *mask, size_t count) {
    for (size_t i = 0; i < count; i++) {
        mask[i] = !mask[i];
    }
}

/* Keeps what the start is connected with. */
static bool keep_started(growth *g, myo_error *err) {
    size_t inside = 0;
    for (size_t i = g->count; i-- > 0;) {
        g->grown[i] |= g->start[i];
        inside = g->start[i] ? i : inside;
    }
    return myo_mask_keep_connected(g->grown, g->columns, g->rows, inside, err);
}

/* What the start is connected with, by more than a thin bridge, with the fat streaks inside. */
static bool grow_within(growth *g, double reach_mm, double bridge_mm, myo_error *err) {
    for (size_t i = 0; i < g->count; i++) {
        double value = (double)g->smooth[i];
        bool free_pixel = g->labels[i] == REGION_BACKGROUND || g->start[i];
        g->grown[i] = free_pixel && value >= g->lowest && value <= g->highest &&
                      (double)g->distance[i] < reach_mm;
    }
    if (!open_mask(g, g->grown, bridge_mm, err) || !keep_started(g, err)) {
        return false;
    }
    invert(g->grown, g->count);
    if (!open_mask(g, g->grown, CLEFT_MM, err)) {
        return false;
    }
    invert(g->grown, g->count);
    for (size_t i = 0; i < g->count; i++) {
        g->grown[i] &= g->labels[i] == REGION_BACKGROUND || g->start[i];
    }
    return keep_started(g, err) && myo_mask_fill_holes(g->grown, g->columns, g->rows, err);
}

/* Twice the area of the triangle a, b, c; positive for a left turn. */
static long turn(const long a[2], const long b[2], const long c[2]) {
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/* One chain of the convex hull over points sorted by row (A. Andrew, Inf. Process. Lett. 9:216,
 * 1979); returns the length of the chain. */
static size_t hull_chain(long (*points)[2], size_t count, long (*chain)[2], long sign) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        while (n >= 2 && sign * turn(chain[n - 2], chain[n - 1], points[i]) <= 0) {
            n--;
        }
        chain[n][0] = points[i][0];
        chain[n++][1] = points[i][1];
    }
    return n;
}

/* Area of a mask over the area of its convex hull, both of whole pixels. */
static bool find_solidity(const growth *g, double *solidity, myo_error *err) {
    long(*left)[2] = myo_alloc_array(2 * g->rows, sizeof *left, err);
    long(*right)[2] = myo_alloc_array(2 * g->rows, sizeof *right, err);
    long(*chain)[2] = myo_alloc_array(2 * g->rows, sizeof *chain, err);
    bool done = left && right && chain;
    size_t n = 0;
    for (size_t r = 0; done && r < g->rows; r++) {
        const uint8_t *line = g->grown + r * g->columns;
        const uint8_t *first = memchr(line, 1, g->columns);
        if (!first) {
            continue;
        }
        size_t last = g->columns;
        while (!line[last - 1]) {
            last--;
        }
        for (long corner = 0; corner < 2; corner++) { /* upper and lower edge of the row */
            left[n][0] = (long)(first - line);
            right[n][0] = (long)last;
            left[n][1] = right[n][1] = (long)r + corner;
            n++;
        }
    }
    double twice_area = 0.0;
    for (int side = 0; done && side < 2; side++) {
        size_t m = hull_chain(side ? right : left, n, chain, side ? 1 : -1);
        for (size_t i = 1; i < m; i++) {
            double width = (double)(chain[i][0] + chain[i - 1][0]);
            twice_area += (side ? width : -width) * (double)(chain[i][1] - chain[i - 1][1]);
        }
    }
    if (done) {
        double area = (double)count_pixels(g->grown, g->count);
        *solidity = twice_area > 0.0 ? 2.0 * area / twice_area : 0.0;
    }
    free(left);
    free(right);
    free(chain);
    return done;
}

/* True when fat (a brighter pixel) or another structure lies shortly behind a boundary pixel. */
static bool is_bounded(const growth *g, long column, long row, long dx, long dy) {
    for (long k = 1; k <= BOUNDARY_MM; k++) {
        long c = column + k * dx, r = row + k * dy;
        if (c < 0 || r < 0 || c >= (long)g->columns || r >= (long)g->rows) {
            return false;
        }
        size_t i = (size_t)r * g->columns + (size_t)c;
        if (g->labels[i] != REGION_BACKGROUND && g->labels[i] != g->class_index) {
            return true;
        }
        if ((double)g->smooth[i] > g->highest) {
            return true;
        }
    }
    return false;
}

/* Share of the boundary's pixel edges that are bounded. */
static double enclosed_share(const growth *g) {
    static const long directions[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    double edges = 0.0, bounded = 0.0;
    for (size_t i = 0; i < g->count; i++) {
        long c = (long)(i % g->columns), r = (long)(i / g->columns);
        for (int k = 0; g->grown[i] && k < 4; k++) {
            long nc = c + directions[k][0], nr = r + directions[k][1];
            bool inside = nc >= 0 && nr >= 0 && nc < (long)g->columns && nr < (long)g->rows;
            if (inside && g->grown[(size_t)nr * g->columns + (size_t)nc]) {
                continue;
            }
            edges += 1.0;
            bounded += is_bounded(g, c, r, directions[k][0], directions[k][1]) ? 1.0 : 0.0;
        }
    }
    return edges > 0.0 ? bounded / edges : 0.0;
}

static bool looks_like_psoas(const growth *g, bool *accepted, myo_error *err) {
    size_t area = count_pixels(g->grown, g->count);
    double solidity = 0.0;
    *accepted = false;
    if ((double)area > GROWTH_MAX * (double)g->start_area) {
        return true;
    }
    if (!find_solidity(g, &solidity, err)) {
        return false;
    }
    *accepted = solidity >= SOLIDITY_MIN &&
                enclosed_share(g) >= fmax(ENCLOSED_MIN, g->start_enclosed + ENCLOSED_GAIN);
    return true;
}

/* Keeps the largest region that passes in g->best. A start that is bounded all round is finished.
 */
static bool try_all(growth *g, myo_error *err) {
    memcpy(g->grown, g->start, g->count);
    g->start_enclosed = enclosed_share(g);
    if (g->start_enclosed >= FINISHED_MIN) {
        return true;
    }
    const size_t reach_count = sizeof reaches_mm / sizeof reaches_mm[0];
    const size_t bridge_count = sizeof bridges_mm / sizeof bridges_mm[0];
    for (size_t k = 0; k < reach_count * bridge_count; k++) {
        bool accepted;
        double reach_mm = reaches_mm[k / bridge_count], bridge_mm = bridges_mm[k % bridge_count];
        if (!grow_within(g, reach_mm, bridge_mm, err) || !looks_like_psoas(g, &accepted, err)) {
            return false;
        }
        size_t area = count_pixels(g->grown, g->count);
        if (accepted && area > g->best_area) {
            g->best_area = area;
            memcpy(g->best, g->grown, g->count);
        }
    }
    return true;
}

bool region_grow_psoas(const myo_planes *distances, const myo_grid *frame, size_t class_index,
                       uint8_t *labels, myo_error *err) {
    size_t count = frame->columns * frame->rows;
    growth g = {.labels = labels,
                .distance = distances->pixels + (class_index - 1) * count,
                .columns = frame->columns,
                .rows = frame->rows,
                .count = count,
                .class_index = (uint8_t)class_index,
                .smooth = myo_alloc_array(2 * count, sizeof(float), err),
                .start = myo_alloc_array(count, 1, err),
                .grown = myo_alloc_array(count, 1, err),
                .best = myo_alloc_array(count, 1, err),
                .work = myo_alloc_array(count, sizeof(float), err)};
    bool done = g.smooth && g.start && g.grown && g.best && g.work;
    if (done) {
        myo_grid smooth = {g.smooth, g.columns, g.rows};
        double sigma = SMOOTHING_MM / REGION_STAGE2_MM;
        myo_filter_gaussian(frame, sigma, sigma, &smooth, g.smooth + count);
        for (size_t i = 0; i < count; i++) {
            g.start[i] = labels[i] == class_index;
        }
        g.start_area = count_pixels(g.start, count);
        double start_mm2 = (double)g.start_area * REGION_STAGE2_MM * REGION_STAGE2_MM;
        if (start_mm2 >= START_MIN_MM2) {
            done = learn_levels(&g, err) && try_all(&g, err);
        }
        for (size_t i = 0; done && g.best_area > 0 && i < count; i++) {
            if (g.best[i] && labels[i] == REGION_BACKGROUND) {
                labels[i] = g.class_index;
            }
        }
    }
    free(g.smooth);
    free(g.start);
    free(g.grown);
    free(g.best);
    free(g.work);
    return done;
}
