/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inner engine of logistic regression: Newton's method (iteratively reweighted least squares)
 * on columns that the caller has standardised, with and without Firth's penalty, with some
 * coefficients held fixed where a test or a profile needs it.
 */
#ifndef MYO_STATS_NEWTON_PRIVATE_H
#define MYO_STATS_NEWTON_PRIVATE_H

#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>
#include <myotome/error.h>

typedef enum newton_end {
    NEWTON_CONVERGED,
    NEWTON_SEPARATED, /* a combination of the columns tells events from the others: no maximum */
    NEWTON_STUCK      /* neither, or a singular matrix */
} newton_end;

/* Coefficient 0 is the intercept, coefficient j belongs to column j - 1. */
typedef struct newton {
    /* Set by the caller; borrowed. */
    const double *const *column;
    const unsigned char *event;
    const unsigned *count; /* how often each row counts; NULL: once */
    const bool *fixed;     /* coefficients that keep their value; NULL: none */
    bool firth;
    double gain_min; /* the fit ends when a step promises less; newton_create() sets a strict one */
    /* Start, and result. */
    double *beta;
    double log_likelihood;   /* without the penalty */
    double penalised;        /* with it; the same without one */
    gsl_matrix *information; /* lower triangle; fixed coefficients only under Firth's penalty */
    size_t iterations;
    double *step; /* the last one: the separating direction */
    /* Sizes, which may be made smaller than they were created, and scratch memory. */
    size_t rows, coefficients;
    double *score, *previous, *weight, *probability, *block;
    gsl_matrix *factor;
    gsl_vector *solution;
    size_t *which; /* coefficients that are free */
    size_t *used;  /* coefficients that take part in the matrix */
    size_t used_count;
} newton;

bool newton_create(size_t rows, size_t columns, newton *out, myo_error *err);
void newton_clear(newton *n);

/* Maximises the likelihood from n->beta on. */
newton_end newton_run(newton *n);

/* Inverse of the information among the coefficients that are not fixed; `out` has a row for each
 * coefficient, those of fixed ones are 0. False when the information is singular. */
bool newton_covariance(newton *n, gsl_matrix *out);

#endif
