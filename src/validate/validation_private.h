/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A validation in memory: cohort, predictions of every model, and what was measured. */
#ifndef MYO_VALIDATE_VALIDATION_PRIVATE_H
#define MYO_VALIDATE_VALIDATION_PRIVATE_H

#include "assess/assess.h"
#include "base/text.h"
#include "cohort/cohort.h"
#include "risk/equation.h"

#include <myotome/validate.h>

/* Fewer events (or patients without) than this, and nothing is known well; fewer than the second,
 * and an external validation is too small: Y. Vergouwe et al., J. Clin. Epidemiol. 58:475-483
 * (2005). */
#define VALIDATE_EVENTS_FEW 10
#define VALIDATE_EVENTS_ADVISED 100

/* Predictions of one model for some patients, with what happened. Owned. */
typedef struct validate_sample {
    double *linear, *probability;
    unsigned char *event;
    size_t count;
} validate_sample;

/* A short row about one level of a subgroup column. */
typedef struct validate_subgroup {
    const char *column, *level;
    size_t count, events;
    bool measured;
    myo_interval auc;
    myo_calibration calibration;
    myo_test against_rest; /* unpaired: that the area is that of all other patients */
} validate_subgroup;

/* Two areas that were compared. Indices of models (paired) or of parts (unpaired). */
typedef struct validate_comparison {
    size_t first, second;
    double difference;
    myo_test test;
} validate_comparison;

/* A model with its results. */
typedef struct validate_model {
    myo_model *model;
    double *linear, *probability; /* of each row of the cohort */
    size_t *outside;              /* for each predictor: patients out of the development range */
    /* Likewise: patients whose measurement differs from the model's, for each difference. */
    size_t (*differing)[MYO_DIFFERENCES];
    assessment all;
    assessment *parts; /* for each level of the split column */
    validate_comparison *part_pairs;
    validate_subgroup *subgroups;
} validate_model;

struct myo_validation {
    myo_validate_options options; /* texts are those of the caller: not used after the run */
    char *cohort_name;            /* without its folder */
    char *event;                  /* the value that means the event; the cohort borrows it */
    myo_cohort *cohort;
    validate_model *models;
    size_t model_count;
    size_t split_column; /* index among the cohort's columns; SIZE_MAX: none */
    size_t part_count, part_pair_count;
    size_t *subgroup_columns;
    size_t subgroup_column_count, subgroup_count;
    validate_comparison *model_pairs;
    size_t model_pair_count;
    bool threshold_youden, threshold_of_model;
    double threshold;
    assess_plan plan;       /* but for the threshold */
    bool bootstrap_reduced; /* fewer replicates than usual, as the cohort is large */
    myo_text notes;         /* lines, "\n" behind each */
};

/* predictions.c: the probabilities of every model for every row. */
bool validate_predict(myo_validation *v, myo_error *err);

/* measure.c */
bool validate_measure_all(myo_validation *v, myo_error *err);
/* The patients whose group is `level` (or is not, if `others`); a NULL column means all. */
bool validate_sample_take(const myo_validation *v, const validate_model *m,
                          const myo_cohort_column *column, size_t level, bool others,
                          validate_sample *out, myo_error *err);
void validate_sample_clear(validate_sample *sample);

/* compare.c: paired and unpaired comparisons and subgroups, after the measuring. */
bool validate_compare(myo_validation *v, myo_error *err);

/* notes.c: what a reader must know before the numbers. */
void validate_note(myo_validation *v);

/* Name of part `index` of the split column. */
const char *validate_part_name(const myo_validation *v, size_t index);

/* tables.c: the CSV files into a folder. */
bool validate_write_tables(const myo_validation *v, const char *folder, myo_error *err);

/* plots.c: the pictures into FOLDER/plots. */
bool validate_write_plots(const myo_validation *v, const char *folder, myo_error *err);

#endif
