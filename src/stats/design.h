/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The design matrix of a regression: one column for a number, one for each level of a factor but
 * its reference. Columns of one variable are a term. There is no column of ones; fits add an
 * intercept themselves.
 */
#ifndef MYO_STATS_DESIGN_H
#define MYO_STATS_DESIGN_H

#include <myotome/error.h>

typedef struct myo_design {
    size_t rows, columns, terms;
    double *values; /* column by column */
    size_t *term;   /* of each column; ascending, from 0 */
} myo_design;

/* Zeroed. Released with myo_design_clear(). */
bool myo_design_create(size_t rows, size_t columns, myo_design *out, myo_error *err);
void myo_design_clear(myo_design *design);

/* Copies the columns of the terms that are kept; they are numbered anew. */
bool myo_design_take_terms(const myo_design *from, const bool *keep, myo_design *out,
                           myo_error *err);
/* Copies rows. */
bool myo_design_take_rows(const myo_design *from, const size_t *rows, size_t count, myo_design *out,
                          myo_error *err);

/* The number of columns of the term that begins at column `first`. */
size_t myo_design_term_size(const myo_design *design, size_t first);

#define MYO_NO_COLUMN ((size_t)-1)

typedef struct myo_collinearity {
    /*
     * Generalised variance inflation factor of each term, as GVIF^(1/df), which is the usual factor
     * 1 / (1 - R^2) for a term of one column (J. Fox and G. Monette, J. Am. Stat. Assoc.
     * 87:178-183, 1992). Infinite for all terms when a column depends on others.
     */
    double *vif;
    size_t dependent; /* first column that is a linear combination of those before it and the
                         constant, or MYO_NO_COLUMN */
    double *weight;   /* of each column before it in that combination, in standard deviations */
} myo_collinearity;

/* Constant columns count as dependent, on none. Released with myo_collinearity_clear(). */
bool myo_design_collinearity(const myo_design *design, myo_collinearity *out, myo_error *err);
void myo_collinearity_clear(myo_collinearity *collinearity);

#endif
