/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of one .roi file. Whatever they are, nothing outside of them is read and no more
 * points are made than MYO_ROI_POINTS_MAX.
 */
#include "io/imagej_roi_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_MIN 217
#define VERSION_SUB_PIXEL 222      /* first with coordinates between pixels */
#define VERSION_SUB_PIXEL_RECT 223 /* first with such rectangles and ovals */
/* Coordinates are stored in 16 bits; below this they are meant without sign. */
#define SIGNED_MIN (-5000)

/* The file, and what of its header is needed again and again. */
typedef struct roi_file {
    const unsigned char *bytes;
    size_t size;
    int version, type, subtype, options;
    size_t header2; /* 0: none */
} roi_file;

static unsigned get_16(const unsigned char *p) {
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get_32(const unsigned char *p) {
    return (uint32_t)get_16(p) << 16 | get_16(p + 2);
}

static float get_float(const unsigned char *p) {
    uint32_t bits = get_32(p);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int get_coordinate(const unsigned char *p) {
    int value = (int)get_16(p);
    return value - 65536 >= SIGNED_MIN ? value - 65536 : value;
}

/* A number of 32 bits that is no position when it is negative. */
static int get_position(const unsigned char *p) {
    uint32_t value = get_32(p);
    return value <= INT32_MAX ? (int)value : 0;
}

static bool check_coordinate(double value, myo_error *err) {
    return (value >= -ROI_COORDINATE_MAX && value <= ROI_COORDINATE_MAX) ||
           myo_error_set(err, MYO_E_FORMAT, "broken: a coordinate is %g", value);
}

static bool check_header(const unsigned char *bytes, size_t size, myo_error *err) {
    if (size < ROI_HEADER_SIZE || memcmp(bytes, ROI_MAGIC, ROI_MAGIC_SIZE) != 0) {
        return myo_error_set(err, MYO_E_FORMAT, "not an ImageJ region: save it in ImageJ again");
    }
    unsigned version = get_16(bytes + ROI_VERSION), type = bytes[ROI_TYPE];
    if (version < VERSION_MIN) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "version %u of the format, older than %d: open it in a newer ImageJ "
                             "and save it again",
                             version, VERSION_MIN);
    }
    return type < ROI_TYPE_COUNT ||
           myo_error_set(err, MYO_E_FORMAT, "broken: there is no type %u of regions", type);
}

static roi_file open_file(const unsigned char *bytes, size_t size) {
    roi_file file = {.bytes = bytes,
                     .size = size,
                     .version = (int)get_16(bytes + ROI_VERSION),
                     .type = bytes[ROI_TYPE],
                     .subtype = (int)get_16(bytes + ROI_SUBTYPE),
                     .options = (int)get_16(bytes + ROI_OPTIONS)};
    size_t header2 = get_32(bytes + ROI_HEADER2);
    /* ImageJ passes over a second header that lies outside of the file, too. */
    if (header2 >= ROI_HEADER_SIZE && header2 <= size && size - header2 >= ROI_HEADER2_SIZE) {
        file.header2 = header2;
    }
    return file;
}

/* The stored name, or that of the file without its suffix. */
static bool read_name(const roi_file *file, const char *file_name, char **out, myo_error *err) {
    if (file->header2) {
        const unsigned char *header2 = file->bytes + file->header2;
        size_t at = get_32(header2 + ROI2_NAME), units = get_32(header2 + ROI2_NAME_LENGTH);
        if (units > 0 && at > 0) {
            if (at > file->size || units > (file->size - at) / 2) {
                return myo_error_set(err, MYO_E_FORMAT, "broken: its name lies beyond its end");
            }
            return roi_name_from_utf16(file->bytes + at, units, out, err);
        }
    }
    char *name = myo_string_copy(file_name, err);
    if (!name) {
        return false;
    }
    size_t length = strlen(name), suffix = sizeof ROI_SUFFIX - 1;
    if (length > suffix && strcmp(name + length - suffix, ROI_SUFFIX) == 0) {
        name[length - suffix] = '\0';
    }
    *out = name;
    return true;
}

/* In a stack of several channels or times, the second header holds the place along each axis. */
static int read_position(const roi_file *file) {
    if (file->header2) {
        const unsigned char *header2 = file->bytes + file->header2;
        int channel = get_position(header2 + ROI2_CHANNEL);
        int slice = get_position(header2 + ROI2_SLICE);
        int frame = get_position(header2 + ROI2_FRAME);
        if (channel > 0 || slice > 0 || frame > 0) {
            return slice;
        }
    }
    return get_position(file->bytes + ROI_POSITION);
}

/* What has no area, or an area that cannot be known from the file. NULL: it has one. */
static const char *find_other(const roi_file *file) {
    static const char *const lines[ROI_TYPE_COUNT] = {[ROI_TYPE_LINE] = "line",
                                                      [ROI_TYPE_FREELINE] = "freehand line",
                                                      [ROI_TYPE_POLYLINE] = "segmented line",
                                                      [ROI_TYPE_NONE] = "nothing",
                                                      [ROI_TYPE_ANGLE] = "angle",
                                                      [ROI_TYPE_POINT] = "point"};
    if (file->type == ROI_TYPE_RECTANGLE && file->subtype == ROI_SUBTYPE_TEXT) {
        return "text";
    }
    if (file->type == ROI_TYPE_RECTANGLE && file->subtype == ROI_SUBTYPE_IMAGE) {
        return "image";
    }
    if (file->type == ROI_TYPE_LINE && file->subtype == ROI_SUBTYPE_ARROW) {
        return "arrow";
    }
    /* Only the points that the curve was fitted to are stored. */
    if (file->subtype == 0 && (file->options & ROI_OPTION_SPLINE) && !lines[file->type]) {
        return "fitted spline";
    }
    return lines[file->type];
}

static bool has_sub_pixels(const roi_file *file) {
    return (file->options & ROI_OPTION_SUB_PIXEL) && file->version >= VERSION_SUB_PIXEL;
}

/* The pixels that a rectangle or an oval covers. One between pixels begins at the pixel that its
 * corner lies in, and takes up its size rounded up. */
static bool read_box(const roi_file *file, myo_roi *out, myo_error *err) {
    const unsigned char *b = file->bytes;
    if (!has_sub_pixels(file) || file->version < VERSION_SUB_PIXEL_RECT) {
        out->left = get_coordinate(b + ROI_LEFT);
        out->top = get_coordinate(b + ROI_TOP);
        out->width = get_coordinate(b + ROI_RIGHT) - out->left;
        out->height = get_coordinate(b + ROI_BOTTOM) - out->top;
    } else {
        double x = get_float(b + ROI_X), y = get_float(b + ROI_Y);
        double width = get_float(b + ROI_WIDTH), height = get_float(b + ROI_HEIGHT);
        if (!check_coordinate(x, err) || !check_coordinate(y, err) ||
            !check_coordinate(width, err) || !check_coordinate(height, err)) {
            return false;
        }
        out->left = (int)x;
        out->top = (int)y;
        out->width = (int)ceil(width);
        out->height = (int)ceil(height);
        out->sub_pixel = true;
    }
    return (out->width >= 0 && out->height >= 0) ||
           myo_error_set(err, MYO_E_FORMAT, "broken: it is %d x %d pixels large", out->width,
                         out->height);
}

static bool decode_rectangle(const roi_file *file, myo_roi *out, myo_error *err) {
    if (!read_box(file, out, err)) {
        return false;
    }
    out->corner_diameter = get_coordinate(file->bytes + ROI_CORNER_DIAMETER);
    if (out->corner_diameter > 0) {
        return roi_add_rounded_rectangle(out, err);
    }
    double right = (double)out->left + out->width, bottom = (double)out->top + out->height;
    out->corner_diameter = 0;
    return myo_roi_add_point(out, out->left, out->top, err) &&
           myo_roi_add_point(out, right, out->top, err) &&
           myo_roi_add_point(out, right, bottom, err) &&
           myo_roi_add_point(out, out->left, bottom, err);
}

static bool decode_polygon(const roi_file *file, myo_roi *out, myo_error *err) {
    const unsigned char *b = file->bytes;
    size_t count = get_16(b + ROI_POINT_COUNT);
    if (count == 0) {
        out->type = MYO_ROI_OTHER;
        out->kind = "outline without points";
        return true;
    }
    bool sub_pixel = has_sub_pixels(file);
    /* Floats come after the coordinates of 16 bits, which are there in any case. */
    size_t each = sub_pixel ? 12 : 4;
    if (count > (file->size - ROI_HEADER_SIZE) / each) {
        return myo_error_set(err, MYO_E_FORMAT, "broken: it ends within its %zu points", count);
    }
    int left = get_coordinate(b + ROI_LEFT), top = get_coordinate(b + ROI_TOP);
    const unsigned char *x = b + ROI_HEADER_SIZE + (sub_pixel ? 4 * count : 0);
    size_t width = sub_pixel ? 4 : 2;
    const unsigned char *y = x + width * count;
    out->sub_pixel = sub_pixel;
    for (size_t i = 0; i < count; i++) {
        double point[2];
        if (sub_pixel) {
            point[0] = get_float(x + width * i);
            point[1] = get_float(y + width * i);
        } else {
            int dx = get_coordinate(x + width * i), dy = get_coordinate(y + width * i);
            point[0] = left + (dx > 0 ? dx : 0);
            point[1] = top + (dy > 0 ? dy : 0);
        }
        if (!check_coordinate(point[0], err) || !check_coordinate(point[1], err) ||
            !myo_roi_add_point(out, point[0], point[1], err)) {
            return false;
        }
    }
    return true;
}

static bool add_segment(myo_roi *out, int segment, const double *xy, bool *closed, myo_error *err) {
    if (segment == ROI_MOVE_TO) {
        *closed = false;
        return myo_roi_begin_path(out, err) && myo_roi_add_point(out, xy[0], xy[1], err);
    }
    if (out->path_count == 0) {
        return myo_error_set(err, MYO_E_FORMAT, "broken: its outline begins nowhere");
    }
    if (*closed) {
        return myo_error_set(err, MYO_E_FORMAT, "broken: its outline goes on after its end");
    }
    if (segment == ROI_CLOSE) {
        *closed = true;
        return true;
    }
    return segment == ROI_LINE_TO ? myo_roi_add_point(out, xy[0], xy[1], err)
                                  : roi_add_curve(out, xy, segment, err);
}

static bool decode_composite(const roi_file *file, size_t floats, myo_roi *out, myo_error *err) {
    static const size_t pairs[ROI_SEGMENT_COUNT] = {1, 1, 2, 3, 0};
    const unsigned char *values = file->bytes + ROI_HEADER_SIZE;
    if (floats > (file->size - ROI_HEADER_SIZE) / 4) {
        return myo_error_set(err, MYO_E_FORMAT, "broken: it ends within its outline");
    }
    bool closed = false;
    size_t i = 0;
    while (i < floats) {
        double segment = (double)get_float(values + 4 * i++), xy[6] = {0};
        int kind = segment >= 0.0 && segment < ROI_SEGMENT_COUNT ? (int)segment : -1;
        if (kind < 0 || (double)kind < segment || 2 * pairs[kind] > floats - i) {
            return myo_error_set(err, MYO_E_FORMAT, "broken: value %zu of its outline is %g", i,
                                 segment);
        }
        for (size_t k = 0; k < 2 * pairs[kind]; k++) {
            xy[k] = (double)get_float(values + 4 * i++);
            out->sub_pixel = out->sub_pixel || floor(xy[k]) < xy[k];
            if (!check_coordinate(xy[k], err)) {
                return false;
            }
        }
        if (!add_segment(out, kind, xy, &closed, err)) {
            return false;
        }
    }
    return true;
}

static bool decode_area(const roi_file *file, myo_roi *out, myo_error *err) {
    static const myo_roi_type types[ROI_TYPE_COUNT] = {[ROI_TYPE_POLYGON] = MYO_ROI_POLYGON,
                                                       [ROI_TYPE_RECTANGLE] = MYO_ROI_RECTANGLE,
                                                       [ROI_TYPE_OVAL] = MYO_ROI_OVAL,
                                                       [ROI_TYPE_FREEHAND] = MYO_ROI_FREEHAND,
                                                       [ROI_TYPE_TRACED] = MYO_ROI_TRACED};
    static const char *const kinds[ROI_TYPE_COUNT] = {[ROI_TYPE_POLYGON] = "polygon",
                                                      [ROI_TYPE_RECTANGLE] = "rectangle",
                                                      [ROI_TYPE_OVAL] = "oval",
                                                      [ROI_TYPE_FREEHAND] = "freehand",
                                                      [ROI_TYPE_TRACED] = "traced"};
    out->type = types[file->type];
    out->kind = kinds[file->type];
    if (file->type == ROI_TYPE_RECTANGLE) {
        return decode_rectangle(file, out, err);
    }
    if (file->type == ROI_TYPE_OVAL) {
        return read_box(file, out, err);
    }
    if (file->type == ROI_TYPE_FREEHAND && file->subtype == ROI_SUBTYPE_ELLIPSE) {
        out->kind = "ellipse";
    } else if (file->type == ROI_TYPE_FREEHAND && file->subtype == ROI_SUBTYPE_ROTATED) {
        out->kind = "rotated rectangle";
    }
    return decode_polygon(file, out, err);
}

bool roi_decode(const unsigned char *bytes, size_t size, const char *file_name, myo_roi *out,
                myo_error *err) {
    *out = (myo_roi){0};
    if (!check_header(bytes, size, err)) {
        return false;
    }
    const roi_file file = open_file(bytes, size);
    if (!read_name(&file, file_name, &out->name, err)) {
        return false;
    }
    out->position = read_position(&file);
    out->stroke = get_32(bytes + ROI_STROKE_COLOR);
    uint32_t floats = get_32(bytes + ROI_SHAPE_SIZE);
    if (floats > 0 && floats <= INT32_MAX && file.type == ROI_TYPE_RECTANGLE) {
        out->type = MYO_ROI_COMPOSITE;
        out->kind = "composite";
        return decode_composite(&file, floats, out, err);
    }
    const char *other = find_other(&file);
    if (other) {
        out->type = MYO_ROI_OTHER;
        out->kind = other;
        return true;
    }
    return decode_area(&file, out, err);
}
