/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the stored values of an image are laid out. */
#ifndef MYO_DICOM_PIXEL_FORMAT_PRIVATE_H
#define MYO_DICOM_PIXEL_FORMAT_PRIVATE_H

#include "dicom/attributes_private.h"
#include "dicom/dcmtk_shim_private.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dicom_pixel_format {
    size_t columns, rows, frames;
    unsigned bits_allocated, bits_stored, high_bit;
    bool is_signed, inverted; /* inverted: MONOCHROME1 */
} dicom_pixel_format;

/* Reads and checks it: greyscale, 8 or 16 bits. */
bool dicom_pixel_format_read(const dicom_attributes *attributes, dicom_pixel_format *out,
                             myo_error *err);

/* Refuses colour. An image without any greyscale interpretation is refused, too. */
bool dicom_greyscale_check(const dicom_attributes *attributes, bool *inverted, myo_error *err);

/*
 * Reads one frame, counted from 0, without decoding the others: columns x rows values of
 * bits_allocated bits, least significant byte first. `format` is what dicom_pixel_format_read()
 * gave; afterwards it describes the values as the codec left them, for example in 8 bits. The
 * caller frees *bytes. MYO_E_UNSUPPORTED names a compression that cannot be read; MYO_E_FORMAT:
 * truncated or broken; MYO_E_MISSING: no pixel data.
 */
bool dcmtk_dataset_read_frame(dcmtk_dataset *dataset, size_t frame, dicom_pixel_format *format,
                              uint8_t **bytes, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
