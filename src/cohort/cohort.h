/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cohort: a CSV table with a row for each patient, read into a binary outcome and typed
 * predictors. Numbers and factors are told apart by what a column holds, and a column that holds
 * both is refused with its line, so that a misspelt number can never become a level of a factor.
 */
#ifndef MYO_COHORT_COHORT_H
#define MYO_COHORT_COHORT_H

#include "io/csv.h"

/* Levels of a factor with its reference; a model file takes one less besides the reference. */
#define MYO_COHORT_LEVELS_MAX 33
/* Bytes of a level's name; what a risk model reads as a category must be shorter than 128. */
#define MYO_COHORT_LEVEL_NAME_MAX 100

typedef enum myo_cohort_type { MYO_COHORT_NUMBER, MYO_COHORT_FACTOR } myo_cohort_type;

/* A predictor. Levels are in ascending order of their bytes. */
typedef struct myo_cohort_column {
    const char *name;
    myo_cohort_type type;
    bool declared;                              /* asked for; otherwise inferred */
    double *values;                             /* of a number, a value for each row */
    unsigned char *level_of;                    /* of a factor, a level for each row */
    const char *levels[MYO_COHORT_LEVELS_MAX];  /* of a factor */
    size_t level_counts[MYO_COHORT_LEVELS_MAX]; /* among the rows that were kept */
    size_t level_count, reference;
    size_t absent_levels;      /* levels whose rows were all dropped, and that are not listed */
    size_t missing;            /* rows of the file without a value */
    size_t first_missing_line; /* of the file; 0 when there is none */
} myo_cohort_column;

typedef struct myo_cohort {
    myo_csv *csv;                          /* the whole table; owns the names and levels */
    size_t rows;                           /* kept; the length of the arrays below */
    size_t rows_dropped;                   /* because a value was missing */
    size_t *csv_row;                       /* row of the table that a row was read from */
    unsigned char *event;                  /* 1: with the event */
    size_t events;                         /* rows with the event */
    const char *outcome;                   /* name of the column */
    const char *event_value, *other_value; /* how the outcome is coded */
    size_t outcome_missing;
    bool has_patient; /* a column names the patients: none occurs twice */
    size_t patient_column;
    myo_cohort_column *columns;
    size_t column_count;
} myo_cohort;

/* What to read. Pointers are borrowed; names are matched exactly. */
typedef struct myo_cohort_request {
    const char *path;
    const char *outcome;
    const char *event; /* value of the outcome that means the event; NULL: "1", the other "0" */
    const char *const *predictors;
    size_t predictor_count;
    const char *const *factors; /* predictors that are factors although they hold numbers */
    size_t factor_count;
    const char *const *references; /* "COLUMN=LEVEL"; otherwise the first level is the reference */
    size_t reference_count;
    const char *patient; /* column of the patient; NULL: patient_id where there is such a column */
    bool refuse_missing; /* otherwise rows with a missing value are left out and counted */
} myo_cohort_request;

/*
 * Reads a cohort. Errors name file, line and column: MYO_E_MISSING for a column that is not there,
 * or a missing value that is to be refused; MYO_E_FORMAT for text in a number, an outcome that is
 * not coded by two values, or levels that differ in case only; MYO_E_ARGUMENT for names that are
 * given twice or do not belong to a predictor; MYO_E_RANGE for too many levels or too large a
 * number, or when the event happened to none or to all; MYO_E_AMBIGUOUS for a patient with more
 * than one row. The patient is never named, only the lines. The caller owns *out.
 */
bool myo_cohort_read(const myo_cohort_request *request, myo_cohort **out, myo_error *err);
/* The same from a table in memory, which is taken over, also when this fails. */
bool myo_cohort_take_csv(const myo_cohort_request *request, myo_csv *csv, myo_cohort **out,
                         myo_error *err);
void myo_cohort_destroy(myo_cohort *cohort);

/* Appends what weakens every number made from the cohort, each note a line: rows left out, patients
 * that could not be told apart, levels of slices that are not confirmed. */
void myo_cohort_append_notes(const myo_cohort *cohort, myo_text *notes);

#endif
