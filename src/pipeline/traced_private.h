/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outlines that were drawn for a study, in the place of those that a method found. */
#ifndef MYO_PIPELINE_TRACED_PRIVATE_H
#define MYO_PIPELINE_TRACED_PRIVATE_H

#include "pipeline/slice_private.h"

#include <myotome/tracing.h>

#define TRACED_TIME_SIZE RECORD_TIME_SIZE

/* Where an outline comes from. */
struct traced_origin {
    char method[SLICE_METHOD_SIZE]; /* "traced (ImageJ ROI; reader AB)" */
    char *convention;               /* "fascia"; "not stated" */
    char *source;                   /* path of the file */
    char sha256[MYO_HASH_HEX_SIZE];
    char drawn[TRACED_TIME_SIZE]; /* when the file was changed last, in UTC */
};

/* A file that may hold outlines of a study, opened. */
typedef struct traced_source {
    const tracing_file *file;
    myo_tracing *tracing; /* NULL: has not been needed */
    myo_tracing *base;    /* of a corrected file: the outlines before; or NULL */
    traced_origin own;
    traced_origin *inherited; /* one for each entry of file->inherited */
    bool used;
    myo_error reason; /* why it was not */
} traced_source;

/* The files of one study. Initialise with {0}. */
typedef struct traced_set {
    traced_source *sources;
    size_t count;
} traced_set;

/* Opens the files that may hold outlines of `source`. One that cannot be read is the study's error:
 * its automatic outlines are not what was asked for. */
bool traced_open(const run *r, const myo_study *source, traced_set *out, myo_error *err);
void traced_close(traced_set *set);

/* Opens a file of a result folder if it was drawn on the pixels with that hash; *fits tells. Other
 * files fit always. */
bool traced_open_for(const run *r, traced_source *source, const char *pixels_sha256, bool *fits,
                     myo_error *err);

/* Place of an image in its series by the instance numbers, from 1: how ImageJ counts a stack. */
int traced_rank(const myo_series *series, const myo_instance *instance);

/* The slice that was drawn on, where the files say one: a volume with a single plane, or regions
 * that have all the same place in the stack. `name` (of `size` bytes) receives its SOP UID, with
 * the frame, as --slice takes it; "" where nothing is said. */
void traced_find_slice(const traced_set *set, const run *r, const myo_study *study, char *name,
                       size_t size);

/* Draws on an outlined slice. What was drawn replaces the automatic outlines of the same structure
 * and side; slice->automatic keeps them all. */
bool traced_apply(const run *r, traced_set *set, measured_slice *slice, myo_error *err);

/* Fails for files that hold nothing on any slice that is measured: they would count for nothing
 * without a word. */
bool traced_check_used(const traced_set *set, myo_error *err);

/* Appends the rows of changes.csv. */
void traced_report(const run *r, const myo_study *shown, const measured_slice *slice,
                   myo_text *rows);
/* Describes in a slice's record where its outlines come from. */
void traced_record(const run *r, const measured_slice *slice, json_t *record);

#endif
