/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Enough for a micrometre within metres; 17 digits would print 1.66 as 1.6599999999999999. */
#define REAL_DIGITS 10

json_t *cli_json_text(const char *text) {
    json_t *value = json_string(text);
    if (value) {
        return value;
    }
    char *plain = strdup(text);
    for (char *c = plain; c && *c; c++) {
        *c = (unsigned char)*c >= 0x80 ? '?' : *c;
    }
    value = plain ? json_string(plain) : NULL;
    free(plain);
    return value;
}

json_t *cli_json_number(double number) {
    return isfinite(number) ? json_real(number) : json_null();
}

bool cli_json_print(json_t *value) {
    char *text =
        value ? json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(REAL_DIGITS)) : NULL;
    json_decref(value);
    if (!text) {
        fputs("myotome: out of memory\n", stderr);
        return false;
    }
    puts(text);
    free(text);
    return true;
}
