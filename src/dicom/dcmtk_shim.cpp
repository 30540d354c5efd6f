/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dicom/dcmtk_charset_private.h"
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

/* Room for a UID that is wrong, too. */
static const size_t UID_LENGTH_MAX = 256;

void dcmtk_initialise() {
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        dcmtk_codecs_register();
    });
}

void dcmtk_dataset_describe(dcmtk_dataset *dataset) {
    OFString uid;
    DcmMetaInfo *meta = dataset->file.getMetaInfo();
    bool has_uid = meta && meta->findAndGetOFString(DCM_TransferSyntaxUID, uid).good() &&
                   uid.length() <= UID_LENGTH_MAX;
    dataset->syntax_known = !has_uid || DcmXfer(uid.c_str()).getXfer() != EXS_Unknown;
    if (dataset->syntax_known) {
        E_TransferSyntax syntax = dataset->file.getDataset()->getOriginalXfer();
        dataset->transfer_syntax = DcmXfer(syntax).getXferName();
    } else {
        char text[UID_LENGTH_MAX + 1];
        dcmtk_text_to_utf8("", uid.c_str(), text, sizeof text);
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
