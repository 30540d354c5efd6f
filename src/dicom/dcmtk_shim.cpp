/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dicom/dcmtk_dataset_private.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dcostrmb.h"
#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/oflog/oflog.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

/* Room for the file meta information, which DCMTK's length calculation leaves out. */
static const size_t META_ROOM = 4096;

void dcmtk_initialise() {
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        dcmtk_codecs_register();
    });
}

static bool is_blank(char c) {
    return c == ' ' || c == '\0' || c == '\t' || c == '\r' || c == '\n';
}

static bool raw_text(DcmItem *item, const DcmTagKey &key, std::string &text) {
    const char *value = nullptr;
    Uint32 length = 0;
    DcmElement *element = nullptr;
    if (item->findAndGetElement(key, element).bad() || !element->isaString() ||
        element->getLength() > DCMTK_VALUE_LENGTH_LOADED ||
        item->findAndGetString(key, value, length).bad() || !value) {
        return false;
    }
    text.assign(value, length);
    while (!text.empty() && is_blank(text.back())) {
        text.pop_back();
    }
    size_t start = 0;
    while (start < text.size() && is_blank(text[start])) {
        start++;
    }
    text.erase(0, start);
    return !text.empty();
}

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

/* Converts to UTF-8. Control characters become blanks, so that a name stays on one line. */
static void to_utf8(const dcmtk_dataset *dataset, std::string &text) {
    bool ascii = true;
    for (char c : text) {
        ascii = ascii && static_cast<unsigned char>(c) < 0x80 && c != ESCAPE;
    }
    OFString converted;
    if (!ascii && dataset->charset_known &&
        const_cast<dcmtk_dataset *>(dataset)
            ->charset.convertString(text.data(), text.size(), converted, "\\")
            .good()) {
        text.assign(converted.c_str(), converted.size());
    }
    std::string clean;
    for (size_t i = 0; i < text.size();) {
        size_t length = utf8_length(text.data() + i, text.size() - i);
        unsigned char first = static_cast<unsigned char>(text[i]);
        if (first == ESCAPE) {
            /* A stretch in a character set that was not converted, up to the way back to ASCII. */
            size_t back = text.find(BACK_TO_ASCII, i + 1);
            clean += '?';
            i = back == std::string::npos ? text.size() : back + strlen(BACK_TO_ASCII);
            continue;
        }
        if (length == 1 && (first < 0x20 || first == 0x7f)) {
            clean += ' ';
        } else if (length == 0 || (!ascii && !dataset->charset_known && length > 1)) {
            clean += '?';
            length = length ? length : 1;
        } else {
            clean.append(text, i, length);
        }
        i += length;
    }
    text = clean;
}

void dcmtk_dataset_describe(dcmtk_dataset *dataset) {
    std::string text;
    if (raw_text(dataset->file.getDataset(), DCM_SpecificCharacterSet, text)) {
        dataset->charset_known =
            dataset->charset.selectCharacterSet(OFString(text.c_str(), text.size())).good();
    }
    DcmMetaInfo *meta = dataset->file.getMetaInfo();
    bool has_uid = meta && raw_text(meta, DCM_TransferSyntaxUID, text);
    dataset->syntax_known = !has_uid || DcmXfer(text.c_str()).getXfer() != EXS_Unknown;
    if (dataset->syntax_known) {
        E_TransferSyntax syntax = dataset->file.getDataset()->getOriginalXfer();
        dataset->transfer_syntax = DcmXfer(syntax).getXferName();
    } else {
        to_utf8(dataset, text);
        dataset->transfer_syntax = text;
    }
}

bool dcmtk_dataset_create(dcmtk_dataset **out, myo_error *err) {
    return guarded(err, [&] {
        dcmtk_initialise();
        *out = new dcmtk_dataset;
        return true;
    });
}

void dcmtk_dataset_destroy(dcmtk_dataset *dataset) {
    delete dataset;
}

bool dcmtk_dataset_has(const dcmtk_dataset *dataset, dcmtk_tag tag) {
    return guarded(nullptr, [&] { return bool(dataset_of(dataset)->tagExists(key_of(tag))); });
}

bool dcmtk_dataset_get_text(const dcmtk_dataset *dataset, dcmtk_tag tag, bool utf8, char *text,
                            size_t size) {
    text[0] = '\0';
    return guarded(nullptr, [&] {
        std::string value;
        if (!raw_text(dataset_of(dataset), key_of(tag), value)) {
            return false;
        }
        if (utf8) {
            to_utf8(dataset, value);
        }
        size_t length = 0;
        while (length < value.size()) {
            size_t step = utf8 ? utf8_length(value.data() + length, value.size() - length) : 1;
            if (step == 0 || length + step >= size) {
                break;
            }
            length += step;
        }
        memcpy(text, value.data(), length);
        text[length] = '\0';
        return length > 0;
    });
}

bool dcmtk_dataset_get_unsigned(const dcmtk_dataset *dataset, dcmtk_tag tag, unsigned *out) {
    return guarded(nullptr, [&] {
        Uint16 value = 0;
        if (dataset_of(dataset)->findAndGetUint16(key_of(tag), value).bad()) {
            return false;
        }
        *out = value;
        return true;
    });
}

static bool check_put(const OFCondition &condition, dcmtk_tag tag, myo_error *err) {
    return condition.good() ||
           myo_error_set(err, MYO_E_ARGUMENT, "DICOM element (%04x,%04x): %s",
                         static_cast<unsigned>(tag >> 16), static_cast<unsigned>(tag & 0xffffu),
                         condition.text());
}

bool dcmtk_dataset_put_text(dcmtk_dataset *dataset, dcmtk_tag tag, const char *text,
                            myo_error *err) {
    return guarded(err, [&] {
        DcmDataset *items = dataset->file.getDataset();
        return check_put(items->putAndInsertString(DcmTag(key_of(tag)), text), tag, err);
    });
}

bool dcmtk_dataset_put_unsigned(dcmtk_dataset *dataset, dcmtk_tag tag, unsigned value,
                                myo_error *err) {
    return guarded(err, [&] {
        DcmDataset *items = dataset->file.getDataset();
        Uint16 small = static_cast<Uint16>(value);
        return check_put(items->putAndInsertUint16(DcmTag(key_of(tag)), small), tag, err);
    });
}

bool dcmtk_dataset_put_pixels(dcmtk_dataset *dataset, const uint16_t *pixels, size_t count,
                              myo_error *err) {
    return guarded(err, [&] {
        DcmDataset *items = dataset->file.getDataset();
        OFCondition condition = items->putAndInsertUint16Array(
            DcmTag(DCM_PixelData, EVR_OW), pixels, static_cast<unsigned long>(count));
        return check_put(condition, 0x7fe00010u, err);
    });
}

bool dcmtk_dataset_encode(dcmtk_dataset *dataset, const char *implementation_uid,
                          const char *implementation_version, uint8_t **bytes, size_t *size,
                          myo_error *err) {
    return guarded(err, [&] {
        DcmFileFormat &file = dataset->file;
        const E_TransferSyntax syntax = EXS_LittleEndianExplicit;
        /* DCMTK fills in its own name and version first; both are replaced, so that the bytes do
         * not depend on the DCMTK that is installed. */
        OFCondition condition = file.validateMetaInfo(syntax, EWM_createNewMeta);
        if (condition.good()) {
            condition = file.getMetaInfo()->putAndInsertString(DCM_ImplementationClassUID,
                                                               implementation_uid);
        }
        if (condition.good()) {
            condition = file.getMetaInfo()->putAndInsertString(DCM_ImplementationVersionName,
                                                               implementation_version);
        }
        size_t room = META_ROOM + file.getDataset()->calcElementLength(syntax, EET_ExplicitLength);
        std::vector<uint8_t> buffer(room);
        DcmOutputBufferStream stream(buffer.data(), static_cast<offile_off_t>(room));
        if (condition.good()) {
            file.transferInit();
            condition = file.write(stream, syntax, EET_ExplicitLength, nullptr, EGL_recalcGL,
                                   EPD_withoutPadding, 0, 0, 0, EWM_dontUpdateMeta);
            file.transferEnd();
        }
        void *written = nullptr;
        offile_off_t length = 0;
        stream.flushBuffer(written, length);
        if (condition.bad()) {
            return myo_error_set(err, MYO_E_INTERNAL, "cannot encode DICOM: %s", condition.text());
        }
        *bytes = static_cast<uint8_t *>(malloc(static_cast<size_t>(length) + 1));
        if (!*bytes) {
            return myo_error_set(err, MYO_E_MEMORY, "out of memory");
        }
        memcpy(*bytes, written, static_cast<size_t>(length));
        *size = static_cast<size_t>(length);
        return true;
    });
}
