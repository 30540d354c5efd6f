/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The layout of a .roi file, as ImageJ 1.53 reads and writes it: a header of 64 bytes, coordinates,
 * a second header of 64 bytes, the name; all big-endian.
 */
#ifndef MYO_IO_IMAGEJ_ROI_PRIVATE_H
#define MYO_IO_IMAGEJ_ROI_PRIVATE_H

#include "io/imagej_roi_read.h"

#define ROI_MAGIC "Iout"
#define ROI_MAGIC_SIZE ((size_t)4)
#define ROI_HEADER_SIZE ((size_t)64)
#define ROI_HEADER2_SIZE ((size_t)64)
#define ROI_SUFFIX ".roi"

/* Kinds of regions in the header. */
enum {
    ROI_TYPE_POLYGON = 0,
    ROI_TYPE_RECTANGLE = 1,
    ROI_TYPE_OVAL = 2,
    ROI_TYPE_LINE = 3,
    ROI_TYPE_FREELINE = 4,
    ROI_TYPE_POLYLINE = 5,
    ROI_TYPE_NONE = 6,
    ROI_TYPE_FREEHAND = 7,
    ROI_TYPE_TRACED = 8,
    ROI_TYPE_ANGLE = 9,
    ROI_TYPE_POINT = 10,
    ROI_TYPE_COUNT
};

/* What a type is used for besides. */
enum {
    ROI_SUBTYPE_TEXT = 1,
    ROI_SUBTYPE_ARROW = 2,
    ROI_SUBTYPE_ELLIPSE = 3,
    ROI_SUBTYPE_IMAGE = 4,
    ROI_SUBTYPE_ROTATED = 5
};

enum { ROI_OPTION_SPLINE = 1, ROI_OPTION_SUB_PIXEL = 128 };

/* Segments of a composite, as in java.awt.geom.PathIterator. */
enum {
    ROI_MOVE_TO = 0,
    ROI_LINE_TO = 1,
    ROI_QUAD_TO = 2,
    ROI_CUBIC_TO = 3,
    ROI_CLOSE = 4,
    ROI_SEGMENT_COUNT
};

/* Offsets in the header. */
enum {
    ROI_VERSION = 4,
    ROI_TYPE = 6,
    ROI_TOP = 8,
    ROI_LEFT = 10,
    ROI_BOTTOM = 12,
    ROI_RIGHT = 14,
    ROI_POINT_COUNT = 16,
    ROI_X = 18, /* float; rectangles and ovals with sub-pixels */
    ROI_Y = 22,
    ROI_WIDTH = 26,
    ROI_HEIGHT = 30,
    ROI_SHAPE_SIZE = 36,
    ROI_STROKE_COLOR = 40,
    ROI_SUBTYPE = 48,
    ROI_OPTIONS = 50,
    ROI_CORNER_DIAMETER = 54,
    ROI_POSITION = 56,
    ROI_HEADER2 = 60
};

/* Offsets in the second header. */
enum { ROI2_CHANNEL = 4, ROI2_SLICE = 8, ROI2_FRAME = 12, ROI2_NAME = 16, ROI2_NAME_LENGTH = 20 };

/* Coordinates beyond this are no place in an image. */
#define ROI_COORDINATE_MAX 1e6

/* Reads the bytes of a .roi file. `file_name` is the name of a region that has none. On failure
 * *out may be partly filled; the caller clears it in any case. */
bool roi_decode(const unsigned char *bytes, size_t size, const char *file_name, myo_roi *out,
                myo_error *err);

/* Makes the bytes of a .roi file of a region. The caller frees *out. */
bool roi_encode(const myo_roi *roi, unsigned char **out, size_t *out_size, myo_error *err);

/* Adds the points of a curve that starts at the last point, its control points and end in
 * `xy`: two pairs for a quadratic, three for a cubic one. */
bool roi_add_curve(myo_roi *roi, const double *xy, int pairs, myo_error *err);

/* Adds the outline of a rectangle with round corners. */
bool roi_add_rounded_rectangle(myo_roi *roi, myo_error *err);

void roi_clear(myo_roi *roi);

/* Text of UTF-16 (big-endian) as UTF-8, control characters as spaces. The caller frees *out. */
bool roi_name_from_utf16(const unsigned char *bytes, size_t units, char **out, myo_error *err);
/* Number of UTF-16 units of UTF-8 text, written to `out` (big-endian) unless that is NULL. */
size_t roi_name_to_utf16(const char *text, unsigned char *out);

#endif
