/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Label maps and images as NIfTI-1 (.nii.gz), through niftiio. */
#ifndef MYO_IO_NIFTI_H
#define MYO_IO_NIFTI_H

#include <myotome/image.h>

/*
 * Writes a slice as a one-slice volume (uint16, or float32), sform and qform from the geometry
 * converted from LPS to RAS, thickness as third spacing (1 mm when unknown). The first index is
 * the column and the second the row, as stored, so no pixel moves. The same input gives the same
 * bytes, and the file is either complete or not there. `path` ends in .nii or .nii.gz (then it is
 * compressed). Errors: MYO_E_MISSING without spacing or orientation, MYO_E_IO, MYO_E_MEMORY. Safe
 * from any thread.
 */
bool myo_nifti_write_labels(const char *path, const myo_labels *labels, myo_error *err);
bool myo_nifti_write_image(const char *path, const myo_image *image, myo_error *err);

/* Writes several parallel slices of one stack as one volume; all have the size, spacing and cosines
 * of the first and equal steps between their positions, in the order of their positions. Where the
 * step is not along the normal the sform says so and the qform, which cannot, is left out. Fails
 * with MYO_E_UNSUPPORTED when the slices do not form such a volume. */
bool myo_nifti_write_label_stack(const char *path, const myo_labels *const *slices, size_t count,
                                 myo_error *err);

#endif
