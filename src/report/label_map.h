/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Label maps as BIDS-style derivatives: _dseg.nii.gz with its .json and _dseg.tsv, RoiSet.zip. */
#ifndef MYO_REPORT_LABEL_MAP_H
#define MYO_REPORT_LABEL_MAP_H

#include "report/tables.h"

/* Reduces a patient ID to letters and digits; "unknown" when none is left. `out` holds `size`
 * bytes; longer IDs are cut. */
void myo_report_subject(const char *patient_id, char *out, size_t size);

/*
 * Writes, with the stem `stem` (a path without ending, for example OUT/sub-X/anat/sub-X_desc-Y):
 * <stem>_dseg.nii.gz, <stem>_dseg.json (source UIDs, pixel hash, level, method, version, ROI
 * convention, label names), and <stem>_dseg.tsv (index, name, color). The folder must exist. Of
 * the slice, identity, level, method and ROI convention are read. `pixel_sha256` may be NULL.
 */
bool myo_report_label_map_write(const char *stem, const myo_labels *labels,
                                const myo_report_slice *slice, const char *pixel_sha256,
                                myo_error *err);

/* Writes all outlines of the slice as an ImageJ RoiSet.zip. Fails with MYO_E_NOT_FOUND when nothing
 * is labelled. */
bool myo_report_roi_set_write(const char *path, const myo_labels *labels, myo_error *err);

#endif
