/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pixels of one frame of a dataset.
 *
 * Uncompressed ones are read from where they lie in the file. Of compressed ones the fragments of
 * the frame are joined (PS3.5 A.4), what the codestream says of itself is compared with the
 * attributes, and a decoder is handed a dataset of that frame alone. So every codec sees the same
 * simple case, however many frames and fragments there are.
 */
#include "dicom/dcmtk_dataset_private.h"

#include "dicom/codestream_private.h"
#include "dicom/jpeg2000_codec_private.h"
#include "dicom/pixel_format_private.h"
#include "dicom/rle_private.h"

#include "dcmtk/dcmdata/dccodec.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"
#include "dcmtk/dcmjpeg/djdecode.h"
#include "dcmtk/dcmjpls/djdecode.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

/* PS3.5 A.4: an offset counts the tag and length in front of each fragment, too. */
static const size_t ITEM_HEADER_SIZE = 8;

void dcmtk_codecs_register() {
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
    jpeg2000_codec_register();
}

typedef std::unique_ptr<uint8_t, dcmtk_freer> byte_pointer;

/* DCMTK works in words: the size is rounded up to an even number. */
static byte_pointer allocate(size_t size) {
    byte_pointer bytes(static_cast<uint8_t *>(calloc(size ? size + size % 2 : 1, 1)));
    if (!bytes) {
        throw std::bad_alloc();
    }
    return bytes;
}

static size_t frame_size(const dicom_pixel_format *format) {
    return format->columns * format->rows * (format->bits_allocated / 8);
}

/* --- Uncompressed ------------------------------------------------------------------------------
 */

/* How many of the `length` bytes of pixel data the file really holds. DCMTK hands out values that
 * were cut off, with whatever memory holds in the place of the rest. */
static size_t bytes_there(const dcmtk_dataset *dataset, size_t length) {
    if (dataset->complete) {
        return length;
    }
    size_t left =
        dataset->file_size > dataset->pixel_offset ? dataset->file_size - dataset->pixel_offset : 0;
    return left < length ? left : length;
}

/* In a deflated stream positions say nothing about the file: it is whole or not. */
static bool is_broken_deflated(const dcmtk_dataset *dataset) {
    E_TransferSyntax syntax = dataset_of(dataset)->getOriginalXfer();
    return !dataset->complete && DcmXfer(syntax).getStreamCompression() != ESC_none;
}

static byte_pointer read_range(dcmtk_dataset *dataset, DcmElement *element, size_t offset,
                               size_t size, myo_error *err) {
    size_t length = element->getLengthField();
    if (length == DCM_UndefinedLength) {
        myo_error_set(err, MYO_E_FORMAT, "compressed pixel data in an uncompressed file");
        return byte_pointer();
    }
    if (is_broken_deflated(dataset)) {
        myo_error_set(err, MYO_E_FORMAT,
                      "the deflated data are broken, or are more than the header announces");
        return byte_pointer();
    }
    size_t there = bytes_there(dataset, length);
    if (there < size || there - size < offset) {
        myo_error_set(err, MYO_E_FORMAT, "pixel data is truncated: %zu of %zu bytes", there,
                      offset + size);
        return byte_pointer();
    }
    byte_pointer bytes = allocate(size);
    OFCondition condition =
        element->getPartialValue(bytes.get(), static_cast<Uint32>(offset),
                                 static_cast<Uint32>(size), nullptr, EBO_LittleEndian);
    if (condition.bad()) {
        myo_error_set(err, MYO_E_FORMAT, "pixel data cannot be read (%s)", condition.text());
        return byte_pointer();
    }
    return bytes;
}

static byte_pointer read_native(dcmtk_dataset *dataset, DcmElement *element, size_t frame,
                                const dicom_pixel_format *format, myo_error *err) {
    size_t size = frame_size(format);
    return read_range(dataset, element, frame * size, size, err);
}

bool dcmtk_dataset_read_bytes(dcmtk_dataset *dataset, size_t offset, size_t size, uint8_t **bytes,
                              myo_error *err) {
    return guarded(err, [&] {
        DcmDataset *items = dataset->file.getDataset();
        DcmElement *element = nullptr;
        if (items->findAndGetElement(DCM_PixelData, element).bad()) {
            return myo_error_set(err, MYO_E_MISSING, "no pixel data");
        }
        if (!dataset->syntax_known || DcmXfer(items->getOriginalXfer()).isEncapsulated()) {
            return myo_error_set(err, MYO_E_UNSUPPORTED, "compression %s cannot be read",
                                 dataset->transfer_syntax.c_str());
        }
        *bytes = read_range(dataset, element, offset, size, err).release();
        return *bytes != nullptr;
    });
}

/* --- Fragments ---------------------------------------------------------------------------------
 */

/* Fragments [first, end) of a sequence; number 0 is the offset table. */
struct fragment_range {
    unsigned long first, end;
};

static size_t length_of(DcmPixelSequence *fragments, unsigned long number) {
    DcmPixelItem *item = nullptr;
    return fragments->getItem(item, number).good() ? item->getLength() : 0;
}

/* Entries of the basic offset table, as far as it has one for each frame. */
static std::vector<size_t> read_offsets(DcmPixelSequence *fragments, size_t frames) {
    std::vector<size_t> offsets;
    DcmPixelItem *item = nullptr;
    Uint8 *bytes = nullptr;
    if (fragments->getItem(item, 0).bad() || item->getLength() / 4 != frames ||
        item->getUint8Array(bytes).bad() || !bytes) {
        return offsets;
    }
    for (size_t i = 0; i < frames; i++) {
        const Uint8 *entry = bytes + 4 * i;
        offsets.push_back(entry[0] | static_cast<size_t>(entry[1]) << 8 |
                          static_cast<size_t>(entry[2]) << 16 |
                          static_cast<size_t>(entry[3]) << 24);
    }
    return offsets;
}

/* The fragment that begins at an offset, or the end of the last one; 0 when there is none. */
static unsigned long fragment_at(DcmPixelSequence *fragments, size_t wanted) {
    size_t offset = 0;
    for (unsigned long i = 1; i < fragments->card(); i++) {
        if (offset == wanted) {
            return i;
        }
        offset += length_of(fragments, i) + ITEM_HEADER_SIZE;
    }
    return 0;
}

/* The fragments that a codestream of JPEG, JPEG-LS or JPEG 2000 begins with. */
static std::vector<unsigned long> find_beginnings(DcmPixelSequence *fragments) {
    std::vector<unsigned long> beginnings;
    for (unsigned long i = 1; i < fragments->card(); i++) {
        DcmPixelItem *item = nullptr;
        Uint8 bytes[4] = {0, 0, 0, 0};
        if (fragments->getItem(item, i).good() && item->getLength() >= sizeof bytes &&
            item->getPartialValue(bytes, 0, sizeof bytes).good()) {
            bool jpeg = bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
            bool jpeg2000 =
                bytes[0] == 0xff && bytes[1] == 0x4f && bytes[2] == 0xff && bytes[3] == 0x51;
            if (jpeg || jpeg2000) {
                beginnings.push_back(i);
            }
        }
    }
    return beginnings;
}

/*
 * Which fragments hold the frame. With one fragment for each frame the order says it (an extended
 * offset table is allowed in this case only, and so never needed); else the basic offset table
 * does; and where that is empty, as many codestreams have to begin as there are frames.
 */
static bool find_fragments(DcmPixelSequence *fragments, size_t frame, size_t frames,
                           fragment_range *out, myo_error *err) {
    unsigned long end = fragments->card();
    if (end < frames + 1) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "pixel data are truncated: %lu fragments for %zu frames",
                             end ? end - 1 : 0, frames);
    }
    if (frames == 1 || end == frames + 1) {
        *out = {frames == 1 ? 1 : frame + 1, frames == 1 ? end : frame + 2};
        return true;
    }
    std::vector<size_t> offsets = read_offsets(fragments, frames);
    bool last = frame + 1 == frames;
    if (!offsets.empty()) {
        out->first = fragment_at(fragments, offsets[frame]);
        out->end = last ? end : fragment_at(fragments, offsets[frame + 1]);
        return (out->first != 0 && out->first < out->end) ||
               myo_error_set(err, MYO_E_FORMAT, "the offset table does not fit the fragments");
    }
    std::vector<unsigned long> beginnings = find_beginnings(fragments);
    if (beginnings.size() != frames || beginnings[0] != 1) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "%lu fragments for %zu frames without an offset table", end - 1,
                             frames);
    }
    *out = {beginnings[frame], last ? end : beginnings[frame + 1]};
    return true;
}

static bool join_fragments(DcmPixelSequence *fragments, const fragment_range &range,
                           std::vector<Uint8> &out, myo_error *err) {
    for (unsigned long i = range.first; i < range.end; i++) {
        DcmPixelItem *item = nullptr;
        Uint8 *bytes = nullptr;
        if (fragments->getItem(item, i).bad() || item->getUint8Array(bytes).bad() || !bytes) {
            return myo_error_set(err, MYO_E_FORMAT, "fragment %lu of the pixel data is empty", i);
        }
        out.insert(out.end(), bytes, bytes + item->getLength());
        item->compact();
    }
    return true;
}

/* --- Compressed --------------------------------------------------------------------------------
 */

static bool is_jpeg2000(E_TransferSyntax syntax) {
    return syntax == EXS_JPEG2000LosslessOnly || syntax == EXS_JPEG2000;
}

/* Compares the codestream with the attributes, and takes its bits over. */
static bool check_codestream(const dicom_codestream &stream, dicom_pixel_format *format,
                             myo_error *err) {
    if (stream.components != 1) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "compressed pixel data have %u components, only greyscale can be "
                             "measured",
                             stream.components);
    }
    if (stream.columns != format->columns || stream.rows != format->rows) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "compressed pixel data are %zu x %zu, the header says %zu x %zu",
                             stream.columns, stream.rows, format->columns, format->rows);
    }
    if (stream.precision == 0 || stream.precision > format->bits_allocated) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "compressed pixel data have %u bits a pixel, the header allows %u",
                             stream.precision, format->bits_allocated);
    }
    format->bits_allocated = stream.precision > 8 ? 16 : 8;
    if (format->bits_stored > stream.precision) {
        format->bits_stored = stream.precision;
    }
    if (format->high_bit >= stream.precision) {
        format->high_bit = stream.precision - 1;
    }
    return true;
}

/* What the decoders read from a dataset. */
static void describe_frame(const dicom_pixel_format *format, unsigned precision, DcmItem *out) {
    const struct {
        DcmTagKey tag;
        size_t value;
    } attributes[] = {
        {DCM_SamplesPerPixel, 1},
        {DCM_Rows, format->rows},
        {DCM_Columns, format->columns},
        {DCM_BitsAllocated, format->bits_allocated},
        {DCM_BitsStored, precision},
        {DCM_HighBit, precision - 1},
        {DCM_PixelRepresentation, format->is_signed ? 1u : 0u},
    };
    out->putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME2");
    for (const auto &attribute : attributes) {
        out->putAndInsertUint16(attribute.tag, static_cast<Uint16>(attribute.value));
    }
}

static OFCondition decode(E_TransferSyntax syntax, const DcmRepresentationParameter *parameter,
                          std::vector<Uint8> &frame, DcmItem *description, void *buffer,
                          size_t size) {
    DcmPixelSequence sequence(DcmTag(DCM_PixelData, EVR_OB));
    DcmPixelItem *item = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
    sequence.insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB)));
    sequence.insert(item);
    OFCondition condition =
        item->putUint8Array(frame.data(), static_cast<unsigned long>(frame.size()));
    std::vector<Uint8>().swap(frame);
    Uint32 fragment = 1;
    OFString color_model;
    if (condition.good()) {
        condition =
            DcmCodecList::decodeFrame(DcmXfer(syntax), parameter, &sequence, description, 0,
                                      fragment, buffer, static_cast<Uint32>(size), color_model);
    }
    return condition;
}

static byte_pointer decode_frame(const char *name, E_TransferSyntax syntax,
                                 const DcmRepresentationParameter *parameter,
                                 std::vector<Uint8> &frame, dicom_pixel_format *format,
                                 myo_error *err) {
    if (syntax == EXS_RLELossless) {
        byte_pointer bytes = allocate(frame_size(format));
        bool done = dicom_rle_decode(frame.data(), frame.size(), format->columns * format->rows,
                                     format->bits_allocated / 8, bytes.get(), err);
        return done ? std::move(bytes) : byte_pointer();
    }
    dicom_codestream stream = {};
    if (!(is_jpeg2000(syntax)
              ? dicom_codestream_read_jpeg2000(frame.data(), frame.size(), &stream, err)
              : dicom_codestream_read_jpeg(frame.data(), frame.size(), &stream, err)) ||
        !check_codestream(stream, format, err)) {
        return byte_pointer();
    }
    size_t size = frame_size(format) + frame_size(format) % 2;
    byte_pointer bytes = allocate(size);
    DcmDataset description;
    describe_frame(format, stream.precision, &description);
    OFCondition condition = decode(syntax, parameter, frame, &description, bytes.get(), size);
    if (condition.bad()) {
        myo_error_set(err, MYO_E_FORMAT,
                      "pixel data cannot be decompressed from %s, they are broken or truncated "
                      "(%s)",
                      name, condition.text());
        return byte_pointer();
    }
    if (format->bits_allocated == 16) { /* decoders write words in the order of the machine */
        swapIfNecessary(EBO_LittleEndian, gLocalByteOrder, bytes.get(), static_cast<Uint32>(size),
                        sizeof(Uint16));
    }
    return bytes;
}

static byte_pointer read_compressed(dcmtk_dataset *dataset, DcmElement *element, size_t frame,
                                    dicom_pixel_format *format, myo_error *err) {
    const char *name = dataset->transfer_syntax.c_str();
    E_TransferSyntax syntax = dataset->file.getDataset()->getOriginalXfer();
    const DcmRepresentationParameter *parameter = nullptr;
    DcmPixelData *pixels = dynamic_cast<DcmPixelData *>(element);
    DcmPixelSequence *fragments = nullptr;
    fragment_range range = {0, 0};
    std::vector<Uint8> codestream;
    if (syntax != EXS_RLELossless &&
        !DcmCodecList::canChangeCoding(syntax, EXS_LittleEndianExplicit)) {
        myo_error_set(err, MYO_E_UNSUPPORTED, "compression %s cannot be read", name);
        return byte_pointer();
    }
    if (!dataset->complete) {
        myo_error_set(err, MYO_E_FORMAT, "compressed pixel data (%s) are truncated", name);
        return byte_pointer();
    }
    if (pixels) {
        pixels->getOriginalRepresentationKey(syntax, parameter);
    }
    if (!pixels || pixels->getEncapsulatedRepresentation(syntax, parameter, fragments).bad()) {
        myo_error_set(err, MYO_E_FORMAT, "pixel data are not compressed, although %s is", name);
        return byte_pointer();
    }
    if (!find_fragments(fragments, frame, format->frames, &range, err) ||
        !join_fragments(fragments, range, codestream, err)) {
        return byte_pointer();
    }
    return decode_frame(name, syntax, parameter, codestream, format, err);
}

bool dcmtk_dataset_read_frame(dcmtk_dataset *dataset, size_t frame, dicom_pixel_format *format,
                              uint8_t **bytes, myo_error *err) {
    return guarded(err, [&] {
        DcmDataset *items = dataset->file.getDataset();
        DcmElement *element = nullptr;
        if (items->findAndGetElement(DCM_PixelData, element).bad()) {
            return myo_error_set(err, MYO_E_MISSING, "no pixel data");
        }
        if (!dataset->syntax_known) {
            return myo_error_set(err, MYO_E_UNSUPPORTED, "unknown transfer syntax %s",
                                 dataset->transfer_syntax.c_str());
        }
        bool compressed = DcmXfer(items->getOriginalXfer()).isEncapsulated();
        byte_pointer read = compressed ? read_compressed(dataset, element, frame, format, err)
                                       : read_native(dataset, element, frame, format, err);
        *bytes = read.release();
        return *bytes != nullptr;
    });
}
