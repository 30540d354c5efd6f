/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fat method "circle": the greatest grey level of six small regions of lean muscle is the limit of
 * muscle; what is brighter is fat.
 *
 * As published (S. Liu et al., Eur Spine J 33:369-378, 2024, 10.1007/s00586-023-08050-3), a reader
 * places six regions in multifidus and erector spinae where they look leanest. The paper gives
 * neither their size nor their shape or place beyond that, and the reader's eye is not in it
 * either. Ours: discs of DIAMETER, three on each side, all within one muscle, that have the least
 * mean + 2 SD (dark and even): the best one in multifidus, the best one in erector spinae, the next
 * best in either, without overlap. Regions that a person has drawn (`lean`) are taken instead. The
 * greatest level grows with the number of pixels and with noise; SD > 0 replaces it by mean + SD
 * times the standard deviation over all regions. A pixel is fat or it is not.
 */
#include "fat/methods_private.h"
#include "fat/pixels_private.h"

#include <math.h>
#include <stddef.h>

enum { PARAMETER_DIAMETER, PARAMETER_SD, PARAMETER_COUNT };

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [PARAMETER_DIAMETER] = {"diameter_mm", "mm",
                            "Diameter of a region. Not published; this is what fits into a lean "
                            "part of multifidus.",
                            8.0, 2.0, 30.0},
    [PARAMETER_SD] = {"sd", "1",
                      "0: the threshold is the greatest grey level of the regions, as published; "
                      "otherwise their mean plus so many standard deviations.",
                      0.0, 0.0, 10.0},
};

#define PER_SIDE 3
#define CIRCLES (PER_SIDE * MYO_SIDE_COUNT)
#define EVENNESS 2.0 /* standard deviations that are added to the mean when discs are compared */
#define STEPS_PER_RADIUS 4 /* candidates lie this close */
#define PIXELS_MIN 9       /* of a disc; fewer have no spread */

/* Two muscles of a side: the first disc lies in one, the second in the other. */
static const myo_structure back_muscles[] = {MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE};
#define BACK_MUSCLES (sizeof back_muscles / sizeof back_muscles[0])

/* Sums over the pixels of one region, or of several. */
typedef struct region {
    double count, sum, squares, greatest;
} region;

typedef struct disc {
    size_t column, row;
    double score; /* mean + EVENNESS standard deviations; less is leaner */
} disc;

typedef struct finder {
    const myo_fat_input *input;
    double radius_mm;
    size_t reach_columns, reach_rows, step_columns, step_rows;
    disc found[CIRCLES];
    size_t count;
} finder;

static void add_pixel(region *r, double level) {
    r->greatest = r->count > 0.0 ? fmax(r->greatest, level) : level;
    r->count += 1.0;
    r->sum += level;
    r->squares += level * level;
}

static double deviation(const region *r) {
    double mean = r->sum / r->count;
    return sqrt(fmax(r->squares / r->count - mean * mean, 0.0));
}

/* Adds the pixels of the disc around a pixel. False when one of them is not of the muscle there, or
 * the disc leaves the image. */
static bool add_disc(const finder *f, size_t column, size_t row, region *r) {
    const myo_fat_input *in = f->input;
    if (column < f->reach_columns || column + f->reach_columns >= in->columns ||
        row < f->reach_rows || row + f->reach_rows >= in->rows) {
        return false;
    }
    uint16_t label = in->labels[row * in->columns + column];
    for (size_t y = row - f->reach_rows; y <= row + f->reach_rows; y++) {
        double dy = ((double)y - (double)row) * in->row_spacing_mm;
        for (size_t x = column - f->reach_columns; x <= column + f->reach_columns; x++) {
            double dx = ((double)x - (double)column) * in->column_spacing_mm;
            if (dx * dx + dy * dy > f->radius_mm * f->radius_mm) {
                continue;
            }
            size_t i = y * in->columns + x;
            if (in->labels[i] != label) {
                return false;
            }
            add_pixel(r, (double)in->intensity[i]);
        }
    }
    return true;
}

static bool overlaps(const finder *f, size_t column, size_t row) {
    for (size_t k = 0; k < f->count; k++) {
        double dx = ((double)column - (double)f->found[k].column) * f->input->column_spacing_mm;
        double dy = ((double)row - (double)f->found[k].row) * f->input->row_spacing_mm;
        if (dx * dx + dy * dy < 4.0 * f->radius_mm * f->radius_mm) {
            return true;
        }
    }
    return false;
}

/* Adds the leanest disc among the muscles of a side whose bits are set. */
static void find_disc(finder *f, myo_side side, unsigned muscles) {
    const myo_fat_input *in = f->input;
    disc best = {.score = INFINITY};
    for (size_t row = 0; row < in->rows; row += f->step_rows) {
        for (size_t column = 0; column < in->columns; column += f->step_columns) {
            uint16_t label = in->labels[row * in->columns + column];
            bool wanted = false;
            for (size_t m = 0; m < BACK_MUSCLES; m++) {
                wanted = wanted || (muscles >> m & 1u &&
                                    label == myo_structure_get(back_muscles[m])->label[side]);
            }
            region r = {0};
            if (!wanted || overlaps(f, column, row) || !add_disc(f, column, row, &r) ||
                r.count < PIXELS_MIN) {
                continue;
            }
            double score = r.sum / r.count + EVENNESS * deviation(&r);
            if (score < best.score) {
                best = (disc){column, row, score};
            }
        }
    }
    if (isfinite(best.score)) {
        f->found[f->count++] = best;
    }
}

static size_t at_least_one(double steps) {
    return steps >= 1.0 ? (size_t)steps : 1;
}

/* Sums over the discs that are found; *count is their number. */
static region find_regions(const myo_fat_input *input, double diameter_mm, size_t *count) {
    finder f = {.input = input, .radius_mm = 0.5 * diameter_mm};
    double columns = f.radius_mm / input->column_spacing_mm;
    double rows = f.radius_mm / input->row_spacing_mm;
    region all = {0};
    *count = 0;
    if (!(columns < (double)input->columns) || !(rows < (double)input->rows)) {
        return all; /* no disc fits, or there is no pixel spacing */
    }
    f.reach_columns = (size_t)columns;
    f.reach_rows = (size_t)rows;
    f.step_columns = at_least_one(columns / STEPS_PER_RADIUS);
    f.step_rows = at_least_one(rows / STEPS_PER_RADIUS);
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        unsigned every = 0;
        for (size_t m = 0; m < BACK_MUSCLES; m++) {
            find_disc(&f, (myo_side)side, 1u << m);
            every |= 1u << m;
        }
        find_disc(&f, (myo_side)side, every);
    }
    for (size_t k = 0; k < f.count; k++) {
        add_disc(&f, f.found[k].column, f.found[k].row, &all);
    }
    *count = f.count;
    return all;
}

/* Regions that a person has drawn; NULL when there are none. */
static const uint8_t *lean_regions(const myo_fat_input *input) {
    size_t end = offsetof(myo_fat_input, lean) + sizeof input->lean;
    return input->struct_size >= end ? input->lean : NULL;
}

static region sum_lean(const myo_fat_input *input, const uint8_t *lean) {
    region all = {0};
    for (size_t i = 0; i < input->columns * input->rows; i++) {
        if (lean[i]) {
            add_pixel(&all, (double)input->intensity[i]);
        }
    }
    return all;
}

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    (void)err;
    const uint8_t *lean = lean_regions(input);
    size_t found = CIRCLES;
    region all =
        lean ? sum_lean(input, lean) : find_regions(input, values[PARAMETER_DIAMETER], &found);
    if (all.count > 0.0) {
        double sd = values[PARAMETER_SD];
        double limit = sd > 0.0 ? all.sum / all.count + sd * deviation(&all) : all.greatest;
        /* The limit itself is still muscle. */
        fat_apply_to_muscles(input, (double)nextafterf((float)limit, INFINITY), output);
    }
    if (all.count <= 0.0 || found < CIRCLES) {
        fat_flag_muscles(input, output);
    }
    return true;
}

const myo_fat_method myo_fat_circle = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_fat_method),
    .info = {.name = "circle",
             .version = "1",
             .summary = "above the greatest grey level of six lean regions of the back muscles",
             .reference = "Liu 2024, 10.1007/s00586-023-08050-3",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
};
