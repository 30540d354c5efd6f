/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DICOM files with known pixels in every transfer syntax, written by the encoders of DCMTK and
 * OpenJPEG. A failure of those ends the program: it is none of the reader that is tested.
 */
#ifndef MYO_TESTS_FRAMES_H
#define MYO_TESTS_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum frames_coding {
    FRAMES_NATIVE = 0,
    FRAMES_IMPLICIT,
    FRAMES_BIG_ENDIAN,
    FRAMES_DEFLATED,
    FRAMES_RLE,
    FRAMES_JPEG_BASELINE, /* lossy */
    FRAMES_JPEG_EXTENDED, /* lossy */
    FRAMES_JPEG_LOSSLESS,
    FRAMES_JPEG_LS,
    FRAMES_JPEG2000_LOSSLESS,
    FRAMES_JPEG2000, /* lossy */
    FRAMES_CODING_COUNT
} frames_coding;

/* Where slope and intercept of the rescale are, if there is one. */
typedef enum frames_rescale {
    FRAMES_RESCALE_NONE = 0,
    FRAMES_RESCALE_SHARED,   /* slope 3, intercept -5 */
    FRAMES_RESCALE_PER_FRAME /* slope 2 + frame, intercept -frame; beside shared ones */
} frames_rescale;

typedef struct frames_recipe {
    frames_coding coding;
    size_t columns, rows, frames;
    unsigned bits_allocated, bits_stored;
    bool is_signed;
    size_t fragments;     /* of each frame; 0 counts as 1 */
    bool no_offset_table; /* leaves it empty */
    size_t tile_size;     /* of JPEG 2000; 0: one tile */
    frames_rescale rescale;
    size_t surplus;      /* bytes behind the last frame of uncompressed pixel data */
    unsigned components; /* of the codestream of JPEG 2000; 0 counts as 1 */
} frames_recipe;

/* The stored value of a pixel: smooth, different in each frame, up to both ends of the range. */
int frames_value(const frames_recipe *recipe, size_t frame, size_t index);

/* Encodes one frame, for a compressed transfer syntax. The caller frees the result. */
uint8_t *frames_encode(const frames_recipe *recipe, size_t frame, size_t *size);

/* Writes a file. `codestreams`, one for each frame, take the place of those that would be encoded;
 * NULL for none. */
void frames_write(const char *path, const frames_recipe *recipe, uint8_t *const *codestreams,
                  const size_t *sizes);

/* Short name of a coding. */
const char *frames_coding_name(frames_coding coding);

#ifdef __cplusplus
}
#endif
#endif
