/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a Segmentation (PS3.3 C.8.20) out of a dataset.
 *
 * The attributes are taken one by one with DCMTK's data library. Its segmentation library would
 * do that, too, but unpacks every frame into memory, refuses files for lack of attributes that have
 * nothing to do with their pixels, and knows no LABELMAP; it is asked by the tests as an
 * independent reader and writer.
 */
#include "dicom/dcmtk_seg_private.h"

#include "dicom/dcmtk_charset_private.h"
#include "dicom/dcmtk_dataset_private.h"

#include <myotome/image.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

/* As for images: cosines by the rounding of decimal strings, positions and spacings of a patient in
 * a scanner. */
static const double COSINE_TOLERANCE = 0.01;
static const double POSITION_MAX_MM = 1.0e5;
static const double SPACING_MAX_MM = 100.0;
static const double SPACING_MIN_MM = 1.0e-3;

static const size_t SOURCES_MAX = 65536;
static const unsigned FRACTION_DEFAULT = 255; /* MaximumFractionalValue is at most that */

/* --- Values ------------------------------------------------------------------------------------
 */

static bool copy_text(DcmItem *item, const DcmTagKey &tag, const char *charset, char *out,
                      size_t size) {
    OFString text;
    out[0] = '\0';
    if (!item || item->findAndGetOFString(tag, text).bad() || text.empty()) {
        return false;
    }
    dcmtk_text_to_utf8(charset, text.c_str(), out, size);
    return out[0] != '\0';
}

/* UIDs and codes have no charset; what is too long is none. */
static bool copy_plain(DcmItem *item, const DcmTagKey &tag, char *out, size_t size) {
    OFString text;
    out[0] = '\0';
    if (!item || item->findAndGetOFString(tag, text).bad()) {
        return false;
    }
    size_t length = text.length();
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\0')) {
        length--;
    }
    if (length == 0 || length >= size) {
        return false;
    }
    memcpy(out, text.c_str(), length);
    out[length] = '\0';
    return strlen(out) == length;
}

static DcmItem *first_item(DcmItem *item, const DcmTagKey &tag) {
    DcmItem *found = nullptr;
    return item && item->findAndGetSequenceItem(tag, found, 0).good() ? found : nullptr;
}

static DcmSequenceOfItems *find_sequence(DcmItem *item, const DcmTagKey &tag) {
    DcmSequenceOfItems *sequence = nullptr;
    return item && item->findAndGetSequence(tag, sequence).good() ? sequence : nullptr;
}

static bool get_numbers(DcmItem *item, const DcmTagKey &tag, unsigned count, double *out) {
    for (unsigned i = 0; i < count; i++) {
        Float64 value = 0.0;
        if (!item || item->findAndGetFloat64(tag, value, i).bad() || !std::isfinite(value)) {
            return false;
        }
        out[i] = value;
    }
    return true;
}

/* The first item of a sequence, and of its modifiers. */
static void read_code(DcmItem *item, const DcmTagKey &tag, const DcmTagKey &modifiers,
                      myo_seg_code *code, myo_seg_code *modifier) {
    DcmItem *found = first_item(item, tag);
    DcmItem *below = first_item(found, modifiers);
    copy_plain(found, DCM_CodeValue, code->value, sizeof code->value);
    copy_plain(found, DCM_CodingSchemeDesignator, code->scheme, sizeof code->scheme);
    copy_plain(below, DCM_CodeValue, modifier->value, sizeof modifier->value);
    copy_plain(below, DCM_CodingSchemeDesignator, modifier->scheme, sizeof modifier->scheme);
}

/* --- Segments ----------------------------------------------------------------------------------
 */

static bool read_segments(myo_seg *seg, DcmDataset *items, myo_error *err) {
    char charset[MYO_SEG_TEXT_SIZE] = "";
    OFString sets;
    if (items->findAndGetOFStringArray(DCM_SpecificCharacterSet, sets).good() &&
        sets.length() < sizeof charset) {
        memcpy(charset, sets.c_str(), sets.length() + 1);
    }
    DcmSequenceOfItems *sequence = find_sequence(items, DCM_SegmentSequence);
    unsigned long count = sequence ? sequence->card() : 0;
    if (count == 0) {
        return myo_error_set(err, MYO_E_MISSING, "no segments");
    }
    if (count > MYO_SEG_SEGMENTS_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "%lu segments, more than the %d that are read",
                             count, MYO_SEG_SEGMENTS_MAX);
    }
    seg->segments = static_cast<myo_seg_segment *>(calloc(count, sizeof *seg->segments));
    if (!seg->segments) {
        throw std::bad_alloc();
    }
    /* Items of a sequence are a list: going on from the last one saves a search from its head. */
    DcmObject *object = nullptr;
    while ((object = sequence->nextInContainer(object)) != nullptr && seg->segment_count < count) {
        DcmItem *item = static_cast<DcmItem *>(object);
        myo_seg_segment *segment = &seg->segments[seg->segment_count++];
        Uint16 number = 0;
        if (item->findAndGetUint16(DCM_SegmentNumber, number).bad()) {
            return myo_error_set(err, MYO_E_MISSING, "a segment without a number");
        }
        segment->number = number;
        copy_text(item, DCM_SegmentLabel, charset, segment->label, sizeof segment->label);
        read_code(item, DCM_SegmentedPropertyTypeCodeSequence,
                  DCM_SegmentedPropertyTypeModifierCodeSequence, &segment->type,
                  &segment->type_modifier);
        read_code(item, DCM_AnatomicRegionSequence, DCM_AnatomicRegionModifierSequence,
                  &segment->region, &segment->region_modifier);
    }
    return true;
}

/* --- Frames ------------------------------------------------------------------------------------
 */

/* A functional group of a frame, or else that of all frames. */
static DcmItem *find_group(DcmItem *frame, DcmItem *shared, const DcmTagKey &tag) {
    DcmItem *found = first_item(frame, tag);
    return found ? found : first_item(shared, tag);
}

static bool is_near(double value, double expected) {
    return fabs(value - expected) <= COSINE_TOLERANCE;
}

static bool is_spacing(double mm) {
    return mm >= SPACING_MIN_MM && mm <= SPACING_MAX_MM;
}

static bool read_plane(DcmItem *frame, DcmItem *shared, myo_geometry *out) {
    double p[3], o[6], spacing[2];
    DcmItem *measures = find_group(frame, shared, DCM_PixelMeasuresSequence);
    if (!get_numbers(find_group(frame, shared, DCM_PlanePositionSequence), DCM_ImagePositionPatient,
                     3, p) ||
        !get_numbers(find_group(frame, shared, DCM_PlaneOrientationSequence),
                     DCM_ImageOrientationPatient, 6, o) ||
        !get_numbers(measures, DCM_PixelSpacing, 2, spacing)) {
        return false;
    }
    out->position_mm = {p[0], p[1], p[2]};
    out->row_cosine = {o[0], o[1], o[2]};
    out->column_cosine = {o[3], o[4], o[5]};
    out->row_spacing_mm = spacing[0];
    out->column_spacing_mm = spacing[1];
    double thickness = 0.0;
    if (get_numbers(measures, DCM_SliceThickness, 1, &thickness) && is_spacing(thickness)) {
        out->thickness_mm = thickness;
    }
    return fabs(p[0]) <= POSITION_MAX_MM && fabs(p[1]) <= POSITION_MAX_MM &&
           fabs(p[2]) <= POSITION_MAX_MM && is_spacing(spacing[0]) && is_spacing(spacing[1]) &&
           is_near(myo_vec3_dot(out->row_cosine, out->row_cosine), 1.0) &&
           is_near(myo_vec3_dot(out->column_cosine, out->column_cosine), 1.0) &&
           is_near(myo_vec3_dot(out->row_cosine, out->column_cosine), 0.0);
}

static bool is_known_source(const myo_seg *seg, const char *uid) {
    /* From the end: frames of one image follow each other. */
    for (size_t i = seg->source_count; i > 0; i--) {
        if (strcmp(seg->sources[i - 1], uid) == 0) {
            return true;
        }
    }
    return false;
}

static void add_source(myo_seg *seg, const char *uid) {
    if (is_known_source(seg, uid) || seg->source_count == SOURCES_MAX) {
        return;
    }
    if (seg->source_count == seg->source_capacity) {
        size_t capacity = seg->source_capacity ? 2 * seg->source_capacity : 64;
        void *grown = realloc(seg->sources, capacity * sizeof *seg->sources);
        if (!grown) {
            throw std::bad_alloc();
        }
        seg->sources = static_cast<char(*)[MYO_SEG_UID_SIZE]>(grown);
        seg->source_capacity = capacity;
    }
    memcpy(seg->sources[seg->source_count++], uid, strlen(uid) + 1);
}

/* Images that a frame was derived from. Only a single one says which slice it was drawn on. */
static void read_sources(myo_seg *seg, DcmItem *frame, char *source_uid) {
    DcmSequenceOfItems *images =
        find_sequence(first_item(frame, DCM_DerivationImageSequence), DCM_SourceImageSequence);
    size_t count = 0;
    source_uid[0] = '\0';
    DcmObject *object = nullptr;
    while (images && (object = images->nextInContainer(object)) != nullptr) {
        char uid[MYO_SEG_UID_SIZE];
        if (copy_plain(static_cast<DcmItem *>(object), DCM_ReferencedSOPInstanceUID, uid,
                       sizeof uid)) {
            memcpy(source_uid, uid, sizeof uid);
            add_source(seg, uid);
            count++;
        }
    }
    if (count != 1) {
        source_uid[0] = '\0';
    }
}

static bool read_frame(myo_seg *seg, DcmItem *item, DcmItem *shared, size_t number,
                       myo_error *err) {
    myo_seg_frame *frame = &seg->frames[number];
    frame->geometry.columns = seg->columns;
    frame->geometry.rows = seg->rows;
    if (!read_plane(item, shared, &frame->geometry)) {
        return myo_error_set(err, MYO_E_MISSING,
                             "frame %zu has no valid position, orientation or pixel spacing",
                             number + 1);
    }
    Uint16 segment = 0;
    DcmItem *identification = find_group(item, shared, DCM_SegmentIdentificationSequence);
    if (seg->kind != MYO_SEG_LABELMAP &&
        (!identification ||
         identification->findAndGetUint16(DCM_ReferencedSegmentNumber, segment).bad())) {
        return myo_error_set(err, MYO_E_MISSING, "frame %zu does not say its segment", number + 1);
    }
    frame->segment = segment;
    double spacing = 0.0;
    if (get_numbers(find_group(item, shared, DCM_PixelMeasuresSequence), DCM_SpacingBetweenSlices,
                    1, &spacing) &&
        is_spacing(fabs(spacing))) {
        frame->spacing_mm = fabs(spacing);
    }
    read_sources(seg, item, frame->source_uid);
    return true;
}

static bool read_frames(myo_seg *seg, DcmDataset *items, myo_error *err) {
    DcmSequenceOfItems *sequence = find_sequence(items, DCM_PerFrameFunctionalGroupsSequence);
    DcmItem *shared = first_item(items, DCM_SharedFunctionalGroupsSequence);
    unsigned long count = sequence ? sequence->card() : 0;
    Sint32 announced = 0;
    items->findAndGetSint32(DCM_NumberOfFrames, announced);
    if (count == 0 || announced < 1 || count != static_cast<unsigned long>(announced)) {
        return myo_error_set(err, MYO_E_FORMAT, "%ld frames, but %lu of them are described",
                             static_cast<long>(announced), count);
    }
    if (count > MYO_SEG_FRAMES_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "%lu frames, more than the %d that are read", count,
                             MYO_SEG_FRAMES_MAX);
    }
    seg->frames = static_cast<myo_seg_frame *>(calloc(count, sizeof *seg->frames));
    if (!seg->frames) {
        throw std::bad_alloc();
    }
    DcmObject *object = nullptr;
    while ((object = sequence->nextInContainer(object)) != nullptr && seg->frame_count < count) {
        if (!read_frame(seg, static_cast<DcmItem *>(object), shared, seg->frame_count, err)) {
            return false;
        }
        seg->frame_count++;
    }
    return true;
}

/* Images of the whole object that no frame refers to. */
static void read_referenced_series(myo_seg *seg, DcmDataset *items) {
    DcmSequenceOfItems *series = find_sequence(items, DCM_ReferencedSeriesSequence);
    DcmObject *object = nullptr;
    while (series && (object = series->nextInContainer(object)) != nullptr) {
        DcmSequenceOfItems *instances =
            find_sequence(static_cast<DcmItem *>(object), DCM_ReferencedInstanceSequence);
        DcmObject *instance = nullptr;
        while (instances && (instance = instances->nextInContainer(instance)) != nullptr) {
            char uid[MYO_SEG_UID_SIZE];
            if (copy_plain(static_cast<DcmItem *>(instance), DCM_ReferencedSOPInstanceUID, uid,
                           sizeof uid)) {
                add_source(seg, uid);
            }
        }
    }
}

static bool read_kind(myo_seg *seg, DcmDataset *items, myo_error *err) {
    OFString text;
    items->findAndGetOFString(DCM_SegmentationType, text);
    Uint16 rows = 0, columns = 0, allocated = 0, fraction = 0;
    items->findAndGetUint16(DCM_Rows, rows);
    items->findAndGetUint16(DCM_Columns, columns);
    items->findAndGetUint16(DCM_BitsAllocated, allocated);
    items->findAndGetUint16(DCM_MaximumFractionalValue, fraction);
    seg->rows = rows;
    seg->columns = columns;
    seg->bits = allocated;
    seg->fraction_max = fraction ? fraction : FRACTION_DEFAULT;
    bool fits = false;
    if (text == "BINARY") {
        seg->kind = MYO_SEG_BINARY;
        fits = allocated == 1;
    } else if (text == "FRACTIONAL") {
        seg->kind = MYO_SEG_FRACTIONAL;
        fits = allocated == 8;
    } else if (text == "LABELMAP") {
        seg->kind = MYO_SEG_LABELMAP;
        fits = allocated == 8 || allocated == 16;
    } else {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "the segmentation is neither BINARY, FRACTIONAL nor LABELMAP");
    }
    if (rows == 0 || columns == 0 || rows > MYO_IMAGE_SIDE_MAX || columns > MYO_IMAGE_SIDE_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "frames of %u x %u pixels are not within 1 to %d",
                             static_cast<unsigned>(columns), static_cast<unsigned>(rows),
                             MYO_IMAGE_SIDE_MAX);
    }
    return fits || myo_error_set(err, MYO_E_FORMAT, "a %s segmentation with %u bits a pixel",
                                 seg->kind == MYO_SEG_BINARY       ? "BINARY"
                                 : seg->kind == MYO_SEG_FRACTIONAL ? "FRACTIONAL"
                                                                   : "LABELMAP",
                                 static_cast<unsigned>(allocated));
}

bool dcmtk_seg_describe(myo_seg *seg, myo_error *err) {
    return guarded(err, [&] {
        DcmDataset *items = dataset_of(seg->dataset);
        if (!read_kind(seg, items, err) || !read_segments(seg, items, err) ||
            !read_frames(seg, items, err)) {
            return false;
        }
        copy_plain(items, DCM_FrameOfReferenceUID, seg->frame_of_reference_uid,
                   sizeof seg->frame_of_reference_uid);
        read_referenced_series(seg, items);
        return true;
    });
}

/* --- Pixels ------------------------------------------------------------------------------------
 */

bool dcmtk_seg_read_bits(const myo_seg *seg, size_t frame, uint8_t **bytes, unsigned *first_bit,
                         myo_error *err) {
    size_t pixels = seg->columns * seg->rows;
    size_t begin = frame * pixels, end = begin + pixels;
    *first_bit = static_cast<unsigned>(begin % 8);
    return dcmtk_dataset_read_bytes(seg->dataset, begin / 8, (end + 7) / 8 - begin / 8, bytes, err);
}
