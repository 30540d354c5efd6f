/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <myotome/error.h>

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text from a broken file may hold line breaks and escape sequences: none may reach a terminal. */
static void flatten_to_one_line(char *text) {
    for (unsigned char *c = (unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f) {
            *c = ' ';
        }
    }
    text[myo_utf8_whole(text, strlen(text))] = '\0'; /* it may have been cut within a character */
}

bool myo_error_set(myo_error *err, myo_code code, const char *format, ...) {
    if (err && err->code == MYO_OK) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(err->message, sizeof err->message, format, arguments);
        va_end(arguments);
        flatten_to_one_line(err->message);
        err->code = code;
    }
    return false;
}

bool myo_error_prefix(myo_error *err, const char *format, ...) {
    if (err && err->code != MYO_OK) {
        char text[MYO_ERROR_TEXT_SIZE];
        va_list arguments;
        va_start(arguments, format);
        int length = vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        if (length > 0 && (size_t)length < sizeof text) {
            snprintf(text + length, sizeof text - (size_t)length, "%s", err->message);
            memcpy(err->message, text, sizeof text);
            flatten_to_one_line(err->message);
        }
    }
    return false;
}

const char *myo_code_name(myo_code code) {
    switch (code) {
    case MYO_OK:
        return "ok";
    case MYO_E_ARGUMENT:
        return "argument";
    case MYO_E_IO:
        return "io";
    case MYO_E_FORMAT:
        return "format";
    case MYO_E_UNSUPPORTED:
        return "unsupported";
    case MYO_E_MISSING:
        return "missing";
    case MYO_E_RANGE:
        return "range";
    case MYO_E_NOT_FOUND:
        return "not_found";
    case MYO_E_AMBIGUOUS:
        return "ambiguous";
    case MYO_E_MEMORY:
        return "memory";
    case MYO_E_INTERNAL:
        return "internal";
    }
    return "unknown";
}
