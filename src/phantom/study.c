/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole study: a sagittal series over the lumbar spine and an axial T2 series through its discs,
 * as a routine protocol has them. UIDs are made from the options, so the same options give the same
 * bytes.
 */
#include "phantom/study_private.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STUDY_DATE "20200101"
#define FIELD_T 3.0
#define ECHO_TRAIN 17

/* Creates the folder; one that holds anything is refused, so that nothing is ever overwritten. */
static bool need_empty_folder(const char *directory, myo_error *err) {
    if (!myo_folder_create(directory, err)) {
        return false;
    }
    DIR *folder = opendir(directory);
    if (!folder) {
        return myo_error_set(err, MYO_E_IO, "%s: cannot open: %s", directory, strerror(errno));
    }
    size_t entries = 0;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        entries += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(folder);
    return entries == 0 ||
           myo_error_set(err, MYO_E_ARGUMENT, "%s: not empty: give a new folder", directory);
}

/* "DIRECTORY/part/name"; the caller frees it. `name` may be NULL. */
static bool study_path(const phantom_study *study, const char *part, const char *name, char **out,
                       myo_error *err) {
    myo_text text = {0};
    myo_text_printf(&text, "%s/%s%s%s", study->directory, part, name ? "/" : "", name ? name : "");
    return myo_text_take(&text, out, err);
}

static bool create_folder(const phantom_study *study, const char *part, myo_error *err) {
    char *path;
    if (!study_path(study, part, NULL, &path, err)) {
        return false;
    }
    bool ok = myo_folder_create(path, err);
    free(path);
    return ok;
}

static void make_uid(const phantom_study *study, const char *what, int series_number, int instance,
                     char uid[MYO_UID_SIZE]) {
    char text[1024];
    snprintf(text, sizeof text, "%s %s %d %d", study->key, what, series_number, instance);
    myo_dicom_uid_from_text(text, uid);
}

/* Text of the options, from which the UIDs are made. The variant is in it only where it is not the
 * usual one. */
static bool init_key(phantom_study *study, myo_error *err) {
    const myo_phantom_options *o = study->options, usual = myo_phantom_defaults();
    myo_text text = {0}, variant = {0}, usual_variant = {0};
    phantom_describe_variant(o, &variant);
    phantom_describe_variant(&usual, &usual_variant);
    myo_text_printf(&text, "myotome phantom %" PRIu64 " %zu %.6f %.6f %.6f %.6f %.6f %d %d",
                    o->seed, o->matrix, o->pixel_mm, o->fat_fraction, o->noise_percent, o->bias,
                    o->height_m, (int)o->axial, (int)o->sagittal);
    bool ok = !text.failed && !variant.failed && !usual_variant.failed;
    if (ok) {
        bool differs = strcmp(variant.data, usual_variant.data) != 0;
        snprintf(study->key, sizeof study->key, "%s%s%s", text.data, differs ? " " : "",
                 differs ? variant.data : "");
    } else {
        myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    myo_text_clear(&text);
    myo_text_clear(&variant);
    myo_text_clear(&usual_variant);
    return ok;
}

static bool init_study(phantom_study *study, myo_error *err) {
    const myo_phantom_options *o = study->options;
    snprintf(study->patient_id, sizeof study->patient_id, "PHANTOM%04" PRIu64, o->seed);
    snprintf(study->patient_name, sizeof study->patient_name, "PHANTOM^SEED%" PRIu64, o->seed);
    /* A study ID has at most 16 characters. */
    snprintf(study->study_id, sizeof study->study_id, "%" PRIu64, o->seed % 1000000000u);
    if (!init_key(study, err)) {
        return false;
    }
    make_uid(study, "study", 0, 0, study->study_uid);
    make_uid(study, "frame", 0, 0, study->frame_uid);
    make_uid(study, "frame", o->own_frames ? 1 : 0, 0, study->sagittal_frame_uid);
    return true;
}

bool phantom_create_series_folder(const phantom_study *study, const phantom_series *series,
                                  myo_error *err) {
    char folder[64];
    snprintf(folder, sizeof folder, "dicom/%s", series->folder);
    return create_folder(study, folder, err);
}

bool phantom_write_image(const phantom_study *study, const phantom_scene *scene,
                         const phantom_series *of, int instance, const myo_image *image,
                         char sop_uid[MYO_UID_SIZE], myo_error *err) {
    char series_uid[MYO_UID_SIZE], folder[64], name[32], *path;
    make_uid(study, "series", of->number, 0, series_uid);
    make_uid(study, "image", of->number, instance, sop_uid);
    myo_mr_header header = {.patient_id = study->patient_id,
                            .patient_name = study->patient_name,
                            .patient_sex = "O",
                            .study_uid = study->study_uid,
                            .series_uid = series_uid,
                            .sop_uid = sop_uid,
                            .frame_of_reference_uid =
                                of->sagittal ? study->sagittal_frame_uid : study->frame_uid,
                            .study_date = STUDY_DATE,
                            .study_id = study->study_id,
                            .series_description = of->description,
                            .protocol = of->protocol,
                            .series_number = of->number,
                            .instance_number = instance,
                            .patient_size_m = study->options->height_m,
                            .echo_time_ms = scene->echo_time_ms,
                            .repetition_time_ms = scene->repetition_time_ms,
                            .field_strength_t = FIELD_T,
                            .echo_train_length = ECHO_TRAIN};
    snprintf(folder, sizeof folder, "dicom/%s", of->folder);
    snprintf(name, sizeof name, "%04d.dcm", instance);
    if (!study_path(study, folder, name, &path, err)) {
        return false;
    }
    bool ok = scene->contrast == PHANTOM_CT ? myo_dicom_write_ct(path, &header, image, err)
                                            : myo_dicom_write_mr(path, &header, image, err);
    free(path);
    return ok;
}

static bool calibrate(phantom_scene *scene, myo_error *err) {
    for (int disc = 0; disc < scene->anatomy->lumbar; disc++) {
        if (!phantom_calibrate_disc(scene, disc, err)) {
            return false;
        }
    }
    return true;
}

bool myo_phantom_write(const myo_phantom_options *options, const char *directory, myo_error *err) {
    if (!phantom_check_options(options, err)) {
        return false;
    }
    if (!options->axial && !options->sagittal && !options->ct) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "phantom: neither axial nor sagittal series, nor CT");
    }
    if (!need_empty_folder(directory, err)) {
        return false;
    }
    phantom_anatomy anatomy;
    phantom_anatomy_init(&anatomy, options);
    phantom_study study = {.anatomy = &anatomy, .options = options, .directory = directory};
    phantom_scene scene = phantom_axial_scene(&anatomy, options, 0);
    bool ok =
        init_study(&study, err) && create_folder(&study, "truth", err) && calibrate(&scene, err) &&
        (!options->axial || phantom_write_axial(&study, &scene, err)) &&
        (!options->sagittal || phantom_write_sagittal(&study, &scene, err)) &&
        (!options->ct || phantom_write_ct(&study, &scene, err)) && phantom_truth_write(&study, err);
    myo_text_clear(&study.truth);
    myo_text_clear(&study.ct_truth);
    return ok;
}
