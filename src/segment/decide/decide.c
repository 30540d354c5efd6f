/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deciding on the slice's own pixels from the probabilities of a frame. */
#include "segment/decide/decide_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A structure without any pixel that is most probable is looked for where it still has this
 * probability; a piece below this size is no muscle. */
#define LOST_PROBABILITY 0.15
#define LOST_AREA_MIN_MM2 100.0

/* A proposal in the slice's pixels. */
typedef struct decision {
    const myo_slice *slice;
    size_t count;
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

static bool bring(const myo_proposal *proposal, decision *d, myo_error *err) {
    const myo_slice *s = d->slice;
    if (!myo_planes_allocate(&d->probabilities, MYO_PROPOSAL_CLASSES, s->columns, s->rows, err)) {
        return false;
    }
    double mx = proposal->step_mm[0], my = proposal->step_mm[1], norm = mx * mx + my * my;
    for (size_t i = 0; i < d->count; i++) {
        double x = (double)(i % s->columns) * s->column_spacing_mm - proposal->origin_mm[0];
        double y = (double)(i / s->columns) * s->row_spacing_mm - proposal->origin_mm[1];
        float sum[MYO_PROPOSAL_CLASSES];
        sample(proposal, (x * mx + y * my) / norm, (y * mx - x * my) / norm, sum);
        for (size_t k = 0; k < MYO_PROPOSAL_CLASSES; k++) {
            d->probabilities.pixels[k * d->count + i] = sum[k];
        }
    }
    return true;
}

/* Looks once more for a structure that has no pixel. */
static bool find_lost(decision *d, size_t class_index, bool *recovered, myo_error *err) {
    const float *p = d->probabilities.pixels + class_index * d->count;
    size_t pixels = 0;
    *recovered = false;
    for (size_t i = 0; i < d->count; i++) {
        if (d->classes[i] == class_index) {
            return true;
        }
        d->mask[i] = d->classes[i] == MYO_PROPOSAL_BACKGROUND && p[i] > (float)LOST_PROBABILITY;
    }
    if (!myo_mask_keep_largest(d->mask, d->slice->columns, d->slice->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        pixels += d->mask[i];
    }
    double area_mm2 =
        (double)pixels * d->slice->column_spacing_mm * d->slice->row_spacing_mm;
    *recovered = area_mm2 >= LOST_AREA_MIN_MM2;
    for (size_t i = 0; *recovered && i < d->count; i++) {
        d->classes[i] = d->mask[i] ? (uint8_t)class_index : d->classes[i];
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
        if (!find_lost(d, k, &recovered, err)) {
            return false;
        }
        result->flags[structure][side] |= recovered ? MYO_FLAG_LOW_CONFIDENCE : 0;
        result->confidence[structure][side] = agreement(d, k);
        for (size_t i = 0; i < d->count; i++) {
            if (d->classes[i] == k) {
                result->labels[i] = myo_structure_get(structure)->label[side];
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
    decision d = {.slice = slice, .count = slice->columns * slice->rows};
    d.classes = myo_alloc_array(d.count, 1, err);
    d.mask = myo_alloc_array(d.count, 1, err);
    const decide_input input = {.posterior = &d.probabilities};
    bool done = d.classes && d.mask && bring(proposal, &d, err) &&
                decide_regions(&input, d.classes, err) && write_result(&d, result, err);
    myo_planes_clear(&d.probabilities);
    free(d.classes);
    free(d.mask);
    return done;
}
