/* SPDX-License-Identifier: GPL-3.0-or-later */
/* State of one run of the main job, shared by the files of this folder. */
#ifndef MYO_PIPELINE_RUN_PRIVATE_H
#define MYO_PIPELINE_RUN_PRIVATE_H

#include "base/hash.h"
#include "base/text.h"
#include "io/csv.h"
#include "pipeline/identity_private.h"
#include "pipeline/method_spec_private.h"
#include "pipeline/store_private.h"
#include "pipeline/tracings_private.h"

#include <jansson.h>
#include <myotome/level.h>
#include <myotome/measure.h>
#include <myotome/pipeline.h>
#include <myotome/risk.h>
#include <time.h>

#define RUN_MODELS_MAX 16
#define RUN_FAT_METHODS_MAX 16
#define STUDY_FOLDER_SIZE 192
#define RUN_ACETABULAR_ROOF "acetabular-roof"
#define RUN_SACROILIAC_JOINT "sacroiliac-joint"
#define RUN_VERTEBRAE_MAX 9
#define RUN_VERTEBRA_SIZE 8

/* What is known of a study before it is measured. */
typedef struct study_plan {
    char key[STUDY_KEY_SIZE];            /* names its fragment */
    char fingerprint[MYO_HASH_HEX_SIZE]; /* of everything that its results depend on */
    bool shares_folder;                  /* with another study of the same reduced ID and date */
    bool finished;                       /* by an earlier run */
} study_plan;

typedef enum study_status { STUDY_MEASURED, STUDY_INCOMPLETE, STUDY_FAILED } study_status;

/* What came of a study. Initialise with {0}. */
typedef struct study_result {
    study_status status;
    myo_text measurements, features, vertebrae, risk, changes; /* rows; none when it failed */
    json_t *record;                                            /* for run.json */
    char folder[STUDY_FOLDER_SIZE];                            /* its files' place below OUT */
} study_result;

typedef struct run {
    const myo_measure_options *options; /* `own` */
    myo_measure_options own;            /* as given, but for UIDs that stand for pseudonyms */
    char slice_pseudonym[PSEUDONYM_SIZE], series_pseudonym[PSEUDONYM_SIZE];
    identity identity;
    store store;
    tracings tracings;
    study_plan *plans; /* in the order of the catalogue */
    size_t *order;     /* of the studies in all results, as indices into the catalogue */
    size_t *skipped;   /* likewise of the skipped files */
    size_t skipped_count;
    const myo_catalogue *catalogue;
    const char *level;
    char vertebrae[RUN_VERTEBRAE_MAX][RUN_VERTEBRA_SIZE]; /* that spinal_ct_hu is the mean of */
    size_t vertebra_count;
    const char *gluteus_maximus_at, *gluteus_medius_at; /* landmarks, as above */
    double level_confidence_min;
    myo_registry *registry;
    const myo_segmenter *segmenter;
    const myo_tissue_mapper *mapper; /* for CT; NULL without one */
    size_t threads;                  /* of one study */
    double segmenter_values[METHOD_PARAMETERS_MAX];
    const myo_fat_method *fat_methods[RUN_FAT_METHODS_MAX]; /* the first one feeds the features */
    double fat_values[RUN_FAT_METHODS_MAX][METHOD_PARAMETERS_MAX];
    size_t fat_method_count;
    uint32_t uncertainty;                       /* bits of the parts that intervals contain */
    double reader_sem_mm2[MYO_STRUCTURE_COUNT]; /* of FCSA, from a reader study; NaN: unknown */
    myo_model *models[RUN_MODELS_MAX];
    size_t model_count;
    myo_csv *heights, *clinical; /* NULL when not given */
    json_t *record;              /* run.json but for studies and skipped files */
    size_t measured, failed, incomplete;
} run;

/* Opens everything that the options name; checks option values. */
bool run_open(run *r, const myo_measure_options *options, myo_error *err);
void run_close(run *r);

/* Height of a patient in m with its source, in the order CSV, option, DICOM; NaN and "none" when
 * there is none. Errors: MYO_E_RANGE outside of MYO_HEIGHT_MIN_M to MYO_HEIGHT_MAX_M. */
bool run_height(const run *r, const myo_study *study, double *height_m, const char **source,
                myo_error *err);

/* Field of the clinical table for a patient, or NULL. */
const char *run_clinical_value(const run *r, const char *patient_id, const char *name);

/* Appends everything that the tables say about a patient, for the fingerprint. */
void run_describe_patient(const run *r, const char *patient_id, myo_text *text);

/* Checks that both tables have the columns that are needed and name each patient once, and warns
 * of patients that are not among the studies. */
bool run_check_tables(run *r, myo_error *err);

/* Plans every study of the catalogue: keys, folders, fingerprints, and what is finished already.
 * Changes nothing on disk. Fails with MYO_E_ARGUMENT where outlines that a person changed would be
 * lost. */
bool plan_create(run *r, myo_error *err);
/* Removes results of an earlier run that do not hold any more. */
bool plan_clear_old(run *r, myo_error *err);
/* Decides the order of results: that of the catalogue, or, with --deidentify, of the pseudonyms, as
 * the order of patient IDs, dates and paths tells of them. Files of OUT itself are not listed. */
bool order_create(run *r, myo_error *err);
/* Folder of a study's files below OUT. */
void plan_folder(const myo_study *shown, char folder[STUDY_FOLDER_SIZE]);

/* Measures one study and writes its files into `work_folder`. `source` is the study as it was read,
 * `shown` as results show it. On failure the result holds the record alone. */
bool run_study(const run *r, const study_plan *plan, const myo_study *source,
               const myo_study *shown, const char *work_folder, study_result *out, myo_error *err);
void study_result_clear(study_result *result);

/* The record that every study has, whatever comes of it. */
json_t *record_study(const myo_study *shown);
/* Describes in the record why a study failed. */
void record_failure(json_t *record, const myo_error *failure);

/* Measures all studies that are not finished, each in a process of its own. */
bool run_workers(run *r, myo_error *err);

/* Puts the tables and run.json together from the fragments. */
bool assemble(run *r, myo_error *err);
/* Writes run.json of a run that has just begun: its end is null. */
bool assemble_nothing(const run *r, myo_error *err);

/* Writes a time in UTC as ISO 8601: "2026-01-31T12:00:00Z". */
#define RECORD_TIME_SIZE 32
void record_time(time_t when, char text[RECORD_TIME_SIZE]);

/* Starts the record of the run, and finishes it with the end time. */
bool record_begin(run *r, myo_error *err);
void record_end(run *r);
/* Describes a skipped file. */
json_t *record_skipped(const run *r, const myo_skipped *skipped);
/* The options that decide on results, as run.json lists them. */
json_t *record_options(const run *r);

#endif
