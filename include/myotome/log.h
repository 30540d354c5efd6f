/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logging and progress. The library never prints: it calls these functions of the caller's.
 */
#ifndef MYOTOME_LOG_H
#define MYOTOME_LOG_H

#include <myotome/api.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum myo_log_level {
    MYO_LOG_ERROR = 0,
    MYO_LOG_WARNING,
    MYO_LOG_INFO,
    MYO_LOG_DEBUG
} myo_log_level;

/* Receives one line without a line break. May be called from any thread, one call at a time. */
typedef void (*myo_log_sink)(void *user, myo_log_level level, const char *line);

/*
 * Sets the process-wide log sink (the only global state of the library); NULL, the initial value,
 * drops every line. Not to be called while other threads use the library.
 */
MYO_API void myo_log_set_sink(myo_log_sink sink, void *user);

/* Sends a line to the sink. Patients' names never go into it; study UIDs and paths may. */
MYO_API void myo_log(myo_log_level level, const char *format, ...) MYO_PRINTF(2, 3);

/* Progress of long work: `done` of `total` items; `what` names the item. */
typedef void (*myo_progress)(void *user, const char *what, size_t done, size_t total);

#ifdef __cplusplus
}
#endif
#endif
