/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain of discs: of the places that look like discs, those that follow each other at like
 * distances, from head to foot (dynamic programming over pairs of neighbours). Its last disc is
 * L5/S1: the one below which the wings of the sacrum begin and the canal turns to the back.
 */
#include "ct/spine_private.h"

#include "base/memory.h"
#include "base/sort.h"

#include <math.h>
#include <stdlib.h>

#define CANDIDATES_MAX 96
#define CONTRAST_MIN_HU 8.0   /* less is noise */
#define CONTRAST_FULL_HU 60.0 /* and this is a clear disc, if there are no clearer ones: */
#define CONTRAST_SHARE 0.6    /* of the middle one of the clearest */
#define CLEAREST 5
#define PEAK_REACH_MM 5.0   /* one candidate within this */
#define CLEAR_STRENGTH 0.8  /* of a place that is hardly anything but a disc */
#define STRENGTH_PAID 0.2   /* of each disc: what is weaker does not make a chain better */
#define MISSED_COST 0.45    /* for a disc that is not seen between two others */
#define SPACING_MIN_MM 22.0 /* adult, between the middles of neighbouring discs */
#define SPACING_MAX_MM 55.0
#define CHANGE_COST 1.2 /* times the squared log of the change of spacing over 0.2 */
#define CHANGE_LOG 0.2
#define SACRAL_WEIGHT 1.2
#define WING_BELOW_MM 14.0 /* where the wings are looked for, below and above the disc */
#define WING_ABOVE_MM 18.0
#define TRANSVERSE_WEIGHT 0.5 /* bone above may be the transverse processes of L5; */
#define SACRAL_ABOVE_COST 2.0 /* where it is more than half, the disc lies within the sacrum */
#define MAPPED_FULL 0.5     /* share of sacrum on a tissue map, below against above: that is it; */
#define UNMAPPED_WEIGHT 0.3 /* of the shape where a map shows none */
#define SACRAL_NEAR 0.5     /* times the spacing of discs: from L5/S1 to what is left of S1/2 */
#define SACRAL_FAR 1.1
#define TURN_REACH_MM 20.0 /* the canal's turn is measured from and to here */
#define TURN_FULL_RAD (30.0 * CT_PI / 180.0)
#define TURN_WEIGHT 0.5

typedef struct candidate {
    size_t at;
    double strength;
    double sacral;
    myo_vec3 centre;
} candidate;

typedef struct search {
    candidate items[CANDIDATES_MAX];
    size_t count;
    double best[CANDIDATES_MAX][CANDIDATES_MAX]; /* of a chain that ends with (before, last) */
    size_t before[CANDIDATES_MAX][CANDIDATES_MAX];
    double size;
} search;

/* Means over a part of the curve. What lies beyond its ends is no sacrum. */
static ct_profile mean_of(const ct_curve *curve, const ct_profile *profile, double from,
                          double to) {
    ct_profile sum = {0};
    double count = 0.0;
    for (long at = (long)fmax(from, 0.0); at <= (long)to && at < (long)curve->count; at++) {
        sum.wing += profile[at].wing;
        sum.sacrum += profile[at].sacrum;
        count += 1.0;
    }
    sum.wing /= fmax(count, 1.0);
    sum.sacrum /= fmax(to - from + 1.0, count);
    return sum;
}

/* How well a place would do for L5/S1: 0 not at all, about 1 well. */
static double sacral_evidence(const ct_curve *curve, const ct_profile *profile, size_t at,
                              double size) {
    double i = (double)at;
    ct_profile below = mean_of(curve, profile, i + 2.0, i + WING_BELOW_MM * size);
    ct_profile above = mean_of(curve, profile, i - WING_ABOVE_MM * size, i - 4.0);
    size_t reach = (size_t)(TURN_REACH_MM * size);
    size_t a = at > reach ? at - reach : 0;
    size_t b = at + reach < curve->count ? at + reach : curve->count - 1;
    double turn = curve->points[b].tilt_rad - curve->points[a].tilt_rad;
    double wings = below.wing - TRANSVERSE_WEIGHT * above.wing -
                   SACRAL_ABOVE_COST * fmax(above.wing - 0.5, 0.0);
    double shape = fmax(wings, 0.0) + TURN_WEIGHT * fmin(fmax(turn / TURN_FULL_RAD, 0.0), 1.0);
    if (!profile[at].mapped) {
        return shape;
    }
    double mapped = fmax(below.sacrum - above.sacrum, 0.0);
    return ct_agreed_weight(mapped, MAPPED_FULL, UNMAPPED_WEIGHT) * shape + mapped;
}

/* The contrast of a disc in this volume: a part of that of the clearest ones, so that bodies with
 * dense endplates, which have some contrast as well, do not pass for discs. */
static double find_full_contrast(const double *contrast, size_t count) {
    double sorted[CANDIDATES_MAX] = {0.0};
    for (size_t i = 0; i < count; i++) {
        sorted[i] = contrast[i];
    }
    myo_sort_doubles(sorted, count);
    size_t rank = count > CLEAREST ? count - 1 - CLEAREST / 2 : count / 2;
    return count > 0 ? fmax(CONTRAST_FULL_HU, CONTRAST_SHARE * sorted[rank]) : CONTRAST_FULL_HU;
}

static void find_candidates(search *s, const ct_curve *curve, const ct_profile *profile) {
    size_t reach = (size_t)fmax(PEAK_REACH_MM * s->size, 2.0);
    double contrast[CANDIDATES_MAX] = {0.0};
    for (size_t i = 0; i < curve->count && s->count < CANDIDATES_MAX; i++) {
        bool peak = profile[i].disc >= CONTRAST_MIN_HU;
        for (size_t j = i > reach ? i - reach : 0; peak && j <= i + reach && j < curve->count;
             j++) {
            peak =
                profile[j].disc < profile[i].disc || (profile[j].disc <= profile[i].disc && j >= i);
        }
        if (peak) {
            contrast[s->count] = profile[i].disc;
            s->items[s->count++] =
                (candidate){.at = i,
                            .sacral = sacral_evidence(curve, profile, i, s->size),
                            .centre = ct_body_centre(&curve->points[i], s->size)};
        }
    }
    double full = find_full_contrast(contrast, s->count);
    for (size_t i = 0; i < s->count; i++) {
        s->items[i].strength = fmin(contrast[i] / full, 1.0);
    }
}

/* Distance of two discs for each vertebra between them. The number is 1, or 2 when a disc between
 * them was missed; 0 when they cannot be neighbours. */
static double spacing_of(const search *s, size_t a, size_t b, int vertebrae) {
    myo_vec3 d = ct_along(s->items[b].centre, -1.0, s->items[a].centre);
    double spacing = sqrt(myo_vec3_dot(d, d)) / vertebrae;
    return spacing >= SPACING_MIN_MM * s->size && spacing <= SPACING_MAX_MM * s->size ? spacing
                                                                                      : 0.0;
}

/* The likelier number of vertebrae between two candidates, with their spacing, after `like` (0:
 * unknown). */
static int vertebrae_between(const search *s, size_t a, size_t b, double like, double *spacing) {
    double one = spacing_of(s, a, b, 1), two = spacing_of(s, a, b, 2);
    if (one > 0.0 &&
        (!(two > 0.0) || !(like > 0.0) || fabs(log(one / like)) <= fabs(log(two / like)))) {
        *spacing = one;
        return 1;
    }
    *spacing = two;
    return two > 0.0 ? 2 : 0;
}

static double value_of(const candidate *c) {
    return c->strength - STRENGTH_PAID;
}

/* Adds `last` to every chain that ends with (.., before). */
static void extend(search *s, size_t before, size_t last) {
    double spacing;
    int between = vertebrae_between(s, before, last, 0.0, &spacing);
    if (between == 0) {
        return;
    }
    double start = value_of(&s->items[before]) + value_of(&s->items[last]) -
                   (between == 2 ? MISSED_COST : 0.0);
    s->best[before][last] = start;
    s->before[before][last] = SIZE_MAX;
    for (size_t first = 0; first < before; first++) {
        double earlier;
        if (!isfinite(s->best[first][before])) {
            continue;
        }
        vertebrae_between(s, first, before, spacing, &earlier);
        int count = vertebrae_between(s, before, last, earlier, &spacing);
        if (count == 0 || !(earlier > 0.0)) {
            continue;
        }
        double change = log(spacing / earlier) / CHANGE_LOG;
        double value = s->best[first][before] + value_of(&s->items[last]) -
                       CHANGE_COST * 0.1 * change * change - (count == 2 ? MISSED_COST : 0.0);
        if (value > s->best[before][last]) {
            s->best[before][last] = value;
            s->before[before][last] = first;
        }
    }
}

/* Puts a disc, and one that was missed before it, into the chain. Called from the foot on. */
static bool put(ct_chain *chain, const search *s, size_t index, size_t above) {
    if (chain->count + 2 > MYO_DISCS_MAX) {
        return false;
    }
    const candidate *c = &s->items[index];
    chain->at[chain->count] = c->at;
    chain->strength[chain->count] = c->strength;
    chain->sacral[chain->count++] = c->sacral;
    double spacing;
    if (above != SIZE_MAX && vertebrae_between(s, above, index, chain->spacing_mm, &spacing) == 2) {
        chain->at[chain->count] = (s->items[above].at + c->at) / 2;
        chain->strength[chain->count] = 0.0;
        chain->sacral[chain->count++] = 0.0;
    }
    return true;
}

static void turn_round(ct_chain *chain) {
    for (size_t i = 0; i < chain->count / 2; i++) {
        size_t j = chain->count - 1 - i, at = chain->at[i];
        double strength = chain->strength[i], sacral = chain->sacral[i];
        chain->at[i] = chain->at[j];
        chain->strength[i] = chain->strength[j];
        chain->sacral[i] = chain->sacral[j];
        chain->at[j] = at;
        chain->strength[j] = strength;
        chain->sacral[j] = sacral;
    }
}

static double median_spacing(const search *s, const size_t *indices, size_t count) {
    double spacings[MYO_DISCS_MAX], spacing;
    size_t found = 0;
    for (size_t i = 0; i + 1 < count && found < MYO_DISCS_MAX; i++) {
        if (vertebrae_between(s, indices[i + 1], indices[i], 0.0, &spacing) > 0) {
            spacings[found++] = spacing;
        }
    }
    myo_sort_doubles(spacings, found);
    return found > 0 ? spacings[found / 2] : 0.0;
}

static void read_chain(const search *s, size_t before, size_t last, ct_chain *out) {
    size_t indices[MYO_DISCS_MAX], count = 0;
    for (size_t a = before, b = last; count < MYO_DISCS_MAX;) {
        indices[count++] = b;
        if (a == SIZE_MAX) {
            break;
        }
        size_t next = s->before[a][b];
        b = a;
        a = next;
    }
    out->spacing_mm = median_spacing(s, indices, count);
    for (size_t i = 0;
         i < count && put(out, s, indices[i], i + 1 < count ? indices[i + 1] : SIZE_MAX); i++) {
    }
    turn_round(out);
    out->lumbosacral = out->count - 1;
}

/* Clear places between the ends of the chain that no disc of it is. */
static size_t count_skipped(const search *s, const ct_chain *chain) {
    size_t skipped = 0;
    for (size_t i = 0; i < s->count; i++) {
        const candidate *c = &s->items[i];
        bool within = c->at > chain->at[0] && c->at < chain->at[chain->count - 1];
        bool taken = false;
        for (size_t k = 0; k < chain->count; k++) {
            taken |= chain->at[k] == c->at;
        }
        skipped += within && !taken && c->strength >= CLEAR_STRENGTH;
    }
    return skipped;
}

/* Strength of the clearest candidate below the last disc, at about the height of a vertebra. */
static double find_below(const search *s, size_t last, double spacing_mm) {
    double best = 0.0;
    for (size_t i = last + 1; i < s->count; i++) {
        double away = (double)(s->items[i].at - s->items[last].at) * CT_CURVE_STEP_MM;
        if (away >= SACRAL_NEAR * spacing_mm && away <= SACRAL_FAR * spacing_mm) {
            best = fmax(best, s->items[i].strength);
        }
    }
    return best;
}

bool ct_chain_find(const ct_curve *curve, const ct_profile *profile, double size, ct_chain *out,
                   myo_error *err) {
    search *s = myo_alloc_array(1, sizeof *s, err);
    *out = (ct_chain){0};
    if (!s) {
        return false;
    }
    s->size = size;
    find_candidates(s, curve, profile);
    size_t before = SIZE_MAX, last = SIZE_MAX;
    for (size_t j = 0; j < s->count; j++) {
        for (size_t i = 0; i < s->count; i++) {
            s->best[i][j] = -INFINITY;
        }
        for (size_t i = 0; i < j; i++) {
            extend(s, i, j);
            double total = s->best[i][j] + SACRAL_WEIGHT * s->items[j].sacral;
            if (isfinite(s->best[i][j]) && (last == SIZE_MAX || total > out->score)) {
                out->score = total;
                before = i;
                last = j;
            }
        }
    }
    if (last != SIZE_MAX) {
        read_chain(s, before, last, out);
        out->skipped = count_skipped(s, out);
        out->below = find_below(s, last, out->spacing_mm);
    }
    free(s);
    return true;
}
