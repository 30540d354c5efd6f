/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks over a slice: letters, level, scale bar. */
#include "report/overlay_private.h"

#define SCALE_BAR_MM 50.0
#define SHORT_SCALE_BAR_MM 10.0

void overlay_draw_mark(cairo_t *cairo, double x, double y, overlay_align align, double size,
                       const char *text) {
    static const overlay_color black = {0.0, 0.0, 0.0};
    static const double offsets[][2] = {{-1.2, 0.0}, {1.2, 0.0}, {0.0, -1.2}, {0.0, 1.2}};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        overlay_draw_text(cairo, x + offsets[i][0], y + offsets[i][1], align, 0.0, size, true,
                          black, text);
    }
    overlay_draw_text(cairo, x, y, align, 0.0, size, true, overlay_text, text);
}

static void draw_bar(cairo_t *cairo, double length, double x, double y, const char *text) {
    const double tick = 6.0, thick = 3.0, border = 1.2;
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_SQUARE);
    for (int pass = 0; pass < 2; pass++) {
        overlay_set_color(cairo, pass ? overlay_text : (overlay_color){0.0, 0.0, 0.0});
        cairo_set_line_width(cairo, pass ? thick : thick + 2.0 * border);
        cairo_move_to(cairo, x, y - tick);
        cairo_line_to(cairo, x, y);
        cairo_line_to(cairo, x + length, y);
        cairo_line_to(cairo, x + length, y - tick);
        cairo_stroke(cairo);
    }
    overlay_draw_mark(cairo, x + 0.5 * length, y - 12.0, OVERLAY_CENTER, 19.0, text);
}

void overlay_draw_scale_bar(cairo_t *cairo, const overlay_view *view, overlay_align side) {
    double per_mm = view->px_per_mm / view->unit, width = view->width / view->unit;
    double y = OVERLAY_UNITS_HIGH - OVERLAY_MARK_MARGIN;
    bool is_short = SCALE_BAR_MM * per_mm >= 0.5 * width;
    double length = (is_short ? SHORT_SCALE_BAR_MM : SCALE_BAR_MM) * per_mm;
    double left =
        side == OVERLAY_RIGHT ? width - OVERLAY_MARK_MARGIN - length : OVERLAY_MARK_MARGIN;
    draw_bar(cairo, length, left, y, is_short ? "10 mm" : "50 mm");
}

void overlay_draw_marks(cairo_t *cairo, const overlay_view *view, const myo_level_choice *level) {
    const double margin = OVERLAY_MARK_MARGIN;
    double width = view->width / view->unit, height = OVERLAY_UNITS_HIGH;
    cairo_save(cairo);
    cairo_scale(cairo, view->unit, view->unit);
    overlay_draw_mark(cairo, margin, 0.5 * height, OVERLAY_LEFT, 38.0, "R");
    overlay_draw_mark(cairo, width - margin, 0.5 * height, OVERLAY_RIGHT, 38.0, "L");
    overlay_draw_mark(cairo, margin, 50.0, OVERLAY_LEFT, 28.0, level->level);
    if (!level->confirmed) {
        overlay_draw_mark(cairo, margin, 76.0, OVERLAY_LEFT, 17.0, "level not confirmed");
    }
    overlay_draw_scale_bar(cairo, view, OVERLAY_LEFT);
    cairo_restore(cairo);
}
