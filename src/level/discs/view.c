/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The view of a sagittal slice, normalised so that neither the scanner's scale nor the shading of a
 * surface coil counts: each pixel minus the mean of its surroundings, over their deviation.
 */
#include "level/discs/discs_private.h"

#include "base/memory.h"
#include "image/orient.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SURROUNDINGS_SIGMA_MM 20.0 /* about half a vertebra and its disc in each direction */
#define DEVIATION_FLOOR 0.05       /* of the highest deviation: keeps the noise of air small */
#define NORMALISED_MAX 4.0
#define SIDE_MIN_MM 60.0  /* less than two levels cannot be counted */
#define SIDE_MAX_MM 800.0 /* more than any scanner shows */

/* Geometry of the resampled pixels; pixel 0 keeps its centre. */
static myo_geometry view_geometry(const myo_geometry *canonical, const myo_grid *view) {
    myo_geometry g = *canonical;
    g.columns = view->columns;
    g.rows = view->rows;
    g.column_spacing_mm = g.row_spacing_mm = DISCS_STEP_MM;
    return g;
}

static bool normalise(myo_grid *view, myo_error *err) {
    size_t count = view->columns * view->rows;
    float *memory = myo_alloc_array(3 * count, sizeof(float), err);
    if (!memory) {
        return false;
    }
    myo_grid mean = {memory, view->columns, view->rows};
    myo_grid deviation = {memory + count, view->columns, view->rows};
    float *scratch = memory + 2 * count, highest = 0.0f;
    double sigma = SURROUNDINGS_SIGMA_MM / DISCS_STEP_MM;
    myo_filter_gaussian(view, sigma, sigma, &mean, scratch);
    for (size_t i = 0; i < count; i++) {
        float d = view->pixels[i] - mean.pixels[i];
        deviation.pixels[i] = d * d;
    }
    myo_filter_gaussian(&deviation, sigma, sigma, &deviation, scratch);
    for (size_t i = 0; i < count; i++) {
        deviation.pixels[i] = sqrtf(fmaxf(deviation.pixels[i], 0.0f));
        highest = fmaxf(highest, deviation.pixels[i]);
    }
    for (size_t i = 0; i < count; i++) {
        float d = deviation.pixels[i] + (float)DEVIATION_FLOOR * highest;
        float value = d > 0.0f ? (view->pixels[i] - mean.pixels[i]) / d : 0.0f;
        view->pixels[i] = fminf(fmaxf(value, (float)-NORMALISED_MAX), (float)NORMALISED_MAX);
    }
    free(memory);
    return true;
}

bool discs_view_create(const myo_image *image, discs_view *out, myo_error *err) {
    const myo_geometry *stored = myo_image_get_geometry(image);
    if (myo_geometry_plane(stored) != MYO_PLANE_SAGITTAL) {
        return myo_error_set(err, MYO_E_ARGUMENT, "the slice is not sagittal");
    }
    double width = (double)stored->columns * stored->column_spacing_mm;
    double height = (double)stored->rows * stored->row_spacing_mm;
    if (!(fmin(width, height) >= SIDE_MIN_MM && fmax(width, height) <= SIDE_MAX_MM)) {
        return myo_error_set(err, MYO_E_RANGE,
                             "the sagittal slice shows %.0f x %.0f mm, and %.0f to %.0f mm each "
                             "way are needed to find a spine",
                             width, height, SIDE_MIN_MM, SIDE_MAX_MM);
    }
    myo_image *canonical = NULL;
    discs_view view = {0};
    bool done = myo_orient_to_canonical(image, &canonical, err);
    if (done) {
        const myo_geometry *g = myo_image_get_geometry(canonical);
        done = myo_grid_resample(myo_image_get_const_pixels(canonical), g->columns, g->rows,
                                 g->column_spacing_mm, g->row_spacing_mm, DISCS_STEP_MM,
                                 &view.pixels, err) &&
               normalise(&view.pixels, err);
        view.geometry = view_geometry(g, &view.pixels);
    }
    myo_image_destroy(canonical);
    if (!done) {
        discs_view_clear(&view);
        return false;
    }
    *out = view;
    return true;
}

void discs_view_clear(discs_view *view) {
    free(view->pixels.pixels);
    *view = (discs_view){0};
}
