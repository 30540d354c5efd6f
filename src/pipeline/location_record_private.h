/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found of a level, for run.json. */
#ifndef MYO_PIPELINE_LOCATION_RECORD_PRIVATE_H
#define MYO_PIPELINE_LOCATION_RECORD_PRIVATE_H

#include <jansson.h>
#include <myotome/ct.h>
#include <myotome/locate.h>

/* The discs, the series they were found on, and what speaks against them; or why there are none.
 * The caller owns the result. */
json_t *record_spine(const myo_location *location);

/* A slice and how it was found. The caller owns the result. */
json_t *record_slice(const myo_level_choice *choice);

/* The CT that was used, the tissue mapper (may be NULL), and the landmarks of the pelvis. The
 * caller owns the result. */
json_t *record_ct(const myo_series *series, const myo_tissue_mapper *mapper,
                  const myo_ct_anatomy *anatomy);

#endif
