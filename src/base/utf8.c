/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include <string.h>

#define LENGTH_MAX 4 /* of a character */

static size_t length_by_lead(unsigned char lead) {
    return lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static bool is_inner(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

size_t myo_utf8_length(const char *text, size_t size) {
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char lead = bytes[0];
    size_t length = length_by_lead(lead);
    if (lead == 0 || lead > 0xF4 || length > size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (!is_inner(bytes[i])) {
            return 0;
        }
    }
    bool overlong = (lead == 0xE0 && bytes[1] < 0xA0) || (lead == 0xF0 && bytes[1] < 0x90);
    bool surrogate = lead == 0xED && bytes[1] > 0x9F;
    bool beyond = lead == 0xF4 && bytes[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : length;
}

bool myo_utf8_is_valid(const char *text) {
    size_t size = strlen(text), length;
    for (; size > 0; text += length, size -= length) {
        length = myo_utf8_length(text, size);
        if (length == 0) {
            return false;
        }
    }
    return true;
}

size_t myo_utf8_whole(const char *text, size_t size) {
    size_t length = strnlen(text, size), start = length;
    while (start > 0 && length - start < LENGTH_MAX && is_inner((unsigned char)text[start - 1])) {
        start--;
    }
    if (start == 0) {
        return length;
    }
    size_t wanted = length_by_lead((unsigned char)text[start - 1]);
    return start - 1 + wanted > length ? start - 1 : length;
}

void myo_utf8_repair(char *text) {
    size_t size = strlen(text);
    while (size > 0) {
        size_t length = myo_utf8_length(text, size);
        if (length == 0) {
            *text = '?';
            length = 1;
        }
        text += length;
        size -= length;
    }
}
