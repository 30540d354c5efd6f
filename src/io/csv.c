/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CSV tables. libcsv splits the fields in its strict mode; here each field is kept, rows are
 * checked against the header, and lines are counted for messages. libcsv does not say where in
 * the text it is, so it is fed line by line.
 */
#include "io/csv.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <csv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
/* Room for the 309 digits of the greatest double, its sign, a decimal separator, and decimals. */
#define NUMBER_SIZE 352

#define LARGE 1e6

struct myo_csv {
    char *origin;
    myo_text content; /* all fields, each with its NUL */
    size_t *offsets;  /* of the fields in `content`, header first, row by row */
    size_t field_count, field_capacity;
    size_t *lines; /* of the header and the rows */
    size_t line_count, line_capacity;
    size_t column_count;
};

/* State while a table is read. */
typedef struct reading {
    myo_csv *csv;
    size_t line;      /* that is being fed */
    size_t row_line;  /* that the current row began on */
    size_t row_first; /* index of the first field of the current row */
    bool row_open;    /* the current row goes on over the end of a line (quoted line break) */
    bool failed;
    myo_error *err;
} reading;

static bool append_index(size_t **items, size_t *count, size_t *capacity, size_t value,
                         myo_error *err) {
    void *memory = *items;
    if (!myo_array_reserve(&memory, capacity, *count + 1, sizeof **items, err)) {
        return false;
    }
    *items = memory;
    (*items)[(*count)++] = value;
    return true;
}

static void take_field(void *field, size_t size, void *user) {
    reading *r = user;
    myo_csv *csv = r->csv;
    if (r->failed) {
        return;
    }
    size_t offset = csv->content.length;
    myo_text_append_bytes(&csv->content, field ? field : "", size);
    myo_text_append_bytes(&csv->content, "", 1);
    if (csv->content.failed) {
        myo_error_set(r->err, MYO_E_MEMORY, "%s: out of memory", csv->origin);
        r->failed = true;
    } else {
        r->failed =
            !append_index(&csv->offsets, &csv->field_count, &csv->field_capacity, offset, r->err);
    }
}

/* Spreadsheets of some countries separate fields otherwise: the header is one field then. */
static const char *separator_hint(const myo_csv *csv) {
    const char *name = myo_csv_get_column_name(csv, 0);
    if (csv->column_count > 1) {
        return "";
    }
    return strchr(name, ';')    ? "; fields must be separated by commas, not by semicolons"
           : strchr(name, '\t') ? "; fields must be separated by commas, not by tabs"
                                : "";
}

static bool check_header(const myo_csv *csv, myo_error *err) {
    if (csv->column_count > MYO_CSV_COLUMNS_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "%s: the header has more than %d columns",
                             csv->origin, MYO_CSV_COLUMNS_MAX);
    }
    for (size_t c = 0; c < csv->column_count; c++) {
        const char *name = myo_csv_get_column_name(csv, c);
        size_t first = c;
        if (!name[0]) {
            return myo_error_set(err, MYO_E_FORMAT, "%s: column %zu has no name", csv->origin,
                                 c + 1);
        }
        if (myo_csv_find_column(csv, name, &first) && first != c) {
            return myo_error_set(err, MYO_E_FORMAT, "%s: column '%s' occurs twice", csv->origin,
                                 name);
        }
    }
    return true;
}

static void take_row(int end, void *user) {
    (void)end;
    reading *r = user;
    myo_csv *csv = r->csv;
    if (r->failed) {
        return;
    }
    size_t fields = csv->field_count - r->row_first;
    r->row_first = csv->field_count;
    r->row_open = false;
    if (!append_index(&csv->lines, &csv->line_count, &csv->line_capacity, r->row_line, r->err)) {
        r->failed = true;
    } else if (csv->line_count == 1) {
        csv->column_count = fields;
        r->failed = !check_header(csv, r->err);
    } else if (fields != csv->column_count) {
        myo_error_set(r->err, MYO_E_FORMAT, "%s: line %zu has %zu fields, the header has %zu%s",
                      csv->origin, r->row_line, fields, csv->column_count, separator_hint(csv));
        r->failed = true;
    }
}

/* Length of the line at `text` with its line end, which is LF, CRLF or CR. 0 when a byte is not
 * text; that also catches UTF-16 and files that are no tables. */
static size_t line_length(const char *text, size_t size) {
    size_t i = 0;
    while (i < size) {
        if (text[i] == '\n') {
            return i + 1;
        }
        if (text[i] == '\r') {
            return i + (i + 1 < size && text[i + 1] == '\n' ? 2 : 1);
        }
        size_t step = myo_utf8_length(text + i, size - i);
        if (step == 0) {
            return 0;
        }
        i += step;
    }
    return size;
}

static bool is_blank(const char *line, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r' && line[i] != '\n') {
            return false;
        }
    }
    return true;
}

static bool parser_error(struct csv_parser *parser, const reading *r) {
    if (csv_error(parser) == CSV_EPARSE) {
        return myo_error_set(r->err, MYO_E_FORMAT,
                             "%s: line %zu: a quote is not closed, or stands inside of a field "
                             "without being doubled%s",
                             r->csv->origin, r->row_line,
                             r->csv->column_count == 1 ? separator_hint(r->csv) : "");
    }
    return myo_error_set(r->err, MYO_E_MEMORY, "%s: line %zu: out of memory", r->csv->origin,
                         r->row_line);
}

static bool feed_lines(struct csv_parser *parser, const char *data, size_t size, reading *r) {
    while (size > 0 && !r->failed) {
        r->line++;
        size_t length = line_length(data, size);
        if (length == 0) {
            return myo_error_set(r->err, MYO_E_FORMAT,
                                 "%s: line %zu is not UTF-8 text; save the table as CSV in UTF-8",
                                 r->csv->origin, r->line);
        }
        if (!r->row_open) {
            r->row_line = r->line;
            r->row_open = !is_blank(data, length);
        }
        if (csv_parse(parser, data, length, take_field, take_row, r) != length) {
            return parser_error(parser, r);
        }
        data += length;
        size -= length;
    }
    if (!r->failed && csv_fini(parser, take_field, take_row, r) != 0) {
        return parser_error(parser, r);
    }
    return !r->failed;
}

bool myo_csv_parse(const char *data, size_t size, const char *origin, myo_csv **out,
                   myo_error *err) {
    myo_csv *csv = myo_alloc_array(1, sizeof *csv, err);
    if (!csv) {
        return false;
    }
    bool done = false;
    struct csv_parser parser;
    reading r = {.csv = csv, .err = err};
    csv->origin = myo_string_copy(origin, err);
    if (!csv->origin) {
        goto end;
    }
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        myo_error_set(err, MYO_E_MEMORY, "%s: out of memory", origin);
        goto end;
    }
    size_t mark = strlen(BYTE_ORDER_MARK);
    if (size >= mark && memcmp(data, BYTE_ORDER_MARK, mark) == 0) {
        data += mark;
        size -= mark;
    }
    done = feed_lines(&parser, data, size, &r);
    csv_free(&parser);
    if (done && csv->line_count == 0) {
        done = myo_error_set(err, MYO_E_FORMAT, "%s: the table is empty", origin);
    }
end:
    if (done) {
        *out = csv;
    } else {
        myo_csv_destroy(csv);
    }
    return done;
}

bool myo_csv_read(const char *path, myo_csv **out, myo_error *err) {
    char *data = NULL;
    size_t size = 0;
    if (!myo_file_read(path, MYO_CSV_SIZE_MAX, &data, &size, err)) {
        return false;
    }
    bool done = myo_csv_parse(data, size, path, out, err);
    free(data);
    return done;
}

void myo_csv_destroy(myo_csv *csv) {
    if (csv) {
        free(csv->origin);
        myo_text_clear(&csv->content);
        free(csv->offsets);
        free(csv->lines);
        free(csv);
    }
}

size_t myo_csv_get_row_count(const myo_csv *csv) {
    return csv->line_count - 1;
}

size_t myo_csv_get_column_count(const myo_csv *csv) {
    return csv->column_count;
}

const char *myo_csv_get_column_name(const myo_csv *csv, size_t column) {
    return csv->content.data + csv->offsets[column];
}

const char *myo_csv_get(const myo_csv *csv, size_t row, size_t column) {
    return csv->content.data + csv->offsets[(row + 1) * csv->column_count + column];
}

bool myo_csv_find_column(const myo_csv *csv, const char *name, size_t *column) {
    for (size_t c = 0; c < csv->column_count; c++) {
        if (strcmp(myo_csv_get_column_name(csv, c), name) == 0) {
            *column = c;
            return true;
        }
    }
    return false;
}

const char *myo_csv_get_named(const myo_csv *csv, size_t row, const char *name) {
    size_t column;
    return myo_csv_find_column(csv, name, &column) ? myo_csv_get(csv, row, column) : NULL;
}

bool myo_csv_need_column(const myo_csv *csv, const char *name, size_t *column, myo_error *err) {
    if (myo_csv_find_column(csv, name, column)) {
        return true;
    }
    return myo_error_set(err, MYO_E_MISSING, "%s: column '%s' is missing%s", csv->origin, name,
                         separator_hint(csv));
}

size_t myo_csv_get_line(const myo_csv *csv, size_t row) {
    return csv->lines[row + 1];
}

const char *myo_csv_get_origin(const myo_csv *csv) {
    return csv->origin;
}

static bool needs_quotes(const char *field, size_t length) {
    return length > 0 && (strpbrk(field, ",\"\r\n") || strchr(" \t", field[0]) ||
                          strchr(" \t", field[length - 1]));
}

void myo_csv_append_field(myo_text *text, bool first, const char *field) {
    if (!first) {
        myo_text_append(text, ",");
    }
    if (!field) {
        return;
    }
    size_t length = strlen(field);
    if (!needs_quotes(field, length)) {
        myo_text_append_bytes(text, field, length);
        return;
    }
    myo_text_append(text, "\"");
    for (size_t i = 0; i < length; i++) {
        myo_text_append_bytes(text, field + i, 1);
        if (field[i] == '"') {
            myo_text_append(text, "\"");
        }
    }
    myo_text_append(text, "\"");
}

void myo_csv_append_number(myo_text *text, bool first, double value, int decimals) {
    char printed[NUMBER_SIZE], number[NUMBER_SIZE] = {0};
    if (!isfinite(value)) {
        myo_csv_append_field(text, first, "");
        return;
    }
    snprintf(printed, sizeof printed, "%.*f", decimals, value);
    size_t length = 0;
    bool is_zero = true, in_separator = false;
    for (const char *c = printed; *c; c++) {
        bool is_digit = *c >= '0' && *c <= '9';
        if (is_digit || *c == '-') {
            number[length++] = *c;
            is_zero = is_zero && (*c == '0' || *c == '-');
        } else if (!in_separator) {
            number[length++] = '.'; /* the locale's decimal separator, of one byte or more */
        }
        in_separator = !is_digit && *c != '-';
    }
    myo_csv_append_field(text, first, is_zero && number[0] == '-' ? number + 1 : number);
}

const char *myo_csv_cell(double value, int decimals, char out[MYO_CSV_CELL_SIZE]) {
    myo_text number = {0};
    if (isfinite(value)) {
        myo_csv_append_number(&number, true, value, decimals);
    }
    size_t length = number.failed || !number.data ? 0 : number.length;
    if (length == 0 || length >= MYO_CSV_CELL_SIZE) {
        memcpy(out, "-", sizeof "-");
    } else {
        memcpy(out, number.data, length + 1);
    }
    myo_text_clear(&number);
    return out;
}

const char *myo_csv_cell_any_size(double value, int decimals, char out[MYO_CSV_CELL_SIZE]) {
    double size = fabs(value);
    bool fits = size <= 0.0 || (size >= pow(10.0, -decimals) && size < LARGE);
    if (fits || !isfinite(value)) {
        return myo_csv_cell(value, decimals, out);
    }
    snprintf(out, MYO_CSV_CELL_SIZE, "%.2e", value);
    return out;
}
