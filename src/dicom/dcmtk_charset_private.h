/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversion of texts to UTF-8, by DCMTK and, for Japanese, by iconv. */
#ifndef MYO_DICOM_DCMTK_CHARSET_PRIVATE_H
#define MYO_DICOM_DCMTK_CHARSET_PRIVATE_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Converts `text` from a character set of DICOM (value of SpecificCharacterSet, "" for ASCII) and
 * cuts it to the room between characters. What cannot be converted becomes '?', control characters
 * become blanks, so that a name stays on one line.
 */
void dcmtk_text_to_utf8(const char *charset, const char *text, char *out, size_t size);

#ifdef __cplusplus
}
#endif
#endif
