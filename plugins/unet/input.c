/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The slice as the networks see it, whatever matrix, pixel size and units it came in.
 *
 * The host's bias field correction knows the levels of air and of fat, which give MR intensities
 * a unit. Resampling is separable, with a triangle as wide as the greater of both pixels: linear
 * interpolation upwards, and an average without aliasing downwards.
 */
#include "unet_private.h"

#include <math.h>
#include <stdlib.h>

#define VALUE_MAX 1.5f /* of fat; keeps CSF and implants from mattering */

/* Brightness on the scale of the networks, and where the pixel lies; tools/train/augment.py has it
 * too. */
static void see_intensity(const unet_field *field, size_t column, size_t row, float value,
                          float inputs[UNET_INPUTS]) {
    double columns = (double)field->columns, rows = (double)field->rows;
    inputs[0] = 2.0f * sqrtf(fmaxf(value, 0.0f)) - 1.0f;
    inputs[1] = (float)(((double)column - 0.5 * (columns - 1.0)) / (0.5 * columns));
    inputs[2] = (float)(((double)row - 0.5 * (rows - 1.0)) / (0.5 * rows));
}

const unet_field unet_locate_field = {96, 96, 4.0};
const unet_field unet_outline_field = {192, 144, 1.0};
const unet_field unet_body_field = {208, 176, 1.0};
const unet_task unet_tasks[UNET_NETWORKS] = {
    [UNET_LOCATE] = {&unet_locate_field, UNET_CLASSES, see_intensity},
    [UNET_OUTLINE] = {&unet_outline_field, UNET_CLASSES, see_intensity},
    [UNET_BODY] = {&unet_body_field, UNET_CLASSES, see_intensity},
};

void unet_grid_clear(unet_grid *grid) {
    free(grid->pixels);
    *grid = (unet_grid){0};
}

/* The source pixels that one target pixel averages, and their weights. */
#define TAPS_MAX 64
typedef struct taps {
    size_t first, count;
    float weights[TAPS_MAX];
} taps;

static taps taps_at(size_t target, size_t target_count, size_t source_count, double ratio) {
    double radius = fmin(fmax(ratio, 1.0), 0.5 * (TAPS_MAX - 2)), sum = 0.0;
    double from_centre = (double)target - 0.5 * (double)(target_count - 1);
    double position = from_centre * ratio + 0.5 * (double)(source_count - 1);
    double last = (double)(source_count - 1);
    double low = fmin(fmax(ceil(position - radius), 0.0), last);
    double high = fmin(fmax(floor(position + radius), low), last);
    taps t = {.first = (size_t)low, .count = (size_t)(high - low) + 1};
    double weights[TAPS_MAX] = {0.0};
    for (size_t k = 0; k < t.count; k++) {
        weights[k] = fmax(1.0 - fabs((double)(t.first + k) - position) / radius, 1e-6);
        sum += weights[k];
    }
    for (size_t k = 0; k < t.count; k++) {
        t.weights[k] = (float)(weights[k] / sum);
    }
    return t;
}

static size_t size_at(size_t count, double ratio) {
    return (size_t)fmax(round((double)count / ratio), 1.0);
}

bool unet_resample(const float *pixels, size_t columns, size_t rows, double column_spacing_mm,
                   double row_spacing_mm, double step_mm, unet_grid *out) {
    double across = step_mm / column_spacing_mm, down = step_mm / row_spacing_mm;
    *out = (unet_grid){NULL, size_at(columns, across), size_at(rows, down), step_mm};
    float *narrow = malloc(rows * out->columns * sizeof(float));
    out->pixels = calloc(out->rows * out->columns, sizeof(float));
    bool done = narrow && out->pixels;
    for (size_t c = 0; done && c < out->columns; c++) {
        taps t = taps_at(c, out->columns, columns, across);
        for (size_t r = 0; r < rows; r++) {
            const float *from = pixels + r * columns + t.first;
            float sum = 0.0f;
            for (size_t k = 0; k < t.count; k++) {
                sum += t.weights[k] * from[k];
            }
            narrow[r * out->columns + c] = sum;
        }
    }
    for (size_t r = 0; done && r < out->rows; r++) {
        taps t = taps_at(r, out->rows, rows, down);
        float *to = out->pixels + r * out->columns;
        for (size_t k = 0; k < t.count; k++) {
            const float *from = narrow + (t.first + k) * out->columns;
            for (size_t c = 0; c < out->columns; c++) {
                to[c] += t.weights[k] * from[c];
            }
        }
    }
    free(narrow);
    return done;
}

bool unet_input(const myo_slice *slice, unet_grid *fine, unet_grid *coarse) {
    size_t count = slice->columns * slice->rows;
    float *scaled = malloc(count * sizeof(float));
    if (!scaled) {
        return false;
    }
    float air = (float)slice->air_level, range = (float)(slice->fat_level - slice->air_level);
    for (size_t i = 0; i < count; i++) {
        scaled[i] = fminf(fmaxf((slice->corrected[i] - air) / range, 0.0f), VALUE_MAX);
    }
    bool done = unet_resample(scaled, slice->columns, slice->rows, slice->column_spacing_mm,
                              slice->row_spacing_mm, UNET_FINE_MM, fine) &&
                unet_resample(fine->pixels, fine->columns, fine->rows, fine->step_mm, fine->step_mm,
                              UNET_COARSE_MM, coarse);
    free(scaled);
    return done;
}
