/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which vertebra carries the lowest rib, on each side. Beside the column, transverse processes and
 * ribs are separate pieces of bone. A rib begins at the upper half of its vertebra, or at the disc
 * above it, is long, and goes down; lumbar transverse processes end 36 mm (L1) to 46 mm (L5)
 * from the midline on average (M.M. Panjabi et al., Spine 17:299-306, 1992) and are level. Pelvis,
 * kidneys and bowel with contrast medium are larger across than ribs, or have no beginning beside
 * the column.
 */
#include "ct/flank_private.h"

#include "base/sort.h"

#include <math.h>

/* For an adult, mm. */
#define JOINT_MM 20.0      /* from the midline to the joint of rib and body */
#define RIB_MIN_MM 38.0    /* shorter ones are stunted (R.E. Wigh, Spine 5:215-222, 1980) */
#define RIB_DROP_MM 8.0    /* over its length in view: a transverse process is level, */
#define RIB_SURE_MM 65.0   /* and never reaches this far from the midline */
#define RIB_RISE_MM 16.0   /* no part lies higher than this above the middle of its beginning */
#define RIB_AREA_MM2 300.0 /* across, at most */
#define SPACING_MM 36.0    /* of lumbar discs */
/* A rib begins this much of a vertebra's height higher than the vertebra itself, at most. */
#define HEAD_ABOVE 0.25
/* So many vertebrae above the highest disc that was found are counted with its distances. */
#define ABOVE_CHAIN 2
#define VERTEBRAE_MAX (MYO_DISCS_MAX + ABOVE_CHAIN)

typedef struct search {
    const ct_chain *chain;
    double stretch;  /* adult mm per point of the curve */
    double area_mm2; /* adult, of a cell across */
    bool has_rib[VERTEBRAE_MAX];
} search;

size_t ct_chain_get_vertebra(const ct_chain *chain, double at) {
    for (size_t k = 0; k + 1 < chain->count; k++) {
        size_t below = chain->at[chain->count - 1 - k], above = chain->at[chain->count - 2 - k];
        double shift = HEAD_ABOVE * (double)(below - above);
        if (at > (double)above - shift && at <= (double)below - shift) {
            return k;
        }
    }
    double height = (double)(chain->at[1] - chain->at[0]);
    double higher = ((double)chain->at[0] - HEAD_ABOVE * height - at) / height;
    return higher >= 0.0 && higher < ABOVE_CHAIN ? chain->count - 1 + (size_t)higher : SIZE_MAX;
}

static double middle_of(const ct_piece_sheet *sheet) {
    return sheet->sum_at / (double)sheet->cells;
}

static bool is_rib(const search *s, const ct_piece *piece) {
    double areas[FLANK_SHEETS];
    size_t count = 0;
    while (count < FLANK_SHEETS && piece->sheets[count].cells > 0) {
        areas[count] = s->area_mm2 * (double)piece->sheets[count].cells;
        count++;
    }
    if (!piece->has_root || count == 0) {
        return false;
    }
    double lateral = ct_flank_lateral_mm(count - 1);
    double drop = s->stretch * (middle_of(&piece->sheets[count - 1]) - piece->root_at);
    double rise = s->stretch * (piece->root_at - (double)piece->first);
    myo_sort_doubles(areas, count);
    return hypot(lateral - JOINT_MM, drop) >= RIB_MIN_MM && rise <= RIB_RISE_MM &&
           (drop >= RIB_DROP_MM || lateral >= RIB_SURE_MM) && areas[count / 2] <= RIB_AREA_MM2;
}

static void note_rib(const ct_piece *piece, void *user) {
    search *s = user;
    size_t vertebra = is_rib(s, piece) ? ct_chain_get_vertebra(s->chain, piece->root_at) : SIZE_MAX;
    if (vertebra < VERTEBRAE_MAX) {
        s->has_rib[vertebra] = true;
    }
}

/* Whether a rib of a vertebra would be seen: from its upper half to a lumbar disc's distance below
 * it the field of view is wide enough. */
static bool is_vertebra_seen(const ct_flank *flank, const search *s, size_t vertebra) {
    const ct_chain *chain = s->chain;
    if (vertebra + 1 >= chain->count) {
        return false;
    }
    size_t first = chain->at[chain->count - 2 - vertebra];
    size_t end = chain->at[chain->count - 1 - vertebra] + (size_t)(0.5 * SPACING_MM / s->stretch);
    bool seen = end <= flank->length;
    for (size_t at = first; seen && at < end; at++) {
        seen = flank->seen[at];
    }
    return seen;
}

/* Whether a rib lies higher, and none at the vertebra just above. */
static bool is_alone(const search *s, size_t vertebra) {
    bool above = false;
    for (size_t k = vertebra + 2; k < VERTEBRAE_MAX; k++) {
        above = above || s->has_rib[k];
    }
    return above && vertebra + 1 < VERTEBRAE_MAX && !s->has_rib[vertebra + 1];
}

/* The lowest rib of one side. One that is alone is none. That of the lowest vertebra in view may
 * have others below it. */
static bool find_lowest(const ct_flank *flank, const search *s, size_t *lowest) {
    for (size_t k = 0; k < VERTEBRAE_MAX; k++) {
        if (s->has_rib[k] && !is_alone(s, k)) {
            *lowest = k;
            return k > 0 && is_vertebra_seen(flank, s, k - 1);
        }
    }
    return false;
}

bool ct_ribs_find(const ct_flank flanks[MYO_SIDE_COUNT], const ct_chain *chain, ct_ribs *out,
                  myo_error *err) {
    *out = (ct_ribs){0};
    double stretch = SPACING_MM / chain->spacing_mm * CT_CURVE_STEP_MM;
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        search s = {.chain = chain, .stretch = stretch, .area_mm2 = FLANK_STEP_MM * stretch};
        if (!ct_flank_visit_pieces(&flanks[side], note_rib, &s, err)) {
            return false;
        }
        out->known[side] = find_lowest(&flanks[side], &s, &out->rib_free[side]);
    }
    return true;
}
