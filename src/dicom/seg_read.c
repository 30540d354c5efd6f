/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segmentation objects: recognising a file, and the pixels of its frames (PS3.3 C.8.20.2). */
#include "dicom/seg_read.h"

#include "base/memory.h"
#include "dicom/attributes_private.h"
#include "dicom/dcmtk_seg_private.h"
#include "dicom/elements_private.h"
#include "dicom/pixel_format_private.h"

#include <stdlib.h>
#include <string.h>

#define UID_SEGMENTATION "1.2.840.10008.5.1.4.1.1.66.4"
#define UID_LABEL_MAP_SEGMENTATION "1.2.840.10008.5.1.4.1.1.66.7"

/* Compares a value, which may end with a NUL or a blank. */
static bool value_is(const uint8_t *value, size_t length, const char *uid) {
    size_t expected = strlen(uid);
    return length >= expected && length <= expected + 1 && memcmp(value, uid, expected) == 0 &&
           (length == expected || value[expected] == '\0' || value[expected] == ' ');
}

/* Goes on to the class of the object, in the file meta information or in the dataset. */
static bool says_segmentation(dicom_elements *elements) {
    dicom_event event;
    dicom_element element = {0};
    const uint8_t *value;
    while (dicom_elements_next(elements, &event, &element, NULL) && event == DICOM_EVENT_ELEMENT &&
           element.tag <= TAG_SOP_CLASS_UID) {
        if ((element.tag == TAG_MEDIA_STORAGE_CLASS_UID || element.tag == TAG_SOP_CLASS_UID) &&
            element.length <= DICOM_VALUE_SIZE_MAX) {
            return dicom_elements_get_value(elements, &value, NULL) &&
                   (value_is(value, element.length, UID_SEGMENTATION) ||
                    value_is(value, element.length, UID_LABEL_MAP_SEGMENTATION));
        }
    }
    return false;
}

bool myo_seg_is_file(const char *path) {
    dicom_source *source = NULL;
    dicom_elements *elements = NULL;
    bool is_one = dicom_source_open_file(path, &source, NULL) &&
                  dicom_elements_create(source, &elements, NULL) && says_segmentation(elements);
    dicom_elements_destroy(elements);
    dicom_source_close(source);
    return is_one;
}

bool myo_seg_open(const char *path, myo_seg **out, myo_error *err) {
    myo_error reason = {0};
    myo_seg *seg = myo_alloc_array(1, sizeof *seg, err);
    if (!seg) {
        return false;
    }
    bool done =
        dcmtk_dataset_read(path, NULL, &seg->dataset, &reason) && dcmtk_seg_describe(seg, &reason);
    if (done) {
        *out = seg;
    } else {
        myo_seg_close(seg);
        myo_error_set(err, reason.code, "%s: %s", path, reason.message);
    }
    return done;
}

void myo_seg_close(myo_seg *seg) {
    if (seg) {
        dcmtk_dataset_destroy(seg->dataset);
        free(seg->segments);
        free(seg->frames);
        free(seg->sources);
        free(seg);
    }
}

static bool read_bits(const myo_seg *seg, size_t frame, uint16_t *numbers, myo_error *err) {
    uint8_t *bytes = NULL;
    unsigned first = 0;
    if (!dcmtk_seg_read_bits(seg, frame, &bytes, &first, err)) {
        return false;
    }
    for (size_t i = 0; i < seg->columns * seg->rows; i++) {
        size_t bit = first + i;
        bool is_set = ((unsigned)bytes[bit / 8] >> (bit % 8) & 1u) != 0;
        numbers[i] = is_set ? (uint16_t)seg->frames[frame].segment : 0;
    }
    free(bytes);
    return true;
}

/* Fractions and segment numbers, which may be compressed as any image. */
static bool read_values(const myo_seg *seg, size_t frame, uint16_t *numbers, myo_error *err) {
    uint8_t *bytes = NULL;
    dicom_pixel_format format = {.columns = seg->columns,
                                 .rows = seg->rows,
                                 .frames = seg->frame_count,
                                 .bits_allocated = seg->bits,
                                 .bits_stored = seg->bits,
                                 .high_bit = seg->bits - 1};
    if (!dcmtk_dataset_read_frame(seg->dataset, frame, &format, &bytes, err)) {
        return false;
    }
    for (size_t i = 0; i < seg->columns * seg->rows; i++) {
        unsigned value =
            format.bits_allocated == 8 ? bytes[i] : bytes[2 * i] | (unsigned)bytes[2 * i + 1] << 8;
        if (seg->kind == MYO_SEG_FRACTIONAL) {
            bool inside = value > 0 && 2 * value >= seg->fraction_max;
            value = inside ? seg->frames[frame].segment : 0;
        }
        numbers[i] = (uint16_t)value;
    }
    free(bytes);
    return true;
}

bool myo_seg_read_frame(const myo_seg *seg, size_t frame, uint16_t *numbers, myo_error *err) {
    return seg->kind == MYO_SEG_BINARY ? read_bits(seg, frame, numbers, err)
                                       : read_values(seg, frame, numbers, err);
}
