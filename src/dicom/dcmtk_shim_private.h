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

typedef enum dcmtk_part {
    DCMTK_HEADER, /* everything before the pixel data */
    DCMTK_ALL
} dcmtk_part;

/* Reads a file, or a member of a zip file (`archive`, or NULL). MYO_E_FORMAT when it is broken
 * before the pixel data; for pixel data that are cut off see dcmtk_dataset_read_frame(). The caller
 * owns *out. Messages do not name the file. */
bool dcmtk_dataset_read(const char *path, const char *archive, dcmtk_part part, dcmtk_dataset **out,
                        myo_error *err);

/* Creates an empty dataset for writing. */
bool dcmtk_dataset_create(dcmtk_dataset **out, myo_error *err);
void dcmtk_dataset_destroy(dcmtk_dataset *dataset);

bool dcmtk_dataset_has(const dcmtk_dataset *dataset, dcmtk_tag tag);

/* Copies the bytes of a text element, backslashes between values included, without padding at its
 * ends; the result is cut to the room. `utf8` converts them from the file's character set, and
 * replaces what cannot be converted by '?'. False when the element is absent or empty. */
bool dcmtk_dataset_get_text(const dcmtk_dataset *dataset, dcmtk_tag tag, bool utf8, char *text,
                            size_t size);

/* First value of an unsigned short element. */
bool dcmtk_dataset_get_unsigned(const dcmtk_dataset *dataset, dcmtk_tag tag, unsigned *out);

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
