/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dicom/stream_private.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Headers are some kB; those of enhanced images, with thousands of frames, some MB. */
#define INFLATED_SIZE_MAX (UINT64_C(64) << 20)
/* Read at once; most headers fit. The buffer has room for the largest value besides. */
#define PORTION_SIZE ((size_t)8192)
#define BUFFER_SIZE (DICOM_STREAM_PEEK_MAX + PORTION_SIZE)
#define RAW_DEFLATE_WINDOW_BITS (-15)

typedef struct inflater {
    z_stream state;
    bool ended;
    uint64_t unpacked;
    uint8_t packed[BUFFER_SIZE];
} inflater;

struct dicom_stream {
    dicom_source *source;
    inflater *inflater; /* NULL: the bytes are as in the file */
    uint64_t offset;
    size_t begin, end; /* what of the buffer has not been passed yet */
    uint8_t buffer[BUFFER_SIZE];
};

bool dicom_stream_create(dicom_source *source, dicom_stream **out, myo_error *err) {
    dicom_stream *stream = malloc(sizeof *stream);
    if (!stream) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    stream->source = source;
    stream->inflater = NULL;
    stream->offset = 0;
    stream->begin = stream->end = 0;
    *out = stream;
    return true;
}

void dicom_stream_destroy(dicom_stream *stream) {
    if (stream && stream->inflater) {
        inflateEnd(&stream->inflater->state);
        free(stream->inflater);
    }
    free(stream);
}

/* Unpacks into `bytes`; *got is 0 at the end of the deflated data only. */
static bool unpack(dicom_stream *stream, uint8_t *bytes, size_t size, size_t *got, myo_error *err) {
    inflater *in = stream->inflater;
    in->state.next_out = bytes;
    in->state.avail_out = (uInt)size;
    while (!in->ended && in->state.avail_out == (uInt)size) {
        if (in->state.avail_in == 0) {
            size_t packed;
            if (!dicom_source_read(stream->source, in->packed, sizeof in->packed, &packed, err)) {
                return false;
            }
            in->state.next_in = in->packed;
            in->state.avail_in = (uInt)packed;
            if (packed == 0) {
                break;
            }
        }
        int result = inflate(&in->state, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END) {
            return myo_error_set(err, MYO_E_FORMAT, "the deflated dataset is broken");
        }
        in->ended = result == Z_STREAM_END;
    }
    *got = size - in->state.avail_out;
    in->unpacked += *got;
    if (in->unpacked > INFLATED_SIZE_MAX) {
        return myo_error_set(err, MYO_E_RANGE,
                             "the deflated dataset unpacks to more than %d MB before its pixels",
                             (int)(INFLATED_SIZE_MAX >> 20));
    }
    return true;
}

static bool fetch(dicom_stream *stream, size_t *got, myo_error *err) {
    uint8_t *free_part = stream->buffer + stream->end;
    size_t room = BUFFER_SIZE - stream->end;
    room = room < PORTION_SIZE ? room : PORTION_SIZE;
    return stream->inflater ? unpack(stream, free_part, room, got, err)
                            : dicom_source_read(stream->source, free_part, room, got, err);
}

bool dicom_stream_peek(dicom_stream *stream, size_t wanted, const uint8_t **bytes, size_t *got,
                       myo_error *err) {
    if (stream->end - stream->begin < wanted) {
        memmove(stream->buffer, stream->buffer + stream->begin, stream->end - stream->begin);
        stream->end -= stream->begin;
        stream->begin = 0;
        size_t part = 1;
        while (stream->end < wanted && part > 0) {
            if (!fetch(stream, &part, err)) {
                return false;
            }
            stream->end += part;
        }
    }
    *bytes = stream->buffer + stream->begin;
    *got = stream->end - stream->begin < wanted ? stream->end - stream->begin : wanted;
    return true;
}

bool dicom_stream_skip(dicom_stream *stream, uint64_t size, myo_error *err) {
    uint64_t left = size;
    while (left > 0) {
        size_t here = stream->end - stream->begin;
        if (here == 0 && !stream->inflater) {
            if (left > dicom_stream_get_left(stream)) {
                return myo_error_set(err, MYO_E_FORMAT, "the file ends too early");
            }
            stream->offset += left;
            return dicom_source_skip(stream->source, left, err);
        }
        if (here == 0) {
            const uint8_t *bytes;
            if (!dicom_stream_peek(stream, 1, &bytes, &here, err)) {
                return false;
            }
            if (here == 0) {
                return myo_error_set(err, MYO_E_FORMAT, "the deflated dataset ends too early");
            }
            here = stream->end - stream->begin;
        }
        size_t part = left < here ? (size_t)left : here;
        stream->begin += part;
        stream->offset += part;
        left -= part;
    }
    return true;
}

uint64_t dicom_stream_get_offset(const dicom_stream *stream) {
    return stream->offset;
}

uint64_t dicom_stream_get_left(const dicom_stream *stream) {
    uint64_t size = dicom_source_get_size(stream->source);
    if (stream->inflater) {
        return UINT64_MAX;
    }
    return size > stream->offset ? size - stream->offset : 0;
}

bool dicom_stream_inflate(dicom_stream *stream, myo_error *err) {
    inflater *in = myo_alloc_array(1, sizeof *in, err);
    if (!in) {
        return false;
    }
    size_t rest = stream->end - stream->begin;
    memcpy(in->packed, stream->buffer + stream->begin, rest);
    in->state.next_in = in->packed;
    in->state.avail_in = (uInt)rest;
    if (inflateInit2(&in->state, RAW_DEFLATE_WINDOW_BITS) != Z_OK) {
        free(in);
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    stream->inflater = in;
    stream->begin = stream->end = 0;
    stream->offset = 0;
    return true;
}
