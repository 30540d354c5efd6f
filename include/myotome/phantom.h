/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Synthetic lumbar studies with exact truth, for tests, demonstration and training.
 * Signal model and anatomy: docs/methods.md, section Phantom.
 */
#ifndef MYOTOME_PHANTOM_H
#define MYOTOME_PHANTOM_H

#include <myotome/image.h>
#include <myotome/segment.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Defaults of the options that are numbers; the other ones are 0, but that both series are written.
 * They are plain literals, so that a program can print them in its help. */
#define MYO_PHANTOM_SEED 1
#define MYO_PHANTOM_MATRIX 384
#define MYO_PHANTOM_PIXEL_MM 0.55
#define MYO_PHANTOM_FAT_FRACTION 0.2
#define MYO_PHANTOM_NOISE_PERCENT 10
#define MYO_PHANTOM_BIAS 2.5
#define MYO_PHANTOM_COIL_FALLOFF 1
#define MYO_PHANTOM_HEIGHT_M 1.66
#define MYO_PHANTOM_LUMBAR 5
#define MYO_PHANTOM_SAGITTAL_FOV_MM 288
#define MYO_PHANTOM_TRABECULAR_HU 120
#define MYO_PHANTOM_CT_NOISE_HU 12
#define MYO_PHANTOM_CT_THICKNESS_MM 3

/* Patients and simulated readers of a cohort: least and greatest numbers. */
#define MYO_PHANTOM_PATIENTS 1
#define MYO_PHANTOM_PATIENTS_MAX 1000
#define MYO_PHANTOM_READERS 0
#define MYO_PHANTOM_READERS_MAX 8

/* Looks of the lumbosacral transition. */
typedef enum myo_phantom_transition {
    MYO_PHANTOM_TYPICAL,
    MYO_PHANTOM_SACRALISED, /* the last lumbar vertebra is partly fused: narrow disc below it */
    MYO_PHANTOM_LUMBARISED  /* squared first sacral body, well-formed disc S1/2 */
} myo_phantom_transition;

/* Degeneration of the discs. */
typedef enum myo_phantom_discs {
    MYO_PHANTOM_DISCS_VARIED, /* more or less bright, of full height */
    MYO_PHANTOM_DISCS_BRIGHT, /* all healthy */
    MYO_PHANTOM_DISCS_DARK,   /* all dark and narrowed */
    MYO_PHANTOM_DISCS_MIXED   /* each healthy, or dark and narrowed, as the seed has it */
} myo_phantom_discs;

/* Options of a phantom. Plain value: start from myo_phantom_defaults(). Vertebrae are numbers: 3 is
 * L3, 0 none. */
typedef struct myo_phantom_options {
    uint64_t seed;
    size_t matrix;       /* columns and rows of a slice, 128 to 1024 */
    double pixel_mm;     /* pixel size of an axial slice, 0.2 to 2.0 */
    double fat_fraction; /* of multifidus at the second mobile disc from below, 0 to 0.6; erector
                          * spinae gets 0.9 and psoas 0.25 of it */
    double
        noise_percent; /* Rician noise, standard deviation in % of the muscle signal at the back */
    double bias;       /* brightness of the back over the front, 1 to 5 */
    double coil_falloff;  /* brightness of the middle over the head and foot ends, 1 to 20 */
    double height_m;      /* written as PatientSize; 0 leaves the attribute out */
    bool axial, sagittal; /* which series are written */
    bool ct;              /* a CT of the trunk from T12 to the hips, too */

    int lumbar; /* number of lumbar vertebrae, 4 to 6 */
    myo_phantom_transition transition;
    myo_phantom_discs discs;
    double scoliosis_mm; /* how far the spine bends to the left at its apex, -40 to 40 */
    int cement;          /* this vertebra is filled with cement, 0 to lumbar */
    int fracture;        /* this one is a compressed wedge, 0 to lumbar */

    double sagittal_fov_mm;    /* side of the sagittal image, 120 to 500 */
    double sagittal_offset_mm; /* its centre moves up by this, -150 to 150 */
    bool sagittal_water;       /* fat suppressed instead of T2 */

    bool axial_block;     /* one stack without tilt instead of one tilted stack for each disc */
    int axial_from;       /* the lowest disc covered is that below this vertebra; 0: the last one */
    int axial_stacks;     /* number of discs covered, from there up; 0: up to L1/2 */
    double trabecular_hu; /* of vertebral bodies on CT, -50 to 400 */
    double ct_noise_hu;   /* standard deviation of the noise on CT, 0 to 100 */
    double ct_thickness_mm; /* of CT slices, which touch each other, 0.5 to 10 */
    bool own_frames;        /* sagittal and axial series have different frames of reference */
} myo_phantom_options;

MYO_API myo_phantom_options myo_phantom_defaults(void);

/* One axial slice through the disc below L4 with its truth, without files. The caller owns the
 * outputs; each may be NULL. `fat` is the true fat fraction of each pixel. */
MYO_API bool myo_phantom_slice(const myo_phantom_options *options, myo_image **image,
                               myo_labels **labels, myo_image **fat, myo_error *err);

/*
 * Writes a study into `directory` (created if need be, must be empty): DICOM files below dicom/,
 * and truth/: the label map of each axial slice as NIfTI, truth.json with true areas, fat
 * fractions and disc centres; of a CT, truth/ct_<n>_dseg.nii.gz (where 5991 are the muscles of the
 * abdominal wall), the landmarks of the pelvis and the trabecular HU. Discs are
 * named by the true number of lumbar vertebrae: the last mobile one is L5/S1 of five, L4/S1 of
 * four, L6/S1 of six. The same options give the same bytes.
 */
MYO_API bool myo_phantom_write(const myo_phantom_options *options, const char *directory,
                               myo_error *err);

/*
 * Writes several patients, with outlines of their axial slice at L4/5 by simulated readers. One
 * patient is written as by myo_phantom_write(); of more, the first has the seed of the options, the
 * next ones those that follow, each its own fat fraction (half to one and a half times the asked
 * one), and folders of its own: dicom/<patient ID>/ and truth/<patient ID>/. Each reader has a
 * folder: reader<number>/sub-<patient ID>_RoiSet.zip holds a region for each structure
 * ("multifidus_left", in pixels, without position). Fails with MYO_E_ARGUMENT when there are
 * readers, but no axial slice through the disc below L4.
 */
MYO_API bool myo_phantom_write_cohort(const myo_phantom_options *options, int patients, int readers,
                                      const char *directory, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
