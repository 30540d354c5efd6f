/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was done in a run, collected for its paragraph on methods. */
#ifndef MYO_PIPELINE_METHODS_FACTS_PRIVATE_H
#define MYO_PIPELINE_METHODS_FACTS_PRIVATE_H

#include "pipeline/run_private.h"
#include "report/methods_text.h"

/* What holds for all studies. The facts borrow from the run. */
void methods_facts_begin(const run *r, myo_methods_facts *facts);
/* Adds a study by its record. */
void methods_facts_add(myo_methods_facts *facts, const json_t *record);

#endif
