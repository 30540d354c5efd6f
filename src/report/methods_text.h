/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The paragraph on methods that a paper needs, made from what was done. */
#ifndef MYO_REPORT_METHODS_TEXT_H
#define MYO_REPORT_METHODS_TEXT_H

#include "base/text.h"

#include <myotome/method.h>

/* Smallest and greatest of some values; count 0: none is known. */
typedef struct myo_value_range {
    double minimum, maximum;
    size_t count;
} myo_value_range;

void myo_value_range_add(myo_value_range *range, double value); /* NaN and 0 are not known */

/* How the images of one modality were. */
typedef struct myo_image_facts {
    size_t studies;
    myo_value_range pixel_mm, thickness_mm, echo_time_ms, repetition_time_ms;
} myo_image_facts;

#define MYO_METHODS_FAT_MAX 16
#define MYO_METHODS_MODELS_MAX 16

/* What was done in a run. Borrowed texts; 0 and NULL: not at all. */
typedef struct myo_methods_facts {
    const char *version; /* of the program */
    size_t studies_failed;
    myo_image_facts mr, ct;
    const char *level; /* "L4/5" */
    /* Studies by how their level was found. */
    size_t by_sagittal_discs, by_ct_vertebrae, by_reader, by_other, level_unconfirmed;
    const myo_method_info *segmenter;
    bool has_tissue_mapper;
    const myo_method_info *fat[MYO_METHODS_FAT_MAX]; /* the first one feeds the features */
    size_t fat_count;
    size_t studies_traced, outlines_traced; /* drawn or corrected by a person or program */
    const char *reader, *traced_convention;
    size_t heights_table, heights_option, heights_dicom, heights_unknown;
    const char *vertebrae; /* "L1" */
    size_t studies_with_ct_value;
    uint32_t uncertainty; /* bits of myo_uncertainty_part that intervals contain */
    const char *models[MYO_METHODS_MODELS_MAX];
    size_t model_count;
} myo_methods_facts;

/* Appends the paragraphs and the list of references that they name. */
void myo_report_methods_text(const myo_methods_facts *facts, myo_text *text);

#endif
