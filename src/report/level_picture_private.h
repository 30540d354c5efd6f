/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of the picture of a level. Contexts count in units, as overlay_private.h says. */
#ifndef MYO_REPORT_LEVEL_PICTURE_PRIVATE_H
#define MYO_REPORT_LEVEL_PICTURE_PRIVATE_H

#include "report/level_picture.h"
#include "report/overlay_private.h"

/* Between slice and panel: room for the labels of slices. */
#define LEVEL_PICTURE_GUTTER_WIDTH 270.0

extern const overlay_color level_picture_plane, level_picture_chosen, level_picture_other;

/* True for a disc that was seen and whose name is hardly in doubt. */
bool level_picture_is_sure(const myo_disc *disc);

/* The colour that says so. */
overlay_color level_picture_disc_color(const myo_disc *disc);

/* Draws the ring around a disc's centre. */
void level_picture_draw_ring(cairo_t *cairo, const myo_disc *disc, double x, double y);

/* The lines that stand for slices, from (x, y) to (to_x, to_y). */
void level_picture_draw_plane(cairo_t *cairo, double x, double y, double to_x, double to_y);
void level_picture_draw_chosen(cairo_t *cairo, double x, double y, double to_x, double to_y);
void level_picture_draw_other(cairo_t *cairo, double x, double y, double to_x, double to_y);

/* Only every so many slices of a stack are drawn, so that their lines stay apart. */
size_t level_picture_plane_step(const overlay_view *view, const myo_series *axial,
                                const myo_stack *stack);

/* Draws planes, discs and marks over the slice, and labels of slices into the gutter beside it. */
void level_picture_draw_slice(cairo_t *cairo, const overlay_view *view,
                              const myo_report_location *location);

/* Draws the panel from its upper left corner. */
void level_picture_draw_panel(cairo_t *cairo, const overlay_view *view,
                              const myo_report_location *location);

/* What is to be checked, in plain words: draws from `y` down to `bottom` at most. */
void level_picture_draw_warnings(cairo_t *cairo, const myo_report_location *location, double y,
                                 double bottom);

/* The ellipses of trabecular bone with the vertebrae's HU. level_picture_vertebrae.c. */
void level_picture_draw_vertebrae(cairo_t *cairo, const overlay_view *view,
                                  const myo_report_location *location);

#endif
