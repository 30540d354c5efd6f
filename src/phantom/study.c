/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole study: a sagittal series over the lumbar spine and an axial T2 series through its discs,
 * as a routine protocol has them. UIDs are made from the options, so the same options give the same
 * bytes.
 */
#include "phantom/study_private.h"

#include "base/file.h"
#include "phantom/random_private.h"

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

/* How much less or more than asked the fat of one patient of several may be: an estimate. */
#define FAT_SPREAD 0.5
#define FAT_FRACTION_MAX 0.6 /* that of the options */
#define KEY_FAT 6001         /* of the random number */

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
    char folder[128];
    snprintf(folder, sizeof folder, "dicom%s/%s", study->folder, series->folder);
    return create_folder(study, folder, err);
}

bool phantom_write_image(const phantom_study *study, const phantom_scene *scene,
                         const phantom_series *of, int instance, const myo_image *image,
                         char sop_uid[MYO_UID_SIZE], myo_error *err) {
    char series_uid[MYO_UID_SIZE], folder[128], name[32], *path;
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
    snprintf(folder, sizeof folder, "dicom%s/%s", study->folder, of->folder);
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

/* Writes one patient below folders that exist. */
static bool write_patient(phantom_study *study, bool own_folder, myo_error *err) {
    const myo_phantom_options *options = study->options;
    phantom_anatomy anatomy;
    phantom_anatomy_init(&anatomy, options);
    study->anatomy = &anatomy;
    phantom_scene scene = phantom_axial_scene(&anatomy, options, 0);
    char truth[64];
    bool ok = init_study(study, err);
    if (own_folder) {
        snprintf(study->folder, sizeof study->folder, "/%s", study->patient_id);
    }
    snprintf(truth, sizeof truth, "truth%s", study->folder);
    ok = ok && create_folder(study, truth, err) && calibrate(&scene, err) &&
         (!options->axial || phantom_write_axial(study, &scene, err)) &&
         (!options->sagittal || phantom_write_sagittal(study, &scene, err)) &&
         (!options->ct || phantom_write_ct(study, &scene, err)) &&
         phantom_truth_write(study, err) && phantom_write_readers(study, err);
    myo_text_clear(&study->truth);
    myo_text_clear(&study->ct_truth);
    myo_labels_destroy(study->reader_slice);
    return ok;
}

static bool check_cohort(const myo_phantom_options *options, int patients, int readers,
                         myo_error *err) {
    if (!phantom_check_options(options, err) ||
        !phantom_need_range("number of patients", patients, 1.0, MYO_PHANTOM_PATIENTS_MAX, err) ||
        !phantom_need_range("number of readers", readers, 0.0, MYO_PHANTOM_READERS_MAX, err)) {
        return false;
    }
    if (!options->axial && !options->sagittal && !options->ct) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "phantom: neither axial nor sagittal series, nor CT");
    }
    int above = phantom_reader_disc(options) - phantom_lowest_axial(options);
    bool outlined = options->axial && above >= 0 && above < phantom_axial_count(options);
    return readers == 0 || outlined ||
           myo_error_set(err, MYO_E_ARGUMENT,
                         "phantom: readers outline the axial slice at L4/5, which is not written");
}

/* The options of one patient of several: seeds follow each other, and fat differs as the seed has
 * it. */
static myo_phantom_options patient_options(const myo_phantom_options *options, int patient,
                                           int patients) {
    myo_phantom_options own = *options;
    own.seed += (uint64_t)patient;
    if (patients > 1) {
        phantom_random random = {phantom_hash(own.seed + KEY_FAT)};
        double factor = phantom_random_uniform(&random, 1.0 - FAT_SPREAD, 1.0 + FAT_SPREAD);
        own.fat_fraction = fmin(FAT_FRACTION_MAX, factor * options->fat_fraction);
    }
    return own;
}

bool myo_phantom_write_cohort(const myo_phantom_options *options, int patients, int readers,
                              const char *directory, myo_error *err) {
    if (!check_cohort(options, patients, readers, err) || !need_empty_folder(directory, err)) {
        return false;
    }
    phantom_study place = {.directory = directory};
    bool ok = true;
    for (int reader = 1; ok && reader <= readers; reader++) {
        char folder[32];
        snprintf(folder, sizeof folder, "reader%d", reader);
        ok = create_folder(&place, folder, err);
    }
    for (int i = 0; ok && i < patients; i++) {
        myo_phantom_options own = patient_options(options, i, patients);
        phantom_study study = {.options = &own,
                               .directory = directory,
                               .readers = readers,
                               .first_seed = options->seed};
        ok = write_patient(&study, patients > 1, err);
    }
    return ok;
}

bool myo_phantom_write(const myo_phantom_options *options, const char *directory, myo_error *err) {
    return myo_phantom_write_cohort(options, 1, 0, directory, err);
}
