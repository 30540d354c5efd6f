/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The solver of a LASSO path for one set of rows. */
#ifndef MYO_STATS_LASSO_PRIVATE_H
#define MYO_STATS_LASSO_PRIVATE_H

#include "stats/lasso.h"

/* Rows of a tile: its columns stay in the first cache while it is worked on. */
#define LASSO_TILE 64

/*
 * State of the solver. Rows lie in tiles: LASSO_TILE values of the first column, of the second, and
 * so on, then the next tile; rows beyond the last one have weight 0. Columns have mean 0 and
 * variance 1 under the weights, which sum to 1.
 */
typedef struct lasso_solver {
    size_t tiles, columns;
    double violation_max;           /* of the conditions of a minimum */
    double *values, *mean, *sd;     /* sd 0: the column is constant and takes no part */
    double *weight;                 /* of the rows */
    double *event;                  /* 1 or 0 */
    double *eta;                    /* linear predictors */
    double intercept, *beta;        /* the current solution */
    double *gradient;               /* weighted residuals times column, at the last evaluation */
    double gradient0;               /* the same for the intercept */
    double deviance, null_deviance; /* per unit of weight */
    double variance;                /* sum of weight x p (1 - p) */
    /* The quadratic model: weights p (1 - p) of the point that it was made at, and the rows of its
     * matrix that have been computed. Index 0 is the intercept, j + 1 is column j. */
    double *curvature;
    double *matrix;
    bool *known;
    bool *strong;           /* columns that are solved for */
    double *change, *trial; /* scratch memory of the quadratic model */
    size_t *order;
} lasso_solver;

/* Takes the rows that count, and for which fold[row] != left_out (fold may be NULL). */
bool lasso_solver_create(const myo_lasso_data *data, const size_t *fold, size_t left_out,
                         lasso_solver *out, myo_error *err);
void lasso_solver_clear(lasso_solver *solver);

/* Solves at a penalty from the solution at the previous one on. False when it does not converge. */
bool lasso_solve(lasso_solver *solver, double lambda, double previous);

/* Path of the solver's rows along its own penalties. `rows` is their number, each as often as it
 * counts: it decides with that of the columns how far the path goes. */
bool lasso_follow(lasso_solver *solver, size_t rows, myo_lasso_path *out, myo_error *err);

#endif
