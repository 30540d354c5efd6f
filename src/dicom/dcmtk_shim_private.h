/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of DCMTK that is used, behind a C interface. No exception leaves it, and DCMTK's own
 * logging is switched off. One object may be used by one thread at a time.
 */
#ifndef MYO_DICOM_DCMTK_SHIM_PRIVATE_H
#define MYO_DICOM_DCMTK_SHIM_PRIVATE_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dcmtk_dataset dcmtk_dataset;

/* Group and element number in one value: 0x00280010 is (0028,0010). */
typedef uint32_t dcmtk_tag;

/* Reads a file, or a member of a zip file (`archive`, or NULL). MYO_E_FORMAT when it is broken
 * before the pixel data; for pixel data that are cut off see dcmtk_dataset_read_frame(). The caller
 * owns *out. Messages do not name the file. */
bool dcmtk_dataset_read(const char *path, const char *archive, dcmtk_dataset **out, myo_error *err);

/* Creates an empty dataset for writing. */
bool dcmtk_dataset_create(dcmtk_dataset **out, myo_error *err);
void dcmtk_dataset_destroy(dcmtk_dataset *dataset);

/* Setters for writing. */
bool dcmtk_dataset_put_text(dcmtk_dataset *dataset, dcmtk_tag tag, const char *text,
                            myo_error *err);
bool dcmtk_dataset_put_unsigned(dcmtk_dataset *dataset, dcmtk_tag tag, unsigned value,
                                myo_error *err);
bool dcmtk_dataset_put_pixels(dcmtk_dataset *dataset, const uint16_t *pixels, size_t count,
                              myo_error *err);

/* Encodes the dataset as a file in explicit VR little endian. The caller frees *bytes. */
bool dcmtk_dataset_encode(dcmtk_dataset *dataset, const char *implementation_uid,
                          const char *implementation_version, uint8_t **bytes, size_t *size,
                          myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
