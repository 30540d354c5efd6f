/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reader must know of a cohort before any number made from it. */
#include "cohort/cohort.h"

static void note_missing(const myo_cohort *c, myo_text *notes) {
    const char *separator = "";
    if (c->rows_dropped == 0) {
        return;
    }
    myo_text_printf(notes,
                    "%zu of %zu rows were left out because a value is missing:", c->rows_dropped,
                    c->rows + c->rows_dropped);
    if (c->outcome_missing > 0) {
        myo_text_printf(notes, " %s %zu", c->outcome, c->outcome_missing);
        separator = ";";
    }
    for (size_t i = 0; i < c->column_count; i++) {
        if (c->columns[i].missing > 0) {
            myo_text_printf(notes, "%s %s %zu", separator, c->columns[i].name,
                            c->columns[i].missing);
            separator = ";";
        }
    }
    myo_text_append(notes, "\n");
}

/* Patients of a feature table whose slice may lie at another level. */
static void note_levels(const myo_cohort *c, myo_text *notes) {
    size_t doubtful = 0, column;
    if (!myo_csv_find_column(c->csv, "flags", &column)) {
        return;
    }
    for (size_t i = 0; i < c->rows; i++) {
        const char *flags = myo_csv_get(c->csv, c->csv_row[i], column);
        doubtful += myo_text_lists(flags, ';', "level_not_confirmed");
    }
    if (doubtful > 0) {
        myo_text_printf(notes, "%zu of %zu patients carry the flag level_not_confirmed\n", doubtful,
                        c->rows);
    }
}

void myo_cohort_append_notes(const myo_cohort *cohort, myo_text *notes) {
    note_missing(cohort, notes);
    if (!cohort->has_patient) {
        myo_text_append(notes, "no column patient_id: whether a patient has more than one row was "
                               "not checked\n");
    }
    note_levels(cohort, notes);
    for (size_t i = 0; i < cohort->column_count; i++) {
        const myo_cohort_column *column = &cohort->columns[i];
        if (column->absent_levels > 0) {
            myo_text_printf(notes, "%s: %zu levels have no patient without missing values\n",
                            column->name, column->absent_levels);
        }
    }
}
