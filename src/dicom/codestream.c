/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers of JPEG, JPEG-LS and JPEG 2000 codestreams. All numbers in them are big-endian. */
#include "dicom/codestream_private.h"

#include "base/memory.h"

#include <stdlib.h>

/* Markers of JPEG (ISO/IEC 10918-1 table B.1, 14495-1 table C.1). */
enum jpeg_marker {
    JPEG_TEM = 0xff01,
    JPEG_SOF_FIRST = 0xffc0,
    JPEG_DHT = 0xffc4,
    JPEG_RESERVED = 0xffc8,
    JPEG_DAC = 0xffcc,
    JPEG_SOF_LAST = 0xffcf,
    JPEG_RST_FIRST = 0xffd0,
    JPEG_SOI = 0xffd8,
    JPEG_EOI = 0xffd9,
    JPEG_SOS = 0xffda,
    JPEG_LS_SOF = 0xfff7
};
#define JPEG_SOF_SIZE 8u /* length, precision, rows, columns, components */

/* Markers of JPEG 2000 (ISO/IEC 15444-1 table A.2). */
enum jpeg2000_marker {
    JPEG2000_SOC = 0xff4f,
    JPEG2000_SIZ = 0xff51,
    JPEG2000_COD = 0xff52,
    JPEG2000_COC = 0xff53,
    JPEG2000_SOT = 0xff90,
    JPEG2000_SOD = 0xff93,
    JPEG2000_EOC = 0xffd9
};
#define JPEG2000_SIZ_SIZE 41u  /* of one component, without the marker */
#define JPEG2000_SOT_SIZE 12u  /* with the marker */
#define JPEG2000_COD_HEAD 7u   /* in front of the style, without the marker */
#define JPEG2000_COC_HEAD 4u   /* of an image with fewer than 257 components */
#define JPEG2000_STYLE_SIZE 5u /* without precincts */
#define JPEG2000_SIGN 0x80u    /* of Ssiz: samples are signed */
#define JPEG2000_PRECINCTS 1u  /* of Scod: their sizes follow */
#define JPEG2000_LEVELS_MAX 32u

/* OpenJPEG allocates about 6 kB for each tile. The widest image in tiles of 128 x 128 has 4096. */
#define TILE_COUNT_MAX 4096u
/* And about 150 bytes for each code block; the largest image in blocks of 8 x 8 has as many. */
#define CODE_BLOCK_COUNT_MAX (1u << 20)
#define CODE_BLOCK_LOG2_MIN 2u /* the codestream counts from it (table A.18) */

typedef struct reader {
    const uint8_t *bytes;
    size_t size, at;
} reader;

static bool has(const reader *r, size_t count) {
    return count <= r->size - r->at;
}

static unsigned get16(const uint8_t *bytes) {
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static size_t get32(const uint8_t *bytes) {
    return (size_t)get16(bytes) << 16 | get16(bytes + 2);
}

static bool cut_off(const char *name, myo_error *err) {
    return myo_error_set(err, MYO_E_FORMAT, "the %s codestream is truncated", name);
}

static bool is_frame_header(unsigned marker) {
    return marker == JPEG_LS_SOF ||
           (marker >= JPEG_SOF_FIRST && marker <= JPEG_SOF_LAST && marker != JPEG_DHT &&
            marker != JPEG_RESERVED && marker != JPEG_DAC);
}

static bool stands_alone(unsigned marker) {
    return marker == JPEG_TEM || (marker >= JPEG_RST_FIRST && marker <= JPEG_SOI);
}

bool dicom_codestream_read_jpeg(const uint8_t *bytes, size_t size, dicom_codestream *out,
                                myo_error *err) {
    reader r = {bytes, size, 0};
    if (!has(&r, 2) || get16(bytes) != JPEG_SOI) {
        return myo_error_set(err, MYO_E_FORMAT, "the pixel data are no JPEG codestream");
    }
    while (has(&r, 4)) {
        const uint8_t *here = bytes + r.at;
        unsigned marker = get16(here);
        if (here[0] != 0xff || marker == JPEG_SOS || marker == JPEG_EOI) {
            return myo_error_set(err, MYO_E_FORMAT, "the JPEG codestream has no frame header");
        }
        if (marker == 0xffff) { /* any number of fill bytes may be in front of a marker */
            r.at++;
        } else if (stands_alone(marker)) {
            r.at += 2;
        } else if (is_frame_header(marker) && has(&r, 2 + JPEG_SOF_SIZE)) {
            *out = (dicom_codestream){.precision = here[4],
                                      .rows = get16(here + 5),
                                      .columns = get16(here + 7),
                                      .components = here[9]};
            return true;
        } else {
            size_t length = get16(here + 2);
            if (length < 2 || !has(&r, 2 + length)) {
                break;
            }
            r.at += 2 + length;
        }
    }
    return cut_off("JPEG", err);
}

typedef struct tiling {
    size_t count;
    uint8_t *seen, *expected; /* tile parts; expected is 0 while the codestream does not say it */
} tiling;

/* Reads image and tile size. The segment follows the first marker. */
static bool read_size(reader *r, dicom_codestream *out, tiling *tiles, myo_error *err) {
    if (!has(r, 4) || get16(r->bytes) != JPEG2000_SOC || get16(r->bytes + 2) != JPEG2000_SIZ) {
        return myo_error_set(err, MYO_E_FORMAT, "the pixel data are no JPEG 2000 codestream");
    }
    r->at = 4;
    if (!has(r, JPEG2000_SIZ_SIZE)) {
        return cut_off("JPEG 2000", err);
    }
    const uint8_t *siz = r->bytes + r->at;
    size_t length = get16(siz), right = get32(siz + 4), bottom = get32(siz + 8);
    size_t left = get32(siz + 12), top = get32(siz + 16);
    size_t tile_width = get32(siz + 20), tile_height = get32(siz + 24);
    size_t tile_left = get32(siz + 28), tile_top = get32(siz + 32);
    unsigned components = get16(siz + 36);
    if (left >= right || top >= bottom || tile_width == 0 || tile_height == 0 || tile_left > left ||
        tile_top > top || tile_left + tile_width <= left || tile_top + tile_height <= top ||
        length != JPEG2000_SIZ_SIZE - 3 + 3 * (size_t)components || !has(r, length)) {
        return myo_error_set(err, MYO_E_FORMAT, "the size in the JPEG 2000 codestream is invalid");
    }
    *out = (dicom_codestream){.columns = right - left,
                              .rows = bottom - top,
                              .components = components,
                              .precision = (siz[38] & ~JPEG2000_SIGN) + 1u};
    if (components == 1 && (siz[39] != 1 || siz[40] != 1)) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "the JPEG 2000 codestream is subsampled");
    }
    size_t across = (right - tile_left + tile_width - 1) / tile_width;
    size_t down = (bottom - tile_top + tile_height - 1) / tile_height;
    if (across > TILE_COUNT_MAX || down > TILE_COUNT_MAX || across * down > TILE_COUNT_MAX) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "the JPEG 2000 codestream has %zu x %zu tiles, at most %u are read",
                             across, down, TILE_COUNT_MAX);
    }
    tiles->count = across * down;
    r->at += length;
    return true;
}

/*
 * Each packet has one byte at least, and one packet belongs to each layer of each precinct. A
 * codestream that claims more of them than it has bytes is broken, and OpenJPEG would allocate
 * memory for all. `style` begins with the number of levels; `precincts`: their sizes end it.
 */
static bool check_style(const dicom_codestream *image, size_t size, size_t layers, bool precincts,
                        const uint8_t *style, size_t length, myo_error *err) {
    if (length < JPEG2000_STYLE_SIZE || style[0] > JPEG2000_LEVELS_MAX ||
        (precincts && length < JPEG2000_STYLE_SIZE + style[0] + 1u)) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "the coding style in the JPEG 2000 codestream is invalid");
    }
    size_t levels = style[0], packets = 0;
    for (size_t i = 0; precincts && i <= levels; i++) {
        size_t width = (image->columns >> (levels - i)) + 1;
        size_t height = (image->rows >> (levels - i)) + 1;
        unsigned log2_width = style[JPEG2000_STYLE_SIZE + i] & 0xfu;
        unsigned log2_height = style[JPEG2000_STYLE_SIZE + i] >> 4;
        packets += (width >> log2_width) * (height >> log2_height) * layers;
    }
    unsigned block_log2 = (style[1] & 0xfu) + (style[2] & 0xfu) + 2 * CODE_BLOCK_LOG2_MIN;
    if (packets > size || image->columns * image->rows >> block_log2 > CODE_BLOCK_COUNT_MAX) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "the JPEG 2000 codestream claims more parts than it can hold");
    }
    return true;
}

/* Checks one segment of a header. The coding style is given for all components, or for the only
 * one (A.6.1, A.6.2). */
static bool check_segment(unsigned marker, const uint8_t *segment, size_t length, size_t size,
                          const dicom_codestream *image, size_t *layers, myo_error *err) {
    size_t head = marker == JPEG2000_COD ? JPEG2000_COD_HEAD : JPEG2000_COC_HEAD;
    if (marker != JPEG2000_COD && marker != JPEG2000_COC) {
        return true;
    }
    if (length < head) {
        return cut_off("JPEG 2000", err);
    }
    if (marker == JPEG2000_COD) {
        *layers = get16(segment + 4);
    }
    bool precincts = (segment[marker == JPEG2000_COD ? 2 : 3] & JPEG2000_PRECINCTS) != 0;
    return check_style(image, size, *layers, precincts, segment + head, length - head, err);
}

/* Moves over the segments of a header, up to the marker that ends it. */
static bool skip_header(reader *r, unsigned last, const dicom_codestream *image, size_t *layers,
                        myo_error *err) {
    while (has(r, 2)) {
        const uint8_t *here = r->bytes + r->at;
        if (get16(here) == last) {
            return true;
        }
        size_t length = has(r, 4) ? get16(here + 2) : 0;
        if (here[0] != 0xff || length < 2 || !has(r, 2 + length)) {
            break;
        }
        if (!check_segment(get16(here), here + 2, length, r->size, image, layers, err)) {
            return false;
        }
        r->at += 2 + length;
    }
    return cut_off("JPEG 2000", err);
}

/* Counts the parts of each tile, up to the end of the codestream. */
static bool read_tile_parts(reader *r, const dicom_codestream *image, size_t layers, tiling *tiles,
                            myo_error *err) {
    while (has(r, 2) && get16(r->bytes + r->at) != JPEG2000_EOC) {
        if (!has(r, JPEG2000_SOT_SIZE) || get16(r->bytes + r->at) != JPEG2000_SOT) {
            return cut_off("JPEG 2000", err);
        }
        const uint8_t *sot = r->bytes + r->at;
        size_t tile = get16(sot + 4), length = get32(sot + 6);
        if (length == 0) { /* up to the end; a padding byte may follow it */
            size_t end = r->size - (r->bytes[r->size - 1] == 0);
            length = end >= r->at + JPEG2000_SOT_SIZE + 2 ? end - 2 - r->at : 0;
        }
        if (tile >= tiles->count || length < JPEG2000_SOT_SIZE || !has(r, length)) {
            return cut_off("JPEG 2000", err);
        }
        reader header = {r->bytes, r->at + length, r->at + JPEG2000_SOT_SIZE};
        if (!skip_header(&header, JPEG2000_SOD, image, &layers, err)) {
            return false;
        }
        if (tiles->seen[tile] < UINT8_MAX) {
            tiles->seen[tile]++;
        }
        tiles->expected[tile] = sot[11] ? sot[11] : tiles->expected[tile];
        r->at += length;
    }
    /* Without an end marker, each tile has to say how many parts it has. */
    uint8_t known_min = has(r, 2) ? 0 : 1;
    for (size_t i = 0; i < tiles->count; i++) {
        if (tiles->seen[i] == 0 || tiles->seen[i] < tiles->expected[i] ||
            tiles->expected[i] < known_min) {
            return cut_off("JPEG 2000", err);
        }
    }
    return true;
}

bool dicom_codestream_read_jpeg2000(const uint8_t *bytes, size_t size, dicom_codestream *out,
                                    myo_error *err) {
    reader r = {bytes, size, 0};
    tiling tiles = {0};
    size_t layers = 0;
    if (!read_size(&r, out, &tiles, err) || !skip_header(&r, JPEG2000_SOT, out, &layers, err)) {
        return false;
    }
    tiles.seen = myo_alloc_array(tiles.count, 2, err);
    if (!tiles.seen) {
        return false;
    }
    tiles.expected = tiles.seen + tiles.count;
    bool complete = read_tile_parts(&r, out, layers, &tiles, err);
    free(tiles.seen);
    return complete;
}
