/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Muscles of the lower back on CT. A segmenter for T2-weighted MR proposes on the slice in its
 * contrast (t2_like.c); the attenuations decide: each muscle grows, from what is surely its own,
 * over what has the attenuation of muscle close to its proposed outline, and keeps the fat within.
 */
#include "segment/ct/refine_private.h"
#include "segment/ct/t2_like_private.h"

#include "base/memory.h"
#include "image/orient.h"

#include <stdlib.h>
#include <string.h>

const char *myo_segment_ct_version(void) {
    return "1";
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

bool myo_segment_ct_lumbar(const myo_segmenter *segmenter, const double *values,
                           const myo_image *hu, const myo_vec3 *canal_mm, double size,
                           myo_outlines *out, myo_error *err) {
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
           myo_segment_slice(segmenter, t2_like, values, &proposed, err) &&
           (!canal_mm || replace_vertebra(canonical, canal, size, proposed.labels, err)) &&
           ct_refine(canonical, canal_mm ? canal : NULL, proposed.labels, err) &&
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
