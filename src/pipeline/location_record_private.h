/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found of a level, for run.json. */
#ifndef MYO_PIPELINE_LOCATION_RECORD_PRIVATE_H
#define MYO_PIPELINE_LOCATION_RECORD_PRIVATE_H

#include <jansson.h>
#include <myotome/locate.h>

/* The discs, the series they were found on, and what speaks against them; or why there are none.
 * The caller owns the result. */
json_t *record_spine(const myo_location *location);

/* A slice and how it was found. The caller owns the result. */
json_t *record_slice(const myo_level_choice *choice);

#endif
