/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How good an outline will be found, from how sure the networks are of it. */
#include "unet_private.h"

#include <math.h>

double unet_expected_dice(size_t structure, const unet_signs *signs) {
    (void)structure;
    return fmin(signs->agreement, signs->sharpness);
}
