/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture is drawn on, and how it becomes a file. */
#include "base/memory.h"
#include "io/png.h"
#include "report/overlay_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void overlay_fix_fonts(cairo_t *cairo) {
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
}

bool overlay_canvas_create(int width, int height, overlay_canvas *out, myo_error *err) {
    out->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    out->cairo = cairo_create(out->surface);
    cairo_status_t status = cairo_status(out->cairo);
    if (status != CAIRO_STATUS_SUCCESS) {
        overlay_canvas_clear(out);
        return myo_error_set(err, MYO_E_MEMORY, "picture: %s", cairo_status_to_string(status));
    }
    overlay_fix_fonts(out->cairo);
    cairo_set_antialias(out->cairo, CAIRO_ANTIALIAS_BEST);
    return true;
}

/* Takes red, green and blue out of cairo's words of 32 bits. */
static bool write_png(const char *path, cairo_surface_t *surface, myo_error *err) {
    size_t width = (size_t)cairo_image_surface_get_width(surface);
    size_t height = (size_t)cairo_image_surface_get_height(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    uint8_t *rgb = myo_alloc_array(width * height, 3, err);
    if (!rgb) {
        return false;
    }
    cairo_surface_flush(surface);
    const unsigned char *data = cairo_image_surface_get_data(surface);
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            uint32_t pixel;
            memcpy(&pixel, data + y * stride + 4 * x, sizeof pixel);
            uint8_t *to = rgb + 3 * (y * width + x);
            to[0] = (uint8_t)(pixel >> 16 & 0xFF);
            to[1] = (uint8_t)(pixel >> 8 & 0xFF);
            to[2] = (uint8_t)(pixel & 0xFF);
        }
    }
    char software[64];
    snprintf(software, sizeof software, "Myotome %s", myo_version());
    bool done = myo_png_write_rgb(path, rgb, width, height, software, err);
    free(rgb);
    return done;
}

bool overlay_canvas_write(const char *path, const overlay_canvas *canvas, myo_error *err) {
    cairo_status_t status = cairo_status(canvas->cairo);
    if (status != CAIRO_STATUS_SUCCESS) {
        return myo_error_set(err, MYO_E_INTERNAL, "%s: %s", path, cairo_status_to_string(status));
    }
    return write_png(path, canvas->surface, err);
}

void overlay_canvas_clear(overlay_canvas *canvas) {
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    *canvas = (overlay_canvas){0};
}
