/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers: the measurements of several people, sessions or methods are read, paired by patient, and
 * compared. docs/agreement.md says how cases are paired and what every number means.
 */
#ifndef MYOTOME_READERS_H
#define MYOTOME_READERS_H

#include <myotome/agreement.h>
#include <myotome/log.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Every pointer is borrowed; NULL or 0 means the default or "not given". */
typedef struct myo_readers_options {
    /* One path a reader: a result folder, a CSV table, a file with a tracing, or a folder of such
     * files. */
    const char *const *paths;
    size_t count;
    const char *const *names; /* `name_count` of them: none, or one a reader */
    size_t name_count;
    const char *const *measures; /* columns; none: those of csa_mm2, fcsa_mm2 and fat_fraction that
                                    every reader has */
    size_t measure_count;
    bool per_side;           /* do not average the sides of a patient */
    const char *fat;         /* fat method; the first of each file */
    const char *level;       /* rows of this level alone */
    double pixel_spacing_mm; /* of ROI sets whose slice is not known */
    const char *labels_from; /* as in tracing.h */
    const char *names_csv;   /* likewise */
    myo_icc_form form;       /* that is accepted by */
    double accept;           /* least coefficient that is accepted; 0: none is judged */
    const char *output;      /* folder for tables and plots; NULL: none */
    myo_progress progress;
    void *progress_user;
} myo_readers_options;

/* How the outlines of a structure overlap: over all cases, sides and pairs of readers. */
typedef struct myo_readers_overlap {
    size_t count; /* outlines compared; 0: none, and all else is NaN */
    double dice, dice_sd, dice_min;
    double surface_mean_mm, surface_p95_mm;
} myo_readers_overlap;

/* Differences of readers[a] - readers[b]. */
typedef struct myo_readers_pair {
    size_t a, b;
    myo_bland_altman differences;
} myo_readers_pair;

/* One structure and measure. Everything is borrowed from the comparison. */
typedef struct myo_readers_result {
    const char *structure;
    const char *level; /* "" where readers do not name one */
    const char *side;  /* "" where sides are averaged */
    const char *measure;
    size_t n;             /* cases that all readers have */
    const double *values; /* n x readers */
    const char *const *cases;
    const char *reason; /* why nothing was computed, or NULL; the rest is then NaN or 0 */
    myo_agreement agreement;
    const myo_readers_pair *pairs;
    size_t pair_count;
    myo_readers_overlap overlap;
    bool accepted; /* the coefficient of options.form reaches options.accept */
} myo_readers_result;

/* A case that was not compared. NULL: all of them. */
typedef struct myo_readers_unpaired {
    const char *patient, *study;
    const char *structure, *level, *side, *measure;
    const char *reason; /* "not in B" */
} myo_readers_unpaired;

typedef struct myo_readers myo_readers;

/*
 * Reads, pairs, compares and, with an output folder, writes agreement.csv, differences.csv,
 * pairs.csv and a Bland-Altman plot for each result. Cases that cannot be paired are no error: they
 * are listed. Errors: MYO_E_ARGUMENT (fewer than two readers, unusable options), MYO_E_IO,
 * MYO_E_FORMAT, MYO_E_MISSING (a file or column that is needed), MYO_E_AMBIGUOUS (two rows of one
 * reader for the same case), MYO_E_NOT_FOUND (no case that all readers have), MYO_E_MEMORY. The
 * caller owns *out.
 */
MYO_API bool myo_readers_compare(const myo_readers_options *options, myo_readers **out,
                                 myo_error *err);
MYO_API void myo_readers_destroy(myo_readers *readers);

/* Borrowed. Names are unique. */
MYO_API size_t myo_readers_get_count(const myo_readers *readers);
MYO_API const char *myo_readers_get_name(const myo_readers *readers, size_t reader);
MYO_API const char *myo_readers_get_path(const myo_readers *readers, size_t reader);
/* The fat method whose rows were taken, "" where the reader names none. */
MYO_API const char *myo_readers_get_fat_method(const myo_readers *readers, size_t reader);

/* Results by structure, level, side and measure. */
MYO_API size_t myo_readers_get_result_count(const myo_readers *readers);
MYO_API const myo_readers_result *myo_readers_get_result(const myo_readers *readers, size_t index);
MYO_API size_t myo_readers_get_unpaired_count(const myo_readers *readers);
MYO_API const myo_readers_unpaired *myo_readers_get_unpaired(const myo_readers *readers,
                                                             size_t index);
/* True when an unpaired case belongs to a result. */
MYO_API bool myo_readers_is_of_result(const myo_readers_unpaired *unpaired,
                                      const myo_readers_result *result);
/* Sentences about what was left out or is doubtful. */
MYO_API size_t myo_readers_get_note_count(const myo_readers *readers);
MYO_API const char *myo_readers_get_note(const myo_readers *readers, size_t index);

/* The paragraph on agreement for a paper, with its numbers and references. `form` and `accept` are
 * those of the comparison. The caller frees *out. */
MYO_API bool myo_readers_methods_text(const myo_readers *readers, myo_icc_form form, double accept,
                                      char **out, myo_error *err);

/* A measure as a person reads it ("fat fraction"), its unit ("mm²", may be ""), and the decimals
 * that are worth something. A column that is not known is its own name. Static storage, or
 * `measure` itself. */
MYO_API void myo_measure_describe(const char *measure, const char **name, const char **unit,
                                  int *decimals);

#ifdef __cplusplus
}
#endif
#endif
