/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typing of a column. A column whose values are all decimal numbers is a number, one without any
 * number is a factor, and one that holds both is an error: nine times in ten it is a misspelt
 * number, and a factor made of it would swallow the patient without a word.
 */
#include "base/memory.h"
#include "base/missing.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cohort/column_private.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define QUOTED_MAX 40 /* bytes of a value that is quoted in a message */
/* Largest number that is taken for a measurement: squares of it can still be summed. */
#define NUMBER_MAX 1e100

int cohort_quoted(const char *value) {
    return (int)myo_utf8_whole(value, QUOTED_MAX);
}

static const char *field(const myo_csv *csv, size_t row, size_t index) {
    return myo_csv_get(csv, row, index);
}

/* Finds a level from the one that was found last on: columns are often sorted. */
static bool find_level(const myo_cohort_column *column, const char *text, size_t *level) {
    size_t start = *level;
    for (size_t i = 0; i < column->level_count; i++) {
        size_t at = start + i < column->level_count ? start + i : start + i - column->level_count;
        if (strcmp(column->levels[at], text) == 0) {
            *level = at;
            return true;
        }
    }
    return false;
}

/* One line without blanks around it: what a model file and everything else can read again. */
static bool is_plain(const char *text) {
    return !isspace((unsigned char)text[0]) && !isspace((unsigned char)text[strlen(text) - 1]) &&
           myo_text_is_one_line(text);
}

/* "1,5": a number of another country, which would become a factor. */
static bool has_decimal_comma(const char *text) {
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, "0123456789");
    if (whole == 0 || text[whole] != ',') {
        return false;
    }
    const char *fraction = text + whole + 1;
    size_t digits = strspn(fraction, "0123456789");
    return digits > 0 && fraction[digits] == '\0';
}

static bool check_new_level(const myo_csv *csv, size_t row, const myo_cohort_column *column,
                            const char *text, myo_error *err) {
    const char *origin = myo_csv_get_origin(csv);
    size_t line = myo_csv_get_line(csv, row);
    if (strlen(text) > MYO_COHORT_LEVEL_NAME_MAX) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "%s: line %zu: column '%s': a level has more than %d bytes", origin,
                             line, column->name, MYO_COHORT_LEVEL_NAME_MAX);
    }
    if (column->level_count == MYO_COHORT_LEVELS_MAX) {
        return myo_error_set(err, MYO_E_RANGE,
                             "%s: column '%s' has more than %d different texts: no factor; numbers "
                             "need a decimal point and no unit",
                             origin, column->name, MYO_COHORT_LEVELS_MAX);
    }
    if (!is_plain(text)) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "%s: line %zu: column '%s': '%.*s' begins or ends with a blank, or "
                             "holds a line break; a level may not",
                             origin, line, column->name, cohort_quoted(text), text);
    }
    for (size_t i = 0; i < column->level_count; i++) {
        if (strcasecmp(column->levels[i], text) == 0) {
            return myo_error_set(err, MYO_E_FORMAT,
                                 "%s: line %zu: column '%s': '%.*s' and '%.*s' differ in case "
                                 "only; write both alike",
                                 origin, line, column->name, cohort_quoted(text), text,
                                 cohort_quoted(column->levels[i]), column->levels[i]);
        }
    }
    return true;
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool collect_levels(const myo_csv *csv, size_t index, myo_cohort_column *column,
                           myo_error *err) {
    size_t rows = myo_csv_get_row_count(csv), level = 0;
    for (size_t row = 0; row < rows; row++) {
        const char *text = field(csv, row, index);
        if (myo_text_is_missing(text) || find_level(column, text, &level)) {
            continue;
        }
        if (!check_new_level(csv, row, column, text, err)) {
            return false;
        }
        level = column->level_count;
        column->levels[column->level_count++] = text;
    }
    qsort(column->levels, column->level_count, sizeof *column->levels, compare_texts);
    return true;
}

static bool refuse_mixture(const myo_csv *csv, size_t index, const myo_cohort_column *column,
                           size_t text_row, size_t numbers, myo_error *err) {
    return myo_error_set(err, MYO_E_FORMAT,
                         "%s: line %zu: column '%s': '%.*s' is not a number, but %zu other %s; "
                         "correct it, leave it empty, or declare the column a factor",
                         myo_csv_get_origin(csv), myo_csv_get_line(csv, text_row), column->name,
                         cohort_quoted(field(csv, text_row, index)), field(csv, text_row, index),
                         numbers, numbers == 1 ? "row holds one" : "rows hold numbers");
}

bool cohort_column_scan(const myo_csv *csv, size_t index, myo_cohort_column *column,
                        unsigned char *keep, myo_error *err) {
    size_t rows = myo_csv_get_row_count(csv), numbers = 0, texts = 0, first_text = 0;
    for (size_t row = 0; row < rows; row++) {
        const char *text = field(csv, row, index);
        double value;
        if (myo_text_is_missing(text)) {
            column->first_missing_line =
                column->missing == 0 ? myo_csv_get_line(csv, row) : column->first_missing_line;
            column->missing++;
            keep[row] = 0;
        } else if (!column->declared && myo_number_parse(text, &value)) {
            if (fabs(value) > NUMBER_MAX) {
                return myo_error_set(err, MYO_E_RANGE,
                                     "%s: line %zu: column '%s': '%.*s' is too large a number",
                                     myo_csv_get_origin(csv), myo_csv_get_line(csv, row),
                                     column->name, cohort_quoted(text), text);
            }
            numbers++;
        } else if (!column->declared && has_decimal_comma(text)) {
            return myo_error_set(err, MYO_E_FORMAT,
                                 "%s: line %zu: column '%s': '%.*s' has a decimal comma; write a "
                                 "point",
                                 myo_csv_get_origin(csv), myo_csv_get_line(csv, row), column->name,
                                 cohort_quoted(text), text);
        } else {
            first_text = texts == 0 ? row : first_text;
            texts++;
        }
    }
    if (numbers > 0 && texts > 0) {
        return refuse_mixture(csv, index, column, first_text, numbers, err);
    }
    column->type = texts > 0 ? MYO_COHORT_FACTOR : MYO_COHORT_NUMBER;
    return column->type == MYO_COHORT_NUMBER || collect_levels(csv, index, column, err);
}

/* Takes out levels without a row; the reference moves with its level. */
static void drop_absent_levels(myo_cohort_column *column) {
    unsigned char place[MYO_COHORT_LEVELS_MAX] = {0};
    size_t kept = 0, rows = 0, reference = 0;
    for (size_t i = 0; i < column->level_count; i++) {
        place[i] = (unsigned char)kept;
        reference = i == column->reference ? kept : reference;
        rows += column->level_counts[i];
        if (column->level_counts[i] > 0) {
            column->levels[kept] = column->levels[i];
            column->level_counts[kept++] = column->level_counts[i];
        }
    }
    for (size_t row = 0; row < rows; row++) {
        column->level_of[row] = place[column->level_of[row]];
    }
    column->absent_levels = column->level_count - kept;
    column->level_count = kept;
    column->reference = reference < kept ? reference : 0;
}

static bool fill_factor(const myo_cohort *cohort, size_t index, myo_cohort_column *column,
                        myo_error *err) {
    column->level_of = myo_alloc_array(cohort->rows, sizeof *column->level_of, err);
    if (!column->level_of) {
        return false;
    }
    size_t level = 0;
    for (size_t i = 0; i < cohort->rows; i++) {
        find_level(column, field(cohort->csv, cohort->csv_row[i], index), &level);
        column->level_of[i] = (unsigned char)level;
        column->level_counts[level]++;
    }
    drop_absent_levels(column);
    return true;
}

static bool fill_number(const myo_cohort *cohort, size_t index, myo_cohort_column *column,
                        myo_error *err) {
    column->values = myo_alloc_array(cohort->rows, sizeof *column->values, err);
    if (!column->values) {
        return false;
    }
    for (size_t i = 0; i < cohort->rows; i++) {
        double value = 0.0;
        myo_number_parse(field(cohort->csv, cohort->csv_row[i], index), &value);
        column->values[i] = value;
    }
    return true;
}

bool cohort_column_fill(const myo_cohort *cohort, size_t index, myo_cohort_column *column,
                        myo_error *err) {
    return column->type == MYO_COHORT_FACTOR ? fill_factor(cohort, index, column, err)
                                             : fill_number(cohort, index, column, err);
}

void cohort_column_clear(myo_cohort_column *column) {
    free(column->values);
    free(column->level_of);
}
