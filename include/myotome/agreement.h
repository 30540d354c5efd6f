/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agreement between readers, sessions or methods, by numbers alone. docs/agreement.md holds every
 * formula with its source. All functions are pure and safe from any thread.
 */
#ifndef MYOTOME_AGREEMENT_H
#define MYOTOME_AGREEMENT_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Coverage of every interval here. */
#define MYO_AGREEMENT_CONFIDENCE 0.95
/* Fewest patients that agreement is computed from. */
#define MYO_AGREEMENT_TARGETS_MIN 3
#define MYO_AGREEMENT_READERS_MAX 64

/* The six forms of the intraclass correlation coefficient of Shrout & Fleiss 1979. */
typedef enum myo_icc_form {
    MYO_ICC_1_1 = 0, /* each patient has other readers: one-way; a single reading */
    MYO_ICC_2_1,     /* readers are a sample of readers: two-way random, absolute agreement */
    MYO_ICC_3_1,     /* these readers and no others: two-way mixed, consistency */
    MYO_ICC_1_K,     /* the same for the mean of k readings */
    MYO_ICC_2_K,
    MYO_ICC_3_K,
    MYO_ICC_COUNT
} myo_icc_form;

/* "ICC(2,1)" after Shrout & Fleiss, and "ICC(A,1)" after McGraw & Wong. Static storage. */
MYO_API const char *myo_icc_name(myo_icc_form form);
MYO_API const char *myo_icc_mcgraw_wong_name(myo_icc_form form);

/* One coefficient. All numbers are NaN where it is not defined. */
typedef struct myo_icc {
    double estimate;     /* below 0 where readers differ more than patients do */
    double lower, upper; /* 95 % */
    double f;            /* of the test that it is 0; infinite without any residual */
    double df1, df2;
    double p; /* one-sided */
} myo_icc;

/* What the readings of all readers say together. */
typedef struct myo_agreement {
    size_t targets, readers;
    double mean;
    /* Mean squares of the analysis of variance. */
    double ms_targets;  /* between patients */
    double ms_within;   /* within patients: readers and residual together */
    double ms_readers;  /* between readers */
    double ms_residual; /* of patient x reader */
    /* Components of variance, as estimated: a negative one says that it is not above 0. */
    double variance_targets, variance_readers, variance_residual;
    myo_icc icc[MYO_ICC_COUNT];
    const char *icc_reason; /* why no coefficient is defined, or NULL; static storage */
    const char *note;       /* what a reader of the numbers has to know, or NULL; static storage */
    double sem;             /* standard error of measurement, systematic differences included */
    double mdc95;           /* minimal detectable change, 95 % */
    double sem_consistency; /* the same without the systematic differences between readers */
    double mdc95_consistency;
    double cv_percent; /* within patients, root mean square; NaN unless all means are above 0 */
    double limit_mean; /* 95 % of the differences from the mean of all readers lie within +- this */
} myo_agreement;

/*
 * Agreement of `readers` columns over `targets` rows: values[target * readers + reader], finite.
 * Errors: MYO_E_MISSING for fewer than MYO_AGREEMENT_TARGETS_MIN targets or fewer than two readers,
 * MYO_E_ARGUMENT for a value that is not finite, MYO_E_RANGE for one so great that its square is
 * not. Where the values do not vary the coefficients are NaN, icc_reason says so, and the rest is
 * valid.
 */
MYO_API bool myo_agreement_compute(const double *values, size_t targets, size_t readers,
                                   myo_agreement *out, myo_error *err);

/* Differences of two readers: a - b. */
typedef struct myo_bland_altman {
    size_t n;
    double bias, sd;
    double bias_lower, bias_upper; /* 95 % interval of the bias */
    double bias_p;                 /* paired t test that it is 0; NaN without any variation */
    double lower, upper;           /* 95 % limits of agreement */
    double lower_low, lower_high;  /* 95 % intervals of the limits */
    double upper_low, upper_high;
    /* Proportional bias: the difference as a line over the mean of both readings. NaN where the
     * means do not vary; the test also without any deviation from the line. */
    double intercept, slope, slope_se, slope_lower, slope_upper, slope_p;
} myo_bland_altman;

/* Errors as above. */
MYO_API bool myo_bland_altman_compute(const double *a, const double *b, size_t count,
                                      myo_bland_altman *out, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
