/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DICOM directories: the file DICOMDIR of a medium, which lists the files on it (PS3.10 8). */
#ifndef MYO_DICOM_DIRECTORY_PRIVATE_H
#define MYO_DICOM_DIRECTORY_PRIVATE_H

#include "dicom/search_private.h"
#include "dicom/source_private.h"

/* True for the names that a DICOM directory has, or is given when it is copied: DICOMDIR, dicomdir,
 * DICOMDIR;1, DICOMDIR.old. */
bool dicom_directory_is_named(const char *path);

/*
 * Compares a directory with the files that are there. `source` is the directory at `path`; `there`
 * holds, by path, at least all files of its folder and below. What it lists and what is missing is
 * recorded as skipped in `out`; the files that it lists are added to `out`, unless `found` is
 * false. *is_directory says whether the file is a DICOM directory at all.
 */
bool dicom_directory_resolve(dicom_source *source, const char *path, const dicom_search *there,
                             bool found, dicom_search *out, bool *is_directory, myo_error *err);

#endif
