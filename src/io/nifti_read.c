/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Label maps from NIfTI files. zlib reads plain and compressed files alike; the voxels are
 * converted piece by piece, so that no more than the labels themselves is in memory. niftiio's own
 * reader would allocate what a header claims, and report its errors on stderr.
 */
#include "io/nifti_read.h"

#include "base/memory.h"
#include "io/nifti_header_private.h"

#include <math.h>
#include <nifti1.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

/* Voxels that are converted at a time. */
#define CHUNK_VOXELS 8192
#define VOXEL_BYTES_MAX 8
#define LABEL_MAX 65535

/* Deflate shrinks nothing to less than this part (zlib's documentation: about 1032 : 1). */
#define DEFLATE_RATIO_MAX 1100

/* A label map that was made in floating-point numbers misses whole values by rounding; one that
 * was scaled into integers, by up to half a step. Half a label is the limit of both. */
#define WHOLE_TOLERANCE 1e-3
#define WHOLE_TOLERANCE_MAX 0.45

/* Extensions of the header (nifti1.h, "EXTENDED HEADER"): size, code, and a text. */
#define EXTENSION_HEAD_SIZE 8
#define EXTENDER_SIZE 4
#define EXTENSION_SIZE_MAX ((size_t)1 << 20)
#define CODE_XML_1 0  /* some programs write XML without a registered code */
#define CODE_XML_2 30 /* NIFTI_ECODE_CARET */

typedef struct reader {
    gzFile file;
    nifti_header header;
    uint8_t seen[LABEL_MAX + 1];
    size_t seen_count;
} reader;

/* A pipe would be waited for; a folder cannot be read. */
static gzFile open_regular(const char *path, uint64_t *size) {
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        return NULL;
    }
    *size = (uint64_t)status.st_size;
    return gzopen(path, "rb");
}

bool myo_nifti_is_file(const char *path) {
    uint64_t size;
    uint8_t bytes[NIFTI_HEADER_SIZE_MAX];
    gzFile file = open_regular(path, &size);
    if (!file) {
        return false;
    }
    int got = gzread(file, bytes, sizeof bytes);
    gzclose(file);
    return got > 0 && nifti_header_version(bytes, (size_t)got) != 0;
}

static bool truncated(myo_error *err) {
    return myo_error_set(err, MYO_E_FORMAT, "the file is truncated or its compression is broken");
}

static bool read_bytes(reader *r, void *bytes, size_t size, myo_error *err) {
    return gzread(r->file, bytes, (unsigned)size) == (int)size || truncated(err);
}

/* Nothing is allocated for voxels that the file cannot hold. */
static bool check_size(const nifti_header *h, uint64_t file_size, size_t *count, myo_error *err) {
    size_t voxels = h->size[0];
    for (int i = 1; i < 3; i++) {
        if (voxels > MYO_NIFTI_VOXELS_MAX || h->size[i] > MYO_NIFTI_VOXELS_MAX / voxels) {
            return myo_error_set(err, MYO_E_RANGE,
                                 "%zu x %zu x %zu voxels are more than the %zu that are read",
                                 h->size[0], h->size[1], h->size[2], MYO_NIFTI_VOXELS_MAX);
        }
        voxels *= h->size[i];
    }
    uint64_t needed = h->data_offset + (uint64_t)voxels * h->bytes_per_voxel;
    *count = voxels;
    return needed / DEFLATE_RATIO_MAX <= file_size || truncated(err);
}

/* Turns the bytes of each voxel round. */
static void swap_voxels(uint8_t *bytes, size_t count, size_t size) {
    for (size_t i = 0; i < count; i++) {
        uint8_t *voxel = bytes + i * size;
        for (size_t k = 0; k < size / 2; k++) {
            uint8_t kept = voxel[k];
            voxel[k] = voxel[size - 1 - k];
            voxel[size - 1 - k] = kept;
        }
    }
}

static double convert(const uint8_t *bytes, int datatype) {
#define CONVERT(type)                                                                              \
    do {                                                                                           \
        type value;                                                                                \
        memcpy(&value, bytes, sizeof value);                                                       \
        return (double)value;                                                                      \
    } while (0)
    switch (datatype) {
    case NIFTI_TYPE_UINT8:
        CONVERT(uint8_t);
    case NIFTI_TYPE_INT8:
        CONVERT(int8_t);
    case NIFTI_TYPE_INT16:
        CONVERT(int16_t);
    case NIFTI_TYPE_UINT16:
        CONVERT(uint16_t);
    case NIFTI_TYPE_INT32:
        CONVERT(int32_t);
    case NIFTI_TYPE_UINT32:
        CONVERT(uint32_t);
    case NIFTI_TYPE_INT64:
        CONVERT(int64_t);
    case NIFTI_TYPE_UINT64:
        CONVERT(uint64_t);
    case NIFTI_TYPE_FLOAT32:
        CONVERT(float);
    default:
        CONVERT(double);
    }
#undef CONVERT
}

static bool to_label(reader *r, const uint8_t *bytes, double tolerance, uint16_t *out,
                     myo_error *err) {
    double value = convert(bytes, r->header.datatype) * r->header.slope + r->header.intercept;
    double whole = floor(value + 0.5);
    if (!(fabs(value - whole) <= tolerance) || whole < 0.0 || whole > LABEL_MAX) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "the value %g is no label (whole numbers from 0 to %d); is this an "
                             "image or a map of probabilities?",
                             value, LABEL_MAX);
    }
    uint16_t label = (uint16_t)whole;
    if (!r->seen[label]) {
        r->seen[label] = 1;
        r->seen_count++;
    }
    *out = label;
    return true;
}

static bool read_voxels(reader *r, size_t count, uint16_t *values, myo_error *err) {
    uint8_t bytes[CHUNK_VOXELS * VOXEL_BYTES_MAX];
    double tolerance =
        fmin(fmax(WHOLE_TOLERANCE, 0.5 * fabs(r->header.slope)), WHOLE_TOLERANCE_MAX);
    size_t size = r->header.bytes_per_voxel;
    if (r->header.slope == 1.0) {
        tolerance = WHOLE_TOLERANCE;
    }
    for (size_t done = 0; done < count;) {
        size_t chunk = count - done < CHUNK_VOXELS ? count - done : CHUNK_VOXELS;
        if (!read_bytes(r, bytes, chunk * size, err)) {
            return false;
        }
        if (r->header.swapped) {
            swap_voxels(bytes, chunk, size);
        }
        for (size_t i = 0; i < chunk; i++) {
            if (!to_label(r, bytes + i * size, tolerance, &values[done + i], err)) {
                return false;
            }
        }
        if (r->seen_count > MYO_NIFTI_VALUES_MAX) {
            return myo_error_set(err, MYO_E_FORMAT,
                                 "more than %d different values: an image, not a label map",
                                 MYO_NIFTI_VALUES_MAX);
        }
        done += chunk;
    }
    return true;
}

/* --- Extensions ------------------------------------------------------------------------------- */

static uint32_t get_word(const uint8_t *bytes, bool swapped) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return swapped ? __builtin_bswap32(value) : value;
}

/* Keeps the first text of XML with labels between header and voxels; what is not understood there
 * is passed over. */
static bool find_label_table(const uint8_t *bytes, size_t size, bool swapped, char **out,
                             myo_error *err) {
    size_t at = EXTENDER_SIZE;
    while (size >= EXTENSION_HEAD_SIZE && at <= size - EXTENSION_HEAD_SIZE) {
        size_t length = get_word(bytes + at, swapped);
        uint32_t code = get_word(bytes + at + sizeof(uint32_t), swapped);
        if (length <= EXTENSION_HEAD_SIZE || length > size - at) {
            return true;
        }
        if (code == CODE_XML_1 || code == CODE_XML_2) {
            char *text = myo_alloc_array(length, 1, err);
            if (!text) {
                return false;
            }
            memcpy(text, bytes + at + EXTENSION_HEAD_SIZE, length - EXTENSION_HEAD_SIZE);
            if (strstr(text, "<LabelTable") && strstr(text, "<Label ")) {
                *out = text;
                return true;
            }
            free(text);
        }
        at += length;
    }
    return true;
}

static bool read_extensions(reader *r, char **label_table, myo_error *err) {
    uint64_t size = r->header.data_offset - r->header.header_size;
    if (size > EXTENSION_SIZE_MAX) {
        return gzseek(r->file, (z_off_t)r->header.data_offset, SEEK_SET) >= 0 || truncated(err);
    }
    uint8_t *bytes = myo_alloc_array((size_t)size, 1, err);
    bool done = bytes && read_bytes(r, bytes, (size_t)size, err) &&
                (size <= EXTENDER_SIZE || bytes[0] == 0 ||
                 find_label_table(bytes, (size_t)size, r->header.swapped, label_table, err));
    free(bytes);
    return done;
}

static bool read_header(reader *r, myo_error *err) {
    uint8_t bytes[NIFTI_HEADER_SIZE_MAX];
    int got = gzread(r->file, bytes, sizeof bytes);
    return ((got > 0 && nifti_header_parse(bytes, (size_t)got, &r->header, err)) ||
            myo_error_set(err, MYO_E_FORMAT, "no NIfTI file, or its compression is broken")) &&
           (gzseek(r->file, (z_off_t)r->header.header_size, SEEK_SET) >= 0 || truncated(err));
}

static bool read_volume(reader *r, uint64_t file_size, myo_label_volume *out, myo_error *err) {
    size_t count = 0;
    if (!read_header(r, err) || !check_size(&r->header, file_size, &count, err) ||
        !read_extensions(r, &out->label_table, err)) {
        return false;
    }
    out->values = myo_alloc_array(count, sizeof *out->values, err);
    memcpy(out->size, r->header.size, sizeof out->size);
    memcpy(out->step_mm, r->header.step_mm, sizeof out->step_mm);
    out->origin_mm = r->header.origin_mm;
    return out->values && read_voxels(r, count, out->values, err);
}

bool myo_nifti_read_labels(const char *path, myo_label_volume *out, myo_error *err) {
    myo_error reason = {0};
    uint64_t file_size = 0;
    *out = (myo_label_volume){0};
    reader *r = myo_alloc_array(1, sizeof *r, err);
    if (!r) {
        return false;
    }
    r->file = open_regular(path, &file_size);
    bool done = r->file ? read_volume(r, file_size, out, &reason)
                        : myo_error_set(&reason, MYO_E_IO, "cannot open, or not a file");
    if (r->file) {
        gzclose(r->file);
    }
    free(r);
    if (!done) {
        myo_label_volume_clear(out);
        myo_error_set(err, reason.code, "%s: %s", path, reason.message);
    }
    return done;
}

void myo_label_volume_clear(myo_label_volume *volume) {
    free(volume->values);
    free(volume->label_table);
    *volume = (myo_label_volume){0};
}
