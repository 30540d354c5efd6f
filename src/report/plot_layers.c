/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is drawn between the axes. */
#include "report/plot_private.h"

#include <math.h>

#define MARK_RADIUS 2.7
#define MARK_OPACITY 0.72 /* so that marks above each other show */
#define BAND_OPACITY 0.14
#define LINE_WIDTH 1.1
#define GUIDE_WIDTH 0.6
#define SAMPLE_LENGTH 16.0

static void set_color(cairo_t *cairo, unsigned color, double opacity) {
    overlay_color c = plot_color(color);
    cairo_set_source_rgba(cairo, c.red, c.green, c.blue, opacity);
}

static void set_dash(cairo_t *cairo, myo_plot_dash dash) {
    static const double dashed[] = {5.0, 3.0}, dotted[] = {1.2, 2.4};
    cairo_set_dash(cairo, dash == MYO_PLOT_DASHED ? dashed : dotted, dash == MYO_PLOT_SOLID ? 0 : 2,
                   0.0);
}

static void draw_polygon(cairo_t *cairo, double x, double y, const double (*corners)[2],
                         int count) {
    for (int i = 0; i < count; i++) {
        cairo_line_to(cairo, x + corners[i][0] * MARK_RADIUS, y + corners[i][1] * MARK_RADIUS);
    }
    cairo_close_path(cairo);
    cairo_fill(cairo);
}

/* Circle, square, triangle, diamond: marks differ where colours are not seen. Equal areas. */
static void draw_mark(cairo_t *cairo, unsigned color, double x, double y) {
    static const double square[][2] = {{-.89, -.89}, {.89, -.89}, {.89, .89}, {-.89, .89}};
    static const double triangle[][2] = {{0, -1.45}, {1.25, .75}, {-1.25, .75}};
    static const double diamond[][2] = {{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}};
    set_color(cairo, color, MARK_OPACITY);
    cairo_new_path(cairo);
    switch ((color + 3) % 4) { /* the first colour behind black has circles */
    case 1:
        draw_polygon(cairo, x, y, square, 4);
        break;
    case 2:
        draw_polygon(cairo, x, y, triangle, 3);
        break;
    case 3:
        draw_polygon(cairo, x, y, diamond, 4);
        break;
    default:
        cairo_arc(cairo, x, y, MARK_RADIUS, 0.0, 4.0 * acos(0.0));
        cairo_fill(cairo);
    }
}

static void draw_line(cairo_t *cairo, const myo_plot_layer *layer, const plot_frame *f) {
    cairo_new_path(cairo);
    bool open = false;
    for (size_t i = 0; i < layer->count; i++) {
        if (!isfinite(layer->x[i]) || !isfinite(layer->y[i])) {
            open = false;
            continue;
        }
        double x = plot_place(&f->x, layer->x[i]), y = plot_place(&f->y, layer->y[i]);
        if (open) {
            cairo_line_to(cairo, x, y);
        } else {
            cairo_move_to(cairo, x, y);
        }
        open = true;
    }
    set_color(cairo, layer->color, 1.0);
    set_dash(cairo, layer->dash);
    cairo_set_line_width(cairo, LINE_WIDTH);
    cairo_stroke(cairo);
}

static void draw_band(cairo_t *cairo, const myo_plot_layer *layer, const plot_frame *f) {
    cairo_new_path(cairo);
    for (size_t i = 0; i < 2 * layer->count; i++) {
        bool back = i >= layer->count;
        size_t k = back ? 2 * layer->count - 1 - i : i;
        if (isfinite(layer->x[k]) && isfinite(layer->y[k]) && isfinite(layer->y2[k])) {
            cairo_line_to(cairo, plot_place(&f->x, layer->x[k]),
                          plot_place(&f->y, back ? layer->y2[k] : layer->y[k]));
        }
    }
    cairo_close_path(cairo);
    set_color(cairo, layer->color, BAND_OPACITY);
    cairo_fill(cairo);
}

static void draw_level(cairo_t *cairo, const myo_plot_layer *layer, const plot_frame *f) {
    bool guide = layer->kind == MYO_PLOT_GUIDE;
    if (!isfinite(layer->y[0])) {
        return;
    }
    if (!guide && layer->y2 && isfinite(layer->y2[0]) && isfinite(layer->y2[1])) {
        double low = plot_place(&f->y, layer->y2[0]), high = plot_place(&f->y, layer->y2[1]);
        set_color(cairo, layer->color, BAND_OPACITY);
        cairo_rectangle(cairo, f->left, high, f->right - f->left, low - high);
        cairo_fill(cairo);
    }
    double y = plot_place(&f->y, layer->y[0]);
    if (guide) {
        overlay_set_color(cairo, plot_faint);
    } else {
        set_color(cairo, layer->color, 1.0);
    }
    set_dash(cairo, layer->dash);
    cairo_set_line_width(cairo, guide ? GUIDE_WIDTH : LINE_WIDTH);
    cairo_move_to(cairo, f->left, y);
    cairo_line_to(cairo, f->right, y);
    cairo_stroke(cairo);
}

static void draw_points(cairo_t *cairo, const myo_plot_layer *layer, const plot_frame *f) {
    for (size_t i = 0; i < layer->count; i++) {
        if (isfinite(layer->x[i]) && isfinite(layer->y[i])) {
            draw_mark(cairo, layer->color, plot_place(&f->x, layer->x[i]),
                      plot_place(&f->y, layer->y[i]));
        }
    }
}

void plot_draw_layers(cairo_t *cairo, const myo_plot *plot, const plot_frame *frame) {
    cairo_save(cairo);
    cairo_rectangle(cairo, frame->left, frame->top - MARK_RADIUS,
                    frame->right - frame->left + MARK_RADIUS,
                    frame->bottom - frame->top + MARK_RADIUS);
    cairo_clip(cairo);
    for (size_t l = 0; l < plot->layer_count; l++) {
        const myo_plot_layer *layer = &plot->layers[l];
        switch (layer->kind) {
        case MYO_PLOT_POINTS:
            draw_points(cairo, layer, frame);
            break;
        case MYO_PLOT_LINE:
            draw_line(cairo, layer, frame);
            break;
        case MYO_PLOT_BAND:
            draw_band(cairo, layer, frame);
            break;
        case MYO_PLOT_LEVEL:
        case MYO_PLOT_GUIDE:
            draw_level(cairo, layer, frame);
            break;
        }
    }
    cairo_restore(cairo);
}

void plot_draw_sample(cairo_t *cairo, const myo_plot_layer *layer, double x, double y) {
    if (layer->kind == MYO_PLOT_POINTS) {
        draw_mark(cairo, layer->color, x, y);
        return;
    }
    cairo_new_path(cairo);
    if (layer->kind == MYO_PLOT_BAND) {
        set_color(cairo, layer->color, 2.0 * BAND_OPACITY);
        cairo_rectangle(cairo, x - 0.5 * SAMPLE_LENGTH, y - 3.0, SAMPLE_LENGTH, 6.0);
        cairo_fill(cairo);
        return;
    }
    set_color(cairo, layer->color, 1.0);
    set_dash(cairo, layer->dash);
    cairo_set_line_width(cairo, LINE_WIDTH);
    cairo_move_to(cairo, x - 0.5 * SAMPLE_LENGTH, y);
    cairo_line_to(cairo, x + 0.5 * SAMPLE_LENGTH, y);
    cairo_stroke(cairo);
}
