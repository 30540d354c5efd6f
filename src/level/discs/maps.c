/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feature maps of a view, and the two stages of trees over them. The second stage sees where the
 * first one believes bodies, discs and the sacrum to be (auto-context, Z. Tu & X. Bai, IEEE TPAMI
 * 32:1744-1757, 2010). */
#include "level/discs/discs_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double image_sigmas_mm[] = {3.0, 6.0, 12.0};
#define TEXTURE_SIGMA_MM 3.0
#define PROBABILITY_SIGMA_MM 3.0
#define SPINE_MIN 0.02 /* smoothed probability of stage 0 from which stage 1 is asked */

/* Places of the maps; the prior refers to them by number. */
enum {
    MAP_IMAGE,
    MAP_SMOOTH, /* three of them */
    MAP_TEXTURE = MAP_SMOOTH + 3,
    MAP_EDGES_COLUMNS,    /* strength of edges met on the way to the back */
    MAP_EDGES_ROWS,       /* and on the way to the feet */
    MAP_GRADIENT_COLUMNS, /* signed, of the first Gaussian */
    MAP_GRADIENT_ROWS,
    MAP_PROBABILITY /* one for each class but the first */
};

static void smooth(const myo_grid *from, double sigma_mm, myo_grid to, float *scratch) {
    myo_filter_gaussian(from, sigma_mm / DISCS_STEP_MM, sigma_mm / DISCS_STEP_MM, &to, scratch);
}

static void fill_texture(myo_planes *maps, float *scratch) {
    size_t count = maps->columns * maps->rows;
    myo_grid image = myo_planes_get(maps, MAP_IMAGE), fine = myo_planes_get(maps, MAP_SMOOTH);
    myo_grid texture = myo_planes_get(maps, MAP_TEXTURE);
    myo_grid columns = myo_planes_get(maps, MAP_EDGES_COLUMNS);
    myo_grid rows = myo_planes_get(maps, MAP_EDGES_ROWS);
    myo_filter_gradient(&image, columns.pixels, rows.pixels);
    for (size_t i = 0; i < count; i++) {
        texture.pixels[i] = fabsf(image.pixels[i] - fine.pixels[i]);
        columns.pixels[i] = fabsf(columns.pixels[i]);
        rows.pixels[i] = fabsf(rows.pixels[i]);
    }
    smooth(&texture, TEXTURE_SIGMA_MM, texture, scratch);
    smooth(&columns, TEXTURE_SIGMA_MM, columns, scratch);
    smooth(&rows, TEXTURE_SIGMA_MM, rows, scratch);
    myo_filter_gradient(&fine, myo_planes_get(maps, MAP_GRADIENT_COLUMNS).pixels,
                        myo_planes_get(maps, MAP_GRADIENT_ROWS).pixels);
}

bool discs_maps(const myo_grid *view, const myo_planes *probabilities, myo_planes *maps,
                myo_error *err) {
    size_t count = view->columns * view->rows;
    float *scratch = myo_alloc_array(count, sizeof(float), err);
    size_t planes = probabilities ? DISCS_STAGE1_MAPS : DISCS_STAGE0_MAPS;
    if (!scratch || !myo_planes_allocate(maps, planes, view->columns, view->rows, err)) {
        free(scratch);
        return false;
    }
    memcpy(maps->pixels, view->pixels, count * sizeof(float));
    for (size_t k = 0; k < sizeof image_sigmas_mm / sizeof image_sigmas_mm[0]; k++) {
        smooth(view, image_sigmas_mm[k], myo_planes_get(maps, MAP_SMOOTH + k), scratch);
    }
    fill_texture(maps, scratch);
    for (size_t k = 1; probabilities && k < DISCS_CLASSES; k++) {
        myo_grid answer = myo_planes_get(probabilities, k);
        smooth(&answer, PROBABILITY_SIGMA_MM, myo_planes_get(maps, MAP_PROBABILITY + k - 1),
               scratch);
    }
    free(scratch);
    return true;
}

/* Asks a forest at the wanted pixels and puts its answers into planes. */
static bool ask(const myo_forest *forest, const myo_planes *maps, const uint8_t *want,
                myo_planes *out, myo_error *err) {
    size_t count = maps->columns * maps->rows, wanted = 0, n = 0;
    for (size_t i = 0; i < count; i++) {
        wanted += want[i];
    }
    float *answers = myo_alloc_array(wanted * DISCS_CLASSES, sizeof(float), err);
    bool done = answers && myo_forest_apply(forest, maps, want, wanted, answers, err);
    for (size_t i = 0; done && i < count; i++) {
        for (size_t k = 0; want[i] && k < DISCS_CLASSES; k++) {
            out->pixels[k * count + i] = answers[n * DISCS_CLASSES + k];
        }
        n += want[i];
    }
    free(answers);
    return done;
}

/* Stage 0 is asked at every second pixel of every second row; the others repeat its answers. */
static bool ask_stage0(const myo_forest *forest, const myo_grid *view, uint8_t *want,
                       myo_planes *out, myo_error *err) {
    myo_planes maps = {0};
    size_t columns = view->columns, count = columns * view->rows;
    for (size_t i = 0; i < count; i++) {
        want[i] = i % columns % 2 == 0 && i / columns % 2 == 0;
    }
    bool done = discs_maps(view, NULL, &maps, err) && ask(forest, &maps, want, out, err);
    for (size_t i = 0; done && i < count * DISCS_CLASSES; i++) {
        size_t row = i % count / columns, column = i % columns;
        out->pixels[i] = out->pixels[i - row % 2 * columns - column % 2];
    }
    myo_planes_clear(&maps);
    return done;
}

/* Stage 1 is asked where stage 0 is not sure that there is no spine; elsewhere its answer stays. */
static bool ask_stage1(const myo_forest *forest, const myo_grid *view, uint8_t *want,
                       myo_planes *out, myo_error *err) {
    myo_planes maps = {0};
    bool done = discs_maps(view, out, &maps, err);
    size_t count = view->columns * view->rows;
    for (size_t i = 0; done && i < count; i++) {
        float spine = 0.0f;
        for (size_t k = 1; k < DISCS_CLASSES; k++) {
            spine += maps.pixels[(MAP_PROBABILITY + k - 1) * count + i];
        }
        want[i] = spine >= (float)SPINE_MIN;
    }
    done = done && ask(forest, &maps, want, out, err);
    myo_planes_clear(&maps);
    return done;
}

bool discs_classify(const discs_model *model, const myo_grid *view, bool both, myo_planes *out,
                    myo_error *err) {
    myo_planes planes = {0};
    uint8_t *want = myo_alloc_array(view->columns * view->rows, 1, err);
    bool done = want &&
                myo_planes_allocate(&planes, DISCS_CLASSES, view->columns, view->rows, err) &&
                ask_stage0(&model->stage0, view, want, &planes, err) &&
                (!both || ask_stage1(&model->stage1, view, want, &planes, err));
    free(want);
    if (!done) {
        myo_planes_clear(&planes);
        return false;
    }
    *out = planes;
    return true;
}
