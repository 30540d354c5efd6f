/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(myo_text *text, size_t more) {
    void *data = text->data;
    if (text->failed ||
        !myo_array_reserve(&data, &text->capacity, text->length + more + 1, 1, NULL)) {
        text->failed = true;
        return false;
    }
    text->data = data;
    return true;
}

void myo_text_append_bytes(myo_text *text, const char *bytes, size_t size) {
    if (reserve(text, size)) {
        memcpy(text->data + text->length, bytes, size);
        text->length += size;
        text->data[text->length] = '\0';
    }
}

void myo_text_append(myo_text *text, const char *string) {
    myo_text_append_bytes(text, string, strlen(string));
}

void myo_text_printf(myo_text *text, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0 && reserve(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void myo_text_clear(myo_text *text) {
    free(text->data);
    *text = (myo_text){0};
}

bool myo_text_take(myo_text *text, char **out, myo_error *err) {
    myo_text_append(text, "");
    if (text->failed) {
        myo_text_clear(text);
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    *out = text->data;
    *text = (myo_text){0};
    return true;
}

bool myo_text_lists(const char *list, char separator, const char *item) {
    size_t length = strlen(item);
    for (;;) {
        const char *end = strchr(list, separator);
        size_t size = end ? (size_t)(end - list) : strlen(list);
        if (size == length && memcmp(list, item, length) == 0) {
            return true;
        }
        if (!end) {
            return false;
        }
        list = end + 1;
    }
}

bool myo_text_next_line(const myo_text *text, size_t *at, const char **line, size_t *length) {
    if (*at >= text->length) {
        return false;
    }
    *line = text->data + *at;
    const char *end = memchr(*line, '\n', text->length - *at);
    *length = end ? (size_t)(end - *line) : text->length - *at;
    *at += *length + 1;
    return true;
}

bool myo_text_is_one_line(const char *text) {
    while (*text && !iscntrl((unsigned char)*text)) {
        text++;
    }
    return *text == '\0';
}
