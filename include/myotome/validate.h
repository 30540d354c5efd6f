/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Validation: how well a risk model predicts in a cohort whose outcomes are known.
 * docs/validating.md says what each number means and after which source it is computed.
 */
#ifndef MYOTOME_VALIDATE_H
#define MYOTOME_VALIDATE_H

#include <myotome/error.h>
#include <myotome/log.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Replicates of the bootstrap when none are asked for, and the least that large cohorts get. */
#define MYO_VALIDATE_BOOTSTRAP 2000
#define MYO_VALIDATE_BOOTSTRAP_MIN 200
#define MYO_VALIDATE_BOOTSTRAP_MAX 100000
/* Groups of the Hosmer-Lemeshow test. */
#define MYO_VALIDATE_GROUPS 10
/* Models in one call. */
#define MYO_VALIDATE_MODELS_MAX 16

/* What to validate; every pointer is borrowed. NULL or 0 means the default or "not given". */
typedef struct myo_validate_options {
    const char *cohort_csv;    /* a row for each patient, columns named as the models' variables */
    const char *outcome;       /* column of the outcome */
    const char *event;         /* its value that means the event; NULL: 1, where the other is 0 */
    const char *patient;       /* column of the patient; NULL: patient_id where it exists */
    bool refuse_missing;       /* a missing value is an error; otherwise its row is left out */
    const char *const *models; /* names or files; several are compared on the same patients */
    size_t model_count;
    const char *threshold;        /* "youden" (default), "model", or a probability */
    const char *const *subgroups; /* columns: a short table for each level */
    size_t subgroup_count;
    const char *split;     /* a column: everything is measured for each of its levels, too */
    size_t groups;         /* of the Hosmer-Lemeshow test */
    double partial_from;   /* partial areas reach from here to 1; 0: 0.8 */
    size_t bootstrap;      /* replicates; 0: MYO_VALIDATE_BOOTSTRAP, less in large cohorts */
    uint64_t seed;         /* of the bootstrap */
    size_t threads;        /* 0: as many as processors; the results do not depend on it */
    myo_progress progress; /* may be NULL */
    void *progress_user;
} myo_validate_options;

typedef struct myo_validation myo_validation;

/*
 * Validates. Errors are those that leave no number to trust: MYO_E_IO, MYO_E_FORMAT (a table or a
 * model that cannot be read, text in a number), MYO_E_MISSING (a column, or a value that is to be
 * refused), MYO_E_RANGE (no events, or nothing but events), MYO_E_AMBIGUOUS (a patient with two
 * rows), MYO_E_UNSUPPORTED (a model without coefficients), MYO_E_ARGUMENT. What can be computed but
 * should not be trusted blindly is listed in the report's notes. The caller owns *out.
 */
MYO_API bool myo_validate(const myo_validate_options *options, myo_validation **out,
                          myo_error *err);
MYO_API void myo_validation_destroy(myo_validation *validation);

/* A report for a terminal, and everything as JSON. The caller frees *text. */
MYO_API bool myo_validation_report(const myo_validation *validation, char **text, myo_error *err);
MYO_API bool myo_validation_json(const myo_validation *validation, char **text, myo_error *err);

/* Writes report.txt, validation.json, every curve and table as CSV, and plots/ with the curves as
 * SVG and PNG (docs/validating.md lists them) into a folder, which is created if need be. */
MYO_API bool myo_validation_write(const myo_validation *validation, const char *folder,
                                  myo_error *err);

typedef enum myo_recalibrate {
    MYO_RECALIBRATE_INTERCEPT, /* a new level of the risks */
    MYO_RECALIBRATE_SLOPE      /* a new level and a new steepness */
} myo_recalibrate;

/* Writes the first model, recalibrated on the cohort, as a model file whose card says so.
 * MYO_E_RANGE where the cohort does not allow it (risks that do not rise with the model's). */
MYO_API bool myo_validation_recalibrate(const myo_validation *validation, myo_recalibrate what,
                                        const char *path, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
