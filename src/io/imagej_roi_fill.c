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
/* Rows that all edges of a region may cross together: 2048 edges through all rows of the largest
 * image, which no outline has. */
#define CROSSINGS_MAX ((size_t)1 << 24)

typedef struct canvas {
    size_t columns, rows;
    uint8_t *mask;
} canvas;

/* First row whose middle lies below a height, within the image; a middle at that height lies above.
 */
static size_t first_row(const canvas *to, double y) {
    double row = floor(y + 0.5);
    return row > 0.0 ? (size_t)fmin(row, (double)to->rows) : 0;
}

/* Turns the beginnings of what lies right of an edge over. Returns the number of rows. */
static size_t cross_edge(const canvas *to, const double *from, const double *end) {
    const double *upper = from[1] < end[1] ? from : end, *lower = from[1] < end[1] ? end : from;
    size_t top = first_row(to, upper[1]), bottom = first_row(to, lower[1]);
    double slope = (lower[0] - upper[0]) / (lower[1] - upper[1]);
    for (size_t row = top; row < bottom; row++) {
        double x = upper[0] + ((double)row + 0.5 - upper[1]) * slope;
        double column = fmax(0.0, floor(x + 0.5 + TIE_PX));
        if (column < (double)to->columns) {
            to->mask[row * to->columns + (size_t)column] ^= 1;
        }
    }
    return bottom > top ? bottom - top : 0;
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

/* ImageJ keeps points as floats from the least coordinates of the outline, or of a composite's from
 * the pixel corner before them. A float is not always the difference of two others, which moves
 * crossings by some 1e-5 pixels. */
static void find_base(const myo_roi *roi, double base[2]) {
    base[0] = base[1] = INFINITY;
    for (size_t p = 0; p < roi->path_count; p++) {
        for (size_t i = 0; i < roi->paths[p].point_count; i++) {
            base[0] = fmin(base[0], roi->paths[p].xy[2 * i]);
            base[1] = fmin(base[1], roi->paths[p].xy[2 * i + 1]);
        }
    }
    if (roi->type == MYO_ROI_COMPOSITE || roi->type == MYO_ROI_RECTANGLE) {
        base[0] = floor(base[0]);
        base[1] = floor(base[1]);
    }
}

static void as_kept(const double *point, const double base[2], double kept[2]) {
    for (int k = 0; k < 2; k++) {
        kept[k] = (double)(float)(point[k] - base[k]) + base[k];
    }
}

static bool fill_paths(const myo_roi *roi, const canvas *to, myo_error *err) {
    size_t crossings = 0;
    double base[2];
    find_base(roi, base);
    for (size_t p = 0; p < roi->path_count; p++) {
        const myo_roi_path *path = &roi->paths[p];
        for (size_t i = 0; i < path->point_count; i++) {
            size_t next = i + 1 < path->point_count ? i + 1 : 0;
            double from[2], end[2];
            as_kept(path->xy + 2 * i, base, from);
            as_kept(path->xy + 2 * next, base, end);
            crossings += cross_edge(to, from, end);
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
    double middle_x = roi->left + half_width - 0.5, middle_y = roi->top + half_height - 0.5;
    for (size_t row = 0; row < to->rows; row++) {
        for (size_t column = 0; column < to->columns; column++) {
            double dx = (double)column - middle_x, dy = (double)row - middle_y;
            double radius2 =
                dx * dx / (half_width * half_width) + dy * dy / (half_height * half_height);
            to->mask[row * to->columns + column] = radius2 <= 1.0;
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
