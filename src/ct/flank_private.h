/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bone beside the vertebral column: what the search for ribs and for wide transverse processes
 * look at. */
#ifndef MYO_CT_FLANK_PRIVATE_H
#define MYO_CT_FLANK_PRIVATE_H

#include "ct/spine_private.h"

/* The box beside the column on one side, for an adult: from where no vertebral body or joint
 * reaches to where every rib is long enough to be one. */
#define FLANK_NEAR_MM 26.0 /* to the side of the middle of the canal */
#define FLANK_STEP_MM 1.5
#define FLANK_SHEETS 31 /* up to 71 mm */
/* From the middle of the canal to the back. Bodies lie further in front than the box reaches, and
 * so do kidneys for the most part. */
#define FLANK_BACK_MM 45.0
#define FLANK_DEPTH 40 /* steps: to 13.5 mm in front */

/* One side of the column in sheets at equal distances to the side. A sheet is as long as the curve,
 * and deep from the back to the front: index = (sheet * length + at) * FLANK_DEPTH + deep. */
typedef struct ct_flank {
    uint8_t *bone; /* 1 where there is bone */
    uint8_t *seen; /* for each point of the curve: the whole width lies in the field of view */
    size_t length;
} ct_flank;

/* `side` is 1 for the left and -1 for the right. */
bool ct_flank_create(const myo_ct *ct, const ct_curve *curve, double size, double side,
                     ct_flank *out, myo_error *err);
void ct_flank_clear(ct_flank *flank);

/* Distance of a sheet to the side of the middle of the canal, for an adult, mm. */
static inline double ct_flank_lateral_mm(size_t sheet) {
    return FLANK_NEAR_MM + FLANK_STEP_MM * (double)sheet;
}

/* Index of the depth that lies so far in front of the middle of the canal, for an adult. */
static inline size_t ct_flank_get_deep(double front_mm) {
    return (size_t)((front_mm + FLANK_BACK_MM) / FLANK_STEP_MM);
}

/* A connected piece of bone, by what each sheet shows of it. */
typedef struct ct_piece_sheet {
    size_t cells;
    size_t first, last; /* along the curve */
    double sum_at;      /* for the middle */
} ct_piece_sheet;
typedef struct ct_piece {
    ct_piece_sheet sheets[FLANK_SHEETS];
    double root_at; /* along the curve: middle of its highest beginning beside the column, */
    bool has_root;  /* if it begins there */
    size_t first;   /* along the curve, over all sheets */
} ct_piece;

/* Calls `visit` with each piece of bone. False, with MYO_E_MEMORY, when memory is short. */
typedef void ct_piece_visitor(const ct_piece *piece, void *user);
bool ct_flank_visit_pieces(const ct_flank *flank, ct_piece_visitor *visit, void *user,
                           myo_error *err);

/* Vertebra of the chain at whose height, or that of the disc above it, a rib begins at a point of
 * the curve: 0 is the one above the lowest disc. SIZE_MAX for none. */
size_t ct_chain_get_vertebra(const ct_chain *chain, double at);

/* The lowest rib of each side. */
typedef struct ct_ribs {
    bool known[MYO_SIDE_COUNT];      /* it is in view, and so is the side of the vertebra below */
    size_t rib_free[MYO_SIDE_COUNT]; /* vertebrae between it and the lowest disc of the chain */
} ct_ribs;
bool ct_ribs_find(const ct_flank flanks[MYO_SIDE_COUNT], const ct_chain *chain, ct_ribs *out,
                  myo_error *err);

/* What is unusual where the chain ends at the sacrum. */
typedef struct ct_junction {
    bool wide_processes; /* of the last vertebra, on one side at least: high, or touching */
    bool sacral_disc;    /* below the chain lies another disc */
} ct_junction;
ct_junction ct_junction_look(const ct_flank flanks[MYO_SIDE_COUNT], const ct_chain *chain);

/* Fills *out with the discs of a chain of two or more, named after all of this. */
void ct_name_discs(const ct_curve *curve, const ct_chain *chain, const ct_ribs *ribs,
                   const ct_junction *junction, double size, myo_spine *out);

#endif
