/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * k-means of grey levels without random starts: along one axis the classes are intervals, so every
 * division of the histogram is tried and the best one is kept. It is what repeated runs of Lloyd's
 * iteration (S. Lloyd, IEEE Trans. Inf. Theory 28:129-137, 1982) approach.
 */
#include "fat/kmeans_private.h"

#include <assert.h>

/* Pixels and their summed levels below each bin. */
typedef struct sums {
    double pixels[FAT_BINS + 1], levels[FAT_BINS + 1];
} sums;

static void add_up(const fat_histogram *histogram, sums *out) {
    *out = (sums){0};
    for (size_t b = 0; b < FAT_BINS; b++) {
        out->pixels[b + 1] = out->pixels[b] + histogram->pixels[b];
        out->levels[b + 1] = out->levels[b] + histogram->pixels[b] * fat_bin_level(histogram, b);
    }
}

/* Squared sum of the levels of an interval over its pixels: the greater these are together, the
 * less the pixels are spread about the means of their classes. Negative for an interval without
 * any. */
static double gain(const sums *s, size_t from, size_t to) {
    double pixels = s->pixels[to] - s->pixels[from], levels = s->levels[to] - s->levels[from];
    return pixels > 0.0 ? levels * levels / pixels : -1.0;
}

static double mean_of(const sums *s, size_t from, size_t to) {
    return (s->levels[to] - s->levels[from]) / (s->pixels[to] - s->pixels[from]);
}

bool fat_kmeans(const fat_histogram *histogram, int classes, double mean[FAT_CLASSES_MAX]) {
    sums s;
    add_up(histogram, &s);
    double best = -1.0;
    size_t limits[FAT_CLASSES_MAX + 1] = {0};
    /* With two classes the first limit is the lower end, and the class below it has no pixel. */
    size_t first_end = classes == FAT_CLASSES_MAX ? FAT_BINS : 1;
    for (size_t first = classes == FAT_CLASSES_MAX ? 1 : 0; first < first_end; first++) {
        double below = first ? gain(&s, 0, first) : 0.0;
        for (size_t second = first + 1; below >= 0.0 && second < FAT_BINS; second++) {
            double middle = gain(&s, first, second), above = gain(&s, second, FAT_BINS);
            if (middle >= 0.0 && above >= 0.0 && below + middle + above > best) {
                best = below + middle + above;
                limits[1] = first;
                limits[2] = second;
            }
        }
    }
    limits[FAT_CLASSES_MAX] = FAT_BINS;
    int skipped = FAT_CLASSES_MAX - classes;
    for (int k = 0; best >= 0.0 && k < classes; k++) {
        mean[k] = mean_of(&s, limits[k + skipped], limits[k + skipped + 1]);
    }
    return best >= 0.0;
}

bool fat_separate_kmeans(const myo_fat_input *input, int classes, myo_fat_output *output) {
    fat_histogram histogram;
    double mean[FAT_CLASSES_MAX] = {0};
    assert(classes == 2 || classes == FAT_CLASSES_MAX);
    if (fat_count_muscles(input, &histogram) && fat_kmeans(&histogram, classes, mean)) {
        fat_apply_to_muscles(input, 0.5 * (mean[classes - 2] + mean[classes - 1]), output);
    } else {
        fat_flag_muscles(input, output);
    }
    return true;
}
