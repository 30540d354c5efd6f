/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dicom/dcmtk_charset_private.h"
#include "dicom/dcmtk_dataset_private.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dcspchrs.h"

#include <cstring>
#include <iconv.h>
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

static const size_t PART_SIZE = 256; /* converted at once */

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

/* Japanese text with code extension. DCMTK asks iconv for its character sets one by one, and glibc
 * has them only together, in the encoding that switches between them by the same sequences. */
static bool convert_japanese(const char *charset, const char *text, std::string &out) {
    if (!strstr(charset, "ISO 2022 IR 87") && !strstr(charset, "ISO 2022 IR 159")) {
        return false;
    }
    iconv_t converter = iconv_open("UTF-8", "ISO-2022-JP-2");
    if (converter == reinterpret_cast<iconv_t>(-1)) {
        return false;
    }
    std::string source(text);
    char *from = &source[0];
    size_t left = source.size();
    while (left > 0) {
        char part[PART_SIZE];
        char *to = part;
        size_t room = sizeof part;
        bool stuck =
            iconv(converter, &from, &left, &to, &room) == static_cast<size_t>(-1) && to == part;
        out.append(part, static_cast<size_t>(to - part));
        if (stuck) { /* a byte that is none of any character */
            out += '?';
            from++;
            left--;
        }
    }
    iconv_close(converter);
    return true;
}

static std::string convert(const char *charset, const char *text) {
    std::string japanese;
    if (convert_japanese(charset, text, japanese)) {
        return clean(japanese, true);
    }
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
