/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sagittal series of a study: T2, or a fat-suppressed water image. */
#include "phantom/study_private.h"

#define SAGITTAL_SLICES 15
#define SAGITTAL_THICKNESS_MM 4.0
#define SAGITTAL_SPACING_MM 4.4
#define SAGITTAL_SHIFT_MM 30.0 /* middle of the image behind the fourth disc from below */
#define SAGITTAL_TR_MS 3500.0
#define SAGITTAL_TE_MS 100.0

/* Keys of the noise: axial slices count from 0, sagittal ones from here. */
#define SAGITTAL_NOISE_KEY 1000u

static const phantom_series t2_series = {"sagittal_t2", "t2_tse_sag", "t2_tse_sag_p2", 2, true};
static const phantom_series water_series = {"sagittal_water", "t2_tse_dixon_sag_W",
                                            "t2_tse_dixon_sag", 2, true};

/* Slices from the right to the left; rows run from the front to the back, columns downwards. */
static myo_geometry sagittal_geometry(const phantom_study *study, int index) {
    const myo_phantom_options *options = study->options;
    double pixel_mm = options->sagittal_fov_mm / (double)options->matrix;
    double half = 0.5 * pixel_mm * (double)(options->matrix - 1);
    double offset = SAGITTAL_SPACING_MM * ((double)index - 0.5 * (double)(SAGITTAL_SLICES - 1));
    return (myo_geometry){.columns = options->matrix,
                          .rows = options->matrix,
                          .column_spacing_mm = pixel_mm,
                          .row_spacing_mm = pixel_mm,
                          .thickness_mm = SAGITTAL_THICKNESS_MM,
                          .position_mm = {study->anatomy->origin_x + offset,
                                          SAGITTAL_SHIFT_MM - half,
                                          options->sagittal_offset_mm + half},
                          .row_cosine = {0.0, 1.0, 0.0},
                          .column_cosine = {0.0, 0.0, -1.0}};
}

/* Paints and writes all slices. */
static bool write_slices(const phantom_study *study, const phantom_scene *scene,
                         const phantom_series *series, myo_error *err) {
    for (int i = 0; i < SAGITTAL_SLICES; i++) {
        myo_image *image = NULL;
        char sop_uid[MYO_UID_SIZE];
        myo_geometry geometry = sagittal_geometry(study, i);
        uint64_t key = SAGITTAL_NOISE_KEY + (uint64_t)i;
        bool ok = phantom_paint(scene, &geometry, key, &image, NULL, NULL, err) &&
                  phantom_write_image(study, scene, series, i + 1, image, sop_uid, err);
        myo_image_destroy(image);
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool phantom_write_sagittal(const phantom_study *study, phantom_scene *scene, myo_error *err) {
    const phantom_series *series = study->options->sagittal_water ? &water_series : &t2_series;
    scene->echo_time_ms = SAGITTAL_TE_MS;
    scene->repetition_time_ms = SAGITTAL_TR_MS;
    scene->disc = PHANTOM_BETWEEN_DISCS;
    scene->contrast = study->options->sagittal_water ? PHANTOM_SAGITTAL_WATER : PHANTOM_SAGITTAL_T2;
    phantom_anatomy fine = *study->anatomy;
    phantom_anatomy_refine(&fine);
    scene->anatomy = &fine;
    return phantom_create_series_folder(study, series, err) &&
           write_slices(study, scene, series, err);
}
