/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The CT of a study: untilted slices that touch each other, from below the first sacral disc to
 * above T12/L1. */
#include "phantom/study_private.h"
#include "phantom/trunk_private.h"

#include <math.h>

#define BELOW_MM 20.0  /* the lower edge of the femoral heads, */
#define ABOVE_MM 40.0  /* and the disc above the first lumbar vertebra */
#define SHIFT_MM 15.0  /* the middle of the image in front of the spine's */
#define FOV_MM 400.0   /* at least, */
#define AROUND_MM 16.0 /* and this much more than the body is wide */

/* Keys of the noise: axial slices count from 0, sagittal ones from 1000. */
#define CT_NOISE_KEY 2000u

static const phantom_series ct_series = {"ct", "spine 3.0 STANDARD", "lumbar spine", 4, false};

static int nearest_disc(const phantom_anatomy *anatomy, double z, double *offset_mm) {
    int nearest = 0;
    for (int disc = 0; disc < anatomy->lumbar; disc++) {
        double offset = z - phantom_disc_centre(anatomy, disc).z;
        double best = z - phantom_disc_centre(anatomy, nearest).z;
        nearest = offset * offset < best * best ? disc : nearest;
    }
    *offset_mm = z - phantom_disc_centre(anatomy, nearest).z;
    return nearest;
}

static bool write_slice(phantom_study *study, const phantom_scene *scene, double z, int instance,
                        myo_error *err) {
    const myo_phantom_options *o = study->options;
    double fov_mm = fmax(FOV_MM, phantom_trunk_width_mm(scene->anatomy) + AROUND_MM);
    double pixel_mm = fov_mm / (double)o->matrix, half = 0.5 * pixel_mm * (double)(o->matrix - 1);
    myo_geometry geometry = {.columns = o->matrix,
                             .rows = o->matrix,
                             .column_spacing_mm = pixel_mm,
                             .row_spacing_mm = pixel_mm,
                             .thickness_mm = o->ct_thickness_mm,
                             .position_mm = {study->anatomy->origin_x - half, -SHIFT_MM - half, z},
                             .row_cosine = {1.0, 0.0, 0.0},
                             .column_cosine = {0.0, 1.0, 0.0}};
    myo_image *image = NULL, *fat = NULL;
    myo_labels *labels = NULL;
    char sop_uid[MYO_UID_SIZE];
    double offset_mm;
    int disc = nearest_disc(study->anatomy, z, &offset_mm);
    bool ok = phantom_paint(scene, &geometry, CT_NOISE_KEY + (uint64_t)instance, &image, &labels,
                            &fat, err) &&
              phantom_write_image(study, scene, &ct_series, instance, image, sop_uid, err) &&
              phantom_truth_add_ct(study, disc, offset_mm, instance, sop_uid, labels, fat, err);
    myo_image_destroy(image);
    myo_image_destroy(fat);
    myo_labels_destroy(labels);
    return ok;
}

bool phantom_write_ct(phantom_study *study, phantom_scene *scene, myo_error *err) {
    phantom_anatomy fine = *study->anatomy;
    phantom_trunk trunk;
    phantom_anatomy_refine(&fine);
    phantom_trunk_init(&fine, &trunk);
    fine.trunk = &trunk;
    phantom_trunk_landmarks(&fine, &study->landmarks);
    scene->anatomy = &fine;
    scene->disc = PHANTOM_BETWEEN_DISCS;
    scene->contrast = PHANTOM_CT;
    double top = phantom_disc_centre(&fine, fine.lumbar).z + ABOVE_MM;
    const phantom_landmarks *marks = &study->landmarks;
    double bottom = fmin(marks->head_mm[MYO_LEFT].z, marks->head_mm[MYO_RIGHT].z) -
                    marks->head_radius_mm - BELOW_MM;
    int count = 1 + (int)((top - bottom) / study->options->ct_thickness_mm);
    bool ok = phantom_create_series_folder(study, &ct_series, err);
    for (int i = 0; ok && i < count; i++) {
        ok = write_slice(study, scene, top - study->options->ct_thickness_mm * (double)i, i + 1,
                         err);
    }
    return ok;
}
