/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files there are among the inputs of a user. */
#ifndef MYO_DICOM_SEARCH_PRIVATE_H
#define MYO_DICOM_SEARCH_PRIVATE_H

#include <myotome/dicom.h>

#include "dicom/pool_private.h"

/* A file that may be DICOM: of the disk, or a member of a zip file. */
typedef struct dicom_file {
    const char *path;    /* of a member: that of the zip file, '/', its name there */
    const char *archive; /* the zip file, or NULL; the same pointer for all of its members */
    size_t member;       /* number within the zip file */
} dicom_file;

typedef struct dicom_search {
    dicom_pool *pool; /* holds all texts; borrowed */
    dicom_file *files;
    size_t file_count, file_capacity;
    myo_skipped *skipped;
    size_t skipped_count, skipped_capacity;
} dicom_search;

/*
 * Lists the files of all inputs, by path and each once: files, those below folders, those that a
 * DICOM directory (DICOMDIR) lists, those within zip files. What cannot be opened is recorded as
 * skipped. Fails when an input does not exist, or memory runs out. Initialise with the pool; the
 * caller clears it in any case.
 */
bool dicom_search_run(dicom_search *search, const char *const *inputs, size_t input_count,
                      myo_error *err);
void dicom_search_clear(dicom_search *search);

bool dicom_search_add(dicom_search *search, const dicom_file *file, myo_error *err);

/* Records a file that is left out. `kind` is as in myo_skipped; NULL: the reason itself. */
bool dicom_search_skip(dicom_search *search, const char *path, myo_code code, const char *reason,
                       const char *kind, myo_error *err);

/* Forgets the files, and sorts those that are left out by path, each with a reason once. */
void dicom_search_finish(dicom_search *search);

#endif
