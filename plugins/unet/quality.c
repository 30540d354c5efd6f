/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Dice coefficient that an outline is expected to have with a reader's.
 *
 * log(1 - Dice) is linear in how far the outline is from the probabilities, how far both views of
 * the networks are from each other, and how unusual the area is. The coefficients come from the
 * cross-validation (tools/train/quality.py) and lie beside the weights.
 */
#include "unet_private.h"

#include <math.h>

#define FLOOR 1e-3 /* of 1 - agreement, and of 1 - sharpness */

double unet_expected_dice(const unet_model *model, size_t structure, const unet_signs *signs) {
    double size = log(fmax(signs->area_mm2, 1.0) / (double)model->usual_area_mm2[structure]);
    const double features[UNET_FEATURES] = {1.0, log(fmax(1.0 - signs->sharpness, FLOOR)),
                                            log(fmax(1.0 - signs->agreement, FLOOR)), size,
                                            fabs(size)};
    double sum = 0.0;
    for (size_t i = 0; i < UNET_FEATURES; i++) {
        sum += (double)model->quality[structure * UNET_FEATURES + i] * features[i];
    }
    return 1.0 - fmin(exp(sum), 1.0);
}
