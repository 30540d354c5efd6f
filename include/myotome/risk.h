/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Risk models: JSON files that hold a published or fitted equation with its card. Not for clinical
 * decisions without review. docs/models.md describes the file format.
 */
#ifndef MYOTOME_RISK_H
#define MYOTOME_RISK_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct myo_model myo_model;

/* Loads a built-in model by name, or a model file by path (anything with a '/' or ending in
 * ".json"). The file is checked against the schema; errors name the member that is wrong.
 * The caller owns *out. */
MYO_API bool myo_model_load(const char *name_or_path, myo_model **out, myo_error *err);
/* Parses a model from memory (a JSON text of `size` bytes); `origin` is named in errors. */
MYO_API bool myo_model_parse(const char *text, size_t size, const char *origin, myo_model **out,
                             myo_error *err);
MYO_API void myo_model_destroy(myo_model *model);

/* Names of the built-in models; static storage. */
MYO_API const char *const *myo_model_builtins(size_t *count);

/* Borrowed strings. */
MYO_API const char *myo_model_get_name(const myo_model *model);
MYO_API const char *myo_model_get_title(const myo_model *model);

/* False for a feature definition whose coefficients are not known; *reason says why and what can
 * be done (borrowed). */
MYO_API bool myo_model_can_predict(const myo_model *model, const char **reason);

/* The model's card as text of several lines for a person to read. The caller frees *out. */
MYO_API bool myo_model_card(const myo_model *model, char **out, myo_error *err);

/* Hands out the text of a variable by its name, or NULL (or "") when it is not known. */
typedef const char *(*myo_variable_lookup)(void *user, const char *name);

#define MYO_RISK_TEXT_SIZE 1024

/* A prediction. Numbers are NaN when the model could not be applied. */
typedef struct myo_prediction {
    double probability;
    double lower, upper; /* 95 % interval from the standard errors of the coefficients, and from the
                            uncertainties of the measures where they are given */
    double linear_predictor;
    char missing[MYO_RISK_TEXT_SIZE];  /* variables that are missing, "; " between them */
    char warnings[MYO_RISK_TEXT_SIZE]; /* sentences, "; " between them */
    char contains[MYO_RISK_TEXT_SIZE]; /* what the interval contains: "coefficients", and names of
                                          variables, "; " between them */
} myo_prediction;

/*
 * Applies a model. Missing variables and a model without coefficients are no error: the numbers
 * are NaN, and `missing` or `warnings` says why. A value that cannot be read (text for a number,
 * an unknown category) is MYO_E_ARGUMENT and names the variable.
 */
MYO_API bool myo_model_predict(const myo_model *model, myo_variable_lookup lookup, void *user,
                               myo_prediction *out, myo_error *err);

/* How a variable was measured; NULL or "" where that is not known. */
typedef struct myo_measured {
    const char *modality;       /* "MR", "CT" */
    const char *level;          /* "L4/5" */
    const char *fat_method;     /* "gmm3 1": the version is not compared */
    const char *roi_convention; /* "fascia" */
    /* Of the value of this patient; 0 or NaN where it is not known. The variance of the linear
     * predictor grows by (coefficient x uncertainty)^2. */
    double standard_uncertainty;
} myo_measured;

/* Says how a variable was measured; false when it was not, or when nothing is known about it. */
typedef bool (*myo_measured_lookup)(void *user, const char *name, myo_measured *out);

/*
 * As myo_model_predict(), and holds each variable against the model's `measured_with`. Another fat
 * method or outline convention is a warning. Another modality or level means another quantity: the
 * numbers are NaN then, and `warnings` begins with "refused: ". `measured` may be NULL.
 */
MYO_API bool myo_model_predict_measured(const myo_model *model, myo_variable_lookup lookup,
                                        myo_measured_lookup measured, void *user,
                                        myo_prediction *out, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
