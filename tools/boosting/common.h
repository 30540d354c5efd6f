/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the libraries behind the fits (Python, native.py) have in common: messages, memory, and the
 * values of features. Development only. */
#ifndef MYO_TOOLS_COMMON_H
#define MYO_TOOLS_COMMON_H

#include "boosting/boost.h"
#include "image/planes.h"

/* Why the last function that returned false in this thread did so. */
PROBE_API const char *probe_message(void);
PROBE_API void probe_free(void *memory);

/* Values of features (map, row offset, column offset) at pixels, feature by feature. Beyond the
 * maps their outermost pixels repeat. */
PROBE_API void probe_gather(const myo_planes *maps, const int32_t *spec, size_t feature_count,
                            const int32_t *places, size_t place_count, float *out);

/* Keeps the message of an error and passes `done` on. */
bool probe_finish(bool done, const myo_error *err);

#endif
