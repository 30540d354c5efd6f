/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_SEGMENT_CT_T2_LIKE_PRIVATE_H
#define MYO_SEGMENT_CT_T2_LIKE_PRIVATE_H

#include <myotome/image.h>

/*
 * An axial CT slice (HU, canonical frame) in the contrast of T2-weighted MR: fat bright, muscle
 * dark, cortical bone black, marrow and discs between them, and the canal (its middle at column and
 * row, if not NULL) as bright as fluid. What lies beside the patient becomes air. The caller owns
 * *out. Errors: MYO_E_MEMORY, MYO_E_NOT_FOUND for a slice without a patient.
 */
bool ct_t2_like(const myo_image *hu, const double canal[2], myo_image **out, myo_error *err);

/* The patient on a slice: the largest piece that is no air, holes filled. `body` has a byte for
 * each pixel. */
bool ct_find_body(const myo_image *hu, uint8_t *body, myo_error *err);

#endif
