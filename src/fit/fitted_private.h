/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fit in memory: cohort, design, selection, model, and how well it did. */
#ifndef MYO_FIT_FITTED_PRIVATE_H
#define MYO_FIT_FITTED_PRIVATE_H

#include "assess/assess.h"
#include "base/text.h"
#include "cohort/cohort.h"
#include "stats/lasso.h"
#include "stats/logistic.h"
#include "stats/optimism.h"

#include <myotome/fit.h>

/* Fewer events (or patients without) than this, and nothing is fitted: no equation of even one
 * variable is worth a number then. */
#define FIT_EVENTS_MIN 5
/* Events for each candidate coefficient: P. Peduzzi et al., J. Clin. Epidemiol. 49:1373-1379 (1996)
 * ask for 10, F. Harrell (Regression Modeling Strategies, 2nd ed. 2015, section 4.4) for 15. */
#define FIT_EVENTS_PER_VARIABLE 10.0
#define FIT_EVENTS_PER_VARIABLE_GOOD 15.0
/* Inflation of a variance from which on a coefficient is hard to tell from the others': D. Belsley,
 * E. Kuh and R. Welsch, Regression Diagnostics (1980). */
#define FIT_VIF_HIGH 10.0
/* Longest name of a design column: a variable, '=', a level. */
#define FIT_NAME_SIZE 256
/* Length of a variable's name, and number of predictors, that a model file can hold. */
#define FIT_VARIABLE_NAME_MAX 64
#define FIT_PREDICTORS_MAX 64

/* A predictor in the design: one column, or one for each level but the reference. */
typedef struct fit_term {
    const myo_cohort_column *column;
    size_t first, count; /* columns of the candidates' design */
    unsigned char levels[MYO_COHORT_LEVELS_MAX];
} fit_term;

struct myo_fitted {
    myo_fit_options options; /* texts are those of the caller: not used after the run */
    char *cohort_name;       /* without its folder */
    char *event;             /* the value that means the event; the cohort borrows it */
    myo_cohort *cohort;
    size_t *rows; /* of the cohort: those of the development part, in order, then the others */
    size_t row_count, test_count;
    size_t test_unknown; /* patients of the test part with a level that the other part has not */
    unsigned char *dev_event;
    size_t events;
    fit_term *terms; /* the candidates that vary */
    size_t term_count;
    myo_design candidates;
    size_t *fold; /* of each patient of the development part */
    size_t folds;
    myo_lasso_path path; /* with a LASSO selection */
    myo_lasso_cv cv;
    bool *selected; /* for each term */
    fit_term **model_terms;
    size_t model_term_count;
    myo_design design; /* of the model */
    double *vif;       /* of each of its terms */
    myo_logistic_fit fit;
    bool profile;            /* intervals by profile likelihood were computed */
    bool profile_first;      /* and are those that are reported */
    double *coefficients;    /* of all columns of the candidates' design, intercept first */
    double threshold;        /* Youden's */
    bool intervals_left_out; /* of partial areas and decision curve: the cohort is large */
    assessment development, test;
    bool has_optimism;
    bool bootstrap_reduced; /* fewer replicates than usual, as the work is much */
    myo_optimism optimism;
    char *model_text;
    /* Lines, "\n" behind each: what makes the model weak, and what could be asked for. */
    myo_text notes, hints;
};

/* encode.c: which predictors vary among the development part's patients, and their columns. */
bool fit_plan_terms(myo_fitted *f, myo_error *err);
/* Design of some patients. Those with a level that no column is for are left out: `kept` receives
 * the positions of the others. */
bool fit_encode(const myo_fitted *f, const size_t *rows, size_t count, size_t *kept,
                size_t *kept_count, myo_design *out, myo_error *err);
/* "age" or "surgical_approach=PKP": the column `index` of a term. */
void fit_column_name(const fit_term *term, size_t index, char name[FIT_NAME_SIZE]);
/* Name of a column of the candidates' design. */
void fit_candidate_name(const myo_fitted *f, size_t column, char name[FIT_NAME_SIZE]);

/* develop.c: selection and fit. */
bool fit_select(myo_fitted *f, myo_error *err);
bool fit_model(myo_fitted *f, myo_error *err);
bool fit_bootstrap(myo_fitted *f, myo_error *err);
/* Threads and progress of a part of the work. */
myo_parallel fit_parallel(const myo_fitted *f, const char *what);

/* performance.c: the model on the development part and on the test part. */
bool fit_measure(myo_fitted *f, myo_error *err);

/* measured.c: the member `measured_with` of predictors that the cohort says of how they were
 * measured, empty where it does not; and notes on measurements that differ within the cohort. */
json_t *fit_measured_with(const myo_fitted *f);
void fit_note_measured(myo_fitted *f);

/* Events, or patients without where they are fewer (*what names them), for each candidate
 * coefficient. */
double fit_events_per_variable(const myo_fitted *f, const char **what);

/* notes.c: what makes the model weak. */
void fit_note_model(myo_fitted *f);

/* units.c: unit of a column, given as "COLUMN=UNIT" or known from the end of its name. */
const char *fit_unit(const myo_fit_options *options, const char *name);

/* model_file.c: f->model_text. */
bool fit_write_model(myo_fitted *f, myo_error *err);

#endif
