/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changes.csv: what outlines that were drawn changed against the automatic ones. */
#ifndef MYO_REPORT_CHANGES_H
#define MYO_REPORT_CHANGES_H

#include "report/tables.h"

/* One row: a structure and side of a slice that was drawn. Borrowed pointers. */
typedef struct myo_report_change {
    const char *patient_id, *study_uid, *sop_uid, *level;
    myo_structure structure;
    myo_side side;
    const char *method, *automatic_method, *fat_method;
    const char *source;        /* the file that it was drawn in */
    const char *source_sha256; /* of that file */
    const char *drawn;         /* when the file was changed last, UTC */
    double dice;               /* of both outlines */
    const myo_area *automatic, *traced;
} myo_report_change;

/* Header line and rows, "\n" at the end of each. */
void myo_report_changes_header(myo_text *text);
void myo_report_changes_row(myo_text *text, const myo_report_change *change);

#endif
