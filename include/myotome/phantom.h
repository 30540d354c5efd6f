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

/* Options of a phantom. Plain value: start from myo_phantom_defaults(). */
typedef struct myo_phantom_options {
    uint64_t seed;
    size_t matrix;       /* columns and rows of an axial slice, 128 to 1024 */
    double pixel_mm;     /* pixel size of an axial slice, 0.2 to 2.0 */
    double fat_fraction; /* of multifidus, 0 to 0.6; erector spinae gets 0.9 and psoas 0.25 of it */
    double
        noise_percent; /* Rician noise, standard deviation in % of the muscle signal at the back */
    double bias;       /* brightness of the back over the front, 1 to 5 */
    double height_m;   /* written as PatientSize; 0 leaves the attribute out */
    bool axial, sagittal; /* which series are written */
} myo_phantom_options;

MYO_API myo_phantom_options myo_phantom_defaults(void);

/* One axial slice at L4/5 with its truth, without files. The caller owns the outputs; each may be
 * NULL. `fat` is the true fat fraction of each pixel. */
MYO_API bool myo_phantom_slice(const myo_phantom_options *options, myo_image **image,
                               myo_labels **labels, myo_image **fat, myo_error *err);

/*
 * Writes a study into `directory` (created if need be, must be empty): DICOM files below dicom/,
 * and truth/: the label map of each axial slice as NIfTI, truth.json with true areas, fat
 * fractions and disc centres. The same options give the same bytes.
 */
MYO_API bool myo_phantom_write(const myo_phantom_options *options, const char *directory,
                               myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
