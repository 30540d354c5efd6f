/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The built-in fat methods, one file each. */
#ifndef MYO_FAT_METHODS_PRIVATE_H
#define MYO_FAT_METHODS_PRIVATE_H

#include <myotome/fat.h>

extern const myo_fat_method myo_fat_circle;
extern const myo_fat_method myo_fat_fixed;
extern const myo_fat_method myo_fat_gmm2;
extern const myo_fat_method myo_fat_gmm3;
extern const myo_fat_method myo_fat_hu;
extern const myo_fat_method myo_fat_kmeans2;
extern const myo_fat_method myo_fat_kmeans3;
extern const myo_fat_method myo_fat_otsu;
extern const myo_fat_method myo_fat_subcutaneous;

#endif
