/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options, the geometry of axial slices, and a single slice without files. */
#include "phantom/study_private.h"

#include <math.h>

#define AXIAL_THICKNESS_MM 4.0
#define AXIAL_TR_MS 4000.0
#define AXIAL_TE_MS 105.0

/* How far behind the disc's centre the middle of an axial slice lies, mm: the back muscles fill
 * the lower half of the image. */
#define AXIAL_SHIFT_MM 18.0

myo_phantom_options myo_phantom_defaults(void) {
    return (myo_phantom_options){.seed = 1,
                                 .matrix = 384,
                                 .pixel_mm = 0.55,
                                 .fat_fraction = 0.20,
                                 .noise_percent = 10.0,
                                 .bias = 3.0,
                                 .height_m = 1.66,
                                 .axial = true,
                                 .sagittal = true};
}

/* NaN is outside of every range. */
static bool need_range(const char *name, double value, double minimum, double maximum,
                       myo_error *err) {
    return (value >= minimum && value <= maximum) ||
           myo_error_set(err, MYO_E_RANGE, "phantom: %s is %g, not between %g and %g", name, value,
                         minimum, maximum);
}

bool phantom_check_options(const myo_phantom_options *options, myo_error *err) {
    return need_range("matrix", (double)options->matrix, 128.0, 1024.0, err) &&
           need_range("pixel size in mm", options->pixel_mm, 0.2, 2.0, err) &&
           need_range("fat fraction", options->fat_fraction, 0.0, 0.6, err) &&
           need_range("noise in percent", options->noise_percent, 0.0, 100.0, err) &&
           need_range("bias", options->bias, 1.0, 5.0, err) &&
           (options->height_m == 0.0 ||
            need_range("height in m", options->height_m, 0.5, 2.5, err));
}

myo_geometry phantom_axial_geometry(const phantom_anatomy *anatomy,
                                    const myo_phantom_options *options, int disc,
                                    double offset_mm) {
    double tilt = phantom_disc_tilt(anatomy, disc);
    myo_vec3 centre = phantom_disc_centre(anatomy, disc);
    myo_geometry geometry = {.columns = options->matrix,
                             .rows = options->matrix,
                             .column_spacing_mm = options->pixel_mm,
                             .row_spacing_mm = options->pixel_mm,
                             .thickness_mm = AXIAL_THICKNESS_MM,
                             .row_cosine = {1.0, 0.0, 0.0},
                             .column_cosine = {0.0, cos(tilt), sin(tilt)}};
    double half = 0.5 * options->pixel_mm * (double)(options->matrix - 1);
    myo_vec3 normal = myo_geometry_normal(&geometry);
    double down = half - AXIAL_SHIFT_MM;
    geometry.position_mm.x = centre.x - half;
    geometry.position_mm.y = centre.y - down * geometry.column_cosine.y + offset_mm * normal.y;
    geometry.position_mm.z = centre.z - down * geometry.column_cosine.z + offset_mm * normal.z;
    return geometry;
}

phantom_scene phantom_axial_scene(const phantom_anatomy *anatomy,
                                  const myo_phantom_options *options, int disc) {
    return (phantom_scene){.anatomy = anatomy,
                           .options = options,
                           .disc = disc,
                           .echo_time_ms = AXIAL_TE_MS,
                           .repetition_time_ms = AXIAL_TR_MS};
}

bool phantom_calibrate_disc(phantom_scene *scene, int disc, myo_error *err) {
    myo_geometry geometry = phantom_axial_geometry(scene->anatomy, scene->options, disc, 0.0);
    return phantom_calibrate_fat(scene, &geometry, disc, err);
}

bool myo_phantom_slice(const myo_phantom_options *options, myo_image **image, myo_labels **labels,
                       myo_image **fat, myo_error *err) {
    phantom_anatomy anatomy;
    if (!phantom_check_options(options, err)) {
        return false;
    }
    phantom_anatomy_init(&anatomy, options->seed);
    phantom_scene scene = phantom_axial_scene(&anatomy, options, PHANTOM_LEVEL_L45);
    if (!phantom_calibrate_disc(&scene, PHANTOM_LEVEL_L45, err)) {
        return false;
    }
    myo_geometry geometry = phantom_axial_geometry(&anatomy, options, PHANTOM_LEVEL_L45, 0.0);
    return phantom_paint(&scene, &geometry, 0, image, labels, fat, err);
}
