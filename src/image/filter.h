/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters and sampling on flat float arrays (index = row * columns + column). Outside of the array
 * the nearest border value counts. */
#ifndef MYO_IMAGE_FILTER_H
#define MYO_IMAGE_FILTER_H

#include <myotome/error.h>

/* A plain view of a grid; borrowed pixels. */
typedef struct myo_grid {
    float *pixels;
    size_t columns, rows;
} myo_grid;

/* Allocates zeroed pixels for a grid; the caller frees them with free(). */
bool myo_grid_allocate(myo_grid *grid, size_t columns, size_t rows, myo_error *err);

/* Gaussian smoothing with standard deviations in pixels, kernels cut at 3 sigma; 0 leaves an axis
 * alone. `to` has the size of `from` and may be the same. `scratch` has as many elements. */
void myo_filter_gaussian(const myo_grid *from, double sigma_columns, double sigma_rows,
                         myo_grid *to, float *scratch);

/* Central differences per pixel (one-sided at the border); each output may be NULL. */
void myo_filter_gradient(const myo_grid *from, float *along_columns, float *along_rows);

/* Bilinear value at a fractional position. */
float myo_grid_sample(const myo_grid *grid, double column, double row);

/* Resamples an image to isotropic pixels of `step_mm`, after smoothing that suits the new pixel
 * size (sigma = 0.5 sqrt((step / spacing)^2 - 1) pixels); pixel 0 keeps its centre. The caller
 * frees out->pixels. */
bool myo_grid_resample(const float *pixels, size_t columns, size_t rows, double column_spacing_mm,
                       double row_spacing_mm, double step_mm, myo_grid *out, myo_error *err);

/* Quantile of `count` values (0 to 1) by linear interpolation; reorders them. */
float myo_quantile(float *values, size_t count, double quantile);

#endif
