/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks of JSON objects against a table of members; every error names the member by its path. */
#ifndef MYO_RISK_SCHEMA_PRIVATE_H
#define MYO_RISK_SCHEMA_PRIVATE_H

#include <jansson.h>
#include <myotome/error.h>

typedef enum schema_kind {
    SCHEMA_TEXT,         /* not empty */
    SCHEMA_NUMBER,       /* finite: JSON has no other numbers */
    SCHEMA_NOT_NEGATIVE, /* >= 0 */
    SCHEMA_NOT_NEGATIVE_OR_NULL,
    SCHEMA_POSITIVE,    /* > 0 */
    SCHEMA_PROBABILITY, /* 0 to 1 */
    SCHEMA_COUNT,       /* integer >= 0 */
    SCHEMA_RANGE,       /* [lower, upper], lower < upper */
    SCHEMA_OBJECT,
    SCHEMA_OBJECTS, /* array of at least one object */
    SCHEMA_TEXTS,   /* array of texts */
    SCHEMA_TRIANGLE /* array of arrays of one number, of two, of three, ... */
} schema_kind;

typedef struct schema_member {
    const char *key;
    schema_kind kind;
    bool required;
} schema_member;

/* Where an object lies: "FILE" and "predictors[2]" ("" for the whole file). */
typedef struct schema_place {
    const char *origin;
    const char *path;
} schema_place;

/* Checks that `object` has the required members, no unknown one (but for those that begin with
 * "x-"), and that each is of its kind. The table ends with a NULL key. */
bool schema_check(const json_t *object, const schema_place *place, const schema_member *members,
                  myo_error *err);

/* Sets the error "FILE: path.key: text" (MYO_E_FORMAT) and returns false. */
bool schema_fail(const schema_place *place, const char *key, const char *text, myo_error *err);

#endif
