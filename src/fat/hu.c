/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "hu", for CT: a pixel within the window of fat is fat, every other one within the
 * outline is not. The window of muscle is part of the method because the outlines follow it, and
 * because pixels in neither (between both, or denser: contrast medium, calcification) are counted:
 * where they are many, the separation is not reliable.
 *
 * Windows: fat -190 to -30 HU, muscle -29 to 150 HU (N. Mitsiopoulos et al., J Appl Physiol
 * 85:115-122, 1998; T. Yoshizumi et al., Radiology 211:283-286, 1999).
 */
#include "fat/methods_private.h"

#include <math.h>
#include <myotome/segment.h>

enum { FAT_LOW, FAT_HIGH, MUSCLE_LOW, MUSCLE_HIGH, PARAMETER_COUNT };

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [FAT_LOW] = {"fat_low", "HU", "Least attenuation of fat.", -190.0, -1000.0, 0.0},
    [FAT_HIGH] = {"fat_high", "HU", "Greatest attenuation of fat.", -30.0, -200.0, 100.0},
    [MUSCLE_LOW] = {"muscle_low", "HU", "Least attenuation of muscle.", -29.0, -200.0, 100.0},
    [MUSCLE_HIGH] = {"muscle_high", "HU", "Greatest attenuation of muscle.", 150.0, 50.0, 1000.0},
};

/* So large a share of a muscle that is neither fat nor muscle is metal or something else. */
static const double NEITHER_MAX = 0.1;

static void separate_one(const myo_fat_input *input, myo_structure structure, const double *values,
                         myo_fat_output *output) {
    const myo_structure_info *info = myo_structure_get(structure);
    size_t all = 0, neither = 0;
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        if (input->labels[i] == 0 || (input->labels[i] != info->label[MYO_LEFT] &&
                                      input->labels[i] != info->label[MYO_RIGHT])) {
            continue;
        }
        /* HU are whole numbers, and images that were averaged are rounded to them. */
        double hu = round((double)input->intensity[i]);
        bool fat = hu >= values[FAT_LOW] && hu <= values[FAT_HIGH];
        bool muscle = hu >= values[MUSCLE_LOW] && hu <= values[MUSCLE_HIGH];
        output->fat_fraction[i] = fat ? 1.0f : 0.0f;
        all++;
        neither += !fat && !muscle;
    }
    if (all > 0) {
        output->threshold[structure] = values[FAT_HIGH];
        output->flags[structure] =
            (double)neither > NEITHER_MAX * (double)all ? (uint32_t)MYO_FLAG_FAT : 0;
    }
}

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    if (values[FAT_LOW] >= values[FAT_HIGH] || values[MUSCLE_LOW] >= values[MUSCLE_HIGH] ||
        values[FAT_HIGH] > values[MUSCLE_LOW]) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "hu: the windows of fat (%g to %g HU) and of muscle (%g to %g HU) are "
                             "empty or overlap",
                             values[FAT_LOW], values[FAT_HIGH], values[MUSCLE_LOW],
                             values[MUSCLE_HIGH]);
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        if (myo_structure_get((myo_structure)s)->muscle) {
            separate_one(input, (myo_structure)s, values, output);
        }
    }
    return true;
}

const myo_fat_method myo_fat_hu = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "hu",
             .version = "1",
             .summary = "CT: the attenuation windows of fat and muscle",
             .reference = "Mitsiopoulos 1998, 10.1152/jappl.1998.85.1.115",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
    .modality = MYO_MODALITY_CT,
};
