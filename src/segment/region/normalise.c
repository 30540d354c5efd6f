/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The slice as the stages see it: isotropic pixels, air = 0, fat = 1.
 *
 * Intensities of MR have no unit; the level of fat, found by the bias field correction, gives them
 * one. Values are cut at 1.5, which keeps CSF and implants from mattering.
 */
#include "segment/region/region_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define VALUE_MAX 1.5

/* Where dark tissue is looked for, and how much of it is removed. */
#define BODY_MARGIN 0.1 /* of the columns, on each side */
#define BODY_LEVEL 0.55 /* of fat: the first and last such pixel of a column bound the body */
#define BODY_PART 0.65  /* of the body, counted from the back */
#define DARK_TISSUE_QUANTILE 0.12
#define DARK_TISSUE_MAX 0.6

/* Values below air (interpolation of a scanner's distortion correction) count as air. */
static void scale_to_fat(const myo_slice *slice, float *pixels) {
    double range = slice->fat_level - slice->air_level;
    for (size_t i = 0; i < slice->columns * slice->rows; i++) {
        double value = ((double)slice->corrected[i] - slice->air_level) / range;
        pixels[i] = (float)fmax(value, 0.0);
    }
}

/*
 * Level of dark tissue: a low quantile of the posterior part of the body, in the middle columns.
 * Muscle that is grey instead of black (other echo times, other field strengths) is brought down to
 * what the stages know.
 */
static bool find_dark_tissue(const myo_grid *coarse, double *level, myo_error *err) {
    float *values = myo_alloc_array(coarse->columns * coarse->rows, sizeof(float), err);
    if (!values) {
        return false;
    }
    size_t n = 0, first_column = (size_t)(BODY_MARGIN * (double)coarse->columns);
    size_t last_column = (size_t)((1.0 - BODY_MARGIN) * (double)coarse->columns);
    for (size_t c = first_column; c < last_column; c++) {
        size_t top = coarse->rows, bottom = 0;
        for (size_t r = 0; r < coarse->rows; r++) {
            if (coarse->pixels[r * coarse->columns + c] > (float)BODY_LEVEL) {
                top = top == coarse->rows ? r : top;
                bottom = r;
            }
        }
        size_t first = bottom - (size_t)(top < bottom ? BODY_PART * (double)(bottom - top) : 0.0);
        for (size_t r = first; r < bottom; r++) {
            values[n++] = coarse->pixels[r * coarse->columns + c];
        }
    }
    *level = n > 0 ? (double)myo_quantile(values, n, DARK_TISSUE_QUANTILE) : 0.0;
    free(values);
    return true;
}

static void remove_dark_level(myo_grid *grid, double level) {
    double removed = fmin(fmax(level, 0.0), DARK_TISSUE_MAX);
    for (size_t i = 0; i < grid->columns * grid->rows; i++) {
        double value = ((double)grid->pixels[i] - removed) / (1.0 - removed);
        grid->pixels[i] = (float)fmax(value, 0.0);
    }
}

static void clamp_top(myo_grid *grid) {
    for (size_t i = 0; i < grid->columns * grid->rows; i++) {
        grid->pixels[i] = fminf(grid->pixels[i], (float)VALUE_MAX);
    }
}

bool region_normalise(const myo_slice *slice, myo_grid *image, myo_grid *coarse, myo_error *err) {
    float *pixels = myo_alloc_array(slice->columns * slice->rows, sizeof(float), err);
    if (!pixels) {
        return false;
    }
    scale_to_fat(slice, pixels);
    bool done = myo_grid_resample(pixels, slice->columns, slice->rows, slice->column_spacing_mm,
                                  slice->row_spacing_mm, REGION_IMAGE_MM, image, err) &&
                myo_grid_resample(image->pixels, image->columns, image->rows, REGION_IMAGE_MM,
                                  REGION_IMAGE_MM, REGION_COARSE_MM, coarse, err);
    free(pixels);
    double dark_tissue = 0.0;
    if (done) {
        clamp_top(image);
        clamp_top(coarse);
        done = find_dark_tissue(coarse, &dark_tissue, err);
    }
    if (done) {
        remove_dark_level(image, dark_tissue);
        remove_dark_level(coarse, dark_tissue);
    }
    return done;
}
