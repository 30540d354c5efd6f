/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the training (Python) calls: the library's own way from pixels to the images that the
 * networks are shown. For development only; nothing of it is installed.
 */
#include "unet_private.h"

#include <myotome/image.h>
#include <string.h>

__attribute__((visibility("default"))) const char *probe_input(const float *pixels, size_t columns,
                                                               size_t rows, double spacing_mm,
                                                               unet_grid *fine, unet_grid *coarse);
__attribute__((visibility("default"))) void probe_clear(unet_grid *grid);

/* A segmenter that outlines nothing and keeps what it was shown, so that a slice takes the same way
 * to the networks as any other. */
static _Thread_local struct { unet_grid fine, coarse; } seen;

static bool look(const myo_slice *slice, const double *values, myo_segmentation *result,
                 myo_error *err) {
    (void)values;
    (void)result;
    (void)err;
    return unet_input(slice, &seen.fine, &seen.coarse);
}

static const myo_segmenter observer = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_segmenter),
    .info = {.name = "observer"},
    .segment = look,
};

/* Square pixels in the canonical frame. NULL, or why it failed; the caller clears the grids. */
const char *probe_input(const float *pixels, size_t columns, size_t rows, double spacing_mm,
                        unet_grid *fine, unet_grid *coarse) {
    static _Thread_local myo_error err;
    const myo_geometry geometry = {.columns = columns,
                                   .rows = rows,
                                   .column_spacing_mm = spacing_mm,
                                   .row_spacing_mm = spacing_mm,
                                   .row_cosine = {1.0, 0.0, 0.0},
                                   .column_cosine = {0.0, 1.0, 0.0}};
    myo_image *slice = NULL;
    myo_outlines outlines = {0};
    err = (myo_error){0};
    memset(&seen, 0, sizeof seen);
    bool done = myo_image_create(&geometry, &slice, &err);
    if (done) {
        memcpy(myo_image_get_pixels(slice), pixels, columns * rows * sizeof(float));
        done = myo_segment_slice(&observer, slice, NULL, &outlines, &err);
    }
    myo_outlines_clear(&outlines);
    myo_image_destroy(slice);
    *fine = seen.fine;
    *coarse = seen.coarse;
    return done ? NULL : err.message;
}

void probe_clear(unet_grid *grid) {
    unet_grid_clear(grid);
}
