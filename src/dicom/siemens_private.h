/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_DICOM_SIEMENS_PRIVATE_H
#define MYO_DICOM_SIEMENS_PRIVATE_H

#include "dicom/attributes_private.h"

/* True when an image of a Siemens scanner is a mosaic: the slices of a volume as tiles of one
 * image, under the position of none of them. */
bool dicom_siemens_is_mosaic(const dicom_attributes *attributes);

#endif
