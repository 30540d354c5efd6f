/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a result folder that were changed after they were written. */
#ifndef MYO_PIPELINE_TRACINGS_RESULTS_PRIVATE_H
#define MYO_PIPELINE_TRACINGS_RESULTS_PRIVATE_H

#include "pipeline/tracings_private.h"

/* Adds a file to the list; NULL when memory runs out. */
tracing_file *tracings_add(tracings *t, const char *path, myo_error *err);

/* Adds the outlines of a result folder that are not automatic: those that were changed since, and
 * those of slices on which something had been drawn before. */
bool tracings_add_changed(tracings *t, const char *results, myo_error *err);

/* Looks whether a slice's files, as its record lists them, are what was written. *changed receives
 * the path of the one that is not (the caller frees it), or NULL. MYO_E_AMBIGUOUS when both are
 * not. */
bool tracings_find_changed(const char *results, const json_t *slice, char **changed,
                           myo_error *err);

#endif
