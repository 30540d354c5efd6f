/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one file says about itself, checked. */
#ifndef MYO_DICOM_HEADER_PRIVATE_H
#define MYO_DICOM_HEADER_PRIVATE_H

#include <myotome/dicom.h>

#include "dicom/dcmtk_shim_private.h"
#include "dicom/pixel_format_private.h"

#define DICOM_UID_SIZE 65   /* PS3.5 9.1: 64 characters at most */
#define DICOM_TEXT_SIZE 257 /* 64 characters (LO), 4 bytes each in UTF-8 */
#define DICOM_DATE_SIZE 9   /* YYYYMMDD */

typedef struct dicom_header {
    const char *path; /* borrowed */
    char sop_uid[DICOM_UID_SIZE], series_uid[DICOM_UID_SIZE], study_uid[DICOM_UID_SIZE];
    char frame_of_reference_uid[DICOM_UID_SIZE];
    char patient_id[DICOM_TEXT_SIZE], description[DICOM_TEXT_SIZE];
    char study_date[DICOM_DATE_SIZE];
    int series_number, instance_number;
    myo_modality modality;
    myo_weighting weighting;
    bool localizer, derived;
    double echo_time_ms, repetition_time_ms, patient_size_m;
    bool has_position, has_spacing;
    myo_geometry geometry;
} dicom_header;

/* Reads the header of the file at `path`, which must live as long as *out. Fails when the file is
 * not an image that can be measured; the message does not name the file. */
bool dicom_header_read(const char *path, dicom_header *out, myo_error *err);

/* Reads `count` decimal numbers of one element; false unless there are as many and all are
 * finite. */
bool dicom_get_numbers(const dcmtk_dataset *dataset, dcmtk_tag tag, size_t count, double *out);

/* Elements that more than one file of this folder names. */
#define TAG_PHOTOMETRIC_INTERPRETATION 0x00280004u
#define TAG_ROWS 0x00280010u
#define TAG_COLUMNS 0x00280011u
#define TAG_PIXEL_SPACING 0x00280030u
#define TAG_BITS_ALLOCATED 0x00280100u
#define TAG_BITS_STORED 0x00280101u
#define TAG_HIGH_BIT 0x00280102u
#define TAG_PIXEL_REPRESENTATION 0x00280103u
#define TAG_RESCALE_INTERCEPT 0x00281052u
#define TAG_RESCALE_SLOPE 0x00281053u
#define TAG_SAMPLES_PER_PIXEL 0x00280002u

#endif
