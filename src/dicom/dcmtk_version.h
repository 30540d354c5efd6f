/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Version of DCMTK, for reports. */
#ifndef MYO_DICOM_DCMTK_VERSION_H
#define MYO_DICOM_DCMTK_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* For example "3.6.7". Static storage. */
const char *myo_dcmtk_version(void);

#ifdef __cplusplus
}
#endif
#endif
