/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "kmeans2": two classes of grey levels by k-means, of which the brighter one is fat.
 *
 * The classes are those of all muscle pixels of the slice together, at the least sum of squared
 * distances from the class means (kmeans.c). A pixel is fat or it is not. Two classes are always
 * found: in a lean muscle noise is divided, and among streaks of fat the mixed pixels are. Compared
 * with Dixon imaging it agreed worst of the methods that were tried (ICC at most 0.38; E. Wesselink
 * et al., N Am Spine Soc J 2024). Here for comparison with older work. Otsu's criterion is the same
 * sum, so that "otsu" differs from it by where between the classes the limit lies.
 */
#include "fat/kmeans_private.h"
#include "fat/methods_private.h"

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    (void)values;
    (void)err;
    return fat_separate_kmeans(input, 2, output);
}

const myo_fat_method myo_fat_kmeans2 = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "kmeans2",
             .version = "1",
             .summary = "two classes of grey levels by k-means; the brighter is fat",
             .reference = "Lloyd 1982, 10.1109/TIT.1982.1056489; Wesselink 2024 (against Dixon)"},
    .separate = separate,
};
