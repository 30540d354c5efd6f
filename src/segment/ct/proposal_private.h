/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Muscles of a slice as a tissue map proposes them. */
#ifndef MYO_SEGMENT_CT_PROPOSAL_PRIVATE_H
#define MYO_SEGMENT_CT_PROPOSAL_PRIVATE_H

#include <myotome/segment.h>
#include <myotome/tissue.h>

/* A label of what the map knows and nobody measures: outlines must not grow over it. */
#define CT_TAKEN_LABEL 1

/* The side of a pixel of a slice in the canonical frame. */
static inline myo_side ct_side_of(const myo_geometry *g, double middle_column, size_t i) {
    return (double)(i % g->columns) >= middle_column ? MYO_LEFT : MYO_RIGHT;
}

/* Probability of a tissue at a pixel of the slice. */
static inline float ct_map_at(const myo_tissue_map *map, const myo_geometry *g, size_t i,
                              myo_tissue tissue) {
    return myo_tissue_map_sample(map, (double)(i % g->columns) * g->column_spacing_mm,
                                 (double)(i / g->columns) * g->row_spacing_mm, tissue);
}

/*
 * Labels each pixel of a slice (HU, canonical frame) by the most probable tissue of the map. Sides
 * are told by `middle_column` (pixels). `labels` holds another method's proposal: where both mean
 * the same muscle, its outline is taken. The back muscles are divided into multifidus and erector
 * spinae as they are there (none of a side: all of it is erector spinae); its vertebral reference
 * stays, all else is replaced. CT_TAKEN_LABEL marks other muscles and organs. Errors: MYO_E_MEMORY.
 */
bool ct_propose(const myo_tissue_map *map, const myo_image *hu, double middle_column,
                uint16_t *labels, myo_error *err);

/* Takes the marks of CT_TAKEN_LABEL away. */
void ct_clear_taken(uint16_t *labels, size_t count);

/* The Dice coefficient of each outline that the map's probabilities lead to expect; 0 for what is
 * not outlined, and nothing for structures that the map does not know. MYO_STRUCTURE_COUNT rows. */
void ct_expect_dice(const myo_tissue_map *map, const myo_geometry *g, double middle_column,
                    const uint16_t *labels, double (*confidence)[MYO_SIDE_COUNT]);

/* Takes what lies in front of the ilium out of the outlines of gluteus medius. */
void ct_end_medius_at_ilium(const myo_tissue_map *map, const myo_image *hu, double middle_column,
                            uint16_t *labels);

#endif
