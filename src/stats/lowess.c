/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/lowess_private.h"

#include <math.h>
#include <stdbool.h>

/* Of the range of x: points nearer than this to a fitted one are interpolated (Cleveland's delta,
 * with R's default). */
#define SKIP_SHARE 0.01
/* Of the bandwidth: nearer points have the weight 1, farther ones the weight 0 (Cleveland's
 * program; the limits keep the tricube away from its rounding errors). */
#define NEAR_SHARE 0.001
#define FAR_SHARE 0.999
/* Of the range of x: a spread below which a line cannot be told from a constant. */
#define SPREAD_SHARE 0.001
/* Guards the number of neighbours against rounding of share x count. */
#define COUNT_GUARD 1e-7

typedef struct points {
    const double *x, *y;
    size_t count;
    double range;
} points;

static double weight(double distance, double bandwidth) {
    if (distance > FAR_SHARE * bandwidth) {
        return 0.0;
    }
    if (distance <= NEAR_SHARE * bandwidth) {
        return 1.0;
    }
    double ratio = distance / bandwidth, rest = 1.0 - ratio * ratio * ratio;
    return rest * rest * rest;
}

/* The local line at `at`, fitted to the neighbours left ... right and those that tie with the last
 * of them. False when no neighbour has a weight. */
static bool fit_at(const points *p, double at, size_t left, size_t right, double *value) {
    double bandwidth = fmax(at - p->x[left], p->x[right] - at);
    double total = 0.0, x_sum = 0.0, y_sum = 0.0;
    size_t end = left;
    for (; end < p->count; end++) {
        double distance = fabs(p->x[end] - at);
        if (distance > FAR_SHARE * bandwidth && p->x[end] > at) {
            break;
        }
        double w = weight(distance, bandwidth);
        total += w;
        x_sum += w * p->x[end];
        y_sum += w * p->y[end];
    }
    if (!(total > 0.0)) {
        return false;
    }
    double x_mean = x_sum / total, spread = 0.0, product = 0.0;
    for (size_t i = left; i < end; i++) {
        double w = weight(fabs(p->x[i] - at), bandwidth), deviation = p->x[i] - x_mean;
        spread += w * deviation * deviation;
        product += w * deviation * p->y[i];
    }
    spread /= total;
    *value = y_sum / total;
    /* Of equal x rounding may leave a spread, but there is no line. */
    if (p->range > 0.0 && sqrt(spread) > SPREAD_SHARE * p->range) {
        *value += product / total / spread * (at - x_mean);
    }
    return true;
}

/* Moves the window of neighbours until its points are the nearest to `at`. */
static void move_window(const points *p, double at, size_t *left, size_t *right) {
    while (*right + 1 < p->count && at - p->x[*left] > p->x[*right + 1] - at) {
        (*left)++;
        (*right)++;
    }
}

static void interpolate(const points *p, size_t from, size_t to, double *smooth) {
    double width = p->x[to] - p->x[from];
    for (size_t i = from + 1; i < to; i++) {
        double part = (p->x[i] - p->x[from]) / width;
        smooth[i] = part * smooth[to] + (1.0 - part) * smooth[from];
    }
}

/* Gives the points that tie with a fitted one its value; returns the last of them. */
static size_t copy_ties(const points *p, size_t fitted, double *smooth) {
    size_t last = fitted;
    while (last + 1 < p->count && p->x[last + 1] == p->x[fitted]) {
        smooth[++last] = smooth[fitted];
    }
    return last;
}

/* The next point to fit: the last within the distance to skip, but at least one further. */
static size_t next_to_fit(const points *p, size_t last) {
    double limit = p->x[last] + SKIP_SHARE * p->range;
    size_t next = last + 1;
    while (next + 1 < p->count && p->x[next + 1] <= limit) {
        next++;
    }
    return next;
}

void stats_lowess(const double *x, const double *y, size_t count, double share, double *smooth) {
    if (count < 2) {
        for (size_t i = 0; i < count; i++) {
            smooth[i] = y[i];
        }
        return;
    }
    points p = {x, y, count, x[count - 1] - x[0]};
    size_t neighbours = (size_t)(share * (double)count + COUNT_GUARD);
    neighbours = neighbours < 2 ? 2 : neighbours > count ? count : neighbours;
    size_t left = 0, right = neighbours - 1, next = 0, last = 0;
    for (bool first = true;; first = false) {
        move_window(&p, x[next], &left, &right);
        if (!fit_at(&p, x[next], left, right, &smooth[next])) {
            smooth[next] = y[next];
        }
        if (!first) {
            interpolate(&p, last, next, smooth);
        }
        last = copy_ties(&p, next, smooth);
        if (last + 1 >= count) {
            break;
        }
        next = next_to_fit(&p, last);
    }
}
