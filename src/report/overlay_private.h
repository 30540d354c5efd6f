/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of the overlay picture: the slice, its outlines, the marks on it, the panel beside it. */
#ifndef MYO_REPORT_OVERLAY_PRIVATE_H
#define MYO_REPORT_OVERLAY_PRIVATE_H

#include "report/tables.h"

#include <cairo.h>

/* Lengths are given in units of a picture that is this high, and drawn larger on a higher one. */
#define OVERLAY_UNITS_HIGH 1080.0
#define OVERLAY_PANEL_WIDTH 620.0

typedef struct overlay_color {
    double red, green, blue;
} overlay_color;

extern const overlay_color overlay_background, overlay_text, overlay_faint, overlay_line,
    overlay_warning, overlay_good;

/* The slice in the radiological view, and where it lies in the picture. */
typedef struct overlay_view {
    myo_image *image; /* owned: column index to the patient's left, row index to the back */
    uint16_t *labels; /* owned: of the same size and order */
    size_t columns, rows;
    double px_per_mm;
    double x_scale, y_scale; /* picture pixels for one pixel of the slice */
    int width, height;       /* of the part of the picture that holds the slice, pixels */
    double top;              /* of the slice within it: a wide slice does not fill the height */
    double unit;             /* picture pixels for one unit of length */
} overlay_view;

bool overlay_view_create(const myo_image *image, const myo_labels *labels, overlay_view *out,
                         myo_error *err);
void overlay_view_clear(overlay_view *view);

/* Paints the grey values into an RGB24 surface. */
bool overlay_paint_slice(const overlay_view *view, myo_modality modality, cairo_surface_t *surface,
                         myo_error *err);

/* Draws the outline of every structure. The context counts in picture pixels. */
bool overlay_draw_outlines(cairo_t *cairo, const overlay_view *view, myo_error *err);

/* Draws sides, level and scale bar over the slice. The context counts in picture pixels. */
void overlay_draw_marks(cairo_t *cairo, const overlay_view *view, const myo_level_choice *level);

/* Draws the panel. The context counts in units from the panel's upper left corner. */
void overlay_draw_panel(cairo_t *cairo, const myo_report_slice *slice,
                        const myo_report_features *features);

/* What is to be checked, in plain words: draws from `y` down to `bottom` at most. */
void overlay_draw_flags(cairo_t *cairo, const myo_report_slice *slice,
                        const myo_report_features *features, double y, double bottom);

typedef enum overlay_align { OVERLAY_LEFT, OVERLAY_RIGHT, OVERLAY_CENTER } overlay_align;

void overlay_set_color(cairo_t *cairo, overlay_color color);

/* Draws one line of text with its baseline at y, cut with an ellipsis at `width` (0: as long as it
 * is). `x` is its left end, right end or centre. */
void overlay_draw_text(cairo_t *cairo, double x, double y, overlay_align align, double width,
                       double size, bool bold, overlay_color color, const char *text);

/* Draws text in lines of at most `width` with their first baseline at y, at most `lines_max` of
 * them; returns the baseline for what follows. */
double overlay_draw_paragraph(cairo_t *cairo, double x, double y, double width, double size,
                              int lines_max, overlay_color color, const char *text);

#endif
