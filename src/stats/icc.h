/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intraclass correlation coefficients from mean squares. */
#ifndef MYO_STATS_ICC_H
#define MYO_STATS_ICC_H

#include "stats/anova.h"

#include <myotome/agreement.h>

/* All six; false, and all NaN, where nothing varies. */
bool stats_icc_compute(const stats_anova *anova, myo_icc out[MYO_ICC_COUNT]);

#endif
