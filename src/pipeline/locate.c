/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a study shows a level: reads the sagittal series, finds its discs, chooses the slice. */
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "pipeline/ct_volume_private.h"
#include "pipeline/locate_private.h"

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

bool ct_scan_read(const myo_series *series, const myo_tissue_mapper *mapper, size_t threads,
                  ct_scan *scan, myo_error *err) {
    const myo_stack *stack = myo_level_find_volume(series);
    scan->series = series;
    return stack ? ct_volume_read(series, stack, &scan->ct, scan->sha256, &scan->unreadable,
                                  &scan->unreadable_reason, err) &&
                       myo_ct_find_anatomy(scan->ct, mapper, threads, &scan->anatomy, err)
                 : myo_error_set(err, MYO_E_NOT_FOUND, "it has no axial stack");
}

/* Reads a CT series and finds its discs; that there are none is no error. */
static bool find_ct_spine(const myo_series *series, const myo_location_query *query,
                          myo_location *out, ct_scan *scan, myo_error *err) {
    myo_error reason = {0};
    if (!ct_scan_read(series, query->mapper, query->threads, scan, &reason)) {
        snprintf(out->note, sizeof out->note, "%s", reason.message);
        return reason.code != MYO_E_MEMORY || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    out->volume = series;
    out->spine = scan->anatomy.spine;
    out->sagittal_unreadable = scan->unreadable;
    memcpy(out->sagittal_sha256, scan->sha256, sizeof out->sagittal_sha256);
    snprintf(out->note, sizeof out->note, "%s",
             out->spine.count == 0 ? "no spinal canal with discs was found"
                                   : scan->unreadable_reason.message);
    return true;
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

/* The slice that the user named, and the volume around it if it is CT. */
static bool locate_named_slice(const myo_study *study, const myo_location_query *query,
                               myo_location *out, ct_scan *scan, myo_error *err) {
    out->has_slice = myo_level_choose_slice(
        study, NULL, NULL, out->level ? out->level : query->level, query->slice, &out->slice, err);
    out->axial = out->has_slice ? out->slice.series : NULL;
    return out->has_slice && (out->axial->modality != MYO_MODALITY_CT ||
                              find_ct_spine(out->axial, query, out, scan, err));
}

static bool locate_on_ct(const myo_study *study, const char *level, const myo_location_query *query,
                         myo_location *out, ct_scan *scan, myo_error *err) {
    if (!find_ct_spine(out->axial, query, out, scan, err)) {
        return false;
    }
    myo_level_evidence evidence = {.spine = out->spine.count > 0 ? &out->spine : NULL,
                                   .is_volume = true};
    if (!evidence.spine) {
        return myo_error_set(err, MYO_E_NOT_FOUND,
                             "no level was found on CT series %d (\"%s\"): %s", out->axial->number,
                             out->axial->description, out->note);
    }
    out->has_slice =
        myo_level_choose_slice(study, out->axial, &evidence, level, NULL, &out->slice, err);
    out->has_other =
        out->has_slice && myo_level_choose_other_slice(out->axial, &out->spine, level, &out->other);
    out->other.source = out->has_other ? out->slice.source : NULL;
    return out->has_slice;
}

static bool locate_on_mr(const myo_study *study, const char *level, bool has_axial,
                         myo_location *out, myo_error *err) {
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

void ct_scan_clear(ct_scan *scan) {
    myo_ct_destroy(scan->ct);
    myo_ct_anatomy_clear(&scan->anatomy);
    *scan = (ct_scan){0};
}

/* A study of CT alone is told what its CT lacks, and not that MR is missing. */
static bool is_all_ct(const myo_study *study) {
    bool all = study->series_count > 0;
    for (size_t i = 0; i < study->series_count; i++) {
        all = all && study->series[i].modality == MYO_MODALITY_CT;
    }
    return all;
}

bool locate_with_scan(const myo_study *study, const myo_location_query *query, myo_location *out,
                      ct_scan *scan, myo_error *err) {
    *out = (myo_location){0};
    const char *level = query->level ? query->level : "L4/5";
    out->level = find_level_name(level);
    if (query->slice) {
        return locate_named_slice(study, query, out, scan, err);
    }
    myo_error no_mr = {0}, no_ct = {0};
    bool has_axial = myo_level_choose_series(study, query->series, &out->axial, &no_mr);
    const myo_series *series = NULL;
    if (!has_axial && myo_level_choose_ct_series(study, query->series, &series, &no_ct)) {
        out->axial = series;
        return locate_on_ct(study, level, query, out, scan, err);
    }
    out->axial = has_axial ? out->axial : NULL;
    if (locate_on_mr(study, level, has_axial, out, err)) {
        return true;
    }
    const myo_error *reason = is_all_ct(study) ? &no_ct : &no_mr;
    if (!has_axial) {
        myo_error_set(err, reason->code, "%s", reason->message);
    }
    return false;
}

bool myo_locate_level(const myo_study *study, const myo_location_query *query, myo_location *out,
                      myo_error *err) {
    ct_scan scan = {0};
    bool found = locate_with_scan(study, query, out, &scan, err);
    ct_scan_clear(&scan);
    return found;
}
