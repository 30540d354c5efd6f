/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DICOM files put together element by element, in every encoding: what the project's own writer
 * does not write. Sequences have defined or undefined lengths.
 */
#ifndef MYO_TESTS_BUILDER_H
#define MYO_TESTS_BUILDER_H

#include "dicom_fixture.h"

#include <zip.h>
#include <zlib.h>

#define BUILDER_SIZE ((size_t)1 << 20)
#define BUILDER_DEPTH 16

#define SYNTAX_IMPLICIT "1.2.840.10008.1.2"
#define SYNTAX_EXPLICIT "1.2.840.10008.1.2.1"
#define SYNTAX_BIG_ENDIAN "1.2.840.10008.1.2.2"
#define SYNTAX_DEFLATED "1.2.840.10008.1.2.1.99"

#define CLASS_MR "1.2.840.10008.5.1.4.1.1.4"
#define CLASS_ENHANCED_MR "1.2.840.10008.5.1.4.1.1.4.1"
#define CLASS_ENHANCED_CT "1.2.840.10008.5.1.4.1.1.2.1"
#define CLASS_LEGACY_MR "1.2.840.10008.5.1.4.1.1.4.4"
#define CLASS_DIRECTORY "1.2.840.10008.1.3.10"

typedef struct builder {
    unsigned char data[BUILDER_SIZE];
    size_t size;
    bool implicit, big_endian, undefined; /* undefined: lengths of sequences and items */
    size_t open[BUILDER_DEPTH];           /* where the length of what is open stands */
    size_t depth;
} builder;

/* A dataset in the encoding of `syntax`; the caller frees it. */
static inline builder *build(const char *syntax, bool undefined) {
    builder *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->implicit = strcmp(syntax, SYNTAX_IMPLICIT) == 0;
    b->big_endian = strcmp(syntax, SYNTAX_BIG_ENDIAN) == 0;
    b->undefined = undefined;
    return b;
}

static inline void put_bytes(builder *b, const void *bytes, size_t size) {
    assert_true(b->size + size <= BUILDER_SIZE);
    memcpy(b->data + b->size, bytes, size);
    b->size += size;
}

static inline void put_number(builder *b, size_t value, size_t size) {
    unsigned char bytes[sizeof value];
    for (size_t i = 0; i < size; i++) {
        size_t shift = 8 * (b->big_endian ? size - 1 - i : i);
        bytes[i] = (unsigned char)(value >> shift & 0xffu);
    }
    put_bytes(b, bytes, size);
}

/* Items and delimiters have no VR, whatever `vr` is. */
static inline void put_head(builder *b, unsigned tag, const char *vr, size_t length) {
    put_number(b, tag >> 16, 2);
    put_number(b, tag & 0xffffu, 2);
    if (b->implicit || tag >> 16 == 0xfffeu) {
        put_number(b, length, 4);
    } else {
        put_bytes(b, vr, 2);
        if (has_long_length(vr)) {
            put_number(b, 0, 2);
        }
        put_number(b, length, has_long_length(vr) ? 4 : 2);
    }
}

static inline void put_text(builder *b, unsigned tag, const char *vr, const char *text) {
    size_t length = strlen(text);
    put_head(b, tag, vr, length + length % 2);
    put_bytes(b, text, length);
    if (length % 2) {
        put_number(b, strcmp(vr, "UI") == 0 ? 0 : ' ', 1);
    }
}

static inline void put_unsigned(builder *b, unsigned tag, unsigned value) {
    put_head(b, tag, "US", 2);
    put_number(b, value, 2);
}

static inline void put_double(builder *b, unsigned tag, double value) {
    size_t bits;
    _Static_assert(sizeof bits == sizeof value, "a double has 64 bits");
    memcpy(&bits, &value, sizeof bits);
    put_head(b, tag, "FD", 8);
    put_number(b, bits, 8);
}

static inline void begin(builder *b, unsigned tag, const char *vr) {
    assert_true(b->depth < BUILDER_DEPTH);
    put_head(b, tag, vr, 0xffffffffu);
    b->open[b->depth++] = b->size;
}

/* Ends what was begun last, by a delimiter or by writing its length. */
static inline void end(builder *b, unsigned delimiter) {
    size_t start = b->open[--b->depth];
    if (b->undefined) {
        put_head(b, delimiter, "UN", 0);
        return;
    }
    size_t size = b->size;
    b->size = start - 4;
    put_number(b, size - start, 4);
    b->size = size;
}

static inline void begin_sequence(builder *b, unsigned tag) {
    begin(b, tag, "SQ");
}
static inline void end_sequence(builder *b) {
    end(b, 0xfffee0ddu);
}
static inline void begin_item(builder *b) {
    begin(b, 0xfffee000u, "UN");
}
static inline void end_item(builder *b) {
    end(b, 0xfffee00du);
}

/* A sequence with one item. */
static inline void begin_group(builder *b, unsigned tag) {
    begin_sequence(b, tag);
    begin_item(b);
}
static inline void end_group(builder *b) {
    end_item(b);
    end_sequence(b);
}

/* Identity of an image: group 0008 to 0020,000e. */
static inline void put_identity(builder *b, const char *class_uid, const char *image_type,
                                const char *modality, const char *sop_uid) {
    put_text(b, 0x00080008u, "CS", image_type);
    put_text(b, 0x00080016u, "UI", class_uid);
    put_text(b, 0x00080018u, "UI", sop_uid);
    put_text(b, 0x00080060u, "CS", modality);
    put_text(b, 0x00100020u, "LO", "P1");
}

static inline void put_uids(builder *b) {
    put_text(b, 0x0020000du, "UI", "1.2.3.1");
    put_text(b, 0x0020000eu, "UI", "1.2.3.2");
    put_text(b, 0x00200011u, "IS", "5");
    put_text(b, 0x00200013u, "IS", "9");
}

/* Layout of the pixels: 4 x 3, 12 of 16 bits. */
static inline void put_layout(builder *b, const char *frames) {
    put_unsigned(b, 0x00280002u, 1);
    put_text(b, 0x00280004u, "CS", "MONOCHROME2");
    if (frames) {
        put_text(b, 0x00280008u, "IS", frames);
    }
    put_unsigned(b, 0x00280010u, FIXTURE_ROWS);
    put_unsigned(b, 0x00280011u, FIXTURE_COLUMNS);
    put_unsigned(b, 0x00280100u, 16);
    put_unsigned(b, 0x00280101u, 12);
    put_unsigned(b, 0x00280102u, 11);
    put_unsigned(b, 0x00280103u, 0);
}

/* Pixel i of frame k has the value 100 * (k + 1) + i. */
static inline void put_pixels(builder *b, size_t frames) {
    put_head(b, 0x7fe00010u, "OW", 2 * frames * FIXTURE_PIXELS);
    for (size_t i = 0; i < frames * FIXTURE_PIXELS; i++) {
        put_number(b, 100 * (i / FIXTURE_PIXELS + 1) + i % FIXTURE_PIXELS, 2);
    }
}

/* Deflates the dataset, raw (PS3.5 A.5). */
static inline void deflate_dataset(builder *b) {
    builder *packed = build(SYNTAX_EXPLICIT, false);
    z_stream state = {.next_in = b->data,
                      .avail_in = (uInt)b->size,
                      .next_out = packed->data,
                      .avail_out = (uInt)BUILDER_SIZE};
    assert_int_equal(
        deflateInit2(&state, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&state, Z_FINISH), Z_STREAM_END);
    b->size = BUILDER_SIZE - state.avail_out;
    memcpy(b->data, packed->data, b->size);
    deflateEnd(&state);
    free(packed);
}

/* Preamble, meta information and dataset, as one file's bytes in a new builder. */
static inline builder *finish(builder *b, const char *class_uid, const char *syntax) {
    builder *file = build(SYNTAX_EXPLICIT, false);
    if (strcmp(syntax, SYNTAX_DEFLATED) == 0) {
        deflate_dataset(b);
    }
    file->size = DATASET_OFFSET - 4;
    put_bytes(file, "DICM", 4);
    put_text(file, 0x00020002u, "UI", class_uid);
    put_text(file, 0x00020010u, "UI", syntax);
    put_bytes(file, b->data, b->size);
    free(b);
    return file;
}

static inline void write_built(const char *folder, const char *name, builder *b,
                               const char *class_uid, const char *syntax) {
    builder *file = finish(b, class_uid, syntax);
    write_bytes(folder, name, file->data, file->size);
    free(file);
}

/* A DICOM directory of these files, whose components backslashes separate. */
static inline builder *build_directory(const char *const *references, size_t count) {
    builder *b = build(SYNTAX_EXPLICIT, false);
    put_text(b, 0x00041130u, "CS", "EXPORT");
    begin_sequence(b, 0x00041220u);
    begin_item(b); /* a record without a file */
    put_text(b, 0x00041430u, "CS", "PATIENT");
    end_item(b);
    for (size_t i = 0; i < count; i++) {
        begin_item(b);
        put_unsigned(b, 0x00041410u, 0xffffu);
        put_text(b, 0x00041430u, "CS", "IMAGE");
        put_text(b, 0x00041500u, "CS", references[i]);
        end_item(b);
    }
    end_sequence(b);
    return b;
}

static inline void write_directory(const char *folder, const char *name,
                                   const char *const *references, size_t count) {
    write_built(folder, name, build_directory(references, count), CLASS_DIRECTORY, SYNTAX_EXPLICIT);
}

#endif
