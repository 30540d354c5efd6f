/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The result tables of a run as CSV text; columns are fixed by the command line contract.
 *
 * Numbers have a fixed count of decimals, a point whatever the locale is, and are empty where the
 * value is unknown: areas, intensities, thresholds, SMI and HU 2; fractions and ratios 4;
 * confidences 3; distances and angles 2; percentages 2; heights 3; probabilities and linear
 * predictors 4.
 */
#ifndef MYO_REPORT_TABLES_H
#define MYO_REPORT_TABLES_H

#include "base/text.h"

#include <myotome/ct.h>
#include <myotome/level.h>
#include <myotome/measure.h>
#include <myotome/risk.h>
#include <myotome/segment.h>

/* Everything that is known of one measured slice with one fat method. Borrowed pointers. */
typedef struct myo_report_slice {
    const char *patient_id, *study_uid, *study_date;
    const myo_level_choice *level;
    const char *method;         /* "region 1" : name and version of the segmenter */
    const char *roi_convention; /* "fascia" */
    /* Of structures and sides that a person or another program drew (bits 1 << side): their method
     * and convention. NULL: none was drawn. */
    const uint32_t *traced;                                  /* MYO_STRUCTURE_COUNT values */
    const char *const (*traced_methods)[MYO_SIDE_COUNT];     /* [MYO_STRUCTURE_COUNT] */
    const char *const (*traced_conventions)[MYO_SIDE_COUNT]; /* likewise */
    bool replaced;               /* the outlines are those that drawn ones took the place of */
    const myo_labels *automatic; /* what they took the place of; drawn in pictures; may be NULL */
    const char *fat_method;      /* "gmm3 1" */
    const double *fat_threshold; /* MYO_STRUCTURE_COUNT values */
    const myo_slice_measures *measures;
    uint32_t asked; /* bits of the structures that the slice is measured for; 0: the default ones */
    const uint32_t (*flags)[MYO_SIDE_COUNT]; /* [MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] */
    const double (*confidence)[MYO_SIDE_COUNT];
    const myo_whole_muscle *whole_muscle; /* NULL where it is not measured */
    uint32_t whole_muscle_flags;
} myo_report_slice;

/* One row of features.csv. Numbers are NaN where unknown. */
typedef struct myo_report_features {
    const char *patient_id, *study_uid, *level;
    double height_m;
    const char *height_source; /* "csv", "option", "dicom", "none" */
    myo_muscle_indices indices[MYO_STRUCTURE_COUNT];
    myo_smi_interval smi_interval[MYO_STRUCTURE_COUNT];
    double vertebral_reference_csa_mm2;
    double spinal_ct_hu;
    myo_whole_muscle whole_muscle; /* of a slice at L3 on CT */
    uint32_t flags;
    myo_measured measured[MYO_STRUCTURE_COUNT]; /* how each structure was measured */
} myo_report_features;

/* One row for each section of a vertebra, and one for their mean, of vertebrae.csv. */
typedef struct myo_report_vertebra {
    const char *patient_id, *study_uid, *series_uid;
    const myo_trabecular *trabecular;
    bool counted; /* its value is part of the feature spinal_ct_hu */
} myo_report_vertebra;

/* One row of risk.csv. */
typedef struct myo_report_risk {
    const char *patient_id, *study_uid, *model;
    const myo_prediction *prediction;
} myo_report_risk;

/* Header lines, and one line (or for measurements: one line a structure and side of
 * the slice that is listed, absent sides with empty numbers and their flags) each, "\n" at the end.
 * Texts that are NULL count as empty. */
void myo_report_measurements_header(myo_text *text);
void myo_report_measurements_rows(myo_text *text, const myo_report_slice *slice);
void myo_report_features_header(myo_text *text);
void myo_report_features_row(myo_text *text, const myo_report_features *features);
void myo_report_vertebrae_header(myo_text *text);
void myo_report_vertebrae_rows(myo_text *text, const myo_report_vertebra *vertebra);
void myo_report_risk_header(myo_text *text);
void myo_report_risk_row(myo_text *text, const myo_report_risk *risk);

/* Names of the set bits with ";" between them. */
void myo_report_flags(myo_text *text, uint32_t flags);

/* True for a structure that reports list: those that every segmenter is asked for (the muscles with
 * indices and the vertebral reference), and any other of which one side is present. */
bool myo_report_is_listed(const myo_report_slice *slice, myo_structure structure);

/* Bits of the structures that every lumbar slice is measured for. */
uint32_t myo_report_default_structures(void);

/* The muscles that have indices, in the order of features.csv; static storage. */
const myo_structure *myo_report_indexed_muscles(size_t *count);

#endif
