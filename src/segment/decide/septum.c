/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The septum between multifidus and erector spinae, as the cheapest path from the dorsal to the
 * ventral end of their common compartment.
 *
 * The path has one column in each row. A row costs the negative log probabilities of the muscle
 * that each of its pixels would be given, less a reward where the path runs through bright pixels
 * (the fat cleft); steps aside cost the square of their length. Dynamic programming finds the
 * least sum (A. Amini et al., IEEE TPAMI 12:855-867, 1990).
 */
#include "segment/decide/decide_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MAX 3     /* columns from row to row */
#define STEP_COST 0.35 /* times the square of the step */
#define BRIGHTNESS_REWARD 0.25
#define SHARE_MIN 0.02 /* bounds of a muscle's share of the two probabilities */
#define TINY 1e-6

typedef struct paths {
    const uint8_t *compartment;
    const float *multifidus, *erector, *brightness;
    size_t columns, rows, first_row, last_row;
    bool left;
    double *cost;  /* of the current row, columns + 1 places */
    double *total; /* cheapest sum that ends at each place */
    double *next;
    int8_t *step; /* rows x (columns + 1): how the cheapest path came there */
} paths;

/* Pixel index of a row at the k-th column counted from the midline outwards. */
static size_t pixel_at(const paths *p, size_t row, size_t k) {
    return row * p->columns + (p->left ? k : p->columns - 1 - k);
}

/* Cost of splitting a row before its k-th pixel, for every k. */
static void fill_row_cost(paths *p, size_t row) {
    double lateral = 0.0;
    for (size_t k = p->columns; k-- > 0;) {
        size_t i = pixel_at(p, row, k);
        if (p->compartment[i]) {
            double m = (double)p->multifidus[i], e = (double)p->erector[i];
            double share = fmin(fmax(m / (m + e + TINY), SHARE_MIN), 1.0 - SHARE_MIN);
            lateral -= log(1.0 - share);
        }
    }
    double medial = 0.0;
    for (size_t k = 0; k <= p->columns; k++) {
        p->cost[k] = medial + lateral;
        if (k == p->columns) {
            break;
        }
        size_t i = pixel_at(p, row, k);
        if (p->compartment[i]) {
            double m = (double)p->multifidus[i], e = (double)p->erector[i];
            double share = fmin(fmax(m / (m + e + TINY), SHARE_MIN), 1.0 - SHARE_MIN);
            medial -= log(share);
            lateral += log(1.0 - share);
            p->cost[k] -= BRIGHTNESS_REWARD * fmin(fmax((double)p->brightness[i], 0.0), 1.0);
        }
    }
}

static void advance_row(paths *p, size_t row) {
    fill_row_cost(p, row);
    for (size_t k = 0; k <= p->columns; k++) {
        double best = INFINITY;
        int8_t chosen = 0;
        for (int step = -STEP_MAX; step <= STEP_MAX; step++) {
            long from = (long)k - step;
            if (from < 0 || from > (long)p->columns) {
                continue;
            }
            double sum = p->total[from] + STEP_COST * (double)(step * step);
            if (sum < best) {
                best = sum;
                chosen = (int8_t)step;
            }
        }
        p->next[k] = best + p->cost[k];
        p->step[row * (p->columns + 1) + k] = chosen;
    }
    double *swap = p->total;
    p->total = p->next;
    p->next = swap;
}

static void trace_back(const paths *p, uint8_t *medial) {
    size_t place = 0;
    for (size_t k = 1; k <= p->columns; k++) {
        place = p->total[k] < p->total[place] ? k : place;
    }
    for (size_t row = p->last_row + 1; row-- > p->first_row;) {
        for (size_t k = 0; k < place; k++) {
            size_t i = pixel_at(p, row, k);
            medial[i] = p->compartment[i];
        }
        if (row > p->first_row) {
            place = (size_t)((long)place - p->step[row * (p->columns + 1) + place]);
        }
    }
}

/* First and last row of the compartment; false when it is empty. */
static bool find_rows(paths *p) {
    bool found = false;
    for (size_t i = 0; i < p->columns * p->rows; i++) {
        if (p->compartment[i]) {
            p->first_row = found ? p->first_row : i / p->columns;
            p->last_row = i / p->columns;
            found = true;
        }
    }
    return found;
}

bool decide_septum(const uint8_t *compartment, const float *multifidus, const float *erector,
                   const float *brightness, bool left, size_t columns, size_t rows, uint8_t *medial,
                   myo_error *err) {
    paths p = {.compartment = compartment,
               .multifidus = multifidus,
               .erector = erector,
               .brightness = brightness,
               .columns = columns,
               .rows = rows,
               .left = left};
    memset(medial, 0, columns * rows);
    if (!find_rows(&p)) {
        return true;
    }
    p.cost = myo_alloc_array(columns + 1, sizeof(double), err);
    p.total = myo_alloc_array(columns + 1, sizeof(double), err);
    p.next = myo_alloc_array(columns + 1, sizeof(double), err);
    p.step = myo_alloc_array(rows * (columns + 1), 1, err);
    bool done = p.cost && p.total && p.next && p.step;
    if (done) {
        fill_row_cost(&p, p.first_row);
        memcpy(p.total, p.cost, (columns + 1) * sizeof(double));
        for (size_t row = p.first_row + 1; row <= p.last_row; row++) {
            advance_row(&p, row);
        }
        trace_back(&p, medial);
    }
    free(p.cost);
    free(p.total);
    free(p.next);
    free(p.step);
    return done;
}
