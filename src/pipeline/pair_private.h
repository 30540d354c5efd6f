/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CT beside MR: in the same study, or, with --pair, in another study of the same patient. */
#ifndef MYO_PIPELINE_PAIR_PRIVATE_H
#define MYO_PIPELINE_PAIR_PRIVATE_H

#include "pipeline/run_private.h"

/* The study whose CT belongs to a study that is measured on MR: itself, or the nearest by date of
 * the patient's others. NULL when there is none. */
const myo_study *pair_find_ct(const run *r, const myo_study *source);

/* True for a study of CT alone whose values go into the feature row of another study. */
bool pair_is_taken(const run *r, const myo_study *source);

#endif
