/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deciding on the slice's own pixels from the probabilities of a frame. */
#include "segment/decide/decide_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A piece below this size is no muscle: the thinnest psoas at L1/2 has half as much again. What is
 * missing then is looked for once more where it still has this probability. */
#define AREA_MIN_MM2 100.0
#define LOST_PROBABILITY 0.15

/* What is more probably background than this everywhere around needs no looking at. */
#define WINDOW_PROBABILITY 0.1

/* A proposal in the slice's pixels, within the window where there may be something. */
typedef struct decision {
    const myo_slice *slice;
    size_t column, row, columns, rows, count; /* of the window */
    myo_planes probabilities;
    uint8_t *classes, *mask;
} decision;

void myo_proposal_structure(size_t class_index, myo_structure *structure, myo_side *side) {
    static const myo_structure structures[MYO_PROPOSAL_CLASSES] = {
        MYO_STRUCTURE_COUNT, MYO_MULTIFIDUS,  MYO_MULTIFIDUS,  MYO_ERECTOR_SPINAE,
        MYO_ERECTOR_SPINAE,  MYO_PSOAS_MAJOR, MYO_PSOAS_MAJOR, MYO_VERTEBRAL_REFERENCE};
    *structure = structures[class_index];
    *side = class_index == MYO_PROPOSAL_VERTEBRA || class_index % 2 == 1 ? MYO_LEFT : MYO_RIGHT;
}

/* Adds `weight` times the probabilities of one pixel of the grid; background beyond it. */
static void add(const myo_proposal *proposal, long column, long row, float weight, float *sum) {
    if (column < 0 || row < 0 || column >= (long)proposal->columns || row >= (long)proposal->rows) {
        sum[MYO_PROPOSAL_BACKGROUND] += weight;
        return;
    }
    const float *p = proposal->probability +
                     ((size_t)row * proposal->columns + (size_t)column) * MYO_PROPOSAL_CLASSES;
    for (size_t k = 0; k < MYO_PROPOSAL_CLASSES; k++) {
        sum[k] += weight * p[k];
    }
}

/* Bilinear. */
static void sample(const myo_proposal *proposal, double column, double row, float *sum) {
    memset(sum, 0, MYO_PROPOSAL_CLASSES * sizeof *sum);
    if (!(column > -1.0 && row > -1.0 && column < (double)proposal->columns &&
          row < (double)proposal->rows)) {
        sum[MYO_PROPOSAL_BACKGROUND] = 1.0f;
        return;
    }
    long c = (long)floor(column), r = (long)floor(row);
    float u = (float)(column - (double)c), v = (float)(row - (double)r);
    add(proposal, c, r, (1.0f - u) * (1.0f - v), sum);
    add(proposal, c + 1, r, u * (1.0f - v), sum);
    add(proposal, c, r + 1, (1.0f - u) * v, sum);
    add(proposal, c + 1, r + 1, u * v, sum);
}

/* The part of the grid that is not surely background, as first and last column and row. */
static bool find_part(const myo_proposal *proposal, double part[4]) {
    part[0] = part[2] = INFINITY;
    part[1] = part[3] = -INFINITY;
    for (size_t i = 0; i < proposal->columns * proposal->rows; i++) {
        if (1.0f - proposal->probability[i * MYO_PROPOSAL_CLASSES] > (float)WINDOW_PROBABILITY) {
            double c = (double)(i % proposal->columns), r = (double)(i / proposal->columns);
            part[0] = fmin(part[0], c - 1.0);
            part[1] = fmax(part[1], c + 1.0);
            part[2] = fmin(part[2], r - 1.0);
            part[3] = fmax(part[3], r + 1.0);
        }
    }
    return part[0] <= part[1];
}

/* First index and number of pixels that cover [low, high], within `count` pixels. */
static void cover(double low, double high, size_t count, size_t *first, size_t *number) {
    double last = (double)(count - 1);
    *first = (size_t)fmin(fmax(floor(low), 0.0), last);
    *number = (size_t)fmin(fmax(ceil(high), (double)*first), last) + 1 - *first;
}

/* The box of the slice that the corners of the part span. */
static void find_window(const myo_proposal *proposal, decision *d) {
    const myo_slice *s = d->slice;
    double part[4], low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    if (!find_part(proposal, part)) {
        d->columns = d->rows = d->count = 1;
        return;
    }
    for (int corner = 0; corner < 4; corner++) {
        double c = part[corner % 2], r = part[2 + corner / 2];
        double x = proposal->origin_mm[0] + proposal->step_mm[0] * c - proposal->step_mm[1] * r;
        double y = proposal->origin_mm[1] + proposal->step_mm[1] * c + proposal->step_mm[0] * r;
        low[0] = fmin(low[0], x / s->column_spacing_mm);
        high[0] = fmax(high[0], x / s->column_spacing_mm);
        low[1] = fmin(low[1], y / s->row_spacing_mm);
        high[1] = fmax(high[1], y / s->row_spacing_mm);
    }
    cover(low[0], high[0], s->columns, &d->column, &d->columns);
    cover(low[1], high[1], s->rows, &d->row, &d->rows);
    d->count = d->columns * d->rows;
}

static bool bring(const myo_proposal *proposal, decision *d, myo_error *err) {
    const myo_slice *s = d->slice;
    if (!myo_planes_allocate(&d->probabilities, MYO_PROPOSAL_CLASSES, d->columns, d->rows, err)) {
        return false;
    }
    double mx = proposal->step_mm[0], my = proposal->step_mm[1], norm = mx * mx + my * my;
    for (size_t i = 0; i < d->count; i++) {
        double column = (double)(d->column + i % d->columns);
        double row = (double)(d->row + i / d->columns);
        double x = column * s->column_spacing_mm - proposal->origin_mm[0];
        double y = row * s->row_spacing_mm - proposal->origin_mm[1];
        float sum[MYO_PROPOSAL_CLASSES];
        sample(proposal, (x * mx + y * my) / norm, (y * mx - x * my) / norm, sum);
        for (size_t k = 0; k < MYO_PROPOSAL_CLASSES; k++) {
            d->probabilities.pixels[k * d->count + i] = sum[k];
        }
    }
    return true;
}

static double area_mm2(const decision *d, const uint8_t *pixels, uint8_t value) {
    size_t count = 0;
    for (size_t i = 0; i < d->count; i++) {
        count += pixels[i] == value;
    }
    return (double)count * d->slice->column_spacing_mm * d->slice->row_spacing_mm;
}

/* Drops what is too small, and looks once more for a structure that is not there then. */
static bool find_lost(decision *d, uint8_t class_index, bool *recovered, myo_error *err) {
    const float *p = d->probabilities.pixels + class_index * d->count;
    *recovered = false;
    if (area_mm2(d, d->classes, class_index) >= AREA_MIN_MM2) {
        return true;
    }
    for (size_t i = 0; i < d->count; i++) {
        d->classes[i] = d->classes[i] == class_index ? MYO_PROPOSAL_BACKGROUND : d->classes[i];
        d->mask[i] = d->classes[i] == MYO_PROPOSAL_BACKGROUND && p[i] > (float)LOST_PROBABILITY;
    }
    if (!myo_mask_keep_largest(d->mask, d->columns, d->rows, err) ||
        !myo_mask_fill_holes(d->mask, d->columns, d->rows, err)) {
        return false;
    }
    *recovered = area_mm2(d, d->mask, 1) >= AREA_MIN_MM2;
    for (size_t i = 0; *recovered && i < d->count; i++) {
        bool free_pixel = d->classes[i] == MYO_PROPOSAL_BACKGROUND;
        d->classes[i] = d->mask[i] && free_pixel ? class_index : d->classes[i];
    }
    return true;
}

/* Agreement of the probabilities with the outline (a soft Dice coefficient). */
static double agreement(const decision *d, size_t class_index) {
    const float *p = d->probabilities.pixels + class_index * d->count;
    double inside = 0.0, total = 0.0;
    for (size_t i = 0; i < d->count; i++) {
        bool drawn = d->classes[i] == class_index;
        total += (double)p[i] + (drawn ? 1.0 : 0.0);
        inside += drawn ? (double)p[i] : 0.0;
    }
    return inside > 0.0 ? 2.0 * inside / total : 0.0;
}

static bool write_result(decision *d, myo_segmentation *result, myo_error *err) {
    for (size_t k = 1; k < MYO_PROPOSAL_CLASSES; k++) {
        myo_structure structure;
        myo_side side;
        bool recovered;
        myo_proposal_structure(k, &structure, &side);
        if (!find_lost(d, (uint8_t)k, &recovered, err)) {
            return false;
        }
        result->flags[structure][side] |= recovered ? MYO_FLAG_LOW_CONFIDENCE : 0;
        result->confidence[structure][side] = agreement(d, k);
        for (size_t i = 0; i < d->count; i++) {
            size_t row = d->row + i / d->columns, column = d->column + i % d->columns;
            if (d->classes[i] == k) {
                result->labels[row * d->slice->columns + column] =
                    myo_structure_get(structure)->label[side];
            }
        }
    }
    return true;
}

bool myo_decide(const myo_slice *slice, const myo_proposal *proposal, myo_segmentation *result,
                myo_error *err) {
    if (proposal->columns == 0 || proposal->rows == 0 ||
        !(hypot(proposal->step_mm[0], proposal->step_mm[1]) > 0.0)) {
        return myo_error_set(err, MYO_E_ARGUMENT, "a proposal without pixels cannot be decided on");
    }
    decision d = {.slice = slice};
    find_window(proposal, &d);
    d.classes = myo_alloc_array(d.count, 1, err);
    d.mask = myo_alloc_array(d.count, 1, err);
    const decide_input input = {.posterior = &d.probabilities,
                                .pixel_mm = sqrt(slice->column_spacing_mm * slice->row_spacing_mm)};
    bool done = d.classes && d.mask && bring(proposal, &d, err) &&
                decide_regions(&input, d.classes, err) && write_result(&d, result, err);
    myo_planes_clear(&d.probabilities);
    free(d.classes);
    free(d.mask);
    return done;
}
