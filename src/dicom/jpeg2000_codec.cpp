/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JPEG 2000 (ISO/IEC 15444-1), greyscale, 1 to 16 bits, lossless and lossy.
 *
 * The codestream is checked against the attributes of the dataset before OpenJPEG sees it, see
 * codestream.c. OpenJPEG runs in its strict mode and in the calling thread; its first error
 * becomes the text of the condition.
 */
#include "dicom/jpeg2000_codec_private.h"

#include "dicom/codestream_private.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dccodec.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"
#include "dcmtk/dcmdata/dctk.h"

#include <cstring>
#include <memory>
#include <openjpeg.h>
#include <string>

/* OpenJPEG reads the codestream in pieces of this size. */
static const OPJ_SIZE_T STREAM_BUFFER_SIZE = 64 * 1024;

/* Of the conditions of this codec; DCMTK leaves modules from 1024 to applications. */
static const unsigned short CONDITION_MODULE = 1024, CONDITION_CODE = 1;

static OFCondition failure(const char *text) {
    return OFCondition(CONDITION_MODULE, CONDITION_CODE, OF_error, text);
}

/* --- A codestream in memory as a stream of OpenJPEG --------------------------------------------
 */

struct memory_source {
    const uint8_t *bytes;
    size_t size, at;
};

static const OPJ_SIZE_T STREAM_END = static_cast<OPJ_SIZE_T>(-1);

static OPJ_SIZE_T read_memory(void *buffer, OPJ_SIZE_T wanted, void *user) {
    memory_source *source = static_cast<memory_source *>(user);
    size_t left = source->size - source->at;
    size_t count = wanted < left ? wanted : left;
    if (count == 0) {
        return STREAM_END;
    }
    memcpy(buffer, source->bytes + source->at, count);
    source->at += count;
    return count;
}

static OPJ_OFF_T skip_memory(OPJ_OFF_T count, void *user) {
    memory_source *source = static_cast<memory_source *>(user);
    if (count < 0 || static_cast<size_t>(count) > source->size - source->at) {
        source->at = source->size;
        return -1;
    }
    source->at += static_cast<size_t>(count);
    return count;
}

static OPJ_BOOL seek_memory(OPJ_OFF_T offset, void *user) {
    memory_source *source = static_cast<memory_source *>(user);
    if (offset < 0 || static_cast<size_t>(offset) > source->size) {
        return OPJ_FALSE;
    }
    source->at = static_cast<size_t>(offset);
    return OPJ_TRUE;
}

/* --- Decoding --------------------------------------------------------------------------------- */

struct stream_closer {
    void operator()(opj_stream_t *stream) const {
        opj_stream_destroy(stream);
    }
};
struct codec_closer {
    void operator()(opj_codec_t *codec) const {
        opj_destroy_codec(codec);
    }
};
struct image_closer {
    void operator()(opj_image_t *image) const {
        opj_image_destroy(image);
    }
};
typedef std::unique_ptr<opj_image_t, image_closer> image_pointer;

static void keep_first(const char *message, void *user) {
    std::string *text = static_cast<std::string *>(user);
    if (text->empty()) {
        text->assign(message, strcspn(message, "\r\n"));
    }
}

static void ignore(const char * /* message */, void * /* user */) {
}

/* What is wrong goes into `reason`; it stays empty where OpenJPEG says nothing. */
static image_pointer decode_codestream(memory_source *source, std::string *reason) {
    std::unique_ptr<opj_stream_t, stream_closer> stream(
        opj_stream_create(STREAM_BUFFER_SIZE, OPJ_TRUE));
    std::unique_ptr<opj_codec_t, codec_closer> codec(opj_create_decompress(OPJ_CODEC_J2K));
    if (!stream || !codec) {
        throw std::bad_alloc();
    }
    opj_stream_set_user_data(stream.get(), source, nullptr);
    opj_stream_set_user_data_length(stream.get(), source->size);
    opj_stream_set_read_function(stream.get(), read_memory);
    opj_stream_set_skip_function(stream.get(), skip_memory);
    opj_stream_set_seek_function(stream.get(), seek_memory);
    opj_set_error_handler(codec.get(), keep_first, reason);
    opj_set_warning_handler(codec.get(), ignore, nullptr);
    opj_set_info_handler(codec.get(), ignore, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t *opened = nullptr;
    if (!opj_setup_decoder(codec.get(), &parameters) ||
        !opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE) ||
        !opj_read_header(stream.get(), codec.get(), &opened)) {
        return image_pointer();
    }
    image_pointer image(opened);
    if (!opj_decode(codec.get(), stream.get(), image.get()) ||
        !opj_end_decompress(codec.get(), stream.get())) {
        return image_pointer();
    }
    return image;
}

/* Two's complement, in the byte order of the machine. */
static void copy_samples(const opj_image_comp_t &component, size_t count, bool wide, void *buffer) {
    for (size_t i = 0; i < count; i++) {
        OPJ_INT32 sample = component.data[i];
        if (wide) {
            static_cast<Uint16 *>(buffer)[i] = static_cast<Uint16>(sample);
        } else {
            static_cast<Uint8 *>(buffer)[i] = static_cast<Uint8>(sample);
        }
    }
}

static OFCondition decode_frame(const uint8_t *bytes, size_t size, size_t columns, size_t rows,
                                bool wide, void *buffer, size_t room) {
    dicom_codestream header;
    myo_error err = {};
    if (!dicom_codestream_read_jpeg2000(bytes, size, &header, &err)) {
        return failure(err.message);
    }
    if (header.columns != columns || header.rows != rows || header.components != 1 ||
        header.precision > (wide ? 16u : 8u) || columns * rows > room / (wide ? 2 : 1)) {
        return failure("the JPEG 2000 codestream is not as the dataset describes it");
    }
    memory_source source = {bytes, size, 0};
    std::string reason;
    image_pointer image = decode_codestream(&source, &reason);
    if (!image) {
        return failure(reason.empty() ? "OpenJPEG cannot decode it" : reason.c_str());
    }
    const opj_image_comp_t &component = image->comps[0];
    if (image->numcomps != 1 || component.w != columns || component.h != rows || !component.data) {
        return failure("OpenJPEG gave another image than the codestream promised");
    }
    copy_samples(component, columns * rows, wide, buffer);
    return EC_Normal;
}

/* --- The codec -------------------------------------------------------------------------------- */

class jpeg2000_parameter : public DcmCodecParameter {
  public:
    DcmCodecParameter *clone() const override {
        return new jpeg2000_parameter(*this);
    }
    const char *className() const override {
        return "jpeg2000_parameter";
    }
};

/* Decodes single frames, each in one fragment. Whole datasets are not decoded at once anywhere in
 * this program, and nothing is encoded. */
class jpeg2000_decoder : public DcmCodec {
  public:
    OFBool canChangeCoding(const E_TransferSyntax from, const E_TransferSyntax to) const override {
        return (from == EXS_JPEG2000LosslessOnly || from == EXS_JPEG2000) &&
               DcmXfer(to).isNotEncapsulated();
    }

    OFCondition decodeFrame(const DcmRepresentationParameter * /* parameter */,
                            DcmPixelSequence *fragments, const DcmCodecParameter * /* codec */,
                            DcmItem *dataset, Uint32 /* frame */, Uint32 &fragment, void *buffer,
                            Uint32 room, OFString &color_model) const override {
        Uint16 rows = 0, columns = 0, allocated = 0;
        DcmPixelItem *item = nullptr;
        Uint8 *bytes = nullptr;
        OFCondition condition = dataset->findAndGetUint16(DCM_Rows, rows);
        if (condition.good()) {
            condition = dataset->findAndGetUint16(DCM_Columns, columns);
        }
        if (condition.good()) {
            condition = dataset->findAndGetUint16(DCM_BitsAllocated, allocated);
        }
        if (condition.good()) {
            condition = fragments->getItem(item, fragment);
        }
        if (condition.good()) {
            condition = item->getUint8Array(bytes);
        }
        if (condition.good() && bytes) {
            condition =
                decode_frame(bytes, item->getLength(), columns, rows, allocated > 8, buffer, room);
        }
        if (condition.good()) {
            fragment++;
            color_model = "MONOCHROME2";
        }
        return bytes ? condition : EC_CorruptedData;
    }

    OFCondition determineDecompressedColorModel(const DcmRepresentationParameter * /* parameter */,
                                                DcmPixelSequence * /* fragments */,
                                                const DcmCodecParameter * /* codec */,
                                                DcmItem * /* dataset */,
                                                OFString &color_model) const override {
        color_model = "MONOCHROME2";
        return EC_Normal;
    }

    OFCondition decode(const DcmRepresentationParameter *, DcmPixelSequence *, DcmPolymorphOBOW &,
                       const DcmCodecParameter *, const DcmStack &, OFBool &) const override {
        return EC_IllegalCall;
    }
    OFCondition encode(const Uint16 *, const Uint32, const DcmRepresentationParameter *,
                       DcmPixelSequence *&, const DcmCodecParameter *, DcmStack &,
                       OFBool &) const override {
        return EC_IllegalCall;
    }
    OFCondition encode(const E_TransferSyntax, const DcmRepresentationParameter *,
                       DcmPixelSequence *, const DcmRepresentationParameter *, DcmPixelSequence *&,
                       const DcmCodecParameter *, DcmStack &, OFBool &) const override {
        return EC_IllegalCall;
    }
};

void jpeg2000_codec_register() {
    static const jpeg2000_decoder decoder;
    static const jpeg2000_parameter parameter;
    DcmCodecList::registerCodec(&decoder, nullptr, &parameter);
}
