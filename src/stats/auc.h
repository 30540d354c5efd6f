/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Area under the ROC curve of weighted patients, for work that needs it thousands of times; roc.h
 * has the curve itself. It is the probability that a patient with the event has the higher score,
 * ties counting half (J. Hanley and B. McNeil, Radiology 143:29-36, 1982).
 */
#ifndef MYO_STATS_AUC_H
#define MYO_STATS_AUC_H

#include <myotome/error.h>

/* A patient's place in the order of scores. */
typedef struct myo_auc_place {
    double score;
    size_t row;
} myo_auc_place;

/* Puts the patients into ascending order of their scores. */
void myo_auc_order(const double *score, size_t count, myo_auc_place *places);

/* The area for patients in that order; times[row] says how often a row counts, NULL: once. False
 * unless there are patients with and without the event. */
bool myo_auc_weighted(const myo_auc_place *places, size_t count, const unsigned char *event,
                      const unsigned *times, double *auc);

/* The area for scores in any order; MYO_E_RANGE unless there are patients with and without the
 * event. */
bool myo_stats_auc(const double *score, const unsigned char *event, size_t count, double *auc,
                   myo_error *err);

#endif
