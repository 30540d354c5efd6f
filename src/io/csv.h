/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV tables (RFC 4180, UTF-8, first line is the header), read through libcsv. */
#ifndef MYO_IO_CSV_H
#define MYO_IO_CSV_H

#include "base/text.h"

/* Largest CSV file that is read, in bytes. */
#define MYO_CSV_SIZE_MAX ((size_t)512 << 20)
/* Greatest number of columns; a guard against files that are no tables. */
#define MYO_CSV_COLUMNS_MAX 4096

typedef struct myo_csv myo_csv;

/* Reads a whole table. A byte order mark is skipped, line ends may be LF, CRLF or CR, empty lines
 * are left out, and blanks around fields are removed (those inside of quotes stay). Errors name
 * file and line: MYO_E_FORMAT for a row with another number of fields than the header, a column
 * without a name or with one that occurs twice, quotes in the wrong place, bytes that are not
 * UTF-8 text, or an empty file; MYO_E_RANGE beyond the
 * limits above. The caller owns *out. */
bool myo_csv_read(const char *path, myo_csv **out, myo_error *err);
/* The same from memory; `origin` is named in errors. */
bool myo_csv_parse(const char *data, size_t size, const char *origin, myo_csv **out,
                   myo_error *err);
void myo_csv_destroy(myo_csv *csv);

size_t myo_csv_get_row_count(const myo_csv *csv); /* without the header */
size_t myo_csv_get_column_count(const myo_csv *csv);
const char *myo_csv_get_column_name(const myo_csv *csv, size_t column);
/* Field of a row; never NULL. Borrowed, as the names, from the table. */
const char *myo_csv_get(const myo_csv *csv, size_t row, size_t column);
/* Finds a column by its exact name; false when there is none. */
bool myo_csv_find_column(const myo_csv *csv, const char *name, size_t *column);
/* Field of a row by the exact name of its column; NULL where there is no such column. */
const char *myo_csv_get_named(const myo_csv *csv, size_t row, const char *name);
/* As _find_column(), but a missing column is MYO_E_MISSING and names file and column. */
bool myo_csv_need_column(const myo_csv *csv, const char *name, size_t *column, myo_error *err);
/* Line of the file that a row began on, for messages. */
size_t myo_csv_get_line(const myo_csv *csv, size_t row);
/* The file name, for messages. */
const char *myo_csv_get_origin(const myo_csv *csv);

/* Appends one field, quoted where RFC 4180 asks for it (and where blanks at its ends would be
 * lost), with a comma before it unless it is the first of its line (`first`). NULL counts as "". */
void myo_csv_append_field(myo_text *text, bool first, const char *field);
/* The same for a number with a fixed count of decimals (0 to 17), with a point whatever the locale
 * is; NaN and infinity give an empty field, and there is no negative zero. */
void myo_csv_append_number(myo_text *text, bool first, double value, int decimals);

/* A number with a fixed count of decimals as text for people, or "-" where it is not finite or does
 * not fit. Returns `out`. */
#define MYO_CSV_CELL_SIZE 64
const char *myo_csv_cell(double value, int decimals, char out[MYO_CSV_CELL_SIZE]);
/* The same, but as "1.23e-07" where the decimals would leave nothing of the number, or it has more
 * than six digits before the point. */
const char *myo_csv_cell_any_size(double value, int decimals, char out[MYO_CSV_CELL_SIZE]);

#endif
