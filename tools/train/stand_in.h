/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A host for the parts of the plugin in programs that do not load it, and the segmenter with
 * weights that the program opens. Development only. */
#ifndef MYO_TOOLS_STAND_IN_H
#define MYO_TOOLS_STAND_IN_H

#include "unet_private.h"

extern const myo_host stand_in_host;

extern unet_model stand_in_weights;
extern unet_signs stand_in_signs[UNET_STRUCTURES]; /* of the slice that was segmented last */
extern const myo_segmenter stand_in_segmenter;

/* stand_in_weights.c: opens FOLDER/unet.safetensors and FOLDER/unet-body.safetensors as
 * stand_in_weights. */
bool stand_in_open(const char *folder, myo_error *err);
void stand_in_close(void);

#endif
