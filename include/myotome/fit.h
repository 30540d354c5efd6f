/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fitting: a risk model from a cohort whose outcomes are known. docs/fitting.md says what each
 * number means and after which source it is computed.
 */
#ifndef MYOTOME_FIT_H
#define MYOTOME_FIT_H

#include <myotome/error.h>
#include <myotome/log.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MYO_FIT_FOLDS 10
/* Bootstrap replicates when none are asked for, without and with a selection; large cohorts get
 * fewer, but not less than MYO_FIT_BOOTSTRAP_MIN. _MAX is the most that can be asked for. */
#define MYO_FIT_BOOTSTRAP 500
#define MYO_FIT_BOOTSTRAP_LASSO 200
#define MYO_FIT_BOOTSTRAP_MIN 50
#define MYO_FIT_BOOTSTRAP_MAX 100000
/* "no bootstrap". */
#define MYO_FIT_BOOTSTRAP_NONE ((size_t)-1)

typedef enum myo_fit_select {
    MYO_FIT_SELECT_NONE,
    MYO_FIT_SELECT_LASSO /* the predictors that a LASSO keeps are fitted anew without a penalty */
} myo_fit_select;

typedef enum myo_fit_penalty {
    MYO_FIT_FIRTH_AUTO,  /* Firth's penalty where the data are separated */
    MYO_FIT_FIRTH_NEVER, /* separation is an error */
    MYO_FIT_FIRTH_ALWAYS
} myo_fit_penalty;

typedef enum myo_fit_interval {
    MYO_FIT_INTERVAL_AUTO, /* Wald, and profile likelihood under Firth's penalty */
    MYO_FIT_INTERVAL_WALD,
    MYO_FIT_INTERVAL_PROFILE
} myo_fit_interval;

/* What to fit; every pointer is borrowed. NULL or 0 means the default or "not given". */
typedef struct myo_fit_options {
    const char *cohort_csv; /* a row for each patient */
    const char *outcome;    /* column of the outcome */
    const char *event;      /* its value that means the event; NULL: 1, where the other is 0 */
    const char *patient;    /* column of the patient; NULL: patient_id where it exists */
    bool refuse_missing;    /* a missing value is an error; otherwise its row is left out */
    const char *const *predictors;
    size_t predictor_count;
    const char *const *factors; /* predictors that are factors although they hold numbers */
    size_t factor_count;
    const char *const *references; /* "COLUMN=LEVEL" */
    size_t reference_count;
    const char *const *units; /* "COLUMN=UNIT" */
    size_t unit_count;
    myo_fit_select select;
    bool lambda_1se;         /* otherwise lambda.min */
    size_t folds;            /* 0: MYO_FIT_FOLDS */
    const char *fold_column; /* folds as given by a column in place of drawn ones */
    double split;            /* share of the patients that the model is made from; 0: all */
    const char *split_csv;   /* receives who went where */
    uint64_t seed;           /* of split, folds and bootstrap */
    myo_fit_penalty firth;
    myo_fit_interval interval; /* of the odds ratios */
    size_t bootstrap;          /* replicates for the optimism; MYO_FIT_BOOTSTRAP_NONE: none */
    size_t threads;            /* 0: as many as processors; the results do not depend on it */
    /* Texts for the model file. */
    const char *name, *title, *horizon, *population, *intended_use, *citation;
    myo_progress progress; /* may be NULL */
    void *progress_user;
} myo_fit_options;

typedef struct myo_fitted myo_fitted;

/*
 * Fits a model and writes its file (none for a NULL path), and with a split the table of who went
 * where. Nothing is written when the fit fails. Errors are those that leave no number to trust:
 * MYO_E_IO, MYO_E_FORMAT (a table that cannot be read, text in a number), MYO_E_MISSING (a column,
 * or a value that is to be refused), MYO_E_RANGE (one class only, too few events, columns that
 * depend on each other, a fit that does not converge), MYO_E_AMBIGUOUS (a patient with two rows),
 * MYO_E_NOT_FOUND (nothing is left to fit or was selected), MYO_E_ARGUMENT. What can be computed
 * but should not be trusted blindly is listed in the report's notes, and in the model's known
 * problems. The caller owns *out.
 */
MYO_API bool myo_fit(const myo_fit_options *options, const char *model_path, myo_fitted **out,
                     myo_error *err);
MYO_API void myo_fitted_destroy(myo_fitted *fitted);

/* A report for a terminal, and everything as JSON. The caller frees *text. */
MYO_API bool myo_fitted_report(const myo_fitted *fitted, char **text, myo_error *err);
MYO_API bool myo_fitted_json(const myo_fitted *fitted, char **text, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
