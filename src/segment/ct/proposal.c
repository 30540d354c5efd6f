/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "segment/ct/proposal_private.h"
#include "segment/ct/refine_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_MIN_MM2 60.0 /* smaller pieces are errors of the map */
/* Of two proposals that mean the same: of all they propose, or of what has the attenuation of
 * muscle */
#define AGREED_DICE 0.8
#define AGREED_MUSCLE_DICE 0.88
#define FAR 1e6f

/* What a tissue proposes. Multifidus and erector spinae are one on the map. */
typedef enum role { ROLE_NONE, ROLE_TAKEN, ROLE_MUSCLE } role;
static const struct {
    role role;
    myo_structure structure;
    bool many_pieces; /* of one side */
} roles[MYO_TISSUE_COUNT] = {
    [MYO_TISSUE_PSOAS_MAJOR] = {ROLE_MUSCLE, MYO_PSOAS_MAJOR, false},
    [MYO_TISSUE_QUADRATUS_LUMBORUM] = {ROLE_MUSCLE, MYO_QUADRATUS_LUMBORUM, false},
    [MYO_TISSUE_BACK_MUSCLES] = {ROLE_MUSCLE, MYO_ERECTOR_SPINAE, false},
    [MYO_TISSUE_ABDOMINAL_WALL] = {ROLE_MUSCLE, MYO_ABDOMINAL_WALL, true},
    [MYO_TISSUE_GLUTEUS_MAXIMUS] = {ROLE_MUSCLE, MYO_GLUTEUS_MAXIMUS, false},
    [MYO_TISSUE_GLUTEUS_MEDIUS] = {ROLE_MUSCLE, MYO_GLUTEUS_MEDIUS, false},
    [MYO_TISSUE_GLUTEUS_MINIMUS] = {ROLE_TAKEN, MYO_STRUCTURE_COUNT, false},
    [MYO_TISSUE_ILIACUS] = {ROLE_TAKEN, MYO_STRUCTURE_COUNT, false},
    [MYO_TISSUE_KIDNEY] = {ROLE_TAKEN, MYO_STRUCTURE_COUNT, false},
};

static void find_most_probable(const myo_tissue_map *map, const myo_geometry *g, uint8_t *out) {
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        float most = ct_map_at(map, g, i, MYO_TISSUE_OTHER);
        out[i] = MYO_TISSUE_OTHER;
        for (int t = 1; t < MYO_TISSUE_COUNT && most < 0.5f; t++) {
            float p = ct_map_at(map, g, i, (myo_tissue)t);
            if (p > most) {
                most = p;
                out[i] = (uint8_t)t;
            }
        }
    }
}

/* Leaves the largest piece of a mask, or all that are no error. */
static bool keep_pieces(const myo_geometry *g, bool many, uint8_t *mask, myo_error *err) {
    if (!many) {
        return myo_mask_keep_largest(mask, g->columns, g->rows, err) &&
               myo_mask_fill_holes(mask, g->columns, g->rows, err);
    }
    size_t smallest = (size_t)(PIECE_MIN_MM2 / myo_geometry_pixel_area_mm2(g));
    return myo_mask_drop_small(mask, g->columns, g->rows, smallest, err);
}

/* Divides the back muscles of a side (`mask`) by what lies nearer: the multifidus or the erector
 * spinae that were proposed in `before`. */
static bool divide_back(const myo_geometry *g, const uint8_t *mask, const uint16_t *before,
                        myo_side side, uint16_t *labels, myo_error *err) {
    static const myo_structure parts[2] = {MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE};
    size_t count = g->columns * g->rows;
    float *distance[2] = {myo_alloc_array(count, sizeof(float), err),
                          myo_alloc_array(count, sizeof(float), err)};
    uint8_t *part = myo_alloc_array(count, 1, err);
    bool done = distance[0] && distance[1] && part;
    for (int k = 0; done && k < 2; k++) {
        for (size_t i = 0; i < count; i++) {
            part[i] = before[i] == myo_structure_get(parts[k])->label[side];
        }
        done = myo_mask_signed_distance(part, g->columns, g->rows, FAR, distance[k], err);
    }
    for (size_t i = 0; done && i < count; i++) {
        if (mask[i]) {
            myo_structure nearer = distance[0][i] < distance[1][i] ? parts[0] : parts[1];
            labels[i] = myo_structure_get(nearer)->label[side];
        }
    }
    free(distance[0]);
    free(distance[1]);
    free(part);
    return done;
}

/* Whether a label is one that a tissue proposes on a side; the back muscles have two. */
static bool is_proposed(uint16_t label, myo_tissue tissue, myo_side side) {
    myo_structure structure = roles[tissue].structure;
    myo_structure other = structure == MYO_ERECTOR_SPINAE ? MYO_MULTIFIDUS : structure;
    return label == myo_structure_get(structure)->label[side] ||
           label == myo_structure_get(other)->label[side];
}

/* Where the other method proposes nearly the same, its outline is taken, which is finer than the
 * map; but not what the map gives to others. The map easily loses the fat of a muscle that is
 * mostly fat: then it is enough that both closely agree on what is no fat. */
static void prefer_agreed(const float *hu, const uint16_t *before, const uint16_t *labels,
                          myo_tissue tissue, myo_side side, size_t count, uint8_t *mask) {
    double both[2] = {0.0}, all[2] = {0.0}; /* of all, and of muscle */
    for (size_t i = 0; i < count; i++) {
        bool other = labels[i] == 0 && is_proposed(before[i], tissue, side);
        for (int k = 0; k <= (int)ct_is_muscle(hu[i]); k++) {
            both[k] += other && mask[i];
            all[k] += other + mask[i];
        }
    }
    bool agreed =
        2.0 * both[0] >= AGREED_DICE * all[0] || 2.0 * both[1] >= AGREED_MUSCLE_DICE * all[1];
    for (size_t i = 0; i < count && agreed; i++) {
        mask[i] = labels[i] == 0 && is_proposed(before[i], tissue, side);
    }
}

static bool propose_side(const myo_image *hu, const uint8_t *tissue, myo_tissue wanted,
                         double middle_column, myo_side side, const uint16_t *before, uint8_t *mask,
                         uint16_t *labels, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    size_t count = g->columns * g->rows, found = 0;
    for (size_t i = 0; i < count; i++) {
        mask[i] = tissue[i] == wanted && labels[i] == 0 && ct_side_of(g, middle_column, i) == side;
        found += mask[i];
    }
    if (found == 0) {
        return true;
    }
    if (!keep_pieces(g, roles[wanted].many_pieces, mask, err)) {
        return false;
    }
    prefer_agreed(myo_image_get_const_pixels(hu), before, labels, wanted, side, count, mask);
    if (wanted == MYO_TISSUE_BACK_MUSCLES) {
        return divide_back(g, mask, before, side, labels, err);
    }
    for (size_t i = 0; i < count; i++) {
        labels[i] = mask[i] ? myo_structure_get(roles[wanted].structure)->label[side] : labels[i];
    }
    return true;
}

bool ct_propose(const myo_tissue_map *map, const myo_image *hu, double middle_column,
                uint16_t *labels, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    size_t count = g->columns * g->rows;
    uint8_t *tissue = myo_alloc_array(count, 1, err), *mask = myo_alloc_array(count, 1, err);
    uint16_t *before = myo_alloc_array(count, sizeof *before, err);
    uint16_t reference = myo_structure_get(MYO_VERTEBRAL_REFERENCE)->label[MYO_LEFT];
    bool done = tissue && mask && before;
    if (done) {
        find_most_probable(map, g, tissue);
        memcpy(before, labels, count * sizeof *before);
    }
    for (size_t i = 0; done && i < count; i++) {
        labels[i] = before[i] == reference                ? reference
                    : roles[tissue[i]].role == ROLE_TAKEN ? CT_TAKEN_LABEL
                                                          : 0;
    }
    for (int t = 0; done && t < MYO_TISSUE_COUNT; t++) {
        for (int side = 0; done && side < MYO_SIDE_COUNT && roles[t].role == ROLE_MUSCLE; side++) {
            done = propose_side(hu, tissue, (myo_tissue)t, middle_column, (myo_side)side, before,
                                mask, labels, err);
        }
    }
    free(tissue);
    free(mask);
    free(before);
    return done;
}

void ct_clear_taken(uint16_t *labels, size_t count) {
    for (size_t i = 0; i < count; i++) {
        labels[i] = labels[i] == CT_TAKEN_LABEL ? 0 : labels[i];
    }
}

void ct_expect_dice(const myo_tissue_map *map, const myo_geometry *g, double middle_column,
                    const uint16_t *labels, double (*confidence)[MYO_SIDE_COUNT]) {
    for (int t = 0; t < MYO_TISSUE_COUNT; t++) {
        double both[MYO_SIDE_COUNT] = {0.0}, all[MYO_SIDE_COUNT] = {0.0};
        for (size_t i = 0; roles[t].role == ROLE_MUSCLE && i < g->columns * g->rows; i++) {
            double p = (double)ct_map_at(map, g, i, (myo_tissue)t);
            myo_side side = ct_side_of(g, middle_column, i);
            for (int k = 0; k < MYO_SIDE_COUNT; k++) {
                bool own = is_proposed(labels[i], (myo_tissue)t, (myo_side)k);
                both[k] += own ? 2.0 * p : 0.0;
                all[k] += (own ? 1.0 : 0.0) + ((int)side == k ? p : 0.0);
            }
        }
        for (int k = 0; roles[t].role == ROLE_MUSCLE && k < MYO_SIDE_COUNT; k++) {
            confidence[roles[t].structure][k] = all[k] > 0.0 ? fmin(both[k] / all[k], 1.0) : 0.0;
        }
    }
}
