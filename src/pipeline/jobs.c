/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Processes for work that may go wrong in any way.
 *
 * Each item gets a process made by fork(), which sees everything that the caller has read so far
 * without copying it. A pipe tells when it ends, and brings the reason when it cannot do its work;
 * an end without one (a signal, exit() by some library) is described from the status. A worker dies
 * with its caller.
 */
#include "pipeline/jobs_private.h"

#include "base/memory.h"
#include "base/processors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#elif __has_feature(thread_sanitizer)
#define THREAD_SANITIZER 1
#endif
#endif
#ifdef ADDRESS_SANITIZER
#include <sanitizer/lsan_interface.h>
#endif

#define SLOTS_MAX 1024
#define TICK_MS 200
/* Between two looks more time goes by only when everything stands still: Ctrl-Z, a laptop asleep.
 */
#define PAUSE_MIN_S 5.0
/* The system takes the process with the highest score when memory runs out: a worker, and neither
 * the caller nor anything else on the machine (proc(5), oom_score_adj, 0 to 1000). */
static const char OOM_SCORE[] = "500";

typedef struct worker {
    pid_t process; /* 0: free */
    int pipe;      /* the reading end */
    size_t item;
    struct timespec started;
    bool late; /* stopped because it took too long */
} worker;

typedef struct pool {
    const jobs *work;
    worker *workers;
    struct pollfd *polls;
    size_t slots, running, next, done;
    struct timespec looked; /* when the workers were last looked at */
} pool;

static size_t slot_count(size_t wanted) {
    size_t count = wanted ? wanted : myo_processor_count();
    return count < SLOTS_MAX ? count : SLOTS_MAX;
}

size_t jobs_threads(const jobs *work) {
    size_t slots = slot_count(work->slots);
    size_t together = slots < work->count ? slots : work->count;
    size_t processors = myo_processor_count();
    return together > 0 && together < processors ? processors / together : 1;
}

/* In a worker: what belongs to the caller is let go, and limits are set. */
static void settle(const jobs *work, pid_t caller) {
    /* Only the caller writes to standard output. */
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        close(nowhere);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != caller) {
        _exit(EXIT_FAILURE); /* it died before the line above */
    }
    int score = open("/proc/self/oom_score_adj", O_WRONLY);
    if (score >= 0) {
        (void)!write(score, OOM_SCORE, strlen(OOM_SCORE));
        close(score);
    }
    /* A core dump would hold the patient's images. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#if !defined(ADDRESS_SANITIZER) && !defined(THREAD_SANITIZER)
    /* Sanitizers map terabytes that they never use. */
    rlim_t bytes = (rlim_t)(work->memory_gib * 1024.0 * 1024.0 * 1024.0);
    setrlimit(RLIMIT_DATA, &(struct rlimit){bytes, bytes});
#else
    (void)work;
#endif
}

/* In a worker: does not return. The caller's buffers and exit handlers are none of its business. */
static void work_and_exit(const pool *p, size_t item, pid_t caller, int pipe) {
    settle(p->work, caller);
    myo_error err = {0};
    bool done = p->work->work(p->work->user, item, &err);
    if (!done) {
        (void)!write(pipe, &err, sizeof err);
    }
#ifdef ADDRESS_SANITIZER
    if (__lsan_do_recoverable_leak_check()) {
        done = false;
    }
#endif
    _exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* True when a worker has begun; otherwise errno says why not. */
static bool start(pool *p, size_t item) {
    worker *w = p->workers;
    while (w->process != 0) {
        w++;
    }
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    pid_t caller = getpid(), process = fork();
    if (process < 0) {
        int reason = errno;
        close(ends[0]);
        close(ends[1]);
        errno = reason;
        return false;
    }
    if (process == 0) {
        close(ends[0]);
        work_and_exit(p, item, caller, ends[1]);
    }
    close(ends[1]);
    *w = (worker){.process = process, .pipe = ends[0], .item = item};
    clock_gettime(CLOCK_MONOTONIC, &w->started);
    p->running++;
    return true;
}

/* Starts workers for as many items as there are free slots. */
static bool start_all(pool *p, myo_error *err) {
    while (p->running < p->slots && p->next < p->work->count) {
        if (!p->work->is_needed(p->work->user, p->next)) {
            p->next++;
            p->done++;
        } else if (start(p, p->next)) {
            p->next++;
        } else {
            /* The machine is at its limit: the workers that there are go on. */
            return p->running > 0 ||
                   myo_error_set(err, MYO_E_MEMORY, "cannot start a worker process: %s",
                                 strerror(errno));
        }
    }
    return true;
}

static void describe_end(const pool *p, const worker *w, int status, myo_error *failure) {
    if (w->late) {
        myo_error_set(failure, MYO_E_INTERNAL, "stopped: took longer than %g s",
                      p->work->timeout_s);
    } else if (WIFSIGNALED(status)) {
        int number = WTERMSIG(status);
        myo_error_set(failure, MYO_E_INTERNAL, "stopped by signal %d (%s)%s", number,
                      strsignal(number),
                      number == SIGKILL ? ", as the system does when memory runs out" : "");
    } else if (WEXITSTATUS(status) != EXIT_SUCCESS) {
        myo_error told = {0};
        if (read(w->pipe, &told, sizeof told) == (ssize_t)sizeof told) {
            *failure = told;
        } else {
            myo_error_set(failure, MYO_E_INTERNAL, "ended by itself with status %d",
                          WEXITSTATUS(status));
        }
    }
}

/* Collects a worker that has ended. */
static bool collect(pool *p, worker *w, int status, myo_error *err) {
    myo_error failure = {0};
    describe_end(p, w, status, &failure);
    close(w->pipe);
    size_t item = w->item;
    *w = (worker){0};
    p->running--;
    p->done++;
    return p->work->ended(p->work->user, item, &failure, err);
}

static double seconds_since(const struct timespec *then) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

/* Time in which nothing could run does not count against a worker. */
static void forgive_pause(pool *p) {
    double pause = p->looked.tv_sec ? seconds_since(&p->looked) : 0.0;
    for (size_t i = 0; pause > PAUSE_MIN_S && i < p->slots; i++) {
        p->workers[i].started.tv_sec += (time_t)pause;
    }
    clock_gettime(CLOCK_MONOTONIC, &p->looked);
}

/* Collects the workers that have ended and stops those that take too long. */
static bool look_around(pool *p, myo_error *err) {
    bool done = true;
    forgive_pause(p);
    for (size_t i = 0; done && i < p->slots; i++) {
        worker *w = &p->workers[i];
        int status = 0;
        if (w->process == 0) {
            continue;
        }
        pid_t ended = waitpid(w->process, &status, WNOHANG);
        if (ended == 0 && !w->late && seconds_since(&w->started) > p->work->timeout_s) {
            w->late = true;
            kill(w->process, SIGKILL);
        } else if (ended == w->process) {
            done = collect(p, w, status, err);
        } else if (ended < 0 && errno == ECHILD) {
            /* The caller ignores SIGCHLD, and the status is lost: the results will tell. */
            done = collect(p, w, 0, err);
        }
    }
    return done;
}

/* Waits until something ends, but not long. */
static void wait_a_moment(const pool *p) {
    nfds_t count = 0;
    for (size_t i = 0; i < p->slots; i++) {
        if (p->workers[i].process != 0) {
            p->polls[count++] = (struct pollfd){.fd = p->workers[i].pipe, .events = POLLIN};
        }
    }
    poll(p->polls, count, TICK_MS);
}

static void stop_all(pool *p) {
    for (size_t i = 0; i < p->slots; i++) {
        if (p->workers[i].process != 0) {
            kill(p->workers[i].process, SIGKILL);
            waitpid(p->workers[i].process, NULL, 0);
            close(p->workers[i].pipe);
        }
    }
}

bool jobs_run(const jobs *work, myo_error *err) {
    pool p = {.work = work, .slots = slot_count(work->slots)};
    p.workers = myo_alloc_array(p.slots, sizeof *p.workers, err);
    p.polls = myo_alloc_array(p.slots, sizeof *p.polls, err);
    bool done = p.workers && p.polls && start_all(&p, err);
    while (done && p.running > 0) {
        wait_a_moment(&p);
        done = look_around(&p, err) && start_all(&p, err);
        work->tick(work->user, p.done);
    }
    if (p.workers) {
        stop_all(&p);
    }
    free(p.workers);
    free(p.polls);
    return done;
}
