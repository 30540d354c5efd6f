/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of text in aligned columns, as `inspect` prints it. */
#ifndef MYO_CLI_TABLE_H
#define MYO_CLI_TABLE_H

#include "cli/cli.h"

/* Initialise with the number of columns, the rest {0}. The last column is not padded. */
typedef struct cli_table {
    size_t columns;
    char **cells; /* row by row */
    size_t count, capacity;
    bool failed; /* out of memory: what was added since is lost */
} cli_table;

/* Adds the next cell. Control characters become blanks; an empty text becomes "-". */
void cli_table_add(cli_table *table, const char *format, ...) MYO_PRINTF(2, 3);
/* Prints all full rows, indented, with two blanks between columns. */
void cli_table_print(const cli_table *table, FILE *out, size_t indent);
void cli_table_clear(cli_table *table);

/* Prints a text from a file so that it can do no harm to a terminal. */
void cli_print_safely(FILE *out, const char *text);

#endif
