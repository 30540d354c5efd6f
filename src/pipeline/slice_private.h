/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One measured slice of a study: read, outlined, fat separated, measured, its files written. */
#ifndef MYO_PIPELINE_SLICE_PRIVATE_H
#define MYO_PIPELINE_SLICE_PRIVATE_H

#include "pipeline/locate_private.h"
#include "pipeline/run_private.h"
#include "report/fat_picture.h"
#include "report/tables.h"

#define SLICE_METHOD_SIZE 96

typedef struct traced_origin traced_origin;

/* How a slice is outlined. */
typedef enum slice_kind {
    SLICE_MR,
    SLICE_CT_LUMBAR,
    SLICE_CT_ACETABULAR_ROOF,
    SLICE_CT_SACROILIAC_JOINT
} slice_kind;

typedef struct measured_slice {
    slice_kind kind;
    myo_level_choice choice;
    const char *name_suffix; /* of its files' level, where another modality has the same; "" */
    bool elsewhere;          /* of another study, which has the rows and files of its own slices */
    uint32_t asked;          /* bits of the structures that the slice is measured for */
    myo_image *image;
    char sha256[MYO_SHA256_HEX_SIZE];
    myo_outlines outlines;
    const char *roi_convention; /* static storage */
    char method[SLICE_METHOD_SIZE], fat_method[SLICE_METHOD_SIZE];
    uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]; /* of the outlines, and of the fat method
                                                            at work */
    myo_fat_map fat;                                     /* of the fat method at work */
    myo_slice_measures measures;                         /* likewise */
    /* Where outlines were drawn by a person or another program: what the method found, which sides
     * of which structures were drawn, in which file. */
    myo_labels *automatic; /* NULL: nothing was drawn */
    uint32_t traced[MYO_STRUCTURE_COUNT];
    const traced_origin *traced_in[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
    const char *traced_methods[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
    const char *traced_conventions[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
    uint8_t *lean; /* lean muscle that was drawn for the Circle method */
    myo_slice_measures
        automatic_measures; /* of the automatic outlines, with the fat method at work */
    myo_report_fat fat_results[RUN_FAT_METHODS_MAX]; /* of all fat methods, in their order */
    size_t fat_result_count;
    double fcsa_spread_mm2[MYO_STRUCTURE_COUNT]; /* of fat methods; see uncertainty_private.h */
    bool has_whole_muscle;                       /* on CT at L3 */
    myo_whole_muscle whole_muscle;               /* likewise; without a height */
} measured_slice;

void measured_slice_clear(measured_slice *slice);

/* Reads the slice at slice->choice and outlines it as slice->kind says; `scan` is its CT. With
 * `by_hand`, what no method can outline is left empty, for outlines that were drawn. */
bool slice_outline(const run *r, const ct_scan *scan, bool by_hand, measured_slice *slice,
                   myo_error *err);

/* The fat methods that suit the slice: how many, and the n-th with its values. Without any the
 * method for CT serves on CT; on MR that is an error of the study. */
bool slice_list_fat_methods(const run *r, const measured_slice *slice,
                            const myo_fat_method *methods[RUN_FAT_METHODS_MAX],
                            const double *values[RUN_FAT_METHODS_MAX], size_t *count,
                            myo_error *err);

/* Separates fat within `labels` with one method, and measures them. The caller clears *fat. */
bool slice_separate(const measured_slice *slice, const myo_labels *labels,
                    const myo_fat_method *method, const double *values, myo_fat_map *fat,
                    myo_slice_measures *measures, myo_error *err);

/* The same with the outlines of the slice, for all that is reported of it. */
bool slice_measure(measured_slice *slice, const myo_fat_method *method, const double *values,
                   myo_error *err);

/* What the outlines of a structure follow: as who drew them says, or as the method does. */
const char *slice_convention(const measured_slice *slice, myo_structure structure);

/* What reports say of the slice, with the fat method at work; borrows from it and from `shown`. */
myo_report_slice slice_describe(const myo_study *shown, const measured_slice *slice);

/* Writes label map, overlay, outlines and the picture of the fat into `folder`; `stem` receives
 * their name without ending. `features` (may be NULL) is shown beside the overlay. */
bool slice_write_files(const study_plan *plan, const myo_study *shown, const measured_slice *slice,
                       const myo_report_features *features, const char *folder, char *stem,
                       myo_error *err);

/* Notes in a slice's record what its files are, so that later changes of them can be told: they lie
 * in `work_folder` and will lie in `folder` below OUT. */
bool slice_record_files(const char *work_folder, const char *folder, const char *stem,
                        json_t *record, myo_error *err);

#endif
