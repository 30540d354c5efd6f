/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decision curve and clinical impact curve.
 *
 * Net benefit at the threshold t is TP / n - FP / n * t / (1 - t), where patients with a
 * probability of at least t are treated: the harm of a needless treatment is t / (1 - t) of the
 * benefit of a needed one (A. Vickers and E. Elkin, Med. Decis. Making 26:565-574, 2006). To treat
 * nobody has the net benefit 0; to treat all follows from the prevalence. The impact curve counts,
 * for 1000 patients, how many are at high risk and how many of these have the event (K. Kerr et
 * al., J. Clin. Oncol. 34:2534-2540, 2016).
 */
#ifndef MYO_STATS_DECISION_H
#define MYO_STATS_DECISION_H

#include "stats/binary.h"
#include "stats/bootstrap.h"

#define MYO_IMPACT_PATIENTS 1000.0

typedef struct myo_decision_point {
    double threshold;
    double net_benefit, treat_all;
    double lower, upper; /* percentile interval of net_benefit; NaN without a bootstrap */
    double high_risk, high_risk_events; /* of 1000 patients */
    double high_risk_lower, high_risk_upper;
} myo_decision_point;

/*
 * Fills `points`, whose thresholds ascend within 0 <= t < 1 and are set by the caller, from
 * probabilities. Intervals come from plan->replicates draws of all patients; none for 0 replicates.
 */
bool myo_decision_curve(const myo_binary *data, const myo_bootstrap *plan,
                        myo_decision_point *points, size_t count, myo_error *err);

/* A range of neighbouring thresholds at which the model has more net benefit than to treat all and
 * than to treat nobody. Returns the number of ranges; writes at most `room`. */
typedef struct myo_decision_range {
    double from, to;
} myo_decision_range;
size_t myo_decision_useful(const myo_decision_point *points, size_t count,
                           myo_decision_range *ranges, size_t room);

#endif
