/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Region growing by attenuation from proposed outlines. Multifidus and erector spinae of a side grow
 * as one, since what is between them is not what surrounds them; new pixels join the nearer one.
 */
#include "segment/ct/refine_private.h"

#include "base/memory.h"
#include "image/filter.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How far from a proposed outline the true one may lie. */
#define OUTSIDE_MM 5.0
#define INSIDE_MM 4.0
/* Fat up to this width between bundles of muscle is inside the muscle. */
#define CLOSE_MM 4.0
/* What is thinner is fascia, skin or the neighbour's. */
#define OPEN_MM 2.0
#define SMOOTH_SIGMA_MM 0.7
#define FAR 1e6f

/* Groups that grow as one. */
static const struct {
    myo_structure structures[2];
    myo_side side;
} groups[] = {{{MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE}, MYO_LEFT},
              {{MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE}, MYO_RIGHT},
              {{MYO_PSOAS_MAJOR, MYO_PSOAS_MAJOR}, MYO_LEFT},
              {{MYO_PSOAS_MAJOR, MYO_PSOAS_MAJOR}, MYO_RIGHT}};
#define GROUP_COUNT (sizeof groups / sizeof groups[0])

typedef struct scratch {
    size_t columns, rows, count;
    double pixel_mm;
    float *smooth;      /* HU */
    float *distance;    /* mm, of the mask at work */
    float *first, *second;
    uint8_t *own, *mask, *core;
} scratch;

static void scratch_clear(scratch *s) {
    free(s->smooth);
    free(s->distance);
    free(s->first);
    free(s->second);
    free(s->own);
    free(s->mask);
    free(s->core);
}

static bool scratch_create(scratch *s, const myo_image *hu, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    *s = (scratch){.columns = g->columns, .rows = g->rows, .count = g->columns * g->rows};
    s->pixel_mm = sqrt(myo_geometry_pixel_area_mm2(g));
    s->smooth = myo_alloc_array(s->count, sizeof(float), err);
    s->distance = myo_alloc_array(s->count, sizeof(float), err);
    s->first = myo_alloc_array(s->count, sizeof(float), err);
    s->second = myo_alloc_array(s->count, sizeof(float), err);
    s->own = myo_alloc_array(s->count, 1, err);
    s->mask = myo_alloc_array(s->count, 1, err);
    s->core = myo_alloc_array(s->count, 1, err);
    if (!s->smooth || !s->distance || !s->first || !s->second || !s->own || !s->mask || !s->core) {
        return false;
    }
    memcpy(s->smooth, myo_image_get_const_pixels(hu), s->count * sizeof(float));
    myo_grid grid = {s->smooth, s->columns, s->rows};
    myo_filter_gaussian(&grid, SMOOTH_SIGMA_MM / g->column_spacing_mm,
                        SMOOTH_SIGMA_MM / g->row_spacing_mm, &grid, s->distance);
    return true;
}

/* Signed distance of a mask in mm. */
static bool measure(const scratch *s, const uint8_t *mask, float *distance, myo_error *err) {
    if (!myo_mask_signed_distance(mask, s->columns, s->rows, FAR, distance, err)) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        distance[i] *= (float)s->pixel_mm;
    }
    return true;
}

/* Sets `mask` to what lies within `grow` mm of it (less than 0: shrinks it). */
static bool resize(scratch *s, uint8_t *mask, double grow, myo_error *err) {
    if (!measure(s, mask, s->distance, err)) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        mask[i] = s->distance[i] <= (float)grow;
    }
    return true;
}

static bool is_muscle(const scratch *s, size_t i) {
    return s->smooth[i] >= CT_MUSCLE_LOW_HU && s->smooth[i] <= CT_MUSCLE_HIGH_HU;
}

/* Keeps the pieces of the mask that touch the core. */
static bool keep_with_core(scratch *s, myo_error *err) {
    size_t start = s->count;
    for (size_t i = 0; i < s->count && start == s->count; i++) {
        start = s->core[i] && s->mask[i] ? i : start;
    }
    return start == s->count || myo_mask_keep_heaviest(s->mask, s->first, s->columns, s->rows, err);
}

/* The mask of one group: from its proposed pixels (`own`) to what the attenuations say. */
static bool grow(scratch *s, const uint16_t *labels, myo_error *err) {
    if (!measure(s, s->own, s->first, err)) {
        return false;
    }
    memcpy(s->second, s->first, s->count * sizeof(float)); /* distance from the proposal */
    for (size_t i = 0; i < s->count; i++) {
        bool free_pixel = labels[i] == 0 || s->own[i];
        bool near = s->second[i] <= (float)OUTSIDE_MM;
        s->core[i] = s->second[i] <= (float)-INSIDE_MM;
        s->mask[i] = free_pixel && near && (s->core[i] || is_muscle(s, i));
        s->first[i] = s->core[i] ? 1.0f : 0.0f;
    }
    if (!keep_with_core(s, err)) {
        return false;
    }
    if (!resize(s, s->mask, CLOSE_MM, err) || !resize(s, s->mask, -CLOSE_MM, err)) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        bool bone = s->smooth[i] > CT_BONE_LOW_HU && !s->core[i];
        s->mask[i] = s->mask[i] && !bone && (labels[i] == 0 || s->own[i]) &&
                     s->second[i] <= (float)OUTSIDE_MM;
    }
    return myo_mask_open(s->mask, s->columns, s->rows, OPEN_MM / s->pixel_mm, err) &&
           myo_mask_keep_largest(s->mask, s->columns, s->rows, err) &&
           myo_mask_fill_holes(s->mask, s->columns, s->rows, err);
}

/* Gives the pixels of the mask to the nearer of the group's structures. */
static bool assign(scratch *s, size_t group, uint16_t *labels, myo_error *err) {
    uint16_t value[2];
    for (int k = 0; k < 2; k++) {
        value[k] = myo_structure_get(groups[group].structures[k])->label[groups[group].side];
        for (size_t i = 0; i < s->count; i++) {
            s->core[i] = labels[i] == value[k];
        }
        if (!measure(s, s->core, k == 0 ? s->first : s->second, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < s->count; i++) {
        if (s->mask[i] && (labels[i] == 0 || s->own[i])) {
            labels[i] = s->first[i] <= s->second[i] ? value[0] : value[1];
        } else if (s->own[i]) {
            labels[i] = 0;
        }
    }
    return true;
}

bool ct_refine(const myo_image *hu, myo_labels *labels, myo_error *err) {
    scratch s;
    uint16_t *pixels = myo_labels_get_pixels(labels);
    bool done = scratch_create(&s, hu, err);
    for (size_t g = 0; done && g < GROUP_COUNT; g++) {
        size_t found = 0;
        for (size_t i = 0; i < s.count; i++) {
            myo_structure structure;
            myo_side side;
            s.own[i] = myo_structure_from_label(pixels[i], &structure, &side) &&
                       side == groups[g].side &&
                       (structure == groups[g].structures[0] || structure == groups[g].structures[1]);
            found += s.own[i];
        }
        done = found == 0 || (grow(&s, pixels, err) && assign(&s, g, pixels, err));
    }
    scratch_clear(&s);
    return done;
}
