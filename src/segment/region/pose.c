/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the mean shape lies: a similarity (place, scale, rotation) from class probabilities.
 *
 * A pose is scored by the expected log likelihood of the mean label map under the probabilities, at
 * template points 6 mm apart, with weak Gaussian priors on scale and rotation. The search starts
 * from the centroids of the classes (weighted Procrustes fit) and from a grid of places and scales,
 * and refines the best starts by pattern search (R. Hooke & T. Jeeves, J. ACM 8:212-229, 1961).
 */
#include "segment/region/region_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define LOG_FLOOR 0.03         /* added to probabilities before the logarithm */
#define OUTSIDE_BACKGROUND 0.6 /* probabilities outside of the image */
#define OUTSIDE_STRUCTURE 0.06
#define SCALE_LOG_SD 0.2       /* of the prior on scale, log */
#define ROTATION_SD 0.12       /* of the prior on rotation, radians */
#define PRIOR_WEIGHT 0.05      /* of the priors, per template point */
#define DENSITY_SIGMA 8.0      /* pixels, of the smoothing that finds the densest place */
#define START_COUNT 6          /* starts that are refined */
#define START_DISTANCE_MM 17.0 /* between starts of the grid */
#define SAME_DISTANCE_MM 10.0  /* below it two results are one hypothesis, */
#define SAME_SCALE_LOG 0.1     /* if their scales are alike too */
#define STEP_MM 6.0            /* first steps of the pattern search, halved LEVELS - 1 times */
#define STEP_SCALE 0.08
#define STEP_ROTATION 0.06
#define SEARCH_LEVELS 4
#define REFINE_LEVELS 5
#define STEPS_PER_LEVEL 4

/* Class centroids: windows and robust weights of the Procrustes fit. */
#define DENSE_WINDOW_MM 60.0
#define CENTROID_WINDOW_MM 22.0
#define CENTROID_WEIGHT_MAX 40.0
#define VERTEBRA_WEIGHT 2.0
#define RESIDUAL_MM 12.0

typedef struct field {
    const region_model *model;
    const myo_planes *log_probability;
    double step_mm, x0, y0; /* of the grid, in its own mm */
} field;

region_pose region_pose_identity(void) {
    return (region_pose){.mx = 1.0};
}

void region_pose_apply(const region_pose *p, double x, double y, double *image_x, double *image_y) {
    *image_x = p->mx * x - p->my * y + p->tx;
    *image_y = p->my * x + p->mx * y + p->ty;
}

region_pose region_pose_compose(const region_pose *outer, const region_pose *inner) {
    region_pose p;
    region_pose_apply(outer, inner->tx, inner->ty, &p.tx, &p.ty);
    p.mx = outer->mx * inner->mx - outer->my * inner->my;
    p.my = outer->mx * inner->my + outer->my * inner->mx;
    return p;
}

region_pose region_pose_inverse(const region_pose *p) {
    double norm = p->mx * p->mx + p->my * p->my;
    region_pose inverse = {.mx = p->mx / norm, .my = -p->my / norm};
    double x, y;
    region_pose_apply(&inverse, p->tx, p->ty, &x, &y);
    inverse.tx = -x;
    inverse.ty = -y;
    return inverse;
}

region_pose region_pose_fit(const double *a, const double *b, const double *weights, size_t count) {
    double w = 0.0, ax = 0.0, ay = 0.0, bx = 0.0, by = 0.0;
    for (size_t i = 0; i < count; i++) {
        double wi = weights ? weights[i] : 1.0;
        w += wi;
        ax += wi * a[2 * i];
        ay += wi * a[2 * i + 1];
        bx += wi * b[2 * i];
        by += wi * b[2 * i + 1];
    }
    ax /= w;
    ay /= w;
    bx /= w;
    by /= w;
    double re = 0.0, im = 0.0, norm = 0.0;
    for (size_t i = 0; i < count; i++) {
        double wi = weights ? weights[i] : 1.0;
        double dx = a[2 * i] - ax, dy = a[2 * i + 1] - ay;
        double ex = b[2 * i] - bx, ey = b[2 * i + 1] - by;
        re += wi * (dx * ex + dy * ey);
        im += wi * (dx * ey - dy * ex);
        norm += wi * (dx * dx + dy * dy);
    }
    region_pose p = {.mx = re / norm, .my = im / norm};
    double x, y;
    region_pose_apply(&p, ax, ay, &x, &y);
    p.tx = bx - x;
    p.ty = by - y;
    return p;
}

/* Expected log likelihood of the mean label map under this pose, with the priors. */
static double score(const field *f, const region_pose *pose) {
    const double outside_background = log(OUTSIDE_BACKGROUND);
    const double outside_structure = log(OUTSIDE_STRUCTURE);
    const region_model *m = f->model;
    const myo_planes *lp = f->log_probability;
    size_t plane = lp->columns * lp->rows;
    double sum = 0.0;
    for (size_t q = 0; q < m->template_count; q++) {
        double x, y;
        region_pose_apply(pose, (double)m->template_points[2 * q],
                          (double)m->template_points[2 * q + 1], &x, &y);
        double c = nearbyint((x - f->x0) / f->step_mm), r = nearbyint((y - f->y0) / f->step_mm);
        const float *weight = m->template_classes + q * REGION_CLASSES;
        bool inside = c >= 0.0 && r >= 0.0 && c < (double)lp->columns && r < (double)lp->rows;
        const float *at = inside ? lp->pixels + (size_t)r * lp->columns + (size_t)c : NULL;
        for (size_t k = 0; k < REGION_CLASSES; k++) {
            double outside = k == REGION_BACKGROUND ? outside_background : outside_structure;
            sum += (double)weight[k] * (at ? (double)at[k * plane] : outside);
        }
    }
    double scale = log(hypot(pose->mx, pose->my)) / SCALE_LOG_SD;
    double rotation = atan2(pose->my, pose->mx) / ROTATION_SD;
    return sum -
           0.5 * PRIOR_WEIGHT * (double)m->template_count * (scale * scale + rotation * rotation);
}

/* Turns or scales a pose about a point of the frame. */
static region_pose turned_about(const region_pose *p, double re, double im, double x, double y) {
    region_pose turn = {.mx = re, .my = im};
    double turned_x, turned_y;
    region_pose_apply(&turn, x, y, &turned_x, &turned_y);
    turn.tx = x - turned_x;
    turn.ty = y - turned_y;
    return region_pose_compose(p, &turn);
}

/* All neighbours of a pose at a step size. */
#define NEIGHBOUR_COUNT 16
static size_t neighbours(const region_pose *p, double factor, bool diagonals,
                         region_pose out[NEIGHBOUR_COUNT]) {
    static const double directions[8][2] = {{1, 0}, {-1, 0}, {0, 1},  {0, -1},
                                            {1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
    static const double centers_y[2] = {0.0, 40.0}; /* vertebra, and spinous process */
    size_t n = 0;
    for (size_t d = 0; d < (diagonals ? 8 : 4); d++) {
        out[n] = *p;
        out[n].tx += directions[d][0] * STEP_MM * factor;
        out[n++].ty += directions[d][1] * STEP_MM * factor;
    }
    double grow = 1.0 + STEP_SCALE * factor, angle = STEP_ROTATION * factor;
    for (size_t c = 0; c < 2; c++) {
        out[n++] = turned_about(p, grow, 0.0, 0.0, centers_y[c]);
        out[n++] = turned_about(p, 1.0 / grow, 0.0, 0.0, centers_y[c]);
        out[n++] = turned_about(p, cos(angle), sin(angle), 0.0, centers_y[c]);
        out[n++] = turned_about(p, cos(angle), -sin(angle), 0.0, centers_y[c]);
    }
    return n;
}

static double pattern_search(const field *f, region_pose *pose, int levels, bool diagonals) {
    double best = score(f, pose), factor = 1.0;
    for (int level = 0; level < levels; level++, factor *= 0.5) {
        for (int step = 0; step < STEPS_PER_LEVEL; step++) {
            region_pose candidates[NEIGHBOUR_COUNT];
            size_t n = neighbours(pose, factor, diagonals, candidates), chosen = n;
            for (size_t i = 0; i < n; i++) {
                double s = score(f, &candidates[i]);
                if (s > best + 1e-6) {
                    best = s;
                    chosen = i;
                }
            }
            if (chosen == n) {
                break;
            }
            *pose = candidates[chosen];
        }
    }
    return best;
}

static bool log_probabilities(const myo_planes *from, myo_planes *out, myo_error *err) {
    if (!myo_planes_allocate(out, from->planes, from->columns, from->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < from->planes * from->columns * from->rows; i++) {
        out->pixels[i] = logf(from->pixels[i] + (float)LOG_FLOOR);
    }
    return true;
}

/* The place with the most structure around it, in mm of the grid. */
static bool densest_place(const myo_planes *p, double step_mm, double *x, double *y,
                          myo_error *err) {
    size_t count = p->columns * p->rows;
    myo_grid density = {0};
    float *scratch = myo_alloc_array(count, sizeof(float), err);
    bool done = scratch && myo_grid_allocate(&density, p->columns, p->rows, err);
    if (done) {
        for (size_t i = 0; i < count; i++) {
            density.pixels[i] = 1.0f - p->pixels[i];
        }
        myo_filter_gaussian(&density, DENSITY_SIGMA, DENSITY_SIGMA, &density, scratch);
        size_t best = 0;
        for (size_t i = 1; i < count; i++) {
            best = density.pixels[i] > density.pixels[best] ? i : best;
        }
        *x = (double)(best % p->columns) * step_mm;
        *y = (double)(best / p->columns) * step_mm;
    }
    free(scratch);
    free(density.pixels);
    return done;
}

typedef struct centroid {
    double x, y, weight;
} centroid;

/* Centre of the squared probabilities of a class within a window that follows it. */
static centroid find_centroid(const myo_planes *p, size_t plane, double step_mm, double x,
                              double y) {
    const float *pixels = p->pixels + plane * p->columns * p->rows;
    double window = DENSE_WINDOW_MM, dense_x = x, dense_y = y;
    centroid c = {x, y, 0.0};
    for (int pass = 0; pass < 4; pass++) {
        double sum = 1e-6, sum_x = 0.0, sum_y = 0.0;
        for (size_t i = 0; i < p->columns * p->rows; i++) {
            double v = (double)pixels[i] * (double)pixels[i];
            if (v < 1e-8) {
                continue;
            }
            double px = (double)(i % p->columns) * step_mm, py = (double)(i / p->columns) * step_mm;
            double far_x = (px - dense_x) / DENSE_WINDOW_MM,
                   far_y = (py - dense_y) / DENSE_WINDOW_MM;
            v *= exp(-0.5 * (far_x * far_x + far_y * far_y));
            if (pass > 0) {
                double dx = (px - c.x) / window, dy = (py - c.y) / window;
                v *= exp(-0.5 * (dx * dx + dy * dy));
            }
            sum += v;
            sum_x += v * px;
            sum_y += v * py;
        }
        c = (centroid){sum_x / sum, sum_y / sum, sum};
        window = CENTROID_WINDOW_MM;
    }
    return c;
}

/* Procrustes fit of the mean centroids to those of the image; outliers lose their weight. */
static region_pose fit_centroids(const field *f, const myo_planes *probabilities, double x,
                                 double y) {
    double from[2 * REGION_STRUCTURES], to[2 * REGION_STRUCTURES], weights[REGION_STRUCTURES];
    for (size_t k = 0; k < REGION_STRUCTURES; k++) {
        centroid c = find_centroid(probabilities, k + 1, f->step_mm, x, y);
        from[2 * k] = (double)f->model->centroids[2 * k];
        from[2 * k + 1] = (double)f->model->centroids[2 * k + 1];
        to[2 * k] = c.x;
        to[2 * k + 1] = c.y;
        weights[k] = fmin(c.weight, CENTROID_WEIGHT_MAX) *
                     (k + 1 == REGION_VERTEBRA ? VERTEBRA_WEIGHT : 1.0);
    }
    region_pose pose = region_pose_identity();
    for (int pass = 0; pass < 3; pass++) {
        pose = region_pose_fit(from, to, weights, REGION_STRUCTURES);
        for (size_t k = 0; k < REGION_STRUCTURES; k++) {
            double px, py;
            region_pose_apply(&pose, from[2 * k], from[2 * k + 1], &px, &py);
            double residual = hypot(px - to[2 * k], py - to[2 * k + 1]) / RESIDUAL_MM;
            weights[k] /= 1.0 + residual * residual;
        }
    }
    pose.tx += f->x0;
    pose.ty += f->y0;
    return pose;
}

/* Starts of the search: the centroid fit, then the best places of the grid that are apart. */
static size_t choose_starts(const field *f, const region_pose *from_centroids, double dense_x,
                            double dense_y, region_pose starts[START_COUNT]) {
    static const double scales[] = {0.72, 0.85, 1.0, 1.17, 1.37};
    enum { SCALES = 5, ACROSS = 9, DOWN = 10, GRID = SCALES * ACROSS * DOWN };
    region_pose grid[GRID];
    double scores[GRID];
    for (size_t i = 0; i < GRID; i++) {
        double dx = -48.0 + 12.0 * (double)(i / DOWN % ACROSS);
        double dy = -72.0 + 12.0 * (double)(i % DOWN);
        grid[i] = (region_pose){scales[i / (ACROSS * DOWN)], 0.0, dense_x + dx, dense_y + dy};
        scores[i] = score(f, &grid[i]);
    }
    starts[0] = *from_centroids;
    size_t n = 1;
    for (size_t tried = 0; tried < GRID && n < START_COUNT; tried++) {
        size_t best = 0;
        for (size_t i = 1; i < GRID; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        scores[best] = -INFINITY;
        bool apart = true;
        for (size_t j = 1; j < n; j++) {
            apart &= hypot(grid[best].tx - starts[j].tx, grid[best].ty - starts[j].ty) >
                     START_DISTANCE_MM;
        }
        if (apart) {
            starts[n++] = grid[best];
        }
    }
    return n;
}

static int by_score(const void *a, const void *b) {
    double x = ((const region_hypothesis *)a)->score, y = ((const region_hypothesis *)b)->score;
    return (x < y) - (x > y);
}

static bool same_hypothesis(const region_pose *a, const region_pose *b) {
    double distance = hypot(a->tx - b->tx, a->ty - b->ty);
    double scale = fabs(log(hypot(a->mx, a->my) / hypot(b->mx, b->my)));
    return distance <= SAME_DISTANCE_MM && scale <= SAME_SCALE_LOG;
}

bool region_pose_search(const region_model *model, const myo_planes *probabilities,
                        region_hypothesis out[REGION_HYPOTHESES_MAX], size_t *count,
                        myo_error *err) {
    myo_planes lp = {0};
    double x, y;
    if (!log_probabilities(probabilities, &lp, err) ||
        !densest_place(probabilities, REGION_COARSE_MM, &x, &y, err)) {
        myo_planes_clear(&lp);
        return false;
    }
    field f = {.model = model, .log_probability = &lp, .step_mm = REGION_COARSE_MM};
    region_pose from_centroids = fit_centroids(&f, probabilities, x, y), starts[START_COUNT];
    size_t start_count = choose_starts(&f, &from_centroids, x, y, starts);
    region_hypothesis results[START_COUNT];
    for (size_t i = 0; i < start_count; i++) {
        double s = pattern_search(&f, &starts[i], SEARCH_LEVELS, true);
        results[i] = (region_hypothesis){s / (double)model->template_count, starts[i]};
    }
    qsort(results, start_count, sizeof results[0], by_score);
    *count = 0;
    for (size_t i = 0; i < start_count && *count < REGION_HYPOTHESES_MAX; i++) {
        bool fresh = true;
        for (size_t j = 0; j < *count; j++) {
            fresh &= !same_hypothesis(&results[i].pose, &out[j].pose);
        }
        if (fresh) {
            out[(*count)++] = results[i];
        }
    }
    myo_planes_clear(&lp);
    return true;
}

bool region_pose_refine(const region_model *model, const myo_planes *probabilities,
                        const region_pose *old, region_hypothesis *out, myo_error *err) {
    myo_planes lp = {0};
    double x, y;
    if (!log_probabilities(probabilities, &lp, err) ||
        !densest_place(probabilities, REGION_STAGE1_MM, &x, &y, err)) {
        myo_planes_clear(&lp);
        return false;
    }
    field f = {.model = model,
               .log_probability = &lp,
               .step_mm = REGION_STAGE1_MM,
               .x0 = REGION_FRAME_X0,
               .y0 = REGION_FRAME_Y0};
    region_pose best = region_pose_identity(), other = fit_centroids(&f, probabilities, x, y);
    double best_score = pattern_search(&f, &best, REFINE_LEVELS, false);
    double other_score = pattern_search(&f, &other, REFINE_LEVELS, false);
    if (other_score > best_score) {
        best_score = other_score;
        best = other;
    }
    myo_planes_clear(&lp);
    *out = (region_hypothesis){best_score / (double)model->template_count,
                               region_pose_compose(old, &best)};
    return true;
}
