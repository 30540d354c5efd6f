/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes synthetic MR and CT images as DICOM (explicit VR little endian), for phantoms. */
#ifndef MYO_DICOM_WRITER_H
#define MYO_DICOM_WRITER_H

#include <myotome/image.h>

/* Everything of an image but its pixels. Strings must not be NULL. */
typedef struct myo_mr_header {
    const char *patient_id, *patient_name, *patient_sex; /* sex: "M", "F", "O" or "" */
    const char *study_uid, *series_uid, *sop_uid, *frame_of_reference_uid;
    const char *study_date; /* YYYYMMDD */
    const char *study_id, *series_description, *protocol;
    int series_number, instance_number;
    double patient_size_m; /* 0: left out */
    double echo_time_ms, repetition_time_ms, field_strength_t;
    int echo_train_length;
} myo_mr_header;

/* Writes `image` rounded to unsigned 12 bits in 16 (values are clamped to 0 to 4095) with its
 * geometry. The same input gives the same bytes. */
bool myo_dicom_write_mr(const char *path, const myo_mr_header *header, const myo_image *image,
                        myo_error *err);

/* The same for an image in HU, as CT (stored with an offset of 1024); what is only of MR in
 * `header` does not count. */
bool myo_dicom_write_ct(const char *path, const myo_mr_header *header, const myo_image *image,
                        myo_error *err);

/* Makes a UID below 2.25 (UUID derived, 39 digits at most) from a text, always the same one. */
#define MYO_UID_SIZE 65
void myo_dicom_uid_from_text(const char *text, char uid[MYO_UID_SIZE]);

#endif
