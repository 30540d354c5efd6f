/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What names of regions and label values mean: the naming convention, tables, schemes. */
#ifndef MYO_TRACING_NAMES_PRIVATE_H
#define MYO_TRACING_NAMES_PRIVATE_H

#include "tracing/tracing_private.h"

/* Longer names are cut. */
#define TRACING_NAME_SIZE 256

/* Reads a name by the convention in docs/tracings.md. */
tracing_name_kind tracing_name_parse(const char *name, tracing_meaning *out);

/* The side that a name says, whatever else it holds; TRACING_NO_SIDE for none or both. */
int tracing_name_find_side(const char *name);

/* Reads a side: "left", "R", ...; empty and "none" are TRACING_NO_SIDE. False for other words. */
bool tracing_side_parse(const char *text, int *side);

/* --- Tables of names -------------------------------------------------------------------------- */

typedef struct tracing_name_row {
    char *name; /* owned: of the region, or of the value */
    int value;  /* label value, or -1 */
    tracing_name_kind kind;
    tracing_meaning meaning;
} tracing_name_row;

typedef struct tracing_names {
    tracing_name_row *rows;
    size_t count, capacity;
} tracing_names;

/* A table of the user: CSV with the columns name, structure, side, or a label description of
 * ITK-SNAP. Errors name file and line. */
bool tracing_names_read(const char *path, tracing_names *out, myo_error *err);

/* The table beside a label map `path`: <stem>.tsv (BIDS), or <stem>.txt, <stem>.label (ITK-SNAP).
 * *naming stays NULL where there is none; a file that is something else counts as none. */
bool tracing_names_find_beside(const char *path, tracing_names *out, const char **naming,
                               myo_error *err);

/* Reads the XML text that some programs keep in the header of a label map. */
bool tracing_names_read_xml(const char *text, tracing_names *out, myo_error *err);

void tracing_names_clear(tracing_names *names);

/* NULL when there is none. The name is found by its exact text, then without regard to case, blanks
 * at its ends, and the number that ImageJ appends. */
const tracing_name_row *tracing_names_find(const tracing_names *names, const char *name);
const tracing_name_row *tracing_names_find_value(const tracing_names *names, unsigned value);

/* --- Schemes of label values ------------------------------------------------------------------ */

typedef struct tracing_scheme tracing_scheme;

/* Finds a scheme by the name of its program; MYO_E_ARGUMENT lists what there is. */
bool tracing_scheme_get(const char *name, const tracing_scheme **out, myo_error *err);

/* Recognises a scheme by the values in use (`values` ascending, without 0). MYO_E_AMBIGUOUS when
 * several fit, MYO_E_NOT_FOUND when none does. */
bool tracing_scheme_recognise(const uint16_t *values, size_t count, const tracing_scheme **out,
                              myo_error *err);

const char *tracing_scheme_get_name(const tracing_scheme *scheme);

/* Meaning of a value; `used` is false for what is not measured. Returns false for values that stand
 * for all back muscles in one. */
bool tracing_scheme_find(const tracing_scheme *scheme, unsigned value, tracing_meaning *out);

#endif
