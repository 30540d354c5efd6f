/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reader changed: areas before and after, and how well both outlines agree. */
#include "report/changes.h"

#include "io/csv.h"

#include <math.h>

enum { DECIMALS_AREA = 2, DECIMALS_PERCENT = 2, DECIMALS_DICE = 4 };

static const char *const columns[] = {"patient_id",
                                      "study_uid",
                                      "sop_uid",
                                      "level",
                                      "structure",
                                      "side",
                                      "method",
                                      "source",
                                      "source_sha256",
                                      "drawn",
                                      "automatic_method",
                                      "dice",
                                      "automatic_csa_mm2",
                                      "csa_mm2",
                                      "csa_change_percent",
                                      "fat_method",
                                      "automatic_fcsa_mm2",
                                      "fcsa_mm2",
                                      "fcsa_change_percent"};

void myo_report_changes_header(myo_text *text) {
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        myo_csv_append_field(text, i == 0, columns[i]);
    }
    myo_text_append(text, "\n");
}

/* An area before and after with the change in percent; unknown where there was none before. */
static void append_areas(myo_text *text, bool known, double before, double after) {
    bool comparable = known && before > 0.0;
    myo_csv_append_number(text, false, known ? before : (double)NAN, DECIMALS_AREA);
    myo_csv_append_number(text, false, after, DECIMALS_AREA);
    myo_csv_append_number(text, false, comparable ? 100.0 * (after - before) / before : (double)NAN,
                          DECIMALS_PERCENT);
}

void myo_report_changes_row(myo_text *text, const myo_report_change *c) {
    const myo_structure_info *info = myo_structure_get(c->structure);
    const char *const fields[] = {
        c->patient_id, c->study_uid,       c->sop_uid,
        c->level,      info->key,          myo_side_key(c->structure, c->side),
        c->method,     c->source,          c->source_sha256,
        c->drawn,      c->automatic_method};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        myo_csv_append_field(text, i == 0, fields[i]);
    }
    myo_csv_append_number(text, false, c->dice, DECIMALS_DICE);
    append_areas(text, c->automatic->present, c->automatic->csa_mm2, c->traced->csa_mm2);
    myo_csv_append_field(text, false, info->muscle ? c->fat_method : "");
    append_areas(text, c->automatic->present && info->muscle, c->automatic->fcsa_mm2,
                 info->muscle ? c->traced->fcsa_mm2 : (double)NAN);
    myo_text_append(text, "\n");
}
