/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fat/threshold_private.h"

bool fat_is_muscle(uint16_t label, myo_structure *structure) {
    myo_side side;
    return myo_structure_from_label(label, structure, &side) &&
           myo_structure_get(*structure)->muscle;
}

void fat_apply_threshold(const myo_fat_input *input, myo_structure s, double threshold,
                         myo_fat_output *output) {
    const myo_structure_info *info = myo_structure_get(s);
    size_t count = input->columns * input->rows;
    for (size_t i = 0; i < count; i++) {
        if (input->labels[i] == info->label[MYO_LEFT] ||
            input->labels[i] == info->label[MYO_RIGHT]) {
            output->fat_fraction[i] = (double)input->intensity[i] >= threshold ? 1.0f : 0.0f;
        }
    }
    output->threshold[s] = threshold;
}
