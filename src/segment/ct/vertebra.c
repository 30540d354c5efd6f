/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vertebral body or disc on an axial CT slice: the closed line around its middle, in polar
 * coordinates, along which the attenuation falls most from the inside to the outside, and which is
 * not far from the size that a body of this patient has (dynamic programming). A body has its
 * cortex, a disc is denser than the muscle and fat around it; vessels in front and pedicles behind
 * hardly are, and there the expected size decides.
 */
#include "segment/ct/refine_private.h"

#include "base/memory.h"
#include "image/filter.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define ANGLES 72
#define RADII 48
#define RADIUS_STEP_MM 0.75
#define RADIUS_FIRST_MM 6.0
/* For an adult (size 1), mm: L4/5 measures about 45 x 34 mm, and its middle lies in front of the
 * canal's (N. Kunkel et al., J Anat 219:375-387, 2011). */
#define FRONT_MM 25.0
#define HALF_WIDTH_MM 24.0
#define HALF_DEPTH_MM 17.5
#define SPREAD_MM 5.0 /* of the radius between patients and levels */
#define PRIOR_WEIGHT 0.10
/* The fall is measured from this far inside to this far outside. With more, the place at which the
 * inner end meets the cortex from outside falls as much as the surface. */
#define EDGE_MM 1.0
#define FALL_FULL_HU 120.0
#define BEND_COST 0.06 /* for each step of the radius between neighbouring angles */
#define BEND_MAX 2
#define CLIP_LOW_HU (-60.0f)
#define CLIP_HIGH_HU 300.0f
#define SMOOTH_SIGMA_MM 1.0

typedef struct polar {
    double value[ANGLES][RADII]; /* how well the line would run there */
    double best[ANGLES][RADII];
    uint8_t back[ANGLES][RADII];
} polar;

static double radius_of(size_t r, double size) {
    return (RADIUS_FIRST_MM + (double)r * RADIUS_STEP_MM) * size;
}

static double expected_mm(double angle, double size) {
    double c = cos(angle) / HALF_WIDTH_MM, s = sin(angle) / HALF_DEPTH_MM;
    return size / hypot(c, s);
}

static double sample(const myo_grid *grid, const myo_geometry *g, const double centre[2],
                     double angle, double radius_mm) {
    float hu = myo_grid_sample(grid, centre[0] + radius_mm * cos(angle) / g->column_spacing_mm,
                               centre[1] + radius_mm * sin(angle) / g->row_spacing_mm);
    return (double)fminf(fmaxf(hu, CLIP_LOW_HU), CLIP_HIGH_HU);
}

static void fill_values(polar *p, const myo_grid *grid, const myo_geometry *g,
                        const double centre[2], double size) {
    for (size_t a = 0; a < ANGLES; a++) {
        double angle = 2.0 * PI * (double)a / ANGLES, expected = expected_mm(angle, size);
        for (size_t r = 0; r < RADII; r++) {
            double radius = radius_of(r, size), off = (radius - expected) / (SPREAD_MM * size);
            double fall = sample(grid, g, centre, angle, radius - EDGE_MM) -
                          sample(grid, g, centre, angle, radius + EDGE_MM);
            p->value[a][r] = fmin(fmax(fall / FALL_FULL_HU, -0.5), 1.0) - PRIOR_WEIGHT * off * off;
        }
    }
}

/* The best line that begins and ends at the radius `start`; its value. */
static double run(polar *p, size_t start, size_t line[ANGLES]) {
    for (size_t r = 0; r < RADII; r++) {
        p->best[0][r] = r == start ? p->value[0][r] : (double)-INFINITY;
    }
    for (size_t a = 1; a < ANGLES; a++) {
        for (size_t r = 0; r < RADII; r++) {
            p->best[a][r] = -INFINITY;
            size_t first = r > BEND_MAX ? r - BEND_MAX : 0;
            for (size_t q = first; q <= r + BEND_MAX && q < RADII; q++) {
                double cost = BEND_COST * fabs((double)q - (double)r);
                if (p->best[a - 1][q] - cost > p->best[a][r]) {
                    p->best[a][r] = p->best[a - 1][q] - cost;
                    p->back[a][r] = (uint8_t)q;
                }
            }
            p->best[a][r] += p->value[a][r];
        }
    }
    size_t end = start;
    for (size_t r = start > 0 ? start - 1 : 0; r <= start + 1 && r < RADII; r++) {
        end = p->best[ANGLES - 1][r] > p->best[ANGLES - 1][end] ? r : end;
    }
    line[ANGLES - 1] = end;
    for (size_t a = ANGLES - 1; a > 0; a--) {
        line[a - 1] = p->back[a][line[a]];
    }
    return p->best[ANGLES - 1][end];
}

bool ct_outline_vertebra(const myo_image *hu, const double canal[2], double size, uint8_t *mask,
                         myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    size_t count = g->columns * g->rows;
    polar *p = myo_alloc_array(1, sizeof *p, err);
    float *smooth = myo_alloc_array(count, sizeof *smooth, err);
    float *scratch = myo_alloc_array(count, sizeof *scratch, err);
    bool done = p && smooth && scratch;
    if (done) {
        memcpy(smooth, myo_image_get_const_pixels(hu), count * sizeof *smooth);
        myo_grid grid = {smooth, g->columns, g->rows};
        myo_filter_gaussian(&grid, SMOOTH_SIGMA_MM / g->column_spacing_mm,
                            SMOOTH_SIGMA_MM / g->row_spacing_mm, &grid, scratch);
        double centre[2] = {canal[0], canal[1] - FRONT_MM * size / g->row_spacing_mm};
        double best = (double)-INFINITY, xy[2 * ANGLES];
        size_t line[ANGLES];
        fill_values(p, &grid, g, centre, size);
        for (size_t start = 0; start < RADII; start++) {
            double value = run(p, start, line);
            if (value > best) {
                best = value;
                for (size_t a = 0; a < ANGLES; a++) {
                    double angle = 2.0 * PI * (double)a / ANGLES, radius = radius_of(line[a], size);
                    xy[2 * a] = centre[0] + radius * cos(angle) / g->column_spacing_mm;
                    xy[2 * a + 1] = centre[1] + radius * sin(angle) / g->row_spacing_mm;
                }
            }
        }
        memset(mask, 0, count);
        myo_mask_fill_polygon(xy, ANGLES, mask, g->columns, g->rows);
    }
    free(p);
    free(smooth);
    free(scratch);
    return done;
}
