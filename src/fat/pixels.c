/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fat/pixels_private.h"

#include "fat/threshold_private.h"

#include <math.h>
#include <myotome/segment.h>

/* Least and greatest grey level of the muscles. */
static void find_range(const myo_fat_input *input, double *lowest, double *highest) {
    *lowest = INFINITY;
    *highest = -INFINITY;
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        myo_structure structure;
        if (fat_is_muscle(input->labels[i], &structure)) {
            *lowest = fmin(*lowest, (double)input->intensity[i]);
            *highest = fmax(*highest, (double)input->intensity[i]);
        }
    }
}

bool fat_count_muscles(const myo_fat_input *input, fat_histogram *out) {
    *out = (fat_histogram){0};
    double highest;
    find_range(input, &out->lowest, &highest);
    out->bin_width = (highest - out->lowest) / FAT_BINS;
    if (!(out->bin_width > 0.0) || !isfinite(out->bin_width)) {
        return false;
    }
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        myo_structure structure;
        if (fat_is_muscle(input->labels[i], &structure) && isfinite(input->intensity[i])) {
            size_t bin = (size_t)(((double)input->intensity[i] - out->lowest) / out->bin_width);
            out->pixels[bin < FAT_BINS ? bin : FAT_BINS - 1] += 1.0;
            out->count++;
        }
    }
    return out->count >= FAT_PIXELS_MIN;
}

double fat_bin_level(const fat_histogram *histogram, size_t bin) {
    return histogram->lowest + ((double)bin + 0.5) * histogram->bin_width;
}

/* Bits of the muscles that are on the slice. */
static uint32_t find_muscles(const myo_fat_input *input) {
    uint32_t found = 0;
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        myo_structure structure;
        if (fat_is_muscle(input->labels[i], &structure)) {
            found |= 1u << structure;
        }
    }
    return found;
}

void fat_flag_muscles(const myo_fat_input *input, myo_fat_output *output) {
    uint32_t found = find_muscles(input);
    for (unsigned s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        output->flags[s] |= found >> s & 1u ? (uint32_t)MYO_FLAG_FAT : 0;
    }
}

void fat_apply_to_muscles(const myo_fat_input *input, double threshold, myo_fat_output *output) {
    uint32_t found = find_muscles(input);
    for (unsigned s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        if (found >> s & 1u) {
            fat_apply_threshold(input, (myo_structure)s, threshold, output);
        }
    }
}
