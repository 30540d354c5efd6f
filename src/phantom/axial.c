/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Axial slices: the one of myo_phantom_slice(), and the axial series of a study. Its protocol is
 * either a stack of three slices for each disc, tilted with it, or one block without tilt.
 */
#include "phantom/study_private.h"

#include <math.h>

#define AXIAL_THICKNESS_MM 4.0
#define AXIAL_SPACING_MM 4.4 /* a gap of a tenth */
#define AXIAL_TR_MS 4000.0
#define AXIAL_TE_MS 105.0
#define AXIAL_PER_DISC 3

/* How far a block reaches above the centre of its highest disc and below that of its lowest. */
#define BLOCK_ABOVE_MM 9.0
#define BLOCK_BELOW_MM 15.0

/* How far behind the disc's centre the middle of an axial slice lies, mm: the back muscles fill
 * the lower half of the image. */
#define AXIAL_SHIFT_MM 18.0

static const phantom_series axial_series = {"axial_t2", "t2_tse_tra", "t2_tse_tra_p2", 3, false};

int phantom_lowest_axial(const myo_phantom_options *options) {
    return options->axial_from ? options->lumbar - options->axial_from : 0;
}

int phantom_axial_count(const myo_phantom_options *options) {
    return options->axial_stacks ? options->axial_stacks
                                 : options->lumbar - phantom_lowest_axial(options);
}

int phantom_reader_disc(const myo_phantom_options *options) {
    return options->lumbar - 4;
}

/* A slice tilted by `tilt` radians, `offset_mm` along its normal from a point of the spine. */
static myo_geometry axial_geometry(const myo_phantom_options *options, myo_vec3 centre, double tilt,
                                   double offset_mm) {
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

static myo_geometry disc_geometry(const phantom_scene *scene, int disc, double offset_mm) {
    return axial_geometry(scene->options, phantom_disc_centre(scene->anatomy, disc),
                          phantom_disc_tilt(scene->anatomy, disc), offset_mm);
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
    myo_geometry geometry = disc_geometry(scene, disc, 0.0);
    return phantom_calibrate_fat(scene, &geometry, disc, err);
}

bool myo_phantom_slice(const myo_phantom_options *options, myo_image **image, myo_labels **labels,
                       myo_image **fat, myo_error *err) {
    phantom_anatomy anatomy;
    if (!phantom_check_options(options, err)) {
        return false;
    }
    phantom_anatomy_init(&anatomy, options);
    int disc = phantom_reader_disc(options);
    phantom_scene scene = phantom_axial_scene(&anatomy, options, disc);
    if (!phantom_calibrate_disc(&scene, disc, err)) {
        return false;
    }
    myo_geometry geometry = disc_geometry(&scene, disc, 0.0);
    return phantom_paint(&scene, &geometry, 0, image, labels, fat, err);
}

/* Keeps the labels of the slice nearest to the disc that readers outline. */
static void keep_for_readers(phantom_study *study, int disc, double offset_mm,
                             myo_labels **labels) {
    if (study->readers > 0 && disc == phantom_reader_disc(study->options) &&
        (!study->reader_slice || fabs(offset_mm) < fabs(study->reader_offset_mm))) {
        myo_labels_destroy(study->reader_slice);
        study->reader_slice = *labels;
        study->reader_offset_mm = offset_mm;
        *labels = NULL;
    }
}

/* Paints and writes a slice that lies `offset_mm` from the centre of a disc. */
static bool write_slice(phantom_study *study, const phantom_scene *scene,
                        const myo_geometry *geometry, int disc, double offset_mm, int instance,
                        myo_error *err) {
    myo_image *image = NULL, *fat = NULL;
    myo_labels *labels = NULL;
    char sop_uid[MYO_UID_SIZE];
    bool ok = phantom_paint(scene, geometry, (uint64_t)instance, &image, &labels, &fat, err) &&
              phantom_write_image(study, scene, &axial_series, instance, image, sop_uid, err) &&
              phantom_truth_add(study, disc, offset_mm, instance, sop_uid, labels, fat, err);
    if (ok) {
        keep_for_readers(study, disc, offset_mm, &labels);
    }
    myo_image_destroy(image);
    myo_image_destroy(fat);
    myo_labels_destroy(labels);
    return ok;
}

static bool write_stacks(phantom_study *study, phantom_scene *scene, int lowest, int highest,
                         myo_error *err) {
    int instance = 0;
    for (int disc = highest; disc >= lowest; disc--) {
        scene->disc = disc;
        for (int i = 0; i < AXIAL_PER_DISC; i++) {
            double offset_mm = AXIAL_SPACING_MM * (double)(AXIAL_PER_DISC / 2 - i);
            myo_geometry geometry = disc_geometry(scene, disc, offset_mm);
            if (!write_slice(study, scene, &geometry, disc, offset_mm, ++instance, err)) {
                return false;
            }
        }
    }
    return true;
}

static int nearest_disc(const phantom_anatomy *anatomy, double z) {
    int nearest = 0;
    for (int disc = 1; disc < anatomy->lumbar; disc++) {
        if (fabs(phantom_disc_centre(anatomy, disc).z - z) <
            fabs(phantom_disc_centre(anatomy, nearest).z - z)) {
            nearest = disc;
        }
    }
    return nearest;
}

static bool write_block(phantom_study *study, phantom_scene *scene, int lowest, int highest,
                        myo_error *err) {
    myo_vec3 low = phantom_disc_centre(study->anatomy, lowest);
    myo_vec3 high = phantom_disc_centre(study->anatomy, highest);
    myo_vec3 centre = {0.5 * (low.x + high.x), 0.5 * (low.y + high.y), high.z + BLOCK_ABOVE_MM};
    int count = 1 + (int)((centre.z - low.z + BLOCK_BELOW_MM) / AXIAL_SPACING_MM);
    scene->disc = PHANTOM_BETWEEN_DISCS;
    for (int i = 0; i < count; i++) {
        double z = centre.z - AXIAL_SPACING_MM * (double)i;
        int disc = nearest_disc(study->anatomy, z);
        double offset_mm = z - phantom_disc_centre(study->anatomy, disc).z;
        myo_geometry geometry = axial_geometry(scene->options, centre, 0.0, z - centre.z);
        if (!write_slice(study, scene, &geometry, disc, offset_mm, i + 1, err)) {
            return false;
        }
    }
    return true;
}

bool phantom_write_axial(phantom_study *study, phantom_scene *scene, myo_error *err) {
    int lowest = phantom_lowest_axial(study->options);
    int highest = lowest + phantom_axial_count(study->options) - 1;
    return phantom_create_series_folder(study, &axial_series, err) &&
           (study->options->axial_block ? write_block(study, scene, lowest, highest, err)
                                        : write_stacks(study, scene, lowest, highest, err));
}
