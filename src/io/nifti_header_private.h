/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of a NIfTI file, of either version and byte order, checked. */
#ifndef MYO_IO_NIFTI_HEADER_PRIVATE_H
#define MYO_IO_NIFTI_HEADER_PRIVATE_H

#include <myotome/error.h>
#include <myotome/geometry.h>

/* The larger one of both headers (NIfTI-2). */
#define NIFTI_HEADER_SIZE_MAX 540

typedef struct nifti_header {
    size_t header_size; /* 348 or 540 */
    bool swapped;       /* the file has the other byte order than this machine */
    size_t size[3];
    int datatype;
    size_t bytes_per_voxel;
    double slope, intercept; /* 1 and 0 where the file has none */
    uint64_t data_offset;
    myo_vec3 step_mm[3], origin_mm; /* LPS */
} nifti_header;

/* Version of the header that `bytes` begin with: 1, 2, or 0 for something else. */
int nifti_header_version(const uint8_t *bytes, size_t size);

/* Reads and checks it. Messages do not name the file. */
bool nifti_header_parse(const uint8_t *bytes, size_t size, nifti_header *out, myo_error *err);

#endif
