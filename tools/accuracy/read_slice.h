/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the programs of the cross-validations and benchmarks share. Development only. */
#ifndef MYO_TOOLS_READ_SLICE_H
#define MYO_TOOLS_READ_SLICE_H

#include <myotome/image.h>

/* Reads the first image of a DICOM file. The caller owns *out. */
bool read_slice(const char *path, myo_image **out, myo_error *err);

/* Reads a whole file onto memory that is aligned as weights must be; the caller frees it. */
void *read_aligned(const char *path, size_t *size, myo_error *err);

#endif
