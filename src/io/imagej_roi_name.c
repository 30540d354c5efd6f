/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of regions, which are UTF-16 in the file and UTF-8 here. */
#include "io/imagej_roi_private.h"

#include "base/memory.h"

#define UTF8_PER_UNIT ((size_t)3) /* bytes that one unit of UTF-16 takes at most */
#define REPLACEMENT 0xFFFDu
#define HIGH_FIRST 0xD800u
#define LOW_FIRST 0xDC00u
#define LOW_END 0xE000u
#define PLANE_1 0x10000u

static size_t put_utf8(uint32_t code, char *to) {
    size_t tail = code < 0x80 ? 0 : code < 0x800 ? 1 : code < PLANE_1 ? 2 : 3;
    static const unsigned char heads[] = {0x00, 0xC0, 0xE0, 0xF0};
    to[0] = (char)(heads[tail] | code >> (6 * tail));
    for (size_t i = 1; i <= tail; i++) {
        to[i] = (char)(0x80 | (code >> (6 * (tail - i)) & 0x3F));
    }
    return tail + 1;
}

bool roi_name_from_utf16(const unsigned char *bytes, size_t units, char **out, myo_error *err) {
    char *name = myo_alloc_array(units + 1, UTF8_PER_UNIT, err);
    if (!name) {
        return false;
    }
    size_t length = 0;
    for (size_t i = 0; i < units; i++) {
        uint32_t code = (uint32_t)bytes[2 * i] << 8 | bytes[2 * i + 1];
        if (code >= HIGH_FIRST && code < LOW_FIRST && i + 1 < units) {
            uint32_t low = (uint32_t)bytes[2 * i + 2] << 8 | bytes[2 * i + 3];
            if (low >= LOW_FIRST && low < LOW_END) {
                code = PLANE_1 + ((code - HIGH_FIRST) << 10 | (low - LOW_FIRST));
                i++;
            }
        }
        if (code >= HIGH_FIRST && code < LOW_END) {
            code = REPLACEMENT; /* half of a pair */
        } else if (code < ' ' || code == 0x7F) {
            code = ' ';
        }
        length += put_utf8(code, name + length);
    }
    name[length] = '\0';
    *out = name;
    return true;
}

/* Next character of UTF-8; what is none becomes U+FFFD. */
static uint32_t next_character(const unsigned char **text) {
    const unsigned char *p = *text;
    size_t tail = *p < 0x80 ? 0 : *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : 1;
    static const unsigned char masks[] = {0x7F, 0x1F, 0x0F, 0x07};
    static const uint32_t least[] = {0, 0x80, 0x800, PLANE_1};
    uint32_t code = *p & masks[tail];
    bool valid = *p < 0x80 || (*p >= 0xC0 && *p < 0xF8);
    for (size_t i = 1; valid && i <= tail; i++) {
        valid = (p[i] & 0xC0) == 0x80; /* the end of the text is none of these */
        code = code << 6 | (p[i] & 0x3Fu);
    }
    valid =
        valid && code >= least[tail] && code < 0x110000u && (code < HIGH_FIRST || code >= LOW_END);
    *text = p + (valid ? tail + 1 : 1);
    return valid ? code : REPLACEMENT;
}

static void put_unit(unsigned char *out, size_t unit, uint32_t value) {
    if (out) {
        out[2 * unit] = (unsigned char)(value >> 8);
        out[2 * unit + 1] = (unsigned char)(value & 0xFF);
    }
}

size_t roi_name_to_utf16(const char *text, unsigned char *out) {
    const unsigned char *p = (const unsigned char *)text;
    size_t units = 0;
    while (*p) {
        uint32_t code = next_character(&p);
        if (code >= PLANE_1) {
            put_unit(out, units++, HIGH_FIRST + ((code - PLANE_1) >> 10));
            code = LOW_FIRST + ((code - PLANE_1) & 0x3FF);
        }
        put_unit(out, units++, code);
    }
    return units;
}
