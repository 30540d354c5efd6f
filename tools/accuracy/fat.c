/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measures every fat method for MR on phantoms, whose fat fractions are known.
 *
 *     fat-accuracy FIRST_SEED LAST_SEED >rows.csv
 *
 * Outlines are the true ones, so that errors are those of the fat methods, and of the correction of
 * the bias field that comes before them, as in the program. fat.py makes the tables.
 */
#include "image/bias.h"

#include <math.h>
#include <myotome/fat.h>
#include <myotome/phantom.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERCENT_MAX 60
#define PERCENT_STEP 5
/* What a reader may have chosen for "fixed": the same grey level on every slice. It lies half way
 * from muscle to fat on the slices of usual noise and bias. */
#define FIXED_THRESHOLD "190"

static const struct {
    double noise_percent, bias;
} conditions[] = {{5.0, 2.5}, {10.0, 2.5}, {20.0, 2.5}, {10.0, 1.0}, {10.0, 4.0}};

static const myo_structure muscles[] = {MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE, MYO_PSOAS_MAJOR};

typedef struct slice {
    myo_image *corrected, *truth;
    myo_labels *labels;
} slice;

static void slice_clear(slice *s) {
    myo_image_destroy(s->corrected);
    myo_image_destroy(s->truth);
    myo_labels_destroy(s->labels);
    *s = (slice){0};
}

static bool slice_create(const myo_phantom_options *options, slice *out, myo_error *err) {
    myo_image *image = NULL;
    myo_bias bias;
    bool done = myo_phantom_slice(options, &image, &out->labels, &out->truth, err) &&
                myo_image_create_copy(image, &out->corrected, err) &&
                myo_bias_estimate(image, &bias, err);
    if (done) {
        myo_bias_apply(&bias, image, out->corrected);
    }
    myo_image_destroy(image);
    return done;
}

static double mean_over(const myo_labels *labels, const myo_image *values, myo_structure muscle) {
    const myo_structure_info *info = myo_structure_get(muscle);
    const myo_geometry *g = myo_labels_get_geometry(labels);
    double sum = 0.0, pixels = 0.0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        uint16_t label = myo_labels_get_const_pixels(labels)[i];
        if (label == info->label[MYO_LEFT] || label == info->label[MYO_RIGHT]) {
            sum += (double)myo_image_get_const_pixels(values)[i];
            pixels += 1.0;
        }
    }
    return sum / pixels;
}

static bool print_method(const myo_phantom_options *options, const slice *s,
                         const myo_fat_method *method, myo_error *err) {
    const double fixed = atof(FIXED_THRESHOLD);
    bool is_fixed = strcmp(method->info.name, "fixed") == 0;
    myo_fat_map map;
    if (!myo_fat_separate(method, s->corrected, s->labels, is_fixed ? &fixed : NULL, &map, err)) {
        return false;
    }
    for (size_t m = 0; m < sizeof muscles / sizeof muscles[0]; m++) {
        printf("%u,%.0f,%g,%g,%s,%s,%.6f,%.6f,%.2f,%d\n", (unsigned)options->seed,
               100.0 * options->fat_fraction, options->noise_percent, options->bias,
               method->info.name, myo_structure_get(muscles[m])->key,
               mean_over(s->labels, s->truth, muscles[m]),
               mean_over(s->labels, map.fraction, muscles[m]), map.threshold[muscles[m]],
               map.flags[muscles[m]] != 0);
    }
    myo_fat_map_clear(&map);
    return true;
}

static bool print_slice(const myo_phantom_options *options, myo_error *err) {
    slice s = {0};
    size_t count;
    const myo_fat_method *const *methods = myo_fat_builtins(&count);
    bool done = slice_create(options, &s, err);
    for (size_t i = 0; done && i < count; i++) {
        done = !myo_fat_suits(methods[i], MYO_MODALITY_MR) ||
               print_method(options, &s, methods[i], err);
    }
    slice_clear(&s);
    return done;
}

int main(int argc, char **argv) {
    int first = argc == 3 ? atoi(argv[1]) : 0, last = argc == 3 ? atoi(argv[2]) : 0;
    if (first < 1 || last < first) {
        fprintf(stderr, "usage: fat-accuracy FIRST_SEED LAST_SEED\n");
        return 2;
    }
    for (int seed = first; seed <= last; seed++) {
        for (size_t c = 0; c < sizeof conditions / sizeof conditions[0]; c++) {
            for (int percent = 0; percent <= PERCENT_MAX; percent += PERCENT_STEP) {
                myo_phantom_options options = myo_phantom_defaults();
                myo_error err = {0};
                options.seed = (uint64_t)seed;
                options.fat_fraction = percent / 100.0;
                options.noise_percent = conditions[c].noise_percent;
                options.bias = conditions[c].bias;
                if (!print_slice(&options, &err)) {
                    fprintf(stderr, "fat-accuracy: %s\n", err.message);
                    return 1;
                }
            }
        }
    }
    return 0;
}
