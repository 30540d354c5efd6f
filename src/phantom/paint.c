/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The painter.
 *
 * Each pixel is sampled at 3 x 3 points, spread over the thickness of the slice; its signal is the
 * mean of theirs (partial volume), its label that of the middle point in the middle of the slice. A
 * point of muscle with fat fraction f has the signal (1 - f) muscle + f fat. Signals are
 * relative to muscle (contrast.c). The coil behind
 * the back makes the image brighter there: the factor falls exponentially from 1 at the skin of the
 * back to 1 / bias at BIAS_DEPTH_MM in front of it. Noise is Rician: magnitude of signal plus
 * independent normal noise in both channels.
 *
 * Fat: a muscle's texture (muscles.c) is compared with a level; a point is fat above it and muscle
 * below, with a narrow ramp. The level of each muscle and side is found by bisection so that the
 * mean over its pixels is the wanted fraction, and the map of fractions is exact by construction.
 */
#include "phantom/paint_private.h"

#include "base/memory.h"
#include "phantom/random_private.h"

#include <math.h>
#include <stdlib.h>

#define SUBSAMPLES 3 /* along each side of a pixel */
#define MIDDLE_POINT (SUBSAMPLES * SUBSAMPLES / 2)
#define CROSS_STEP 2       /* every second point: the corners and the middle */
#define MUSCLE_SIGNAL 75.0 /* stored value of muscle at the back; fat is near 700 then */
#define RAMP 0.14          /* texture over which muscle turns into fat */
#define BIAS_DEPTH_MM 150.0
#define COIL_END_MAX 2.0 /* the coil's fall along the spine ends at this power of it */
#define BISECTIONS 48
#define NO_FAT 3.0 /* a level that no texture reaches */

#define ERECTOR_FACTOR 0.9 /* fat of erector spinae and psoas relative to multifidus */
#define PSOAS_FACTOR 0.25
#define FRACTION_MAX 0.9

/* Fat grows towards the sacrum: by disc, from the last mobile one up, relative to that above. */
static const double level_factor[PHANTOM_LUMBAR_MAX] = {1.3, 1.0, 0.8, 0.7, 0.6, 0.5};

/* Mean fat fraction that a muscle shall have at the level of a disc. */
static double target_fraction(const myo_phantom_options *options, myo_structure structure,
                              int disc) {
    double factor = structure == MYO_MULTIFIDUS       ? 1.0
                    : structure == MYO_ERECTOR_SPINAE ? ERECTOR_FACTOR
                                                      : PSOAS_FACTOR;
    return fmin(factor * level_factor[disc] * options->fat_fraction, FRACTION_MAX);
}

/* Level of fat for a sample. Muscles other than those of the lower back are as fat as psoas. */
static double threshold_at(const phantom_scene *scene, const phantom_sample *s) {
    bool own = s->measured && s->structure <= MYO_PSOAS_MAJOR;
    myo_structure structure = own ? s->structure : MYO_PSOAS_MAJOR;
    myo_side side = own ? s->side : MYO_LEFT;
    if (scene->disc != PHANTOM_BETWEEN_DISCS) {
        return scene->fat[scene->disc].threshold[structure][side];
    }
    int discs = scene->anatomy->lumbar;
    double level = fmin(fmax(s->level, 0.0), (double)(discs - 1));
    int below = (int)fmin(level, (double)(discs - 2));
    double low = scene->fat[below].threshold[structure][side];
    double high = scene->fat[below + 1].threshold[structure][side];
    return low + (high - low) * (level - (double)below);
}

/* Fat fraction of a point from its texture. */
static double fraction_of(double texture, double threshold) {
    double t = (texture - threshold) / RAMP;
    return t <= 0.0 ? 0.0 : t >= 1.0 ? 1.0 : t * t * (3.0 - 2.0 * t);
}

/* Where one of the 3 x 3 points lies in the thickness of the slice, as a part of it. A Latin
 * square: each row and column of points holds all three depths. On CT, where endplates are thinner
 * than a third of a slice, a magic square: nine depths, with the same mean in each row and column.
 */
static double depth_of(const phantom_scene *scene, int i) {
    static const double magic[SUBSAMPLES * SUBSAMPLES] = {2, 7, 6, 9, 5, 1, 4, 3, 8};
    if (scene->contrast == PHANTOM_CT) {
        return (magic[i] - 5.0) / (double)(SUBSAMPLES * SUBSAMPLES);
    }
    int depth = (i % SUBSAMPLES + i / SUBSAMPLES + 2) % SUBSAMPLES;
    return ((double)depth - 1.0) / (double)SUBSAMPLES;
}

/* One of the 3 x 3 points of a pixel. */
static void sample_point(const phantom_scene *scene, const myo_geometry *geometry, size_t column,
                         size_t row, int i, phantom_sample *out) {
    myo_vec3 normal = myo_geometry_normal(geometry);
    double x = (double)column + ((double)(i % SUBSAMPLES) - 1.0) / (double)SUBSAMPLES;
    double y = (double)row + ((double)(i / SUBSAMPLES) - 1.0) / (double)SUBSAMPLES;
    double offset = depth_of(scene, i) * geometry->thickness_mm;
    myo_vec3 point = myo_geometry_to_patient(geometry, x, y);
    point.x += offset * normal.x;
    point.y += offset * normal.y;
    point.z += offset * normal.z;
    phantom_sample_at(scene->anatomy, point, out);
}

static void sample_pixel(const phantom_scene *scene, const myo_geometry *geometry, size_t column,
                         size_t row, phantom_sample samples[SUBSAMPLES * SUBSAMPLES]) {
    for (int i = 0; i < SUBSAMPLES * SUBSAMPLES; i++) {
        sample_point(scene, geometry, column, row, i, &samples[i]);
    }
}

static const phantom_sample *middle_of(const phantom_sample *samples) {
    return &samples[MIDDLE_POINT];
}

static bool same_structure(const phantom_sample *a, const phantom_sample *b) {
    return a->measured && b->measured && a->structure == b->structure && a->side == b->side;
}

/* Mean fat fraction of a pixel: of its points in the same muscle, so that the fat outside of a
 * muscle's border is not counted as its own. */
static double pixel_fraction(const phantom_scene *scene, const phantom_sample *samples) {
    const phantom_sample *middle = middle_of(samples);
    bool muscle = middle->measured && middle->tissue == TISSUE_MUSCLE;
    double sum = 0.0, count = 0.0;
    for (int i = 0; i < SUBSAMPLES * SUBSAMPLES; i++) {
        const phantom_sample *s = &samples[i];
        if (muscle && same_structure(s, middle)) {
            sum += fraction_of(s->texture, threshold_at(scene, s));
            count += 1.0;
        } else if (!muscle) {
            sum += s->tissue == TISSUE_FAT ? 1.0 : 0.0;
            count += 1.0;
        }
    }
    return sum / count;
}

/* Textures of one muscle side on a slice, with the weight of each point in the mean. */
typedef struct texture_list {
    double *values; /* texture, weight, texture, weight, ... */
    size_t count, capacity;
} texture_list;

static bool list_pixel(texture_list *list, const phantom_sample *samples, myo_error *err) {
    double inside = 0.0;
    for (int i = 0; i < SUBSAMPLES * SUBSAMPLES; i++) {
        inside += same_structure(&samples[i], middle_of(samples)) ? 1.0 : 0.0;
    }
    void *values = list->values;
    size_t needed = list->count + 2 * SUBSAMPLES * SUBSAMPLES;
    if (!myo_array_reserve(&values, &list->capacity, needed, sizeof *list->values, err)) {
        return false;
    }
    list->values = values;
    for (int i = 0; i < SUBSAMPLES * SUBSAMPLES; i++) {
        if (same_structure(&samples[i], middle_of(samples))) {
            list->values[list->count++] = samples[i].texture;
            list->values[list->count++] = 1.0 / inside;
        }
    }
    return true;
}

static double mean_fraction(const texture_list *list, double threshold) {
    double sum = 0.0, weight = 0.0;
    for (size_t i = 0; i < list->count; i += 2) {
        sum += list->values[i + 1] * fraction_of(list->values[i], threshold);
        weight += list->values[i + 1];
    }
    return sum / weight;
}

static double find_threshold(const texture_list *list, double target) {
    double low = -1.0, high = NO_FAT; /* all fat, no fat */
    if (target <= 0.0 || list->count == 0) {
        return NO_FAT;
    }
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = 0.5 * (low + high);
        if (mean_fraction(list, middle) > target) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}

bool phantom_calibrate_fat(phantom_scene *scene, const myo_geometry *geometry, int disc,
                           myo_error *err) {
    texture_list lists[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {0};
    bool ok = true;
    for (size_t row = 0; row < geometry->rows && ok; row++) {
        for (size_t column = 0; column < geometry->columns && ok; column++) {
            phantom_sample samples[SUBSAMPLES * SUBSAMPLES];
            phantom_sample *middle = &samples[MIDDLE_POINT];
            sample_point(scene, geometry, column, row, MIDDLE_POINT, middle);
            if (middle->measured && middle->tissue == TISSUE_MUSCLE) {
                sample_pixel(scene, geometry, column, row, samples);
                ok = list_pixel(&lists[middle->structure][middle->side], samples, err);
            }
        }
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        double target = target_fraction(scene->options, (myo_structure)s, disc);
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            scene->fat[disc].threshold[s][side] = find_threshold(&lists[s][side], target);
            free(lists[s][side].values);
        }
    }
    return ok;
}

/* Signal of a point relative to muscle. */
static double point_signal(const phantom_scene *scene, const double *relative,
                           const phantom_sample *s) {
    if (s->tissue != TISSUE_MUSCLE) {
        return phantom_point_signal(scene, relative, s->tissue, s->shade);
    }
    double fraction = fraction_of(s->texture, threshold_at(scene, s));
    double shade = scene->contrast == PHANTOM_CT ? 1.0 : s->shade;
    return (1.0 - fraction) * shade * relative[TISSUE_MUSCLE] + fraction * relative[TISSUE_FAT];
}

/* Brightness of the coil at a pixel, 1 at the skin of the back. */
static double coil_factor(const phantom_scene *scene, myo_vec3 point) {
    phantom_local p = phantom_to_local(scene->anatomy, point);
    double back = phantom_fascia_depth(p.level) + scene->anatomy->back_fat_mm;
    double depth = fmin(fmax(back - p.v, 0.0), BIAS_DEPTH_MM);
    double along =
        (point.z - scene->options->sagittal_offset_mm) / (0.5 * scene->options->sagittal_fov_mm);
    return exp(-log(scene->options->bias) * depth / BIAS_DEPTH_MM) *
           pow(scene->options->coil_falloff, -fmin(along * along, COIL_END_MAX));
}

/* Tissues within which finer things lie on CT: fat goes with the place in muscle, and endplates
 * pass between the points of marrow and disc. */
static bool is_fine(phantom_tissue tissue) {
    return tissue == TISSUE_MUSCLE || tissue == TISSUE_MARROW || tissue == TISSUE_ANNULUS;
}

/* Samples only the middle and the corners of a pixel. True when this is enough: in a sagittal image
 * and on CT where all five are the same tissue, and nothing finer lies within it. On CT the others
 * are then taken to be as the middle. */
static bool sample_cross(const phantom_scene *scene, const myo_geometry *geometry, size_t column,
                         size_t row, phantom_sample samples[SUBSAMPLES * SUBSAMPLES]) {
    bool same = scene->contrast != PHANTOM_AXIAL_T2, ct = scene->contrast == PHANTOM_CT;
    for (int i = 0; same && i < SUBSAMPLES * SUBSAMPLES; i += CROSS_STEP) {
        sample_point(scene, geometry, column, row, i, &samples[i]);
        same = samples[i].tissue == samples[0].tissue && !(ct && is_fine(samples[i].tissue));
    }
    for (int i = 1; same && ct && i < SUBSAMPLES * SUBSAMPLES; i += CROSS_STEP) {
        samples[i] = samples[MIDDLE_POINT];
    }
    return same;
}

static uint16_t label_of(const phantom_sample *s) {
    if (s->measured) {
        return myo_structure_get(s->structure)->label[s->side];
    }
    return s->kind == MYO_TISSUE_ABDOMINAL_WALL
               ? myo_structure_get(MYO_ABDOMINAL_WALL)->label[s->side]
               : 0;
}

/* Planes that are painted; each may be NULL. */
typedef struct planes {
    float *image, *fat;
    uint16_t *labels;
} planes;

static void paint_pixel(const phantom_scene *scene, const myo_geometry *geometry,
                        const double *relative, uint64_t key, size_t index, const planes *out) {
    size_t column = index % geometry->columns, row = index / geometry->columns;
    phantom_sample samples[SUBSAMPLES * SUBSAMPLES];
    bool truth = scene->contrast != PHANTOM_CT && (out->labels || out->fat);
    bool all = truth || !sample_cross(scene, geometry, column, row, samples);
    if (all) {
        sample_pixel(scene, geometry, column, row, samples);
    }
    const phantom_sample *middle = middle_of(samples);
    if (out->labels) {
        out->labels[index] = label_of(middle);
    }
    if (out->fat) {
        out->fat[index] = (float)pixel_fraction(scene, samples);
    }
    if (!out->image) {
        return;
    }
    double sum = 0.0, noise[2];
    int step = all ? 1 : CROSS_STEP;
    for (int i = 0; i < SUBSAMPLES * SUBSAMPLES; i += step) {
        sum += point_signal(scene, relative, &samples[i]);
    }
    int count = (SUBSAMPLES * SUBSAMPLES - 1) / step + 1;
    if (scene->contrast == PHANTOM_CT) {
        phantom_normal_pair(phantom_hash(key) + (uint64_t)index, noise);
        out->image[index] = (float)(sum / (double)count + scene->options->ct_noise_hu * noise[0]);
        return;
    }
    double signal = MUSCLE_SIGNAL * sum / (double)count;
    if (signal > 0.0) {
        signal *=
            coil_factor(scene, myo_geometry_to_patient(geometry, (double)column, (double)row));
    }
    double deviation = MUSCLE_SIGNAL * scene->options->noise_percent / 100.0;
    phantom_normal_pair(phantom_hash(key) + (uint64_t)index, noise);
    double real = signal + deviation * noise[0], imaginary = deviation * noise[1];
    out->image[index] = (float)sqrt(real * real + imaginary * imaginary);
}

bool phantom_paint(const phantom_scene *scene, const myo_geometry *geometry, uint64_t key,
                   myo_image **image, myo_labels **labels, myo_image **fat, myo_error *err) {
    myo_image *new_image = NULL, *new_fat = NULL;
    myo_labels *new_labels = NULL;
    if ((image && !myo_image_create(geometry, &new_image, err)) ||
        (labels && !myo_labels_create(geometry, &new_labels, err)) ||
        (fat && !myo_image_create(geometry, &new_fat, err))) {
        myo_image_destroy(new_image);
        myo_labels_destroy(new_labels);
        return false;
    }
    planes out = {.image = new_image ? myo_image_get_pixels(new_image) : NULL,
                  .fat = new_fat ? myo_image_get_pixels(new_fat) : NULL,
                  .labels = new_labels ? myo_labels_get_pixels(new_labels) : NULL};
    double relative[TISSUE_COUNT];
    phantom_signals(scene, relative);
    for (size_t i = 0; i < geometry->columns * geometry->rows; i++) {
        paint_pixel(scene, geometry, relative, scene->anatomy->seed ^ phantom_hash(key), i, &out);
    }
    if (image) {
        *image = new_image;
    }
    if (labels) {
        *labels = new_labels;
    }
    if (fat) {
        *fat = new_fat;
    }
    return true;
}
