/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of outlines that people or other programs drew: which there are, and whose they are. */
#ifndef MYO_PIPELINE_TRACINGS_PRIVATE_H
#define MYO_PIPELINE_TRACINGS_PRIVATE_H

#include "base/hash.h"
#include "base/text.h"
#include "pipeline/names_private.h"

#include <jansson.h>
#include <myotome/pipeline.h>

#define TRACINGS_SESSION_SIZE 16
#define TRACINGS_UID_SIZE 65

typedef struct tracing_file {
    char *path;
    /* Patient and date as the path says them with "sub-" and "ses-"; "" where it does not. */
    char subject[NAMES_SUBJECT_SIZE], session[TRACINGS_SESSION_SIZE];
    /* Of a changed file of a result folder: the pixels that it was drawn on; "" else. */
    char pixels_sha256[MYO_HASH_HEX_SIZE];
    char *problem; /* why it cannot be used, which costs the study that it belongs to; or NULL */
    /* Of a file of a result folder: the outlines as they were written, NULL where they are those of
     * the file itself, and what the record says of those that were drawn before. */
    char sop_uid[TRACINGS_UID_SIZE]; /* of a slice that was chosen since it was drawn on; "" */
    char *base_path;
    json_t *inherited;
} tracing_file;

/* Initialise with {0}. */
typedef struct tracings {
    tracing_file *files;
    size_t count, capacity;
} tracings;

/* Lists the files that the options name, and the changed ones of options->results. Where both the
 * label map and the RoiSet of a slice were changed that is the file's problem. Errors: MYO_E_FORMAT
 * and MYO_E_IO for a result folder that cannot be read. */
bool tracings_open(tracings *t, const myo_measure_options *options, myo_error *err);
void tracings_close(tracings *t);

/* True when a file may hold outlines of a study; `only`: there is no other study. */
bool tracings_belong(const tracing_file *file, const myo_study *study, bool only);

/* The first file from `start` on that belongs to no study of the catalogue; t->count when there is
 * none. */
size_t tracings_find_stray(const tracings *t, const myo_catalogue *catalogue, size_t start);

/* Appends what tells whether the files of a study are still the same, for its fingerprint. */
void tracings_describe(const tracings *t, const myo_study *study, bool only, myo_text *text);

/* The run.json of a result folder. NULL when there is none that can be read. */
json_t *tracings_read_record(const char *results, myo_error *err);

#endif
