/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Goodness of fit after D. Hosmer and S. Lemeshow (Commun. Stat. Theory Methods 9:1043-1069, 1980):
 * patients are grouped by their predicted probability, and observed and expected counts compared.
 *
 * Groups are limited by the quantiles k / g of the probabilities (quantile_private.h); a limit
 * belongs to the lower group, and limits that coincide are one, so that patients with equal
 * probabilities are never split and there can be fewer groups than asked for. The statistic is the
 * sum over both outcomes of (observed - expected)^2 / expected. Degrees of freedom: two less than
 * the groups, which holds where the model was fitted to these patients; as many as groups where it
 * was not (D. Hosmer et al., Applied Logistic Regression, 3rd ed. 2013, section 5.2.2).
 */
#ifndef MYO_STATS_HOSMER_LEMESHOW_H
#define MYO_STATS_HOSMER_LEMESHOW_H

#include "stats/binary.h"

#define MYO_HL_GROUPS_MIN 3
#define MYO_HL_GROUPS_MAX 100

typedef struct myo_hl_group {
    double lower, upper; /* limits: above lower (but for the first group) to upper */
    size_t count, events;
    double expected; /* number of events */
} myo_hl_group;

typedef struct myo_hosmer_lemeshow {
    size_t group_count;
    myo_hl_group groups[MYO_HL_GROUPS_MAX];
    double chi2;
    double df, p;                   /* group_count - 2 */
    double df_external, p_external; /* group_count */
} myo_hosmer_lemeshow;

/* `data` holds probabilities. df and p are NaN with fewer than three groups. MYO_E_ARGUMENT for a
 * number of groups outside of the limits or no patients. */
bool myo_hosmer_lemeshow_test(const myo_binary *data, size_t groups, myo_hosmer_lemeshow *out,
                              myo_error *err);

#endif
