/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fitting of the disc finder's prior (Python) calls: the finder's own steps, one by one.
 * For development only; nothing of it is installed.
 *
 * Grids and planes that a function fills belong to the caller, who releases their pixels with
 * probe_free(). A function that returns false leaves its reason in probe_message().
 */
#include "boosting/boost.h"
#include "level/discs/discs_private.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

PROBE_API const char *probe_message(void);
PROBE_API void probe_free(void *memory);
/* The view of a slice whose columns grow to the back and rows to the feet. */
PROBE_API bool probe_view(const float *pixels, size_t columns, size_t rows, double spacing_mm,
                          myo_grid *out);
/* Maps of stage 0, or of stage 1 when a prior is given. */
PROBE_API bool probe_maps(const discs_model *model, const myo_grid *view, myo_planes *out);
/* Values of features (map, row offset, column offset) at pixels, feature by feature. */
PROBE_API void probe_gather(const myo_planes *maps, const int32_t *spec, size_t feature_count,
                            const int32_t *places, size_t place_count, float *out);
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

static _Thread_local myo_error error;

const char *probe_message(void) {
    return error.message;
}

static bool finish(bool done, const myo_error *err) {
    error = *err;
    return done;
}

void probe_free(void *memory) {
    free(memory);
}

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
    return finish(done, &err);
}

bool probe_maps(const discs_model *model, const myo_grid *view, myo_planes *out) {
    myo_error err = {0};
    myo_planes first = {0};
    bool done = (!model || discs_classify(model, view, false, &first, &err)) &&
                discs_maps(view, model ? &first : NULL, out, &err);
    myo_planes_clear(&first);
    return finish(done, &err);
}

static size_t clamp(long value, size_t count) {
    return value < 0 ? 0 : (size_t)value < count ? (size_t)value : count - 1;
}

void probe_gather(const myo_planes *maps, const int32_t *spec, size_t feature_count,
                  const int32_t *places, size_t place_count, float *out) {
    for (size_t f = 0; f < feature_count; f++) {
        myo_grid map = myo_planes_get(maps, (size_t)spec[3 * f]);
        for (size_t i = 0; i < place_count; i++) {
            size_t place = (size_t)places[i];
            size_t row = clamp((long)(place / map.columns) + spec[3 * f + 1], map.rows);
            size_t column = clamp((long)(place % map.columns) + spec[3 * f + 2], map.columns);
            out[f * place_count + i] = map.pixels[row * map.columns + column];
        }
    }
}

discs_model *probe_open(const void *data, size_t size) {
    myo_error err = {0};
    discs_model *model = myo_alloc_array(1, sizeof *model, &err);
    if (model && !discs_model_parse(data, size, "prior", model, &err)) {
        free(model);
        model = NULL;
    }
    finish(model != NULL, &err);
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
    return finish(discs_classify(model, view, both, out, &err), &err);
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
    return finish(done, &err);
}
