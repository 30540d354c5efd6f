/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attributes of a file: the few elements that are wanted, in the order of the file. */
#include "dicom/attributes_private.h"

#include "base/memory.h"
#include "base/number.h"
#include "dicom/dcmtk_charset_private.h"
#include "dicom/elements_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longer texts are no value of anything that is wanted here. */
#define TEXT_LENGTH_MAX 4096u
#define NUMBER_TEXT_SIZE 256
#define NUMBERS_MAX 6
/* Enhanced images have some thousand frames with a dozen elements each. */
#define ITEMS_MAX ((size_t)1 << 20)
#define ELEMENTS_MAX ((size_t)1 << 22)
#define VALUES_SIZE_MAX ((size_t)64 << 20)

#define TAG_DIRECTORY_RECORDS 0x00041220u
#define TAG_SHARED_GROUPS 0x52009229u
#define TAG_FRAME_GROUPS 0x52009230u

typedef enum value_kind {
    KIND_TEXT,
    KIND_UNSIGNED, /* of 16 bits */
    KIND_DOUBLE,
    KIND_BYTES,
    KIND_PRESENCE /* the value is not kept */
} value_kind;

/* All that is kept, by tag. */
static const struct {
    dicom_tag tag;
    value_kind kind;
} wanted[] = {
    {TAG_MEDIA_STORAGE_CLASS_UID, KIND_TEXT},
    {TAG_RECORD_IN_USE, KIND_UNSIGNED},
    {TAG_REFERENCED_FILE_ID, KIND_TEXT},
    {TAG_CHARACTER_SET, KIND_TEXT},
    {TAG_IMAGE_TYPE, KIND_TEXT},
    {TAG_SOP_CLASS_UID, KIND_TEXT},
    {TAG_SOP_INSTANCE_UID, KIND_TEXT},
    {TAG_STUDY_DATE, KIND_TEXT},
    {TAG_MODALITY, KIND_TEXT},
    {TAG_SERIES_DESCRIPTION, KIND_TEXT},
    {TAG_FRAME_TYPE, KIND_TEXT},
    {TAG_COMPLEX_IMAGE_COMPONENT, KIND_TEXT},
    {TAG_ACQUISITION_CONTRAST, KIND_TEXT},
    {TAG_PATIENT_ID, KIND_TEXT},
    {TAG_PATIENT_SIZE, KIND_TEXT},
    {TAG_CONTRAST_AGENT, KIND_TEXT},
    {TAG_SCANNING_SEQUENCE, KIND_TEXT},
    {TAG_SCAN_OPTIONS, KIND_TEXT},
    {TAG_SLICE_THICKNESS, KIND_TEXT},
    {TAG_REPETITION_TIME, KIND_TEXT},
    {TAG_ECHO_TIME, KIND_TEXT},
    {TAG_INVERSION_TIME, KIND_TEXT},
    {TAG_CONVOLUTION_KERNEL, KIND_TEXT},
    {TAG_ECHO_PULSE_SEQUENCE, KIND_TEXT},
    {TAG_INVERSION_RECOVERY, KIND_TEXT},
    {TAG_ECHO_PLANAR_PULSE_SEQUENCE, KIND_TEXT},
    {TAG_SPECTRALLY_SELECTED_SUPPRESSION, KIND_TEXT},
    {TAG_INVERSION_TIMES, KIND_DOUBLE},
    {TAG_EFFECTIVE_ECHO_TIME, KIND_DOUBLE},
    {TAG_SIEMENS_MR_CREATOR, KIND_TEXT},
    {TAG_SIEMENS_MOSAIC_COUNT, KIND_UNSIGNED},
    {TAG_STUDY_INSTANCE_UID, KIND_TEXT},
    {TAG_SERIES_INSTANCE_UID, KIND_TEXT},
    {TAG_SERIES_NUMBER, KIND_TEXT},
    {TAG_INSTANCE_NUMBER, KIND_TEXT},
    {TAG_IMAGE_POSITION, KIND_TEXT},
    {TAG_IMAGE_ORIENTATION, KIND_TEXT},
    {TAG_FRAME_OF_REFERENCE_UID, KIND_TEXT},
    {TAG_SAMPLES_PER_PIXEL, KIND_UNSIGNED},
    {TAG_PHOTOMETRIC_INTERPRETATION, KIND_TEXT},
    {TAG_NUMBER_OF_FRAMES, KIND_TEXT},
    {TAG_ROWS, KIND_UNSIGNED},
    {TAG_COLUMNS, KIND_UNSIGNED},
    {TAG_PIXEL_SPACING, KIND_TEXT},
    {TAG_BITS_ALLOCATED, KIND_UNSIGNED},
    {TAG_BITS_STORED, KIND_UNSIGNED},
    {TAG_HIGH_BIT, KIND_UNSIGNED},
    {TAG_PIXEL_REPRESENTATION, KIND_UNSIGNED},
    {TAG_RESCALE_INTERCEPT, KIND_TEXT},
    {TAG_RESCALE_SLOPE, KIND_TEXT},
    {TAG_MODALITY_LUT_SEQUENCE, KIND_PRESENCE},
    {TAG_SIEMENS_CSA_CREATOR, KIND_TEXT},
    {TAG_SIEMENS_CSA_IMAGE_HEADER, KIND_BYTES},
};

/* Functional groups whose elements are wanted. Others quote images that this one was made of. */
static const dicom_tag wanted_groups[] = {
    0x00189112u, /* MR timing */
    0x00189114u, /* MR echo */
    0x00189115u, /* MR modifier */
    0x00189226u, /* MR frame type */
    0x00189314u, /* CT reconstruction */
    0x00189329u, /* CT frame type */
    0x00209113u, /* plane position */
    0x00209116u, /* plane orientation */
    0x00209170u, /* shared attributes of images that were converted */
    0x00209171u, /* the same of each frame */
    0x00289110u, /* pixel measures */
    0x00289145u, /* rescale */
};

typedef struct kept_element {
    dicom_tag tag;
    uint32_t offset, length; /* of the value */
    uint8_t kind;
    bool big_endian;
} kept_element;

typedef struct element_list {
    kept_element *elements;
    size_t count, capacity;
} element_list;

struct dicom_attributes {
    element_list top, shared, items;
    size_t *item_begin; /* index of the first element of each item */
    size_t item_count, item_capacity;
    uint8_t *values;
    size_t values_size, values_capacity;
    bool has_pixels, pixels_are_cut;
};

/* Where the reader is: the list that takes what it finds, and how deep below the top. */
typedef struct place {
    dicom_attributes *attributes;
    dicom_elements *source;
    element_list *list;
    dicom_tag sequence; /* the one of the top that is entered, or 0 */
    unsigned depth;
} place;

enum { DEPTH_TOP = 0, DEPTH_SEQUENCE = 1, DEPTH_ITEM = 2 };

static bool too_large(myo_error *err) {
    return myo_error_set(err, MYO_E_RANGE, "the header is too large");
}

static bool is_among(dicom_tag tag, const dicom_tag *tags, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (tags[i] == tag) {
            return true;
        }
    }
    return false;
}

static bool find_wanted(dicom_tag tag, value_kind *kind) {
    size_t first = 0, end = sizeof wanted / sizeof wanted[0];
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (wanted[middle].tag == tag) {
            *kind = wanted[middle].kind;
            return true;
        }
        if (wanted[middle].tag < tag) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return false;
}

/* A value of another kind than the standard gives to the attribute is none. */
static bool fits(const dicom_element *element, value_kind kind) {
    static const char *const texts = "AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT ";
    const char *vr = element->vr;
    if (kind == KIND_PRESENCE) {
        return true;
    }
    if (element->length == DICOM_UNDEFINED_LENGTH || element->length > DICOM_VALUE_SIZE_MAX) {
        return false;
    }
    bool any = vr[0] == '\0' || strcmp(vr, "UN") == 0;
    switch (kind) {
    case KIND_TEXT:
        return element->length <= TEXT_LENGTH_MAX && (any || strstr(texts, vr));
    case KIND_UNSIGNED:
        return element->length >= 2 && (any || strcmp(vr, "US") == 0);
    case KIND_DOUBLE:
        return element->length >= 8 && (any || strcmp(vr, "FD") == 0);
    default:
        return any || vr[0] == 'O';
    }
}

static bool keep(place *at, const dicom_element *element, value_kind kind, myo_error *err) {
    dicom_attributes *a = at->attributes;
    uint32_t length = kind == KIND_PRESENCE ? 0 : element->length;
    if (at->list->count == ELEMENTS_MAX || a->values_size + length > VALUES_SIZE_MAX) {
        return too_large(err);
    }
    const uint8_t *value = NULL;
    void *elements = at->list->elements, *values = a->values;
    if ((length > 0 && !dicom_elements_get_value(at->source, &value, err)) ||
        !myo_array_reserve(&elements, &at->list->capacity, at->list->count + 1,
                           sizeof *at->list->elements, err)) {
        return false;
    }
    at->list->elements = elements;
    if (!myo_array_reserve(&values, &a->values_capacity, a->values_size + length + 1, 1, err)) {
        return false;
    }
    a->values = values;
    at->list->elements[at->list->count++] = (kept_element){.tag = element->tag,
                                                           .offset = (uint32_t)a->values_size,
                                                           .length = length,
                                                           .kind = (uint8_t)kind,
                                                           .big_endian = element->big_endian};
    if (length > 0) {
        memcpy(a->values + a->values_size, value, length);
    }
    a->values_size += length;
    return true;
}

static bool begin_item(place *at, myo_error *err) {
    dicom_attributes *a = at->attributes;
    at->depth++;
    if (at->depth != DEPTH_ITEM) {
        return true;
    }
    if (at->sequence == TAG_SHARED_GROUPS) {
        at->list = &a->shared;
        return true;
    }
    if (a->item_count == ITEMS_MAX) {
        return too_large(err);
    }
    void *items = a->item_begin;
    if (!myo_array_reserve(&items, &a->item_capacity, a->item_count + 1, sizeof *a->item_begin,
                           err)) {
        return false;
    }
    a->item_begin = items;
    a->item_begin[a->item_count++] = a->items.count;
    at->list = &a->items;
    return true;
}

static void leave(place *at) {
    at->depth--;
    if (at->depth <= DEPTH_SEQUENCE) {
        at->list = &at->attributes->top;
    }
}

static bool take_element(place *at, const dicom_element *element, myo_error *err) {
    static const dicom_tag sequences[] = {TAG_DIRECTORY_RECORDS, TAG_SHARED_GROUPS,
                                          TAG_FRAME_GROUPS};
    size_t groups = sizeof wanted_groups / sizeof wanted_groups[0];
    bool top = at->depth == DEPTH_TOP && is_among(element->tag, sequences, 3);
    if (top || (at->depth == DEPTH_ITEM && is_among(element->tag, wanted_groups, groups))) {
        at->sequence = top ? element->tag : at->sequence;
        at->depth++;
        return dicom_elements_enter(at->source, err);
    }
    value_kind kind;
    return !find_wanted(element->tag, &kind) || !fits(element, kind) ||
           keep(at, element, kind, err);
}

static bool read_elements(place *at, myo_error *err) {
    for (;;) {
        dicom_event event = DICOM_EVENT_END;
        dicom_element element = {0};
        if (!dicom_elements_next(at->source, &event, &element, err)) {
            return false;
        }
        switch (event) {
        case DICOM_EVENT_ELEMENT:
            if (!take_element(at, &element, err)) {
                return false;
            }
            break;
        case DICOM_EVENT_ITEM:
            if (!begin_item(at, err)) {
                return false;
            }
            break;
        case DICOM_EVENT_LEAVE:
            leave(at);
            break;
        case DICOM_EVENT_PIXELS:
        case DICOM_EVENT_END:
            at->attributes->has_pixels = event == DICOM_EVENT_PIXELS;
            at->attributes->pixels_are_cut =
                at->attributes->has_pixels && dicom_elements_pixels_are_cut(at->source);
            return true;
        }
    }
}

bool dicom_attributes_read(dicom_source *source, dicom_attributes **out, myo_error *err) {
    dicom_attributes *attributes = myo_alloc_array(1, sizeof *attributes, err);
    dicom_elements *elements = NULL;
    bool done = attributes && dicom_elements_create(source, &elements, err);
    if (done) {
        place at = {.attributes = attributes, .source = elements, .list = &attributes->top};
        done = read_elements(&at, err);
    }
    dicom_elements_destroy(elements);
    if (done) {
        *out = attributes;
    } else {
        dicom_attributes_destroy(attributes);
    }
    return done;
}

void dicom_attributes_destroy(dicom_attributes *attributes) {
    if (attributes) {
        free(attributes->top.elements);
        free(attributes->shared.elements);
        free(attributes->items.elements);
        free(attributes->item_begin);
        free(attributes->values);
        free(attributes);
    }
}

size_t dicom_attributes_get_item_count(const dicom_attributes *attributes) {
    return attributes->item_count;
}

bool dicom_attributes_has_pixels(const dicom_attributes *attributes) {
    return attributes->has_pixels;
}

bool dicom_attributes_pixels_are_cut(const dicom_attributes *attributes) {
    return attributes->pixels_are_cut;
}

static const kept_element *find_among(const element_list *list, size_t begin, size_t end,
                                      dicom_tag tag) {
    for (size_t i = begin; i < end; i++) {
        if (list->elements[i].tag == tag) {
            return &list->elements[i];
        }
    }
    return NULL;
}

static const kept_element *find(const dicom_attributes *a, size_t item, dicom_tag tag) {
    const kept_element *found = NULL;
    if (item < a->item_count) {
        size_t end = item + 1 < a->item_count ? a->item_begin[item + 1] : a->items.count;
        found = find_among(&a->items, a->item_begin[item], end, tag);
    }
    found = found ? found : find_among(&a->shared, 0, a->shared.count, tag);
    return found ? found : find_among(&a->top, 0, a->top.count, tag);
}

bool dicom_attributes_has(const dicom_attributes *attributes, size_t item, dicom_tag tag) {
    return find(attributes, item, tag) != NULL;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\0' || c == '\t' || c == '\r' || c == '\n';
}

bool dicom_attributes_get_text(const dicom_attributes *attributes, size_t item, dicom_tag tag,
                               char *text, size_t size) {
    const kept_element *element = find(attributes, item, tag);
    text[0] = '\0';
    if (!element || element->kind != KIND_TEXT) {
        return false;
    }
    const uint8_t *begin = attributes->values + element->offset, *end = begin + element->length;
    while (end > begin && is_blank(end[-1])) {
        end--;
    }
    while (begin < end && is_blank(*begin)) {
        begin++;
    }
    size_t length = (size_t)(end - begin) < size ? (size_t)(end - begin) : size - 1;
    memcpy(text, begin, length);
    text[length] = '\0';
    return length > 0;
}

bool dicom_attributes_get_utf8(const dicom_attributes *attributes, size_t item, dicom_tag tag,
                               char *text, size_t size) {
    char raw[TEXT_LENGTH_MAX + 1], charset[NUMBER_TEXT_SIZE];
    text[0] = '\0';
    if (!dicom_attributes_get_text(attributes, item, tag, raw, sizeof raw)) {
        return false;
    }
    bool plain = true;
    for (const char *c = raw; *c; c++) {
        plain = plain && *c >= 0x20 && *c < 0x7f;
    }
    dicom_attributes_get_text(attributes, DICOM_NO_ITEM, TAG_CHARACTER_SET, charset,
                              sizeof charset);
    if (plain && strlen(raw) < size) {
        memcpy(text, raw, strlen(raw) + 1);
    } else {
        dcmtk_text_to_utf8(charset, raw, text, size);
    }
    return text[0] != '\0';
}

const uint8_t *dicom_attributes_get_bytes(const dicom_attributes *attributes, dicom_tag tag,
                                          size_t *size) {
    const kept_element *element = find(attributes, DICOM_NO_ITEM, tag);
    *size = element ? element->length : 0;
    return element ? attributes->values + element->offset : NULL;
}

bool dicom_attributes_get_unsigned(const dicom_attributes *attributes, size_t item, dicom_tag tag,
                                   unsigned *out) {
    const kept_element *element = find(attributes, item, tag);
    if (!element || element->kind != KIND_UNSIGNED) {
        return false;
    }
    const uint8_t *bytes = attributes->values + element->offset;
    *out = element->big_endian ? (unsigned)bytes[0] << 8 | bytes[1]
                               : (unsigned)bytes[1] << 8 | bytes[0];
    return true;
}

static double get_double(const uint8_t *bytes, bool big_endian) {
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++) {
        bits = bits << 8 | bytes[big_endian ? i : 7 - i];
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool get_binary_numbers(const dicom_attributes *attributes, const kept_element *element,
                               size_t count, double *out) {
    for (size_t i = 0; i < count; i++) {
        out[i] = get_double(attributes->values + element->offset + 8 * i, element->big_endian);
        if (!isfinite(out[i])) {
            return false;
        }
    }
    return true;
}

static bool parse_numbers(char *text, size_t count, double *out) {
    char *at = text;
    for (size_t i = 0; i < count; i++) {
        char *end = strchr(at, '\\');
        if ((end == NULL) != (i + 1 == count)) {
            return false;
        }
        if (end) {
            *end = '\0';
        }
        if (!myo_number_parse(at, &out[i])) {
            return false;
        }
        at = end ? end + 1 : at;
    }
    return true;
}

bool dicom_attributes_get_numbers(const dicom_attributes *attributes, size_t item, dicom_tag tag,
                                  size_t count, double *out) {
    const kept_element *element = find(attributes, item, tag);
    double values[NUMBERS_MAX];
    char text[NUMBER_TEXT_SIZE];
    if (!element || count > NUMBERS_MAX) {
        return false;
    }
    bool binary = element->kind == KIND_DOUBLE;
    bool done = binary ? element->length == 8 * count &&
                             get_binary_numbers(attributes, element, count, values)
                       : dicom_attributes_get_text(attributes, item, tag, text, sizeof text) &&
                             parse_numbers(text, count, values);
    if (done) {
        memcpy(out, values, count * sizeof *out);
    }
    return done;
}

double dicom_attributes_get_positive(const dicom_attributes *attributes, size_t item,
                                     dicom_tag tag) {
    const kept_element *element = find(attributes, item, tag);
    char text[NUMBER_TEXT_SIZE];
    double value = 0.0;
    if (element && element->kind == KIND_DOUBLE) {
        return get_binary_numbers(attributes, element, 1, &value) && value > 0.0 ? value : 0.0;
    }
    dicom_attributes_get_text(attributes, item, tag, text, sizeof text);
    text[strcspn(text, "\\")] = '\0';
    return myo_number_parse(text, &value) && value > 0.0 ? value : 0.0;
}

int dicom_attributes_get_integer(const dicom_attributes *attributes, size_t item, dicom_tag tag) {
    char text[NUMBER_TEXT_SIZE];
    int value = 0;
    dicom_attributes_get_text(attributes, item, tag, text, sizeof text);
    text[strcspn(text, "\\")] = '\0';
    return myo_integer_parse(text, &value) ? value : 0;
}
