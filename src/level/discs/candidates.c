/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places that may be discs: where the probability of a disc is highest around. */
#include "level/discs/discs_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTHING_SIGMA_MM 5.0 /* makes a hill of a disc's plateau of high probability */
#define PROBABILITY_MIN 0.2
#define APART_MM 18.0 /* two discs are not nearer to each other than this */
/* The centre of mass of this neighbourhood is taken again around itself, so that it moves to the
 * middle of the disc (mean shift, D. Comaniciu & P. Meer, IEEE TPAMI 24:603-619, 2002). */
#define CENTROID_MM 14.0
#define CENTROID_STEPS 6

/* Where the sacrum is looked for below a disc: at these distances, in directions from straight down
 * to this far to the back. */
#define SACRUM_FROM_MM 12.0
#define SACRUM_STEP_MM 4.0
#define SACRUM_STEPS 5
#define SACRUM_DIRECTIONS 6
#define SACRUM_BACK_DEG 75.0

typedef struct maximum {
    float value;
    size_t slice, column, row;
} maximum;

static int compare_maxima(const void *a, const void *b) {
    const maximum *x = a, *y = b;
    if (x->value != y->value) {
        return x->value < y->value ? 1 : -1;
    }
    size_t p = (x->slice << 40) + (x->row << 20) + x->column;
    size_t q = (y->slice << 40) + (y->row << 20) + y->column;
    return (p > q) - (p < q);
}

static int compare_candidates(const void *a, const void *b) {
    double x = ((const discs_candidate *)a)->y_mm, y = ((const discs_candidate *)b)->y_mm;
    return (x > y) - (x < y);
}

/* Probability of a disc of either kind at a pixel. */
static double disc_at(const myo_planes *slice, size_t i) {
    size_t count = slice->columns * slice->rows;
    return (double)(slice->pixels[DISCS_DISC * count + i] +
                    slice->pixels[DISCS_LUMBOSACRAL * count + i]);
}

/* Probability of a disc, smoothed; `out` and `scratch` have the size of a plane. */
static void disc_map(const myo_planes *slice, float *out, float *scratch) {
    for (size_t i = 0; i < slice->columns * slice->rows; i++) {
        out[i] = (float)disc_at(slice, i);
    }
    myo_grid map = {out, slice->columns, slice->rows};
    double sigma = SMOOTHING_SIGMA_MM / DISCS_STEP_MM;
    myo_filter_gaussian(&map, sigma, sigma, &map, scratch);
}

static bool is_maximum(const myo_grid *map, size_t column, size_t row) {
    float value = map->pixels[row * map->columns + column];
    for (int dr = -1; dr <= 1; dr++) {
        for (int dc = -1; dc <= 1; dc++) {
            long r = (long)row + dr, c = (long)column + dc;
            if (r < 0 || c < 0 || r >= (long)map->rows || c >= (long)map->columns) {
                continue;
            }
            float other = map->pixels[(size_t)r * map->columns + (size_t)c];
            /* Of two equal ones the first counts. */
            bool before = dr < 0 || (dr == 0 && dc < 0);
            if (other > value || (before && other == value)) {
                return false;
            }
        }
    }
    return true;
}

/* Adds the maxima of a slice that no better one of another slice stands for. */
static void collect(const myo_grid *map, size_t slice, maximum *maxima, size_t *count,
                    size_t room) {
    for (size_t i = 0; i < map->columns * map->rows && *count < room; i++) {
        size_t column = i % map->columns, row = i / map->columns;
        if (map->pixels[i] >= (float)PROBABILITY_MIN && is_maximum(map, column, row)) {
            maxima[(*count)++] = (maximum){map->pixels[i], slice, column, row};
        }
    }
}

/* Mean of a plane within 3 x 3 pixels. */
static double mean_at(const myo_planes *slice, size_t plane, double x_mm, double y_mm) {
    myo_grid map = myo_planes_get(slice, plane);
    double sum = 0.0;
    for (int dr = -1; dr <= 1; dr++) {
        for (int dc = -1; dc <= 1; dc++) {
            sum +=
                (double)myo_grid_sample(&map, x_mm / DISCS_STEP_MM + dc, y_mm / DISCS_STEP_MM + dr);
        }
    }
    return sum / 9.0;
}

/* First and last index, of `count`, of what lies within CENTROID_MM of a place. */
static void window(double at_mm, size_t count, size_t *first, size_t *last) {
    double from = ceil((at_mm - CENTROID_MM) / DISCS_STEP_MM);
    double to = floor((at_mm + CENTROID_MM) / DISCS_STEP_MM);
    *first = from > 0.0 ? (size_t)from : 0;
    *last = to < (double)(count - 1) ? (size_t)to : count - 1;
}

/* Moves a place to the centre of mass of the disc probability around it, over all slices. */
static void shift_to_mean(const discs_volume *v, discs_candidate *at) {
    double sum = 0.0, x = 0.0, y = 0.0, offset = 0.0;
    size_t first[2], last[2], columns = v->slices[0].columns;
    window(at->x_mm, columns, &first[0], &last[0]);
    window(at->y_mm, v->slices[0].rows, &first[1], &last[1]);
    for (size_t k = 0; k < v->count; k++) {
        for (size_t r = first[1]; r <= last[1]; r++) {
            for (size_t c = first[0]; c <= last[0]; c++) {
                double px = DISCS_STEP_MM * (double)c, py = DISCS_STEP_MM * (double)r;
                if (hypot(px - at->x_mm, py - at->y_mm) <= CENTROID_MM) {
                    double weight = disc_at(&v->slices[k], r * columns + c);
                    sum += weight;
                    x += weight * px;
                    y += weight * py;
                    offset += weight * v->offset_mm[k];
                }
            }
        }
    }
    if (sum > 0.0) {
        at->x_mm = x / sum;
        at->y_mm = y / sum;
        at->offset_mm = offset / sum;
    }
}

static size_t nearest_slice(const discs_volume *v, double offset_mm) {
    size_t nearest = 0;
    for (size_t k = 1; k < v->count; k++) {
        if (fabs(v->offset_mm[k] - offset_mm) < fabs(v->offset_mm[nearest] - offset_mm)) {
            nearest = k;
        }
    }
    return nearest;
}

static bool is_in_view(const discs_volume *v, double x_mm, double y_mm) {
    return x_mm >= 0.0 && y_mm >= 0.0 &&
           x_mm <= DISCS_STEP_MM * (double)(v->slices[0].columns - 1) &&
           y_mm <= DISCS_STEP_MM * (double)(v->slices[0].rows - 1);
}

/* The best direction counts; negative when none of them stays within the image. */
static double sacrum_below(const discs_volume *v, size_t slice, const discs_candidate *c) {
    double best = -1.0;
    for (int d = 0; d < SACRUM_DIRECTIONS; d++) {
        double angle = SACRUM_BACK_DEG * d / (SACRUM_DIRECTIONS - 1) * acos(-1.0) / 180.0;
        double sum = 0.0;
        int seen = 0;
        for (int step = 0; step < SACRUM_STEPS; step++) {
            double far = SACRUM_FROM_MM + SACRUM_STEP_MM * step;
            double x = c->x_mm + far * sin(angle), y = c->y_mm + far * cos(angle);
            if (is_in_view(v, x, y)) {
                sum += mean_at(&v->slices[slice], DISCS_SACRUM, x, y);
                seen++;
            }
        }
        /* At least as far as the middle of the first sacral body. */
        if (seen >= 2 && sum / seen > best) {
            best = sum / seen;
        }
    }
    return best;
}

static bool is_apart(const discs_candidate *candidate, const discs_candidate *others,
                     size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (hypot(candidate->x_mm - others[i].x_mm, candidate->y_mm - others[i].y_mm) < APART_MM) {
            return false;
        }
    }
    return true;
}

/* Moves a place to the middle of its disc and says what is there. */
static void describe(const discs_volume *v, discs_candidate *out) {
    for (int i = 0; i < CENTROID_STEPS; i++) {
        shift_to_mean(v, out);
    }
    const myo_planes *slice = &v->slices[nearest_slice(v, out->offset_mm)];
    out->disc = mean_at(slice, DISCS_DISC, out->x_mm, out->y_mm);
    out->lumbosacral = mean_at(slice, DISCS_LUMBOSACRAL, out->x_mm, out->y_mm);
    out->sacrum = mean_at(slice, DISCS_SACRUM, out->x_mm, out->y_mm);
    out->sacrum_below = sacrum_below(v, nearest_slice(v, out->offset_mm), out);
}

double discs_body_between(const discs_volume *v, const discs_candidate *a, const discs_candidate *b,
                          size_t parts) {
    const myo_planes *slice = &v->slices[nearest_slice(v, (a->offset_mm + b->offset_mm) / 2.0)];
    double least = 1.0;
    for (size_t i = 0; i < parts; i++) {
        double part = ((double)i + 0.5) / (double)parts;
        double x = a->x_mm + part * (b->x_mm - a->x_mm), y = a->y_mm + part * (b->y_mm - a->y_mm);
        least = fmin(least, mean_at(slice, DISCS_BODY, x, y));
    }
    return least;
}

bool discs_find_candidates(const discs_volume *v, discs_candidate *out, size_t *count,
                           myo_error *err) {
    size_t size = v->slices[0].columns * v->slices[0].rows, found = 0;
    /* A maximum is higher than its eight neighbours, so that there is one in four pixels at most.
     */
    size_t room = v->count * (size / 4 + 1);
    float *map = myo_alloc_array(2 * size, sizeof(float), err);
    maximum *maxima = map ? myo_alloc_array(room, sizeof *maxima, err) : NULL;
    for (size_t k = 0; maxima && k < v->count; k++) {
        disc_map(&v->slices[k], map, map + size);
        myo_grid grid = {map, v->slices[k].columns, v->slices[k].rows};
        collect(&grid, k, maxima, &found, room);
    }
    if (maxima) {
        qsort(maxima, found, sizeof *maxima, compare_maxima);
    }
    *count = 0;
    for (size_t i = 0; i < found && *count < DISCS_CANDIDATES_MAX; i++) {
        discs_candidate candidate = {.x_mm = DISCS_STEP_MM * (double)maxima[i].column,
                                     .y_mm = DISCS_STEP_MM * (double)maxima[i].row};
        if (is_apart(&candidate, out, *count)) {
            describe(v, &candidate);
            if (is_apart(&candidate, out, *count)) {
                out[(*count)++] = candidate;
            }
        }
    }
    qsort(out, *count, sizeof *out, compare_candidates);
    free(map);
    free(maxima);
    return maxima != NULL;
}
