/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables that say what names or label values mean: the user's own (CSV), the label descriptions of
 * ITK-SNAP, the _dseg.tsv of BIDS (index, name), and the label table in XML that Caret and
 * TotalSegmentator keep in the header of a NIfTI file.
 */
#include "tracing/names_private.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "io/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TABLE_SIZE_MAX ((size_t)4 << 20)
#define ROWS_MAX 65536
#define VALUE_MAX 65535
/* Numbers of a line of ITK-SNAP in front of the name: index, red, green, blue, opacity, and whether
 * it is shown in slices and as a mesh. */
#define ITKSNAP_NUMBERS 7

static bool add_row(tracing_names *names, const char *name, size_t length, int value,
                    const tracing_name_row *filled, myo_error *err) {
    void *rows = names->rows;
    if (names->count == ROWS_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "more than %d names", ROWS_MAX);
    }
    if (!myo_array_reserve(&rows, &names->capacity, names->count + 1, sizeof *names->rows, err)) {
        return false;
    }
    names->rows = rows;
    char *copy = myo_alloc_array(length + 1, 1, err);
    if (!copy) {
        return false;
    }
    memcpy(copy, name, length);
    tracing_name_row *row = &names->rows[names->count++];
    *row = filled ? *filled : (tracing_name_row){0};
    row->name = copy;
    row->value = value;
    if (!filled) {
        row->kind = tracing_name_parse(copy, &row->meaning);
    }
    return true;
}

void tracing_names_clear(tracing_names *names) {
    for (size_t i = 0; i < names->count; i++) {
        free(names->rows[i].name);
    }
    free(names->rows);
    *names = (tracing_names){0};
}

/* --- The user's table ------------------------------------------------------------------------- */

/* What a row says; an empty structure, or "ignore", leaves the region out on purpose. */
static bool read_meaning(const myo_csv *csv, size_t row, const char *structure, const char *side,
                         tracing_name_row *out, myo_error *err) {
    out->kind = TRACING_NAME_KNOWN;
    out->meaning = (tracing_meaning){.side = TRACING_NO_SIDE};
    if (structure[0] == '\0' || strcasecmp(structure, "ignore") == 0) {
        return true;
    }
    myo_structure known;
    if (myo_structure_from_key(structure, &known)) {
        out->meaning = (tracing_meaning){.used = true, .structure = known, .side = TRACING_NO_SIDE};
    } else if (tracing_name_parse(structure, &out->meaning) != TRACING_NAME_KNOWN) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "%s:%zu: unknown structure \"%s\" (write multifidus, erector_spinae, "
                             "psoas_major, ..., lean, or ignore)",
                             myo_csv_get_origin(csv), myo_csv_get_line(csv, row), structure);
    }
    int given;
    if (!tracing_side_parse(side, &given)) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "%s:%zu: unknown side \"%s\" (write left, right or nothing)",
                             myo_csv_get_origin(csv), myo_csv_get_line(csv, row), side);
    }
    if (given != TRACING_NO_SIDE) {
        out->meaning.side = given;
    }
    if (!out->meaning.lean && !myo_structure_get(out->meaning.structure)->paired) {
        out->meaning.side = MYO_LEFT;
    }
    return true;
}

static bool read_csv(const myo_csv *csv, tracing_names *out, myo_error *err) {
    size_t name_column, structure_column, side_column;
    if (!myo_csv_need_column(csv, "name", &name_column, err) ||
        !myo_csv_need_column(csv, "structure", &structure_column, err)) {
        return false;
    }
    bool has_side = myo_csv_find_column(csv, "side", &side_column);
    for (size_t row = 0; row < myo_csv_get_row_count(csv); row++) {
        const char *name = myo_csv_get(csv, row, name_column);
        tracing_name_row filled;
        int value;
        if (!read_meaning(csv, row, myo_csv_get(csv, row, structure_column),
                          has_side ? myo_csv_get(csv, row, side_column) : "", &filled, err)) {
            return false;
        }
        bool is_value = myo_integer_parse(name, &value) && value > 0 && value <= VALUE_MAX;
        if (!add_row(out, name, strlen(name), is_value ? value : -1, &filled, err)) {
            return false;
        }
    }
    return true;
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* Takes the next line off a text, without its end; false at the end of the text. */
static bool next_line(const char **text, const char **line, size_t *length) {
    if (**text == '\0') {
        return false;
    }
    *line = *text;
    *length = strcspn(*text, "\r\n");
    *text += *length;
    if (**text == '\r') {
        (*text)++;
    }
    if (**text == '\n') {
        (*text)++;
    }
    return true;
}

/* A copy of part of a line as a number. */
static bool parse_number(const char *text, size_t length, double *out) {
    char copy[32];
    if (length == 0 || length >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    return myo_number_parse(copy, out);
}

/* --- ITK-SNAP --------------------------------------------------------------------------------- */

typedef enum line_kind { LINE_EMPTY, LINE_LABEL, LINE_OTHER } line_kind;

/* Reads: index, six numbers, and the name in quotes. */
static line_kind read_itksnap_line(const char *line, size_t length, int *value, const char **name,
                                   size_t *name_length) {
    static const char blanks[] = " \t";
    size_t at = 0;
    for (int i = 0; i < ITKSNAP_NUMBERS; i++) {
        while (at < length && strchr(blanks, line[at])) {
            at++;
        }
        if (i == 0 && (at == length || line[at] == '#')) {
            return LINE_EMPTY;
        }
        size_t begin = at;
        double number;
        while (at < length && !strchr(blanks, line[at])) {
            at++;
        }
        if (!parse_number(line + begin, at - begin, &number) ||
            (i == 0 && !(number >= 0.0 && number <= VALUE_MAX))) {
            return LINE_OTHER;
        }
        *value = i == 0 ? (int)number : *value;
    }
    const char *open = at < length ? memchr(line + at, '"', length - at) : NULL;
    if (!open) {
        return LINE_OTHER;
    }
    const char *close = memchr(open + 1, '"', length - (size_t)(open + 1 - line));
    *name = open + 1;
    *name_length = close ? (size_t)(close - open - 1) : 0;
    return close ? LINE_LABEL : LINE_OTHER;
}

/* True when the first line that is no comment is one of ITK-SNAP. */
static bool is_itksnap(const char *text) {
    const char *line, *name;
    size_t length, name_length;
    int value = 0;
    while (next_line(&text, &line, &length)) {
        line_kind kind = read_itksnap_line(line, length, &value, &name, &name_length);
        if (kind != LINE_EMPTY) {
            return kind == LINE_LABEL;
        }
    }
    return false;
}

static bool read_itksnap(const char *path, const char *text, tracing_names *out, myo_error *err) {
    const char *line, *name;
    size_t length, name_length, number = 0;
    while (next_line(&text, &line, &length)) {
        int value = 0;
        number++;
        line_kind kind = read_itksnap_line(line, length, &value, &name, &name_length);
        if (kind == LINE_OTHER) {
            return myo_error_set(err, MYO_E_FORMAT,
                                 "%s:%zu: not a line of an ITK-SNAP label description", path,
                                 number);
        }
        if (kind == LINE_LABEL && value > 0 && !add_row(out, name, name_length, value, NULL, err)) {
            return false;
        }
    }
    return true;
}

bool tracing_names_read(const char *path, tracing_names *out, myo_error *err) {
    char *text = NULL;
    size_t size;
    myo_csv *csv = NULL;
    if (!myo_file_read(path, TABLE_SIZE_MAX, &text, &size, err)) {
        return false;
    }
    bool done = is_itksnap(text)
                    ? read_itksnap(path, text, out, err)
                    : myo_csv_parse(text, size, path, &csv, err) && read_csv(csv, out, err);
    if (done && out->count == 0) {
        done = myo_error_set(err, MYO_E_ARGUMENT, "%s: no names in it", path);
    }
    myo_csv_destroy(csv);
    free(text);
    return done;
}

/* --- BIDS ------------------------------------------------------------------------------------- */

/* Finds a field of a line with tabs; false when the line has fewer. */
static bool get_field(const char *line, size_t length, size_t column, const char **field,
                      size_t *field_length) {
    const char *end = line + length;
    for (size_t i = 0; i < column; i++) {
        const char *tab = memchr(line, '\t', (size_t)(end - line));
        if (!tab) {
            return false;
        }
        line = tab + 1;
    }
    const char *tab = memchr(line, '\t', (size_t)(end - line));
    *field = line;
    *field_length = (size_t)((tab ? tab : end) - line);
    return true;
}

static bool find_column(const char *line, size_t length, const char *name, size_t *column) {
    const char *field;
    size_t field_length;
    for (*column = 0; get_field(line, length, *column, &field, &field_length); (*column)++) {
        if (field_length == strlen(name) && strncasecmp(field, name, field_length) == 0) {
            return true;
        }
    }
    return false;
}

/* Lines whose index is no label value are passed over. *is_one is false for another kind of table.
 */
static bool read_bids(const char *text, tracing_names *out, bool *is_one, myo_error *err) {
    const char *line, *field;
    size_t length, field_length, index_column, name_column;
    *is_one = next_line(&text, &line, &length) &&
              find_column(line, length, "index", &index_column) &&
              find_column(line, length, "name", &name_column);
    while (*is_one && next_line(&text, &line, &length)) {
        double value = 0.0;
        bool usable = get_field(line, length, index_column, &field, &field_length) &&
                      parse_number(field, field_length, &value) && value >= 1.0 &&
                      value <= VALUE_MAX &&
                      get_field(line, length, name_column, &field, &field_length);
        if (usable && !add_row(out, field, field_length, (int)value, NULL, err)) {
            return false;
        }
    }
    return true;
}

/* --- Beside the label map --------------------------------------------------------------------- */

/* The path without .nii or .nii.gz, and with another ending. */
static char *replace_ending(const char *path, const char *ending, myo_error *err) {
    static const char *const known[] = {".nii.gz", ".nii"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t tail = strlen(known[i]);
        if (length > tail && strcasecmp(path + length - tail, known[i]) == 0) {
            length -= tail;
            break;
        }
    }
    size_t size = length + strlen(ending) + 1;
    char *out = myo_alloc_array(size, 1, err);
    if (out) {
        memcpy(out, path, length);
        snprintf(out + length, size - length, "%s", ending);
    }
    return out;
}

/* Reads one candidate. A file that is not there, or is something else, is none. */
static bool try_beside(const char *path, const char *ending, bool bids, tracing_names *out,
                       bool *found, myo_error *err) {
    char *beside = replace_ending(path, ending, err), *text = NULL;
    size_t size;
    bool done = beside != NULL;
    *found = false;
    if (done && myo_file_read(beside, TABLE_SIZE_MAX, &text, &size, NULL)) {
        if (bids) {
            done = read_bids(text, out, found, err);
        } else if (is_itksnap(text)) {
            *found = true;
            done = read_itksnap(beside, text, out, err);
        }
    }
    *found = *found && out->count > 0;
    free(text);
    free(beside);
    return done;
}

bool tracing_names_find_beside(const char *path, tracing_names *out, const char **naming,
                               myo_error *err) {
    static const struct {
        const char *ending;
        bool bids;
        const char *naming;
    } candidates[] = {{".tsv", true, "BIDS table"},
                      {".txt", false, "ITK-SNAP labels"},
                      {".label", false, "ITK-SNAP labels"}};
    bool found = false;
    *naming = NULL;
    for (size_t i = 0; !found && i < sizeof candidates / sizeof candidates[0]; i++) {
        if (!try_beside(path, candidates[i].ending, candidates[i].bids, out, &found, err)) {
            return false;
        }
        *naming = found ? candidates[i].naming : NULL;
    }
    return true;
}

/* --- XML -------------------------------------------------------------------------------------- */

/* Elements <Label Key="5" ...>name</Label>, the name perhaps as CDATA. Nothing else is read. */
bool tracing_names_read_xml(const char *text, tracing_names *out, myo_error *err) {
    static const char key[] = "Key=\"", cdata[] = "<![CDATA[";
    while ((text = strstr(text, "<Label ")) != NULL) {
        const char *name = strchr(text, '>');
        const char *number = strstr(text, key);
        const char *end = strstr(text, "</Label>");
        double value = 0.0;
        if (!name || !end || end < name) {
            return true;
        }
        name++;
        if (strncmp(name, cdata, sizeof cdata - 1) == 0) {
            name += sizeof cdata - 1;
        }
        size_t length = strcspn(name, "]<");
        if (number && number < name &&
            parse_number(number + sizeof key - 1, strcspn(number + sizeof key - 1, "\""), &value) &&
            value >= 1.0 && value <= VALUE_MAX && name + length <= end &&
            !add_row(out, name, length, (int)value, NULL, err)) {
            return false;
        }
        text = end;
    }
    return true;
}

/* --- Look-up ---------------------------------------------------------------------------------- */

/* Length of a name without blanks at its end and the number that ImageJ makes it unique with. */
static size_t plain_length(const char *name) {
    size_t length = strlen(name), digits = 0;
    while (length > 0 && name[length - 1] == ' ') {
        length--;
    }
    while (digits < length && strchr("0123456789", name[length - 1 - digits])) {
        digits++;
    }
    bool has_number = digits > 0 && digits + 1 < length && name[length - 1 - digits] == '-';
    return has_number ? length - digits - 1 : length;
}

const tracing_name_row *tracing_names_find(const tracing_names *names, const char *name) {
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->rows[i].name, name) == 0) {
            return &names->rows[i];
        }
    }
    size_t length = plain_length(name);
    for (size_t i = 0; i < names->count; i++) {
        const char *row = names->rows[i].name;
        if (strcasecmp(row, name) == 0 ||
            (strlen(row) == length && strncasecmp(row, name, length) == 0)) {
            return &names->rows[i];
        }
    }
    return NULL;
}

const tracing_name_row *tracing_names_find_value(const tracing_names *names, unsigned value) {
    for (size_t i = 0; i < names->count; i++) {
        if (names->rows[i].value == (int)value) {
            return &names->rows[i];
        }
    }
    return NULL;
}
