/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where exactly the discs of a chain lie: the centre of mass of the probability of the link's own
 * kind of disc, within a box that is laid across the chain.
 */
#include "level/discs/discs_private.h"

#include <math.h>

/* Half sizes of the box, along the chain and across it: half a disc with what it may be off. */
#define HALF_ALONG_MM 7.0
#define HALF_ACROSS_MM 18.0
#define STEPS 3

/* Direction of the chain at a link, as a unit vector of the view. */
static void direction_at(const discs_chain *chain, size_t i, double *dx, double *dy) {
    const discs_candidate *a = &chain->links[i > 0 ? i - 1 : i].at;
    const discs_candidate *b = &chain->links[i + 1 < chain->count ? i + 1 : i].at;
    double x = b->x_mm - a->x_mm, y = b->y_mm - a->y_mm, length = hypot(x, y);
    *dx = length > 0.0 ? x / length : 0.0;
    *dy = length > 0.0 ? y / length : 1.0;
}

typedef struct mass {
    double sum, x, y, offset;
} mass;

static void add_slice(const discs_volume *v, size_t k, bool lumbosacral, const discs_candidate *at,
                      double dx, double dy, mass *m) {
    myo_grid map = myo_planes_get(&v->slices[k], lumbosacral ? DISCS_LUMBOSACRAL : DISCS_DISC);
    double reach = hypot(HALF_ALONG_MM, HALF_ACROSS_MM);
    double first_row = ceil((at->y_mm - reach) / DISCS_STEP_MM);
    double last_row = floor((at->y_mm + reach) / DISCS_STEP_MM);
    for (double r = fmax(first_row, 0.0); r <= last_row && r < (double)map.rows; r++) {
        for (size_t c = 0; c < map.columns; c++) {
            double x = DISCS_STEP_MM * (double)c - at->x_mm, y = DISCS_STEP_MM * r - at->y_mm;
            if (fabs(x * dx + y * dy) <= HALF_ALONG_MM && fabs(x * dy - y * dx) <= HALF_ACROSS_MM) {
                double weight = (double)map.pixels[(size_t)r * map.columns + c];
                m->sum += weight;
                m->x += weight * (at->x_mm + x);
                m->y += weight * (at->y_mm + y);
                m->offset += weight * v->offset_mm[k];
            }
        }
    }
}

void discs_place_links(const discs_volume *volume, discs_chain *chain) {
    for (int step = 0; step < STEPS; step++) {
        for (size_t i = 0; i < chain->count; i++) {
            discs_candidate *at = &chain->links[i].at;
            double dx, dy;
            direction_at(chain, i, &dx, &dy);
            mass m = {0};
            for (size_t k = 0; k < volume->count; k++) {
                add_slice(volume, k, i == chain->lumbosacral, at, dx, dy, &m);
            }
            if (m.sum > 0.0 && !chain->links[i].interpolated) {
                at->x_mm = m.x / m.sum;
                at->y_mm = m.y / m.sum;
                at->offset_mm = m.offset / m.sum;
            }
        }
    }
}
