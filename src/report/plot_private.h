/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a plot. Lengths are in points (1/72 inch), y grows downwards. */
#ifndef MYO_REPORT_PLOT_PRIVATE_H
#define MYO_REPORT_PLOT_PRIVATE_H

#include "base/text.h"
#include "report/overlay_private.h"
#include "report/plot.h"

/* Two columns of a journal, 170 mm wide. */
#define PLOT_WIDTH 482.0
#define PLOT_HEIGHT 340.0
#define PLOT_SIZE_TITLE 11.5
#define PLOT_SIZE_TEXT 9.0
#define PLOT_SIZE_TICK 8.5
#define PLOT_EDGE 10.0 /* free at the borders of the picture */
#define PLOT_GAP 5.0   /* between neighbouring parts */
#define PLOT_TICKS_MAX 32

extern const overlay_color plot_ink, plot_faint;

typedef struct plot_ticks {
    double values[PLOT_TICKS_MAX];
    size_t count;
    int decimals;
} plot_ticks;

/* Values, and where they lie in the picture. */
typedef struct plot_scale {
    double minimum, maximum; /* of the values */
    double from, to;         /* where these lie */
    plot_ticks ticks;
} plot_scale;

typedef struct plot_frame {
    plot_scale x, y;
    double left, top, right, bottom; /* of the axes */
} plot_frame;

typedef enum plot_format { PLOT_SVG, PLOT_PDF, PLOT_PNG } plot_format;

/* What is drawn, in points, on white paper. */
typedef struct plot_picture {
    double width, height;
    void (*draw)(cairo_t *cairo, void *user);
    void *user;
} plot_picture;

/* Writes a picture. The same picture gives the same bytes. plot_file.c. */
bool plot_write_picture(const char *path, plot_format format, const plot_picture *picture,
                        myo_error *err);
/* Writes a text that was put together. */
bool plot_write_text(const char *path, myo_text *content, myo_error *err);

double plot_place(const plot_scale *scale, double value);
overlay_color plot_color(unsigned color);

/* Range and ticks of both axes; MYO_E_ARGUMENT without finite values. plot_axis.c. */
bool plot_find_scales(const myo_plot *plot, plot_frame *frame, myo_error *err);
/* A number as it stands at a tick, with a true minus sign. */
void plot_print_tick(double value, int decimals, char *text, size_t size);
void plot_draw_axes(cairo_t *cairo, const myo_plot *plot, const plot_frame *frame);

/* Points, lines, bands and levels. plot_layers.c. */
void plot_draw_layers(cairo_t *cairo, const myo_plot *plot, const plot_frame *frame);
/* The mark or line of a layer, centred, as it stands in the legend. */
void plot_draw_sample(cairo_t *cairo, const myo_plot_layer *layer, double x, double y);

/* Labels of levels at the right, and the legend below. plot_labels.c. */
double plot_label_width(cairo_t *cairo, const myo_plot *plot);
void plot_draw_labels(cairo_t *cairo, const myo_plot *plot, const plot_frame *frame);
double plot_legend_height(cairo_t *cairo, const myo_plot *plot);
void plot_draw_legend(cairo_t *cairo, const myo_plot *plot, double top);

#endif
