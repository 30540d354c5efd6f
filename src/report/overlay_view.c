/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slice of the overlay: turned into the canonical frame, enlarged, and windowed to greys. */
#include "base/memory.h"
#include "base/sort.h"
#include "image/orient.h"
#include "report/overlay_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Least height of the picture, and the height up to which a slice is enlarged twice, pixels. */
#define HEIGHT_MIN 1080.0
#define HEIGHT_DOUBLED_MAX 1600.0
/* Greatest width of the slice in the picture, unless it has more columns itself, pixels. */
#define WIDTH_MAX 2400.0

/* MR has no scale of its own: greys run from the 1st to the 99.5th percentile, so that single
 * bright pixels (fat near the coil, flow) do not darken the rest. */
#define MR_PERCENTILE_LOW 1.0
#define MR_PERCENTILE_HIGH 99.5
/* CT in the window customary for soft tissue: level 50 HU, width 400 HU. */
#define CT_LOW_HU (-150.0)
#define CT_HIGH_HU 250.0

/* Taps of cubic interpolation along one axis. */
#define TAPS 4

static void place(overlay_view *view, const myo_geometry *g) {
    double width_mm = (double)g->columns * g->column_spacing_mm;
    double height_mm = (double)g->rows * g->row_spacing_mm;
    double rows = (double)g->rows, columns = (double)g->columns;
    double height = fmax(HEIGHT_MIN, fmax(rows, fmin(2.0 * rows, HEIGHT_DOUBLED_MAX)));
    double width_max = fmax(WIDTH_MAX, columns);
    view->columns = g->columns;
    view->rows = g->rows;
    view->px_per_mm = fmin(height / height_mm, width_max / width_mm);
    view->x_scale = view->px_per_mm * g->column_spacing_mm;
    view->y_scale = view->px_per_mm * g->row_spacing_mm;
    view->width = (int)fmax(1.0, round(view->px_per_mm * width_mm));
    view->height = (int)round(height);
    view->top = floor(0.5 * (height - view->px_per_mm * height_mm));
    view->unit = height / OVERLAY_UNITS_HIGH;
}

/* Turns the labels as an image with geometry `g` is turned. They go through an image of floats,
 * which hold every 16-bit value exactly. */
static bool turn_labels(const myo_labels *labels, const myo_geometry *g, uint16_t **out,
                        myo_error *err) {
    size_t count = g->columns * g->rows;
    myo_image *stored = NULL, *turned = NULL;
    uint16_t *result = NULL;
    if (!myo_image_create(g, &stored, err)) {
        return false;
    }
    const uint16_t *from = myo_labels_get_const_pixels(labels);
    for (size_t i = 0; i < count; i++) {
        myo_image_get_pixels(stored)[i] = (float)from[i];
    }
    if (myo_orient_to_canonical(stored, &turned, err)) {
        result = myo_alloc_array(count, sizeof *result, err);
    }
    for (size_t i = 0; result && i < count; i++) {
        result[i] = (uint16_t)myo_image_get_const_pixels(turned)[i];
    }
    myo_image_destroy(stored);
    myo_image_destroy(turned);
    *out = result;
    return result != NULL;
}

bool overlay_view_create(const myo_image *image, const myo_labels *labels, overlay_view *out,
                         myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(image);
    const myo_geometry *of_labels = labels ? myo_labels_get_geometry(labels) : g;
    *out = (overlay_view){0};
    if (g->columns != of_labels->columns || g->rows != of_labels->rows) {
        return myo_error_set(err, MYO_E_ARGUMENT, "overlay: image and labels differ in size");
    }
    if (!(g->column_spacing_mm > 0.0) || !(g->row_spacing_mm > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING, "overlay: the slice has no pixel spacing");
    }
    if (!myo_orient_to_canonical(image, &out->image, err) ||
        (labels && !turn_labels(labels, g, &out->labels, err))) {
        overlay_view_clear(out);
        return false;
    }
    place(out, myo_image_get_geometry(out->image));
    return true;
}

bool overlay_view_take_automatic(overlay_view *view, const myo_labels *automatic, myo_error *err) {
    return turn_labels(automatic, myo_labels_get_geometry(automatic), &view->automatic, err);
}

void overlay_view_clear(overlay_view *view) {
    myo_image_destroy(view->image);
    free(view->automatic);
    free(view->labels);
    *view = (overlay_view){0};
}

/* Greys of MR: percentiles of all finite pixels. */
static bool find_mr_window(const overlay_view *view, double *low, double *high, myo_error *err) {
    size_t count = view->columns * view->rows, finite = 0;
    float *sorted = myo_alloc_array(count, sizeof *sorted, err);
    if (!sorted) {
        return false;
    }
    const float *pixels = myo_image_get_const_pixels(view->image);
    for (size_t i = 0; i < count; i++) {
        if (isfinite(pixels[i])) {
            sorted[finite++] = pixels[i];
        }
    }
    myo_sort_floats(sorted, finite);
    double last = finite ? (double)(finite - 1) : 0.0;
    *low = (double)sorted[(size_t)(last * MR_PERCENTILE_LOW / 100.0)];
    *high = (double)sorted[(size_t)(last * MR_PERCENTILE_HIGH / 100.0)];
    free(sorted);
    return true;
}

/* Pixels and weights of cubic interpolation (R. Keys, IEEE Trans. ASSP 29:1153, 1981, a = -1/2)
 * for one picture pixel along one axis of `count` pixels; the border is repeated. */
static void find_taps(double position, size_t count, size_t index[TAPS], float weight[TAPS]) {
    double whole = floor(position), t = position - whole;
    double w[TAPS] = {t * (t * (1.0 - 0.5 * t) - 0.5), t * t * (1.5 * t - 2.5) + 1.0,
                      t * (t * (2.0 - 1.5 * t) + 0.5), t * t * (0.5 * t - 0.5)};
    for (int k = 0; k < TAPS; k++) {
        double i = fmin(fmax(whole - 1.0 + k, 0.0), (double)(count - 1));
        index[k] = (size_t)i;
        weight[k] = (float)w[k];
    }
}

/* Enlarges every row to the width of the picture: rows x width values. */
static void enlarge_rows(const overlay_view *view, float low, float *out) {
    const float *pixels = myo_image_get_const_pixels(view->image);
    for (int x = 0; x < view->width; x++) {
        size_t index[TAPS];
        float weight[TAPS];
        find_taps((x + 0.5) / view->x_scale - 0.5, view->columns, index, weight);
        for (size_t row = 0; row < view->rows; row++) {
            float sum = 0.0f;
            for (int k = 0; k < TAPS; k++) {
                float value = pixels[row * view->columns + index[k]];
                sum += weight[k] * (isfinite(value) ? value : low);
            }
            out[row * (size_t)view->width + (size_t)x] = sum;
        }
    }
}

#define GREY_STEPS 4096

/* Greys for equal steps of intensity from the low to the high end of the window. */
static void fill_greys(double gamma, uint8_t greys[GREY_STEPS]) {
    for (int i = 0; i < GREY_STEPS; i++) {
        greys[i] = (uint8_t)lround(255.0 * pow(i / (GREY_STEPS - 1.0), gamma));
    }
}

static void paint(const overlay_view *view, const float *wide, double low, double high,
                  double gamma, cairo_surface_t *surface) {
    uint8_t greys[GREY_STEPS];
    fill_greys(gamma, greys);
    float scale = (float)((GREY_STEPS - 1) / (high - low));
    size_t width = (size_t)view->width;
    unsigned char *data = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    for (int y = 0; y < view->height; y++) {
        double position = (y + 0.5 - view->top) / view->y_scale - 0.5;
        if (position < -0.5 || position > (double)view->rows - 0.5) {
            continue;
        }
        size_t index[TAPS];
        float weight[TAPS];
        find_taps(position, view->rows, index, weight);
        unsigned char *line = data + (size_t)y * stride;
        for (size_t x = 0; x < width; x++) {
            float value = 0.0f;
            for (int k = 0; k < TAPS; k++) {
                value += weight[k] * wide[index[k] * width + x];
            }
            float step = (value - (float)low) * scale;
            int grey = greys[step <= 0.0f                ? 0
                             : step >= GREY_STEPS - 1.0f ? GREY_STEPS - 1
                                                         : (int)step];
            uint32_t pixel = (uint32_t)grey << 16 | (uint32_t)grey << 8 | (uint32_t)grey;
            memcpy(line + 4 * x, &pixel, sizeof pixel);
        }
    }
}

bool overlay_paint_slice(const overlay_view *view, myo_modality modality, double mr_gamma,
                         cairo_surface_t *surface, myo_error *err) {
    double low = CT_LOW_HU, high = CT_HIGH_HU, gamma = 1.0;
    if (modality != MYO_MODALITY_CT) {
        gamma = mr_gamma;
        if (!find_mr_window(view, &low, &high, err)) {
            return false;
        }
    }
    high = high > low ? high : low + 1.0;
    float *wide = myo_alloc_array(view->rows * (size_t)view->width, sizeof *wide, err);
    if (!wide) {
        return false;
    }
    enlarge_rows(view, (float)low, wide);
    cairo_surface_flush(surface);
    paint(view, wide, low, high, gamma, surface);
    cairo_surface_mark_dirty(surface);
    free(wide);
    return true;
}
