/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DICOM input: which studies, series, stacks and slices are in a set of files, and their pixels.
 *
 * A catalogue reads headers only. A file that cannot be used is recorded as skipped with its
 * reason and never stops the others. Views returned by the catalogue are borrowed and live as
 * long as it does; it is immutable after creation and may be read from several threads.
 */
#ifndef MYOTOME_DICOM_H
#define MYOTOME_DICOM_H

#include <myotome/image.h>
#include <myotome/log.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum myo_modality { MYO_MODALITY_OTHER = 0, MYO_MODALITY_MR, MYO_MODALITY_CT } myo_modality;

/* Contrast of a series as its physics says it. */
typedef enum myo_weighting {
    MYO_WEIGHTING_UNKNOWN = 0,
    MYO_WEIGHTING_T1,
    MYO_WEIGHTING_T2,
    MYO_WEIGHTING_PD,
    MYO_WEIGHTING_FAT_SUPPRESSED, /* STIR or T2 with fat saturation: fat is dark */
    MYO_WEIGHTING_OTHER
} myo_weighting;

/* One image: a file, or one frame of it. Strings are UTF-8 and never NULL, but for `archive`. */
typedef struct myo_instance {
    const char *path;    /* of a member of a zip file: that file's path, '/', its name there */
    const char *archive; /* the zip file that the image lies in, or NULL */
    size_t frame, frame_count; /* which frame of how many; 0 of 1 in a file with a single image */
    const char *sop_uid;
    int instance_number;
    bool has_position;     /* position and orientation were present and valid */
    bool has_spacing;      /* PixelSpacing was present and positive */
    myo_geometry geometry; /* spacing 0 without has_spacing, position 0 without has_position */
    double location_mm;    /* normal . position: where the slice lies within its stack */
} myo_instance;

/* Neighbouring parallel slices: instances[first] to instances[first + count - 1] of the series,
 * sorted along the normal from foot to head (axial), right to left, or front to back. */
typedef struct myo_stack {
    size_t first, count;
    double tilt_deg; /* angle to the transverse plane */
    /* Angle between the normal and the line through the slices' positions, as a CT gantry that is
     * tilted leaves it; 0 when the slices lie straight behind each other. */
    double gantry_tilt_deg;
} myo_stack;

typedef struct myo_series {
    const char *series_uid;
    const char *frame_of_reference_uid;
    int number;
    const char *description;
    myo_modality modality;
    myo_plane plane;
    myo_weighting weighting;
    double echo_time_ms, repetition_time_ms; /* 0 when absent */
    bool localizer, derived;
    const char *kernel;            /* of a CT reconstruction, as the scanner names it; or empty */
    const char *contrast_agent;    /* given for a CT, as the header says it; or empty */
    const myo_instance *instances; /* grouped by stack */
    size_t instance_count;
    const myo_stack *stacks; /* from foot to head, by the centre of the middle slice */
    size_t stack_count;
} myo_series;

typedef struct myo_study {
    const char *study_uid;
    const char *patient_id;
    const char *study_date; /* YYYYMMDD, or empty */
    double patient_size_m;  /* as in the header, unchecked; 0 when absent */
    const myo_series *series;
    size_t series_count; /* ordered by number, then UID */
} myo_study;

/* A file that is not part of any series, and why. */
typedef struct myo_skipped {
    const char *path;
    myo_code code;
    const char *reason;
    const char
        *kind; /* the reason without names of files: the same for files that belong together */
} myo_skipped;

typedef struct myo_catalogue myo_catalogue;

/*
 * Reads the headers of all DICOM files among `inputs`: files, folders (searched through), zip files
 * of these (in a folder: by the name *.zip), and DICOM directories (DICOMDIR), which stand for the
 * files that they list. Each frame of an enhanced MR or CT image is an image. Of images with the
 * same identity the first one by its path is used. Nothing behind the headers is read. Fails only
 * when an input does not exist, or memory runs out; an input without a single DICOM
 * file gives an empty catalogue. The caller owns *out. `progress` may be NULL.
 */
MYO_API bool myo_catalogue_create(const char *const *inputs, size_t input_count,
                                  myo_progress progress, void *user, myo_catalogue **out,
                                  myo_error *err);
MYO_API void myo_catalogue_destroy(myo_catalogue *catalogue);

/* Studies ordered by patient ID, date, UID. */
MYO_API size_t myo_catalogue_get_study_count(const myo_catalogue *catalogue);
MYO_API const myo_study *myo_catalogue_get_study(const myo_catalogue *catalogue, size_t index);
/* Skipped files ordered by path. */
MYO_API size_t myo_catalogue_get_skipped_count(const myo_catalogue *catalogue);
MYO_API const myo_skipped *myo_catalogue_get_skipped(const myo_catalogue *catalogue, size_t index);

#define MYO_SHA256_HEX_SIZE 65

/*
 * Reads the pixels of one image as rescaled values (RescaleSlope and RescaleIntercept applied,
 * MONOCHROME1 inverted so that more signal is a greater value, bits outside of the stored ones
 * masked, sign extended). `sha256_hex` (MYO_SHA256_HEX_SIZE bytes, may be NULL) receives the
 * hash of the decoded stored values before rescaling, little-endian, as 16 bits a pixel.
 * Other frames of the file are not decoded. Errors name the file: MYO_E_FORMAT for truncated or
 * broken data, MYO_E_UNSUPPORTED for colour or an unknown compression, MYO_E_MISSING without pixel
 * data. The caller owns *out.
 */
MYO_API bool myo_dicom_read_slice(const myo_instance *instance, myo_image **out, char *sha256_hex,
                                  myo_error *err);

/* "MR", "CT", "other"; "T1", "T2", ... Static storage. */
MYO_API const char *myo_modality_name(myo_modality modality);
MYO_API const char *myo_weighting_name(myo_weighting weighting);

#ifdef __cplusplus
}
#endif
#endif
