/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "otsu": one threshold from the grey levels of all muscles together.
 *
 * The threshold is the grey level that maximises the variance between the two classes that it
 * separates (N. Otsu, IEEE Trans. Syst. Man Cybern. 9:62-66, 1979), over the histogram of all
 * muscle pixels of the slice. A pixel at or above it is fat, below it is muscle; partial volume
 * is not modelled. Two classes are always found, so in a lean muscle noise is split into muscle
 * and "fat" (A. Wesselink et al., 2024): the method is here for comparison with older work.
 */
#include "base/memory.h"
#include "fat/methods_private.h"
#include "fat/threshold_private.h"

#include <stdlib.h>

enum { PARAMETER_BINS, PARAMETER_COUNT };

#define BINS_MAX 4096

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [PARAMETER_BINS] = {"bins", "1",
                        "Number of histogram bins between the least and the greatest "
                        "muscle grey level.",
                        256, 16, BINS_MAX},
};

/* Least and greatest grey level of the muscles; returns the number of muscle pixels. */
static size_t find_range(const myo_fat_input *input, double *lowest, double *highest) {
    size_t muscle_pixels = 0, count = input->columns * input->rows;
    for (size_t i = 0; i < count; i++) {
        myo_structure structure;
        if (!fat_is_muscle(input->labels[i], &structure)) {
            continue;
        }
        double value = (double)input->intensity[i];
        if (muscle_pixels == 0 || value < *lowest) {
            *lowest = value;
        }
        if (muscle_pixels == 0 || value > *highest) {
            *highest = value;
        }
        muscle_pixels++;
    }
    return muscle_pixels;
}

static void fill_histogram(const myo_fat_input *input, double lowest, double bin_width, size_t bins,
                           double *histogram) {
    size_t count = input->columns * input->rows;
    for (size_t i = 0; i < count; i++) {
        myo_structure structure;
        if (fat_is_muscle(input->labels[i], &structure)) {
            size_t bin = (size_t)(((double)input->intensity[i] - lowest) / bin_width);
            histogram[bin < bins ? bin : bins - 1] += 1.0;
        }
    }
}

/* First bin of the upper class at the greatest variance between classes. A run of equal maxima
 * (an empty gap between two peaks) gives its middle. */
static double best_split(const double *histogram, size_t bins) {
    double total = 0.0, total_moment = 0.0;
    for (size_t b = 0; b < bins; b++) {
        total += histogram[b];
        total_moment += histogram[b] * (double)b;
    }
    double below = 0.0, below_moment = 0.0, best = -1.0;
    size_t first = 0, last = 0;
    for (size_t b = 0; b + 1 < bins; b++) {
        below += histogram[b];
        below_moment += histogram[b] * (double)b;
        double above = total - below;
        if (below <= 0.0 || above <= 0.0) {
            continue;
        }
        double difference = below_moment / below - (total_moment - below_moment) / above;
        double between = below * above * difference * difference;
        if (between > best) {
            best = between;
            first = last = b + 1;
        } else if (between >= best) {
            last = b + 1;
        }
    }
    return 0.5 * (double)(first + last);
}

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    double lowest = 0.0, highest = 0.0;
    if (find_range(input, &lowest, &highest) == 0 || highest <= lowest) {
        return true; /* nothing to separate: no fat, no threshold */
    }
    size_t bins = (size_t)values[PARAMETER_BINS];
    double *histogram = myo_alloc_array(bins, sizeof *histogram, err);
    if (!histogram) {
        return false;
    }
    double bin_width = (highest - lowest) / (double)bins;
    fill_histogram(input, lowest, bin_width, bins, histogram);
    double threshold = lowest + best_split(histogram, bins) * bin_width;
    free(histogram);
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        if (myo_structure_get((myo_structure)s)->muscle) {
            fat_apply_threshold(input, (myo_structure)s, threshold, output);
        }
    }
    return true;
}

const myo_fat_method myo_fat_otsu = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "otsu",
             .version = "1",
             .summary = "one threshold over all muscles, by Otsu's criterion",
             .reference = "Otsu 1979, 10.1109/TSMC.1979.4310076",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
};
