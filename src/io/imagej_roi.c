/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ImageJ regions of interest. The layout of a .roi file is that of ij.io.RoiDecoder in ImageJ
 * 1.53: a header of 64 bytes, coordinates, a second header of 64 bytes, the name; all big-endian.
 * Coordinates are pixel corners, which is how ImageJ counts too: a polygon from corner (0, 0) to
 * corner (2, 2) covers four pixels.
 */
#include "io/imagej_roi.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "image/contour.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define ROI_VERSION 227
#define HEADER_SIZE 64u
#define HEADER2_SIZE 64u
/* The number of points of a polygon is stored in 16 bits. */
#define POLYGON_POINTS_MAX 65535u
#define OPAQUE 0xFF000000u

enum { TYPE_RECTANGLE = 1, TYPE_TRACED = 8 };

/* Segments of a composite, as in java.awt.geom.PathIterator. */
enum { SEGMENT_MOVE_TO = 0, SEGMENT_LINE_TO = 1, SEGMENT_CLOSE = 4 };

/* Offsets in the header. */
enum {
    OFFSET_VERSION = 4,
    OFFSET_TYPE = 6,
    OFFSET_TOP = 8,
    OFFSET_LEFT = 10,
    OFFSET_BOTTOM = 12,
    OFFSET_RIGHT = 14,
    OFFSET_POINT_COUNT = 16,
    OFFSET_SHAPE_SIZE = 36,
    OFFSET_STROKE_COLOR = 40,
    OFFSET_POSITION = 56,
    OFFSET_HEADER2 = 60
};

/* Offsets in the second header. */
enum { OFFSET2_NAME = 16, OFFSET2_NAME_LENGTH = 20 };

/* Time of every entry, so that the same regions give the same bytes: the first that DOS time can
 * hold, 1 January 1980 (year - 1980 from bit 9, month from bit 5, day). */
#define ENTRY_DOS_TIME 0
#define ENTRY_DOS_DATE ((0 << 9) | (1 << 5) | 1)

static void put_16(unsigned char *to, unsigned value) {
    to[0] = (unsigned char)(value >> 8 & 0xFF);
    to[1] = (unsigned char)(value & 0xFF);
}

static void put_32(unsigned char *to, uint32_t value) {
    put_16(to, value >> 16);
    put_16(to + 2, value & 0xFFFF);
}

static void put_float(unsigned char *to, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_32(to, bits);
}

typedef struct box {
    int left, top, right, bottom;
} box;

static box find_box(const myo_contour_list *outlines) {
    box b = {MYO_IMAGE_SIDE_MAX, MYO_IMAGE_SIDE_MAX, 0, 0};
    for (size_t c = 0; c < outlines->count; c++) {
        const myo_contour *contour = &outlines->contours[c];
        for (size_t i = 0; i < contour->point_count; i++) {
            int x = contour->xy[2 * i], y = contour->xy[2 * i + 1];
            b.left = x < b.left ? x : b.left;
            b.right = x > b.right ? x : b.right;
            b.top = y < b.top ? y : b.top;
            b.bottom = y > b.bottom ? y : b.bottom;
        }
    }
    return b;
}

static bool is_polygon(const myo_contour_list *outlines) {
    return outlines->count == 1 && outlines->contours[0].point_count <= POLYGON_POINTS_MAX;
}

/* Number of floats of the composite: three for each point, one to close each contour. */
static size_t shape_size(const myo_contour_list *outlines) {
    size_t floats = 0;
    for (size_t c = 0; c < outlines->count; c++) {
        floats += 3 * outlines->contours[c].point_count + 1;
    }
    return floats;
}

static void put_polygon(unsigned char *to, const myo_contour *contour, box b) {
    for (size_t i = 0; i < contour->point_count; i++) {
        put_16(to + 2 * i, (unsigned)(contour->xy[2 * i] - b.left));
        put_16(to + 2 * (contour->point_count + i), (unsigned)(contour->xy[2 * i + 1] - b.top));
    }
}

static void put_shape(unsigned char *to, const myo_contour_list *outlines) {
    for (size_t c = 0; c < outlines->count; c++) {
        const myo_contour *contour = &outlines->contours[c];
        for (size_t i = 0; i < contour->point_count; i++) {
            put_float(to, i == 0 ? SEGMENT_MOVE_TO : SEGMENT_LINE_TO);
            put_float(to + 4, (float)contour->xy[2 * i]);
            put_float(to + 8, (float)contour->xy[2 * i + 1]);
            to += 12;
        }
        put_float(to, SEGMENT_CLOSE);
        to += 4;
    }
}

/* Makes the bytes of one .roi file. The caller frees *out. */
static bool encode_roi(const myo_roi_source *source, const myo_contour_list *outlines,
                       int slice_position, unsigned char **out, size_t *out_size, myo_error *err) {
    bool polygon = is_polygon(outlines);
    size_t points = outlines->contours[0].point_count, floats = shape_size(outlines);
    size_t header2 = HEADER_SIZE + (polygon ? 4 * points : 4 * floats);
    size_t name_length = strlen(source->name);
    size_t size = header2 + HEADER2_SIZE + 2 * name_length;
    unsigned char *roi = myo_alloc_array(size, 1, err);
    if (!roi) {
        return false;
    }
    box b = find_box(outlines);
    memcpy(roi, "Iout", 4);
    put_16(roi + OFFSET_VERSION, ROI_VERSION);
    roi[OFFSET_TYPE] = polygon ? TYPE_TRACED : TYPE_RECTANGLE;
    put_16(roi + OFFSET_TOP, (unsigned)b.top);
    put_16(roi + OFFSET_LEFT, (unsigned)b.left);
    put_16(roi + OFFSET_BOTTOM, (unsigned)b.bottom);
    put_16(roi + OFFSET_RIGHT, (unsigned)b.right);
    put_32(roi + OFFSET_STROKE_COLOR, OPAQUE | (uint32_t)source->rgb[0] << 16 |
                                          (uint32_t)source->rgb[1] << 8 | source->rgb[2]);
    put_32(roi + OFFSET_POSITION, (uint32_t)slice_position);
    put_32(roi + OFFSET_HEADER2, (uint32_t)header2);
    if (polygon) {
        put_16(roi + OFFSET_POINT_COUNT, (unsigned)points);
        put_polygon(roi + HEADER_SIZE, &outlines->contours[0], b);
    } else {
        put_32(roi + OFFSET_SHAPE_SIZE, (uint32_t)floats);
        put_shape(roi + HEADER_SIZE, outlines);
    }
    put_32(roi + header2 + OFFSET2_NAME, (uint32_t)(header2 + HEADER2_SIZE));
    put_32(roi + header2 + OFFSET2_NAME_LENGTH, (uint32_t)name_length);
    for (size_t i = 0; i < name_length; i++) {
        put_16(roi + header2 + HEADER2_SIZE + 2 * i, (unsigned char)source->name[i]);
    }
    *out = roi;
    *out_size = size;
    return true;
}

static bool zip_failed(const char *path, zip_error_t *reason, myo_error *err) {
    myo_code code = zip_error_code_zip(reason) == ZIP_ER_MEMORY   ? MYO_E_MEMORY
                    : zip_error_code_zip(reason) == ZIP_ER_EXISTS ? MYO_E_ARGUMENT
                                                                  : MYO_E_INTERNAL;
    return myo_error_set(err, code, "%s: zip: %s", path, zip_error_strerror(reason));
}

/* Adds one region to the archive; one without pixels is left out. */
static bool add_region(zip_t *archive, const char *path, const myo_labels *labels,
                       const myo_roi_source *source, int slice_position, myo_error *err) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    myo_contour_list outlines;
    if (!myo_contour_trace(myo_labels_get_const_pixels(labels), g->columns, g->rows, source->label,
                           &outlines, err)) {
        return false;
    }
    if (outlines.count == 0) {
        return true;
    }
    unsigned char *roi = NULL;
    size_t size = 0;
    myo_text name = {0};
    myo_text_printf(&name, "%s.roi", source->name);
    bool done = !name.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    done = done && encode_roi(source, &outlines, slice_position, &roi, &size, err);
    myo_contour_list_clear(&outlines);
    if (done) {
        /* The source takes the bytes over, and the archive the source once it is added. */
        zip_source_t *bytes = zip_source_buffer(archive, roi, size, 1);
        zip_int64_t index = bytes ? zip_file_add(archive, name.data, bytes, ZIP_FL_ENC_UTF_8) : -1;
        done = index >= 0 && zip_file_set_dostime(archive, (zip_uint64_t)index, ENTRY_DOS_TIME,
                                                  ENTRY_DOS_DATE, 0) == 0;
        if (!done) {
            zip_failed(path, zip_get_error(archive), err);
        }
        if (index < 0 && bytes) {
            zip_source_free(bytes);
        } else if (!bytes) {
            free(roi);
        }
    }
    myo_text_clear(&name);
    return done;
}

/* Copies what was written into the memory behind `buffer` to the file. */
static bool write_buffer(const char *path, zip_source_t *buffer, myo_error *err) {
    zip_stat_t status;
    if (zip_source_stat(buffer, &status) != 0 || zip_source_open(buffer) != 0) {
        return zip_failed(path, zip_source_error(buffer), err);
    }
    unsigned char *content = myo_alloc_array(status.size, 1, err);
    bool done = content != NULL;
    if (done && zip_source_read(buffer, content, status.size) != (zip_int64_t)status.size) {
        done = zip_failed(path, zip_source_error(buffer), err);
    }
    zip_source_close(buffer);
    done = done && myo_file_write(path, content, status.size, err);
    free(content);
    return done;
}

bool myo_roi_write_zip(const char *path, const myo_labels *labels, const myo_roi_source *sources,
                       size_t count, int slice_position, myo_error *err) {
    zip_error_t reason;
    zip_error_init(&reason);
    zip_source_t *buffer = zip_source_buffer_create(NULL, 0, 0, &reason);
    zip_t *archive = buffer ? zip_open_from_source(buffer, ZIP_TRUNCATE, &reason) : NULL;
    bool done = archive != NULL;
    if (!done) {
        zip_failed(path, &reason, err);
        goto end;
    }
    zip_source_keep(buffer); /* zip_close() gives up the archive's own reference */
    for (size_t i = 0; done && i < count; i++) {
        done = add_region(archive, path, labels, &sources[i], slice_position, err);
    }
    if (done && zip_get_num_entries(archive, 0) == 0) {
        done = myo_error_set(err, MYO_E_NOT_FOUND, "%s: there is no region to write", path);
    }
    if (done && zip_close(archive) == 0) {
        archive = NULL;
        done = write_buffer(path, buffer, err);
    } else if (done) {
        done = zip_failed(path, zip_get_error(archive), err);
    }
    if (archive) {
        zip_discard(archive);
    }
end:
    if (buffer) {
        zip_source_free(buffer);
    }
    zip_error_fini(&reason);
    return done;
}
