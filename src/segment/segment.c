/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of built-in segmenters, and running one on a slice. */
#include "base/memory.h"
#include "image/bias.h"
#include "image/orient.h"
#include "segment/segmenters_private.h"

#include <stdlib.h>
#include <string.h>

static const myo_segmenter *const builtins[] = {&myo_segment_region};

const myo_segmenter *const *myo_segmenter_builtins(size_t *count) {
    *count = sizeof builtins / sizeof builtins[0];
    return builtins;
}

/* Everything of a slice in the canonical frame. */
typedef struct canonical {
    myo_image *intensity, *corrected;
    uint16_t *labels;
    double *defaults; /* parameter values, when the caller gave none */
    myo_bias bias;
} canonical;

static void canonical_clear(canonical *c) {
    myo_image_destroy(c->intensity);
    myo_image_destroy(c->corrected);
    free(c->labels);
    free(c->defaults);
}

/* The slice in the canonical frame, as it is and without its bias field. */
static bool canonical_correct(canonical *c, const myo_image *image, myo_error *err) {
    if (!myo_orient_to_canonical(image, &c->intensity, err) ||
        !myo_image_create_copy(c->intensity, &c->corrected, err) ||
        !myo_bias_estimate(c->intensity, &c->bias, err)) {
        return false;
    }
    myo_bias_apply(&c->bias, c->intensity, c->corrected);
    return true;
}

static bool canonical_prepare(canonical *c, const myo_segmenter *segmenter, const myo_image *image,
                              myo_error *err) {
    if (!canonical_correct(c, image, err)) {
        return false;
    }
    const myo_geometry *geometry = myo_image_get_geometry(c->intensity);
    c->labels = myo_alloc_array(geometry->columns * geometry->rows, sizeof(uint16_t), err);
    c->defaults = myo_alloc_array(segmenter->info.parameter_count, sizeof(double), err);
    if (!c->labels || !c->defaults) {
        return false;
    }
    for (size_t i = 0; i < segmenter->info.parameter_count; i++) {
        c->defaults[i] = segmenter->info.parameters[i].default_value;
    }
    return true;
}

static bool run_segmenter(const myo_segmenter *segmenter, myo_modality modality,
                          const double *values, canonical *c, myo_outlines *out, myo_error *err) {
    const myo_geometry *geometry = myo_image_get_geometry(c->intensity);
    myo_slice slice = {.struct_size = sizeof slice,
                       .columns = geometry->columns,
                       .rows = geometry->rows,
                       .column_spacing_mm = geometry->column_spacing_mm,
                       .row_spacing_mm = geometry->row_spacing_mm,
                       .intensity = myo_image_get_const_pixels(c->intensity),
                       .corrected = myo_image_get_const_pixels(c->corrected),
                       .air_level = c->bias.dark_level,
                       .fat_level = c->bias.dark_level + c->bias.body_level,
                       .modality = modality};
    myo_segmentation result = {.struct_size = sizeof result, .labels = c->labels};
    if (!segmenter->segment(&slice, values ? values : c->defaults, &result, err)) {
        return false;
    }
    memcpy(out->confidence, result.confidence, sizeof out->confidence);
    memcpy(out->flags, result.flags, sizeof out->flags);
    return true;
}

static bool can_be_measured(const myo_geometry *stored, myo_error *err) {
    if (!(myo_geometry_pixel_area_mm2(stored) > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING,
                             "pixel spacing is missing or zero: no areas can be measured");
    }
    return myo_geometry_plane(stored) == MYO_PLANE_AXIAL ||
           myo_error_set(err, MYO_E_ARGUMENT, "the slice is not axial but %s",
                         myo_plane_name(myo_geometry_plane(stored)));
}

bool segment_slice_of(const myo_segmenter *segmenter, const myo_image *image, myo_modality modality,
                      const double *values, myo_outlines *out, myo_error *err) {
    const myo_geometry *stored = myo_image_get_geometry(image);
    if (!can_be_measured(stored, err)) {
        return false;
    }
    canonical c = {0};
    myo_outlines outlines = {0};
    bool done = canonical_prepare(&c, segmenter, image, err) &&
                run_segmenter(segmenter, modality, values, &c, &outlines, err) &&
                myo_orient_labels_back(c.labels, stored, &outlines.labels, err) &&
                myo_orient_image_back(c.corrected, stored, &outlines.corrected, err);
    canonical_clear(&c);
    if (!done) {
        myo_outlines_clear(&outlines);
        return false;
    }
    myo_segment_check(outlines.labels, outlines.flags);
    *out = outlines;
    return true;
}

bool myo_segment_slice(const myo_segmenter *segmenter, const myo_image *image, const double *values,
                       myo_outlines *out, myo_error *err) {
    return segment_slice_of(segmenter, image, MYO_MODALITY_MR, values, out, err);
}

bool myo_segment_nothing(const myo_image *image, bool is_hu, myo_outlines *out, myo_error *err) {
    const myo_geometry *stored = myo_image_get_geometry(image);
    canonical c = {0};
    myo_outlines outlines = {0};
    bool done = can_be_measured(stored, err) && myo_labels_create(stored, &outlines.labels, err);
    if (done && is_hu) {
        done = myo_image_create_copy(image, &outlines.corrected, err);
    } else if (done) {
        done = canonical_correct(&c, image, err) &&
               myo_orient_image_back(c.corrected, stored, &outlines.corrected, err);
    }
    canonical_clear(&c);
    if (!done) {
        myo_outlines_clear(&outlines);
        return false;
    }
    myo_segment_check(outlines.labels, outlines.flags);
    *out = outlines;
    return true;
}

void myo_outlines_clear(myo_outlines *outlines) {
    myo_labels_destroy(outlines->labels);
    myo_image_destroy(outlines->corrected);
    *outlines = (myo_outlines){0};
}
