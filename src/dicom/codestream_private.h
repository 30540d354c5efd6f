/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a compressed image says about itself, found before a decoder allocates anything by it. */
#ifndef MYO_DICOM_CODESTREAM_PRIVATE_H
#define MYO_DICOM_CODESTREAM_PRIVATE_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dicom_codestream {
    size_t columns, rows;
    unsigned components, precision; /* precision: bits of one sample */
} dicom_codestream;

/* JPEG of every process, and JPEG-LS: the frame header (ISO/IEC 10918-1 B.2.2, 14495-1 C.2.2). */
bool dicom_codestream_read_jpeg(const uint8_t *bytes, size_t size, dicom_codestream *out,
                                myo_error *err);

/* JPEG 2000: the SIZ segment (ISO/IEC 15444-1 A.5.1). All tiles must be there, each to its end,
 * since OpenJPEG leaves black what is missing. */
bool dicom_codestream_read_jpeg2000(const uint8_t *bytes, size_t size, dicom_codestream *out,
                                    myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
