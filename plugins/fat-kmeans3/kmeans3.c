/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "kmeans3" as a plugin: three classes of grey levels by k-means.
 *
 * Lloyd's iteration (S. Lloyd, IEEE Trans. Inf. Theory 28:129-137, 1982) over all muscle pixels,
 * started at the 10th, 50th and 90th percentile of their range. The brightest class is fat.
 */
#include <math.h>
#include <myotome/plugin.h>

#define CLASS_COUNT 3

enum { PARAMETER_ITERATIONS, PARAMETER_COUNT };

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [PARAMETER_ITERATIONS] = {"iterations", "1", "Steps at most.", 100, 1, 10000},
};

/* Label values of the muscles: 51xx the back, 61xx the gluteals. */
static bool is_muscle(uint16_t label) {
    return (label >= 5101 && label <= 5132) || (label >= 6111 && label <= 6122);
}

static int nearest(const double mean[CLASS_COUNT], double value) {
    int best = 0;
    for (int k = 1; k < CLASS_COUNT; k++) {
        if (fabs(value - mean[k]) < fabs(value - mean[best])) {
            best = k;
        }
    }
    return best;
}

/* One step: moves each mean to the middle of its class; returns the greatest move. */
static double step(const myo_fat_input *input, double mean[CLASS_COUNT]) {
    double sum[CLASS_COUNT] = {0}, pixels[CLASS_COUNT] = {0}, move = 0.0;
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        if (is_muscle(input->labels[i])) {
            int k = nearest(mean, (double)input->intensity[i]);
            sum[k] += (double)input->intensity[i];
            pixels[k] += 1.0;
        }
    }
    for (int k = 0; k < CLASS_COUNT; k++) {
        double next = pixels[k] > 0.0 ? sum[k] / pixels[k] : mean[k];
        move = fmax(move, fabs(next - mean[k]));
        mean[k] = next;
    }
    return move;
}

static bool find_range(const myo_fat_input *input, double *lowest, double *highest) {
    bool found = false;
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        if (is_muscle(input->labels[i])) {
            double value = (double)input->intensity[i];
            *lowest = found ? fmin(*lowest, value) : value;
            *highest = found ? fmax(*highest, value) : value;
            found = true;
        }
    }
    return found && *highest > *lowest;
}

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    (void)err;
    double lowest, highest;
    if (!find_range(input, &lowest, &highest)) {
        return true;
    }
    double range = highest - lowest;
    double mean[CLASS_COUNT] = {lowest + 0.1 * range, lowest + 0.5 * range, lowest + 0.9 * range};
    for (int i = 0; i < (int)values[PARAMETER_ITERATIONS] && step(input, mean) > 0.0; i++) {
    }
    double threshold = 0.5 * (mean[1] + mean[2]);
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        if (is_muscle(input->labels[i])) {
            output->fat_fraction[i] = (double)input->intensity[i] >= threshold ? 1.0f : 0.0f;
        }
    }
    for (int s = 0; s < MYO_VERTEBRAL_REFERENCE; s++) {
        output->threshold[s] = threshold;
    }
    return true;
}

static const myo_fat_method kmeans3 = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "kmeans3",
             .version = "1",
             .summary = "three classes of grey levels by k-means; the brightest is fat",
             .reference = "Lloyd 1982, 10.1109/TIT.1982.1056489",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
};

static const myo_fat_method *const fat_methods[] = {&kmeans3};

static const myo_plugin plugin = {.abi_version = MYO_ABI_VERSION,
                                  .struct_size = sizeof plugin,
                                  .name = "fat-kmeans3",
                                  .version = "1",
                                  .licence = "GPL-3.0-or-later",
                                  .fat_methods = fat_methods,
                                  .fat_method_count = 1};

__attribute__((visibility("default"))) const myo_plugin *myo_plugin_entry(const myo_host *host);

const myo_plugin *myo_plugin_entry(const myo_host *host) {
    return host->abi_version == MYO_ABI_VERSION ? &plugin : NULL;
}
