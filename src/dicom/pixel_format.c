/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the stored values of an image are laid out (PS3.3 C.7.6.3), checked before anything is
 * allocated by it. */
#include "dicom/pixel_format_private.h"

#include "base/number.h"

#include <myotome/image.h>
#include <string.h>

#define TEXT_SIZE 256

/* An RGB capture is called what the user sees: a colour image. */
bool dicom_greyscale_check(const dicom_attributes *attributes, bool *inverted, myo_error *err) {
    char photometric[TEXT_SIZE];
    unsigned samples = 1;
    dicom_attributes_get_utf8(attributes, DICOM_NO_ITEM, TAG_PHOTOMETRIC_INTERPRETATION,
                              photometric, sizeof photometric);
    dicom_attributes_get_unsigned(attributes, DICOM_NO_ITEM, TAG_SAMPLES_PER_PIXEL, &samples);
    if (samples > 1 || (photometric[0] && strncmp(photometric, "MONOCHROME", 10) != 0)) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "colour image (%s), only greyscale can be measured",
                             photometric[0] ? photometric : "several samples a pixel");
    }
    *inverted = strcmp(photometric, "MONOCHROME1") == 0;
    if (!*inverted && strcmp(photometric, "MONOCHROME2") != 0) {
        return myo_error_set(err, MYO_E_MISSING, "PhotometricInterpretation is missing or unknown");
    }
    return true;
}

/* Bits and sign of the stored values (PS3.5 8.1.1). A missing sign is not guessed. */
static bool read_bits(const dicom_attributes *attributes, dicom_pixel_format *format,
                      myo_error *err) {
    unsigned allocated = 0, stored = 0, high = 0, representation = 0;
    dicom_attributes_get_unsigned(attributes, DICOM_NO_ITEM, TAG_BITS_ALLOCATED, &allocated);
    if (allocated != 8 && allocated != 16) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "%u bits a pixel, only 8 and 16 bits can be read", allocated);
    }
    if (!dicom_attributes_get_unsigned(attributes, DICOM_NO_ITEM, TAG_BITS_STORED, &stored)) {
        stored = allocated;
    }
    if (!dicom_attributes_get_unsigned(attributes, DICOM_NO_ITEM, TAG_HIGH_BIT, &high)) {
        high = stored - 1;
    }
    if (stored == 0 || stored > allocated || high >= allocated || high + 1 < stored) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "bits stored %u and high bit %u do not fit into %u bits", stored, high,
                             allocated);
    }
    if (!dicom_attributes_get_unsigned(attributes, DICOM_NO_ITEM, TAG_PIXEL_REPRESENTATION,
                                       &representation) ||
        representation > 1) {
        return myo_error_set(err, MYO_E_MISSING, "PixelRepresentation is missing or invalid");
    }
    format->bits_allocated = allocated;
    format->bits_stored = stored;
    format->high_bit = high;
    format->is_signed = representation == 1;
    return true;
}

/* One, where the number is absent or makes no sense. */
static size_t read_frame_count(const dicom_attributes *attributes) {
    char text[TEXT_SIZE];
    int frames = 0;
    dicom_attributes_get_text(attributes, DICOM_NO_ITEM, TAG_NUMBER_OF_FRAMES, text, sizeof text);
    return myo_integer_parse(text, &frames) && frames > 1 ? (size_t)frames : 1;
}

bool dicom_pixel_format_read(const dicom_attributes *attributes, dicom_pixel_format *out,
                             myo_error *err) {
    unsigned columns = 0, rows = 0;
    dicom_attributes_get_unsigned(attributes, DICOM_NO_ITEM, TAG_COLUMNS, &columns);
    dicom_attributes_get_unsigned(attributes, DICOM_NO_ITEM, TAG_ROWS, &rows);
    if (columns == 0 || rows == 0 || columns > MYO_IMAGE_SIDE_MAX || rows > MYO_IMAGE_SIDE_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "image size %u x %u is not within 1 to %d", columns,
                             rows, MYO_IMAGE_SIDE_MAX);
    }
    dicom_pixel_format format = {
        .columns = columns, .rows = rows, .frames = read_frame_count(attributes)};
    if (!dicom_greyscale_check(attributes, &format.inverted, err)) {
        return false;
    }
    if (!read_bits(attributes, &format, err)) {
        return false;
    }
    *out = format;
    return true;
}
