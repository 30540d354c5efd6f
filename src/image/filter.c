/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/filter.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TRUNCATE 3.0 /* standard deviations at which a kernel ends */
#define KERNEL_RADIUS_MAX 512

bool myo_grid_allocate(myo_grid *grid, size_t columns, size_t rows, myo_error *err) {
    grid->pixels = myo_alloc_array(columns * rows, sizeof(float), err);
    grid->columns = columns;
    grid->rows = rows;
    return grid->pixels != NULL;
}

/* Fills weights[0 .. radius] of a normalised kernel; returns the radius. */
static size_t make_kernel(double sigma, float weights[KERNEL_RADIUS_MAX + 1]) {
    size_t radius = (size_t)(TRUNCATE * sigma + 0.5);
    radius = radius > KERNEL_RADIUS_MAX ? KERNEL_RADIUS_MAX : radius;
    double sum = 0.0;
    for (size_t k = 0; k <= radius; k++) {
        double w = exp(-0.5 * (double)(k * k) / (sigma * sigma));
        weights[k] = (float)w;
        sum += k == 0 ? w : 2.0 * w;
    }
    for (size_t k = 0; k <= radius; k++) {
        weights[k] = (float)((double)weights[k] / sum);
    }
    return radius;
}

static void smooth_columns(const float *from, float *to, size_t columns, size_t rows,
                           double sigma) {
    float weights[KERNEL_RADIUS_MAX + 1];
    size_t radius = make_kernel(sigma, weights);
    for (size_t r = 0; r < rows; r++) {
        const float *line = from + r * columns;
        for (size_t c = 0; c < columns; c++) {
            float sum = weights[0] * line[c];
            if (c >= radius && c + radius < columns) {
                for (size_t k = 1; k <= radius; k++) {
                    sum += weights[k] * (line[c - k] + line[c + k]);
                }
            } else {
                for (size_t k = 1; k <= radius; k++) {
                    size_t before = c >= k ? c - k : 0;
                    size_t behind = c + k < columns ? c + k : columns - 1;
                    sum += weights[k] * (line[before] + line[behind]);
                }
            }
            to[r * columns + c] = sum;
        }
    }
}

static void smooth_rows(const float *from, float *to, size_t columns, size_t rows, double sigma) {
    float weights[KERNEL_RADIUS_MAX + 1];
    size_t radius = make_kernel(sigma, weights);
    for (size_t r = 0; r < rows; r++) {
        float *line = to + r * columns;
        const float *middle = from + r * columns;
        for (size_t c = 0; c < columns; c++) {
            line[c] = weights[0] * middle[c];
        }
        for (size_t k = 1; k <= radius; k++) {
            const float *above = from + (r >= k ? r - k : 0) * columns;
            const float *below = from + (r + k < rows ? r + k : rows - 1) * columns;
            for (size_t c = 0; c < columns; c++) {
                line[c] += weights[k] * (above[c] + below[c]);
            }
        }
    }
}

void myo_filter_gaussian(const myo_grid *from, double sigma_columns, double sigma_rows,
                         myo_grid *to, float *scratch) {
    size_t bytes = from->columns * from->rows * sizeof(float);
    if (sigma_rows > 0.0) {
        smooth_rows(from->pixels, scratch, from->columns, from->rows, sigma_rows);
    } else {
        memcpy(scratch, from->pixels, bytes);
    }
    if (sigma_columns > 0.0) {
        smooth_columns(scratch, to->pixels, from->columns, from->rows, sigma_columns);
    } else {
        memcpy(to->pixels, scratch, bytes);
    }
}

/* Difference of two neighbours `step` apart in memory; one-sided at the ends. */
static float difference(const float *at, size_t position, size_t length, size_t step) {
    if (length < 2) {
        return 0.0f;
    }
    if (position == 0) {
        return at[step] - at[0];
    }
    if (position + 1 == length) {
        return at[0] - *(at - step);
    }
    return 0.5f * (at[step] - *(at - step));
}

void myo_filter_gradient(const myo_grid *from, float *along_columns, float *along_rows) {
    for (size_t r = 0; r < from->rows; r++) {
        for (size_t c = 0; c < from->columns; c++) {
            size_t i = r * from->columns + c;
            if (along_columns) {
                along_columns[i] = difference(from->pixels + i, c, from->columns, 1);
            }
            if (along_rows) {
                along_rows[i] = difference(from->pixels + i, r, from->rows, from->columns);
            }
        }
    }
}

float myo_grid_sample(const myo_grid *grid, double column, double row) {
    double c = fmin(fmax(column, 0.0), (double)(grid->columns - 1));
    double r = fmin(fmax(row, 0.0), (double)(grid->rows - 1));
    size_t c0 = (size_t)c, r0 = (size_t)r;
    size_t c1 = c0 + 1 < grid->columns ? c0 + 1 : c0, r1 = r0 + 1 < grid->rows ? r0 + 1 : r0;
    float fc = (float)(c - (double)c0), fr = (float)(r - (double)r0);
    const float *top = grid->pixels + r0 * grid->columns;
    const float *bottom = grid->pixels + r1 * grid->columns;
    return (1.0f - fr) * ((1.0f - fc) * top[c0] + fc * top[c1]) +
           fr * ((1.0f - fc) * bottom[c0] + fc * bottom[c1]);
}

bool myo_grid_resample(const float *pixels, size_t columns, size_t rows, double column_spacing_mm,
                       double row_spacing_mm, double step_mm, myo_grid *out, myo_error *err) {
    double ratio_c = step_mm / column_spacing_mm, ratio_r = step_mm / row_spacing_mm;
    double sigma_c = 0.5 * sqrt(fmax(ratio_c * ratio_c - 1.0, 0.0));
    double sigma_r = 0.5 * sqrt(fmax(ratio_r * ratio_r - 1.0, 0.0));
    size_t new_columns = (size_t)((double)(columns - 1) / ratio_c) + 1;
    size_t new_rows = (size_t)((double)(rows - 1) / ratio_r) + 1;
    myo_grid smooth = {0};
    float *scratch = myo_alloc_array(columns * rows, sizeof(float), err);
    bool done = scratch && myo_grid_allocate(&smooth, columns, rows, err) &&
                myo_grid_allocate(out, new_columns, new_rows, err);
    if (done) {
        memcpy(smooth.pixels, pixels, columns * rows * sizeof(float));
        myo_filter_gaussian(&smooth, sigma_c, sigma_r, &smooth, scratch);
        for (size_t r = 0; r < new_rows; r++) {
            for (size_t c = 0; c < new_columns; c++) {
                out->pixels[r * new_columns + c] =
                    myo_grid_sample(&smooth, (double)c * ratio_c, (double)r * ratio_r);
            }
        }
    }
    free(scratch);
    free(smooth.pixels);
    return done;
}

/* Moves the k-th smallest value to its place (C. Hoare's selection). */
static float select_value(float *values, size_t count, size_t k) {
    size_t low = 0, high = count - 1;
    while (low < high) {
        float pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot) {
                i++;
            }
            while (values[j] > pivot) {
                j--;
            }
            if (i <= j) {
                float swap = values[i];
                values[i] = values[j];
                values[j] = swap;
                i++;
                if (j == 0) {
                    break;
                }
                j--;
            }
        }
        if (k <= j) {
            high = j;
        } else if (k >= i) {
            low = i;
        } else {
            break;
        }
    }
    return values[k];
}

float myo_quantile(float *values, size_t count, double quantile) {
    double position = quantile * (double)(count - 1);
    size_t below = (size_t)position;
    float lower = select_value(values, count, below);
    if (below + 1 >= count) {
        return lower;
    }
    float upper = values[below + 1]; /* the rest is not smaller than values[below] */
    for (size_t i = below + 2; i < count; i++) {
        upper = values[i] < upper ? values[i] : upper;
    }
    return (float)((double)lower + (position - (double)below) * ((double)upper - (double)lower));
}
