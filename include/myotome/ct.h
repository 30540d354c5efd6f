/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CT: a volume of attenuations, and what is found in it: the spinal canal, the discs and vertebrae
 * with their names, the pelvis.
 */
#ifndef MYOTOME_CT_H
#define MYOTOME_CT_H

#include <myotome/image.h>
#include <myotome/spine.h>
#include <myotome/structure.h>
#include <myotome/tissue.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A CT volume, in HU. */
typedef struct myo_ct myo_ct;

/*
 * Starts a volume of `count` parallel axial slices that lie at equal distances between the two
 * geometries (from foot to head; a tilted gantry is respected). Thin slices and fine pixels are
 * averaged to voxels of about 1.4 mm, which finding bones needs. The caller owns *out. Errors:
 * MYO_E_ARGUMENT when the slices are not axial, not parallel or lie at one place, MYO_E_MISSING
 * without spacing, MYO_E_RANGE for a volume too large, MYO_E_MEMORY.
 */
MYO_API bool myo_ct_create(const myo_geometry *first, const myo_geometry *last, size_t count,
                           myo_ct **out, myo_error *err);
MYO_API void myo_ct_destroy(myo_ct *ct);

/* Adds a slice, in any order. Slices that are never added are filled in from their neighbours by
 * myo_ct_finish(). Errors: MYO_E_ARGUMENT for a slice of another size or outside of the volume. */
MYO_API bool myo_ct_add_slice(myo_ct *ct, const myo_image *slice, myo_error *err);

/* Completes the volume. MYO_E_NOT_FOUND when no slice was added. */
MYO_API bool myo_ct_finish(myo_ct *ct, myo_error *err);

/* Attenuation at a point of the patient, HU (trilinear; -1024 outside). */
MYO_API float myo_ct_sample(const myo_ct *ct, myo_vec3 point_mm);

/* A sagittal image through a point (columns to the back, rows to the foot), as high and deep as the
 * volume, with pixels of `step_mm`. The caller owns *out. Errors: MYO_E_RANGE, MYO_E_MEMORY. */
MYO_API bool myo_ct_reformat_sagittal(const myo_ct *ct, double x_mm, double step_mm,
                                      myo_image **out, myo_error *err);

/* Landmarks of the pelvis, in patient coordinates. */
typedef struct myo_ct_pelvis {
    bool has_heads;                      /* both femoral heads are in view */
    myo_vec3 head_mm[MYO_SIDE_COUNT];    /* their middles, */
    double head_radius_mm;               /* the radius of both, */
    double head_share[MYO_SIDE_COUNT];   /* and the share of the ball's surface that was seen */
    myo_vec3 roof_mm;                    /* in the midline, at the height of the acetabular roofs */
    bool has_joints;                     /* both sacroiliac joints are in view */
    double joint_end_mm[MYO_SIDE_COUNT]; /* z of their lower ends */
    myo_vec3 joint_mm;                   /* in the midline, at the mean of those heights */
} myo_ct_pelvis;

/* What is found in a CT volume. */
typedef struct myo_ct_anatomy {
    myo_spine spine; /* discs, named by counting up from the sacrum; count 0: none */
    double size;     /* of the body by its discs' distances; 1 is an adult's */
    myo_ct_pelvis pelvis;
    myo_vec3 *canal_mm; /* owned: the canal's middle from head to foot, 1 mm apart */
    size_t canal_count;
} myo_ct_anatomy;

/*
 * Finds the canal, the discs and the pelvis of a CT volume. `mapper` (may be NULL) says what its
 * voxels may be, with so many threads (0: as many as processors; the result does not depend on it);
 * without it shape and attenuation alone decide. Method: docs/methods.md, section "CT". A volume
 * without a spine gives spine.count = 0. Errors: MYO_E_MEMORY, those of the mapper. Thread-safe. On
 * success the caller releases *out with myo_ct_anatomy_clear().
 */
MYO_API bool myo_ct_find_anatomy(const myo_ct *ct, const myo_tissue_mapper *mapper, size_t threads,
                                 myo_ct_anatomy *out, myo_error *err);
MYO_API void myo_ct_anatomy_clear(myo_ct_anatomy *anatomy);

/* Sections of a vertebral body, from head to foot. */
#define MYO_TRABECULAR_SECTIONS 3

/* An ellipse of trabecular bone in the sagittal plane of a vertebral body. */
typedef struct myo_trabecular_section {
    bool found;
    double mean_hu, area_mm2;
    myo_vec3 centre_mm;
    double half_depth_mm, half_height_mm; /* along the plane's front and down axes */
} myo_trabecular_section;

/* The spinal CT value of a vertebra. */
typedef struct myo_trabecular {
    const char *vertebra; /* "L1"; static storage */
    double mean_hu;       /* mean of the sections' means; NaN when not all were found */
    double
        excluded_share; /* of the bone inside the cortex: cement, islands, the basivertebral vein */
    double confidence;  /* that it is this vertebra */
    myo_trabecular_section sections[MYO_TRABECULAR_SECTIONS];
    myo_vec3 centre_mm, front, down; /* of the body: its middle, and the axes of the plane */
} myo_trabecular;

/* True for the name of a vertebra that can be measured. */
MYO_API bool myo_ct_is_vertebra(const char *name);

/*
 * Measures the trabecular bone of a vertebral body ("L1" to "L5", "T12", ...), as Tang et al. 2024
 * do: the body is divided evenly into three sections in the sagittal plane through its middle, and
 * the mean is taken in the largest ellipse of each that holds trabecular bone alone. Method:
 * docs/methods.md, section "Spinal CT value". Errors: MYO_E_ARGUMENT for an unknown vertebra,
 * MYO_E_NOT_FOUND when one of its discs was not found or no trabecular bone was, MYO_E_MEMORY.
 */
MYO_API bool myo_ct_measure_trabecular(const myo_ct *ct, const myo_ct_anatomy *anatomy,
                                       const char *vertebra, myo_trabecular *out, myo_error *err);

/* The point of the canal in the plane of an image. False when the canal does not reach it. */
MYO_API bool myo_ct_find_canal_at(const myo_ct_anatomy *anatomy, const myo_geometry *image,
                                  myo_vec3 *point_mm);

#ifdef __cplusplus
}
#endif
#endif
