/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture of a slice's fat: for each muscle the histogram of its pixels, the thresholds of all
 * fat methods that ran as labelled lines, and a table of the fat fractions they give.
 */
#ifndef MYO_REPORT_FAT_PICTURE_H
#define MYO_REPORT_FAT_PICTURE_H

#include "report/tables.h"

#define MYO_REPORT_FAT_NAME_SIZE 96

/* What one fat method made of a slice. Plain value. */
typedef struct myo_report_fat {
    char method[MYO_REPORT_FAT_NAME_SIZE]; /* name and version */
    double threshold[MYO_STRUCTURE_COUNT]; /* NaN: none */
    /* Of each side, and of both together; NaN where the muscle is absent. */
    double fraction[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT], both[MYO_STRUCTURE_COUNT];
    bool unreliable[MYO_STRUCTURE_COUNT]; /* MYO_FLAG_FAT */
} myo_report_fat;

/* Takes from a measured slice what the picture shows of the method at work. */
void myo_report_fat_take(const myo_report_slice *slice, myo_report_fat *out);

/*
 * Writes a PNG. `intensity` is what the methods saw, of the size of `labels`; `slice` names
 * patient, level and outlines. The same input gives the same bytes. Errors: MYO_E_ARGUMENT for
 * sizes that differ, MYO_E_IO, MYO_E_MEMORY.
 */
bool myo_report_fat_picture_write(const char *path, const myo_image *intensity,
                                  const myo_labels *labels, const myo_report_slice *slice,
                                  const myo_report_fat *methods, size_t count, myo_error *err);

/* What has to be said of psoas fat on T2-weighted MR wherever it is shown; static storage. */
const char *myo_report_psoas_note(void);

#endif
