/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .roi files made by hand, byte by byte, so that the reader is not tested by the writer. */
#ifndef MYO_TEST_ROI_BUILDER_H
#define MYO_TEST_ROI_BUILDER_H

#include "cmocka_all.h"

#include <stdint.h>
#include <string.h>

#define ROI_BYTES_MAX 2048

typedef struct roi_bytes {
    unsigned char data[ROI_BYTES_MAX];
    size_t size;
} roi_bytes;

static inline void set_16(roi_bytes *roi, size_t at, int value) {
    roi->data[at] = (unsigned char)(value >> 8 & 0xFF);
    roi->data[at + 1] = (unsigned char)(value & 0xFF);
}

static inline void set_32(roi_bytes *roi, size_t at, uint32_t value) {
    set_16(roi, at, (int)(value >> 16));
    set_16(roi, at + 2, (int)(value & 0xFFFF));
}

static inline void set_float(roi_bytes *roi, size_t at, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    set_32(roi, at, bits);
}

/* A header: type and box. */
static inline roi_bytes begin_roi(int type, int left, int top, int right, int bottom) {
    roi_bytes roi = {.size = 64};
    memcpy(roi.data, "Iout", 4);
    set_16(&roi, 4, 227);
    roi.data[6] = (unsigned char)type;
    set_16(&roi, 8, top);
    set_16(&roi, 10, left);
    set_16(&roi, 12, bottom);
    set_16(&roi, 14, right);
    return roi;
}

/* Points as whole numbers from the corner of the box. */
static inline void add_points(roi_bytes *roi, const int *xy, int count) {
    set_16(roi, 16, count);
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < count; i++, roi->size += 2) {
            set_16(roi, roi->size, xy[2 * i + k]);
        }
    }
}

/* The same points again as floats, which is what counts with option 128. */
static inline void add_float_points(roi_bytes *roi, const float *xy, int count) {
    set_16(roi, 50, 128);
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < count; i++, roi->size += 4) {
            set_float(roi, roi->size, xy[2 * i + k]);
        }
    }
}

static inline void add_shape(roi_bytes *roi, const float *values, int count) {
    set_32(roi, 36, (uint32_t)count);
    for (int i = 0; i < count; i++, roi->size += 4) {
        set_float(roi, roi->size, values[i]);
    }
}

/* A second header with a name in UTF-16. Returns its offset. */
static inline size_t add_name(roi_bytes *roi, const uint16_t *name, int units) {
    size_t header2 = roi->size;
    set_32(roi, 60, (uint32_t)header2);
    roi->size += 64;
    set_32(roi, header2 + 16, (uint32_t)roi->size);
    set_32(roi, header2 + 20, (uint32_t)units);
    for (int i = 0; i < units; i++, roi->size += 2) {
        set_16(roi, roi->size, name[i]);
    }
    return header2;
}

#endif
