/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges, ticks and axes. */
#include "base/number.h"
#include "base/text.h"
#include "io/csv.h"
#include "report/plot_private.h"

#include <math.h>
#include <stdio.h>

#define MARGIN 0.06 /* of the range, free beside the outermost values */
#define TICK_LENGTH 3.5
#define MINUS "\xE2\x88\x92"

/* About so many ticks on an axis. */
#define TICKS_X 7.0
#define TICKS_Y 6.0

static void widen(double value, double *minimum, double *maximum) {
    if (isfinite(value)) {
        *minimum = fmin(*minimum, value);
        *maximum = fmax(*maximum, value);
    }
}

static void widen_by_layer(const myo_plot_layer *layer, bool along_x, plot_scale *scale) {
    bool level = layer->kind == MYO_PLOT_LEVEL || layer->kind == MYO_PLOT_GUIDE;
    size_t ends = layer->kind == MYO_PLOT_LEVEL ? 2 : layer->count;
    if (along_x) {
        for (size_t i = 0; !level && i < layer->count; i++) {
            widen(layer->x[i], &scale->minimum, &scale->maximum);
        }
        return;
    }
    for (size_t i = 0; i < (level ? 1 : layer->count); i++) {
        widen(layer->y[i], &scale->minimum, &scale->maximum);
    }
    for (size_t i = 0; layer->y2 && layer->kind != MYO_PLOT_GUIDE && i < ends; i++) {
        widen(layer->y2[i], &scale->minimum, &scale->maximum);
    }
}

static void find_ticks(plot_scale *scale, double wanted) {
    double range = scale->maximum - scale->minimum;
    double step = myo_number_nice_step(range, wanted, &scale->ticks.decimals);
    scale->ticks.count = 0;
    for (double i = ceil(scale->minimum / step);
         i * step <= scale->maximum && scale->ticks.count < PLOT_TICKS_MAX; i += 1.0) {
        scale->ticks.values[scale->ticks.count++] = i * step;
    }
}

static bool find_scale(const myo_plot *plot, bool along_x, plot_scale *scale, myo_error *err) {
    const myo_plot_axis *axis = along_x ? &plot->x : &plot->y;
    scale->minimum = INFINITY;
    scale->maximum = -INFINITY;
    for (size_t l = 0; l < plot->layer_count; l++) {
        widen_by_layer(&plot->layers[l], along_x, scale);
    }
    bool fixed = isfinite(axis->minimum) && isfinite(axis->maximum);
    if (!fixed && !(scale->minimum <= scale->maximum)) {
        return myo_error_set(err, MYO_E_ARGUMENT, "plot: '%s' has no values", axis->title);
    }
    double range = scale->maximum - scale->minimum;
    /* Equal values get room around them. */
    double margin = range > 0.0             ? MARGIN * range
                    : scale->maximum != 0.0 ? 0.5 * fabs(scale->maximum)
                                            : 1.0;
    scale->minimum = isfinite(axis->minimum) ? axis->minimum : scale->minimum - margin;
    scale->maximum = isfinite(axis->maximum) ? axis->maximum : scale->maximum + margin;
    find_ticks(scale, along_x ? TICKS_X : TICKS_Y);
    return true;
}

bool plot_find_scales(const myo_plot *plot, plot_frame *frame, myo_error *err) {
    *frame = (plot_frame){0};
    return find_scale(plot, true, &frame->x, err) && find_scale(plot, false, &frame->y, err);
}

void plot_print_tick(double value, int decimals, char *text, size_t size) {
    myo_text number = {0};
    myo_csv_append_number(&number, true, value, decimals);
    const char *digits = number.data && !number.failed ? number.data : "";
    bool negative = digits[0] == '-';
    snprintf(text, size, "%s%s", negative ? MINUS : "", digits + negative);
    myo_text_clear(&number);
}

static void stroke_line(cairo_t *cairo, double x, double y, double to_x, double to_y) {
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, to_x, to_y);
    cairo_stroke(cairo);
}

static void draw_x_axis(cairo_t *cairo, const myo_plot *plot, const plot_frame *f) {
    double baseline = f->bottom + TICK_LENGTH + PLOT_GAP + PLOT_SIZE_TICK * 0.75;
    for (size_t i = 0; i < f->x.ticks.count; i++) {
        char text[64];
        double x = plot_place(&f->x, f->x.ticks.values[i]);
        stroke_line(cairo, x, f->bottom, x, f->bottom + TICK_LENGTH);
        plot_print_tick(f->x.ticks.values[i], f->x.ticks.decimals, text, sizeof text);
        overlay_draw_text(cairo, x, baseline, OVERLAY_CENTER, 0.0, PLOT_SIZE_TICK, false, plot_ink,
                          text);
    }
    overlay_draw_text(cairo, 0.5 * (f->left + f->right), baseline + PLOT_GAP + PLOT_SIZE_TEXT,
                      OVERLAY_CENTER, f->right - f->left, PLOT_SIZE_TEXT, false, plot_ink,
                      plot->x.title);
}

static void draw_y_axis(cairo_t *cairo, const myo_plot *plot, const plot_frame *f) {
    for (size_t i = 0; i < f->y.ticks.count; i++) {
        char text[64];
        double y = plot_place(&f->y, f->y.ticks.values[i]);
        stroke_line(cairo, f->left, y, f->left - TICK_LENGTH, y);
        plot_print_tick(f->y.ticks.values[i], f->y.ticks.decimals, text, sizeof text);
        overlay_draw_text(cairo, f->left - TICK_LENGTH - 0.6 * PLOT_GAP, y + 0.36 * PLOT_SIZE_TICK,
                          OVERLAY_RIGHT, 0.0, PLOT_SIZE_TICK, false, plot_ink, text);
    }
    cairo_save(cairo);
    cairo_translate(cairo, PLOT_EDGE + PLOT_SIZE_TEXT, 0.5 * (f->top + f->bottom));
    cairo_rotate(cairo, -acos(0.0));
    overlay_draw_text(cairo, 0.0, 0.0, OVERLAY_CENTER, f->bottom - f->top, PLOT_SIZE_TEXT, false,
                      plot_ink, plot->y.title);
    cairo_restore(cairo);
}

void plot_draw_axes(cairo_t *cairo, const myo_plot *plot, const plot_frame *frame) {
    overlay_set_color(cairo, plot_ink);
    cairo_set_dash(cairo, NULL, 0, 0.0);
    cairo_set_line_width(cairo, 0.8);
    stroke_line(cairo, frame->left, frame->bottom, frame->right, frame->bottom);
    stroke_line(cairo, frame->left, frame->bottom, frame->left, frame->top);
    draw_x_axis(cairo, plot, frame);
    draw_y_axis(cairo, plot, frame);
}
