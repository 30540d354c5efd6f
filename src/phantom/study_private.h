/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slices of a phantom study. */
#ifndef MYO_PHANTOM_STUDY_PRIVATE_H
#define MYO_PHANTOM_STUDY_PRIVATE_H

#include "base/text.h"
#include "dicom/writer.h"
#include "phantom/paint_private.h"

#define PHANTOM_NAME_SIZE 8 /* of a disc's name */

/* Fails with MYO_E_RANGE for a value outside of its range; NaN is outside of every range. */
bool phantom_need_range(const char *name, double value, double minimum, double maximum,
                        myo_error *err);

/* Checks the ranges of phantom.h. */
bool phantom_check_options(const myo_phantom_options *options, myo_error *err);

/* Name of a disc by the number of lumbar vertebrae: disc 1 of five is "L4/5". */
void phantom_disc_name(int lumbar, int disc, char name[PHANTOM_NAME_SIZE]);

/* Adds the options that choose the variant of anatomy and series, as members of a JSON object. */
void phantom_describe_variant(const myo_phantom_options *options, myo_text *text);

/* The lowest disc that the axial series covers, and the number of discs from there up. */
int phantom_lowest_axial(const myo_phantom_options *options);
int phantom_axial_count(const myo_phantom_options *options);

/* Scene with the timing of the axial series; its fat is still to be calibrated. */
phantom_scene phantom_axial_scene(const phantom_anatomy *anatomy,
                                  const myo_phantom_options *options, int disc);

/* Calibrates the fat at a disc, on the slice through its centre. */
bool phantom_calibrate_disc(phantom_scene *scene, int disc, myo_error *err);

/* What differs between the series. */
typedef struct phantom_series {
    const char *folder, *description, *protocol;
    int number;
    bool sagittal;
} phantom_series;

/* What a study is called, and where it is written to. */
typedef struct phantom_study {
    const phantom_anatomy *anatomy;
    const myo_phantom_options *options;
    const char *directory;
    char folder[40]; /* of the patient below dicom/ and truth/: "/PHANTOM0001", or "" for one alone
                      */
    char patient_id[32], patient_name[48], study_id[16];
    char key[800]; /* the options as text, from which the UIDs are made */
    char study_uid[MYO_UID_SIZE], frame_uid[MYO_UID_SIZE], sagittal_frame_uid[MYO_UID_SIZE];
    phantom_landmarks landmarks; /* of the CT */
    myo_text truth, ct_truth; /* entries of truth.json for the axial slices, and for those of CT */
    /* Simulated readers, the slice that they outline (owned) with its distance from the disc, and
     * the seed of the first patient, from which their habits follow. */
    int readers;
    myo_labels *reader_slice;
    double reader_offset_mm;
    uint64_t first_seed;
} phantom_study;

/* Creates the folder of a series. */
bool phantom_create_series_folder(const phantom_study *study, const phantom_series *series,
                                  myo_error *err);

/* Writes one image of a series; `sop_uid` receives its UID. */
bool phantom_write_image(const phantom_study *study, const phantom_scene *scene,
                         const phantom_series *series, int instance, const myo_image *image,
                         char sop_uid[MYO_UID_SIZE], myo_error *err);

/* Paint and write all slices of a series, from head to foot and from right to left. */
bool phantom_write_axial(phantom_study *study, phantom_scene *scene, myo_error *err);
bool phantom_write_sagittal(const phantom_study *study, phantom_scene *scene, myo_error *err);

bool phantom_write_ct(phantom_study *study, phantom_scene *scene, myo_error *err);

/* Adds the true areas and fat fractions of an axial slice to study->truth, and writes its labels.
 */
bool phantom_truth_add(phantom_study *study, int disc, double offset_mm, int instance_number,
                       const char *sop_uid, const myo_labels *labels, const myo_image *fat,
                       myo_error *err);

/* The same for a slice of the CT. */
bool phantom_truth_add_ct(phantom_study *study, int disc, double offset_mm, int instance_number,
                          const char *sop_uid, const myo_labels *labels, const myo_image *fat,
                          myo_error *err);

/* The disc below L4, whose axial slice readers outline. */
int phantom_reader_disc(const myo_phantom_options *options);

/* Writes the outlines of each reader into its folder (readers.c). */
bool phantom_write_readers(const phantom_study *study, myo_error *err);

/* Writes truth/truth.json. */
bool phantom_truth_write(phantom_study *study, myo_error *err);

#endif
