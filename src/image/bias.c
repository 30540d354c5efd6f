/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bias field of a surface coil, from the fat.
 *
 * The image is the product of the tissue's signal and a smooth field: the back is two to four
 * times brighter than the front. Fat is bright on T2, lies everywhere in a lumbar slice, and has
 * one signal, so the field is the level that fat shows. It is found as a cubic polynomial of the
 * logarithm: first through a high quantile of each neighbourhood, then, with weights that single
 * out the pixels near the present fat level, through the fat itself. This is the classification
 * and surface fit of W. Wells et al. (IEEE Trans. Med. Imaging 15:429-442, 1996) with one class;
 * the polynomial follows B. Brechbuehler et al. (1996). Works on a grid of about 3 mm.
 */
#include "image/bias.h"

#include "base/memory.h"
#include "base/silence.h"
#include "base/sort.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRID_MM 3.2               /* cell of the working grid */
#define WINDOW_MM 44.0            /* neighbourhood that surely holds fat */
#define FAT_QUANTILE 0.92         /* of a neighbourhood: fat, but not its brightest pixels */
#define TOP_QUANTILE 0.98         /* of the slice: what counts as bright */
#define DARK_QUANTILE 0.05        /* of the slice: air */
#define FLOOR_FRACTION 0.03       /* of the top: less is no body */
#define FAT_LOG_WIDTH 0.35        /* log distance at which a pixel's weight as fat falls to 61 % */
#define NEIGHBOURHOOD_WEIGHT 0.01 /* of the quantile where no pixel looks like fat */
#define FAT_WEIGHT_MIN 0.02
#define FIELD_FLOOR_FRACTION 0.06 /* of the top: the field never falls below */
#define RIDGE 2e-3                /* penalty per cell, times the power of each term */
#define REFITS 3
#define TERM_COUNT 10
#define UNIT_MM 100.0 /* of the polynomial's coordinates, for its conditioning */

static const double term_penalty[TERM_COUNT] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6};

typedef struct grid {
    size_t columns, rows, count;
    double *value;    /* mean intensity above the dark level */
    double *quantile; /* FAT_QUANTILE of the neighbourhood */
    double *weight, *target;
} grid;

static void polynomial_terms(double x_mm, double y_mm, double terms[TERM_COUNT]) {
    double x = x_mm / UNIT_MM, y = y_mm / UNIT_MM;
    const double values[TERM_COUNT] = {1,     x,         y,         x * x,     x * y,
                                       y * y, x * x * x, x * x * y, x * y * y, y * y * y};
    memcpy(terms, values, sizeof values);
}

static double log_level(const myo_bias *bias, double x_mm, double y_mm) {
    double terms[TERM_COUNT], sum = 0.0;
    polynomial_terms(x_mm - bias->center_x_mm, y_mm - bias->center_y_mm, terms);
    for (size_t k = 0; k < TERM_COUNT; k++) {
        sum += bias->coefficients[k] * terms[k];
    }
    return sum;
}

double myo_bias_fat_level(const myo_bias *bias, double x_mm, double y_mm) {
    return exp(log_level(bias, x_mm, y_mm));
}

/* Quantile of `count` values by linear interpolation; sorts them. */
static double quantile_of(double *values, size_t count, double quantile) {
    myo_sort_doubles(values, count);
    double position = quantile * (double)(count - 1);
    size_t below = (size_t)position;
    double fraction = position - (double)below;
    return below + 1 < count ? values[below] * (1.0 - fraction) + values[below + 1] * fraction
                             : values[below];
}

static void grid_clear(grid *g) {
    free(g->value);
    free(g->quantile);
    free(g->weight);
    free(g->target);
}

static bool grid_allocate(grid *g, const myo_geometry *geometry, myo_error *err) {
    double width_mm = (double)geometry->columns * geometry->column_spacing_mm;
    double height_mm = (double)geometry->rows * geometry->row_spacing_mm;
    g->columns = (size_t)fmin(fmax(ceil(width_mm / GRID_MM), 1.0), (double)geometry->columns);
    g->rows = (size_t)fmin(fmax(ceil(height_mm / GRID_MM), 1.0), (double)geometry->rows);
    g->count = g->columns * g->rows;
    g->value = myo_alloc_array(g->count, sizeof(double), err);
    g->quantile = myo_alloc_array(g->count, sizeof(double), err);
    g->weight = myo_alloc_array(g->count, sizeof(double), err);
    g->target = myo_alloc_array(g->count, sizeof(double), err);
    return g->value && g->quantile && g->weight && g->target;
}

static void average_cells(grid *g, const myo_image *image) {
    const myo_geometry *geometry = myo_image_get_geometry(image);
    const float *pixels = myo_image_get_const_pixels(image);
    for (size_t r = 0; r < g->rows; r++) {
        size_t y0 = r * geometry->rows / g->rows, y1 = (r + 1) * geometry->rows / g->rows;
        for (size_t c = 0; c < g->columns; c++) {
            size_t x0 = c * geometry->columns / g->columns;
            size_t x1 = (c + 1) * geometry->columns / g->columns;
            double sum = 0.0;
            for (size_t y = y0; y < y1; y++) {
                for (size_t x = x0; x < x1; x++) {
                    sum += (double)pixels[y * geometry->columns + x];
                }
            }
            g->value[r * g->columns + c] = sum / (double)((y1 - y0) * (x1 - x0));
        }
    }
}

/* Grey level of air: magnitude images of noisy scanners have a pedestal there. */
static double find_dark_level(grid *g) {
    memcpy(g->target, g->value, g->count * sizeof(double));
    return fmax(quantile_of(g->target, g->count, DARK_QUANTILE), 0.0);
}

/* High quantile of the neighbourhood of every second cell, spread to its neighbours. */
static bool fill_quantiles(grid *g, myo_error *err) {
    size_t reach = (size_t)(0.5 * WINDOW_MM / GRID_MM);
    size_t side = 2 * reach + 1;
    double *window = myo_alloc_array(side * side, sizeof *window, err);
    if (!window) {
        return false;
    }
    for (size_t r = 0; r < g->rows; r += 2) {
        for (size_t c = 0; c < g->columns; c += 2) {
            size_t n = 0;
            for (size_t y = r > reach ? r - reach : 0; y <= r + reach && y < g->rows; y++) {
                for (size_t x = c > reach ? c - reach : 0; x <= c + reach && x < g->columns; x++) {
                    window[n++] = g->value[y * g->columns + x];
                }
            }
            double q = quantile_of(window, n, FAT_QUANTILE);
            for (size_t y = r; y < r + 2 && y < g->rows; y++) {
                for (size_t x = c; x < c + 2 && x < g->columns; x++) {
                    g->quantile[y * g->columns + x] = q;
                }
            }
        }
    }
    free(window);
    return true;
}

/* Position of a cell's centre in mm from the centre of the first pixel. */
static void cell_position(const grid *g, const myo_geometry *geometry, size_t i, double *x_mm,
                          double *y_mm) {
    double c = (double)(i % g->columns) + 0.5, r = (double)(i / g->columns) + 0.5;
    *x_mm =
        (c * (double)geometry->columns / (double)g->columns - 0.5) * geometry->column_spacing_mm;
    *y_mm = (r * (double)geometry->rows / (double)g->rows - 0.5) * geometry->row_spacing_mm;
}

/* Weighted least squares of the polynomial through the targets, with a ridge. */
static bool fit_polynomial(const grid *g, const myo_geometry *geometry, myo_bias *bias,
                           myo_error *err) {
    double normal[TERM_COUNT * TERM_COUNT] = {0}, right[TERM_COUNT] = {0};
    for (size_t i = 0; i < g->count; i++) {
        double x_mm, y_mm, terms[TERM_COUNT];
        cell_position(g, geometry, i, &x_mm, &y_mm);
        polynomial_terms(x_mm - bias->center_x_mm, y_mm - bias->center_y_mm, terms);
        for (size_t j = 0; g->weight[i] > 0.0 && j < TERM_COUNT; j++) {
            right[j] += g->weight[i] * terms[j] * g->target[i];
            for (size_t k = 0; k < TERM_COUNT; k++) {
                normal[j * TERM_COUNT + k] += g->weight[i] * terms[j] * terms[k];
            }
        }
    }
    for (size_t k = 0; k < TERM_COUNT; k++) {
        /* The tiny constant keeps the matrix regular where all weights vanish. */
        normal[k * TERM_COUNT + k] += RIDGE * (double)g->count * term_penalty[k] + 1e-9;
    }
    gsl_matrix_view matrix = gsl_matrix_view_array(normal, TERM_COUNT, TERM_COUNT);
    gsl_vector_view vector = gsl_vector_view_array(right, TERM_COUNT);
    if (gsl_linalg_cholesky_decomp1(&matrix.matrix) != 0) {
        return myo_error_set(err, MYO_E_INTERNAL, "bias field: singular equations");
    }
    gsl_linalg_cholesky_svx(&matrix.matrix, &vector.vector);
    memcpy(bias->coefficients, right, sizeof right);
    return true;
}

/* Weights and targets of the next fit: the pixels near the present fat level, and with little
 * weight the neighbourhood's quantile where there are none. */
static void weigh_by_fat(grid *g, const myo_geometry *geometry, const myo_bias *bias,
                         double floor) {
    for (size_t i = 0; i < g->count; i++) {
        double x_mm, y_mm;
        cell_position(g, geometry, i, &x_mm, &y_mm);
        double ratio = g->value[i] / myo_bias_fat_level(bias, x_mm, y_mm);
        double distance = log(fmax(ratio, 1e-3)) / FAT_LOG_WIDTH;
        double weight = g->value[i] > 2.0 * floor ? exp(-0.5 * distance * distance) : 0.0;
        weight += g->quantile[i] > 2.0 * floor ? NEIGHBOURHOOD_WEIGHT : 0.0;
        bool fat = weight > FAT_WEIGHT_MIN;
        g->weight[i] = weight;
        g->target[i] = log(fmax(fat ? g->value[i] : g->quantile[i], floor));
    }
}

/* Mean log level over the cells that hold body; the field is normalised with it. */
static double mean_body_level(const grid *g, const myo_geometry *geometry, const myo_bias *bias,
                              double floor) {
    double sum = 0.0, n = 0.0;
    for (size_t i = 0; i < g->count; i++) {
        if (g->value[i] > floor) {
            double x_mm, y_mm;
            cell_position(g, geometry, i, &x_mm, &y_mm);
            sum += log_level(bias, x_mm, y_mm);
            n += 1.0;
        }
    }
    return n > 0.0 ? exp(sum / n) : 1.0;
}

static bool fit_grid(grid *g, const myo_image *image, myo_bias *bias, myo_error *err) {
    const myo_geometry *geometry = myo_image_get_geometry(image);
    average_cells(g, image);
    bias->dark_level = find_dark_level(g);
    for (size_t i = 0; i < g->count; i++) {
        g->value[i] = fmax(g->value[i] - bias->dark_level, 0.0);
    }
    memcpy(g->target, g->value, g->count * sizeof(double));
    double top = quantile_of(g->target, g->count, TOP_QUANTILE);
    if (top <= 0.0) {
        return true; /* no contrast: the flat field stays */
    }
    double floor = FLOOR_FRACTION * top;
    if (!fill_quantiles(g, err)) {
        return false;
    }
    for (size_t i = 0; i < g->count; i++) {
        g->weight[i] = fmin(fmax(g->quantile[i] / floor - 1.0, 0.0), 1.0);
        g->target[i] = log(fmax(g->quantile[i], floor));
    }
    bool done = fit_polynomial(g, geometry, bias, err);
    for (int i = 0; done && i < REFITS; i++) {
        weigh_by_fat(g, geometry, bias, floor);
        done = fit_polynomial(g, geometry, bias, err);
    }
    bias->body_level = mean_body_level(g, geometry, bias, floor);
    return done;
}

bool myo_bias_estimate(const myo_image *image, myo_bias *out, myo_error *err) {
    const myo_geometry *geometry = myo_image_get_geometry(image);
    if (!(myo_geometry_pixel_area_mm2(geometry) > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING, "bias field: no pixel spacing");
    }
    myo_silence_gsl();
    myo_bias bias = {.body_level = 1.0,
                     .center_x_mm =
                         0.5 * (double)(geometry->columns - 1) * geometry->column_spacing_mm,
                     .center_y_mm = 0.5 * (double)(geometry->rows - 1) * geometry->row_spacing_mm};
    grid g = {0};
    bool done = grid_allocate(&g, geometry, err) && fit_grid(&g, image, &bias, err);
    grid_clear(&g);
    if (done) {
        *out = bias;
    }
    return done;
}

void myo_bias_apply(const myo_bias *bias, const myo_image *image, myo_image *corrected) {
    const myo_geometry *geometry = myo_image_get_geometry(image);
    const float *from = myo_image_get_const_pixels(image);
    float *to = myo_image_get_pixels(corrected);
    double lowest = FIELD_FLOOR_FRACTION * bias->body_level;
    for (size_t y = 0; y < geometry->rows; y++) {
        for (size_t x = 0; x < geometry->columns; x++) {
            size_t i = y * geometry->columns + x;
            double level = myo_bias_fat_level(bias, (double)x * geometry->column_spacing_mm,
                                              (double)y * geometry->row_spacing_mm);
            double gain = bias->body_level / fmax(level, lowest);
            to[i] = (float)(bias->dark_level + ((double)from[i] - bias->dark_level) * gain);
        }
    }
}
