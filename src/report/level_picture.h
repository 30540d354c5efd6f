/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a level: what a person looks at to see whether the discs are counted rightly. */
#ifndef MYO_REPORT_LEVEL_PICTURE_H
#define MYO_REPORT_LEVEL_PICTURE_H

#include <myotome/ct.h>
#include <myotome/level.h>

/* What was found in a study. Borrowed pointers. */
typedef struct myo_report_location {
    const char *patient_id, *study_date;
    const char *level;               /* that was looked for */
    const myo_series *sagittal;      /* of the slice that is drawn */
    const myo_instance *instance;    /* that slice; NULL: a cut through the volume of `sagittal` */
    size_t sagittal_unreadable;      /* slices of the series that could not be read */
    const myo_spine *spine;          /* count 0: no discs */
    const myo_series *axial;         /* in the same frame of reference, or NULL */
    const myo_level_choice *slice;   /* of the axial series at the level, or NULL */
    const myo_level_choice *other;   /* if the count is one off, or NULL */
    const myo_trabecular *vertebrae; /* whose trabecular bone was measured; may be NULL */
    size_t vertebra_count;
} myo_report_location;

/*
 * Draws a sagittal slice and writes a PNG: front at the left and head on top, at least 1,080 pixels
 * high, the discs with their names (projected onto the slice), the planes of the axial slices where
 * they cut it, that of the chosen slice marked and labelled, letters A and P, a scale bar, and
 * beside it a panel that says who, when, which series and slice, how sure, what to check, and the
 * line "Not for clinical decisions without review." The patient's name is not known here.
 *
 * Errors: MYO_E_ARGUMENT for a plane that is not sagittal, MYO_E_MISSING without pixel spacing,
 * MYO_E_MEMORY, MYO_E_IO. Safe from any thread.
 */
bool myo_report_level_picture_write(const char *path, const myo_image *image,
                                    const myo_report_location *location, myo_error *err);

#endif
