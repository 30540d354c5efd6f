/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of the discs. They are counted up from the sacrum; the ribs, where they are in view, are a
 * second count: the lowest pair belongs to T12, and five vertebrae without ribs lie below it. How
 * well both fit together says how sure the names are. Without a sacrum names are counted down from
 * the ribs.
 */
#include "ct/flank_private.h"

#include <math.h>

/* From the foot. */
static const char *const names[] = {"L5/S1",  "L4/5",   "L3/4",  "L2/3", "L1/2", "T12/L1",
                                    "T11/12", "T10/11", "T9/10", "T8/9", "T7/8", "T6/7",
                                    "T5/6",   "T4/5",   "T3/4",  "T2/3", "T1/2", "C7/T1"};
#define NAME_COUNT (sizeof names / sizeof names[0])
#define LUMBAR 5

/* Below this the lower end of the chain is no sacrum. */
#define SACRAL_MIN 0.45
/* A difference of evidence at which the count is about 9 in 10 sure. */
#define SACRAL_MARGIN 0.2
#define FEW_DISCS 4
#define OTHER_MIN 0.1 /* a less likely count is not mentioned */
/* Of people without ribs on so many vertebrae above the sacrum: about 12 % have another number than
 * five, or a transitional one (G.P. Konin & D.M. Walz, AJNR 31:1778-1786, 2010). */
#define SHARE_FIVE 0.88
#define SHARE_FOUR_OR_SIX 0.06
#define SHARE_OTHER 0.01
/* Judgements. Where the ribs say another number, either count may be meant by whoever reads the
 * names: a person has to look (below 0.5 a level is not confirmed). */
#define DISAGREE_FACTOR 0.45
#define ONE_SIDE_FACTOR 0.7 /* the same on one side alone */
#define TRANSITIONAL_FACTOR 0.7
#define FROM_RIBS_CONFIDENCE 0.45

/* What is known of the names. */
typedef struct count {
    size_t last;   /* the lowest disc of the chain that is named, */
    size_t lowest; /* and its index among the names */
    double confidence;
    int other_shift;
    double other_confidence;
    unsigned signs;
    size_t dropped; /* discs of the chain below `last` */
} count;

static bool has_ribs(const ct_ribs *ribs) {
    return ribs->known[MYO_LEFT] || ribs->known[MYO_RIGHT];
}

/* Vertebrae without ribs above the lowest disc. Of two sides that differ, the one nearer to five.
 */
static size_t count_rib_free(const ct_ribs *ribs, bool *even) {
    size_t left = ribs->rib_free[MYO_LEFT], right = ribs->rib_free[MYO_RIGHT];
    if (!ribs->known[MYO_LEFT] || !ribs->known[MYO_RIGHT]) {
        *even = true;
        return ribs->known[MYO_LEFT] ? left : right;
    }
    *even = left == right;
    return fabs((double)left - LUMBAR) <= fabs((double)right - LUMBAR) ? left : right;
}

static double share_of(size_t rib_free) {
    if (rib_free == LUMBAR) {
        return SHARE_FIVE;
    }
    return rib_free + 1 == LUMBAR || rib_free == LUMBAR + 1 ? SHARE_FOUR_OR_SIX : SHARE_OTHER;
}

/* How sure the wings of the sacrum and the turn of the canal make it that the lowest disc is L5/S1
 * rather than the one above. */
static double weigh_sacrum(const ct_chain *chain) {
    size_t last = chain->lumbosacral;
    double other = last > 0 ? fmax(chain->sacral[last - 1], 0.0) : 0.0;
    return 1.0 / (1.0 + exp(-2.2 * (chain->sacral[last] - other) / SACRAL_MARGIN));
}

static void set_other(count *c, int shift) {
    c->other_shift = shift;
    c->other_confidence = 1.0 - c->confidence;
}

/* The direction in which another number of vertebrae without ribs would move the names. */
static int shift_of(size_t rib_free) {
    return rib_free + 1 == LUMBAR ? 1 : rib_free == LUMBAR + 1 ? -1 : 0;
}

/* What the ribs say against the count that was chosen. */
static void doubt_by_ribs(count *c, const ct_ribs *ribs) {
    bool even;
    size_t rib_free = count_rib_free(ribs, &even) - c->dropped;
    if (rib_free == LUMBAR && even) {
        return;
    }
    c->signs |= MYO_SPINE_RIBS_DISAGREE;
    c->confidence *= rib_free == LUMBAR ? ONE_SIDE_FACTOR : DISAGREE_FACTOR;
    if (rib_free == LUMBAR) {
        size_t left = ribs->rib_free[MYO_LEFT] - c->dropped;
        rib_free = left == LUMBAR ? ribs->rib_free[MYO_RIGHT] - c->dropped : left;
    }
    set_other(c, shift_of(rib_free));
}

static void doubt_by_junction(count *c, const ct_junction *junction) {
    if (!junction->wide_processes && !junction->sacral_disc) {
        return;
    }
    c->signs |= junction->wide_processes ? MYO_SPINE_WIDE_PROCESSES : 0;
    c->signs |= junction->sacral_disc ? MYO_SPINE_TRANSITIONAL : 0;
    c->confidence *= TRANSITIONAL_FACTOR;
    /* A last vertebra that belongs to the sacrum makes the disc above it L5/S1; a first sacral one
     * that is free, the disc below. Where the ribs have said which, they are believed. */
    int shift = junction->wide_processes ? -1 : 1;
    set_other(c, c->other_shift != 0 ? c->other_shift : shift);
}

/* Counts up from the sacrum, or from the disc above the lowest one when that fits sacrum and ribs
 * better. */
static count count_from_sacrum(const ct_chain *chain, const ct_ribs *ribs,
                               const ct_junction *junction) {
    double sure = weigh_sacrum(chain), other = 1.0 - sure;
    size_t last = chain->lumbosacral;
    bool known = has_ribs(ribs), even;
    if (known) {
        size_t rib_free = count_rib_free(ribs, &even);
        sure *= share_of(rib_free);
        other *= share_of(rib_free - 1);
    }
    bool has_other = last > 0 && chain->sacral[last - 1] > 0.0;
    size_t dropped = known && has_other && other > sure ? 1 : 0;
    double chosen = dropped ? other : sure;
    count c = {.last = last - dropped, .confidence = chosen / (sure + other), .dropped = dropped};
    if (has_other && 1.0 - c.confidence > OTHER_MIN) {
        /* L5/S1 lies one higher: L4/5 is called L5/S1 then, and each name moves down. */
        set_other(&c, dropped ? 1 : -1);
        c.signs |= MYO_SPINE_SACRUM_UNSURE;
    }
    double evidence = chain->sacral[c.last];
    c.signs |= evidence < SACRAL_MIN ? MYO_SPINE_NO_SACRUM : 0;
    c.confidence *= fmin(evidence / SACRAL_MIN, 1.0);
    if (known) {
        doubt_by_ribs(&c, ribs);
    }
    if (!dropped && evidence >= SACRAL_MIN) {
        doubt_by_junction(&c, junction);
    }
    return c;
}

/* Counts down from the lowest ribs. */
static count count_from_ribs(const ct_chain *chain, size_t rib_free) {
    return (count){.last = chain->count - 1,
                   .lowest = LUMBAR - rib_free,
                   .confidence = FROM_RIBS_CONFIDENCE,
                   .signs = MYO_SPINE_FROM_RIBS};
}

static count choose_count(const ct_chain *chain, const ct_ribs *ribs, const ct_junction *junction) {
    if (chain->sacral[chain->lumbosacral] < SACRAL_MIN && has_ribs(ribs)) {
        bool even;
        size_t rib_free = count_rib_free(ribs, &even);
        if (even && rib_free <= LUMBAR) {
            return count_from_ribs(chain, rib_free);
        }
    }
    return count_from_sacrum(chain, ribs, junction);
}

void ct_name_discs(const ct_curve *curve, const ct_chain *chain, const ct_ribs *ribs,
                   const ct_junction *junction, double size, myo_spine *out) {
    count c = choose_count(chain, ribs, junction);
    out->count_confidence = c.confidence;
    out->other_shift = c.other_shift;
    out->other_confidence = c.other_confidence;
    out->signs = c.signs;
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        bool counts = ribs->known[side] && !(c.signs & MYO_SPINE_FROM_RIBS);
        out->rib_free[side] = counts ? (int)(ribs->rib_free[side] - c.dropped) : 0;
    }
    for (size_t i = 0; i <= c.last; i++) {
        size_t name = c.lowest + c.last - i;
        if (name >= NAME_COUNT) {
            continue;
        }
        double seen = chain->strength[i] > 0.0 ? 0.6 + 0.4 * chain->strength[i] : 0.5;
        out->discs[out->count++] =
            (myo_disc){.name = names[name],
                       .centre_mm = ct_body_centre(&curve->points[chain->at[i]], size),
                       .confidence = seen * out->count_confidence,
                       .interpolated = !(chain->strength[i] > 0.0)};
        out->signs |= chain->strength[i] > 0.0 ? 0 : MYO_SPINE_GAP;
    }
    out->signs |= out->count < FEW_DISCS ? MYO_SPINE_FEW_DISCS : 0;
}
