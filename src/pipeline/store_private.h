/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OUT/.myotome: what a run keeps beside its results.
 *
 *     lock         held while a run works in OUT
 *     <key>.json   fragment of a finished study: its rows, its record, its log lines
 *     work/        files that are not finished; emptied at the start and removed at the end
 *
 * The fragment is written last, so that its presence means that all files of the study are in
 * place.
 */
#ifndef MYO_PIPELINE_STORE_PRIVATE_H
#define MYO_PIPELINE_STORE_PRIVATE_H

#include "pipeline/identity_private.h"

#include <jansson.h>

typedef struct store {
    const char *output;
    char *folder, *work;
    int lock;
} store;

/* Creates OUT and takes it for this run. MYO_E_IO when another run works in it, MYO_E_ARGUMENT when
 * it holds results with identifiers and these are to be without, or the other way round. */
bool store_open(store *s, const char *output, bool deidentify, myo_error *err);
/* Removes the work folder and lets OUT go. */
void store_close(store *s);

/* Folder for the unfinished files of a study, empty. The caller frees *path. */
bool store_begin_study(const store *s, const char *key, char **path, myo_error *err);
/* Moves all files of that folder to OUT/<folder>; their paths, from OUT on, go into *files. */
bool store_place_files(const store *s, const char *key, const char *folder, json_t *files,
                       myo_error *err);
void store_drop_work(const store *s, const char *key);

/* Writes a fragment. Reading gives NULL when there is none, or none that can be used. */
bool store_write_fragment(const store *s, const char *key, const json_t *fragment, myo_error *err);
json_t *store_read_fragment(const store *s, const char *key);
/* Removes a fragment and the files that it lists. */
void store_remove_fragment(const store *s, const char *key);
/* True when all files that a fragment lists are there. */
bool store_has_files(const store *s, const json_t *fragment);
/* Removes everything that belongs to none of the sorted keys (of STUDY_KEY_SIZE bytes each,
 * `stride` bytes apart). Files of those studies stay where they are. */
void store_sweep(const store *s, const char *keys, size_t count, size_t stride);

/* True when `folder` lies within `output`, or is it: going up from it leads there. */
bool store_is_within(const char *folder, const char *output);

#endif
