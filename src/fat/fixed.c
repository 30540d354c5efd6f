/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "fixed": a threshold that the user names.
 *
 * Every muscle pixel at or above it is fat (fraction 1). On MR the threshold is a grey level after
 * bias field correction, so it holds for one scanner and protocol only; it exists to repeat a
 * published or manual threshold.
 */
#include "fat/methods_private.h"
#include "fat/threshold_private.h"

enum { PARAMETER_THRESHOLD, PARAMETER_COUNT };

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [PARAMETER_THRESHOLD] = {"threshold", "grey level",
                             "Muscle pixels at or above this corrected grey level are fat. The "
                             "default suits no scanner in particular.",
                             1000.0, -32768.0, 65535.0},
};

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    (void)err;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        if (myo_structure_get((myo_structure)s)->muscle) {
            fat_apply_threshold(input, (myo_structure)s, values[PARAMETER_THRESHOLD], output);
        }
    }
    return true;
}

const myo_fat_method myo_fat_fixed = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "fixed",
             .version = "1",
             .summary = "a grey level given by the user",
             .reference = "manual thresholding as in ImageJ",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
};
