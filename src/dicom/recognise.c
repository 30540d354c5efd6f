/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a file is DICOM at all. DCMTK takes any bytes for a dataset when there is no preamble,
 * and would then blame a text file for a broken header.
 */
#include "dicom/recognise_private.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PREAMBLE_SIZE 128 /* PS3.10 7.1 */
#define MAGIC "DICM"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define ELEMENT_HEADER_SIZE 8

/* A file without preamble begins with one of these groups: file meta information or the
 * identifying group. */
#define FIRST_GROUP_META 0x0002u
#define FIRST_GROUP_IDENTIFYING 0x0008u

static bool is_first_group(unsigned group) {
    return group == FIRST_GROUP_META || group == FIRST_GROUP_IDENTIFYING;
}

/* The first element of a dataset: explicit VR has two capital letters behind the tag, implicit VR
 * a length that fits into the file. */
static bool begins_with_element(const unsigned char *bytes, unsigned long long file_size) {
    unsigned little = bytes[0] | (unsigned)bytes[1] << 8, big = bytes[1] | (unsigned)bytes[0] << 8;
    bool explicit_vr = isupper(bytes[4]) && isupper(bytes[5]);
    if (explicit_vr) {
        return is_first_group(little) || is_first_group(big);
    }
    unsigned long long length = bytes[4] | (unsigned long long)bytes[5] << 8 |
                                (unsigned long long)bytes[6] << 16 |
                                (unsigned long long)bytes[7] << 24;
    return is_first_group(little) && length + ELEMENT_HEADER_SIZE <= file_size;
}

bool dicom_recognise(const char *path, myo_error *err) {
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (!file || fstat(fileno(file), &status) != 0) {
        int reason = errno;
        if (file) {
            fclose(file);
        }
        return myo_error_set(err, MYO_E_IO, "cannot open: %s", strerror(reason));
    }
    unsigned char bytes[PREAMBLE_SIZE + MAGIC_SIZE] = {0};
    size_t got = fread(bytes, 1, sizeof bytes, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed) {
        return myo_error_set(err, MYO_E_IO, "cannot read");
    }
    if (got == 0) {
        return myo_error_set(err, MYO_E_FORMAT, "the file is empty");
    }
    bool preamble = got == sizeof bytes && memcmp(bytes + PREAMBLE_SIZE, MAGIC, MAGIC_SIZE) == 0;
    if (!preamble && (got < ELEMENT_HEADER_SIZE ||
                      !begins_with_element(bytes, (unsigned long long)status.st_size))) {
        return myo_error_set(err, MYO_E_FORMAT, "not a DICOM file");
    }
    return true;
}
