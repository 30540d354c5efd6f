/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agreement of any number of readers: coefficients, and errors in the unit of the measure.
 *
 * SEM is the standard deviation within patients, sqrt(MSW): residual and systematic differences
 * between readers together (the SEM of agreement: H. de Vet et al., J. Clin. Epidemiol.
 * 59:1033-1039, 2006; the within-subject standard deviation of J. Bland & D. Altman, BMJ 313:744,
 * 1996). Without the systematic differences it is sqrt(MSE) (J. Weir, J. Strength Cond. Res.
 * 19:231-240, 2005). MDC95 = 1.96 sqrt(2) SEM: two readings of one patient differ by less in 95 %.
 * CV is the root mean square of the patients' own (C. Glueer et al., Osteoporos. Int. 5:262-270,
 * 1995). Limits of agreement with the mean of all readers: M. Jones et al., Int. J. Epidemiol.
 * 40:1308-1313, 2011.
 */
#include "stats/anova.h"
#include "stats/distribution.h"
#include "stats/icc.h"

#include <math.h>

/* Root mean square over the patients of SD / mean, in percent. */
static double within_cv_percent(const double *values, size_t targets, size_t readers) {
    double k = (double)readers, sum = 0.0;
    for (size_t i = 0; i < targets; i++) {
        const double *row = values + i * readers;
        double mean = 0.0, squares = 0.0;
        for (size_t j = 0; j < readers; j++) {
            mean += row[j] / k;
        }
        for (size_t j = 0; j < readers; j++) {
            squares += (row[j] - mean) * (row[j] - mean);
        }
        if (!(mean > 0.0)) {
            return NAN;
        }
        sum += squares / (k - 1.0) / (mean * mean);
    }
    return 100.0 * sqrt(sum / (double)targets);
}

static void fill(const double *values, const stats_anova *a, myo_agreement *out) {
    double n = (double)a->rows, k = (double)a->columns;
    double z = stats_normal_quantile(0.5 + 0.5 * MYO_AGREEMENT_CONFIDENCE);
    *out = (myo_agreement){
        .targets = a->rows,
        .readers = a->columns,
        .mean = a->mean,
        .ms_targets = a->ms_rows,
        .ms_within = a->ms_within,
        .ms_readers = a->ms_columns,
        .ms_residual = a->ms_residual,
        .variance_targets = (a->ms_rows - a->ms_residual) / k,
        .variance_readers = (a->ms_columns - a->ms_residual) / n,
        .variance_residual = a->ms_residual,
        .sem = sqrt(a->ms_within),
        .sem_consistency = sqrt(a->ms_residual),
        .cv_percent = within_cv_percent(values, a->rows, a->columns),
        .limit_mean = z * sqrt((k - 1.0) / k * a->ms_within),
    };
    out->mdc95 = z * sqrt(2.0) * out->sem;
    out->mdc95_consistency = z * sqrt(2.0) * out->sem_consistency;
    if (!stats_icc_compute(a, out->icc)) {
        out->icc_reason = "all values are equal, so there is no variance to compare";
    } else if (out->variance_targets < 0.0) {
        out->note = "the variance between patients is estimated below 0: the readings of one "
                    "patient differ more than the patients do";
    }
}

bool myo_agreement_compute(const double *values, size_t targets, size_t readers, myo_agreement *out,
                           myo_error *err) {
    stats_anova anova;
    if (readers < 2 || readers > MYO_AGREEMENT_READERS_MAX) {
        return myo_error_set(err, MYO_E_MISSING, "agreement needs 2 to %d readers, there %s %zu",
                             MYO_AGREEMENT_READERS_MAX, readers == 1 ? "is" : "are", readers);
    }
    if (targets < MYO_AGREEMENT_TARGETS_MIN) {
        return myo_error_set(err, MYO_E_MISSING,
                             "agreement needs at least %d patients, there %s %zu",
                             MYO_AGREEMENT_TARGETS_MIN, targets == 1 ? "is" : "are", targets);
    }
    if (!stats_anova_compute(values, targets, readers, &anova, err)) {
        return false;
    }
    fill(values, &anova, out);
    return true;
}
