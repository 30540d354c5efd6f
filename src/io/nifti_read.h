/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Label maps from NIfTI-1 and NIfTI-2 files, plain or compressed. */
#ifndef MYO_IO_NIFTI_READ_H
#define MYO_IO_NIFTI_READ_H

#include <myotome/error.h>
#include <myotome/geometry.h>

/* A volume of labels. */
typedef struct myo_label_volume {
    size_t size[3];      /* voxels along the three indices */
    myo_vec3 step_mm[3]; /* from a voxel to the next along each index, LPS */
    myo_vec3 origin_mm;  /* centre of voxel (0, 0, 0), LPS */
    uint16_t *values;    /* owned; index (k * size[1] + j) * size[0] + i */
    char *label_table;   /* owned, may be NULL: an XML text in the file that names its values */
} myo_label_volume;

/* Largest number of voxels that is read, and of different values: more is not a label map. */
#define MYO_NIFTI_VOXELS_MAX ((size_t)1 << 29)
#define MYO_NIFTI_VALUES_MAX 2048

/* True when the file begins like a NIfTI file. Little of it is read. */
bool myo_nifti_is_file(const char *path);

/*
 * Reads a label map: one volume of whole values from 0 to 65535, of any real number type, scaled
 * by slope and intercept. The sform says where it lies, or the qform where there is no sform, or
 * only one of a template. Memory is bounded by MYO_NIFTI_VOXELS_MAX, and nothing is allocated for
 * voxels that the file cannot hold. Errors name the file: MYO_E_IO, MYO_E_FORMAT for broken or
 * truncated files and for values that are no labels, MYO_E_UNSUPPORTED (several volumes, complex
 * or colour voxels, a pair of files), MYO_E_MISSING without orientation, MYO_E_RANGE, MYO_E_MEMORY.
 * The caller releases *out with myo_label_volume_clear(). Safe from any thread.
 */
bool myo_nifti_read_labels(const char *path, myo_label_volume *out, myo_error *err);
void myo_label_volume_clear(myo_label_volume *volume);

#endif
