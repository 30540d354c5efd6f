/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CELL_SIZE 1024

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Columns that a UTF-8 text takes on the screen, taking one for each character. */
static size_t text_width(const char *text) {
    size_t width = 0;
    for (; *text; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return width;
}

static bool reserve(cli_table *table) {
    if (table->count < table->capacity) {
        return true;
    }
    size_t capacity = table->capacity > 0 ? 2 * table->capacity : 64;
    char **cells = realloc(table->cells, capacity * sizeof *cells);
    if (!cells) {
        return false;
    }
    table->cells = cells;
    table->capacity = capacity;
    return true;
}

void cli_table_add(cli_table *table, const char *format, ...) {
    char text[CELL_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c; c++) {
        *c = is_control(*c) ? ' ' : *c;
    }
    char *cell = strdup(*text ? text : "-");
    if (!cell || !reserve(table)) {
        free(cell);
        table->failed = true;
        return;
    }
    table->cells[table->count++] = cell;
}

static size_t column_width(const cli_table *table, size_t column) {
    size_t width = 0;
    for (size_t i = column; i < table->count; i += table->columns) {
        size_t cell = text_width(table->cells[i]);
        width = cell > width ? cell : width;
    }
    return width;
}

void cli_table_print(const cli_table *table, FILE *out, size_t indent) {
    for (size_t row = 0; row + table->columns <= table->count; row += table->columns) {
        fprintf(out, "%*s", (int)indent, "");
        for (size_t column = 0; column < table->columns; column++) {
            const char *cell = table->cells[row + column];
            fputs(cell, out);
            if (column + 1 < table->columns) {
                size_t blanks = column_width(table, column) - text_width(cell) + 2;
                fprintf(out, "%*s", (int)blanks, "");
            }
        }
        fputc('\n', out);
    }
}

void cli_table_clear(cli_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    *table = (cli_table){.columns = table->columns};
}

void cli_print_safely(FILE *out, const char *text) {
    for (; *text; text++) {
        fputc(is_control(*text) ? ' ' : *text, out);
    }
}
