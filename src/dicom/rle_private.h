/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_DICOM_RLE_PRIVATE_H
#define MYO_DICOM_RLE_PRIVATE_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Decodes one greyscale frame in the RLE compression of DICOM (PS3.5 annex G) into `pixels` values
 * of `bytes_per_pixel` bytes, least significant first. DCMTK has a decoder, too; it fills pixels
 * that are missing with the last one, where this one says MYO_E_FORMAT.
 */
bool dicom_rle_decode(const uint8_t *bytes, size_t size, size_t pixels, size_t bytes_per_pixel,
                      uint8_t *out, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
