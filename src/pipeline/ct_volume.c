/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The volume of a CT stack, slice by slice, so that only one of them is in memory besides it. */
#include "pipeline/ct_volume_private.h"

#include "base/hash.h"
#include "base/text.h"

#include <string.h>

static bool add_slices(const myo_series *series, const myo_stack *stack, myo_ct *ct,
                       myo_text *hashes, size_t *unreadable, myo_error *reason) {
    for (size_t i = 0; i < stack->count; i++) {
        myo_image *image = NULL;
        char sha256[MYO_SHA256_HEX_SIZE];
        if (myo_dicom_read_slice(&series->instances[stack->first + i], &image, sha256, reason) &&
            myo_ct_add_slice(ct, image, reason)) {
            myo_text_printf(hashes, "%s", sha256);
        } else {
            (*unreadable)++;
        }
        myo_image_destroy(image);
    }
    return !hashes->failed;
}

bool ct_volume_read(const myo_series *series, const myo_stack *stack, myo_ct **out,
                    char sha256[MYO_SHA256_HEX_SIZE], size_t *unreadable, myo_error *reason,
                    myo_error *err) {
    const myo_instance *first = &series->instances[stack->first];
    const myo_instance *last = first + stack->count - 1;
    myo_ct *ct = NULL;
    myo_text hashes = {0};
    *unreadable = 0;
    bool done = myo_ct_create(&first->geometry, &last->geometry, stack->count, &ct, err) &&
                (add_slices(series, stack, ct, &hashes, unreadable, reason) ||
                 myo_error_set(err, MYO_E_MEMORY, "out of memory")) &&
                myo_ct_finish(ct, err);
    if (done) {
        myo_hash_sha256(hashes.data, hashes.length, sha256);
        *out = ct;
    } else {
        myo_ct_destroy(ct);
    }
    myo_text_clear(&hashes);
    return done;
}
