/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fitting of the disc finder's prior (Python) calls: the finder's own steps, one by one.
 * For development only; nothing of it is installed.
 *
 * Grids and planes that a function fills belong to the caller, who releases their pixels with
 * probe_free(). A function that returns false leaves its reason in probe_message().
 */
#include "boosting/common.h"
#include "level/discs/discs_private.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The view of a slice whose columns grow to the back and rows to the feet. */
PROBE_API bool probe_view(const float *pixels, size_t columns, size_t rows, double spacing_mm,
                          myo_grid *out);
/* Maps of stage 0, or of stage 1 when a prior is given. */
PROBE_API bool probe_maps(const discs_model *model, const myo_grid *view, myo_planes *out);
/* Opens a prior that lies in memory and stays there as long. */
PROBE_API discs_model *probe_open(const void *data, size_t size);
PROBE_API void probe_close(discs_model *model);
PROBE_API bool probe_classify(const discs_model *model, const myo_grid *view, bool both,
                              myo_planes *out);

/* Finds the discs on `count` slices of one size (slice by slice, columns to the back and rows to
 * the feet, the first pixel at position x, y, z) at x positions `offsets`. */
PROBE_API bool probe_find(const discs_model *model, const float *pixels, size_t count,
                          size_t columns, size_t rows, double spacing_mm, const double *offsets,
                          const double *position, myo_spine *out);

bool probe_view(const float *pixels, size_t columns, size_t rows, double spacing_mm,
                myo_grid *out) {
    myo_error err = {0};
    myo_geometry geometry = {.columns = columns,
                             .rows = rows,
                             .column_spacing_mm = spacing_mm,
                             .row_spacing_mm = spacing_mm,
                             .row_cosine = {0.0, 1.0, 0.0},
                             .column_cosine = {0.0, 0.0, -1.0}};
    myo_image *image = NULL;
    discs_view view = {0};
    bool done = myo_image_create(&geometry, &image, &err);
    if (done) {
        memcpy(myo_image_get_pixels(image), pixels, columns * rows * sizeof *pixels);
        done = discs_view_create(image, &view, &err);
        *out = view.pixels;
    }
    myo_image_destroy(image);
    return probe_finish(done, &err);
}

bool probe_maps(const discs_model *model, const myo_grid *view, myo_planes *out) {
    myo_error err = {0};
    myo_planes first = {0};
    bool done = (!model || discs_classify(model, view, false, &first, &err)) &&
                discs_maps(view, model ? &first : NULL, out, &err);
    myo_planes_clear(&first);
    return probe_finish(done, &err);
}

discs_model *probe_open(const void *data, size_t size) {
    myo_error err = {0};
    discs_model *model = myo_alloc_array(1, sizeof *model, &err);
    if (model && !discs_model_parse(data, size, "prior", model, &err)) {
        free(model);
        model = NULL;
    }
    probe_finish(model != NULL, &err);
    return model;
}

void probe_close(discs_model *model) {
    if (model) {
        discs_model_close(model);
        free(model);
    }
}

bool probe_classify(const discs_model *model, const myo_grid *view, bool both, myo_planes *out) {
    myo_error err = {0};
    return probe_finish(discs_classify(model, view, both, out, &err), &err);
}

bool probe_find(const discs_model *model, const float *pixels, size_t count, size_t columns,
                size_t rows, double spacing_mm, const double *offsets, const double *position,
                myo_spine *out) {
    myo_error err = {0};
    myo_image **images = myo_alloc_array(count, sizeof(myo_image *), &err);
    bool done = images != NULL;
    for (size_t i = 0; done && i < count; i++) {
        myo_geometry geometry = {.columns = columns,
                                 .rows = rows,
                                 .column_spacing_mm = spacing_mm,
                                 .row_spacing_mm = spacing_mm,
                                 .position_mm = {offsets[i], position[1], position[2]},
                                 .row_cosine = {0.0, 1.0, 0.0},
                                 .column_cosine = {0.0, 0.0, -1.0}};
        done = myo_image_create(&geometry, &images[i], &err);
        if (done) {
            memcpy(myo_image_get_pixels(images[i]), pixels + i * columns * rows,
                   columns * rows * sizeof *pixels);
        }
    }
    done = done && discs_find_with_model(model, (const myo_image *const *)images, count, out, &err);
    for (size_t i = 0; images && i < count; i++) {
        myo_image_destroy(images[i]);
    }
    free(images);
    return probe_finish(done, &err);
}
