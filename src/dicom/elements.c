/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reader of DICOM headers (PS3.5 7, PS3.10 7): explicit and implicit VR, both byte orders,
 * deflated.
 *
 * DCMTK reads and decodes the pixels, of which it is told here where they end; headers are read
 * here, because a search opens thousands of files and wants thirty elements of each. DCMTK builds
 * an object for every element, which takes ten times as long, descends into sequences by recursion,
 * which a crafted file can drive off the end of the stack, and unpacks a deflated dataset without a
 * limit. Here nothing is built, the sequences that are open lie in an array of fixed length, and no
 * value is read that was not asked for.
 */
#include "dicom/elements_private.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define PREAMBLE_SIZE ((size_t)128) /* PS3.10 7.1 */
#define MAGIC "DICM"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define ELEMENT_HEAD_SIZE ((size_t)8)
#define LONG_HEAD_SIZE ((size_t)12)

#define GROUP_META 0x0002u
#define GROUP_IDENTIFYING 0x0008u
#define TAG_TRANSFER_SYNTAX_UID 0x00020010u
#define TAG_FLOAT_PIXEL_DATA 0x7fe00008u
#define TAG_ITEM 0xfffee000u
#define TAG_ITEM_END 0xfffee00du
#define TAG_SEQUENCE_END 0xfffee0ddu

#define UID_IMPLICIT_LITTLE_ENDIAN "1.2.840.10008.1.2"
#define UID_EXPLICIT_BIG_ENDIAN "1.2.840.10008.1.2.2"
#define UID_DEFLATED "1.2.840.10008.1.2.1.99"
/* Implicit VR little endian; only the pixels are big endian. */
#define UID_GE_PRIVATE "1.2.840.113619.5.2"
#define UID_SIZE 65

/* Nothing in the size of a deflated file says how much is in it. */
#define DEFLATED_PIXELS_MAX (1u << 30)

/* Objects of scanners nest to about ten levels. */
#define DEPTH_MAX 64

typedef enum level_kind { LEVEL_DATASET, LEVEL_SEQUENCE, LEVEL_FRAGMENTS } level_kind;

/* Something that is open: the file, a sequence, an item. */
typedef struct level {
    uint64_t end;   /* offset behind it; UINT64_MAX: a delimiter ends it */
    uint64_t limit; /* the nearest end of what it lies in */
    level_kind kind;
    bool quiet;    /* it is passed over */
    bool implicit; /* its elements do not say their VR */
} level;

struct dicom_elements {
    dicom_stream *stream;
    level levels[DEPTH_MAX];
    size_t depth; /* levels[depth] is the innermost one */
    bool in_meta, big_endian;
    bool any;               /* the dataset has an element */
    uint64_t packed_offset; /* where the dataset begins when it is deflated, else 0 */
    char transfer_syntax[UID_SIZE];
    dicom_element current;
    bool pending; /* the value of `current` has not been passed */
};

static bool truncated(myo_error *err) {
    return myo_error_set(err, MYO_E_FORMAT, "broken or truncated DICOM header (the file ends)");
}

static bool broken(myo_error *err, uint32_t tag, const char *what) {
    return myo_error_set(err, MYO_E_FORMAT, "broken DICOM header (%s at (%04x,%04x))", what,
                         tag >> 16, tag & 0xffffu);
}

static unsigned get16(const uint8_t *bytes, bool big_endian) {
    return big_endian ? (unsigned)bytes[0] << 8 | bytes[1] : (unsigned)bytes[1] << 8 | bytes[0];
}

static uint32_t get32(const uint8_t *bytes, bool big_endian) {
    uint32_t first = get16(bytes, big_endian), second = get16(bytes + 2, big_endian);
    return big_endian ? first << 16 | second : second << 16 | first;
}

static bool is_vr(const uint8_t *bytes) {
    return bytes[0] >= 'A' && bytes[0] <= 'Z' && bytes[1] >= 'A' && bytes[1] <= 'Z';
}

/* All but these have 32 bits for the length (PS3.5 7.1.2), and so will those that are new. */
static bool has_short_length(const char *vr) {
    static const char *const names = "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL "
                                     "US ";
    const char *at = names;
    while (*at && strncmp(at, vr, 2) != 0) {
        at += 3;
    }
    return *at != '\0';
}

static bool is_first_group(unsigned group) {
    return group == GROUP_META || group == GROUP_IDENTIFYING;
}

/* The first element of a file without preamble: explicit VR has two capital letters behind the
 * tag, implicit VR a length that fits into the file. */
static bool begins_with_element(const uint8_t *bytes, uint64_t file_size) {
    unsigned little = get16(bytes, false), big = get16(bytes, true);
    if (is_vr(bytes + 4)) {
        return is_first_group(little) || is_first_group(big);
    }
    return is_first_group(little) && get32(bytes + 4, false) + ELEMENT_HEAD_SIZE <= file_size;
}

/* Says what a file is that is not DICOM, and passes the preamble of one that is. */
static bool recognise(dicom_stream *stream, uint64_t file_size, myo_error *err) {
    const uint8_t *bytes;
    size_t got;
    if (!dicom_stream_peek(stream, PREAMBLE_SIZE + MAGIC_SIZE, &bytes, &got, err)) {
        return false;
    }
    if (got == 0) {
        return myo_error_set(err, MYO_E_FORMAT, "the file is empty");
    }
    if (got == PREAMBLE_SIZE + MAGIC_SIZE &&
        memcmp(bytes + PREAMBLE_SIZE, MAGIC, MAGIC_SIZE) == 0) {
        return dicom_stream_skip(stream, PREAMBLE_SIZE + MAGIC_SIZE, err);
    }
    return (got >= ELEMENT_HEAD_SIZE && begins_with_element(bytes, file_size)) ||
           myo_error_set(err, MYO_E_FORMAT, "not a DICOM file");
}

bool dicom_elements_create(dicom_source *source, dicom_elements **out, myo_error *err) {
    dicom_elements *elements = myo_alloc_array(1, sizeof *elements, err);
    if (!elements) {
        return false;
    }
    elements->in_meta = true;
    elements->levels[0] = (level){.end = UINT64_MAX, .limit = UINT64_MAX, .kind = LEVEL_DATASET};
    if (!dicom_stream_create(source, &elements->stream, err) ||
        !recognise(elements->stream, dicom_source_get_size(source), err)) {
        dicom_elements_destroy(elements);
        return false;
    }
    *out = elements;
    return true;
}

void dicom_elements_destroy(dicom_elements *elements) {
    if (elements) {
        dicom_stream_destroy(elements->stream);
        free(elements);
    }
}

static bool skip(dicom_elements *elements, uint64_t size, myo_error *err) {
    myo_error reason = {0};
    if (dicom_stream_skip(elements->stream, size, &reason)) {
        return true;
    }
    return reason.code == MYO_E_FORMAT ? truncated(err)
                                       : myo_error_set(err, reason.code, "%s", reason.message);
}

/* The meta information has ended: how the dataset is encoded. What its first element looks like
 * decides where the transfer syntax is missing or wrong. */
static bool begin_dataset(dicom_elements *elements, myo_error *err) {
    const char *syntax = elements->transfer_syntax;
    elements->in_meta = false;
    if (strcmp(syntax, UID_DEFLATED) == 0) {
        elements->packed_offset = dicom_stream_get_offset(elements->stream);
        if (!dicom_stream_inflate(elements->stream, err)) {
            return false;
        }
    }
    const uint8_t *bytes;
    size_t got;
    if (!dicom_stream_peek(elements->stream, ELEMENT_HEAD_SIZE, &bytes, &got, err)) {
        return false;
    }
    bool says_implicit =
        strcmp(syntax, UID_IMPLICIT_LITTLE_ENDIAN) == 0 || strcmp(syntax, UID_GE_PRIVATE) == 0;
    bool known = got == ELEMENT_HEAD_SIZE;
    elements->levels[0].implicit = known ? !is_vr(bytes + 4) : says_implicit;
    elements->big_endian = strcmp(syntax, UID_EXPLICIT_BIG_ENDIAN) == 0;
    if (!syntax[0] && known) {
        elements->big_endian = is_vr(bytes + 4) && !is_first_group(get16(bytes, false)) &&
                               is_first_group(get16(bytes, true));
    }
    return true;
}

static void keep_transfer_syntax(dicom_elements *elements, const uint8_t *value, size_t size) {
    size_t length = 0;
    while (length < size && length < UID_SIZE - 1 && value[length] != '\0' &&
           value[length] != ' ') {
        elements->transfer_syntax[length] = (char)value[length];
        length++;
    }
    elements->transfer_syntax[length] = '\0';
}

/* Tag, VR and length of what comes next. *size is the size of these in the file. */
static bool peek_head(dicom_elements *elements, dicom_element *out, size_t *size, myo_error *err) {
    const uint8_t *bytes;
    size_t got;
    if (!dicom_stream_peek(elements->stream, LONG_HEAD_SIZE, &bytes, &got, err)) {
        return false;
    }
    *size = 0;
    if (got == 0) {
        return true;
    }
    if (got < ELEMENT_HEAD_SIZE) {
        return truncated(err);
    }
    const level *here = &elements->levels[elements->depth];
    bool big = elements->big_endian;
    uint32_t group = get16(bytes, big);
    *out = (dicom_element){.tag = group << 16 | get16(bytes + 2, big), .big_endian = big};
    *size = ELEMENT_HEAD_SIZE;
    if (group == TAG_ITEM >> 16 || here->implicit || !is_vr(bytes + 4)) {
        out->length = get32(bytes + 4, big);
        return true;
    }
    memcpy(out->vr, bytes + 4, 2);
    if (has_short_length(out->vr)) {
        out->length = get16(bytes + 6, big);
        return true;
    }
    *size = LONG_HEAD_SIZE;
    if (got < LONG_HEAD_SIZE) {
        return truncated(err);
    }
    out->length = get32(bytes + 8, big);
    return true;
}

/* Nothing may be longer than what it lies in, nor than the file. */
static bool check_length(const dicom_elements *elements, uint64_t length, uint32_t tag,
                         myo_error *err) {
    uint64_t offset = dicom_stream_get_offset(elements->stream);
    uint64_t limit = elements->levels[elements->depth].limit;
    if (limit < offset || length > limit - offset) {
        return broken(err, tag, "a length beyond its sequence");
    }
    return length <= dicom_stream_get_left(elements->stream) || truncated(err);
}

static bool open_level(dicom_elements *elements, const dicom_element *element, level_kind kind,
                       bool quiet, bool implicit, myo_error *err) {
    if (elements->depth + 1 == DEPTH_MAX) {
        return broken(err, element->tag, "sequences nested too deeply");
    }
    const level *outer = &elements->levels[elements->depth];
    level inner = {.end = UINT64_MAX,
                   .limit = outer->limit,
                   .kind = kind,
                   .quiet = quiet,
                   .implicit = implicit};
    if (element->length != DICOM_UNDEFINED_LENGTH) {
        inner.end = inner.limit = dicom_stream_get_offset(elements->stream) + element->length;
    }
    elements->levels[++elements->depth] = inner;
    return true;
}

/* A value of undefined length is a sequence, or fragments of compressed pixels (of an icon). One
 * whose VR is unknown is a sequence in implicit VR (PS3.5 6.2.2). */
static bool open_value(dicom_elements *elements, bool quiet, myo_error *err) {
    const dicom_element *element = &elements->current;
    bool fragments = element->vr[0] == 'O';
    bool implicit = elements->levels[elements->depth].implicit || strcmp(element->vr, "UN") == 0;
    elements->pending = false;
    return open_level(elements, element, fragments ? LEVEL_FRAGMENTS : LEVEL_SEQUENCE, quiet,
                      implicit, err);
}

static bool pass_value(dicom_elements *elements, myo_error *err) {
    if (elements->current.length == DICOM_UNDEFINED_LENGTH) {
        return open_value(elements, true, err);
    }
    elements->pending = false;
    return skip(elements, elements->current.length, err);
}

/* What stands in a sequence: items, and the delimiter. */
static bool step_in_sequence(dicom_elements *elements, const dicom_element *head,
                             dicom_event *event, bool *report, myo_error *err) {
    const level here = elements->levels[elements->depth];
    if (head->tag == TAG_SEQUENCE_END) {
        elements->depth--;
        *event = DICOM_EVENT_LEAVE;
        *report = !here.quiet;
        return true;
    }
    if (head->tag != TAG_ITEM) {
        return broken(err, head->tag, "no item where one is due");
    }
    if (here.kind == LEVEL_FRAGMENTS) {
        return head->length == DICOM_UNDEFINED_LENGTH
                   ? broken(err, head->tag, "a fragment without length")
                   : check_length(elements, head->length, head->tag, err) &&
                         skip(elements, head->length, err);
    }
    if (head->length != DICOM_UNDEFINED_LENGTH &&
        !check_length(elements, head->length, head->tag, err)) {
        return false;
    }
    *event = DICOM_EVENT_ITEM;
    *report = !here.quiet;
    return open_level(elements, head, LEVEL_DATASET, here.quiet, here.implicit, err);
}

/* What stands in a dataset or an item: elements, and the delimiter of an item. */
static bool step_in_dataset(dicom_elements *elements, const dicom_element *head, dicom_event *event,
                            bool *report, myo_error *err) {
    const level here = elements->levels[elements->depth];
    if (head->tag >> 16 == TAG_ITEM >> 16) {
        /* Some writers end an item by its length and by a delimiter. */
        bool delimited = elements->depth > 0 && here.end == UINT64_MAX;
        if (head->length != 0 || (delimited && head->tag != TAG_ITEM_END)) {
            return broken(err, head->tag, "a delimiter without its item");
        }
        if (!delimited) {
            return true;
        }
        elements->depth--;
        *event = DICOM_EVENT_LEAVE;
        *report = !here.quiet;
        return true;
    }
    if (elements->depth == 0 && head->tag >= TAG_FLOAT_PIXEL_DATA &&
        head->tag <= DICOM_TAG_PIXEL_DATA) {
        bool deflated = dicom_stream_get_left(elements->stream) == UINT64_MAX;
        if (deflated && head->length != DICOM_UNDEFINED_LENGTH &&
            head->length > DEFLATED_PIXELS_MAX) {
            return myo_error_set(err, MYO_E_RANGE, "deflated pixel data of more than %u MB",
                                 DEFLATED_PIXELS_MAX >> 20);
        }
        elements->current = *head;
        *event = DICOM_EVENT_PIXELS;
        *report = true;
        return true;
    }
    if (head->length != DICOM_UNDEFINED_LENGTH &&
        !check_length(elements, head->length, head->tag, err)) {
        return false;
    }
    elements->current = *head;
    elements->pending = true;
    elements->any = elements->any || !elements->in_meta;
    *event = DICOM_EVENT_ELEMENT;
    *report = !here.quiet;
    if (elements->in_meta && head->tag == TAG_TRANSFER_SYNTAX_UID && head->length < UID_SIZE) {
        const uint8_t *value;
        if (!dicom_elements_get_value(elements, &value, err)) {
            return false;
        }
        keep_transfer_syntax(elements, value, head->length);
    }
    return true;
}

/* Leaves what ends by its length. */
static bool close_level(dicom_elements *elements, bool *report) {
    const level *here = &elements->levels[elements->depth];
    if (elements->depth == 0 || dicom_stream_get_offset(elements->stream) < here->end) {
        return false;
    }
    *report = !here->quiet;
    elements->depth--;
    return true;
}

bool dicom_elements_next(dicom_elements *elements, dicom_event *event, dicom_element *element,
                         myo_error *err) {
    for (bool report = false; !report;) {
        dicom_element head;
        size_t size;
        if (elements->pending && !pass_value(elements, err)) {
            return false;
        }
        if (close_level(elements, &report)) {
            *event = DICOM_EVENT_LEAVE;
            continue;
        }
        if (!peek_head(elements, &head, &size, err)) {
            return false;
        }
        if (elements->in_meta && (size == 0 || head.tag >> 16 != GROUP_META)) {
            if (!begin_dataset(elements, err)) {
                return false;
            }
            continue;
        }
        if (size == 0) {
            *event = DICOM_EVENT_END;
            return (elements->depth == 0 && elements->any) || truncated(err);
        }
        if (!skip(elements, size, err)) {
            return false;
        }
        bool dataset = elements->levels[elements->depth].kind == LEVEL_DATASET;
        if (!(dataset ? step_in_dataset : step_in_sequence)(elements, &head, event, &report, err)) {
            return false;
        }
        *element = head;
    }
    return true;
}

bool dicom_elements_get_value(dicom_elements *elements, const uint8_t **value, myo_error *err) {
    size_t got;
    if (!dicom_stream_peek(elements->stream, elements->current.length, value, &got, err)) {
        return false;
    }
    return got == elements->current.length || truncated(err);
}

bool dicom_elements_enter(dicom_elements *elements, myo_error *err) {
    return open_value(elements, false, err);
}

bool dicom_elements_pixels_are_cut(const dicom_elements *elements) {
    return elements->current.length != DICOM_UNDEFINED_LENGTH &&
           elements->current.length > dicom_stream_get_left(elements->stream);
}

/* The delimiter of the fragments has its place behind them. */
static bool pass_fragments(dicom_elements *elements, myo_error *err) {
    if (!open_level(elements, &elements->current, LEVEL_FRAGMENTS, true, false, err)) {
        return false;
    }
    while (elements->depth > 0) {
        dicom_element head;
        dicom_event event;
        size_t size;
        bool report;
        if (!peek_head(elements, &head, &size, err)) {
            return false;
        }
        if (size == 0) {
            return truncated(err);
        }
        if (!skip(elements, size, err) ||
            !step_in_sequence(elements, &head, &event, &report, err)) {
            return false;
        }
    }
    return true;
}

bool dicom_elements_find_pixels_end(dicom_elements *elements, uint64_t *end, myo_error *err) {
    uint64_t length = elements->current.length;
    if (length == DICOM_UNDEFINED_LENGTH) {
        length = 0;
        myo_error reason = {0};
        if (!pass_fragments(elements, &reason)) {
            bool broken_off = reason.code == MYO_E_FORMAT;
            return myo_error_set(err, reason.code, "%s",
                                 broken_off ? "compressed pixel data are broken or truncated"
                                            : reason.message);
        }
    }
    *end = elements->packed_offset + dicom_stream_get_offset(elements->stream) + length;
    return true;
}
