/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a plot together and writes it. */
#include "report/plot.h"

#include "io/csv.h"
#include "report/plot_private.h"

#include <math.h>
#include <stdlib.h>

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

/* What a drawing of a plot needs. */
typedef struct task {
    const myo_plot *plot;
    plot_frame frame;
} task;

static void draw(cairo_t *cairo, void *user) {
    task *t = user;
    const myo_plot *plot = t->plot;
    plot_frame *frame = &t->frame;
    const double width = PLOT_WIDTH - 2 * PLOT_EDGE;
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

/* Path of a stem with an ending; the caller frees it. */
static char *join(const char *stem, const char *ending, myo_error *err) {
    myo_text path = {0};
    char *out = NULL;
    myo_text_printf(&path, "%s%s", stem, ending);
    return myo_text_take(&path, &out, err) ? out : NULL;
}

static bool write_picture(const char *stem, plot_format format, plot_picture *picture,
                          myo_error *err) {
    char *path = join(stem, format == PLOT_SVG ? ".svg" : ".png", err);
    bool done = path && plot_write_picture(path, format, picture, err);
    free(path);
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
    char *path = join(stem, ".csv", err);
    bool done = path && plot_write_text(path, &content, err);
    free(path);
    myo_text_clear(&content);
    return done;
}

bool myo_plot_write(const char *stem, const myo_plot *plot, myo_error *err) {
    task t = {.plot = plot};
    plot_picture picture = {PLOT_WIDTH, PLOT_HEIGHT, draw, &t};
    return plot_find_scales(plot, &t.frame, err) && write_picture(stem, PLOT_SVG, &picture, err) &&
           write_picture(stem, PLOT_PNG, &picture, err) && write_csv(stem, plot, err);
}
