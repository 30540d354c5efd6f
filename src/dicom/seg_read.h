/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DICOM Segmentation objects (PS3.3 A.51): segments, where their frames lie, and their pixels. */
#ifndef MYO_DICOM_SEG_READ_H
#define MYO_DICOM_SEG_READ_H

#include <myotome/error.h>
#include <myotome/geometry.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MYO_SEG_UID_SIZE 65
#define MYO_SEG_CODE_SIZE 17 /* SH: 16 characters */
#define MYO_SEG_TEXT_SIZE 257
#define MYO_SEG_SEGMENTS_MAX 4096
#define MYO_SEG_FRAMES_MAX 65536

/* A coded concept; all "" where it is absent. */
typedef struct myo_seg_code {
    char value[MYO_SEG_CODE_SIZE], scheme[MYO_SEG_CODE_SIZE];
} myo_seg_code;

typedef struct myo_seg_segment {
    unsigned number;
    char label[MYO_SEG_TEXT_SIZE];        /* UTF-8 */
    myo_seg_code type, type_modifier;     /* SegmentedPropertyType and its first modifier */
    myo_seg_code region, region_modifier; /* AnatomicRegion and its first modifier */
} myo_seg_segment;

typedef struct myo_seg_frame {
    unsigned segment;                  /* 0 in a LABELMAP: its pixels say it */
    myo_geometry geometry;             /* thickness 0 when unknown */
    double spacing_mm;                 /* SpacingBetweenSlices, 0 when unknown */
    char source_uid[MYO_SEG_UID_SIZE]; /* of the one image that it was derived from, or "" */
} myo_seg_frame;

typedef enum myo_seg_kind { MYO_SEG_BINARY, MYO_SEG_FRACTIONAL, MYO_SEG_LABELMAP } myo_seg_kind;

typedef struct myo_seg {
    myo_seg_kind kind;
    size_t columns, rows;
    unsigned bits;         /* a pixel: 1, 8 or 16 */
    unsigned fraction_max; /* of FRACTIONAL: the value of a pixel that is all within the segment */
    char frame_of_reference_uid[MYO_SEG_UID_SIZE];
    myo_seg_segment *segments;
    size_t segment_count;
    myo_seg_frame *frames;
    size_t frame_count;
    char (*sources)[MYO_SEG_UID_SIZE]; /* all images that it refers to, each once */
    size_t source_count, source_capacity;
    struct dcmtk_dataset *dataset;
} myo_seg;

/* True for a file of the classes Segmentation and Label Map Segmentation. The beginning is read. */
bool myo_seg_is_file(const char *path);

/* Reads everything but the pixels. Errors name the file: MYO_E_IO, MYO_E_FORMAT, MYO_E_MISSING
 * where frames have no position, orientation, spacing or segment, MYO_E_UNSUPPORTED, MYO_E_RANGE
 * beyond the limits above. The caller releases *out with myo_seg_close(). */
bool myo_seg_open(const char *path, myo_seg **out, myo_error *err);
void myo_seg_close(myo_seg *seg);

/* Reads the pixels of a frame as segment numbers, 0 outside; of FRACTIONAL, those of at least half
 * of fraction_max belong to the segment. `numbers` has room for rows x columns. Messages do not
 * name the file. */
bool myo_seg_read_frame(const myo_seg *seg, size_t frame, uint16_t *numbers, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
