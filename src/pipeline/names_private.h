/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of a study's folders and files. */
#ifndef MYO_PIPELINE_NAMES_PRIVATE_H
#define MYO_PIPELINE_NAMES_PRIVATE_H

#include <myotome/dicom.h>

/* Room for a reduced patient ID, and for a file's name without ending. */
#define NAMES_SUBJECT_SIZE 65
#define NAMES_STEM_SIZE 256

/* Name of a study's files without ending: sub-<id>[_ses-<date>]_desc-<level>, and, with a `key`,
 * what tells it from other studies of the same reduced ID and date. */
void names_stem(const myo_study *shown, const char *level, const char *key,
                char stem[NAMES_STEM_SIZE]);

/* True when both studies have the same reduced ID and the same date. */
bool names_are_shared(const myo_study *a, const myo_study *b);

#endif
