/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fat methods by k-means share. */
#ifndef MYO_FAT_KMEANS_PRIVATE_H
#define MYO_FAT_KMEANS_PRIVATE_H

#include "fat/pixels_private.h"

#define FAT_CLASSES_MAX 3

/* Means of `classes` (2 or 3) classes of the histogram, in rising order, at the least sum of
 * squared distances of all pixels from the mean of their class. False when the pixels have fewer
 * different levels than there are classes. */
bool fat_kmeans(const fat_histogram *histogram, int classes, double mean[FAT_CLASSES_MAX]);

/* Separates fat by k-means: the brightest class is fat, its limit is half way to the mean of the
 * class below. */
bool fat_separate_kmeans(const myo_fat_input *input, int classes, myo_fat_output *output);

#endif
