/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The variables of a model, looked up among the measured features and the clinical table. */
#ifndef MYO_PIPELINE_VARIABLES_PRIVATE_H
#define MYO_PIPELINE_VARIABLES_PRIVATE_H

#include "pipeline/run_private.h"
#include "report/tables.h"

#define VARIABLE_TEXT_SIZE 32

typedef struct variables {
    const run *r;
    const char *patient_id;
    const myo_report_features *features;
    char text[VARIABLE_TEXT_SIZE]; /* of the last number that was looked up */
} variables;

/* A myo_variable_lookup over `user` (a struct variables): what was measured comes first, then the
 * clinical table. */
const char *variables_lookup(void *user, const char *name);
/* A myo_measured_lookup over the same: the slice that a structure was measured on. */
bool variables_measured(void *user, const char *name, myo_measured *out);

#endif
