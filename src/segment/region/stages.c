/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stages 1 and 2: what each pixel of the frame is, from its place, the image around it, and what
 * the stage before believed (auto-context, Z. Tu & X. Bai, IEEE TPAMI 32:1744-1757, 2010).
 *
 * One forest serves both sides: it knows the left half of the frame, and the right half is shown to
 * it as a mirror image. Near the midline both answers are blended.
 */
#include "segment/region/region_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLEND_MM 10.0 /* on each side of the midline */
#define CERTAIN 0.985 /* probability of stage 1 from which stage 2 is not asked */

/* Sigmas of the maps, mm. */
static const double image_sigmas_mm[] = {1.5, 3.0, 6.0, 12.0};
#define TEXTURE_SIGMA_MM 3.0
#define PROBABILITY_SIGMA_MM 2.0

/* Places of the maps; the prior refers to them by number. */
enum {
    MAP_IMAGE,
    MAP_SMOOTH, /* four of them */
    MAP_EDGES = MAP_SMOOTH + 4,
    MAP_TEXTURE,
    MAP_MIRRORED, /* two of them */
    MAP_X = MAP_MIRRORED + 2,
    MAP_Y,
    MAP_PROBABILITY, /* one for each structure */
    MAP_EXTRA = MAP_PROBABILITY + REGION_STRUCTURES
};

static const size_t mirrored_class[REGION_CLASSES] = {
    REGION_BACKGROUND,   REGION_MULTIFIDUS_RIGHT, REGION_MULTIFIDUS_LEFT, REGION_ERECTOR_RIGHT,
    REGION_ERECTOR_LEFT, REGION_PSOAS_RIGHT,      REGION_PSOAS_LEFT,      REGION_VERTEBRA};

/* Class of each answer of the one-sided forest. */
static const size_t side_class[REGION_SIDE_CLASSES] = {
    REGION_BACKGROUND, REGION_MULTIFIDUS_LEFT, REGION_ERECTOR_LEFT,
    REGION_PSOAS_LEFT, REGION_VERTEBRA,        REGION_MULTIFIDUS_RIGHT};

/* Everything that one side is shown. */
typedef struct view {
    myo_planes image;         /* one plane */
    myo_planes probabilities; /* REGION_CLASSES */
    myo_planes extra;         /* REGION_STRUCTURES, or none */
} view;

static void view_clear(view *v) {
    myo_planes_clear(&v->image);
    myo_planes_clear(&v->probabilities);
    myo_planes_clear(&v->extra);
}

/* Copies planes; mirrored ones exchange left and right, `first` being the class of plane 0. */
static bool copy_planes(const float *from, size_t planes, size_t first, bool mirror, size_t columns,
                        size_t rows, myo_planes *to, myo_error *err) {
    if (!myo_planes_allocate(to, planes, columns, rows, err)) {
        return false;
    }
    for (size_t p = 0; p < planes; p++) {
        size_t source = mirror && planes > 1 ? mirrored_class[p + first] - first : p;
        for (size_t r = 0; r < rows; r++) {
            const float *line = from + (source * rows + r) * columns;
            float *out = to->pixels + (p * rows + r) * columns;
            for (size_t c = 0; c < columns; c++) {
                out[c] = line[mirror ? columns - 1 - c : c];
            }
        }
    }
    return true;
}

static void smooth_plane(const myo_planes *from, size_t plane, double sigma_mm, double step_mm,
                         myo_planes *maps, size_t map, float *scratch) {
    myo_grid source = myo_planes_get(from, plane), target = myo_planes_get(maps, map);
    myo_filter_gaussian(&source, sigma_mm / step_mm, sigma_mm / step_mm, &target, scratch);
}

static void mirror_plane(const myo_planes *maps, size_t from, size_t to) {
    myo_grid source = myo_planes_get(maps, from), target = myo_planes_get(maps, to);
    for (size_t i = 0; i < source.columns * source.rows; i++) {
        size_t c = i % source.columns;
        target.pixels[i] = source.pixels[i - c + source.columns - 1 - c];
    }
}

static void fill_coordinates(myo_planes *maps, double step_mm) {
    myo_grid x = myo_planes_get(maps, MAP_X), y = myo_planes_get(maps, MAP_Y);
    for (size_t i = 0; i < x.columns * x.rows; i++) {
        x.pixels[i] = (float)(REGION_FRAME_X0 + (double)(i % x.columns) * step_mm);
        y.pixels[i] = (float)(REGION_FRAME_Y0 + (double)(i / x.columns) * step_mm);
    }
}

/* Gradient magnitude, and deviation from the surroundings, both smoothed. */
static void fill_texture(myo_planes *maps, double step_mm, float *scratch) {
    size_t count = maps->columns * maps->rows;
    float *along_columns = scratch + count, *along_rows = scratch + 2 * count;
    myo_grid image = myo_planes_get(maps, MAP_IMAGE);
    myo_grid fine = myo_planes_get(maps, MAP_SMOOTH);
    myo_grid middle = myo_planes_get(maps, MAP_SMOOTH + 1);
    myo_grid edges = myo_planes_get(maps, MAP_EDGES);
    myo_grid texture = myo_planes_get(maps, MAP_TEXTURE);
    myo_filter_gradient(&fine, along_columns, along_rows);
    for (size_t i = 0; i < count; i++) {
        edges.pixels[i] = hypotf(along_columns[i], along_rows[i]) / (float)step_mm;
        texture.pixels[i] = fabsf(image.pixels[i] - middle.pixels[i]);
    }
    double sigma = TEXTURE_SIGMA_MM / step_mm;
    myo_filter_gaussian(&edges, sigma, sigma, &edges, scratch);
    myo_filter_gaussian(&texture, sigma, sigma, &texture, scratch);
}

/* Signed distances, and the gradients of two Gaussians along both axes, per mm. */
static void fill_extra(const view *v, myo_planes *maps, double step_mm) {
    size_t count = maps->columns * maps->rows;
    memcpy(maps->pixels + MAP_EXTRA * count, v->extra.pixels,
           REGION_STRUCTURES * count * sizeof(float));
    for (size_t g = 0; g < 2; g++) {
        myo_grid smooth = myo_planes_get(maps, MAP_SMOOTH + g);
        size_t first = MAP_EXTRA + REGION_STRUCTURES + 2 * g;
        float *along_columns = maps->pixels + first * count;
        float *along_rows = along_columns + count;
        myo_filter_gradient(&smooth, along_columns, along_rows);
        for (size_t i = 0; i < 2 * count; i++) {
            along_columns[i] /= (float)step_mm;
        }
    }
}

static bool fill_maps(const view *v, double step_mm, myo_planes *maps, myo_error *err) {
    size_t columns = v->image.columns, rows = v->image.rows, count = columns * rows;
    size_t planes = v->extra.pixels ? REGION_STAGE2_MAPS : REGION_STAGE1_MAPS;
    float *scratch = myo_alloc_array(3 * count, sizeof(float), err);
    if (!scratch || !myo_planes_allocate(maps, planes, columns, rows, err)) {
        free(scratch);
        return false;
    }
    memcpy(maps->pixels, v->image.pixels, count * sizeof(float));
    for (size_t k = 0; k < 4; k++) {
        smooth_plane(&v->image, 0, image_sigmas_mm[k], step_mm, maps, MAP_SMOOTH + k, scratch);
    }
    fill_texture(maps, step_mm, scratch);
    mirror_plane(maps, MAP_SMOOTH + 1, MAP_MIRRORED);
    mirror_plane(maps, MAP_SMOOTH + 2, MAP_MIRRORED + 1);
    fill_coordinates(maps, step_mm);
    for (size_t k = 0; k < REGION_STRUCTURES; k++) {
        smooth_plane(&v->probabilities, k + 1, PROBABILITY_SIGMA_MM, step_mm, maps,
                     MAP_PROBABILITY + k, scratch);
    }
    if (v->extra.pixels) {
        fill_extra(v, maps, step_mm);
    }
    free(scratch);
    return true;
}

/* Marks the pixels that the forest is asked for; returns how many. */
static size_t choose_pixels(const view *v, double step_mm, uint8_t *want) {
    size_t columns = v->image.columns, count = columns * v->image.rows, wanted = 0;
    for (size_t i = 0; i < count; i++) {
        double x = REGION_FRAME_X0 + (double)(i % columns) * step_mm;
        float highest = 0.0f;
        for (size_t k = 0; v->extra.pixels && k < REGION_CLASSES; k++) {
            highest = fmaxf(highest, v->probabilities.pixels[k * count + i]);
        }
        want[i] = x >= -BLEND_MM && highest < (float)CERTAIN;
        wanted += want[i];
    }
    return wanted;
}

/* Adds what one side says to the blend. */
static void blend(const view *v, const uint8_t *want, const float *answers, bool mirror,
                  double step_mm, myo_planes *out) {
    size_t columns = out->columns, count = columns * out->rows, n = 0;
    for (size_t i = 0; i < count; i++) {
        float p[REGION_CLASSES] = {0};
        if (want[i]) {
            for (size_t k = 0; k < REGION_SIDE_CLASSES; k++) {
                p[side_class[k]] = answers[n * REGION_SIDE_CLASSES + k];
            }
            n++;
        } else if (v->extra.pixels) {
            for (size_t k = 0; k < REGION_CLASSES; k++) {
                p[k] = v->probabilities.pixels[k * count + i];
            }
        }
        size_t c = i % columns;
        double x = REGION_FRAME_X0 + (double)c * step_mm;
        float weight = (float)fmin(fmax((x + BLEND_MM) / (2.0 * BLEND_MM), 0.0), 1.0);
        size_t to = mirror ? i - c + columns - 1 - c : i;
        for (size_t k = 0; k < REGION_CLASSES; k++) {
            size_t plane = mirror ? mirrored_class[k] : k;
            out->pixels[plane * count + to] += weight * p[k];
        }
    }
}

static bool ask_side(const myo_forest *forest, const view *v, bool mirror, double step_mm,
                     myo_planes *out, myo_error *err) {
    size_t count = v->image.columns * v->image.rows;
    myo_planes maps = {0};
    uint8_t *want = myo_alloc_array(count, 1, err);
    size_t wanted = want ? choose_pixels(v, step_mm, want) : 0;
    float *answers = myo_alloc_array(wanted * REGION_SIDE_CLASSES, sizeof(float), err);
    bool done = want && answers && fill_maps(v, step_mm, &maps, err) &&
                myo_forest_apply(forest, &maps, want, wanted, answers, err);
    if (done) {
        blend(v, want, answers, mirror, step_mm, out);
    }
    myo_planes_clear(&maps);
    free(want);
    free(answers);
    return done;
}

static bool view_create(const myo_grid *frame, const myo_planes *probabilities,
                        const myo_planes *extra, bool mirror, view *v, myo_error *err) {
    size_t columns = frame->columns, rows = frame->rows;
    return copy_planes(frame->pixels, 1, 0, mirror, columns, rows, &v->image, err) &&
           copy_planes(probabilities->pixels, REGION_CLASSES, 0, mirror, columns, rows,
                       &v->probabilities, err) &&
           (!extra || copy_planes(extra->pixels, REGION_STRUCTURES, 1, mirror, columns, rows,
                                  &v->extra, err));
}

bool region_stage_maps(const myo_grid *frame, const myo_planes *probabilities,
                       const myo_planes *extra, bool mirror, double step_mm, myo_planes *maps,
                       myo_error *err) {
    view v = {0};
    bool done = view_create(frame, probabilities, extra, mirror, &v, err) &&
                fill_maps(&v, step_mm, maps, err);
    view_clear(&v);
    return done;
}

bool region_stage(const myo_forest *forest, const myo_grid *frame, const myo_planes *probabilities,
                  const myo_planes *extra, double step_mm, myo_planes *out, myo_error *err) {
    bool done = myo_planes_allocate(out, REGION_CLASSES, frame->columns, frame->rows, err);
    for (int side = 0; done && side < 2; side++) {
        view v = {0};
        bool mirror = side == 1;
        done = view_create(frame, probabilities, extra, mirror, &v, err) &&
               ask_side(forest, &v, mirror, step_mm, out, err);
        view_clear(&v);
    }
    return done;
}
