/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "gmm2": two-component Gaussian mixture.
 *
 * The grey levels of all muscles of both sides are described by two Gaussians, muscle and fat, by
 * expectation and maximisation (A. Dempster, N. Laird & D. Rubin, J. R. Stat. Soc. B 39:1-38, 1977)
 * over their histogram, from the classes of two-class k-means on. A pixel is fat where that is the
 * more probable component, and is not elsewhere: the threshold is the grey level between both means
 * at which they are equally probable. Nothing is known of the fat around the muscles, so two
 * components are found in a lean muscle as well. Compared with Dixon imaging: ICC at least 0.63,
 * and 0.77 for three components (E. Wesselink et al., N Am Spine Soc J 2024).
 */
#include "fat/kmeans_private.h"
#include "fat/methods_private.h"

#include <math.h>

enum { PARAMETER_ITERATIONS, PARAMETER_COUNT };
enum { MUSCLE, FAT, COMPONENT_COUNT };

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [PARAMETER_ITERATIONS] = {"iterations", "1", "Steps of expectation and maximisation at most.",
                              200, 1, 10000},
};

#define CHANGE_MIN 1e-5 /* of the distance of both means, at which the iteration ends */
#define SIGMA_MIN 1.0   /* bins: a component never becomes narrower than the histogram can show */
#define WEIGHT_MIN 1e-4 /* a component of less has vanished */
#define BISECTIONS 60

typedef struct mixture {
    double mean[COMPONENT_COUNT], sigma[COMPONENT_COUNT], weight[COMPONENT_COUNT];
} mixture;

static double log_density(const mixture *m, int component, double level) {
    double d = (level - m->mean[component]) / m->sigma[component];
    return log(m->weight[component] / m->sigma[component]) - 0.5 * d * d;
}

static double fat_probability(const mixture *m, double level) {
    return 1.0 / (1.0 + exp(log_density(m, MUSCLE, level) - log_density(m, FAT, level)));
}

/* Weights, means and widths from the probability of fat in each bin. */
static void maximise(const fat_histogram *histogram, const double probability[FAT_BINS],
                     mixture *m) {
    double n[COMPONENT_COUNT] = {0}, sum[COMPONENT_COUNT] = {0}, squares[COMPONENT_COUNT] = {0};
    for (size_t b = 0; b < FAT_BINS; b++) {
        double share[COMPONENT_COUNT] = {1.0 - probability[b], probability[b]};
        for (int k = 0; k < COMPONENT_COUNT; k++) {
            n[k] += histogram->pixels[b] * share[k];
            sum[k] += histogram->pixels[b] * share[k] * fat_bin_level(histogram, b);
        }
    }
    for (int k = 0; k < COMPONENT_COUNT; k++) {
        m->weight[k] = fmax(n[k] / (double)histogram->count, 1e-12);
        m->mean[k] = n[k] > 0.0 ? sum[k] / n[k] : m->mean[k];
    }
    for (size_t b = 0; b < FAT_BINS; b++) {
        double share[COMPONENT_COUNT] = {1.0 - probability[b], probability[b]};
        for (int k = 0; k < COMPONENT_COUNT; k++) {
            double d = fat_bin_level(histogram, b) - m->mean[k];
            squares[k] += histogram->pixels[b] * share[k] * d * d;
        }
    }
    for (int k = 0; k < COMPONENT_COUNT; k++) {
        m->sigma[k] = fmax(sqrt(squares[k] / fmax(n[k], 1.0)), SIGMA_MIN * histogram->bin_width);
    }
}

/* False when one component vanishes. */
static bool fit(const fat_histogram *histogram, const double classes[FAT_CLASSES_MAX],
                int iterations, mixture *m) {
    double probability[FAT_BINS];
    double limit = 0.5 * (classes[MUSCLE] + classes[FAT]);
    *m = (mixture){.mean = {classes[MUSCLE], classes[FAT]}};
    for (size_t b = 0; b < FAT_BINS; b++) {
        probability[b] = fat_bin_level(histogram, b) >= limit ? 1.0 : 0.0;
    }
    maximise(histogram, probability, m);
    for (int i = 0; i < iterations; i++) {
        mixture before = *m;
        for (size_t b = 0; b < FAT_BINS; b++) {
            probability[b] = fat_probability(m, fat_bin_level(histogram, b));
        }
        maximise(histogram, probability, m);
        double change =
            fabs(m->mean[MUSCLE] - before.mean[MUSCLE]) + fabs(m->mean[FAT] - before.mean[FAT]);
        if (change < CHANGE_MIN * fabs(m->mean[FAT] - m->mean[MUSCLE])) {
            break;
        }
    }
    return m->weight[MUSCLE] > WEIGHT_MIN && m->weight[FAT] > WEIGHT_MIN &&
           m->mean[FAT] > m->mean[MUSCLE];
}

/* Level between the means at which fat becomes the more probable one. */
static double crossing(const mixture *m) {
    double low = m->mean[MUSCLE], high = m->mean[FAT];
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = 0.5 * (low + high);
        if (fat_probability(m, middle) < 0.5) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    (void)err;
    fat_histogram histogram;
    double classes[FAT_CLASSES_MAX];
    mixture m;
    if (fat_count_muscles(input, &histogram) && fat_kmeans(&histogram, COMPONENT_COUNT, classes) &&
        fit(&histogram, classes, (int)values[PARAMETER_ITERATIONS], &m)) {
        fat_apply_to_muscles(input, crossing(&m), output);
    } else {
        fat_flag_muscles(input, output);
    }
    return true;
}

const myo_fat_method myo_fat_gmm2 = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "gmm2",
             .version = "1",
             .summary = "two-component Gaussian mixture; the brighter is fat",
             .reference = "Dempster 1977; Wesselink 2024 (against Dixon)",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
};
