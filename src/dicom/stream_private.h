/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a DICOM file in small portions, unpacked where the dataset is deflated. */
#ifndef MYO_DICOM_STREAM_PRIVATE_H
#define MYO_DICOM_STREAM_PRIVATE_H

#include "dicom/source_private.h"

typedef struct dicom_stream dicom_stream;

/* `source` is borrowed and must live longer than *out. */
bool dicom_stream_create(dicom_source *source, dicom_stream **out, myo_error *err);
void dicom_stream_destroy(dicom_stream *stream);

/* The next bytes, at most `wanted` (DICOM_STREAM_PEEK_MAX) and fewer only at the end of the file.
 * They stay valid until the next call. */
#define DICOM_STREAM_PEEK_MAX ((size_t)65536)
bool dicom_stream_peek(dicom_stream *stream, size_t wanted, const uint8_t **bytes, size_t *got,
                       myo_error *err);

/* Goes `size` bytes on. False with MYO_E_FORMAT when the file ends before. */
bool dicom_stream_skip(dicom_stream *stream, uint64_t size, myo_error *err);

/* Bytes that have been passed since the beginning, or since unpacking began. */
uint64_t dicom_stream_get_offset(const dicom_stream *stream);

/* Bytes left, as far as the size of the file says it; UINT64_MAX when the dataset is deflated. */
uint64_t dicom_stream_get_left(const dicom_stream *stream);

/* What follows is deflated (PS3.5 A.5). It is unpacked piece by piece, up to a limit. */
bool dicom_stream_inflate(dicom_stream *stream, myo_error *err);

#endif
