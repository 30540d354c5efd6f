/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole study: a sagittal T2 series over the lumbar spine, and an axial T2 series of five stacks
 * of three slices, each tilted with its disc, in one frame of reference, as a routine protocol has
 * them. UIDs are made from the options, so the same options give the same bytes.
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
#define SAGITTAL_SERIES 2
#define AXIAL_SERIES 3

#define AXIAL_PER_DISC 3
#define AXIAL_SPACING_MM 4.4 /* 4 mm slices with a gap of a tenth */

#define SAGITTAL_SLICES 15
#define SAGITTAL_THICKNESS_MM 4.0
#define SAGITTAL_SPACING_MM 4.4
#define SAGITTAL_FOV_MM 288.0
#define SAGITTAL_SHIFT_MM 30.0 /* middle of the image behind the disc L2/3 */
#define SAGITTAL_TR_MS 3500.0
#define SAGITTAL_TE_MS 100.0

/* Keys of the noise: axial slices count from 0, sagittal ones from here. */
#define SAGITTAL_NOISE_KEY 1000u

/* What differs between the two series. */
typedef struct series {
    const char *folder, *description, *protocol;
    int number;
} series;

static const series axial_series = {"axial_t2", "t2_tse_tra", "t2_tse_tra_p2", AXIAL_SERIES};
static const series sagittal_series = {"sagittal_t2", "t2_tse_sag", "t2_tse_sag_p2",
                                       SAGITTAL_SERIES};

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
    char text[256];
    snprintf(text, sizeof text, "%s %s %d %d", study->key, what, series_number, instance);
    myo_dicom_uid_from_text(text, uid);
}

static void init_study(phantom_study *study) {
    const myo_phantom_options *o = study->options;
    snprintf(study->patient_id, sizeof study->patient_id, "PHANTOM%04" PRIu64, o->seed);
    snprintf(study->patient_name, sizeof study->patient_name, "PHANTOM^SEED%" PRIu64, o->seed);
    /* A study ID has at most 16 characters. */
    snprintf(study->study_id, sizeof study->study_id, "%" PRIu64, o->seed % 1000000000u);
    snprintf(study->key, sizeof study->key,
             "myotome phantom %" PRIu64 " %zu %.6f %.6f %.6f %.6f %.6f %d %d", o->seed, o->matrix,
             o->pixel_mm, o->fat_fraction, o->noise_percent, o->bias, o->height_m, (int)o->axial,
             (int)o->sagittal);
    make_uid(study, "study", 0, 0, study->study_uid);
    make_uid(study, "frame", 0, 0, study->frame_uid);
}

/* Writes one image; `sop_uid` receives its UID. */
static bool write_slice(const phantom_study *study, const phantom_scene *scene, const series *of,
                        int instance, const myo_image *image, char sop_uid[MYO_UID_SIZE],
                        myo_error *err) {
    char series_uid[MYO_UID_SIZE], folder[64], name[32], *path;
    make_uid(study, "series", of->number, 0, series_uid);
    make_uid(study, "image", of->number, instance, sop_uid);
    myo_mr_header header = {.patient_id = study->patient_id,
                            .patient_name = study->patient_name,
                            .patient_sex = "O",
                            .study_uid = study->study_uid,
                            .series_uid = series_uid,
                            .sop_uid = sop_uid,
                            .frame_of_reference_uid = study->frame_uid,
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
    bool ok = myo_dicom_write_mr(path, &header, image, err);
    free(path);
    return ok;
}

static bool write_axial_slice(phantom_study *study, const phantom_scene *scene, double offset_mm,
                              int instance, myo_error *err) {
    myo_image *image = NULL, *fat = NULL;
    myo_labels *labels = NULL;
    char sop_uid[MYO_UID_SIZE];
    myo_geometry geometry =
        phantom_axial_geometry(study->anatomy, study->options, scene->disc, offset_mm);
    bool ok = phantom_paint(scene, &geometry, (uint64_t)instance, &image, &labels, &fat, err) &&
              write_slice(study, scene, &axial_series, instance, image, sop_uid, err) &&
              phantom_truth_add(study, scene->disc, offset_mm, instance, sop_uid, labels, fat, err);
    myo_image_destroy(image);
    myo_image_destroy(fat);
    myo_labels_destroy(labels);
    return ok;
}

/* From head to foot, as such series are numbered. */
static bool write_axial(phantom_study *study, phantom_scene *scene, myo_error *err) {
    int instance = 0;
    for (int disc = PHANTOM_DISC_COUNT - 1; disc >= 0; disc--) {
        scene->disc = disc;
        for (int i = 0; i < AXIAL_PER_DISC; i++) {
            double offset_mm = AXIAL_SPACING_MM * (double)(AXIAL_PER_DISC / 2 - i);
            if (!write_axial_slice(study, scene, offset_mm, ++instance, err)) {
                return false;
            }
        }
    }
    return true;
}

/* Slices from the right to the left; rows run from the front to the back, columns downwards. */
static myo_geometry sagittal_geometry(const phantom_study *study, int index) {
    double pixel_mm = SAGITTAL_FOV_MM / (double)study->options->matrix;
    double half = 0.5 * pixel_mm * (double)(study->options->matrix - 1);
    double offset = SAGITTAL_SPACING_MM * ((double)index - 0.5 * (double)(SAGITTAL_SLICES - 1));
    return (myo_geometry){
        .columns = study->options->matrix,
        .rows = study->options->matrix,
        .column_spacing_mm = pixel_mm,
        .row_spacing_mm = pixel_mm,
        .thickness_mm = SAGITTAL_THICKNESS_MM,
        .position_mm = {study->anatomy->origin_x + offset, SAGITTAL_SHIFT_MM - half, half},
        .row_cosine = {0.0, 1.0, 0.0},
        .column_cosine = {0.0, 0.0, -1.0}};
}

static bool write_sagittal(const phantom_study *study, phantom_scene *scene, myo_error *err) {
    scene->echo_time_ms = SAGITTAL_TE_MS;
    scene->repetition_time_ms = SAGITTAL_TR_MS;
    scene->disc = PHANTOM_BETWEEN_DISCS;
    for (int i = 0; i < SAGITTAL_SLICES; i++) {
        myo_image *image = NULL;
        char sop_uid[MYO_UID_SIZE];
        myo_geometry geometry = sagittal_geometry(study, i);
        uint64_t key = SAGITTAL_NOISE_KEY + (uint64_t)i;
        bool ok = phantom_paint(scene, &geometry, key, &image, NULL, NULL, err) &&
                  write_slice(study, scene, &sagittal_series, i + 1, image, sop_uid, err);
        myo_image_destroy(image);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool calibrate(phantom_scene *scene, myo_error *err) {
    for (int disc = 0; disc < PHANTOM_DISC_COUNT; disc++) {
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
    if (!options->axial && !options->sagittal) {
        return myo_error_set(err, MYO_E_ARGUMENT, "phantom: neither axial nor sagittal series");
    }
    if (!need_empty_folder(directory, err)) {
        return false;
    }
    phantom_anatomy anatomy;
    phantom_anatomy_init(&anatomy, options->seed);
    phantom_study study = {.anatomy = &anatomy, .options = options, .directory = directory};
    init_study(&study);
    phantom_scene scene = phantom_axial_scene(&anatomy, options, 0);
    bool ok = create_folder(&study, "truth", err) &&
              (!options->axial || create_folder(&study, "dicom/axial_t2", err)) &&
              (!options->sagittal || create_folder(&study, "dicom/sagittal_t2", err)) &&
              calibrate(&scene, err) && (!options->axial || write_axial(&study, &scene, err)) &&
              (!options->sagittal || write_sagittal(&study, &scene, err)) &&
              phantom_truth_write(&study, err);
    myo_text_clear(&study.truth);
    return ok;
}
