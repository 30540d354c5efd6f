/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors.
 *
 * A function that can fail returns bool and takes a `myo_error *` as its last argument. The caller
 * owns the object and may pass NULL. On failure it holds a code and one line of text that names
 * what is wrong and, where that helps, what to do. It is set once, where the failure is found, and
 * passed on untouched; callers may add context in front with myo_error_prefix().
 */
#ifndef MYOTOME_ERROR_H
#define MYOTOME_ERROR_H

#include <myotome/api.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum myo_code {
    MYO_OK = 0,
    MYO_E_ARGUMENT,    /* a value given by the user or the caller is not usable */
    MYO_E_IO,          /* the operating system refused to read or write */
    MYO_E_FORMAT,      /* a file is not what it should be, or is broken */
    MYO_E_UNSUPPORTED, /* a valid input of a kind that is not handled */
    MYO_E_MISSING,     /* a needed attribute, column or value is absent */
    MYO_E_RANGE,       /* a value is outside of what makes sense */
    MYO_E_NOT_FOUND,   /* nothing suitable was found (no series, no structure, no model) */
    MYO_E_AMBIGUOUS,   /* more than one candidate and no way to decide */
    MYO_E_MEMORY,      /* out of memory, or a size limit */
    MYO_E_INTERNAL     /* a defect of this library */
} myo_code;

#define MYO_ERROR_TEXT_SIZE 512

/* A plain value: initialise with {0}. */
typedef struct myo_error {
    myo_code code;
    char message[MYO_ERROR_TEXT_SIZE]; /* one line, UTF-8, no line break */
} myo_error;

/*
 * Sets the error unless `err` is NULL or already holds one. Control characters in the result
 * become spaces, so that the text stays one line whatever a file contained.
 * Returns false, so that a function can end with `return myo_error_set(...)`.
 */
MYO_API bool myo_error_set(myo_error *err, myo_code code, const char *format, ...) MYO_PRINTF(3, 4);

/* Puts context ("FILE: ") in front of an error that is set. Returns false. */
MYO_API bool myo_error_prefix(myo_error *err, const char *format, ...) MYO_PRINTF(2, 3);

/* Short name of a code, as it is written into run.json: "format", "missing", ... */
MYO_API const char *myo_code_name(myo_code code);

#ifdef __cplusplus
}
#endif
#endif
