/* SPDX-License-Identifier: GPL-3.0-or-later */
/* State of one run of the main job, shared by the files of this folder. */
#ifndef MYO_PIPELINE_RUN_PRIVATE_H
#define MYO_PIPELINE_RUN_PRIVATE_H

#include "base/text.h"
#include "io/csv.h"
#include "pipeline/method_spec_private.h"

#include <jansson.h>
#include <myotome/level.h>
#include <myotome/measure.h>
#include <myotome/pipeline.h>
#include <myotome/risk.h>

#define RUN_MODELS_MAX 16
#define RUN_FAT_METHODS_MAX 16

typedef struct run {
    const myo_measure_options *options;
    const char *level;
    myo_registry *registry;
    const myo_segmenter *segmenter;
    double segmenter_values[METHOD_PARAMETERS_MAX];
    const myo_fat_method *fat_methods[RUN_FAT_METHODS_MAX]; /* the first one feeds the features */
    double fat_values[RUN_FAT_METHODS_MAX][METHOD_PARAMETERS_MAX];
    size_t fat_method_count;
    myo_model *models[RUN_MODELS_MAX];
    size_t model_count;
    myo_csv *heights, *clinical; /* NULL when not given */
    myo_text measurements, features, risk;
    json_t *record; /* run.json */
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

/* Checks that both tables have the columns that are needed and name each patient once, and warns
 * of patients that are not among the studies. */
bool run_check_tables(run *r, const myo_catalogue *catalogue, myo_error *err);

/* Measures one study: adds rows to the tables, writes its files, describes it in *record (owned by
 * the caller). On failure no row is added. `incomplete` says that a risk failed on bad input. */
bool run_study(run *r, const myo_study *study, json_t *record, bool *incomplete, myo_error *err);

/* Starts the record of the run, and finishes it with the end time. */
bool record_begin(run *r, myo_error *err);
void record_end(run *r);
/* Adds the skipped files. */
void record_skipped(run *r, const myo_catalogue *catalogue);

#endif
