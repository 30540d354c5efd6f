/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grey levels of all muscles of a slice, as the fat methods that look at them together need
 * them. */
#ifndef MYO_FAT_PIXELS_PRIVATE_H
#define MYO_FAT_PIXELS_PRIVATE_H

#include <myotome/fat.h>

/* Fewer muscle pixels than this have no histogram that is worth to be divided. */
#define FAT_PIXELS_MIN 50
/* Far narrower than noise, and far fewer than pixels. */
#define FAT_BINS 512

/* Histogram of the muscle pixels of both sides. */
typedef struct fat_histogram {
    size_t count; /* pixels */
    double lowest, bin_width;
    double pixels[FAT_BINS];
} fat_histogram;

/* Counts the muscle pixels. False when there are fewer than FAT_PIXELS_MIN, or all are the same:
 * then there is nothing to separate. */
bool fat_count_muscles(const myo_fat_input *input, fat_histogram *out);

/* Grey level in the middle of a bin. */
double fat_bin_level(const fat_histogram *histogram, size_t bin);

/* Says of every muscle on the slice that its fat could not be separated. */
void fat_flag_muscles(const myo_fat_input *input, myo_fat_output *output);

/* One threshold for all muscles: fat_apply_threshold() for those that are on the slice. */
void fat_apply_to_muscles(const myo_fat_input *input, double threshold, myo_fat_output *output);

#endif
