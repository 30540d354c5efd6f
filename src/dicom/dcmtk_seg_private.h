/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segmentation objects as DCMTK's dataset holds them, in the terms of seg_read.h. */
#ifndef MYO_DICOM_DCMTK_SEG_PRIVATE_H
#define MYO_DICOM_DCMTK_SEG_PRIVATE_H

#include "dicom/dcmtk_shim_private.h"
#include "dicom/seg_read.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills in all of `seg` from seg->dataset. What it allocates belongs to `seg`, also on failure. */
bool dcmtk_seg_describe(myo_seg *seg, myo_error *err);

/* Reads the bits of a frame of a BINARY segmentation, packed as in the file: the first pixel is bit
 * *first_bit (from the least significant one) of the first byte. The caller frees *bytes. */
bool dcmtk_seg_read_bits(const myo_seg *seg, size_t frame, uint8_t **bytes, unsigned *first_bit,
                         myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
