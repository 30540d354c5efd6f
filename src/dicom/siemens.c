/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mosaics of Siemens scanners. ImageType says MOSAIC, unless somebody has rewritten it; the number
 * of tiles stands in private elements besides: (0019,xx0A) of "SIEMENS MR HEADER", and the field
 * NumberOfImagesInMosaic of the CSA header, (0029,xx10) of "SIEMENS CSA HEADER". The CSA header is
 * not documented by its maker; its layout is that which NiBabel describes
 * (https://nipy.org/nibabel/dicom/siemens_csa.html).
 */
#include "dicom/siemens_private.h"

#include "base/number.h"

#include <string.h>

#define TEXT_SIZE 256
#define CSA_FIELD "NumberOfImagesInMosaic"
#define CSA_NAME_SIZE ((size_t)64)
#define CSA_FIELD_HEAD_SIZE                                                                        \
    ((size_t)84) /* name, then multiplicity, VR, syngo type, items, mark                           \
                  */
#define CSA_ITEM_HEAD_SIZE ((size_t)16)
#define CSA_ITEM_LENGTH_MAX ((size_t)16)

static uint32_t get32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* First value of a field whose name stands at `at`, as a whole number; 0 when it is empty. */
static int first_value(const uint8_t *bytes, size_t size, size_t at) {
    char text[CSA_ITEM_LENGTH_MAX + 1] = "";
    int value = 0;
    size_t item = at + CSA_FIELD_HEAD_SIZE;
    if (size < item || size - item < CSA_ITEM_HEAD_SIZE) {
        return 0;
    }
    size_t length = get32(bytes + item + 4), start = item + CSA_ITEM_HEAD_SIZE;
    if (length > CSA_ITEM_LENGTH_MAX || length > size - start) {
        return 0;
    }
    memcpy(text, bytes + start, length);
    return myo_integer_parse(text, &value) ? value : 0;
}

static int csa_mosaic_count(const uint8_t *bytes, size_t size) {
    for (size_t at = 0; size >= CSA_NAME_SIZE && at <= size - CSA_NAME_SIZE; at++) {
        if (bytes[at] == CSA_FIELD[0] && memcmp(bytes + at, CSA_FIELD, sizeof CSA_FIELD) == 0) {
            return first_value(bytes, size, at);
        }
    }
    return 0;
}

static bool has_text(const dicom_attributes *attributes, dicom_tag tag, const char *word) {
    char text[TEXT_SIZE];
    return dicom_attributes_get_text(attributes, DICOM_NO_ITEM, tag, text, sizeof text) &&
           strstr(text, word) != NULL;
}

bool dicom_siemens_is_mosaic(const dicom_attributes *attributes) {
    unsigned tiles = 0;
    if (has_text(attributes, TAG_IMAGE_TYPE, "MOSAIC")) {
        return true;
    }
    if (has_text(attributes, TAG_SIEMENS_MR_CREATOR, "SIEMENS MR HEADER") &&
        dicom_attributes_get_unsigned(attributes, DICOM_NO_ITEM, TAG_SIEMENS_MOSAIC_COUNT,
                                      &tiles) &&
        tiles > 1) {
        return true;
    }
    size_t size;
    const uint8_t *csa =
        dicom_attributes_get_bytes(attributes, TAG_SIEMENS_CSA_IMAGE_HEADER, &size);
    return csa && has_text(attributes, TAG_SIEMENS_CSA_CREATOR, "SIEMENS CSA HEADER") &&
           csa_mosaic_count(csa, size) > 1;
}
