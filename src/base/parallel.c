/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parallel.h"

#include <pthread.h>

typedef struct shared {
    pthread_mutex_t lock;
    const myo_parallel *plan;
    myo_parallel_task task;
    void *user;
    size_t count, next, done;
    size_t failed; /* number of the failed task; count when there is none */
    myo_error error;
} shared;

typedef struct worker {
    shared *all;
    size_t number;
    pthread_t thread;
} worker;

size_t myo_parallel_workers(const myo_parallel *plan, size_t count) {
    size_t threads = plan->threads < count ? plan->threads : count;
    threads = threads < MYO_PARALLEL_MAX ? threads : MYO_PARALLEL_MAX;
    return threads > 0 ? threads : 1;
}

/* The next task, unless all are given out or one has failed. */
static bool take_task(shared *all, size_t *task) {
    pthread_mutex_lock(&all->lock);
    bool more = all->next < all->count && all->failed == all->count;
    *task = more ? all->next++ : 0;
    pthread_mutex_unlock(&all->lock);
    return more;
}

static void *work(void *argument) {
    worker *self = argument;
    shared *all = self->all;
    size_t task;
    while (take_task(all, &task)) {
        myo_error error = {0};
        bool ok = all->task(all->user, self->number, task, &error);
        pthread_mutex_lock(&all->lock);
        if (!ok && task < all->failed) {
            all->failed = task;
            all->error = error;
        }
        all->done++;
        if (all->plan->progress) {
            all->plan->progress(all->plan->progress_user, all->plan->what, all->done, all->count);
        }
        pthread_mutex_unlock(&all->lock);
    }
    return NULL;
}

bool myo_parallel_run(const myo_parallel *plan, size_t count, myo_parallel_task task, void *user,
                      myo_error *err) {
    shared all = {.plan = plan, .task = task, .user = user, .count = count, .failed = count};
    worker workers[MYO_PARALLEL_MAX];
    size_t threads = myo_parallel_workers(plan, count), started = 1;
    if (pthread_mutex_init(&all.lock, NULL) != 0) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    /* The calling thread is the first worker. Where no more threads are to be had, fewer do it. */
    workers[0] = (worker){.all = &all};
    while (started < threads) {
        workers[started] = (worker){.all = &all, .number = started};
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0) {
            break;
        }
        started++;
    }
    work(&workers[0]);
    for (size_t i = 1; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    pthread_mutex_destroy(&all.lock);
    return all.failed == count || myo_error_set(err, all.error.code, "%s", all.error.message);
}
