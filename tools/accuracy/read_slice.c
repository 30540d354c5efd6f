/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_slice.h"

#include "base/file.h"

#include <myotome/dicom.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE_MAX ((size_t)256 << 20)
#define ALIGNMENT 64

bool read_slice(const char *path, myo_image **out, myo_error *err) {
    myo_catalogue *catalogue = NULL;
    if (!myo_catalogue_create(&path, 1, NULL, NULL, &catalogue, err)) {
        return false;
    }
    bool done = myo_catalogue_get_study_count(catalogue) > 0;
    if (done) {
        const myo_study *study = myo_catalogue_get_study(catalogue, 0);
        done = myo_dicom_read_slice(&study->series[0].instances[0], out, NULL, err);
    } else {
        myo_error_set(err, MYO_E_FORMAT, "%s: no DICOM image", path);
    }
    myo_catalogue_destroy(catalogue);
    return done;
}

void *read_aligned(const char *path, size_t *size, myo_error *err) {
    char *data = NULL;
    if (!myo_file_read(path, FILE_SIZE_MAX, &data, size, err)) {
        return NULL;
    }
    void *aligned = aligned_alloc(ALIGNMENT, (*size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (aligned) {
        memcpy(aligned, data, *size);
    } else {
        myo_error_set(err, MYO_E_MEMORY, "%s: out of memory", path);
    }
    free(data);
    return aligned;
}
