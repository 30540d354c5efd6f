/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A decoder of JPEG 2000 for DCMTK, which has none, over OpenJPEG. C++ only. */
#ifndef MYO_DICOM_JPEG2000_CODEC_PRIVATE_H
#define MYO_DICOM_JPEG2000_CODEC_PRIVATE_H

/* Registers it for 1.2.840.10008.1.2.4.90 and .91; to be called once. */
void jpeg2000_codec_register();

#endif
