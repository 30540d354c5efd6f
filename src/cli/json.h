/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small helpers over jansson for what the commands print. */
#ifndef MYO_CLI_JSON_H
#define MYO_CLI_JSON_H

#include "cli/cli.h"

#include <jansson.h>

/* A text from a file or a path; bytes that are no UTF-8 become '?'. */
json_t *cli_json_text(const char *text);
/* A number; null for NaN and infinity. */
json_t *cli_json_number(double number);

/* Prints `value` with a line break and releases it. False when memory ran out. */
bool cli_json_print(json_t *value);

#endif
