/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_PIPELINE_LOCATE_PRIVATE_H
#define MYO_PIPELINE_LOCATE_PRIVATE_H

#include <myotome/ct.h>
#include <myotome/locate.h>

/* The CT of a study, and what was found in it. Initialise with {0}. */
typedef struct ct_scan {
    myo_ct *ct; /* NULL: none */
    myo_ct_anatomy anatomy;
} ct_scan;

void ct_scan_clear(ct_scan *scan);

/* As myo_locate_level(). Where the level was looked for on CT, *scan receives it, and the caller
 * clears it, whatever is returned; else it stays as it is. */
bool locate_with_scan(const myo_study *study, const myo_location_query *query, myo_location *out,
                      ct_scan *scan, myo_error *err);

#endif
