/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fat methods that use one threshold share. */
#ifndef MYO_FAT_THRESHOLD_PRIVATE_H
#define MYO_FAT_THRESHOLD_PRIVATE_H

#include <myotome/fat.h>

/* True when the label value belongs to a muscle; *structure is set then. */
bool fat_is_muscle(uint16_t label, myo_structure *structure);

/* Counts a pixel of structure `s` at or above `threshold` as fat (fraction 1), below as 0, and
 * records the threshold. */
void fat_apply_threshold(const myo_fat_input *input, myo_structure s, double threshold,
                         myo_fat_output *output);

#endif
