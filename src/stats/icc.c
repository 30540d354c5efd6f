/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intraclass correlation: the six forms of P. Shrout & J. Fleiss, Psychol. Bull. 86:420-428, 1979,
 * with their intervals as K. McGraw & S. Wong give them, Psychol. Methods 1:30-46, 1996 (and the
 * correction, 1:390).
 *
 * The intervals of ICC(1,.) and ICC(3,.) turn the exact interval of an F ratio over. That of
 * ICC(2,.) takes the degrees of freedom of a sum of mean squares after F. Satterthwaite (Biom.
 * Bull. 2:110-114, 1946). A mean of k readings follows from a single one by the formula of Spearman
 * and Brown, which is increasing, so that it carries the limits over, too.
 */
#include "stats/icc.h"

#include "stats/distribution.h"

#include <math.h>

static const struct {
    const char *name, *mcgraw_wong;
} names[MYO_ICC_COUNT] = {
    [MYO_ICC_1_1] = {"ICC(1,1)", "ICC(1)"},   [MYO_ICC_2_1] = {"ICC(2,1)", "ICC(A,1)"},
    [MYO_ICC_3_1] = {"ICC(3,1)", "ICC(C,1)"}, [MYO_ICC_1_K] = {"ICC(1,k)", "ICC(k)"},
    [MYO_ICC_2_K] = {"ICC(2,k)", "ICC(A,k)"}, [MYO_ICC_3_K] = {"ICC(3,k)", "ICC(C,k)"},
};

const char *myo_icc_name(myo_icc_form form) {
    return names[form].name;
}

const char *myo_icc_mcgraw_wong_name(myo_icc_form form) {
    return names[form].mcgraw_wong;
}

static double upper_probability(void) {
    return 0.5 + 0.5 * MYO_AGREEMENT_CONFIDENCE;
}

/* The reliability of one reading from the ratio of mean squares f = 1 + k r / (1 - r). */
static double from_ratio(double f, double k) {
    return isinf(f) ? 1.0 : (f - 1.0) / (f + k - 1.0);
}

/* ICC(1,1) or ICC(3,1): one F ratio, its error term being `ms_error` with df2. */
static myo_icc from_f(const stats_anova *a, double ms_error, double df2) {
    double k = (double)a->columns, df1 = (double)a->rows - 1.0;
    double f = ms_error > 0.0 ? a->ms_rows / ms_error : (double)INFINITY;
    if (!(ms_error > 0.0) && !(a->ms_rows > 0.0)) {
        f = NAN;
    }
    double f_lower = f / stats_f_quantile(upper_probability(), df1, df2);
    double f_upper = f * stats_f_quantile(upper_probability(), df2, df1);
    return (myo_icc){.estimate = from_ratio(f, k),
                     .lower = from_ratio(f_lower, k),
                     .upper = from_ratio(f_upper, k),
                     .f = f,
                     .df1 = df1,
                     .df2 = df2,
                     .p = stats_f_upper(f, df1, df2)};
}

/* Satterthwaite's degrees of freedom of (a MSC + b MSE), a = k r / (n (1 - r)) and b = 1 + (n - 1)
 * a, both here times n (1 - r), so that r = 1 needs no case of its own. */
static double combined_df(const stats_anova *a, double r) {
    double n = (double)a->rows, k = (double)a->columns;
    double columns = k * r * a->ms_columns;
    double residual = (n * (1.0 - r) + k * r * (n - 1.0)) * a->ms_residual;
    double sum = columns + residual;
    return sum * sum /
           (columns * columns / (k - 1.0) + residual * residual / ((n - 1.0) * (k - 1.0)));
}

/* ICC(2,1): absolute agreement. Its test is that of ICC(3,1). */
static myo_icc absolute(const stats_anova *a, const myo_icc *consistency) {
    double n = (double)a->rows, k = (double)a->columns;
    double msr = a->ms_rows, msc = a->ms_columns, mse = a->ms_residual;
    myo_icc icc = *consistency;
    icc.estimate = (msr - mse) / (msr + (k - 1.0) * mse + k * (msc - mse) / n);
    if (!(msc > 0.0) && !(mse > 0.0)) {
        icc.lower = icc.upper = icc.estimate; /* the readers agree in every digit */
        return icc;
    }
    double df = combined_df(a, icc.estimate);
    double f_lower = stats_f_quantile(upper_probability(), n - 1.0, df);
    double f_upper = stats_f_quantile(upper_probability(), df, n - 1.0);
    double others = k * msc + (k * n - k - n) * mse;
    icc.lower = n * (msr - f_lower * mse) / (f_lower * others + n * msr);
    icc.upper = n * (f_upper * msr - mse) / (others + n * f_upper * msr);
    return icc;
}

static double of_mean(double r, double k) {
    return k * r / (1.0 + (k - 1.0) * r);
}

/* The same for the mean of k readings. */
static myo_icc averaged(const myo_icc *single, double k) {
    myo_icc icc = *single;
    icc.estimate = of_mean(single->estimate, k);
    icc.lower = of_mean(single->lower, k);
    icc.upper = of_mean(single->upper, k);
    return icc;
}

bool stats_icc_compute(const stats_anova *a, myo_icc out[MYO_ICC_COUNT]) {
    double n = (double)a->rows, k = (double)a->columns;
    if (!(a->ms_rows > 0.0) && !(a->ms_within > 0.0)) {
        for (int form = 0; form < MYO_ICC_COUNT; form++) {
            out[form] = (myo_icc){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
        }
        return false;
    }
    out[MYO_ICC_1_1] = from_f(a, a->ms_within, n * (k - 1.0));
    out[MYO_ICC_3_1] = from_f(a, a->ms_residual, (n - 1.0) * (k - 1.0));
    out[MYO_ICC_2_1] = absolute(a, &out[MYO_ICC_3_1]);
    out[MYO_ICC_1_K] = averaged(&out[MYO_ICC_1_1], k);
    out[MYO_ICC_2_K] = averaged(&out[MYO_ICC_2_1], k);
    out[MYO_ICC_3_K] = averaged(&out[MYO_ICC_3_1], k);
    return true;
}
