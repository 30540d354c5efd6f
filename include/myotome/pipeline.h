/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main job: read, find the level, outline, separate fat, measure, predict, write. */
#ifndef MYOTOME_PIPELINE_H
#define MYOTOME_PIPELINE_H

#include <myotome/log.h>
#include <myotome/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits of one study: a hundred times what a large one takes. */
#define MYO_STUDY_TIMEOUT_S 600.0
#define MYO_STUDY_MEMORY_GIB 8.0

/* Options of a run; every pointer is borrowed. NULL or 0 means the default or "not given". */
typedef struct myo_measure_options {
    const char *const *inputs;
    size_t input_count;
    const char *output;      /* result folder, created if need be */
    const char *level;       /* "L4/5" */
    const char *slice;       /* SOP UID, or SERIES:INSTANCE */
    double level_confidence; /* least one of a confirmed level; 0: MYO_LEVEL_CONFIRMED_MIN */
    bool accept_level;       /* compute risks even where the level is not confirmed */
    const char *series;      /* number or UID */
    const char *method;      /* segmenter: "auto" */
    const char *fat;         /* fat method, or "all" */
    const char *reference;   /* "auto", "vertebra", "disc" */
    const char *vertebra; /* "L1,L3": those next to the fracture, for the spinal CT value; "L1" */
    bool pair;            /* take the CT of a patient from another study, if need be */
    const char *gluteus_maximus_at; /* on CT: "acetabular-roof" or "sacroiliac-joint" */
    const char *gluteus_medius_at;  /* likewise; the defaults are in this order */
    double height_m;                /* 0: not given */
    const char *heights_csv;        /* patient_id,height_m */
    const char *clinical_csv;       /* patient_id and the models' variables */
    const char *const *models;      /* names or files; none: every built-in model */
    size_t model_count;
    const char *plugin_directory;
    const char *command_line;   /* recorded in run.json */
    size_t jobs;                /* studies measured at the same time; 0: as many as processors */
    double study_timeout_s;     /* a study that takes longer fails; 0: MYO_STUDY_TIMEOUT_S */
    double study_memory_gib;    /* a study that needs more fails; 0: MYO_STUDY_MEMORY_GIB */
    bool resume;                /* keep what an earlier run in `output` has finished */
    bool deidentify;            /* pseudonyms in place of identifiers, in every output */
    const char *deidentify_key; /* file with the secret of the pseudonyms */
    const char *deidentify_map; /* file for the table from identifiers to pseudonyms */
    /*
     * Outlines that people or other programs drew. They take the place of the automatic ones, which
     * stay beside them (changes.csv). A file belongs to the study whose reduced patient ID stands
     * in its path as BIDS has it (sub-<id>, and ses-<date> where there is one) or begins its name,
     * or to the only study.
     */
    const char *const *tracings; /* files; see tracing.h for what they may be */
    size_t tracing_count;
    const char *results; /* a result folder: its label maps and RoiSets that were changed since */
    const char *labels_from, *names_csv; /* see myo_tracing_options */
    const char *reader;                  /* who drew them; NULL: not said */
    const char *traced_convention;       /* ROI convention of what was drawn; NULL: "not stated" */
    /* What the intervals of SMI and risk contain besides the model's own error: parts of
     * myo_uncertainty_part with commas between them, or "none". NULL: all. */
    const char *uncertainty;
    const char *reader_sem_csv; /* agreement.csv of a reader study, for the part "outline" */
    bool methods_text;          /* write methods.txt: the paragraph that a paper needs */
    myo_progress progress;
    void *progress_user;
    /* Receives the summary as JSON text, in pieces. */
    void (*summary)(void *user, const char *text, size_t size);
    void *summary_user;
} myo_measure_options;

/* What came of it. */
typedef struct myo_measure_summary {
    size_t studies_measured; /* complete results on disk */
    size_t studies_failed;   /* recorded in run.json with their reason */
    size_t
        studies_incomplete; /* of the measured ones: a risk could not be computed from bad input */
    size_t files_skipped;
} myo_measure_summary;

/*
 * Measures every study found among the inputs and writes the results below options->output. A
 * study that fails is recorded and costs no other. Errors are those that stop the whole run:
 * MYO_E_ARGUMENT (unknown option values), MYO_E_IO (an input does not exist, the output cannot be
 * written or is in use by another run), MYO_E_FORMAT and MYO_E_MISSING (a CSV or model file that
 * cannot be used).
 *
 * Each study is measured in a process of its own, made by fork(), so that a crash, an endless loop
 * or memory that runs out costs that study alone. The calling process must therefore have no other
 * thread while this runs. The log sink is called in the calling process only, with the lines of the
 * studies in their order. The bytes written do not depend on options->jobs.
 */
MYO_API bool myo_pipeline_measure(const myo_measure_options *options, myo_measure_summary *out,
                                  myo_error *err);

/*
 * The options of the run that wrote a result folder, so that it can be repeated with its changed
 * outlines: inputs, level, methods with their parameters, models and tables as its run.json has
 * them, and `results` is the folder. Everything is owned by *out, whose options a caller may
 * change. Errors: MYO_E_IO and MYO_E_FORMAT for a folder without a run.json that can be read.
 */
typedef struct myo_repeated_run {
    myo_measure_options options;
    void *owner;
} myo_repeated_run;

/* True for a folder with the record of a run. */
MYO_API bool myo_pipeline_is_results(const char *path);
MYO_API bool myo_pipeline_repeat(const char *results, myo_repeated_run *out, myo_error *err);
MYO_API void myo_repeated_run_clear(myo_repeated_run *run);

/*
 * Tells files of outlines from images among what a user gives. Folders are searched: one with
 * outlines alone, and what lies beside them (.json, .tsv, .csv, .txt, pictures), is no input.
 */
typedef struct myo_sorted_inputs {
    char **inputs, **tracings; /* owned */
    size_t input_count, tracing_count;
} myo_sorted_inputs;

MYO_API bool myo_pipeline_sort_inputs(const char *const *paths, size_t count,
                                      myo_sorted_inputs *out, myo_error *err);
MYO_API void myo_sorted_inputs_clear(myo_sorted_inputs *sorted);

/*
 * Applies a model (name or file) to every row of a CSV file, which holds the model's variables in
 * columns of their names, and patient_id and study_uid where known. *csv_text receives the table
 * risk.csv with its header line; the caller frees it. A value that is missing leaves the row's
 * numbers empty and is named in it; so does a value that cannot be read, which is also logged and
 * counted in *failed. The columns modality, level, fat_method, roi_convention and flags, where they
 * are, are held against the model as in a run: another modality or level, and a level that is not
 * confirmed (unless `accept_level`), leave the numbers empty. Errors: MYO_E_IO, MYO_E_FORMAT,
 * MYO_E_NOT_FOUND for an unknown model.
 */
MYO_API bool myo_pipeline_risk(const char *features_csv, const char *model, bool accept_level,
                               char **csv_text, size_t *failed, myo_error *err);

/* Names and versions of the libraries in use, ", " between them. Static storage. */
MYO_API const char *myo_library_versions(void);

#ifdef __cplusplus
}
#endif
#endif
