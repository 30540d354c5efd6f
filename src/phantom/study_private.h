/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slices of a phantom study. */
#ifndef MYO_PHANTOM_STUDY_PRIVATE_H
#define MYO_PHANTOM_STUDY_PRIVATE_H

#include "base/text.h"
#include "dicom/writer.h"
#include "phantom/paint_private.h"

#define PHANTOM_LEVEL_L45 1 /* index of the disc L4/5 */

/* Checks the ranges of phantom.h. */
bool phantom_check_options(const myo_phantom_options *options, myo_error *err);

/* Slice `offset_mm` along the normal from the centre of a disc, tilted with it. */
myo_geometry phantom_axial_geometry(const phantom_anatomy *anatomy,
                                    const myo_phantom_options *options, int disc, double offset_mm);

/* Scene with the timing of the axial series; its fat is still to be calibrated. */
phantom_scene phantom_axial_scene(const phantom_anatomy *anatomy,
                                  const myo_phantom_options *options, int disc);

/* Calibrates the fat at a disc, on the slice through its centre. */
bool phantom_calibrate_disc(phantom_scene *scene, int disc, myo_error *err);

/* What a study is called, and where it is written to. */
typedef struct phantom_study {
    const phantom_anatomy *anatomy;
    const myo_phantom_options *options;
    const char *directory;
    char patient_id[32], patient_name[48], study_id[16];
    char key[160]; /* the options as text, from which the UIDs are made */
    char study_uid[MYO_UID_SIZE], frame_uid[MYO_UID_SIZE];
    myo_text truth; /* entries of truth.json for the axial slices */
} phantom_study;

/* Name of a disc: "L4/5". */
const char *phantom_disc_name(int disc);

/* Adds the true areas and fat fractions of an axial slice to study->truth, and writes its labels.
 */
bool phantom_truth_add(phantom_study *study, int disc, double offset_mm, int instance_number,
                       const char *sop_uid, const myo_labels *labels, const myo_image *fat,
                       myo_error *err);

/* Writes truth/truth.json. */
bool phantom_truth_write(phantom_study *study, myo_error *err);

#endif
