/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The deciding step: a method proposes, for each pixel of a frame that it lays over the slice, how
 * probable every class is; the step answers with outlines that are anatomy. Every structure is one
 * piece without holes, no two overlap, multifidus lies medial to erector spinae within one
 * compartment, and a structure that the probabilities all but lost is looked for once more.
 */
#ifndef MYOTOME_DECIDE_H
#define MYOTOME_DECIDE_H

#include <myotome/segment.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Classes of a proposal. */
enum {
    MYO_PROPOSAL_BACKGROUND,
    MYO_PROPOSAL_MULTIFIDUS_LEFT,
    MYO_PROPOSAL_MULTIFIDUS_RIGHT,
    MYO_PROPOSAL_ERECTOR_LEFT,
    MYO_PROPOSAL_ERECTOR_RIGHT,
    MYO_PROPOSAL_PSOAS_LEFT,
    MYO_PROPOSAL_PSOAS_RIGHT,
    MYO_PROPOSAL_VERTEBRA,
    MYO_PROPOSAL_CLASSES
};

/* Structure and side of a class; not for the background. */
MYO_API void myo_proposal_structure(size_t class_index, myo_structure *structure, myo_side *side);

/* Class probabilities on a grid that is laid over a slice by a similarity: pixel (column, row) of
 * the grid lies at origin + (column + i row) step, as complex numbers, in mm of the slice, whose
 * pixel (0, 0) lies at 0. Beyond the grid is background. Grows only at its end. */
typedef struct myo_proposal {
    uint32_t struct_size;
    size_t columns, rows;
    double origin_mm[2], step_mm[2];
    const float *probability; /* rows x columns x MYO_PROPOSAL_CLASSES, sum 1 */
} myo_proposal;

/*
 * Decides on the slice's own pixels: fills result->labels, and result->confidence with the
 * agreement of outlines and probabilities (a soft Dice coefficient, 0 to 1). A structure that had
 * to be looked for again is flagged MYO_FLAG_LOW_CONFIDENCE. Errors: MYO_E_ARGUMENT for an empty
 * grid or a step of 0, MYO_E_MEMORY. Safe to call from several threads.
 */
MYO_API bool myo_decide(const myo_slice *slice, const myo_proposal *proposal,
                        myo_segmentation *result, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
