/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Region growing on class probabilities.
 *
 * Each group of structures grows from one piece of its confident pixels over all that are connected
 * with it and belong to it more probably than to any other group or to the background (after
 * R. Adams & L. Bischof, IEEE TPAMI 16:641-647, 1994). The piece is the largest one; of psoas,
 * which lies beside the vertebra as kidneys and bowel do not, the one that is large and near.
 * Multifidus and erector spinae of a side grow as one compartment, which the septum then divides.
 * What comes out is one piece per structure, without holes or whiskers, and no two overlap.
 */
#include "segment/decide/decide_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CORE 0.6      /* probability of a seed */
#define CORE_WEAK 0.3 /* where no pixel reaches CORE */

#define PSOAS_NEAR_MM 8.0 /* over which a psoas counts less and less, from the vertebra on */

enum { GROUP_BACK_LEFT, GROUP_BACK_RIGHT, GROUP_PSOAS_LEFT, GROUP_PSOAS_RIGHT, GROUP_VERTEBRA };
#define NO_GROUP UINT8_MAX

const size_t decide_group_classes[DECIDE_GROUPS][2] = {
    {MYO_PROPOSAL_MULTIFIDUS_LEFT, MYO_PROPOSAL_ERECTOR_LEFT},
    {MYO_PROPOSAL_MULTIFIDUS_RIGHT, MYO_PROPOSAL_ERECTOR_RIGHT},
    {MYO_PROPOSAL_PSOAS_LEFT, 0},
    {MYO_PROPOSAL_PSOAS_RIGHT, 0},
    {MYO_PROPOSAL_VERTEBRA, 0}};

typedef struct growth {
    const decide_input *input;
    size_t columns, rows, count;
    myo_planes groups;      /* posterior of each group */
    float *best;            /* greatest of the groups and of background */
    uint8_t *group;         /* group of each pixel, or NO_GROUP */
    float *weight;          /* of the pixels of a core */
    uint32_t *waiting;      /* pixels whose neighbours are to be looked at */
    uint8_t *mask, *medial; /* scratch */
} growth;

static void growth_clear(growth *g) {
    myo_planes_clear(&g->groups);
    free(g->best);
    free(g->group);
    free(g->weight);
    free(g->waiting);
    free(g->mask);
    free(g->medial);
}

static bool growth_allocate(growth *g, myo_error *err) {
    g->best = myo_alloc_array(g->count, sizeof(float), err);
    g->group = myo_alloc_array(g->count, 1, err);
    g->weight = myo_alloc_array(g->count, sizeof(float), err);
    g->waiting = myo_alloc_array(g->count, sizeof(uint32_t), err);
    g->mask = myo_alloc_array(g->count, 1, err);
    g->medial = myo_alloc_array(g->count, 1, err);
    return g->best && g->group && g->weight && g->waiting && g->mask && g->medial &&
           myo_planes_allocate(&g->groups, DECIDE_GROUPS, g->columns, g->rows, err);
}

static const float *posterior_of(const growth *g, size_t class_index) {
    return g->input->posterior->pixels + class_index * g->count;
}

static void sum_groups(growth *g) {
    memcpy(g->best, posterior_of(g, MYO_PROPOSAL_BACKGROUND), g->count * sizeof(float));
    for (size_t n = 0; n < DECIDE_GROUPS; n++) {
        float *sum = g->groups.pixels + n * g->count;
        size_t other = decide_group_classes[n][1];
        memcpy(sum, posterior_of(g, decide_group_classes[n][0]), g->count * sizeof(float));
        for (size_t i = 0; i < g->count; i++) {
            sum[i] += other ? posterior_of(g, other)[i] : 0.0f;
            g->best[i] = fmaxf(g->best[i], sum[i]);
        }
    }
}

static bool may(const growth *g, size_t n, size_t i, uint8_t what) {
    return !g->input->reach || g->input->reach[n * g->count + i] >= what;
}

/* Weights that fall with the distance from the vertebra, which has grown before. */
static bool weigh_by_distance(growth *g, const float *p, myo_error *err) {
    for (size_t i = 0; i < g->count; i++) {
        g->medial[i] = g->group[i] == GROUP_VERTEBRA;
    }
    float limit = (float)(g->columns + g->rows);
    if (!myo_mask_signed_distance(g->medial, g->columns, g->rows, limit, g->weight, err)) {
        return false;
    }
    for (size_t i = 0; i < g->count; i++) {
        double away_mm = fmax((double)g->weight[i], 0.0) * g->input->pixel_mm;
        g->weight[i] = p[i] * (float)exp(-away_mm / PSOAS_NEAR_MM);
    }
    return true;
}

/* Puts the best piece of a group's confident pixels into the mask. */
static bool find_core(growth *g, size_t n, myo_error *err) {
    const float *p = g->groups.pixels + n * g->count;
    size_t found = 0;
    for (size_t i = 0; i < g->count; i++) {
        g->mask[i] = p[i] > (float)CORE && may(g, n, i, DECIDE_MAY_BEGIN);
        found += g->mask[i];
    }
    for (size_t i = 0; found == 0 && i < g->count; i++) {
        g->mask[i] = p[i] >= g->best[i] && p[i] > (float)CORE_WEAK;
    }
    if (n != GROUP_PSOAS_LEFT && n != GROUP_PSOAS_RIGHT) {
        return myo_mask_keep_largest(g->mask, g->columns, g->rows, err);
    }
    return weigh_by_distance(g, p, err) &&
           myo_mask_keep_heaviest(g->mask, g->weight, g->columns, g->rows, err);
}

/* Grows a group from the mask. */
static void grow(growth *g, size_t n) {
    const float *p = g->groups.pixels + n * g->count;
    size_t count = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (g->mask[i] && g->group[i] == NO_GROUP) {
            g->group[i] = (uint8_t)n;
            g->waiting[count++] = (uint32_t)i;
        }
    }
    while (count > 0) {
        size_t i = g->waiting[--count], c = i % g->columns, r = i / g->columns;
        const size_t neighbours[4] = {i - g->columns, i + g->columns, i - 1, i + 1};
        const bool exists[4] = {r > 0, r + 1 < g->rows, c > 0, c + 1 < g->columns};
        for (int k = 0; k < 4; k++) {
            size_t to = neighbours[k];
            if (exists[k] && g->group[to] == NO_GROUP && p[to] >= g->best[to] &&
                may(g, n, to, DECIDE_MAY_GROW)) {
                g->group[to] = (uint8_t)n;
                g->waiting[count++] = (uint32_t)to;
            }
        }
    }
}

/* Mask of a group with its holes filled, but not over other groups. */
static bool filled_group(growth *g, size_t n, myo_error *err) {
    for (size_t i = 0; i < g->count; i++) {
        g->mask[i] = g->group[i] == n;
    }
    if (!myo_mask_fill_holes(g->mask, g->columns, g->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < g->count; i++) {
        g->mask[i] &= g->group[i] == n || g->group[i] == NO_GROUP;
    }
    return true;
}

static bool open_mask(growth *g, uint8_t *mask, myo_error *err) {
    return g->input->opening_pixels <= 0.0 ||
           myo_mask_open(mask, g->columns, g->rows, g->input->opening_pixels, err);
}

/* Multifidus is its largest piece and what that encloses; the rest is erector spinae. */
static bool divide_by_probability(growth *g, const float *multifidus, const float *erector,
                                  myo_error *err) {
    for (size_t i = 0; i < g->count; i++) {
        g->medial[i] = g->mask[i] && multifidus[i] > erector[i];
    }
    return myo_mask_keep_largest(g->medial, g->columns, g->rows, err) &&
           myo_mask_fill_holes(g->medial, g->columns, g->rows, err);
}

/* Opens a compartment and divides it along the septum. */
static bool divide_back(growth *g, bool left, uint8_t *labels, myo_error *err) {
    size_t n = left ? GROUP_BACK_LEFT : GROUP_BACK_RIGHT;
    size_t multifidus = decide_group_classes[n][0], erector = decide_group_classes[n][1];
    const float *m = posterior_of(g, multifidus), *e = posterior_of(g, erector);
    if (!filled_group(g, n, err) || !open_mask(g, g->mask, err) ||
        !myo_mask_keep_largest(g->mask, g->columns, g->rows, err)) {
        return false;
    }
    bool done = g->input->brightness ? decide_septum(g->mask, m, e, g->input->brightness, left,
                                                     g->columns, g->rows, g->medial, err)
                                     : divide_by_probability(g, m, e, err);
    for (size_t i = 0; done && i < g->count; i++) {
        if (g->mask[i] && labels[i] == MYO_PROPOSAL_BACKGROUND) {
            labels[i] = (uint8_t)(g->medial[i] ? multifidus : erector);
        }
    }
    return done;
}

static bool label_groups(growth *g, uint8_t *labels, myo_error *err) {
    static const size_t single[] = {GROUP_VERTEBRA, GROUP_PSOAS_LEFT, GROUP_PSOAS_RIGHT};
    memset(labels, MYO_PROPOSAL_BACKGROUND, g->count);
    for (size_t k = 0; k < sizeof single / sizeof single[0]; k++) {
        if (!filled_group(g, single[k], err)) {
            return false;
        }
        uint8_t class_index = (uint8_t)decide_group_classes[single[k]][0];
        for (size_t i = 0; i < g->count; i++) {
            labels[i] = g->mask[i] ? class_index : labels[i];
        }
    }
    return divide_back(g, true, labels, err) && divide_back(g, false, labels, err);
}

/* One piece, no holes; psoas and vertebra are opened too (the back muscles were). */
static bool tidy(growth *g, size_t class_index, uint8_t *labels, myo_error *err) {
    size_t opened = 0;
    for (size_t i = 0; i < g->count; i++) {
        g->mask[i] = labels[i] == class_index;
    }
    if (class_index >= MYO_PROPOSAL_PSOAS_LEFT) {
        memcpy(g->medial, g->mask, g->count);
        if (!open_mask(g, g->medial, err)) {
            return false;
        }
        for (size_t i = 0; i < g->count; i++) {
            opened += g->medial[i];
        }
        memcpy(g->mask, opened ? g->medial : g->mask, g->count);
    }
    if (!myo_mask_keep_largest(g->mask, g->columns, g->rows, err) ||
        !myo_mask_fill_holes(g->mask, g->columns, g->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < g->count; i++) {
        if (labels[i] == class_index || labels[i] == MYO_PROPOSAL_BACKGROUND) {
            labels[i] = g->mask[i] ? (uint8_t)class_index : MYO_PROPOSAL_BACKGROUND;
        }
    }
    return true;
}

bool decide_regions(const decide_input *input, uint8_t *labels, myo_error *err) {
    growth g = {.input = input,
                .columns = input->posterior->columns,
                .rows = input->posterior->rows,
                .count = input->posterior->columns * input->posterior->rows};
    bool done = growth_allocate(&g, err);
    if (done) {
        sum_groups(&g);
        memset(g.group, NO_GROUP, g.count);
    }
    for (size_t n = DECIDE_GROUPS; done && n-- > 0;) { /* the vertebra comes first */
        done = find_core(&g, n, err);
        if (done) {
            grow(&g, n);
        }
    }
    done = done && label_groups(&g, labels, err);
    for (size_t k = 1; done && k < MYO_PROPOSAL_CLASSES; k++) {
        done = tidy(&g, k, labels, err);
    }
    growth_clear(&g);
    return done;
}
