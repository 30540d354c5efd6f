/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dicom/rle_private.h"

/* PS3.5 G.5: the number of segments and the offset of each, 32 bits, little-endian. */
#define HEADER_SIZE 64u
#define NO_OPERATION 128u

static size_t get32(const uint8_t *bytes) {
    return bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
}

/* Unpacks one segment into every `step`-th byte of `out`; what lies behind the last pixel is
 * padding. Returns how many pixels there were. */
static size_t unpack(const uint8_t *at, const uint8_t *end, size_t pixels, size_t step,
                     uint8_t *out) {
    size_t done = 0;
    while (done < pixels && at < end) {
        unsigned control = *at++;
        if (control == NO_OPERATION) {
            continue;
        }
        bool run = control > NO_OPERATION;
        size_t count = run ? 257u - control : control + 1u;
        for (size_t i = 0; i < count && done < pixels && at < end; i++) {
            out[step * done++] = *at;
            at += run ? 0 : 1;
        }
        at += run ? 1 : 0;
    }
    return done;
}

bool dicom_rle_decode(const uint8_t *bytes, size_t size, size_t pixels, size_t bytes_per_pixel,
                      uint8_t *out, myo_error *err) {
    if (size < HEADER_SIZE) {
        return myo_error_set(err, MYO_E_FORMAT, "the RLE header is truncated");
    }
    size_t segments = get32(bytes);
    if (segments != bytes_per_pixel) {
        return myo_error_set(err, MYO_E_FORMAT, "%zu RLE segments, %zu expected", segments,
                             bytes_per_pixel);
    }
    for (size_t i = 0; i < segments; i++) {
        const uint8_t *entry = bytes + 4 * (i + 1);
        size_t start = get32(entry), end = i + 1 < segments ? get32(entry + 4) : size;
        if (start < HEADER_SIZE || end < start || end > size) {
            return myo_error_set(err, MYO_E_FORMAT, "RLE segment %zu is not within the data", i);
        }
        /* The first segment holds the most significant bytes. */
        size_t there = unpack(bytes + start, bytes + end, pixels, bytes_per_pixel,
                              out + (bytes_per_pixel - 1 - i));
        if (there < pixels) {
            return myo_error_set(err, MYO_E_FORMAT, "RLE segment %zu ends at pixel %zu of %zu", i,
                                 there, pixels);
        }
    }
    return true;
}
