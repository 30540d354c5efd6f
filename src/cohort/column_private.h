/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One column of a cohort, in two steps: what it holds, and the values of the rows that are kept. */
#ifndef MYO_COHORT_COLUMN_PRIVATE_H
#define MYO_COHORT_COLUMN_PRIVATE_H

#include "cohort/cohort.h"

/* Bytes of a value that are quoted in a message, for "%.*s". */
int cohort_quoted(const char *value);

/* Finds type and levels of column `index` of the table, counts missing values, and clears keep[row]
 * of rows without a value. column->name and column->declared (a factor) must be set. */
bool cohort_column_scan(const myo_csv *csv, size_t index, myo_cohort_column *column,
                        unsigned char *keep, myo_error *err);

/* Reads the values of the rows of the cohort, and leaves out levels that none of them has. */
bool cohort_column_fill(const myo_cohort *cohort, size_t index, myo_cohort_column *column,
                        myo_error *err);

/* Releases what belongs to a column. */
void cohort_column_clear(myo_cohort_column *column);

#endif
