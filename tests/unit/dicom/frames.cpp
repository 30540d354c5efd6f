/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"
#include "dcmtk/dcmdata/dcrleerg.h"
#include "dcmtk/dcmdata/dcrlerp.h"
#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/dcmjpeg/djencode.h"
#include "dcmtk/dcmjpeg/djrplol.h"
#include "dcmtk/dcmjpeg/djrploss.h"
#include "dcmtk/dcmjpls/djencode.h"
#include "dcmtk/dcmjpls/djrparam.h"
#include "dcmtk/oflog/oflog.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <openjpeg.h>
#include <string>
#include <vector>

static const struct {
    E_TransferSyntax syntax;
    const char *name;
} codings[FRAMES_CODING_COUNT] = {
    {EXS_LittleEndianExplicit, "native"},
    {EXS_LittleEndianImplicit, "implicit"},
    {EXS_BigEndianExplicit, "big-endian"},
    {EXS_DeflatedLittleEndianExplicit, "deflated"},
    {EXS_RLELossless, "rle"},
    {EXS_JPEGProcess1, "jpeg-baseline"},
    {EXS_JPEGProcess2_4, "jpeg-extended"},
    {EXS_JPEGProcess14SV1, "jpeg-lossless"},
    {EXS_JPEGLSLossless, "jpeg-ls"},
    {EXS_JPEG2000LosslessOnly, "jpeg2000-lossless"},
    {EXS_JPEG2000, "jpeg2000"},
};

static const int JPEG_QUALITY = 90;
static const float JPEG2000_PSNR_DB = 60.0F;

static void check(bool done, const char *what) {
    if (!done) {
        fprintf(stderr, "frames: %s failed\n", what);
        abort();
    }
}

const char *frames_coding_name(frames_coding coding) {
    return codings[coding].name;
}

int frames_value(const frames_recipe *recipe, size_t frame, size_t index) {
    size_t x = index % recipe->columns, y = index / recipe->columns;
    int range = 1 << recipe->bits_stored;
    int value =
        static_cast<int>((x * 40 + y * 25 + frame * 100) * static_cast<size_t>(range) / 1024);
    value = index == 0 ? 0 : index == 1 ? range - 1 : value % range;
    return recipe->is_signed ? value - range / 2 : value;
}

/* Little-endian bytes of one frame, the bits above the stored ones 0. */
static std::vector<Uint8> native_bytes(const frames_recipe *recipe, size_t frame) {
    std::vector<Uint8> bytes;
    unsigned mask = (1U << recipe->bits_stored) - 1U;
    for (size_t i = 0; i < recipe->columns * recipe->rows; i++) {
        unsigned value = static_cast<unsigned>(frames_value(recipe, frame, i)) & mask;
        bytes.push_back(static_cast<Uint8>(value & 0xffU));
        if (recipe->bits_allocated == 16) {
            bytes.push_back(static_cast<Uint8>(value >> 8));
        }
    }
    return bytes;
}

static void put_attributes(const frames_recipe *recipe, size_t frames, DcmDataset *out) {
    bool several = frames > 1;
    const struct {
        DcmTagKey tag;
        std::string text;
    } texts[] = {
        {DCM_SOPClassUID, several ? UID_EnhancedMRImageStorage : UID_MRImageStorage},
        {DCM_SOPInstanceUID, "2.25.1"},
        {DCM_Modality, "MR"},
        {DCM_PatientID, "P1"},
        {DCM_StudyInstanceUID, "2.25.2"},
        {DCM_SeriesInstanceUID, "2.25.3"},
        {DCM_PhotometricInterpretation, "MONOCHROME2"},
        {DCM_NumberOfFrames, std::to_string(frames)},
    };
    const struct {
        DcmTagKey tag;
        size_t value;
    } numbers[] = {
        {DCM_SamplesPerPixel, 1},
        {DCM_Rows, recipe->rows},
        {DCM_Columns, recipe->columns},
        {DCM_BitsAllocated, recipe->bits_allocated},
        {DCM_BitsStored, recipe->bits_stored},
        {DCM_HighBit, recipe->bits_stored - 1},
        {DCM_PixelRepresentation, recipe->is_signed ? 1U : 0U},
    };
    for (const auto &text : texts) {
        check(out->putAndInsertString(text.tag, text.text.c_str()).good(), "a text");
    }
    for (const auto &number : numbers) {
        check(out->putAndInsertUint16(number.tag, static_cast<Uint16>(number.value)).good(),
              "a number");
    }
}

static void put_transformation(DcmDataset *out, const DcmTagKey &groups, size_t number, int slope,
                               int intercept) {
    DcmItem *group = nullptr, *macro = nullptr;
    check(out->findOrCreateSequenceItem(groups, group, static_cast<long>(number)).good() &&
              group->findOrCreateSequenceItem(DCM_PixelValueTransformationSequence, macro, 0)
                  .good() &&
              macro->putAndInsertString(DCM_RescaleSlope, std::to_string(slope).c_str()).good() &&
              macro->putAndInsertString(DCM_RescaleIntercept, std::to_string(intercept).c_str())
                  .good(),
          "a functional group");
}

static void put_rescale(const frames_recipe *recipe, DcmDataset *out) {
    if (recipe->rescale != FRAMES_RESCALE_NONE) {
        put_transformation(out, DCM_SharedFunctionalGroupsSequence, 0, 3, -5);
    }
    for (size_t i = 0; i < recipe->frames && recipe->rescale == FRAMES_RESCALE_PER_FRAME; i++) {
        put_transformation(out, DCM_PerFrameFunctionalGroupsSequence, i, 2 + static_cast<int>(i),
                           -static_cast<int>(i));
    }
}

static void put_native(const std::vector<Uint8> &bytes, DcmDataset *out) {
    std::vector<Uint16> words(bytes.size() / 2 + 1);
    memcpy(words.data(), bytes.data(), bytes.size());
    DcmPixelData *pixels = new DcmPixelData(DcmTag(DCM_PixelData, EVR_OW));
    check(pixels->putUint16Array(words.data(), static_cast<unsigned long>((bytes.size() + 1) / 2))
                  .good() &&
              out->insert(pixels, OFTrue).good(),
          "native pixel data");
}

static void register_encoders() {
    static bool done = false;
    if (!done) {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        DcmRLEEncoderRegistration::registerCodecs();
        DJEncoderRegistration::registerCodecs();
        DJLSEncoderRegistration::registerCodecs();
        done = true;
    }
}

static std::vector<Uint8> encode_with_dcmtk(const frames_recipe *recipe, size_t frame) {
    register_encoders();
    E_TransferSyntax syntax = codings[recipe->coding].syntax;
    DcmDataset dataset;
    frames_recipe bits = *recipe;
    bits.is_signed = false; /* codestreams hold bits; the sign is an attribute of the file */
    put_attributes(&bits, 1, &dataset);
    put_native(native_bytes(recipe, frame), &dataset);
    DJ_RPLossy lossy(JPEG_QUALITY);
    DJ_RPLossless lossless;
    DJLSRepresentationParameter near_lossless(0, OFTrue);
    DcmRLERepresentationParameter rle;
    const DcmRepresentationParameter *parameter = &lossy;
    if (recipe->coding == FRAMES_RLE) {
        parameter = &rle;
    } else if (recipe->coding == FRAMES_JPEG_LOSSLESS) {
        parameter = &lossless;
    } else if (recipe->coding == FRAMES_JPEG_LS) {
        parameter = &near_lossless;
    }
    OFCondition condition = dataset.chooseRepresentation(syntax, parameter);
    check(condition.good(), condition.text());
    DcmElement *element = nullptr;
    DcmPixelSequence *sequence = nullptr;
    DcmPixelItem *item = nullptr;
    Uint8 *bytes = nullptr;
    check(dataset.findAndGetElement(DCM_PixelData, element).good(), "the pixel data");
    check(static_cast<DcmPixelData *>(element)
                  ->getEncapsulatedRepresentation(syntax, parameter, sequence)
                  .good() &&
              sequence->getItem(item, 1).good() && item->getUint8Array(bytes).good(),
          "the encoded frame");
    return std::vector<Uint8>(bytes, bytes + item->getLength());
}

static OPJ_SIZE_T append(void *bytes, OPJ_SIZE_T count, void *user) {
    std::vector<Uint8> *out = static_cast<std::vector<Uint8> *>(user);
    out->insert(out->end(), static_cast<Uint8 *>(bytes), static_cast<Uint8 *>(bytes) + count);
    return count;
}

static opj_image_t *make_image(const frames_recipe *recipe, size_t frame) {
    unsigned components = recipe->components ? recipe->components : 1;
    opj_image_cmptparm_t parameter = {};
    parameter.dx = parameter.dy = 1;
    parameter.w = static_cast<OPJ_UINT32>(recipe->columns);
    parameter.h = static_cast<OPJ_UINT32>(recipe->rows);
    parameter.prec = recipe->bits_stored;
    parameter.sgnd = recipe->is_signed ? 1 : 0;
    std::vector<opj_image_cmptparm_t> parameters(components, parameter);
    opj_image_t *image = opj_image_create(components, parameters.data(), OPJ_CLRSPC_GRAY);
    check(image != nullptr, "opj_image_create");
    image->x1 = parameter.w;
    image->y1 = parameter.h;
    for (unsigned c = 0; c < components; c++) {
        for (size_t i = 0; i < recipe->columns * recipe->rows; i++) {
            image->comps[c].data[i] = frames_value(recipe, frame, i);
        }
    }
    return image;
}

static std::vector<Uint8> encode_jpeg2000(const frames_recipe *recipe, size_t frame) {
    std::vector<Uint8> out;
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.numresolution = 3; /* small images */
    parameters.tcp_numlayers = 1;
    if (recipe->coding == FRAMES_JPEG2000) {
        parameters.irreversible = 1;
        parameters.cp_fixed_quality = 1;
        parameters.tcp_distoratio[0] = JPEG2000_PSNR_DB;
    } else {
        parameters.cp_disto_alloc = 1;
    }
    if (recipe->tile_size) {
        parameters.tile_size_on = OPJ_TRUE;
        parameters.cp_tdx = parameters.cp_tdy = static_cast<int>(recipe->tile_size);
    }
    opj_image_t *image = make_image(recipe, frame);
    opj_codec_t *codec = opj_create_compress(OPJ_CODEC_J2K);
    opj_stream_t *stream = opj_stream_default_create(OPJ_FALSE);
    opj_stream_set_user_data(stream, &out, nullptr);
    opj_stream_set_write_function(stream, append);
    check(opj_setup_encoder(codec, &parameters, image) &&
              opj_start_compress(codec, image, stream) && opj_encode(codec, stream) &&
              opj_end_compress(codec, stream),
          "OpenJPEG's encoder");
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    opj_image_destroy(image);
    return out;
}

static std::vector<Uint8> encode(const frames_recipe *recipe, size_t frame) {
    bool jpeg2000 = recipe->coding == FRAMES_JPEG2000_LOSSLESS || recipe->coding == FRAMES_JPEG2000;
    return jpeg2000 ? encode_jpeg2000(recipe, frame) : encode_with_dcmtk(recipe, frame);
}

uint8_t *frames_encode(const frames_recipe *recipe, size_t frame, size_t *size) {
    std::vector<Uint8> bytes = encode(recipe, frame);
    uint8_t *out = static_cast<uint8_t *>(malloc(bytes.size() + 1));
    check(out != nullptr, "malloc");
    memcpy(out, bytes.data(), bytes.size());
    *size = bytes.size();
    return out;
}

/* Cuts the frame into fragments of even length; the last one takes what is left. */
static void put_frame(const frames_recipe *recipe, std::vector<Uint8> frame,
                      DcmPixelSequence *sequence, DcmOffsetList &offsets) {
    size_t fragments = recipe->fragments ? recipe->fragments : 1;
    size_t step = frame.size() / fragments / 2 * 2, at = 0;
    Uint32 length = 0;
    for (size_t i = 0; i < fragments; i++) {
        size_t count = i + 1 < fragments ? step : frame.size() - at;
        DcmPixelItem *item = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
        sequence->insert(item);
        check(item->putUint8Array(frame.data() + at, static_cast<unsigned long>(count)).good(),
              "a fragment");
        length += static_cast<Uint32>(count + count % 2) + 8;
        at += count;
    }
    offsets.push_back(length);
}

static void put_compressed(const frames_recipe *recipe, uint8_t *const *codestreams,
                           const size_t *sizes, DcmDataset *out) {
    DcmPixelSequence *sequence = new DcmPixelSequence(DcmTag(DCM_PixelData, EVR_OB));
    DcmPixelItem *table = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
    DcmOffsetList offsets;
    sequence->insert(table);
    for (size_t frame = 0; frame < recipe->frames; frame++) {
        put_frame(recipe,
                  codestreams
                      ? std::vector<Uint8>(codestreams[frame], codestreams[frame] + sizes[frame])
                      : encode(recipe, frame),
                  sequence, offsets);
    }
    if (!recipe->no_offset_table) {
        check(table->createOffsetTable(offsets).good(), "the offset table");
    }
    DcmPixelData *pixels = new DcmPixelData(DcmTag(DCM_PixelData, EVR_OB));
    pixels->putOriginalRepresentation(codings[recipe->coding].syntax, nullptr, sequence);
    check(out->insert(pixels, OFTrue).good(), "the pixel data");
}

void frames_write(const char *path, const frames_recipe *recipe, uint8_t *const *codestreams,
                  const size_t *sizes) {
    DcmFileFormat file;
    put_attributes(recipe, recipe->frames, file.getDataset());
    put_rescale(recipe, file.getDataset());
    if (recipe->coding < FRAMES_RLE) {
        std::vector<Uint8> bytes;
        for (size_t frame = 0; frame < recipe->frames; frame++) {
            std::vector<Uint8> next = native_bytes(recipe, frame);
            bytes.insert(bytes.end(), next.begin(), next.end());
        }
        bytes.resize(bytes.size() + recipe->surplus);
        put_native(bytes, file.getDataset());
    } else {
        put_compressed(recipe, codestreams, sizes, file.getDataset());
    }
    check(file.saveFile(path, codings[recipe->coding].syntax).good(), "saving");
}
