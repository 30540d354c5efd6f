/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The overlay picture: the slice with its outlines on the left, the panel of results on the right.
 */
#include "report/overlay.h"

#include "base/memory.h"
#include "io/png.h"
#include "report/overlay_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The same letters on every machine with the same fonts, whatever a desktop has configured. */
static void fix_font_options(cairo_t *cairo) {
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
}

static bool draw(cairo_surface_t *surface, const overlay_view *view, const myo_report_slice *slice,
                 const myo_report_features *features, myo_error *err) {
    if (!overlay_paint_slice(view, slice->level->series->modality, surface, err)) {
        return false;
    }
    cairo_t *cairo = cairo_create(surface);
    fix_font_options(cairo);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_BEST);
    bool done = overlay_draw_outlines(cairo, view, err);
    if (done) {
        overlay_draw_marks(cairo, view, slice->level);
        cairo_translate(cairo, view->width, 0.0);
        cairo_scale(cairo, view->unit, view->unit);
        overlay_draw_panel(cairo, slice, features);
        cairo_status_t status = cairo_status(cairo);
        done = status == CAIRO_STATUS_SUCCESS ||
               myo_error_set(err, MYO_E_INTERNAL, "overlay: %s", cairo_status_to_string(status));
    }
    cairo_destroy(cairo);
    return done;
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

bool myo_report_overlay_write(const char *path, const myo_image *image, const myo_labels *labels,
                              const myo_report_slice *slice, const myo_report_features *features,
                              myo_error *err) {
    overlay_view view;
    if (!overlay_view_create(image, labels, &view, err)) {
        return false;
    }
    int panel = (int)ceil(OVERLAY_PANEL_WIDTH * view.unit);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, view.width + panel, view.height);
    cairo_status_t status = cairo_surface_status(surface);
    bool done =
        status == CAIRO_STATUS_SUCCESS
            ? draw(surface, &view, slice, features, err) && write_png(path, surface, err)
            : myo_error_set(err, MYO_E_MEMORY, "%s: %s", path, cairo_status_to_string(status));
    cairo_surface_destroy(surface);
    overlay_view_clear(&view);
    return done;
}
