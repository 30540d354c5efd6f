/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a DICOM file, or as a zip file of these: each file is skipped with a reason, or its
 * pixels are read or refused. */
#include "fuzz.h"

#include <assert.h>
#include <myotome/dicom.h>
#include <string.h>

static void read_series(const myo_series *series) {
    size_t in_stacks = 0;
    for (size_t i = 0; i < series->stack_count; i++) {
        in_stacks += series->stacks[i].count;
    }
    assert(in_stacks <= series->instance_count);
    for (size_t i = 0; i < series->instance_count; i++) {
        myo_image *image = NULL;
        myo_error err = {0};
        char hash[MYO_SHA256_HEX_SIZE];
        if (myo_dicom_read_slice(&series->instances[i], &image, hash, &err)) {
            assert(strlen(hash) == MYO_SHA256_HEX_SIZE - 1);
        } else {
            assert(err.code != MYO_OK && err.message[0] != '\0');
        }
        myo_image_destroy(image);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *const inputs[] = {fuzz_write_file(data, size)};
    myo_catalogue *catalogue = NULL;
    bool created = myo_catalogue_create(inputs, 1, NULL, NULL, &catalogue, NULL);
    assert(created);
    (void)created;
    size_t studies = myo_catalogue_get_study_count(catalogue);
    assert(studies + myo_catalogue_get_skipped_count(catalogue) >= 1);
    for (size_t i = 0; i < studies; i++) {
        const myo_study *study = myo_catalogue_get_study(catalogue, i);
        for (size_t s = 0; s < study->series_count; s++) {
            read_series(&study->series[s]);
        }
    }
    myo_catalogue_destroy(catalogue);
    return 0;
}
