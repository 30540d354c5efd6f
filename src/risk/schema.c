/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "risk/schema_private.h"

#include <math.h>
#include <string.h>

/* Members of this prefix are for the user's own notes and are skipped. */
#define PRIVATE_PREFIX "x-"

bool schema_fail(const schema_place *place, const char *key, const char *text, myo_error *err) {
    const char *dot = *place->path && *key ? "." : "";
    const char *colon = *place->path || *key ? ": " : "";
    return myo_error_set(err, MYO_E_FORMAT, "%s: %s%s%s%s%s", place->origin, place->path, dot, key,
                         colon, text);
}

static bool is_text(const json_t *value) {
    return json_is_string(value) && json_string_length(value) > 0;
}

static bool is_range(const json_t *value) {
    const json_t *lower = json_array_get(value, 0), *upper = json_array_get(value, 1);
    return json_array_size(value) == 2 && json_is_number(lower) && json_is_number(upper) &&
           json_number_value(lower) < json_number_value(upper);
}

static bool is_array_of(const json_t *value, bool (*test)(const json_t *)) {
    if (!json_is_array(value)) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!test(json_array_get(value, i))) {
            return false;
        }
    }
    return true;
}

static bool is_triangle(const json_t *value) {
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *row = json_array_get(value, i);
        if (json_array_size(row) != i + 1) {
            return false;
        }
        for (size_t k = 0; k <= i; k++) {
            if (!json_is_number(json_array_get(row, k))) {
                return false;
            }
        }
    }
    return json_array_size(value) > 0;
}

static bool is_object(const json_t *value) {
    return json_is_object(value);
}

static bool is_number(const json_t *value, double minimum, double maximum) {
    double number = json_number_value(value);
    return json_is_number(value) && number >= minimum && number <= maximum;
}

/* True when a member is what it must be. */
static bool is_kind(const json_t *value, schema_kind kind) {
    switch (kind) {
    case SCHEMA_TEXT:
        return is_text(value);
    case SCHEMA_NUMBER:
        return json_is_number(value);
    case SCHEMA_NOT_NEGATIVE:
        return is_number(value, 0.0, INFINITY);
    case SCHEMA_NOT_NEGATIVE_OR_NULL:
        return json_is_null(value) || is_number(value, 0.0, INFINITY);
    case SCHEMA_POSITIVE:
        return json_number_value(value) > 0.0;
    case SCHEMA_PROBABILITY:
        return is_number(value, 0.0, 1.0);
    case SCHEMA_COUNT:
        return json_is_integer(value) && json_integer_value(value) >= 0;
    case SCHEMA_RANGE:
        return is_range(value);
    case SCHEMA_OBJECT:
        return json_is_object(value);
    case SCHEMA_OBJECTS:
        return json_array_size(value) > 0 && is_array_of(value, is_object);
    case SCHEMA_TEXTS:
        return is_array_of(value, is_text);
    case SCHEMA_TRIANGLE:
        return is_triangle(value);
    }
    return false;
}

/* What a member must be, in the order of schema_kind. */
static const char *const complaints[] = {
    [SCHEMA_TEXT] = "must be a text that is not empty",
    [SCHEMA_NUMBER] = "must be a number",
    [SCHEMA_NOT_NEGATIVE] = "must be a number >= 0",
    [SCHEMA_NOT_NEGATIVE_OR_NULL] = "must be a number >= 0, or null",
    [SCHEMA_POSITIVE] = "must be a number > 0",
    [SCHEMA_PROBABILITY] = "must be a number from 0 to 1",
    [SCHEMA_COUNT] = "must be an integer >= 0",
    [SCHEMA_RANGE] = "must be [lower, upper] with lower < upper",
    [SCHEMA_OBJECT] = "must be an object",
    [SCHEMA_OBJECTS] = "must be an array of at least one object",
    [SCHEMA_TEXTS] = "must be an array of texts",
    [SCHEMA_TRIANGLE] = "must be the rows of a triangle: arrays of one number, two, three, ...",
};

static const schema_member *find_member(const schema_member *members, const char *key) {
    for (; members->key; members++) {
        if (strcmp(members->key, key) == 0) {
            return members;
        }
    }
    return NULL;
}

bool schema_check(const json_t *object, const schema_place *place, const schema_member *members,
                  myo_error *err) {
    if (!json_is_object(object)) {
        return schema_fail(place, "", "must be an object", err);
    }
    /* jansson iterates over a mutable object only; nothing is changed here. */
    json_t *iterated = (json_t *)(uintptr_t)object;
    for (void *i = json_object_iter(iterated); i; i = json_object_iter_next(iterated, i)) {
        const char *key = json_object_iter_key(i);
        if (strncmp(key, PRIVATE_PREFIX, strlen(PRIVATE_PREFIX)) == 0) {
            continue;
        }
        const schema_member *member = find_member(members, key);
        if (!member) {
            return schema_fail(place, key,
                               "unknown member (misspelt? names of your own begin with x-)", err);
        }
        if (!is_kind(json_object_iter_value(i), member->kind)) {
            return schema_fail(place, key, complaints[member->kind], err);
        }
    }
    for (; members->key; members++) {
        if (members->required && !json_object_get(object, members->key)) {
            return schema_fail(place, members->key, "is missing", err);
        }
    }
    return true;
}
