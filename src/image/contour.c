/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outlines of regions along pixel corners ("crack following", A. Rosenfeld and A. C. Kak, Digital
 * Picture Processing, 2nd ed. 1982, section 11.1).
 *
 * A boundary is followed along the cracks between pixels with the region on the right hand. Where
 * two pixels of the region touch at a corner only, the path turns right and so stays with its own
 * pixel: regions are 4-connected, and what is outside of them 8-connected. Every closed boundary
 * holds at least one crack that runs to the right, which is the top edge of a pixel; each boundary
 * is therefore found once by going through the top edges in reading order.
 */
#include "image/contour.h"

#include "base/memory.h"

#include <stdlib.h>

/* Headings in the order in which right turns go through them (x right, y down). */
enum { EAST, SOUTH, WEST, NORTH, HEADING_COUNT };

static const int step_x[HEADING_COUNT] = {1, 0, -1, 0};
static const int step_y[HEADING_COUNT] = {0, 1, 0, -1};
/* The pixel ahead on the right of a corner, and the one ahead on the left, as offsets. */
static const int right_x[HEADING_COUNT] = {0, -1, -1, 0};
static const int right_y[HEADING_COUNT] = {0, 0, -1, -1};
static const int left_x[HEADING_COUNT] = {0, 0, -1, -1};
static const int left_y[HEADING_COUNT] = {-1, 0, 0, -1};

typedef struct tracer {
    const uint16_t *labels;
    int columns, rows;
    uint16_t label;
    bool *top_edge_done; /* one for each pixel */
} tracer;

static bool inside(const tracer *t, int x, int y) {
    return x >= 0 && y >= 0 && x < t->columns && y < t->rows &&
           t->labels[(size_t)y * (size_t)t->columns + (size_t)x] == t->label;
}

static int next_heading(const tracer *t, int x, int y, int heading) {
    if (!inside(t, x + right_x[heading], y + right_y[heading])) {
        return (heading + 1) % HEADING_COUNT;
    }
    if (inside(t, x + left_x[heading], y + left_y[heading])) {
        return (heading + HEADING_COUNT - 1) % HEADING_COUNT;
    }
    return heading;
}

static bool append_point(myo_contour *contour, size_t *capacity, int x, int y, myo_error *err) {
    void *xy = contour->xy;
    if (!myo_array_reserve(&xy, capacity, contour->point_count + 1, 2 * sizeof(int), err)) {
        return false;
    }
    contour->xy = xy;
    contour->xy[2 * contour->point_count] = x;
    contour->xy[2 * contour->point_count + 1] = y;
    contour->point_count++;
    return true;
}

/* Twice the signed area, by the shoelace formula; positive when clockwise on the screen. */
static double doubled_area(const myo_contour *contour) {
    double sum = 0.0;
    for (size_t i = 0; i < contour->point_count; i++) {
        const int *a = contour->xy + 2 * i;
        const int *b = contour->xy + 2 * ((i + 1) % contour->point_count);
        sum += (double)a[0] * (double)b[1] - (double)b[0] * (double)a[1];
    }
    return sum;
}

/* Follows the boundary that leaves (start_x, start_y) eastwards. The start is a turn, because a
 * top edge to its left would have been followed before and straight on into this one. */
static bool follow(tracer *t, int start_x, int start_y, myo_contour *contour, myo_error *err) {
    size_t capacity = 0;
    int x = start_x, y = start_y, heading = EAST, before = NORTH;
    do {
        if (heading != before && !append_point(contour, &capacity, x, y, err)) {
            return false;
        }
        if (heading == EAST) {
            t->top_edge_done[(size_t)y * (size_t)t->columns + (size_t)x] = true;
        }
        x += step_x[heading];
        y += step_y[heading];
        before = heading;
        heading = next_heading(t, x, y, heading);
    } while (x != start_x || y != start_y || heading != EAST);
    contour->hole = doubled_area(contour) < 0.0;
    return true;
}

static bool trace_all(tracer *t, myo_contour_list *list, myo_error *err) {
    for (int y = 0; y < t->rows; y++) {
        for (int x = 0; x < t->columns; x++) {
            bool is_top_edge = inside(t, x, y) && !inside(t, x, y - 1);
            if (!is_top_edge || t->top_edge_done[(size_t)y * (size_t)t->columns + (size_t)x]) {
                continue;
            }
            void *contours = list->contours;
            if (!myo_array_reserve(&contours, &list->capacity, list->count + 1, sizeof(myo_contour),
                                   err)) {
                return false;
            }
            list->contours = contours;
            list->contours[list->count] = (myo_contour){0};
            if (!follow(t, x, y, &list->contours[list->count++], err)) {
                return false;
            }
        }
    }
    return true;
}

bool myo_contour_trace(const uint16_t *labels, size_t columns, size_t rows, uint16_t label,
                       myo_contour_list *out, myo_error *err) {
    *out = (myo_contour_list){0};
    if (columns > MYO_IMAGE_SIDE_MAX || rows > MYO_IMAGE_SIDE_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "outlines: image size %zu x %zu is above %d",
                             columns, rows, MYO_IMAGE_SIDE_MAX);
    }
    tracer t = {.labels = labels, .columns = (int)columns, .rows = (int)rows, .label = label};
    t.top_edge_done = myo_alloc_array(columns * rows, sizeof(bool), err);
    bool done = t.top_edge_done && trace_all(&t, out, err);
    free(t.top_edge_done);
    if (!done) {
        myo_contour_list_clear(out);
    }
    return done;
}

void myo_contour_list_clear(myo_contour_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->contours[i].xy);
    }
    free(list->contours);
    *list = (myo_contour_list){0};
}
