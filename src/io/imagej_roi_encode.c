/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of one .roi file of version 227. A polygon has its points as whole numbers from the
 * corner of its box, and as floats, too, where they lie between pixels; a composite has floats
 * alone.
 */
#include "io/imagej_roi_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 227
/* Boxes are stored in 16 bits with sign. */
#define BOX_MIN (-4999)
#define BOX_MAX 32767
#define POLYGON_POINTS_MAX 65535u

static void put_16(unsigned char *to, unsigned value) {
    to[0] = (unsigned char)(value >> 8 & 0xFF);
    to[1] = (unsigned char)(value & 0xFF);
}

static void put_32(unsigned char *to, uint32_t value) {
    put_16(to, value >> 16);
    put_16(to + 2, value & 0xFFFF);
}

static void put_float(unsigned char *to, double value) {
    float narrow = (float)value;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    put_32(to, bits);
}

typedef struct box {
    double left, top, right, bottom;
} box;

static box find_box(const myo_roi *roi) {
    if (roi->type == MYO_ROI_RECTANGLE || roi->type == MYO_ROI_OVAL) {
        return (box){roi->left, roi->top, (double)roi->left + roi->width,
                     (double)roi->top + roi->height};
    }
    box b = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t p = 0; p < roi->path_count; p++) {
        for (size_t i = 0; i < roi->paths[p].point_count; i++) {
            double x = roi->paths[p].xy[2 * i], y = roi->paths[p].xy[2 * i + 1];
            b.left = fmin(b.left, floor(x));
            b.right = fmax(b.right, ceil(x));
            b.top = fmin(b.top, floor(y));
            b.bottom = fmax(b.bottom, ceil(y));
        }
    }
    return b;
}

static bool has_sub_pixels(const myo_roi *roi) {
    for (size_t p = 0; p < roi->path_count; p++) {
        for (size_t i = 0; i < 2 * roi->paths[p].point_count; i++) {
            if (floor(roi->paths[p].xy[i]) < roi->paths[p].xy[i]) {
                return true;
            }
        }
    }
    return false;
}

/* What follows the header. */
typedef enum layout { LAYOUT_BOX, LAYOUT_POLYGON, LAYOUT_SHAPE } layout;

static layout find_layout(const myo_roi *roi) {
    if (roi->type == MYO_ROI_RECTANGLE || roi->type == MYO_ROI_OVAL) {
        return LAYOUT_BOX;
    }
    bool one = roi->path_count == 1 && roi->point_count <= POLYGON_POINTS_MAX;
    return one && roi->type != MYO_ROI_COMPOSITE ? LAYOUT_POLYGON : LAYOUT_SHAPE;
}

/* Number of floats of the composite: three for each point, one to close each outline. */
static size_t shape_size(const myo_roi *roi) {
    return 3 * roi->point_count + roi->path_count;
}

static void put_polygon(unsigned char *to, const myo_roi_path *path, box b, bool sub_pixel) {
    size_t count = path->point_count;
    unsigned char *floats = to + 4 * count;
    for (size_t i = 0; i < count; i++) {
        double x = path->xy[2 * i], y = path->xy[2 * i + 1];
        put_16(to + 2 * i, (unsigned)(floor(x) - b.left));
        put_16(to + 2 * (count + i), (unsigned)(floor(y) - b.top));
        if (sub_pixel) {
            put_float(floats + 4 * i, x);
            put_float(floats + 4 * (count + i), y);
        }
    }
}

static void put_shape(unsigned char *to, const myo_roi *roi) {
    for (size_t p = 0; p < roi->path_count; p++) {
        const myo_roi_path *path = &roi->paths[p];
        for (size_t i = 0; i < path->point_count; i++) {
            put_float(to, i == 0 ? ROI_MOVE_TO : ROI_LINE_TO);
            put_float(to + 4, path->xy[2 * i]);
            put_float(to + 8, path->xy[2 * i + 1]);
            to += 12;
        }
        put_float(to, ROI_CLOSE);
        to += 4;
    }
}

/* Composites have the type of a rectangle, and a shape. */
static int stored_type(const myo_roi *roi, layout kind) {
    if (kind == LAYOUT_POLYGON) {
        return roi->type == MYO_ROI_POLYGON    ? ROI_TYPE_POLYGON
               : roi->type == MYO_ROI_FREEHAND ? ROI_TYPE_FREEHAND
                                               : ROI_TYPE_TRACED;
    }
    return roi->type == MYO_ROI_OVAL ? ROI_TYPE_OVAL : ROI_TYPE_RECTANGLE;
}

static bool check_region(const myo_roi *roi, const box *b, myo_error *err) {
    if (roi->type == MYO_ROI_OTHER) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "region \"%s\": a %s cannot be written",
                             roi->name, roi->kind);
    }
    return (b->left >= BOX_MIN && b->top >= BOX_MIN && b->right <= BOX_MAX &&
            b->bottom <= BOX_MAX && b->left <= b->right && b->top <= b->bottom) ||
           myo_error_set(err, MYO_E_RANGE,
                         "region \"%s\": it is empty, or lies outside of what ImageJ can store",
                         roi->name);
}

static void put_header(unsigned char *to, const myo_roi *roi, layout kind, const box *b,
                       bool sub_pixel, size_t header2) {
    memcpy(to, ROI_MAGIC, ROI_MAGIC_SIZE);
    put_16(to + ROI_VERSION, VERSION);
    to[ROI_TYPE] = (unsigned char)stored_type(roi, kind);
    put_16(to + ROI_TOP, (unsigned)(int)b->top);
    put_16(to + ROI_LEFT, (unsigned)(int)b->left);
    put_16(to + ROI_BOTTOM, (unsigned)(int)b->bottom);
    put_16(to + ROI_RIGHT, (unsigned)(int)b->right);
    put_16(to + ROI_OPTIONS, sub_pixel ? ROI_OPTION_SUB_PIXEL : 0);
    if (roi->type == MYO_ROI_RECTANGLE) {
        put_16(to + ROI_CORNER_DIAMETER, (unsigned)roi->corner_diameter);
    }
    put_32(to + ROI_STROKE_COLOR, roi->stroke);
    put_32(to + ROI_POSITION, (uint32_t)roi->position);
    put_32(to + ROI_HEADER2, (uint32_t)header2);
}

bool roi_encode(const myo_roi *roi, unsigned char **out, size_t *out_size, myo_error *err) {
    box b = find_box(roi);
    if (!check_region(roi, &b, err)) {
        return false;
    }
    layout kind = find_layout(roi);
    bool sub_pixel = kind == LAYOUT_POLYGON && has_sub_pixels(roi);
    size_t content = kind == LAYOUT_POLYGON ? (sub_pixel ? 12 : 4) * roi->point_count
                     : kind == LAYOUT_SHAPE ? 4 * shape_size(roi)
                                            : 0;
    size_t header2 = ROI_HEADER_SIZE + content, units = roi_name_to_utf16(roi->name, NULL);
    size_t size = header2 + ROI_HEADER2_SIZE + 2 * units;
    unsigned char *bytes = myo_alloc_array(size, 1, err);
    if (!bytes) {
        return false;
    }
    put_header(bytes, roi, kind, &b, sub_pixel, header2);
    if (kind == LAYOUT_POLYGON) {
        put_16(bytes + ROI_POINT_COUNT, (unsigned)roi->point_count);
        put_polygon(bytes + ROI_HEADER_SIZE, &roi->paths[0], b, sub_pixel);
    } else if (kind == LAYOUT_SHAPE) {
        put_32(bytes + ROI_SHAPE_SIZE, (uint32_t)shape_size(roi));
        put_shape(bytes + ROI_HEADER_SIZE, roi);
    }
    put_32(bytes + header2 + ROI2_NAME, (uint32_t)(header2 + ROI_HEADER2_SIZE));
    put_32(bytes + header2 + ROI2_NAME_LENGTH, (uint32_t)units);
    roi_name_to_utf16(roi->name, bytes + header2 + ROI_HEADER2_SIZE);
    *out = bytes;
    *out_size = size;
    return true;
}
