/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boosted trees over feature maps: what class a pixel is, from the maps around it. */
#ifndef MYO_IMAGE_FOREST_H
#define MYO_IMAGE_FOREST_H

#include "image/planes.h"
#include <myotome/tensors.h>

/* An ensemble of complete binary trees whose leaves add to class scores (gradient boosting,
 * J. Friedman, Ann. Statist. 29:1189-1232, 2001). A feature is a map at an offset. Borrowed from
 * the tensors, which live as long. */
typedef struct myo_forest {
    size_t tree_count, depth, class_count, feature_count, map_count;
    const int16_t *feature; /* tree_count x (2^depth - 1) */
    const float *threshold; /* likewise */
    const int16_t *leaf;    /* tree_count x 2^depth x class_count, times leaf_scale */
    const float *prior;     /* class_count */
    const int32_t *spec;    /* feature_count x 3: map, row offset, column offset */
    float leaf_scale;
} myo_forest;

/* Takes the forest "prefix.*" out of tensors, with every size and index checked: class_count
 * answers over map_count maps. Errors (MYO_E_FORMAT) name the tensor. */
bool myo_forest_open(const myo_tensors *tensors, const char *prefix, size_t class_count,
                     size_t map_count, myo_forest *out, myo_error *err);

/* Class probabilities of pixels. The forest is evaluated over `maps` at the want_count pixels with
 * want[i] != 0 and writes class_count probabilities each into `out` (pixel-major, in reading order
 * of the wanted pixels). Beyond the maps their outermost pixels repeat. */
bool myo_forest_apply(const myo_forest *forest, const myo_planes *maps, const uint8_t *want,
                      size_t want_count, float *out, myo_error *err);

#endif
