/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts that pictures are put together from: the canvas, the slice, marks on it, text, the panel
 * beside it; and those of the overlay alone: outlines, areas, flags.
 */
#ifndef MYO_REPORT_OVERLAY_PRIVATE_H
#define MYO_REPORT_OVERLAY_PRIVATE_H

#include "report/tables.h"

#include <cairo.h>

/* Lengths are given in units of a picture that is this high, and drawn larger on a higher one. */
#define OVERLAY_UNITS_HIGH 1080.0
#define OVERLAY_PANEL_WIDTH 620.0
#define OVERLAY_MARK_MARGIN 26.0 /* between the border of the slice and marks on it */

/* Within the panel. */
#define OVERLAY_MARGIN 36.0
#define OVERLAY_RIGHT_EDGE (OVERLAY_PANEL_WIDTH - OVERLAY_MARGIN)
#define OVERLAY_CONTENT (OVERLAY_RIGHT_EDGE - OVERLAY_MARGIN)
#define OVERLAY_FOOTER_TOP (OVERLAY_UNITS_HIGH - 102.0)
#define OVERLAY_SIZE_BODY 16.0
#define OVERLAY_SIZE_SMALL 13.5
#define OVERLAY_UNKNOWN "\xE2\x80\x93" /* an en dash */
#define OVERLAY_DEGREES "\xC2\xB0"

typedef struct overlay_color {
    double red, green, blue;
} overlay_color;

extern const overlay_color overlay_background, overlay_text, overlay_faint, overlay_line,
    overlay_warning, overlay_good;

typedef enum overlay_align { OVERLAY_LEFT, OVERLAY_RIGHT, OVERLAY_CENTER } overlay_align;

/* What a picture is drawn on, in picture pixels. */
typedef struct overlay_canvas {
    cairo_surface_t *surface; /* owned, RGB24 */
    cairo_t *cairo;           /* owned */
} overlay_canvas;

/* The same letters on every machine with the same fonts, whatever a desktop has configured. */
void overlay_fix_fonts(cairo_t *cairo);

/* Starts with a black canvas. */
bool overlay_canvas_create(int width, int height, overlay_canvas *out, myo_error *err);
/* Writes a PNG. MYO_E_INTERNAL when something could not be drawn. */
bool overlay_canvas_write(const char *path, const overlay_canvas *canvas, myo_error *err);
void overlay_canvas_clear(overlay_canvas *canvas);

/* The slice in the canonical view, and where it lies in the picture. */
typedef struct overlay_view {
    myo_image *image;    /* owned: in the canonical frame */
    uint16_t *labels;    /* owned: of the same size and order; NULL without labels */
    uint16_t *automatic; /* owned: likewise, of what drawn outlines took the place of; or NULL */
    size_t columns, rows;
    double px_per_mm;
    double x_scale, y_scale; /* picture pixels for one pixel of the slice */
    int width, height;       /* of the part of the picture that holds the slice, pixels */
    double top;              /* of the slice within it: a wide slice does not fill the height */
    double unit;             /* picture pixels for one unit of length */
} overlay_view;

/* `labels` may be NULL. MYO_E_ARGUMENT in planes that have no canonical frame, and for labels of
 * another size; MYO_E_MISSING without pixel spacing. */
bool overlay_view_create(const myo_image *image, const myo_labels *labels, overlay_view *out,
                         myo_error *err);
void overlay_view_clear(overlay_view *view);

/* Paints the grey values into an RGB24 surface, those of MR with a gamma. */
bool overlay_paint_slice(const overlay_view *view, myo_modality modality, double mr_gamma,
                         cairo_surface_t *surface, myo_error *err);

/* Takes the automatic outlines that drawn ones have taken the place of. */
bool overlay_view_take_automatic(overlay_view *view, const myo_labels *automatic, myo_error *err);

/* Draws the outline of every structure, and that of the automatic ones as dashes. The context
 * counts in picture pixels. */
bool overlay_draw_outlines(cairo_t *cairo, const overlay_view *view, myo_error *err);

/* Text that stays readable on bright and on dark tissue. The context counts in units. */
void overlay_draw_mark(cairo_t *cairo, double x, double y, overlay_align align, double size,
                       const char *text);

/* Draws a scale bar at the lower left or right of the slice. The context counts in units. */
void overlay_draw_scale_bar(cairo_t *cairo, const overlay_view *view, overlay_align side);

/* Draws sides, level and scale bar over the slice. The context counts in picture pixels. */
void overlay_draw_marks(cairo_t *cairo, const overlay_view *view, const myo_level_choice *level);

/* Draws the panel. The context counts in units from the panel's upper left corner. */
void overlay_draw_panel(cairo_t *cairo, const myo_report_slice *slice,
                        const myo_report_features *features);

/* What is to be checked, in plain words: draws from `y` down to `bottom` at most. */
void overlay_draw_flags(cairo_t *cairo, const myo_report_slice *slice,
                        const myo_report_features *features, double y, double bottom);

void overlay_set_color(cairo_t *cairo, overlay_color color);

/* Draws one line of text with its baseline at y, cut with an ellipsis at `width` (0: as long as it
 * is). `x` is its left end, right end or centre. */
void overlay_draw_text(cairo_t *cairo, double x, double y, overlay_align align, double width,
                       double size, bool bold, overlay_color color, const char *text);

/* Width of a line of text. */
double overlay_measure_text(cairo_t *cairo, double size, bool bold, const char *text);

/* Draws text in lines of at most `width` with their first baseline at y, at most `lines_max` of
 * them; returns the baseline for what follows. */
double overlay_draw_paragraph(cairo_t *cairo, double x, double y, double width, double size,
                              int lines_max, overlay_color color, const char *text);

void overlay_draw_panel_background(cairo_t *cairo);
void overlay_draw_rule(cairo_t *cairo, double y);

/* Draws a text that was put together, or nothing when memory ran out; empties it afterwards. */
void overlay_draw_and_clear(cairo_t *cairo, double x, double y, double width, double size,
                            overlay_color color, myo_text *text);

/* Draws a name and what it is; empties the value. */
void overlay_draw_fact(cairo_t *cairo, double y, const char *name, myo_text *value);

/* Appends a DICOM date (YYYYMMDD) as YYYY-MM-DD; anything else as it is. */
void overlay_append_date(myo_text *text, const char *date);

/* From this confidence on a level counts as seen by somebody, below it as following a convention.
 */
#define OVERLAY_SEEN_MIN 0.8

/* Draws the first line of a panel: a level, and at the right its state. */
void overlay_draw_level_name(cairo_t *cairo, const char *level, overlay_color color,
                             const char *state);

/* What the slice's distance is measured from. */
const char *overlay_centre_in_words(const myo_level_choice *level);

/* Draws the head of a panel: the level, how it was found and how sure it is. Returns where the next
 * part begins. */
double overlay_draw_level(cairo_t *cairo, const myo_level_choice *level);

/* Draws the end of a panel, with what the picture was made by (two lines at most); empties that
 * text. */
void overlay_draw_footer(cairo_t *cairo, myo_text *origin);

#endif
