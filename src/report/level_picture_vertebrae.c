/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ellipses of trabecular bone in which the spinal CT value was measured, with their HU. */
#include "report/level_picture_private.h"

#include <math.h>
#include <stdio.h>

#define CORNERS 48
#define LINE_WIDTH 2.0
#define TEXT_SIZE 13.0
#define LABEL_BEHIND_MM 62.0        /* the middle of the body: its HU are written there */
#define FULL_TURN 6.283185307179586 /* radians */

static const overlay_color ellipse_color = {1.0, 0.80, 0.25};

/* Where a point of the patient lies in the picture. */
static void place(const overlay_view *view, myo_vec3 point, double *x, double *y) {
    double column, row;
    myo_geometry_from_patient(myo_image_get_geometry(view->image), point, &column, &row, NULL);
    *x = (column + 0.5) * view->x_scale / view->unit;
    *y = ((row + 0.5) * view->y_scale + view->top) / view->unit;
}

static myo_vec3 along(myo_vec3 from, double length, myo_vec3 direction) {
    return (myo_vec3){from.x + length * direction.x, from.y + length * direction.y,
                      from.z + length * direction.z};
}

static void draw_section(cairo_t *cairo, const overlay_view *view, const myo_trabecular *vertebra,
                         const myo_trabecular_section *section) {
    cairo_new_path(cairo);
    for (int i = 0; i < CORNERS; i++) {
        double angle = FULL_TURN * i / CORNERS, x, y;
        myo_vec3 p =
            along(section->centre_mm, section->half_depth_mm * cos(angle), vertebra->front);
        place(view, along(p, section->half_height_mm * sin(angle), vertebra->down), &x, &y);
        cairo_line_to(cairo, x, y);
    }
    cairo_close_path(cairo);
    overlay_set_color(cairo, ellipse_color);
    cairo_set_line_width(cairo, LINE_WIDTH);
    cairo_stroke(cairo);
}

void level_picture_draw_vertebrae(cairo_t *cairo, const overlay_view *view,
                                  const myo_report_location *location) {
    for (size_t v = 0; v < location->vertebra_count; v++) {
        const myo_trabecular *vertebra = &location->vertebrae[v];
        char text[64];
        double x, y;
        for (int s = 0; s < MYO_TRABECULAR_SECTIONS; s++) {
            if (vertebra->sections[s].found) {
                draw_section(cairo, view, vertebra, &vertebra->sections[s]);
            }
        }
        /* Behind the spinous processes, where there is room. */
        place(view, along(vertebra->centre_mm, -LABEL_BEHIND_MM, vertebra->front), &x, &y);
        snprintf(text, sizeof text, "%s %.0f HU", vertebra->vertebra, vertebra->mean_hu);
        overlay_draw_mark(cairo, x, y + 0.36 * TEXT_SIZE, OVERLAY_LEFT, TEXT_SIZE, text);
    }
}
