/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the indices of a study can be trusted: what measure/smi_interval.c puts together. */
#ifndef MYO_PIPELINE_UNCERTAINTY_PRIVATE_H
#define MYO_PIPELINE_UNCERTAINTY_PRIVATE_H

#include "pipeline/slice_private.h"

/* Reads options->uncertainty ("fat,outline,height", "none") and options->reader_sem_csv. */
bool uncertainty_open(run *r, myo_error *err);

/* The spread of FCSA over the fat methods that suit a slice, into slice->fcsa_spread_mm2: NaN where
 * fewer than three methods could be run. */
bool uncertainty_measure_spread(const run *r, measured_slice *slice, myo_error *err);

/* The interval of a muscle's SMI from the slice that it was measured on. */
void uncertainty_find_interval(const run *r, const measured_slice *slice, myo_structure muscle,
                               double height_m, myo_smi_interval *out);

#endif
