/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a plot together and writes it. */
#include "report/plot.h"

#include "base/file.h"
#include "io/csv.h"
#include "report/plot_private.h"

#include <cairo-svg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DOTS_PER_INCH 300.0
#define POINTS_PER_INCH 72.0
#define CSV_DECIMALS 6
#define LINE_HEIGHT 1.35

const overlay_color plot_ink = {0.10, 0.10, 0.12};
const overlay_color plot_faint = {0.42, 0.43, 0.46};

/* M. Okabe & K. Ito, "Color Universal Design", 2008: told apart by people who are colour-blind. */
overlay_color plot_color(unsigned color) {
    static const overlay_color palette[MYO_PLOT_COLORS] = {
        {0.10, 0.10, 0.12},    {0.0, 0.447, 0.698}, {0.835, 0.369, 0.0},   {0.0, 0.620, 0.451},
        {0.800, 0.475, 0.655}, {0.902, 0.624, 0.0}, {0.337, 0.706, 0.914}, {0.70, 0.64, 0.0}};
    return palette[color % MYO_PLOT_COLORS];
}

double plot_place(const plot_scale *scale, double value) {
    double share = (value - scale->minimum) / (scale->maximum - scale->minimum);
    return scale->from + share * (scale->to - scale->from);
}

static double widest_tick(cairo_t *cairo, const plot_ticks *ticks) {
    double width = 0.0;
    for (size_t i = 0; i < ticks->count; i++) {
        char text[64];
        plot_print_tick(ticks->values[i], ticks->decimals, text, sizeof text);
        width = fmax(width, overlay_measure_text(cairo, PLOT_SIZE_TICK, false, text));
    }
    return width;
}

/* Leaves room for what stands around the axes. */
static void lay_out(cairo_t *cairo, const myo_plot *plot, plot_frame *frame) {
    const double text = LINE_HEIGHT * PLOT_SIZE_TEXT, tick = LINE_HEIGHT * PLOT_SIZE_TICK;
    frame->left = PLOT_EDGE + text + PLOT_GAP + widest_tick(cairo, &frame->y.ticks) + 2 * PLOT_GAP;
    frame->top = PLOT_EDGE + LINE_HEIGHT * PLOT_SIZE_TITLE + text + PLOT_GAP;
    frame->right = PLOT_WIDTH - PLOT_EDGE - plot_label_width(cairo, plot);
    frame->bottom =
        PLOT_HEIGHT - PLOT_EDGE - plot_legend_height(cairo, plot) - text - tick - 2 * PLOT_GAP;
    frame->x.from = frame->left;
    frame->x.to = frame->right;
    frame->y.from = frame->bottom;
    frame->y.to = frame->top;
}

static void draw(cairo_t *cairo, const myo_plot *plot, plot_frame *frame) {
    const double width = PLOT_WIDTH - 2 * PLOT_EDGE;
    cairo_set_source_rgb(cairo, 1.0, 1.0, 1.0);
    cairo_paint(cairo);
    lay_out(cairo, plot, frame);
    overlay_draw_text(cairo, PLOT_EDGE, PLOT_EDGE + PLOT_SIZE_TITLE, OVERLAY_LEFT, width,
                      PLOT_SIZE_TITLE, true, plot_ink, plot->title);
    overlay_draw_text(cairo, PLOT_EDGE, PLOT_EDGE + LINE_HEIGHT * PLOT_SIZE_TITLE + PLOT_SIZE_TEXT,
                      OVERLAY_LEFT, width, PLOT_SIZE_TEXT, false, plot_faint, plot->subtitle);
    plot_draw_axes(cairo, plot, frame);
    plot_draw_layers(cairo, plot, frame);
    plot_draw_labels(cairo, plot, frame);
    plot_draw_legend(cairo, plot,
                     PLOT_HEIGHT - PLOT_EDGE - plot_legend_height(cairo, plot) + PLOT_GAP);
}

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

static bool write_text(const char *stem, const char *ending, myo_text *content, myo_error *err) {
    myo_text path = {0};
    myo_text_printf(&path, "%s%s", stem, ending);
    bool done = content->failed || path.failed || !content->data
                    ? myo_error_set(err, MYO_E_MEMORY, "%s%s: out of memory", stem, ending)
                    : myo_file_write(path.data, content->data, content->length, err);
    myo_text_clear(&path);
    return done;
}

static bool write_svg(const char *stem, const myo_plot *plot, plot_frame *frame, myo_error *err) {
    myo_text content = {0}, numbered = {0};
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(append_bytes, &content, PLOT_WIDTH, PLOT_HEIGHT);
    cairo_t *cairo = cairo_create(surface);
    overlay_fix_fonts(cairo);
    draw(cairo, plot, frame);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    status = status == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : status;
    cairo_surface_destroy(surface);
    number_surfaces(&content, &numbered);
    bool done =
        status == CAIRO_STATUS_SUCCESS
            ? write_text(stem, ".svg", &numbered, err)
            : myo_error_set(err, status == CAIRO_STATUS_NO_MEMORY ? MYO_E_MEMORY : MYO_E_INTERNAL,
                            "%s.svg: %s", stem, cairo_status_to_string(status));
    myo_text_clear(&content);
    myo_text_clear(&numbered);
    return done;
}

static bool write_png(const char *stem, const myo_plot *plot, plot_frame *frame, myo_error *err) {
    const double scale = DOTS_PER_INCH / POINTS_PER_INCH;
    overlay_canvas canvas;
    myo_text path = {0};
    if (!overlay_canvas_create((int)lround(PLOT_WIDTH * scale), (int)lround(PLOT_HEIGHT * scale),
                               &canvas, err)) {
        return false;
    }
    cairo_scale(canvas.cairo, scale, scale);
    draw(canvas.cairo, plot, frame);
    myo_text_printf(&path, "%s.png", stem);
    bool done = path.failed ? myo_error_set(err, MYO_E_MEMORY, "%s.png: out of memory", stem)
                            : overlay_canvas_write(path.data, &canvas, err);
    myo_text_clear(&path);
    overlay_canvas_clear(&canvas);
    return done;
}

static double value_at(const double *values, size_t index) {
    return values ? values[index] : (double)NAN;
}

/* What is drawn, as numbers. */
static bool write_csv(const char *stem, const myo_plot *plot, myo_error *err) {
    static const char *const kinds[] = {[MYO_PLOT_POINTS] = "points",
                                        [MYO_PLOT_LINE] = "line",
                                        [MYO_PLOT_BAND] = "band",
                                        [MYO_PLOT_LEVEL] = "level",
                                        [MYO_PLOT_GUIDE] = "guide"};
    myo_text content = {0};
    myo_text_append(&content, "layer,name,x,y,y2\n");
    for (size_t l = 0; l < plot->layer_count; l++) {
        const myo_plot_layer *layer = &plot->layers[l];
        bool level = layer->kind == MYO_PLOT_LEVEL || layer->kind == MYO_PLOT_GUIDE;
        for (size_t i = 0; i < (level ? 1 : layer->count); i++) {
            myo_csv_append_field(&content, true, kinds[layer->kind]);
            myo_csv_append_field(&content, false, layer->name);
            myo_csv_append_number(&content, false, level ? (double)NAN : layer->x[i], CSV_DECIMALS);
            myo_csv_append_number(&content, false, layer->y[i], CSV_DECIMALS);
            myo_csv_append_number(&content, false, level ? (double)NAN : value_at(layer->y2, i),
                                  CSV_DECIMALS);
            myo_text_append(&content, "\n");
        }
    }
    bool done = write_text(stem, ".csv", &content, err);
    myo_text_clear(&content);
    return done;
}

bool myo_plot_write(const char *stem, const myo_plot *plot, myo_error *err) {
    plot_frame frame;
    return plot_find_scales(plot, &frame, err) && write_svg(stem, plot, &frame, err) &&
           write_png(stem, plot, &frame, err) && write_csv(stem, plot, err);
}
