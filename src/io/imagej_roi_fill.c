/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pixels of a region, as ImageJ 1.53t counts them (found by experiments with it, see
 * docs/methods.md; tests/oracle/imagej compares them).
 *
 * Polygons: a pixel belongs to the region when its middle is enclosed by an odd number of outlines.
 * Each edge turns over, in every row whose middle it crosses, all pixels to its right; what has
 * been turned over an odd number of times is inside. Where the outline runs exactly through a
 * middle, that pixel lies left of and above it.
 * Ovals: the middle of the pixel lies within the ellipse that fills the box, or on it.
 */
#include "io/imagej_roi_private.h"

#include <math.h>

/* Crossings within this distance of a pixel's middle, in pixels, count as right of it. */
#define TIE_PX 1e-8
/* Rows that all edges of a region cross together: more than an outline within the largest image
 * has, however wild, and few enough to take no time. */
#define CROSSINGS_MAX ((size_t)1 << 28)

typedef struct canvas {
    size_t columns, rows;
    uint8_t *mask;
} canvas;

/* First row whose middle lies below a height; one through it lies above. */
static double first_row(double y) {
    return floor(y + 0.5);
}

/* Turns the beginnings of what lies right of an edge over. Returns the number of rows. */
static size_t cross_edge(const canvas *to, const double *from, const double *end) {
    const double *upper = from[1] < end[1] ? from : end, *lower = from[1] < end[1] ? end : from;
    double top = first_row(upper[1]), bottom = fmin(first_row(lower[1]), (double)to->rows);
    double slope = (lower[0] - upper[0]) / (lower[1] - upper[1]);
    size_t crossed = 0;
    for (double row = fmax(top, 0.0); row < bottom; row += 1.0) {
        double x = upper[0] + (row + 0.5 - upper[1]) * slope;
        double column = fmax(0.0, floor(x + 0.5 + TIE_PX));
        if (column < (double)to->columns) {
            to->mask[(size_t)row * to->columns + (size_t)column] ^= 1;
        }
        crossed++;
    }
    return crossed;
}

/* Every pixel is inside when an odd number of turns began at it or left of it. */
static void sum_turns(const canvas *to) {
    for (size_t row = 0; row < to->rows; row++) {
        uint8_t *pixels = to->mask + row * to->columns, inside = 0;
        for (size_t column = 0; column < to->columns; column++) {
            inside ^= pixels[column];
            pixels[column] = inside;
        }
    }
}

static bool fill_paths(const myo_roi *roi, const canvas *to, myo_error *err) {
    size_t crossings = 0;
    for (size_t p = 0; p < roi->path_count; p++) {
        const myo_roi_path *path = &roi->paths[p];
        for (size_t i = 0; i < path->point_count; i++) {
            size_t next = i + 1 < path->point_count ? i + 1 : 0;
            crossings += cross_edge(to, path->xy + 2 * i, path->xy + 2 * next);
            if (crossings > CROSSINGS_MAX) {
                return myo_error_set(err, MYO_E_RANGE,
                                     "region \"%s\": its outline is too long to be one", roi->name);
            }
        }
    }
    sum_turns(to);
    return true;
}

static void fill_oval(const myo_roi *roi, const canvas *to) {
    double half_width = 0.5 * roi->width, half_height = 0.5 * roi->height;
    for (int y = 0; y < roi->height; y++) {
        for (int x = 0; x < roi->width; x++) {
            long column = (long)roi->left + x, row = (long)roi->top + y;
            double dx = (x - (half_width - 0.5)), dy = (y - (half_height - 0.5));
            bool inside =
                dx * dx / (half_width * half_width) + dy * dy / (half_height * half_height) <= 1.0;
            if (inside && column >= 0 && row >= 0 && (size_t)column < to->columns &&
                (size_t)row < to->rows) {
                to->mask[(size_t)row * to->columns + (size_t)column] = 1;
            }
        }
    }
}

bool myo_roi_fill(const myo_roi *roi, size_t columns, size_t rows, uint8_t *mask, myo_error *err) {
    const canvas to = {columns, rows, mask};
    if (roi->type == MYO_ROI_OVAL) {
        fill_oval(roi, &to);
        return true;
    }
    return roi->type == MYO_ROI_OTHER || fill_paths(roi, &to, err);
}
