/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How discs and slices look, on the slice and in the legend beside it. */
#include "report/level_picture_private.h"

#define HALO_OPACITY 0.5
#define HALO_WIDTH 3.0 /* beyond the line, both sides together */
#define PLANE_WIDTH 1.4
#define PLANE_OPACITY 0.85
#define CHOSEN_WIDTH 3.4
#define OTHER_WIDTH 2.8
#define RING_RADIUS 7.0
#define RING_WIDTH 2.4
#define FULL_TURN 6.283185307179586 /* radians */

const overlay_color level_picture_plane = {0.36, 0.64, 1.0};
const overlay_color level_picture_chosen = {0.22, 0.90, 1.0};
const overlay_color level_picture_other = {1.0, 0.55, 0.86};

bool level_picture_is_sure(const myo_disc *disc) {
    return disc->confidence >= OVERLAY_SEEN_MIN;
}

overlay_color level_picture_disc_color(const myo_disc *disc) {
    return level_picture_is_sure(disc) ? overlay_good : overlay_warning;
}

/* Draws the current path on a darker one that sets it off from bright tissue. */
static void stroke(cairo_t *cairo, double width, overlay_color color) {
    cairo_set_source_rgba(cairo, 0.0, 0.0, 0.0, HALO_OPACITY);
    cairo_set_line_width(cairo, width + HALO_WIDTH);
    cairo_stroke_preserve(cairo);
    overlay_set_color(cairo, color);
    cairo_set_line_width(cairo, width);
    cairo_stroke(cairo);
}

void level_picture_draw_ring(cairo_t *cairo, const myo_disc *disc, double x, double y) {
    static const double dashes[] = {4.0, 3.33}; /* six around the ring */
    cairo_save(cairo);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
    if (disc->interpolated) {
        cairo_set_dash(cairo, dashes, 2, 0.0);
    }
    cairo_new_path(cairo);
    cairo_arc(cairo, x, y, RING_RADIUS, 0.0, FULL_TURN);
    cairo_close_path(cairo);
    stroke(cairo, RING_WIDTH, level_picture_disc_color(disc));
    cairo_restore(cairo);
}

void level_picture_draw_plane(cairo_t *cairo, double x, double y, double to_x, double to_y) {
    cairo_set_source_rgba(cairo, level_picture_plane.red, level_picture_plane.green,
                          level_picture_plane.blue, PLANE_OPACITY);
    cairo_set_line_width(cairo, PLANE_WIDTH);
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, to_x, to_y);
    cairo_stroke(cairo);
}

void level_picture_draw_chosen(cairo_t *cairo, double x, double y, double to_x, double to_y) {
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, to_x, to_y);
    stroke(cairo, CHOSEN_WIDTH, level_picture_chosen);
}

void level_picture_draw_other(cairo_t *cairo, double x, double y, double to_x, double to_y) {
    static const double dashes[] = {12.0, 8.0};
    cairo_save(cairo);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(cairo, dashes, 2, 0.0);
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, to_x, to_y);
    stroke(cairo, OTHER_WIDTH, level_picture_other);
    cairo_restore(cairo);
}
