/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What other modules need of a model's equation. Texts are borrowed from the model. */
#ifndef MYO_RISK_EQUATION_H
#define MYO_RISK_EQUATION_H

#include <myotome/risk.h>
#include <stddef.h>

typedef struct myo_model_predictor {
    const char *name, *label;
    const char *unit;        /* NULL for a category */
    const char *reference;   /* the level of a category whose coefficient is 0; NULL for a number */
    bool has_range;          /* of a number */
    double minimum, maximum; /* of the development data */
    size_t term_count;       /* one for a number, one for each other level of a category */
} myo_model_predictor;

/* One coefficient. */
typedef struct myo_model_term {
    const char *level; /* NULL for a number */
    double coefficient, standard_error;
} myo_model_term;

size_t myo_model_get_predictor_count(const myo_model *model);
void myo_model_get_predictor(const myo_model *model, size_t index, myo_model_predictor *out);
void myo_model_get_term(const myo_model *model, size_t predictor, size_t term, myo_model_term *out);

/* The intercept, and whether it is "published", "reconstructed" or "fitted". NaN and NULL for a
 * model that cannot predict. */
double myo_model_get_intercept(const myo_model *model, const char **source);
/* The probability above which the model calls a patient positive; NaN when it has none. */
double myo_model_get_cut_off(const myo_model *model);

/* In what a measurement differs from those that the model was made with. The first two make it
 * another quantity. */
enum {
    MYO_DIFFERS_MODALITY = 1 << 0,
    MYO_DIFFERS_LEVEL = 1 << 1,
    MYO_DIFFERS_FAT_METHOD = 1 << 2,
    MYO_DIFFERS_ROI_CONVENTION = 1 << 3
};
#define MYO_DIFFERENCES 4
#define MYO_DIFFERS_REFUSED (MYO_DIFFERS_MODALITY | MYO_DIFFERS_LEVEL)

/* A property of a measurement, in the order of the bits: the member of `measured_with`, the column
 * of a feature table, what it is called, its place in myo_measured; and whether values are methods,
 * whose version follows behind a space and is not compared. */
typedef struct myo_measured_property {
    const char *key, *column, *word;
    size_t offset;
    bool versioned;
} myo_measured_property;
extern const myo_measured_property myo_measured_properties[MYO_DIFFERENCES];

/* True for a variable that the columns of a feature table speak of: that of a muscle at the level.
 */
bool myo_measured_is_at_level(const char *name);

/* Bits of the differences between a predictor's `measured_with` and a measurement. */
unsigned myo_model_compare_measured(const myo_model *model, size_t predictor,
                                    const myo_measured *how);
/* One of these differences (one bit) as a sentence without its full stop. */
void myo_model_describe_difference(const myo_model *model, size_t predictor,
                                   const myo_measured *how, unsigned difference, char *text,
                                   size_t size);
/* How a variable in a row of a feature table was measured, from these columns. False for a variable
 * that they do not speak of. */
bool myo_measured_from_row(myo_variable_lookup lookup, void *user, const char *name,
                           myo_measured *out);

/* How a model was fitted anew to patients: log odds = intercept + slope l, with l its linear
 * predictor. */
typedef struct myo_recalibration {
    double intercept, slope;
    bool slope_held; /* at 1: only the level is new */
    size_t patients, events;
    double information; /* sum of p (1 - p) of the new probabilities */
} myo_recalibration;

/*
 * The text of a model file with the recalibrated equation: coefficients and their standard errors
 * times the slope, and an intercept that says that it is fitted. Name, title, method, interval note
 * and known problems say what was done; the performance and the cut-off of the old equation are
 * left out. The caller frees *text. MYO_E_UNSUPPORTED for a model that cannot predict, MYO_E_RANGE
 * for a slope that is not above 0.
 */
bool myo_model_recalibrate(const myo_model *model, const myo_recalibration *how, char **text,
                           myo_error *err);

#endif
