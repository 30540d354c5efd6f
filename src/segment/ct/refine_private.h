/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_SEGMENT_CT_REFINE_PRIVATE_H
#define MYO_SEGMENT_CT_REFINE_PRIVATE_H

#include <myotome/segment.h>

/* Attenuation of muscle, HU (Mitsiopoulos 1998). */
#define CT_MUSCLE_LOW_HU (-29.0f)
#define CT_MUSCLE_HIGH_HU 150.0f
#define CT_BONE_LOW_HU 180.0f

/* Refines proposed outlines of the muscles on a slice (HU, canonical frame) by its attenuations. */
bool ct_refine(const myo_image *hu, myo_labels *labels, myo_error *err);

#endif
