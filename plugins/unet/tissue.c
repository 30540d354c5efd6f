/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tissue mapper "unet-ct": one convolutional network says what each pixel of an axial CT slice
 * probably is. The slice is brought to pixels of 2.25 mm, and the map laid over the middle of the
 * body. tools/train-ct/synthetic.py is the twin of what is seen here.
 */
#include "unet_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const unet_field unet_ct_field = {UNET_CT_COLUMNS, UNET_CT_ROWS, UNET_CT_STEP_MM};

#define AIR_HU (-1024.0f)
#define BODY_HU (-300.0f) /* clothes, blankets and foam lie below */
#define TABLE_PIXELS 2    /* half of what is too thin to be a body */
#define EXTENT_MAX_MM 1000.0

/* Two windows, of soft tissue and of bone, and how far to the back the pixel lies. */
#define SOFT_LOW_HU (-150.0f)
#define SOFT_WIDTH_HU 300.0f
#define BONE_LOW_HU 150.0f
#define BONE_WIDTH_HU 700.0f
#define BACK_MM 100.0

static float window(float hu, float low, float width) {
    return 2.0f * fminf(fmaxf((hu - low) / width, 0.0f), 1.0f) - 1.0f;
}

static void see_attenuation(const unet_field *field, size_t column, size_t row, float hu,
                            float inputs[UNET_INPUTS]) {
    (void)column;
    inputs[0] = window(hu, SOFT_LOW_HU, SOFT_WIDTH_HU);
    inputs[1] = window(hu, BONE_LOW_HU, BONE_WIDTH_HU);
    inputs[2] = (float)(((double)row - 0.5 * (double)(field->rows - 1)) * field->step_mm / BACK_MM);
}

const unet_task unet_ct_task = {&unet_ct_field, MYO_TISSUE_COUNT, see_attenuation};

/* Whether a square of pixels around a place lies within the body. */
static bool is_thick(const unet_grid *hu, size_t column, size_t row) {
    for (size_t r = row - TABLE_PIXELS; r <= row + TABLE_PIXELS; r++) {
        for (size_t c = column - TABLE_PIXELS; c <= column + TABLE_PIXELS; c++) {
            if (!(hu->pixels[r * hu->columns + c] > BODY_HU)) {
                return false;
            }
        }
    }
    return true;
}

/* Grows from a pixel over the thick ones that touch each other; returns how many, and their
 * bounds: columns from, to, rows from, to. */
static size_t grow(uint8_t *open, size_t columns, size_t rows, size_t seed, size_t *stack,
                   size_t bounds[4]) {
    size_t count = 0, waiting = 0;
    bounds[0] = bounds[1] = seed % columns;
    bounds[2] = bounds[3] = seed / columns;
    open[seed] = 0;
    stack[waiting++] = seed;
    while (waiting > 0) {
        size_t at = stack[--waiting], column = at % columns, row = at / columns;
        const size_t next[] = {column > 0 ? at - 1 : at, column + 1 < columns ? at + 1 : at,
                               row > 0 ? at - columns : at, row + 1 < rows ? at + columns : at};
        count++;
        bounds[0] = column < bounds[0] ? column : bounds[0];
        bounds[1] = column > bounds[1] ? column : bounds[1];
        bounds[2] = row < bounds[2] ? row : bounds[2];
        bounds[3] = row > bounds[3] ? row : bounds[3];
        for (size_t k = 0; k < sizeof next / sizeof next[0]; k++) {
            if (open[next[k]]) {
                open[next[k]] = 0;
                stack[waiting++] = next[k];
            }
        }
    }
    return count;
}

/* The middle of the body, the largest thick thing on the slice; of the image without one. */
static bool find_middle(const unet_grid *hu, double middle[2]) {
    size_t count = hu->columns * hu->rows, most = 0;
    uint8_t *open = calloc(count, 1);
    size_t *stack = malloc(count * sizeof *stack);
    middle[0] = 0.5 * (double)(hu->columns - 1);
    middle[1] = 0.5 * (double)(hu->rows - 1);
    bool done = open && stack;
    for (size_t r = TABLE_PIXELS; done && r + TABLE_PIXELS < hu->rows; r++) {
        for (size_t c = TABLE_PIXELS; c + TABLE_PIXELS < hu->columns; c++) {
            open[r * hu->columns + c] = is_thick(hu, c, r);
        }
    }
    for (size_t i = 0; done && i < count; i++) {
        size_t bounds[4];
        size_t size = open[i] ? grow(open, hu->columns, hu->rows, i, stack, bounds) : 0;
        if (size > most) {
            most = size;
            middle[0] = 0.5 * (double)(bounds[0] + bounds[1]);
            middle[1] = 0.5 * (double)(bounds[2] + bounds[3]);
        }
    }
    free(open);
    free(stack);
    return done;
}

/* Cuts the field around the middle of the body out of a slice; `origin_mm` is its first pixel. */
static bool look(const myo_slice *slice, float *image, double origin_mm[2]) {
    const unet_field *field = &unet_ct_field;
    unet_grid hu = {0};
    double middle[2];
    bool done =
        unet_resample(slice->intensity, slice->columns, slice->rows, slice->column_spacing_mm,
                      slice->row_spacing_mm, field->step_mm, &hu) &&
        find_middle(&hu, middle);
    long left = done ? lround(middle[0] - 0.5 * (double)(field->columns - 1)) : 0;
    long top = done ? lround(middle[1] - 0.5 * (double)(field->rows - 1)) : 0;
    for (size_t i = 0; done && i < field->columns * field->rows; i++) {
        long c = left + (long)(i % field->columns), r = top + (long)(i / field->columns);
        bool inside = c >= 0 && r >= 0 && c < (long)hu.columns && r < (long)hu.rows;
        image[i] = inside ? hu.pixels[(size_t)r * hu.columns + (size_t)c] : AIR_HU;
    }
    if (done) { /* both grids have the same centre */
        origin_mm[0] = 0.5 * (double)(slice->columns - 1) * slice->column_spacing_mm +
                       ((double)left - 0.5 * (double)(hu.columns - 1)) * field->step_mm;
        origin_mm[1] = 0.5 * (double)(slice->rows - 1) * slice->row_spacing_mm +
                       ((double)top - 0.5 * (double)(hu.rows - 1)) * field->step_mm;
    }
    unet_grid_clear(&hu);
    return done;
}

static void mirror(const float *from, float *to) {
    size_t columns = unet_ct_field.columns;
    for (size_t i = 0; i < columns * unet_ct_field.rows; i++) {
        to[i] = from[i / columns * columns + columns - 1 - i % columns];
    }
}

/* The mean of the answers for an image and its mirror image. */
static void join(const float *straight, const float *mirrored, float *out) {
    size_t columns = unet_ct_field.columns;
    for (size_t i = 0; i < columns * unet_ct_field.rows; i++) {
        size_t twin = i / columns * columns + columns - 1 - i % columns;
        for (size_t k = 0; k < MYO_TISSUE_COUNT; k++) {
            out[i * MYO_TISSUE_COUNT + k] =
                0.5f * (straight[i * MYO_TISSUE_COUNT + k] + mirrored[twin * MYO_TISSUE_COUNT + k]);
        }
    }
}

static bool map_one(const myo_host *host, unet_engine *engine, const unet_network *network,
                    const myo_slice *slice, bool twice, float *work, double origin_mm[2],
                    float *probability, myo_error *err) {
    size_t pixels = unet_ct_field.columns * unet_ct_field.rows;
    float *images = work, *answers = work + 2 * pixels;
    if (!look(slice, images, origin_mm)) {
        return host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
    }
    if (!twice) {
        return unet_engine_run(engine, network, images, probability, err);
    }
    mirror(images, images + pixels);
    if (!unet_engine_run(engine, network, images, answers, err)) {
        return false;
    }
    join(answers, answers + pixels * MYO_TISSUE_COUNT, probability);
    return true;
}

bool unet_map_tissues(const myo_host *host, const unet_network *network, const myo_slice *slices,
                      size_t count, bool twice, double (*origin_mm)[2], float *probability,
                      myo_error *err) {
    size_t pixels = unet_ct_field.columns * unet_ct_field.rows;
    for (size_t i = 0; i < count; i++) {
        double width = (double)slices[i].columns * slices[i].column_spacing_mm;
        double height = (double)slices[i].rows * slices[i].row_spacing_mm;
        if (!(width > 0.0 && width <= EXTENT_MAX_MM && height > 0.0 && height <= EXTENT_MAX_MM)) {
            return host->error_set(err, MYO_E_RANGE,
                                   "the slice is wider or higher than 1 m, which no patient is: is "
                                   "its pixel spacing right?");
        }
    }
    unet_engine *engine = NULL;
    float *work = malloc(2 * pixels * (1 + MYO_TISSUE_COUNT) * sizeof *work);
    bool done = work || host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
    done = done &&
           unet_engine_create(host, &unet_ct_task, network->channels, twice ? 2 : 1, &engine, err);
    for (size_t i = 0; done && i < count; i++) {
        done = map_one(host, engine, network, &slices[i], twice, work, origin_mm[i],
                       probability + i * pixels * MYO_TISSUE_COUNT, err);
    }
    unet_engine_destroy(engine);
    free(work);
    return done;
}
