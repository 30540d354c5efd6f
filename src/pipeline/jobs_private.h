/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that is done in processes of its own, several at a time. */
#ifndef MYO_PIPELINE_JOBS_PRIVATE_H
#define MYO_PIPELINE_JOBS_PRIVATE_H

#include <myotome/error.h>

/* What is to be done. `user` is handed to every function. */
typedef struct jobs {
    size_t count; /* of items */
    size_t slots; /* items at the same time; 0: one for each processor */
    double timeout_s;
    double memory_gib;
    /* Calling process: false for an item that needs no work. */
    bool (*is_needed)(void *user, size_t index);
    /* Worker process: does the work, leaves its results in files. */
    bool (*work)(void *user, size_t index, myo_error *err);
    /* Calling process: the item is done, or failed with its reason; in any order. */
    bool (*ended)(void *user, size_t index, const myo_error *failure, myo_error *err);
    /* Calling process: called several times a second. */
    void (*tick)(void *user, size_t done);
    void *user;
} jobs;

/* How many threads an item may have, so that all processors are used when there are few items. */
size_t jobs_threads(const jobs *work);

/* Does all items. Fails when `ended` does, or when no process can be made at all. */
bool jobs_run(const jobs *work, myo_error *err);

#endif
