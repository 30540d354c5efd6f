/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Muscles of the lower back on CT. A segmenter for T2-weighted MR proposes on the slice in its
 * contrast (t2_like.c), and a tissue map, where there is one, says which muscle is where
 * (proposal.c); the attenuations decide: each muscle grows, from what is surely its own, over what
 * has the attenuation of muscle close to its proposed outline, and keeps the fat within.
 */
#include "segment/ct/divide_private.h"
#include "segment/ct/proposal_private.h"
#include "segment/ct/refine_private.h"
#include "segment/ct/t2_like_private.h"
#include "segment/segmenters_private.h"
#include <myotome/segment.h>

#include "base/memory.h"
#include "image/orient.h"

#include <stdlib.h>
#include <string.h>

const char *myo_segment_ct_version(void) {
    return "5";
}

/* What was outlined belongs to the slice in its stored order again; fat is separated in HU. */
static bool finish(const myo_image *stored, myo_image *canonical, const myo_labels *labels,
                   myo_outlines *out, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(stored);
    return myo_orient_labels_back(myo_labels_get_const_pixels(labels), g, &out->labels, err) &&
           myo_orient_image_back(canonical, g, &out->corrected, err);
}

/* Bone shows the vertebra better than the proposal does. */
static bool replace_vertebra(const myo_image *hu, const double canal[2], double size,
                             myo_labels *labels, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    uint8_t *mask = myo_alloc_array(g->columns * g->rows, sizeof *mask, err);
    bool done = mask && ct_outline_vertebra(hu, canal, size, mask, err);
    uint16_t value = myo_structure_get(MYO_VERTEBRAL_REFERENCE)->label[MYO_LEFT];
    uint16_t *pixels = myo_labels_get_pixels(labels);
    for (size_t i = 0; done && i < g->columns * g->rows; i++) {
        pixels[i] = mask[i] ? value : pixels[i] == value ? 0 : pixels[i];
    }
    free(mask);
    return done;
}

/* Column of the midline: that of the canal, or without it that of the image's middle. */
static double middle_column(const myo_geometry *g, const double canal[2]) {
    return canal ? canal[0] : 0.5 * (double)(g->columns - 1);
}

/* Gluteal muscles reach up to the lumbar levels; they are measured at landmarks of their own. */
static void drop_glutei(uint16_t *labels, size_t count) {
    for (size_t i = 0; i < count; i++) {
        myo_structure structure;
        myo_side side;
        if (myo_structure_from_label(labels[i], &structure, &side) &&
            (structure == MYO_GLUTEUS_MAXIMUS || structure == MYO_GLUTEUS_MEDIUS)) {
            labels[i] = 0;
        }
    }
}

/* The map is sure of an outline as far as it agrees with it; of multifidus the segmenter for MR is,
 * which alone tells it from erector spinae. Flags are those of the final outlines. */
static void judge(const myo_tissue_map *map, const myo_geometry *g, double middle,
                  myo_outlines *outlines) {
    const uint32_t kept = MYO_FLAG_LEAK | MYO_FLAG_LOW_CONFIDENCE;
    if (map) {
        double sure[MYO_SIDE_COUNT];
        memcpy(sure, outlines->confidence[MYO_MULTIFIDUS], sizeof sure);
        ct_expect_dice(map, g, middle, myo_labels_get_const_pixels(outlines->labels),
                       outlines->confidence);
        memcpy(outlines->confidence[MYO_MULTIFIDUS], sure, sizeof sure);
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            double confidence = outlines->confidence[s][side];
            uint32_t *flags = &outlines->flags[s][side];
            bool mapped = map && s != MYO_MULTIFIDUS && s != MYO_VERTEBRAL_REFERENCE;
            *flags = mapped ? 0 : *flags & kept;
            if (mapped && confidence > 0.0 && confidence < CT_CONFIDENCE_MIN) {
                *flags |= MYO_FLAG_LOW_CONFIDENCE;
            }
        }
    }
    myo_segment_check(outlines->labels, outlines->flags);
}

/* Outlines on the slice in the canonical frame: `proposed` becomes what is found. */
static bool outline(const myo_image *hu, const myo_tissue_mapper *mapper, const double canal[2],
                    double size, myo_outlines *proposed, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    uint16_t *labels = myo_labels_get_pixels(proposed->labels);
    myo_tissue_map map = {0};
    bool done = (!canal || replace_vertebra(hu, canal, size, proposed->labels, err)) &&
                (!mapper || (myo_tissue_map_slice(mapper, hu, &map, err) &&
                             ct_propose(&map, hu, middle_column(g, canal), labels, err))) &&
                ct_divide(hu, labels, err) && ct_refine(hu, canal, labels, err);
    if (done) {
        ct_clear_taken(labels, g->columns * g->rows);
        drop_glutei(labels, g->columns * g->rows);
        judge(mapper ? &map : NULL, g, middle_column(g, canal), proposed);
        done = ct_flag_artefacts(hu, labels, proposed->flags, err);
    }
    myo_tissue_map_clear(&map);
    return done;
}

bool myo_segment_ct_lumbar(const myo_segmenter *segmenter, const double *values,
                           const myo_tissue_mapper *mapper, const myo_image *hu,
                           const myo_vec3 *canal_mm, double size, myo_outlines *out,
                           myo_error *err) {
    myo_image *canonical = NULL, *t2_like = NULL;
    myo_outlines proposed = {0}, result = {0};
    double canal[2], distance;
    if (!(myo_geometry_pixel_area_mm2(myo_image_get_geometry(hu)) > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING,
                             "pixel spacing is missing or zero: no areas can be measured");
    }
    bool done = myo_orient_to_canonical(hu, &canonical, err);
    if (done && canal_mm) {
        myo_geometry_from_patient(myo_image_get_geometry(canonical), *canal_mm, &canal[0],
                                  &canal[1], &distance);
    }
    done = done && ct_t2_like(canonical, canal_mm ? canal : NULL, &t2_like, err) &&
           segment_slice_of(segmenter, t2_like, MYO_MODALITY_CT, values, &proposed, err) &&
           outline(canonical, mapper, canal_mm ? canal : NULL, size, &proposed, err) &&
           finish(hu, canonical, proposed.labels, &result, err);
    if (done) {
        memcpy(result.confidence, proposed.confidence, sizeof result.confidence);
        memcpy(result.flags, proposed.flags, sizeof result.flags);
        *out = result;
    } else {
        myo_outlines_clear(&result);
    }
    myo_outlines_clear(&proposed);
    myo_image_destroy(canonical);
    myo_image_destroy(t2_like);
    return done;
}
