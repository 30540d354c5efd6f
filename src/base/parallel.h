/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Independent tasks on several threads. */
#ifndef MYO_BASE_PARALLEL_H
#define MYO_BASE_PARALLEL_H

#include <myotome/error.h>
#include <myotome/log.h>

/* Most threads that are started. */
#define MYO_PARALLEL_MAX 256

typedef struct myo_parallel {
    size_t threads;        /* 0 counts as 1 */
    myo_progress progress; /* or NULL; called by one thread at a time */
    void *progress_user;
    const char *what; /* name of the work for the progress */
} myo_parallel;

/* Does the task of this number; `worker` tells the threads apart, from 0, for memory of their own.
 */
typedef bool (*myo_parallel_task)(void *user, size_t worker, size_t task, myo_error *err);

/* The number of threads that `count` tasks are done with. */
size_t myo_parallel_workers(const myo_parallel *plan, size_t count);

/* Does `count` tasks. When some fail, the error is that of the one with the lowest number among
 * those that were done. */
bool myo_parallel_run(const myo_parallel *plan, size_t count, myo_parallel_task task, void *user,
                      myo_error *err);

#endif
