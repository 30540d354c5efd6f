/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_DICOM_RECOGNISE_PRIVATE_H
#define MYO_DICOM_RECOGNISE_PRIVATE_H

#include <myotome/error.h>

/* True when a file begins like a DICOM file, with or without the preamble of PS3.10. The error
 * says what it is instead, without naming the file. */
bool dicom_recognise(const char *path, myo_error *err);

#endif
