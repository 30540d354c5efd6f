/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of what myo_locate_level() decided: which slice it is drawn on, and its file. */
#include "base/file.h"
#include "base/memory.h"
#include "pipeline/ct_volume_private.h"
#include "pipeline/identity_private.h"
#include "pipeline/locate_picture_private.h"
#include "pipeline/names_private.h"
#include "report/label_map.h"
#include "report/level_picture.h"

#include <math.h>
#include <myotome/locate.h>
#include <stdio.h>
#include <stdlib.h>

/* Pixels of a cut through a CT volume. */
#define REFORMAT_MM 0.8

/* Room for "/sub-<id>/ses-<date>/", the stem and the ending. */
#define FILE_SIZE (2 * NAMES_STEM_SIZE)

/* The point that the slice should go through: the disc looked for, or else the middle one. */
static bool find_target(const myo_location *location, myo_vec3 *target) {
    const myo_spine *spine = &location->spine;
    if (spine->count == 0) {
        return false;
    }
    const myo_disc *disc = myo_spine_get_disc(spine, location->level);
    *target = (disc ? disc : &spine->discs[spine->count / 2])->centre_mm;
    return true;
}

static bool is_drawable(const myo_instance *instance) {
    return instance->has_position && instance->has_spacing &&
           myo_geometry_plane(&instance->geometry) == MYO_PLANE_SAGITTAL;
}

/* How far a slice is from the one to be drawn: in mm from the target, outside of which it does not
 * count, or in slices from the middle of the series. */
static double measure_distance(const myo_series *series, size_t index, const myo_vec3 *target) {
    if (!target) {
        return fabs((double)index - ((double)series->instance_count - 1.0) / 2.0);
    }
    double distance_mm;
    myo_geometry_from_patient(&series->instances[index].geometry, *target, NULL, NULL,
                              &distance_mm);
    return fabs(distance_mm);
}

/* Reads the nearest slice that can be read; NULL when there is none. */
static const myo_instance *read_nearest(const myo_location *location, myo_image **image) {
    const myo_series *series = location->sagittal;
    myo_vec3 target;
    bool has_target = find_target(location, &target);
    double beyond = -1.0;
    size_t last = 0;
    for (size_t tried = 0; tried < series->instance_count; tried++) {
        const myo_instance *nearest = NULL;
        double least = (double)INFINITY;
        size_t index = 0;
        for (size_t i = 0; i < series->instance_count; i++) {
            double distance = measure_distance(series, i, has_target ? &target : NULL);
            bool is_next = distance > beyond || (distance == beyond && i > last);
            if (is_drawable(&series->instances[i]) && is_next && distance < least) {
                nearest = &series->instances[i];
                least = distance;
                index = i;
            }
        }
        if (!nearest || myo_dicom_read_slice(nearest, image, NULL, NULL)) {
            return nearest;
        }
        beyond = least;
        last = index;
    }
    return NULL;
}

/* True when another study of the catalogue would get the same name. */
static bool is_name_shared(const myo_catalogue *catalogue, const myo_study *study) {
    size_t count = myo_catalogue_get_study_count(catalogue);
    for (size_t i = 0; i < count; i++) {
        const myo_study *other = myo_catalogue_get_study(catalogue, i);
        if (other != study && names_are_shared(study, other)) {
            return true;
        }
    }
    return false;
}

/* Creates the folder and puts the path of the picture together. The caller frees *path. */
static bool make_path(const myo_catalogue *catalogue, const myo_study *study, const char *level,
                      const char *folder, char **path, myo_error *err) {
    char subject[NAMES_SUBJECT_SIZE], stem[NAMES_STEM_SIZE], name[FILE_SIZE];
    char key[STUDY_KEY_SIZE];
    const char *date = study->study_date;
    char no_secret[] = "";
    identity shown = {.key = no_secret};
    identity_study_key(&shown, study, key);
    names_stem(study, level, is_name_shared(catalogue, study) ? key : NULL, stem);
    myo_report_subject(study->patient_id, subject, sizeof subject);
    snprintf(name, sizeof name, "sub-%s%s%s", subject, *date ? "/ses-" : "", date);
    char *place = NULL;
    bool done = myo_path_join(folder, name, &place, err) && myo_folder_create(place, err);
    snprintf(name, sizeof name, "%s_level.png", stem);
    done = done && myo_path_join(place, name, path, err);
    free(place);
    return done;
}

/* The slice to draw on: of the sagittal series, or a sagittal cut through the CT volume (then
 * without an instance). False when there is nothing to draw. */
static bool find_slice(const myo_location *location, const myo_ct *ct,
                       const myo_instance **instance, myo_image **image) {
    myo_vec3 target;
    *instance = NULL;
    if (!location->level) {
        return false;
    }
    if (location->volume) {
        return ct && find_target(location, &target) &&
               myo_ct_reformat_sagittal(ct, target.x, REFORMAT_MM, image, NULL);
    }
    *instance = location->sagittal ? read_nearest(location, image) : NULL;
    return *instance != NULL;
}

static bool write_picture(const myo_study *study, const myo_location *location, const ct_scan *scan,
                          const myo_instance *instance, const myo_image *image, const char *path,
                          myo_error *err) {
    myo_report_location shown = {.patient_id = study->patient_id,
                                 .study_date = study->study_date,
                                 .level = location->level,
                                 .sagittal =
                                     location->volume ? location->volume : location->sagittal,
                                 .instance = instance,
                                 .sagittal_unreadable = location->sagittal_unreadable,
                                 .spine = &location->spine,
                                 .axial = location->axial,
                                 .slice = location->has_slice ? &location->slice : NULL,
                                 .other = location->has_other ? &location->other : NULL,
                                 .vertebrae = scan->vertebrae,
                                 .vertebra_count = scan->vertebra_count};
    return myo_report_level_picture_write(path, image, &shown, err);
}

bool locate_picture_write(const myo_study *study, const myo_location *location, const ct_scan *scan,
                          const char *path, myo_error *err) {
    const myo_instance *instance;
    myo_image *image = NULL;
    bool done = !find_slice(location, scan->ct, &instance, &image) ||
                write_picture(study, location, scan, instance, image, path, err);
    myo_image_destroy(image);
    return done;
}

/* The volume of a location on CT again; NULL when there is none. */
static void read_volume(const myo_location *location, myo_ct **ct) {
    const myo_stack *stack = location->volume ? myo_level_find_volume(location->volume) : NULL;
    char sha256[MYO_SHA256_HEX_SIZE];
    size_t unreadable;
    if (stack) {
        ct_volume_read(location->volume, stack, ct, sha256, &unreadable, NULL, NULL);
    }
}

bool myo_locate_draw(const myo_catalogue *catalogue, const myo_study *study,
                     const myo_location *location, const char *folder, myo_error *err) {
    const myo_instance *instance;
    myo_image *image = NULL;
    char *path = NULL;
    ct_scan scan = {0};
    read_volume(location, &scan.ct);
    bool done = !find_slice(location, scan.ct, &instance, &image) ||
                (make_path(catalogue, study, location->level, folder, &path, err) &&
                 write_picture(study, location, &scan, instance, image, path, err));
    free(path);
    ct_scan_clear(&scan);
    myo_image_destroy(image);
    return done;
}
