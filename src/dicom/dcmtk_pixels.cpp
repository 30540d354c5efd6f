/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixel data of a dataset: decompression, and the bytes. */
#include "dicom/dcmtk_dataset_private.h"

#include "dcmtk/dcmdata/dccodec.h"
#include "dcmtk/dcmdata/dcrledrg.h"
#include "dcmtk/dcmjpeg/djdecode.h"
#include "dcmtk/dcmjpls/djdecode.h"

void dcmtk_codecs_register() {
    DcmRLEDecoderRegistration::registerCodecs();
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
}

static bool decompress(dcmtk_dataset *dataset, myo_error *err) {
    DcmDataset *items = dataset->file.getDataset();
    const char *name = dataset->transfer_syntax.c_str();
    DcmXfer syntax(items->getOriginalXfer());
    if (!dataset->syntax_known) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "unknown transfer syntax %s", name);
    }
    if (!syntax.isEncapsulated()) {
        return true;
    }
    if (!DcmCodecList::canChangeCoding(syntax.getXfer(), EXS_LittleEndianExplicit)) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "compression %s cannot be read", name);
    }
    if (!dataset->complete) {
        return myo_error_set(err, MYO_E_FORMAT, "compressed pixel data (%s) are truncated", name);
    }
    OFCondition condition = items->chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
    if (condition.bad() || !items->canWriteXfer(EXS_LittleEndianExplicit)) {
        return myo_error_set(err, MYO_E_FORMAT, "pixel data cannot be decompressed from %s (%s)",
                             name, condition.text());
    }
    return true;
}

bool dcmtk_dataset_decompress(dcmtk_dataset *dataset, myo_error *err) {
    return guarded(err, [&] {
        DcmElement *element = nullptr;
        if (dataset->file.getDataset()->findAndGetElement(DCM_PixelData, element).bad()) {
            return myo_error_set(err, MYO_E_MISSING, "no pixel data");
        }
        return decompress(dataset, err);
    });
}

/* How many of the `length` bytes of pixel data the file really holds. DCMTK hands out values that
 * were cut off, with whatever memory holds in the place of the rest. */
static size_t bytes_there(const dcmtk_dataset *dataset, size_t length) {
    if (dataset->complete) {
        return length;
    }
    /* In a deflated stream positions say nothing about the file. */
    E_TransferSyntax syntax = dataset_of(dataset)->getOriginalXfer();
    bool deflated = DcmXfer(syntax).getStreamCompression() != ESC_none;
    size_t left = !deflated && dataset->file_size > dataset->pixel_offset
                      ? dataset->file_size - dataset->pixel_offset
                      : 0;
    return left < length ? left : length;
}

bool dcmtk_dataset_get_pixels(dcmtk_dataset *dataset, size_t wanted, const uint8_t **bytes,
                              myo_error *err) {
    return guarded(err, [&] {
        DcmElement *element = nullptr;
        if (dataset->file.getDataset()->findAndGetElement(DCM_PixelData, element).bad()) {
            return myo_error_set(err, MYO_E_MISSING, "no pixel data");
        }
        size_t length = element->getLength();
        size_t there = bytes_there(dataset, length);
        if (there < wanted) {
            return myo_error_set(err, MYO_E_FORMAT, "pixel data is truncated: %zu of %zu bytes",
                                 there, wanted);
        }
        Uint8 *values = nullptr;
        /* Words are handed out as little-endian bytes, too. */
        if (element->getUint8Array(values).bad() || !values) {
            return myo_error_set(err, MYO_E_FORMAT, "pixel data cannot be read");
        }
        *bytes = values;
        return true;
    });
}
