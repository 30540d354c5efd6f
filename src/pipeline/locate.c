/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a study shows a level: reads the sagittal series, finds its discs, chooses the slice. */
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <myotome/locate.h>
#include <myotome/segment.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A volume of thin slices is thinned out to about this many: a spine needs no more. */
#define SAGITTAL_SLICES_MAX 40

/* Reads slices of a series, all of them or of many every n-th; those that cannot be read are left
 * out. `images` has room for SAGITTAL_SLICES_MAX. */
static bool read_slices(const myo_series *series, myo_image **images, size_t *count,
                        myo_location *out, myo_error *err) {
    size_t every = (series->instance_count + SAGITTAL_SLICES_MAX - 1) / SAGITTAL_SLICES_MAX;
    myo_text hashes = {0};
    for (size_t i = every / 2; i < series->instance_count; i += every) {
        const myo_instance *instance = &series->instances[i];
        char sha256[MYO_SHA256_HEX_SIZE];
        myo_error reason = {0};
        if (!instance->has_position || !instance->has_spacing) {
            out->sagittal_unreadable++;
        } else if (myo_dicom_read_slice(instance, &images[*count], sha256, &reason)) {
            myo_text_printf(&hashes, "%s", sha256);
            (*count)++;
        } else {
            snprintf(out->note, sizeof out->note, "%s", reason.message);
            out->sagittal_unreadable++;
        }
    }
    bool done = !hashes.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    if (done && *count > 0) {
        myo_hash_sha256(hashes.data, hashes.length, out->sagittal_sha256);
    }
    myo_text_clear(&hashes);
    return done;
}

/* Finds the discs; that there are none is no error. */
static bool find_spine(myo_location *out, myo_error *err) {
    myo_image *images[SAGITTAL_SLICES_MAX] = {0};
    size_t count = 0;
    myo_error reason = {0};
    bool done = read_slices(out->sagittal, images, &count, out, err);
    if (done && count > 0 &&
        !myo_spine_find((const myo_image *const *)images, count, &out->spine, &reason)) {
        out->spine = (myo_spine){0};
        snprintf(out->note, sizeof out->note, "%s", reason.message);
        done = reason.code != MYO_E_MEMORY || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    } else if (done && out->spine.count == 0 && !*out->note) {
        snprintf(out->note, sizeof out->note, "no discs were found on the sagittal series");
    }
    for (size_t i = 0; i < count; i++) {
        myo_image_destroy(images[i]);
    }
    return done;
}

/* The caudal index of a slice, by the outlines of the first built-in segmenter. */
static double look_at_slice(const myo_instance *instance) {
    size_t count;
    const myo_segmenter *const *segmenters = myo_segmenter_builtins(&count);
    myo_image *image = NULL;
    myo_outlines outlines = {0};
    double index = NAN;
    if (myo_dicom_read_slice(instance, &image, NULL, NULL) &&
        myo_segment_slice(segmenters[0], image, NULL, &outlines, NULL) &&
        !myo_level_caudal_index(outlines.labels, &index)) {
        index = NAN;
    }
    myo_outlines_clear(&outlines);
    myo_image_destroy(image);
    return index;
}

/* Looks at the slices that may tell the level; returns how many. */
static size_t look_at_slices(const myo_series *series, myo_level_look looks[MYO_LEVEL_LOOKS_MAX]) {
    const myo_instance *slices[MYO_LEVEL_LOOKS_MAX];
    size_t count = myo_level_list_slices(series, slices);
    for (size_t i = 0; i < count; i++) {
        looks[i] = (myo_level_look){slices[i], look_at_slice(slices[i])};
    }
    return count;
}

/* The same name in static storage, or NULL. */
static const char *find_level_name(const char *level) {
    size_t count;
    const char *const *names = myo_level_names(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], level) == 0) {
            return names[i];
        }
    }
    return NULL;
}

bool myo_locate_level(const myo_study *study, const myo_location_query *query, myo_location *out,
                      myo_error *err) {
    *out = (myo_location){0};
    const char *level = query->level ? query->level : "L4/5";
    out->level = find_level_name(level);
    if (query->slice) {
        out->has_slice =
            myo_level_choose_slice(study, NULL, NULL, level, query->slice, &out->slice, err);
        out->axial = out->has_slice ? out->slice.series : NULL;
        return out->has_slice;
    }
    bool has_axial = myo_level_choose_series(study, query->series, &out->axial, err);
    out->axial = has_axial ? out->axial : NULL;
    const char *reason = NULL;
    out->sagittal = myo_level_find_sagittal(study, out->axial, &reason);
    if (!out->sagittal) {
        snprintf(out->note, sizeof out->note, "%s", reason);
    } else if (!find_spine(out, err)) {
        return false;
    }
    if (!has_axial) {
        return false;
    }
    myo_level_look looks[MYO_LEVEL_LOOKS_MAX];
    const myo_spine *spine = out->spine.count > 0 ? &out->spine : NULL;
    myo_level_evidence evidence = {.spine = spine};
    if (!spine || !myo_spine_get_disc(spine, level)) {
        evidence.looks = looks;
        evidence.look_count = look_at_slices(out->axial, looks);
    }
    out->has_slice =
        myo_level_choose_slice(study, out->axial, &evidence, level, NULL, &out->slice, err);
    out->has_other = out->has_slice && spine &&
                     myo_level_choose_other_slice(out->axial, spine, level, &out->other);
    return out->has_slice;
}
