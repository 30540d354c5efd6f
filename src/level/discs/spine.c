/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The discs of a sagittal series: probabilities, candidates, chain, names. */
#include "level/discs/discs_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Discs from L5/S1 upwards. */
static const char *const names[] = {"L5/S1",  "L4/5",   "L3/4",  "L2/3", "L1/2", "T12/L1",
                                    "T11/12", "T10/11", "T9/10", "T8/9", "T7/8", "T6/7",
                                    "T5/6",   "T4/5",   "T3/4",  "T2/3", "T1/2", "C7/T1"};
#define NAME_COUNT (sizeof names / sizeof names[0])

/* Counting from the sacrum assumes five lumbar vertebrae; so many people have them (a lumbosacral
 * transitional vertebra is found in about 12 %, with a wrong count in part of them: G.P. Konin &
 * D.M. Walz, AJNR 31:1778-1786, 2010). No count can be surer than this. */
#define COUNT_CONFIDENCE_MAX 0.95
#define SEEN_FULLY 0.7        /* probability from which a disc counts as seen */
#define INTERPOLATED_SEEN 0.4 /* a disc that was not seen counts like this */
#define SURE_MIN 0.8          /* a count less sure than this is a sign of its own */
#define DISCS_MIN 4

/* What signs leave of the confidence of the count. */
#define SACRUM_SEEN_MIN 0.5 /* probability below L5/S1 from which the sacrum counts as seen */
#define NO_SACRUM_FACTOR 0.4
#define TRANSITIONAL_FACTOR 0.7
#define FEW_DISCS_FACTOR 0.5

static void name_discs(const discs_volume *v, const discs_chain *chain, myo_spine *out) {
    myo_vec3 normal = myo_geometry_normal(&v->geometry);
    size_t last = chain->lumbosacral < chain->count ? chain->lumbosacral : chain->count - 1;
    for (size_t i = 0; i <= last; i++) {
        size_t number = chain->lumbosacral - i;
        if (number >= NAME_COUNT) {
            continue;
        }
        const discs_link *link = &chain->links[i];
        myo_vec3 centre = myo_geometry_to_patient(&v->geometry, link->at.x_mm / DISCS_STEP_MM,
                                                  link->at.y_mm / DISCS_STEP_MM);
        double off = link->at.offset_mm - v->offset_mm[0];
        centre.x += off * normal.x;
        centre.y += off * normal.y;
        centre.z += off * normal.z;
        double seen = link->interpolated
                          ? INTERPOLATED_SEEN
                          : fmin((link->at.disc + link->at.lumbosacral) / SEEN_FULLY, 1.0);
        out->discs[out->count++] = (myo_disc){.name = names[number],
                                              .centre_mm = centre,
                                              .confidence = seen * out->count_confidence,
                                              .interpolated = link->interpolated};
        out->signs |= link->interpolated ? MYO_SPINE_GAP : 0u;
    }
}

static void describe_count(const discs_chain *chain, myo_spine *out) {
    out->count_confidence = chain->count_confidence * COUNT_CONFIDENCE_MAX;
    out->other_shift = chain->other_shift;
    out->other_confidence = chain->other_confidence;
    if (chain->lumbosacral == chain->count ||
        chain->links[chain->lumbosacral].at.sacrum_below < SACRUM_SEEN_MIN) {
        out->signs |= MYO_SPINE_NO_SACRUM;
        out->count_confidence *= NO_SACRUM_FACTOR;
    }
    if (chain->count_confidence < SURE_MIN) {
        out->signs |= MYO_SPINE_SACRUM_UNSURE;
    }
    if (chain->transitional) {
        out->signs |= MYO_SPINE_TRANSITIONAL;
        out->count_confidence *= TRANSITIONAL_FACTOR;
    }
    if (chain->count < DISCS_MIN) {
        out->signs |= MYO_SPINE_FEW_DISCS;
        out->count_confidence *= FEW_DISCS_FACTOR;
    }
}

bool discs_find_with_model(const discs_model *model, const myo_image *const *slices, size_t count,
                           myo_spine *out, myo_error *err) {
    *out = (myo_spine){0};
    discs_volume volume = {0};
    discs_candidate candidates[DISCS_CANDIDATES_MAX];
    size_t candidate_count = 0;
    bool done = discs_volume_create(model, slices, count, &volume, err) &&
                discs_find_candidates(&volume, candidates, &candidate_count, err);
    if (done && candidate_count > 0) {
        discs_chain chain;
        discs_find_chain(&volume, candidates, candidate_count, &chain);
        discs_place_links(&volume, &chain);
        describe_count(&chain, out);
        name_discs(&volume, &chain, out);
    }
    discs_volume_clear(&volume);
    return done;
}

bool myo_spine_find(const myo_image *const *slices, size_t count, myo_spine *out, myo_error *err) {
    discs_model model;
    if (!discs_model_open(&model, err)) {
        return false;
    }
    bool done = discs_find_with_model(&model, slices, count, out, err);
    discs_model_close(&model);
    return done;
}
