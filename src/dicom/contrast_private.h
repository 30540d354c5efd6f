/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an MR image shows, from its physics; and whether it is an image to measure on. */
#ifndef MYO_DICOM_CONTRAST_PRIVATE_H
#define MYO_DICOM_CONTRAST_PRIVATE_H

#include <myotome/dicom.h>

#define CONTRAST_TEXT_SIZE 128

/* Texts are as in the header, several values separated by a backslash; "" when absent. Times are
 * 0 when absent. */
typedef struct dicom_contrast {
    double echo_time_ms, repetition_time_ms, inversion_time_ms;
    char sequence[CONTRAST_TEXT_SIZE];     /* ScanningSequence */
    char scan_options[CONTRAST_TEXT_SIZE]; /* ScanOptions */
    char image_type[CONTRAST_TEXT_SIZE];   /* ImageType */
    const char *description;               /* SeriesDescription, used as a hint only */
} dicom_contrast;

myo_weighting dicom_contrast_weighting(const dicom_contrast *contrast);
bool dicom_contrast_is_localizer(const dicom_contrast *contrast);
bool dicom_contrast_is_derived(const dicom_contrast *contrast);

#endif
