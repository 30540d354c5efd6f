/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outlines over the slice. The outline of a region is a staircase of pixel edges; it is
 * drawn as the smoothed line through the middles of these edges, moved inwards by half its width,
 * so that neighbouring structures keep their own lines side by side. The areas in the tables come
 * from the pixels and not from these lines.
 */
#include "base/memory.h"
#include "image/contour.h"
#include "report/overlay_private.h"

#include <math.h>
#include <stdlib.h>

/* Widths in units: a line of about two pixels, on a darker one that sets it off from bright fat. */
#define LINE_WIDTH 1.9
#define HALO_WIDTH 3.6
#define HALO_OPACITY 0.45
/* Of automatic outlines that drawn ones have taken the place of. */
#define DASHED_WIDTH 1.2
#define DASH_LENGTH 5.0
#define DASH_GAP 4.0
/* Passes of the filter 1-2-1 along the line; four have a standard deviation of 1.4 pixel edges. */
#define SMOOTHING_PASSES 4
/* Lines of fewer edges, a few pixels in all, are drawn as they are. */
#define SMOOTHED_EDGES_MIN 12

typedef struct point {
    double x, y;
} point;

static size_t count_edges(const myo_contour *contour) {
    size_t edges = 0;
    for (size_t i = 0; i < contour->point_count; i++) {
        const int *a = contour->xy + 2 * i;
        const int *b = contour->xy + 2 * ((i + 1) % contour->point_count);
        edges += (size_t)(abs(b[0] - a[0]) + abs(b[1] - a[1]));
    }
    return edges;
}

/* The middles of all pixel edges along the contour, in picture pixels. */
static void find_middles(const overlay_view *view, const myo_contour *contour, point *out) {
    for (size_t i = 0; i < contour->point_count; i++) {
        const int *a = contour->xy + 2 * i;
        const int *b = contour->xy + 2 * ((i + 1) % contour->point_count);
        int length = abs(b[0] - a[0]) + abs(b[1] - a[1]);
        for (int k = 0; k < length; k++) {
            double part = (k + 0.5) / length;
            out->x = (a[0] + part * (b[0] - a[0])) * view->x_scale;
            out->y = (a[1] + part * (b[1] - a[1])) * view->y_scale + view->top;
            out++;
        }
    }
}

/* One pass of the filter around the closed line. */
static void smooth(const point *from, point *to, size_t count) {
    for (size_t i = 0; i < count; i++) {
        point before = from[(i + count - 1) % count], here = from[i], after = from[(i + 1) % count];
        to[i].x = 0.25 * before.x + 0.5 * here.x + 0.25 * after.x;
        to[i].y = 0.25 * before.y + 0.5 * here.y + 0.25 * after.y;
    }
}

/* Moves the line to its right, which is where the region lies. */
static void move_inwards(const point *from, point *to, size_t count, double distance) {
    for (size_t i = 0; i < count; i++) {
        point before = from[(i + count - 1) % count], after = from[(i + 1) % count];
        double dx = after.x - before.x, dy = after.y - before.y, length = hypot(dx, dy);
        double factor = length > 0.0 ? distance / length : 0.0;
        to[i].x = from[i].x - dy * factor;
        to[i].y = from[i].y + dx * factor;
    }
}

/* Adds one contour to the current path. `work` holds two points for each edge. */
static void add_path(cairo_t *cairo, const overlay_view *view, const myo_contour *contour,
                     size_t edges, point *work) {
    point *line = work, *other = work + edges;
    find_middles(view, contour, line);
    for (int pass = 0; edges >= SMOOTHED_EDGES_MIN && pass < SMOOTHING_PASSES; pass++) {
        smooth(line, other, edges);
        point *swap = line;
        line = other;
        other = swap;
    }
    move_inwards(line, other, edges, 0.5 * LINE_WIDTH * view->unit);
    cairo_new_sub_path(cairo);
    for (size_t i = 0; i < edges; i++) {
        cairo_line_to(cairo, other[i].x, other[i].y);
    }
    cairo_close_path(cairo);
}

/* Strokes the current path as an outline, or as the dashes of one that does not count any more. */
static void stroke(cairo_t *cairo, const overlay_view *view, const uint8_t rgb[3], bool dashed) {
    const double dashes[] = {DASH_LENGTH * view->unit, DASH_GAP * view->unit};
    if (!dashed) {
        cairo_set_source_rgba(cairo, 0.0, 0.0, 0.0, HALO_OPACITY);
        cairo_set_line_width(cairo, HALO_WIDTH * view->unit);
        cairo_stroke_preserve(cairo);
    }
    cairo_set_source_rgb(cairo, rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
    cairo_set_line_width(cairo, (dashed ? DASHED_WIDTH : LINE_WIDTH) * view->unit);
    cairo_set_dash(cairo, dashes, dashed ? 2 : 0, 0.0);
    cairo_stroke(cairo);
}

static bool draw_region(cairo_t *cairo, const overlay_view *view, const uint16_t *labels,
                        uint16_t label, const uint8_t rgb[3], myo_error *err) {
    myo_contour_list outlines;
    if (!myo_contour_trace(labels, view->columns, view->rows, label, &outlines, err)) {
        return false;
    }
    bool done = true;
    cairo_new_path(cairo);
    for (size_t c = 0; done && c < outlines.count; c++) {
        size_t edges = count_edges(&outlines.contours[c]);
        point *work = myo_alloc_array(2 * edges, sizeof *work, err);
        done = work != NULL;
        if (done) {
            add_path(cairo, view, &outlines.contours[c], edges, work);
        }
        free(work);
    }
    myo_contour_list_clear(&outlines);
    stroke(cairo, view, rgb, labels == view->automatic);
    return done;
}

static bool draw_regions(cairo_t *cairo, const overlay_view *view, const uint16_t *labels,
                         myo_error *err) {
    bool done = true;
    for (int s = 0; done && s < MYO_STRUCTURE_COUNT; s++) {
        const myo_structure_info *info = myo_structure_get((myo_structure)s);
        for (int side = 0; done && side < (info->paired ? MYO_SIDE_COUNT : 1); side++) {
            done = draw_region(cairo, view, labels, info->label[side], info->rgb, err);
        }
    }
    return done;
}

bool overlay_draw_outlines(cairo_t *cairo, const overlay_view *view, myo_error *err) {
    cairo_save(cairo);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    bool done = (!view->automatic || draw_regions(cairo, view, view->automatic, err)) &&
                draw_regions(cairo, view, view->labels, err);
    cairo_restore(cairo);
    return done;
}
