/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixels of one slice: stored values (PS3.5 8.1.1), then the rescale of PS3.3 C.11.1. */
#include "base/hash.h"
#include "base/memory.h"
#include "base/number.h"
#include "dicom/pixel_format_private.h"
#include "dicom/source_private.h"

#include <myotome/dicom.h>

#include <stdlib.h>

#define NUMBER_TEXT_SIZE 64
#define HASHED_BYTES_PER_PIXEL 2u

typedef struct rescale {
    double slope, intercept;
} rescale;

/* Of the frame, or of all frames, or of the image: PS3.3 C.7.6.16. An empty element counts as
 * absent; one that holds no number may not be taken for 1 or 0. */
static bool read_number(const dicom_attributes *attributes, size_t frame, dicom_tag tag,
                        double *out) {
    char text[NUMBER_TEXT_SIZE];
    return !dicom_attributes_get_text(attributes, frame, tag, text, sizeof text) ||
           myo_number_parse(text, out);
}

static bool read_rescale(const dicom_attributes *attributes, size_t frame, rescale *out,
                         myo_error *err) {
    *out = (rescale){.slope = 1.0, .intercept = 0.0};
    if (!read_number(attributes, frame, TAG_RESCALE_SLOPE, &out->slope) || out->slope == 0.0 ||
        !read_number(attributes, frame, TAG_RESCALE_INTERCEPT, &out->intercept)) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "RescaleSlope or RescaleIntercept is not a usable number");
    }
    if (dicom_attributes_has(attributes, frame, TAG_MODALITY_LUT_SEQUENCE)) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "pixel values need a modality lookup table, which is not supported");
    }
    return true;
}

/* Takes the stored bits out of the allocated ones and extends the sign. */
static int stored_value(const uint8_t *bytes, size_t index, const dicom_pixel_format *format) {
    unsigned raw = format->bits_allocated == 8
                       ? bytes[index]
                       : bytes[2 * index] | (unsigned)bytes[2 * index + 1] << 8;
    unsigned mask = (1u << format->bits_stored) - 1u;
    unsigned value = raw >> (format->high_bit + 1u - format->bits_stored) & mask;
    unsigned sign = 1u << (format->bits_stored - 1u);
    if (format->is_signed && (value & sign)) {
        return (int)value - (int)mask - 1;
    }
    return (int)value;
}

/* MONOCHROME1 shows the least value white. It is mirrored within the range of the stored bits, so
 * that more signal is a greater value, as everywhere else. */
static int mirrored(int value, const dicom_pixel_format *format) {
    int greatest = (int)((1u << format->bits_stored) - 1u);
    return format->is_signed ? -1 - value : greatest - value;
}

static bool hash_stored(const uint8_t *bytes, const dicom_pixel_format *format, char *sha256_hex,
                        myo_error *err) {
    size_t count = format->columns * format->rows;
    uint8_t *hashed = myo_alloc_array(count, HASHED_BYTES_PER_PIXEL, err);
    if (!hashed) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned value = (unsigned)stored_value(bytes, i, format);
        hashed[2 * i] = (uint8_t)(value & 0xffu);
        hashed[2 * i + 1] = (uint8_t)(value >> 8 & 0xffu);
    }
    myo_hash_sha256(hashed, count * HASHED_BYTES_PER_PIXEL, sha256_hex);
    free(hashed);
    return true;
}

static bool fill_image(const uint8_t *bytes, const dicom_pixel_format *format, const rescale *scale,
                       const myo_geometry *geometry, myo_image **out, myo_error *err) {
    if (!myo_image_create(geometry, out, err)) {
        return false;
    }
    float *pixels = myo_image_get_pixels(*out);
    for (size_t i = 0; i < format->columns * format->rows; i++) {
        int value = stored_value(bytes, i, format);
        value = format->inverted ? mirrored(value, format) : value;
        pixels[i] = (float)(value * scale->slope + scale->intercept);
    }
    return true;
}

static bool read_slice(const dicom_attributes *attributes, dcmtk_dataset *dataset,
                       const myo_instance *instance, myo_image **out, char *sha256_hex,
                       myo_error *err) {
    const myo_geometry *geometry = &instance->geometry;
    dicom_pixel_format format;
    rescale scale;
    uint8_t *bytes = NULL;
    if (!dicom_pixel_format_read(attributes, &format, err) ||
        !read_rescale(attributes, instance->frame, &scale, err)) {
        return false;
    }
    if (format.columns != geometry->columns || format.rows != geometry->rows ||
        instance->frame >= format.frames) {
        return myo_error_set(err, MYO_E_FORMAT, "the file has changed since it was searched");
    }
    bool done = dcmtk_dataset_read_frame(dataset, instance->frame, &format, &bytes, err) &&
                (!sha256_hex || hash_stored(bytes, &format, sha256_hex, err)) &&
                fill_image(bytes, &format, &scale, geometry, out, err);
    free(bytes);
    return done;
}

/* DCMTK leaves the pixels of a file where they are, but makes room for all that a member of a zip
 * file claims to have. */
static bool check_member(const myo_instance *instance, const dicom_attributes *attributes,
                         myo_error *err) {
    return !instance->archive || !dicom_attributes_pixels_are_cut(attributes) ||
           myo_error_set(err, MYO_E_FORMAT, "pixel data are truncated");
}

bool myo_dicom_read_slice(const myo_instance *instance, myo_image **out, char *sha256_hex,
                          myo_error *err) {
    myo_error reason = {0};
    dicom_source *source = NULL;
    dicom_attributes *attributes = NULL;
    dcmtk_dataset *dataset = NULL;
    bool done = dicom_source_open(instance->path, instance->archive, &source, &reason) &&
                dicom_attributes_read(source, &attributes, &reason) &&
                check_member(instance, attributes, &reason) &&
                dcmtk_dataset_read(instance->path, instance->archive, &dataset, &reason) &&
                read_slice(attributes, dataset, instance, out, sha256_hex, &reason);
    dcmtk_dataset_destroy(dataset);
    dicom_attributes_destroy(attributes);
    dicom_source_close(source);
    return done || myo_error_set(err, reason.code, "%s: %s", instance->path, reason.message);
}
