/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a result folder that were changed after they were written. */
#ifndef MYO_PIPELINE_TRACINGS_RESULTS_PRIVATE_H
#define MYO_PIPELINE_TRACINGS_RESULTS_PRIVATE_H

#include "pipeline/tracings_private.h"

/* Adds a file to the list; `pixels_sha256` is "" unless it is known what it was drawn on, and
 * `problem` (may be NULL) why it cannot be used. */
bool tracings_add(tracings *t, const char *path, const char *pixels_sha256, const char *problem,
                  myo_error *err);

/* Adds the changed label maps and RoiSets of a result folder. */
bool tracings_add_changed(tracings *t, const char *results, myo_error *err);

/* Looks whether a slice's files, as its record lists them, are what was written. *changed receives
 * the path of the one that is not (the caller frees it), or NULL. With MYO_E_AMBIGUOUS, when both
 * are not, it receives the label map. */
bool tracings_find_changed(const char *results, const json_t *slice, char **changed,
                           myo_error *err);

#endif
