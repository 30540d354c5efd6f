/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_PIPELINE_LOCATE_PRIVATE_H
#define MYO_PIPELINE_LOCATE_PRIVATE_H

#include <myotome/ct.h>
#include <myotome/locate.h>

#define CT_VERTEBRAE_MAX 16

/* The CT of a study, and what was found in it. Initialise with {0}. */
typedef struct ct_scan {
    myo_ct *ct; /* NULL: none */
    const myo_series *series;
    char sha256[MYO_SHA256_HEX_SIZE]; /* of its slices' hashes, one after the other */
    size_t unreadable;                /* slices that could not be read, and why the last */
    myo_error unreadable_reason;
    myo_ct_anatomy anatomy;
    myo_trabecular vertebrae[CT_VERTEBRAE_MAX]; /* that could be measured */
    size_t vertebra_count;
} ct_scan;

void ct_scan_clear(ct_scan *scan);

/* Reads the volume of a CT series and finds its anatomy, with so many threads. The caller clears
 * *scan, whatever is returned. */
bool ct_scan_read(const myo_series *series, const myo_tissue_mapper *mapper, size_t threads,
                  ct_scan *scan, myo_error *err);

/* As myo_locate_level(). Where the level was looked for on CT, *scan receives it, and the caller
 * clears it, whatever is returned; else it stays as it is. */
bool locate_with_scan(const myo_study *study, const myo_location_query *query, myo_location *out,
                      ct_scan *scan, myo_error *err);

#endif
