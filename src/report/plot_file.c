/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a drawing to a file: SVG and PDF for print, PNG with 300 dots per inch. */
#include "base/file.h"
#include "report/plot_private.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DOTS_PER_INCH 300.0
#define POINTS_PER_INCH 72.0

static cairo_status_t append_bytes(void *closure, const unsigned char *data, unsigned length) {
    myo_text *text = closure;
    myo_text_append_bytes(text, (const char *)data, length);
    return text->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

/* cairo numbers the surfaces of a process and writes the number as an identifier: counted from the
 * first one in the text instead, the bytes do not depend on what was drawn before. */
static void number_surfaces(const myo_text *from, myo_text *to) {
    static const char word[] = "surface";
    const char *rest = from->data ? from->data : "", *found;
    bool any = false;
    unsigned long first = 0;
    while ((found = strstr(rest, word)) != NULL) {
        const char *digits = found + strlen(word);
        size_t length = strspn(digits, "0123456789");
        myo_text_append_bytes(to, rest, (size_t)(digits - rest));
        if (length > 0) {
            unsigned long number = strtoul(digits, NULL, 10);
            first = any ? first : number;
            any = true;
            myo_text_printf(to, "%lu", number - first);
        }
        rest = digits + length;
    }
    myo_text_append(to, rest);
    to->failed = to->failed || from->failed;
}

bool plot_write_text(const char *path, myo_text *content, myo_error *err) {
    return content->failed || !content->data
               ? myo_error_set(err, MYO_E_MEMORY, "%s: out of memory", path)
               : myo_file_write(path, content->data, content->length, err);
}

static void paint(cairo_t *cairo, const plot_picture *picture) {
    cairo_set_source_rgb(cairo, 1.0, 1.0, 1.0);
    cairo_paint(cairo);
    picture->draw(cairo, picture->user);
}

static bool write_vectors(const char *path, plot_format format, const plot_picture *picture,
                          myo_error *err) {
    myo_text content = {0}, numbered = {0};
    cairo_surface_t *surface =
        format == PLOT_SVG ? cairo_svg_surface_create_for_stream(append_bytes, &content,
                                                                 picture->width, picture->height)
                           : cairo_pdf_surface_create_for_stream(append_bytes, &content,
                                                                 picture->width, picture->height);
    if (format == PLOT_PDF) { /* without the time of day */
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
    }
    cairo_t *cairo = cairo_create(surface);
    overlay_fix_fonts(cairo);
    paint(cairo, picture);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    status = status == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : status;
    cairo_surface_destroy(surface);
    if (format == PLOT_SVG) {
        number_surfaces(&content, &numbered);
    }
    bool done =
        status == CAIRO_STATUS_SUCCESS
            ? plot_write_text(path, format == PLOT_SVG ? &numbered : &content, err)
            : myo_error_set(err, status == CAIRO_STATUS_NO_MEMORY ? MYO_E_MEMORY : MYO_E_INTERNAL,
                            "%s: %s", path, cairo_status_to_string(status));
    myo_text_clear(&content);
    myo_text_clear(&numbered);
    return done;
}

static bool write_pixels(const char *path, const plot_picture *picture, myo_error *err) {
    const double scale = DOTS_PER_INCH / POINTS_PER_INCH;
    overlay_canvas canvas;
    if (!overlay_canvas_create((int)lround(picture->width * scale),
                               (int)lround(picture->height * scale), &canvas, err)) {
        return false;
    }
    cairo_scale(canvas.cairo, scale, scale);
    paint(canvas.cairo, picture);
    bool done = overlay_canvas_write(path, &canvas, err);
    overlay_canvas_clear(&canvas);
    return done;
}

bool plot_write_picture(const char *path, plot_format format, const plot_picture *picture,
                        myo_error *err) {
    return format == PLOT_PNG ? write_pixels(path, picture, err)
                              : write_vectors(path, format, picture, err);
}
