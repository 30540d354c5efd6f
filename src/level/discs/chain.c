/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain of discs from head to foot, the last of which is L5/S1.
 *
 * A chain is a path through the candidates. It scores by how much each looks like a disc (the last
 * one like L5/S1, with the sacrum below), by the distances between neighbours, and by the vertebral
 * bodies between them (dynamic programming, R. Bellman 1957; for spines S. Schmidt et al., IPMI
 * 2007, 122-133). A disc that was not seen may be skipped at a price. The best chain to each
 * candidate as L5/S1, and the best one that ends where the image does, compete: how far the best is
 * ahead of the others is the confidence of the count.
 */
#include "level/discs/discs_private.h"

#include <math.h>
#include <string.h>

/* Distance between the centres of neighbouring discs: body and disc, from small adults' T11/12 to
 * tall ones' L4/5 (S.H. Zhou et al., Eur Spine J 9:242-248, 2000: 32 to 40 mm lumbar). */
#define SPACING_MM 35.0
#define SPACING_SD_MM 6.0
#define SPACING_MIN_MM 17.0
#define SPACING_MAX_MM 55.0
#define SLOPE_MAX 1.3      /* mm to the back or front for each mm to the feet */
#define SIDE_SLOPE_MAX 0.8 /* likewise to the left or right */
#define SKIPS_MAX 2
#define SKIP_SCORE (-3.0)

/* Probabilities are floored, as none of them is certain; a candidate counts for the chain when it
 * is more likely than NEUTRAL. */
#define FLOOR 0.02
#define NEUTRAL 0.35
#define KIND_WEIGHT 2.0 /* the kinds differ in much more than the pixels that say so */
#define BODY_FLOOR 0.02
#define BODY_NEUTRAL 0.3
#define SACRUM_NEUTRAL 0.5 /* also what counts when the image ends before the sacrum could show */

/* Pixels of one image share their errors, so that their evidence is less than it seems: scores are
 * divided by this before they become confidences. */
#define TEMPERATURE 2.0
/* Score of a chain without L5/S1: images that end above it are rare; if there is room for another
 * vertebra and its disc below, they should have been seen. */
#define BEYOND_SCORE (-3.0)
#define BEYOND_ROOM_MM 50.0
#define BEYOND_ROOM_SCORE (-3.0)
#define SHIFT_MAX 3    /* counts that are further off are taken together with this one */
#define OTHER_MIN 0.02 /* less confidence in another count is not worth telling */

/* A disc below L5/S1 that looks so much like a lumbar one makes the count doubtful. */
#define TRANSITIONAL_MIN 0.6
#define TRANSITIONAL_NEAR_MM 45.0

/* The best way to a candidate. */
typedef struct step {
    double score;
    int before; /* candidate, or -1 */
    int skips;  /* discs not seen between it and this one */
} step;

/* A chain, by its last candidate and whether that is L5/S1. */
typedef struct ending {
    double score;
    int last; /* -1 when there is none */
    bool lumbosacral;
    step step; /* to the last one */
} ending;

static double spacing_score(double distance_mm, int skips) {
    double z = (distance_mm / (skips + 1) - SPACING_MM) / SPACING_SD_MM;
    return -0.5 * z * z + SKIP_SCORE * skips;
}

/* What a pair of neighbours adds; -INFINITY when they cannot be neighbours. */
static double pair_score(const discs_volume *v, const discs_candidate *a, const discs_candidate *b,
                         int skips) {
    double down = b->y_mm - a->y_mm, back = b->x_mm - a->x_mm, side = b->offset_mm - a->offset_mm;
    double distance = sqrt(down * down + back * back + side * side);
    if (down <= 0.0 || fabs(back) > SLOPE_MAX * down || fabs(side) > SIDE_SLOPE_MAX * down ||
        distance < SPACING_MIN_MM * (skips + 1) || distance > SPACING_MAX_MM * (skips + 1)) {
        return (double)-INFINITY;
    }
    double body = discs_body_between(v, a, b, (size_t)skips + 1);
    return spacing_score(distance, skips) + log((body + BODY_FLOOR) / BODY_NEUTRAL);
}

/* The best way to candidate `i` from those above it, `own` being its own score. */
static step find_step(const discs_volume *v, const discs_candidate *candidates, const step *steps,
                      size_t i, double own) {
    step best = {own, -1, 0};
    for (size_t j = 0; j < i; j++) {
        for (int skips = 0; skips <= SKIPS_MAX; skips++) {
            double pair = pair_score(v, &candidates[j], &candidates[i], skips);
            if (steps[j].score + own + pair > best.score) {
                best = (step){steps[j].score + own + pair, (int)j, skips};
            }
        }
    }
    return best;
}

static double sacrum_score(double probability) {
    return probability < 0.0 ? 0.0 : log((probability + FLOOR) / SACRUM_NEUTRAL);
}

/* How much a place looks like a disc at all, and how much like one of the kind in question rather
 * than of the other. */
static double disc_score(double kind, double other_kind) {
    return log((kind + other_kind + FLOOR) / NEUTRAL) +
           KIND_WEIGHT * log((kind + FLOOR) / (kind + other_kind + FLOOR));
}

/* Every way a chain may end: endings[i] at candidate i as L5/S1, endings[count] above L5/S1. */
static void find_endings(const discs_volume *v, const discs_candidate *candidates, size_t count,
                         step *steps, ending *endings) {
    double bottom = DISCS_STEP_MM * (double)(v->slices[0].rows - 1);
    ending beyond = {(double)-INFINITY, -1, false, {0.0, -1, 0}};
    for (size_t i = 0; i < count; i++) {
        const discs_candidate *c = &candidates[i];
        double below = sacrum_score(c->sacrum_below);
        step last = find_step(v, candidates, steps, i, disc_score(c->lumbosacral, c->disc));
        endings[i] = (ending){last.score + below, (int)i, true, last};
        steps[i] = find_step(v, candidates, steps, i, disc_score(c->disc, c->lumbosacral));
        double no_sacrum = c->sacrum_below < 0.0 ? 0.0 : sacrum_score(1.0 - c->sacrum_below);
        double room = bottom - c->y_mm > BEYOND_ROOM_MM ? BEYOND_ROOM_SCORE : 0.0;
        double score = steps[i].score + BEYOND_SCORE + no_sacrum + room;
        if (score > beyond.score) {
            beyond = (ending){score, (int)i, false, steps[i]};
        }
    }
    endings[count] = beyond;
}

static discs_link between(const discs_candidate *a, const discs_candidate *b, double part) {
    discs_link link = {.interpolated = true};
    link.at.x_mm = a->x_mm + part * (b->x_mm - a->x_mm);
    link.at.y_mm = a->y_mm + part * (b->y_mm - a->y_mm);
    link.at.offset_mm = a->offset_mm + part * (b->offset_mm - a->offset_mm);
    link.at.sacrum_below = -1.0;
    return link;
}

/* A chain as links from head to foot; of more than there is room for, the lowest. */
static void unroll(const discs_candidate *candidates, const step *steps, const ending *end,
                   discs_chain *chain) {
    discs_link links[MYO_DISCS_MAX];
    size_t n = 0;
    step at = end->step;
    int i = end->last;
    while (i >= 0 && n < MYO_DISCS_MAX) {
        links[n++] = (discs_link){candidates[i], false};
        for (int s = 1; at.before >= 0 && s <= at.skips && n < MYO_DISCS_MAX; s++) {
            double part = (double)s / (at.skips + 1);
            links[n++] = between(&candidates[i], &candidates[at.before], part);
        }
        i = at.before;
        at = i >= 0 ? steps[i] : at;
    }
    while (n > 0 && links[n - 1].interpolated) {
        n--;
    }
    chain->count = n;
    chain->lumbosacral = end->lumbosacral ? n - 1 : n;
    for (size_t k = 0; k < n; k++) {
        chain->links[k] = links[n - 1 - k];
    }
}

/* Index of a candidate among the links of a chain; chain->count when it is not among them. */
static size_t find_link(const discs_chain *chain, const discs_candidate *c) {
    size_t i = 0;
    while (i < chain->count &&
           (chain->links[i].at.x_mm != c->x_mm || chain->links[i].at.y_mm != c->y_mm)) {
        i++;
    }
    return i;
}

/* By how many levels names move up when the chain ends otherwise, as the first disc that both
 * chains share shows: its distance from L5/S1 in levels differs by so much. */
static int shift_of(const discs_chain *chain, const discs_candidate *candidates, const step *steps,
                    const ending *other) {
    int levels = other->lumbosacral ? 0 : 1;
    step at = other->step;
    int i = other->last;
    while (i >= 0) {
        size_t link = find_link(chain, &candidates[i]);
        if (link < chain->count) {
            return levels - (int)(chain->lumbosacral - link);
        }
        levels += at.skips + 1;
        i = at.before;
        at = i >= 0 ? steps[i] : at;
    }
    /* Nothing in common: another structure that looks like a spine. */
    return candidates[other->last].y_mm > chain->links[chain->count - 1].at.y_mm ? 1 : -1;
}

/* Endings that give the same names speak for the same count. */
static void compare_endings(const discs_candidate *candidates, const step *steps,
                            const ending *endings, size_t count, size_t best, discs_chain *chain) {
    double weight[2 * SHIFT_MAX + 1] = {0}, sum = 0.0;
    for (size_t i = 0; i <= count; i++) {
        int shift =
            endings[i].last >= 0 ? shift_of(chain, candidates, steps, &endings[i]) : SHIFT_MAX;
        shift = shift < -SHIFT_MAX ? -SHIFT_MAX : shift > SHIFT_MAX ? SHIFT_MAX : shift;
        double w = exp((endings[i].score - endings[best].score) / TEMPERATURE);
        weight[shift + SHIFT_MAX] += w;
        sum += w;
    }
    int other = 0;
    for (int k = -SHIFT_MAX; k <= SHIFT_MAX; k++) {
        bool better = other == 0 || weight[k + SHIFT_MAX] > weight[other + SHIFT_MAX];
        other = k != 0 && better ? k : other;
    }
    chain->count_confidence = weight[SHIFT_MAX] / sum;
    if (weight[other + SHIFT_MAX] / sum >= OTHER_MIN) {
        chain->other_shift = other;
        chain->other_confidence = weight[other + SHIFT_MAX] / sum;
    }
}

/* True when a candidate below L5/S1, where S1/2 may lie, looks like a lumbar disc. */
static bool looks_transitional(const discs_candidate *candidates, size_t count,
                               const discs_candidate *lumbosacral) {
    for (size_t i = 0; i < count; i++) {
        const discs_candidate *c = &candidates[i];
        double far = hypot(c->x_mm - lumbosacral->x_mm, c->y_mm - lumbosacral->y_mm);
        if (c->y_mm > lumbosacral->y_mm && c->x_mm > lumbosacral->x_mm && far >= SPACING_MIN_MM &&
            far <= TRANSITIONAL_NEAR_MM && c->disc + c->lumbosacral >= TRANSITIONAL_MIN) {
            return true;
        }
    }
    return false;
}

void discs_find_chain(const discs_volume *volume, const discs_candidate *candidates, size_t count,
                      discs_chain *out) {
    *out = (discs_chain){0};
    if (count == 0) {
        return;
    }
    step steps[DISCS_CANDIDATES_MAX];
    ending endings[DISCS_CANDIDATES_MAX + 1];
    find_endings(volume, candidates, count, steps, endings);
    size_t best = 0;
    for (size_t i = 1; i <= count; i++) {
        best = endings[i].score > endings[best].score ? i : best;
    }
    unroll(candidates, steps, &endings[best], out);
    compare_endings(candidates, steps, endings, count, best, out);
    out->transitional = endings[best].lumbosacral &&
                        looks_transitional(candidates, count, &candidates[endings[best].last]);
}
