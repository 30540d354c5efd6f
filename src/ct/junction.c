/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signs of a transitional vertebra at the lumbosacral junction: transverse processes of the last
 * lumbar vertebra that are high (type I of A.E. Castellvi et al., Spine 9:493-495, 1984) or touch
 * the wing of the sacrum (types II to IV), or a disc within the sacrum as clear as a lumbar one.
 *
 * A transverse process is followed from beside the joints to its tip: on each sheet of the flank it
 * is a run of bone along the column. Where the run goes on into the sacrum, it touches.
 */
#include "ct/flank_private.h"

#include "base/sort.h"

#include <math.h>

#define HIGH_MM 19.0 /* Castellvi's measure of a high transverse process */
/* For an adult, mm. */
#define PROCESS_FROM_MM 28.0 /* from the midline: where it is looked for, */
#define HEIGHT_FROM_MM 32.0  /* free of its broad base, */
#define TOUCH_FROM_MM 34.0   /* and free of the joints of L5 and S1 */
#define TOUCH_TO_MM 44.0     /* beyond, the ilium is near */
#define PROCESS_BACK_MM 20.0 /* behind the middle of the canal: what lies further back is ilium */
#define SACRUM_BELOW_MM 4.0  /* below the disc, bone beside the column is the sacrum's wing */
#define OVERLAP_MM 6.0       /* of the upper edge: on neighbouring sheets it hardly moves */
/* Shares of the vertebra's height, from its upper disc: a transverse process begins between them.
 */
#define TOP_FROM (-0.15)
#define TOP_TO 0.6
#define SHEETS_MIN 3 /* on fewer, noise and partial volume might have done it */
/* Rests of the disc S1/2 are common; one that counts is clear, and nearly as much as lumbar ones.
 */
#define SACRAL_DISC_MIN 0.6
#define SACRAL_DISC_SHARE 0.8

/* A run of bone along the column: [first, last]. */
typedef struct run {
    size_t first, last;
} run;

static bool is_bone_at(const ct_flank *flank, size_t sheet, size_t at) {
    const uint8_t *bone = flank->bone + (sheet * flank->length + at) * FLANK_DEPTH;
    bool found = false;
    for (size_t deep = ct_flank_get_deep(-PROCESS_BACK_MM); !found && deep < FLANK_DEPTH; deep++) {
        found = bone[deep];
    }
    return found;
}

/* The first run of a sheet that begins, or goes on, between two places. */
static bool find_run(const ct_flank *flank, size_t sheet, size_t from, size_t to, run *out) {
    size_t at = from;
    while (at <= to && at < flank->length && !is_bone_at(flank, sheet, at)) {
        at++;
    }
    if (at > to || at >= flank->length) {
        return false;
    }
    *out = (run){at, at};
    while (out->first > 0 && is_bone_at(flank, sheet, out->first - 1)) {
        out->first--;
    }
    while (out->last + 1 < flank->length && is_bone_at(flank, sheet, out->last + 1)) {
        out->last++;
    }
    return true;
}

static bool is_process_wide(const ct_flank *flank, const ct_chain *chain) {
    size_t below = chain->at[chain->count - 1], above = chain->at[chain->count - 2];
    double height = (double)(below - above);
    size_t from = (size_t)fmax((double)above + TOP_FROM * height, 0.0);
    size_t to = above + (size_t)(TOP_TO * height);
    double heights[FLANK_SHEETS];
    size_t measured = 0, touching = 0;
    for (size_t sheet = 0; sheet < FLANK_SHEETS; sheet++) {
        double lateral = ct_flank_lateral_mm(sheet);
        run r;
        if (lateral < PROCESS_FROM_MM) {
            continue;
        }
        if (lateral > TOUCH_TO_MM || !find_run(flank, sheet, from, to, &r) || r.first < from) {
            break;
        }
        if ((double)r.last >= (double)below + SACRUM_BELOW_MM / CT_CURVE_STEP_MM) {
            touching += lateral >= TOUCH_FROM_MM;
        } else if (lateral >= HEIGHT_FROM_MM) {
            heights[measured++] = (double)(r.last - r.first + 1) * CT_CURVE_STEP_MM;
        }
        from = r.first - (size_t)fmin(OVERLAP_MM / CT_CURVE_STEP_MM, (double)r.first);
        to = r.first + (size_t)(OVERLAP_MM / CT_CURVE_STEP_MM);
    }
    myo_sort_doubles(heights, measured);
    return touching >= SHEETS_MIN || (measured >= SHEETS_MIN && heights[measured / 2] >= HIGH_MM);
}

/* Of the discs that were seen. */
static double median_strength(const ct_chain *chain) {
    double strengths[MYO_DISCS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < chain->count; i++) {
        if (chain->strength[i] > 0.0) {
            strengths[count++] = chain->strength[i];
        }
    }
    myo_sort_doubles(strengths, count);
    return count > 0 ? strengths[count / 2] : 1.0;
}

ct_junction ct_junction_look(const ct_flank flanks[MYO_SIDE_COUNT], const ct_chain *chain) {
    return (ct_junction){.wide_processes = is_process_wide(&flanks[MYO_LEFT], chain) ||
                                           is_process_wide(&flanks[MYO_RIGHT], chain),
                         .sacral_disc = chain->below >= SACRAL_DISC_MIN &&
                                        chain->below >= SACRAL_DISC_SHARE * median_strength(chain)};
}
