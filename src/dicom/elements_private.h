/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The elements of a DICOM file in front of its pixel data, one after the other. */
#ifndef MYO_DICOM_ELEMENTS_PRIVATE_H
#define MYO_DICOM_ELEMENTS_PRIVATE_H

#include "dicom/stream_private.h"

#ifdef __cplusplus
extern "C" {
#endif

/* DICOM_EVENT_PIXELS comes with this tag, or with a lower one for floating-point numbers. */
#define DICOM_TAG_PIXEL_DATA 0x7fe00010u

typedef enum dicom_event {
    DICOM_EVENT_ELEMENT, /* its value may be read, or the sequence entered; else it is passed over
                          */
    DICOM_EVENT_ITEM,    /* an item of an entered sequence begins */
    DICOM_EVENT_LEAVE,   /* an item, or an entered sequence, has ended */
    DICOM_EVENT_PIXELS,  /* the pixel data begin: nothing behind them is read */
    DICOM_EVENT_END      /* of a file without pixel data */
} dicom_event;

#define DICOM_UNDEFINED_LENGTH UINT32_MAX
#define DICOM_VALUE_SIZE_MAX DICOM_STREAM_PEEK_MAX

typedef struct dicom_element {
    uint32_t tag;    /* group and element: 0x00280010 is (0028,0010) */
    char vr[3];      /* "" when the file does not say it */
    uint32_t length; /* or DICOM_UNDEFINED_LENGTH */
    bool big_endian;
} dicom_element;

typedef struct dicom_elements dicom_elements;

/* Fails with MYO_E_FORMAT when the file does not begin like a DICOM file, with or without the
 * preamble of PS3.10. `source` is borrowed and must live longer than *out. */
bool dicom_elements_create(dicom_source *source, dicom_elements **out, myo_error *err);
void dicom_elements_destroy(dicom_elements *elements);

/* Elements of the file meta information come first. After DICOM_EVENT_PIXELS and DICOM_EVENT_END
 * it may not be called again. */
bool dicom_elements_next(dicom_elements *elements, dicom_event *event, dicom_element *element,
                         myo_error *err);

/* Value of the element that was handed out last: of at most DICOM_VALUE_SIZE_MAX bytes. Borrowed
 * until the next call. */
bool dicom_elements_get_value(dicom_elements *elements, const uint8_t **value, myo_error *err);

/* After DICOM_EVENT_PIXELS: the file ends within the pixel data, as far as their length is given.
 */
bool dicom_elements_pixels_are_cut(const dicom_elements *elements);

/* After DICOM_EVENT_PIXELS: where their value ends, with the delimiter of fragments; which may be
 * behind the end of the file. Counted from its beginning, with a deflated dataset unpacked. Nothing
 * else may be called afterwards. */
bool dicom_elements_find_pixels_end(dicom_elements *elements, uint64_t *end, myo_error *err);

/* Hands out the items of the element that was handed out last, which must be a sequence by what
 * the caller knows of it. */
bool dicom_elements_enter(dicom_elements *elements, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
