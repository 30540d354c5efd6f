/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "subcutaneous": a share of the signal of subcutaneous fat is the limit of muscle.
 *
 * Subcutaneous fat is the patient's own reference for the signal of fat. It is found behind the
 * back muscles: the pixels between REACH_FROM and REACH_TO behind the rearmost pixel of multifidus
 * or erector spinae in every line that runs to the back. Of these (fascia, fat, skin, air) the fat
 * is what is brighter than half the brightest decile, and its median is the reference. A pixel with
 * at least FRACTION of it is fat, others are not.
 *
 * The share of one half is that of fat-referenced imaging, where tissue counts as muscle with less
 * than 50 % of adipose tissue (M. Borga et al., J Investig Med 66:1-9, 2018). There it is applied
 * to images of fat alone; in T2-weighted images muscle has a signal too, so that a pixel reaches
 * the half with less than half of fat. Carrying it over to them, and how the fat is found, are
 * ours.
 */
#include "base/memory.h"
#include "base/sort.h"
#include "fat/methods_private.h"
#include "fat/pixels_private.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum { PARAMETER_FRACTION, PARAMETER_COUNT };

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [PARAMETER_FRACTION] =
        {"fraction", "1",
         "Share of the signal of subcutaneous fat from which a pixel is fat. One "
         "half as in fat-referenced imaging (Borga 2018).",
         0.5, 0.05, 1.0},
};

#define REACH_FROM_MM 1.5 /* the fascia lies before it */
#define REACH_TO_MM 40.0  /* thicker layers do not need to be seen in full */
#define BRIGHT_QUANTILE 0.9
#define BRIGHT_SHARE 0.5   /* of that quantile: fascia, skin and air are darker */
#define AREA_MIN_MM2 100.0 /* of the fat that is found; less is no reference */
#define LEAN_QUANTILE 0.05 /* of the muscle pixels: lean muscle even at 60 % fat */
#define LEAN_MAX 0.8       /* of the threshold: where lean muscle is brighter, noise passes it */

/* Lines of pixels that run to the back: every row or every column. */
typedef struct lines {
    size_t count, length;
    size_t line_step, pixel_step; /* from line to line, and from pixel to pixel to the back */
    bool backwards;               /* the back is where indices are low */
    double spacing_mm;
} lines;

/* False when nothing says where the back is. */
static bool find_lines(const myo_fat_input *in, lines *out) {
    size_t end = offsetof(myo_fat_input, back_row) + sizeof in->back_row;
    if (in->struct_size < end || (in->back_column == 0.0 && in->back_row == 0.0)) {
        return false;
    }
    bool columns = fabs(in->back_row) >= fabs(in->back_column);
    *out = columns ? (lines){.count = in->columns,
                             .length = in->rows,
                             .line_step = 1,
                             .pixel_step = in->columns,
                             .backwards = in->back_row < 0.0,
                             .spacing_mm = in->row_spacing_mm}
                   : (lines){.count = in->rows,
                             .length = in->columns,
                             .line_step = in->columns,
                             .pixel_step = 1,
                             .backwards = in->back_column < 0.0,
                             .spacing_mm = in->column_spacing_mm};
    return out->spacing_mm > 0.0;
}

/* Index of the k-th pixel of a line, counted from the front. */
static size_t pixel_at(const lines *l, size_t line, size_t k) {
    return line * l->line_step + (l->backwards ? l->length - 1 - k : k) * l->pixel_step;
}

static bool is_back_muscle(uint16_t label) {
    myo_structure structure;
    myo_side side;
    return myo_structure_from_label(label, &structure, &side) &&
           (structure == MYO_MULTIFIDUS || structure == MYO_ERECTOR_SPINAE);
}

/* Collects what lies behind the back muscles, into `levels` of as many values as there are pixels.
 */
static size_t collect(const myo_fat_input *in, const lines *l, double *levels) {
    size_t count = 0, from = (size_t)ceil(fmin(REACH_FROM_MM / l->spacing_mm, (double)l->length));
    size_t to = (size_t)fmin(REACH_TO_MM / l->spacing_mm, (double)l->length);
    for (size_t line = 0; line < l->count; line++) {
        size_t k = l->length;
        while (k > 0 && !is_back_muscle(in->labels[pixel_at(l, line, k - 1)])) {
            k--;
        }
        /* k is the first pixel behind the muscle, or 0. */
        for (size_t j = k + from; k > 0 && j < l->length && j < k + to; j++) {
            double level = (double)in->intensity[pixel_at(l, line, j)];
            levels[count] = level;
            count += isfinite(level) ? 1 : 0;
        }
    }
    return count;
}

/* Median of the bright ones among `count` levels, which it sorts; 0 when they cover too little. */
static double reference_of(const myo_fat_input *in, double *levels, size_t count) {
    if (count == 0) {
        return 0.0;
    }
    myo_sort_doubles(levels, count);
    double limit = BRIGHT_SHARE * levels[(size_t)(BRIGHT_QUANTILE * (double)(count - 1))];
    size_t first = 0;
    while (first < count && levels[first] < limit) {
        first++;
    }
    size_t bright = count - first;
    double area_mm2 = (double)bright * in->column_spacing_mm * in->row_spacing_mm;
    return bright > 0 && area_mm2 >= AREA_MIN_MM2 ? levels[first + bright / 2] : 0.0;
}

/* True when lean muscle is so bright that the threshold does not tell it from fat. */
static bool is_muscle_bright(const myo_fat_input *input, double threshold) {
    fat_histogram histogram;
    if (!fat_count_muscles(input, &histogram)) {
        return false;
    }
    double below = 0.0, lean = LEAN_QUANTILE * (double)histogram.count;
    size_t b = 0;
    while (b + 1 < FAT_BINS && below + histogram.pixels[b] < lean) {
        below += histogram.pixels[b++];
    }
    return fat_bin_level(&histogram, b) > LEAN_MAX * threshold;
}

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    lines l;
    double reference = 0.0;
    if (find_lines(input, &l)) {
        double *levels = myo_alloc_array(input->columns * input->rows, sizeof *levels, err);
        if (!levels) {
            return false;
        }
        reference = reference_of(input, levels, collect(input, &l, levels));
        free(levels);
    }
    double threshold = values[PARAMETER_FRACTION] * reference;
    if (reference > 0.0) {
        fat_apply_to_muscles(input, threshold, output);
    }
    if (reference <= 0.0 || is_muscle_bright(input, threshold)) {
        fat_flag_muscles(input, output);
    }
    return true;
}

const myo_fat_method myo_fat_subcutaneous = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "subcutaneous",
             .version = "1",
             .summary = "a share of the signal of the subcutaneous fat behind the back muscles",
             .reference = "Borga 2018, 10.1136/jim-2018-000722 (the share of one half)",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
};
