/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading of a file, or of the bytes of one, into a dataset: bounded in stack and memory. */
#include "dicom/dcmtk_dataset_private.h"
#include "dicom/elements_private.h"

#include "dcmtk/dcmdata/dcistrmb.h"
#include "dcmtk/dcmdata/dcistrmf.h"

#include <sys/stat.h>

/* Stack that reading one file may use. DCMTK descends into nested sequences by recursion (about
 * 1 kB a level), so that a crafted file of some hundred kB would run off the end of the stack. */
static const size_t STACK_USE_MAX = 512 * 1024;

/* What a deflated file may unpack to: its header and, behind that, what the header announces as
 * pixel data, of which more than the second limit is not believed. */
static const uint64_t INFLATED_HEADER_MAX = 64U << 20;
static const uint64_t INFLATED_PIXELS_MAX = 1U << 30;

/* Of a file within a zip file; all of it is in memory while it is read. */
static const size_t MEMBER_SIZE_MAX = 1U << 30;

/* A stream that seems to end with the pixel data, and where reading it has gone too deep, or has
 * unpacked too much. DCMTK makes room for whatever an element claims that is not in a file of the
 * disk, so that it never sees what lies behind the pixels. */
template <class Stream> class bounded_stream : public Stream {
  public:
    template <class... Arguments>
    explicit bounded_stream(uint64_t end, Arguments &&...arguments)
        : Stream(std::forward<Arguments>(arguments)...), base_(here()), end_(end) {
    }
    void limit_inflated(uint64_t size) {
        limit_ = size;
    }
    OFBool eos() override {
        return position() >= end_ || Stream::eos();
    }
    offile_off_t avail() override {
        size_t now = here();
        size_t used = now < base_ ? base_ - now : now - base_;
        return used > STACK_USE_MAX ? 0 : allowed(Stream::avail());
    }
    offile_off_t read(void *buffer, offile_off_t size) override {
        return Stream::read(buffer, allowed(size));
    }
    offile_off_t skip(offile_off_t size) override {
        return Stream::skip(allowed(size));
    }
    OFCondition installCompressionFilter(E_StreamCompression type) override {
        inflating_ = true;
        return Stream::installCompressionFilter(type);
    }

  private:
    static size_t here() {
        return reinterpret_cast<size_t>(__builtin_frame_address(0));
    }
    uint64_t position() const {
        return static_cast<uint64_t>(Stream::tell());
    }
    offile_off_t allowed(offile_off_t size) const {
        uint64_t limit = inflating_ && limit_ < end_ ? limit_ : end_;
        uint64_t left = position() < limit ? limit - position() : 0;
        bool too_much = size > 0 && static_cast<uint64_t>(size) > left;
        return too_much ? static_cast<offile_off_t>(left) : size;
    }
    const size_t base_;
    const uint64_t end_;
    bool inflating_ = false;
    uint64_t limit_ = INFLATED_HEADER_MAX;
};

/* Opens the file again from its beginning, and hands the stream to `read`. */
template <class Read>
static bool with_stream(const char *path, const dcmtk_dataset *dataset, uint64_t inflated_max,
                        Read read) {
    if (dataset->bytes) {
        bounded_stream<DcmInputBufferStream> stream(dataset->pixel_end);
        stream.setBuffer(dataset->bytes.get(), static_cast<offile_off_t>(dataset->file_size));
        stream.setEos();
        stream.limit_inflated(inflated_max);
        return read(stream);
    }
    bounded_stream<DcmInputFileStream> stream(dataset->pixel_end, OFFilename(path));
    stream.limit_inflated(inflated_max);
    return read(stream);
}

static bool read_until_pixels(const char *path, dcmtk_dataset *dataset, myo_error *err) {
    return with_stream(path, dataset, INFLATED_HEADER_MAX, [&](DcmInputStream &stream) {
        if (stream.status().bad()) {
            return myo_error_set(err, MYO_E_IO, "cannot open: %s", stream.status().text());
        }
        dataset->file.transferInit();
        OFCondition condition = dataset->file.readUntilTag(
            stream, EXS_Unknown, EGL_noChange, DCMTK_VALUE_LENGTH_LOADED, DCM_PixelData);
        dataset->file.transferEnd();
        dataset->pixel_offset = static_cast<size_t>(stream.tell());
        if (condition.bad()) {
            return myo_error_set(err, MYO_E_FORMAT, "broken or truncated DICOM header (%s)",
                                 condition.text());
        }
        return true;
    });
}

/* Bytes of pixel data that the header announces. */
static uint64_t announced_size(const dcmtk_dataset *dataset) {
    DcmDataset *items = dataset_of(dataset);
    Uint16 rows = 0, columns = 0, allocated = 0;
    Sint32 frames = 1;
    items->findAndGetUint16(DCM_Rows, rows);
    items->findAndGetUint16(DCM_Columns, columns);
    items->findAndGetUint16(DCM_BitsAllocated, allocated);
    if (items->findAndGetSint32(DCM_NumberOfFrames, frames).bad() || frames < 1) {
        frames = 1;
    }
    uint64_t frame = static_cast<uint64_t>(rows) * columns * ((allocated + 7U) / 8U);
    uint64_t most = INFLATED_PIXELS_MAX / static_cast<uint64_t>(frames);
    return frame < most ? frame * static_cast<uint64_t>(frames) : INFLATED_PIXELS_MAX;
}

/* The header has been read before, so that what fails here is the pixel data. */
static void read_everything(const char *path, dcmtk_dataset *dataset) {
    uint64_t inflated_max = INFLATED_HEADER_MAX + announced_size(dataset);
    dataset->file.clear();
    dataset->complete = with_stream(path, dataset, inflated_max, [&](DcmInputStream &stream) {
        dataset->file.transferInit();
        bool good =
            dataset->file.read(stream, EXS_Unknown, EGL_noChange, DCMTK_VALUE_LENGTH_LOADED).good();
        dataset->file.transferEnd();
        return good;
    });
}

static bool find_end(dicom_elements *elements, uint64_t *end, myo_error *err) {
    dicom_event event;
    dicom_element element = {};
    do {
        if (!dicom_elements_next(elements, &event, &element, err)) {
            return false;
        }
    } while (event != DICOM_EVENT_PIXELS && event != DICOM_EVENT_END);
    if (event == DICOM_EVENT_END) {
        return myo_error_set(err, MYO_E_MISSING, "no pixel data");
    }
    if (element.tag != DICOM_TAG_PIXEL_DATA) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "pixel data are floating-point numbers, which are not read");
    }
    return dicom_elements_find_pixels_end(elements, end, err);
}

static bool find_pixel_end(const char *path, const char *archive, dcmtk_dataset *dataset,
                           myo_error *err) {
    dicom_source *source = nullptr;
    dicom_elements *elements = nullptr;
    bool done = dicom_source_open(path, archive, &source, err) &&
                dicom_elements_create(source, &elements, err) &&
                find_end(elements, &dataset->pixel_end, err);
    dicom_elements_destroy(elements);
    dicom_source_close(source);
    return done;
}

/* A file of the disk stays there; a member of a zip file is unpacked. */
static bool find_bytes(const char *path, const char *archive, dcmtk_dataset *dataset,
                       myo_error *err) {
    struct stat status;
    if (!archive) {
        dataset->file_size = stat(path, &status) == 0 ? static_cast<size_t>(status.st_size) : 0;
        return true;
    }
    uint8_t *bytes = nullptr;
    bool done =
        dicom_source_read_all(path, archive, MEMBER_SIZE_MAX, &bytes, &dataset->file_size, err);
    dataset->bytes.reset(bytes);
    return done;
}

bool dcmtk_dataset_read(const char *path, const char *archive, dcmtk_dataset **out,
                        myo_error *err) {
    return guarded(err, [&] {
        dcmtk_initialise();
        std::unique_ptr<dcmtk_dataset> dataset(new dcmtk_dataset);
        if (!find_pixel_end(path, archive, dataset.get(), err) ||
            !find_bytes(path, archive, dataset.get(), err) ||
            !read_until_pixels(path, dataset.get(), err)) {
            return false;
        }
        read_everything(path, dataset.get());
        dcmtk_dataset_describe(dataset.get());
        *out = dataset.release();
        return true;
    });
}
