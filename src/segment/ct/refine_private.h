/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_SEGMENT_CT_REFINE_PRIVATE_H
#define MYO_SEGMENT_CT_REFINE_PRIVATE_H

#include <myotome/segment.h>

/* Attenuation of muscle, HU (Mitsiopoulos 1998). */
#define CT_MUSCLE_LOW_HU (-29.0f)
#define CT_MUSCLE_HIGH_HU 150.0f
#define CT_BONE_LOW_HU 180.0f

static inline bool ct_is_muscle(float hu) {
    return hu >= CT_MUSCLE_LOW_HU && hu <= CT_MUSCLE_HIGH_HU;
}

/* An outline that is less sure is flagged. */
#define CT_CONFIDENCE_MIN 0.75

/* Sets `mask` (a byte for each pixel) to the vertebral body or disc in front of the canal (column
 * and row), on a slice in HU in the canonical frame. `size` is that of the body; 1 is an adult's.
 */
bool ct_outline_vertebra(const myo_image *hu, const double canal[2], double size, uint8_t *mask,
                         myo_error *err);

/* Refines proposed outlines of the muscles on a slice (HU, canonical frame) by its attenuations.
 * `canal` (column and row; may be NULL) tells where the midline begins. No outline grows over
 * another one, nor over any other label. */
bool ct_refine(const myo_image *hu, const double canal[2], uint16_t *labels, myo_error *err);

/* Adds MYO_FLAG_CLIPPED to what the field of view cuts off, that touches what is outside of the
 * patient, and MYO_FLAG_METAL to all outlines when metal is on the slice. `flags` has
 * MYO_STRUCTURE_COUNT rows. */
bool ct_flag_artefacts(const myo_image *hu, const uint16_t *labels,
                       uint32_t (*flags)[MYO_SIDE_COUNT], myo_error *err);

#endif
