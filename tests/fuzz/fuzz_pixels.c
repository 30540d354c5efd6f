/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a DICOM file, and the pixels of its first frames: read, or refused with a reason. */
#include "fuzz.h"

#include "dicom/pixel_format_private.h"

#include <assert.h>
#include <stdlib.h>

/* More than this is slow to decode and finds nothing else. */
#define PIXELS_MAX (256u * 256u)
#define FRAMES_READ 2u

static void read_frame(dcmtk_dataset *dataset, size_t frame, dicom_pixel_format format) {
    size_t columns = format.columns, rows = format.rows;
    uint8_t *bytes = NULL;
    myo_error err = {0};
    if (dcmtk_dataset_read_frame(dataset, frame, &format, &bytes, &err)) {
        assert(format.columns == columns && format.rows == rows);
        assert(format.bits_allocated == 8 || format.bits_allocated == 16);
        assert(format.bits_stored > 0 && format.high_bit < format.bits_allocated);
        assert(format.high_bit + 1 >= format.bits_stored);
        /* Each byte is looked at, so that none is out of bounds, or was never written. */
        unsigned sum = 0;
        for (size_t i = 0; i < columns * rows * format.bits_allocated / 8; i++) {
            sum += bytes[i];
        }
        assert(sum <= 255u * columns * rows * 2u);
    } else {
        assert(err.code != MYO_OK && err.message[0] != '\0' && !bytes);
    }
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    dicom_source *source = NULL;
    dicom_attributes *attributes = NULL;
    dcmtk_dataset *dataset = NULL;
    dicom_pixel_format format;
    const char *path = fuzz_write_file(data, size);
    if (dicom_source_open_file(path, &source, NULL) &&
        dicom_attributes_read(source, &attributes, NULL) &&
        dcmtk_dataset_read(path, NULL, &dataset, NULL) &&
        dicom_pixel_format_read(attributes, &format, NULL) &&
        format.columns * format.rows <= PIXELS_MAX) {
        for (size_t frame = 0; frame < format.frames && frame < FRAMES_READ; frame++) {
            read_frame(dataset, frame, format);
        }
    }
    dcmtk_dataset_destroy(dataset);
    dicom_attributes_destroy(attributes);
    dicom_source_close(source);
    return 0;
}
