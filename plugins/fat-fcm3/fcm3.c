/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "fcm3" as a plugin: three fuzzy classes of grey levels.
 *
 * Fuzzy c-means (J. Bezdek, R. Ehrlich & W. Full, Comput. Geosci. 10:191-203, 1984) with the usual
 * exponent of 2 over all muscle pixels, started at the 10th, 50th and 90th percentile of their
 * range. Every pixel belongs to each class to some degree: inversely to its squared distance from
 * the class mean. Its fat fraction is its degree of the brightest class plus half of that of the
 * middle one, so that pixels are shared between muscle and fat; the half is this plugin's choice.
 * Beyond the outer means the fraction is 0 and 1. It is one half at the mean of the middle class.
 */
#include <math.h>
#include <myotome/plugin.h>

#define CLASS_COUNT 3
#define CHANGE_MIN 1e-9 /* of the range, at which the iteration ends */

enum { PARAMETER_ITERATIONS, PARAMETER_COUNT };

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [PARAMETER_ITERATIONS] = {"iterations", "1", "Steps at most.", 300, 1, 10000},
};

/* Label values of the muscles: 51xx the back, 61xx the gluteals. */
static bool is_muscle(uint16_t label) {
    return (label >= 5101 && label <= 5132) || (label >= 6111 && label <= 6122);
}

/* Degrees of the classes for a grey level; they add up to 1. */
static void find_degrees(const double mean[CLASS_COUNT], double level, double degree[CLASS_COUNT]) {
    double sum = 0.0;
    for (int k = 0; k < CLASS_COUNT; k++) {
        double d = level - mean[k];
        degree[k] = 1.0 / fmax(d * d, 1e-30);
        sum += degree[k];
    }
    for (int k = 0; k < CLASS_COUNT; k++) {
        degree[k] /= sum;
    }
}

/* One step: moves each mean to the middle of its class; returns the greatest move. */
static double step(const myo_fat_input *input, double mean[CLASS_COUNT]) {
    double sum[CLASS_COUNT] = {0}, weight[CLASS_COUNT] = {0}, move = 0.0;
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        if (is_muscle(input->labels[i])) {
            double degree[CLASS_COUNT], level = (double)input->intensity[i];
            find_degrees(mean, level, degree);
            for (int k = 0; k < CLASS_COUNT; k++) {
                weight[k] += degree[k] * degree[k];
                sum[k] += degree[k] * degree[k] * level;
            }
        }
    }
    for (int k = 0; k < CLASS_COUNT; k++) {
        double next = weight[k] > 0.0 ? sum[k] / weight[k] : mean[k];
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

static double fraction_of(const double mean[CLASS_COUNT], double level) {
    double degree[CLASS_COUNT];
    if (level <= mean[0] || level >= mean[CLASS_COUNT - 1]) {
        return level <= mean[0] ? 0.0 : 1.0;
    }
    find_degrees(mean, level, degree);
    return 0.5 * degree[1] + degree[2];
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
    for (int i = 0; i < (int)values[PARAMETER_ITERATIONS]; i++) {
        if (step(input, mean) < CHANGE_MIN * range) {
            break;
        }
    }
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        if (is_muscle(input->labels[i])) {
            output->fat_fraction[i] = (float)fraction_of(mean, (double)input->intensity[i]);
        }
    }
    for (int s = 0; s < MYO_VERTEBRAL_REFERENCE; s++) {
        output->threshold[s] = mean[1];
    }
    return true;
}

static const myo_fat_method fcm3 = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "fcm3",
             .version = "1",
             .summary = "three fuzzy classes of grey levels, between which a pixel is shared",
             .reference = "Bezdek 1984, 10.1016/0098-3004(84)90020-7",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
};

static const myo_fat_method *const fat_methods[] = {&fcm3};

static const myo_plugin plugin = {.abi_version = MYO_ABI_VERSION,
                                  .struct_size = sizeof plugin,
                                  .name = "fat-fcm3",
                                  .version = "1",
                                  .licence = "GPL-3.0-or-later",
                                  .fat_methods = fat_methods,
                                  .fat_method_count = 1};

__attribute__((visibility("default"))) const myo_plugin *myo_plugin_entry(const myo_host *host);

const myo_plugin *myo_plugin_entry(const myo_host *host) {
    return host->abi_version == MYO_ABI_VERSION ? &plugin : NULL;
}
