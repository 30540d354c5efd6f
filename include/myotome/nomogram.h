/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nomograms: a risk model as scales of points that are added by hand. The construction is the
 * classic one (F. Harrell, Regression Modeling Strategies, 2nd ed. 2015, 11.8): the predictor with
 * the widest effect reaches from 0 to 100 points, and every other one has the same number of points
 * for each unit of the linear predictor. Points grow with the risk. docs/nomogram.md explains it.
 * Not for clinical decisions without review.
 */
#ifndef MYOTOME_NOMOGRAM_H
#define MYOTOME_NOMOGRAM_H

#include <myotome/risk.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Points of the predictor with the widest effect. */
#define MYO_NOMOGRAM_POINTS 100.0

/* A level of a category. */
typedef struct myo_nomogram_level {
    const char *name;
    double points;
} myo_nomogram_level;

/* The scale of one predictor. Texts are borrowed from the model. */
typedef struct myo_nomogram_axis {
    const char *name, *label;
    const char *unit; /* NULL for a category */
    /* Of a number: the range of the development data, its ends rounded to multiples of `step` that
     * are possible; the decimals that these need; and the part of the linear predictor for each
     * unit. */
    double from, to, step;
    int decimals;
    double coefficient;
    double origin;              /* part of the linear predictor that has 0 points */
    double points_max;          /* the least points are 0 */
    myo_nomogram_level *levels; /* of a category, the reference first; owned */
    size_t level_count;         /* 0 for a number */
} myo_nomogram_axis;

typedef struct myo_nomogram {
    const myo_model *model; /* borrowed, as all texts */
    const char *name, *title, *outcome;
    const char *horizon; /* NULL where the model has none */
    const char *citation;
    bool reconstructed;        /* the intercept was not published */
    double points_per_unit;    /* of the linear predictor */
    double linear_predictor_0; /* of a patient with 0 points in all */
    double total_max;          /* of a patient with the most points on every axis */
    myo_nomogram_axis *axes;   /* owned; in the order of the model */
    size_t axis_count;
} myo_nomogram;

/*
 * Finds the scales of a model, which must outlive them. MYO_E_UNSUPPORTED for a model without
 * coefficients (the message says what can be done), MYO_E_RANGE when no predictor has an effect,
 * MYO_E_MEMORY. The caller owns *out.
 */
MYO_API bool myo_nomogram_create(const myo_model *model, myo_nomogram **out, myo_error *err);
MYO_API void myo_nomogram_destroy(myo_nomogram *nomogram);

/* Points of a number on its axis; beyond the ends of the axis they are below 0 or above the most.
 */
MYO_API double myo_nomogram_points(const myo_nomogram *nomogram, const myo_nomogram_axis *axis,
                                   double value);
/* Probability of a total of points, and back. */
MYO_API double myo_nomogram_probability(const myo_nomogram *nomogram, double total);
MYO_API double myo_nomogram_total(const myo_nomogram *nomogram, double probability);

/*
 * 95 % interval of the probability for a total between 0 and total_max, for the patient whose
 * predictors all lie equally far on the way from the centre of the model's data to the ends of
 * their axes. At both ends that is the only patient with this total; between them other patients
 * have other intervals, mostly wider ones. False outside of the range, and for a model without
 * standard errors.
 */
MYO_API bool myo_nomogram_interval(const myo_nomogram *nomogram, double total, double *lower,
                                   double *upper);

#define MYO_NOMOGRAM_VALUE_SIZE 64

/* Where one patient lies on an axis. */
typedef struct myo_nomogram_mark {
    char value[MYO_NOMOGRAM_VALUE_SIZE]; /* "35 HU", "PKP"; cut where it is longer */
    double points;
    bool outside; /* of the axis */
} myo_nomogram_mark;

typedef struct myo_nomogram_patient {
    myo_nomogram_mark *marks; /* owned; one for each axis */
    double total;
    myo_prediction prediction;
} myo_nomogram_patient;

/* Reads a patient's points. Errors of myo_model_predict(), and MYO_E_MISSING, which names the
 * variables that are not given. The caller owns *out. */
MYO_API bool myo_nomogram_patient_create(const myo_nomogram *nomogram, myo_variable_lookup lookup,
                                         void *user, myo_nomogram_patient **out, myo_error *err);
MYO_API void myo_nomogram_patient_destroy(myo_nomogram_patient *patient);

/* Steps of a total in tables: a nice number that divides the range into 20 to 50 of them. */
MYO_API double myo_nomogram_total_step(const myo_nomogram *nomogram, int *decimals);
/* Number of totals 0, step, 2 step, ... up to total_max. */
MYO_API size_t myo_nomogram_total_count(const myo_nomogram *nomogram, double step);

/* Probabilities that tables and pictures name, ascending: 0.01, 0.05, 0.1, 0.2 to 0.9, 0.95, 0.99
 * as far as a total reaches them, and finer ones where fewer than three do. Returns their number,
 * at most MYO_NOMOGRAM_PROBABILITIES_MAX. */
#define MYO_NOMOGRAM_PROBABILITIES_MAX 64
MYO_API size_t myo_nomogram_probabilities(const myo_nomogram *nomogram,
                                          double out[MYO_NOMOGRAM_PROBABILITIES_MAX]);

/*
 * Draws the nomogram, with a patient where that is not NULL, as the ending of the path says: .svg,
 * .pdf or .png (300 dots per inch), on the width of A4 across. The same nomogram gives the same
 * bytes. MYO_E_ARGUMENT for another ending, MYO_E_IO, MYO_E_MEMORY.
 */
MYO_API bool myo_nomogram_draw(const myo_nomogram *nomogram, const myo_nomogram_patient *patient,
                               const char *path, myo_error *err);

/*
 * The nomogram as CSV: for each step of each axis its points, and for totals the linear predictor
 * and the probability with its interval. docs/nomogram.md describes the columns. The caller frees
 * *out; _write_table writes it to a file.
 */
MYO_API bool myo_nomogram_table(const myo_nomogram *nomogram, char **out, myo_error *err);
MYO_API bool myo_nomogram_write_table(const myo_nomogram *nomogram, const char *path,
                                      myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
