/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turning axial and sagittal slices into the canonical frame and labels back. */
#ifndef MYO_IMAGE_ORIENT_H
#define MYO_IMAGE_ORIENT_H

#include <myotome/image.h>

/*
 * Copies a slice into the canonical frame, by transposing and mirroring; no pixel is interpolated.
 * Axial slices: the column index grows to the patient's left (+x), the row index to the back (+y).
 * Sagittal ones: the column index grows to the back (+y), the row index to the feet (-z). The
 * geometry of *out describes the same pixels in their new order. Fails with MYO_E_ARGUMENT in other
 * planes. The caller owns *out.
 */
bool myo_orient_to_canonical(const myo_image *image, myo_image **out, myo_error *err);

/* Brings labels in the canonical frame of `stored` back into its stored order. The sizes are those
 * of `stored` (swapped when the frame is transposed). The caller owns *out. */
bool myo_orient_labels_back(const uint16_t *canonical, const myo_geometry *stored, myo_labels **out,
                            myo_error *err);

/* The same for intensities. */
bool myo_orient_image_back(const myo_image *canonical, const myo_geometry *stored, myo_image **out,
                           myo_error *err);

#endif
