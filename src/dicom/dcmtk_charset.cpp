/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dicom/dcmtk_charset_private.h"
#include "dicom/dcmtk_dataset_private.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dcspchrs.h"

#include <cstring>
#include <string>

/* Length of the UTF-8 sequence at `text`, 0 when there is none (RFC 3629). */
static size_t utf8_length(const char *text, size_t room) {
    const unsigned char *byte = reinterpret_cast<const unsigned char *>(text);
    if (byte[0] < 0x80) {
        return 1;
    }
    size_t length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || length > room) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xf0 && byte[1] < 0x90);
    bool outside = (byte[0] == 0xed && byte[1] > 0x9f) || (byte[0] == 0xf4 && byte[1] > 0x8f);
    return overlong || outside ? 0 : length;
}

/* Code extension (ISO 2022) as DICOM uses it: PS3.5 6.1.2.5. */
static const char ESCAPE = '\x1b';
static const char BACK_TO_ASCII[] = "\x1b(B";

/* `known`: the bytes are in UTF-8 as far as they could be converted; else only ASCII is. */
static std::string clean(const std::string &text, bool known) {
    std::string result;
    for (size_t i = 0; i < text.size();) {
        size_t length = utf8_length(text.data() + i, text.size() - i);
        unsigned char first = static_cast<unsigned char>(text[i]);
        if (first == ESCAPE) {
            /* A stretch in a character set that was not converted, up to the way back to ASCII. */
            size_t back = text.find(BACK_TO_ASCII, i + 1);
            result += '?';
            i = back == std::string::npos ? text.size() : back + strlen(BACK_TO_ASCII);
            continue;
        }
        if (length == 1 && (first < 0x20 || first == 0x7f)) {
            result += ' ';
        } else if (length == 0 || (!known && length > 1)) {
            result += '?';
            length = length ? length : 1;
        } else {
            result.append(text, i, length);
        }
        i += length;
    }
    return result;
}

static std::string convert(const char *charset, const char *text) {
    DcmSpecificCharacterSet converter;
    bool known = charset[0] != '\0' && converter.selectCharacterSet(OFString(charset)).good();
    OFString converted;
    if (known && converter.convertString(text, strlen(text), converted, "\\").good()) {
        return clean(std::string(converted.c_str(), converted.size()), true);
    }
    return clean(text, known);
}

void dcmtk_text_to_utf8(const char *charset, const char *text, char *out, size_t size) {
    size_t length = 0;
    try {
        dcmtk_initialise();
        std::string result = convert(charset, text);
        while (length < result.size()) {
            size_t step = utf8_length(result.data() + length, result.size() - length);
            if (step == 0 || length + step >= size) {
                break;
            }
            length += step;
        }
        memcpy(out, result.data(), length);
    } catch (...) {
        length = 0; /* out of memory: the text is left out */
    }
    out[length] = '\0';
}
