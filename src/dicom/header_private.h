/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one file says about its image, or each of its images, checked. */
#ifndef MYO_DICOM_HEADER_PRIVATE_H
#define MYO_DICOM_HEADER_PRIVATE_H

#include <myotome/dicom.h>

#include "dicom/pool_private.h"
#include "dicom/source_private.h"

/* Texts lie in a pool and are never NULL, but for `archive`. */
typedef struct dicom_header {
    const char *path, *archive; /* as in a myo_instance */
    const char *sop_uid, *series_uid, *study_uid, *frame_of_reference_uid;
    const char *patient_id, *description, *study_date;
    const char *kernel, *contrast_agent; /* of CT */
    int series_number, instance_number;
    size_t frame, frame_count;
    myo_modality modality;
    myo_weighting weighting;
    bool localizer, derived;
    double echo_time_ms, repetition_time_ms, patient_size_m;
    bool has_position, has_spacing;
    myo_geometry geometry;
} dicom_header;

/* Initialise with {0}; the caller frees `headers`. */
typedef struct dicom_header_list {
    dicom_header *headers;
    size_t count, capacity;
} dicom_header_list;

/*
 * Reads the header of a file and appends one header for each image in it: one, or as many as an
 * enhanced object has frames. `path` and `archive` are borrowed, other texts go into the pool.
 * Fails when the file holds no image that can be measured; the message does not name the file.
 */
bool dicom_header_read(dicom_source *source, const char *path, const char *archive,
                       dicom_pool *pool, dicom_header_list *out, myo_error *err);

#endif
