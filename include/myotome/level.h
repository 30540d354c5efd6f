/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which series of a study is measured, and which of its slices lies at the level asked for. */
#ifndef MYOTOME_LEVEL_H
#define MYOTOME_LEVEL_H

#include <myotome/dicom.h>
#include <myotome/spine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Below this confidence a level counts as not confirmed, unless the caller sets another one:
 * results carry a flag that says so, and no risk is computed from them. */
#define MYO_LEVEL_CONFIRMED_MIN 0.5

/* A slice and how it was found. Borrowed pointers live as long as the catalogue. */
typedef struct myo_level_choice {
    const char *level;  /* "L4/5" */
    const char *source; /* "sagittal-discs", "ct-vertebrae", "ct-pelvis", "axial-anatomy",
                         * "stack-order", "single-slice" or "slice-option" */
    double confidence;  /* 0 to 1: how sure it is that the slice shows that level */
    bool confirmed;     /* the confidence reaches the least one: MYO_LEVEL_CONFIRMED_MIN here */
    const myo_series *series;
    const myo_instance *instance;
    double distance_mm; /* from the disc centre along the normal; NaN while unknown */
    double tilt_deg;    /* of the slice against the transverse plane */
    const char *doubt;  /* what the number of stacks says against the count of the discs, or NULL */
    char note[640];     /* one sentence: how it was found, what may be wrong */
} myo_level_choice;

/*
 * Why `series` cannot serve as the axial T2 series, or NULL when it can. Static storage.
 * Axial T2 is recognised from modality, geometry, echo and repetition time.
 */
MYO_API const char *myo_level_why_not_axial_t2(const myo_series *series);

/*
 * Chooses the axial T2 series of a study. `wanted` (may be NULL) is a series number or UID and
 * decides, if that series can be measured. Errors: MYO_E_NOT_FOUND when no series fits (the text
 * says why the nearest does not), MYO_E_MISSING when only PixelSpacing is missing,
 * MYO_E_AMBIGUOUS when several fit equally well (the text lists them), MYO_E_ARGUMENT when `wanted`
 * names none, MYO_E_UNSUPPORTED when it names one that cannot be measured (CT, sagittal, ...).
 */
MYO_API bool myo_level_choose_series(const myo_study *study, const char *wanted,
                                     const myo_series **out, myo_error *err);

/* Why `series` cannot serve as the CT series, or NULL when it can. Static storage. */
MYO_API const char *myo_level_why_not_ct(const myo_series *series);

/*
 * Chooses the CT series of a study: acquired before reformatted, of a soft kernel before a sharp
 * one, the longer, without contrast medium, the thinner; or the one that `wanted` (may be NULL)
 * names. Errors: MYO_E_NOT_FOUND when there is none, MYO_E_UNSUPPORTED when the one that was named
 * cannot serve; the text says why.
 */
MYO_API bool myo_level_choose_ct_series(const myo_study *study, const char *wanted,
                                        const myo_series **out, myo_error *err);

/* The axial stack of a series that has most slices; NULL when it has none. */
MYO_API const myo_stack *myo_level_find_volume(const myo_series *series);

/*
 * The sagittal T2 series of a study on which discs can be found, or NULL when there is none; the
 * caller is told why not in *reason (may be NULL; static storage). With `axial` (may be NULL) only
 * a series of the same frame of reference counts, as places in others cannot be compared.
 */
MYO_API const myo_series *myo_level_find_sagittal(const myo_study *study, const myo_series *axial,
                                                  const char **reason);

/* What an axial slice shows: its myo_level_caudal_index(); NaN when that is not known. */
typedef struct myo_level_look {
    const myo_instance *instance;
    double caudal_index;
} myo_level_look;

/* What images say about levels. */
typedef struct myo_level_evidence {
    const myo_spine *spine;      /* discs in the series' frame of reference, or NULL */
    bool is_volume;              /* they were found on the series itself, a CT volume */
    const myo_level_look *looks; /* at the slices of myo_level_list_slices(); may be NULL */
    size_t look_count;
} myo_level_evidence;

#define MYO_LEVEL_LOOKS_MAX 12

/*
 * The slices of an axial series worth a look when discs do not show the level: the middles of the
 * three lowest stacks, or slices all along a single stack that is higher than one level. Fills
 * `out` from the foot and returns how many there are; 0 when looking would not help.
 */
MYO_API size_t myo_level_list_slices(const myo_series *series,
                                     const myo_instance *out[MYO_LEVEL_LOOKS_MAX]);

/*
 * How far down the lumbar spine an axial slice lies, as its outlines show: the psoas muscles leave
 * the vertebrae, to the front and to the sides, on their way to the pelvis. About -0.4 at
 * L1/2, 0.1 at L4/5, and 0.6 at L5/S1 (docs/methods.md, section Level). False when a psoas or the
 * vertebra is missing.
 */
MYO_API bool myo_level_caudal_index(const myo_labels *labels, double *index);

/*
 * Chooses the slice at `level` ("L1/2" to "L5/S1", "L3") of an axial series. `evidence` (may be
 * NULL) says where the discs are: the slice is the one whose plane passes nearest to the disc (to
 * the middle of the vertebra for "L3") and whose image contains it. Without discs, or where they do
 * not show that level, the order of the stacks decides, and what the lowest of them shows, with a
 * lower confidence. `slice` (may be NULL) overrides: a SOP instance UID, or SERIES:INSTANCE, of any
 * series of the study; `series` may then be NULL. Errors: MYO_E_ARGUMENT for an unknown level or
 * slice, MYO_E_NOT_FOUND when the series does not reach that level, MYO_E_MISSING when the slice
 * has no PixelSpacing or position, MYO_E_UNSUPPORTED when `slice` lies in a series that cannot be
 * measured.
 */
MYO_API bool myo_level_choose_slice(const myo_study *study, const myo_series *series,
                                    const myo_level_evidence *evidence, const char *level,
                                    const char *slice, myo_level_choice *out, myo_error *err);

/*
 * The slice of a series whose plane passes nearest to a point, and whose image contains it: a
 * landmark's. Fails with MYO_E_NOT_FOUND where the nearest is further than 10 mm. `name`, `source`
 * (static storage) and `confidence` become those of the choice.
 */
MYO_API bool myo_level_choose_at(const myo_series *series, myo_vec3 point_mm, const char *name,
                                 const char *source, double confidence, myo_level_choice *out,
                                 myo_error *err);

/*
 * The slice that would lie at `level` if the next likely count of `spine` were the right one. False
 * when there is no other count worth telling, or no slice there.
 */
MYO_API bool myo_level_choose_other_slice(const myo_series *series, const myo_spine *spine,
                                          const char *level, myo_level_choice *out);

/* The levels that can be asked for, from head to foot; static storage, *count entries. */
MYO_API const char *const *myo_level_names(size_t *count);

#ifdef __cplusplus
}
#endif
#endif
