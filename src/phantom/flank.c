/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between ribs and pelvis on CT: quadratus lumborum, the three flat muscles at the side of the
 * abdomen, the straight one in front, and the lowest ribs.
 */
#include "phantom/random_private.h"
#include "phantom/trunk_private.h"

#include <math.h>

/* Quadratus lumborum by level: its middle, half of its width and depth, mm. */
#define QUADRATUS_NODES 7
static const double quadratus_level[QUADRATUS_NODES] = {0.7, 1.0, 2.0, 3.0, 4.0, 5.0, 5.5};
static const double quadratus_a[QUADRATUS_NODES] = {76.0, 73.0, 65.0, 59.0, 53.0, 46.0, 42.0};
static const double quadratus_v[QUADRATUS_NODES] = {22.0, 22.5, 23.0, 23.0, 22.0, 21.0, 21.0};
static const double quadratus_width[QUADRATUS_NODES] = {11.0, 17.0, 20.0, 18.0, 15.0, 11.0, 6.0};
static const double quadratus_depth[QUADRATUS_NODES] = {5.0, 7.0, 8.5, 8.0, 7.0, 5.5, 3.5};
#define QUADRATUS_TILT 0.2 /* its lateral border lies further in front */

/* The flat muscles: thickness of all three, borders between them as parts of it, and where they
 * end behind the curve of the spine. */
#define WALL_MM 18.0
#define WALL_LAYERS 3
static const double layer_from[WALL_LAYERS] = {0.0, 0.40, 0.78};
static const double layer_to[WALL_LAYERS] = {0.36, 0.74, 1.0};
#define WALL_BACK_MM 46.0
#define WALL_TAPER_MM 26.0
/* The inguinal ligament: lower border of the flat muscles from the ilium to the pubis. */
#define GROIN_OUTER_A 114.0
#define GROIN_OUTER_H (-28.0)
#define GROIN_INNER_A 20.0
#define GROIN_INNER_H (-110.0)
/* The straight muscle: from the white line to its lateral border, greatest thickness, lower end. */
#define STRAIGHT_INNER_A 4.0
#define STRAIGHT_OUTER_A 62.0
#define STRAIGHT_MM 11.0
#define STRAIGHT_END_H (-116.0)

/* The twelfth rib: a, v, and levels above the disc below its vertebra. */
#define RIB_NODES 5
static const double rib[RIB_NODES][3] = {{20.0, 17.0, 0.72},
                                         {42.0, 30.0, 0.45},
                                         {66.0, 37.0, -0.05},
                                         {90.0, 28.0, -0.65},
                                         {108.0, 8.0, -1.25}};
#define RIB_LEVEL_MM 35.0
#define RIB_MM 4.2
#define RIB_CORTEX_MM 1.2
#define RIBS 2 /* the twelfth and the eleventh */

bool trunk_rib_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out) {
    const phantom_local *p = t->p;
    double least = 1.0;
    for (int n = 0; n < RIBS; n++) {
        double base = (double)(anatomy->lumbar + n);
        double length = n == 0 ? anatomy->trunk->rib_length * (RIB_NODES - 1) : RIB_NODES - 1;
        const double at[3] = {p->a, p->v, (p->level - base) * RIB_LEVEL_MM};
        for (int i = 0; i + 1 < RIB_NODES && (double)i < length; i++) {
            double part = fmin(1.0, length - (double)i), from[3], to[3];
            for (int k = 0; k < 3; k++) {
                double unit = k == 2 ? RIB_LEVEL_MM : 1.0;
                from[k] = unit * rib[i][k];
                to[k] = unit * (rib[i][k] + part * (rib[i + 1][k] - rib[i][k]));
            }
            least = fmin(least, trunk_rod(at, from, to, RIB_MM, RIB_MM));
        }
    }
    if (least > 0.0) {
        return false;
    }
    out->tissue = least > -RIB_CORTEX_MM ? TISSUE_CORTEX : TISSUE_MARROW;
    out->kind = MYO_TISSUE_RIB;
    return true;
}

static bool quadratus_at(const phantom_anatomy *anatomy, const trunk_point *t,
                         phantom_sample *out) {
    const phantom_local *p = t->p;
    double at = p->level - phantom_lumbar_level(anatomy, 0.0) * trunk_ramp(p->level, 1.0, 4.0);
    if (at < quadratus_level[0] || at > quadratus_level[QUADRATUS_NODES - 1]) {
        return false;
    }
    double plane = anatomy->trunk->plane_mm, size = anatomy->trunk->muscular;
    double a = p->a - phantom_interpolate(quadratus_level, quadratus_a, QUADRATUS_NODES, at);
    double v = p->v - phantom_interpolate(quadratus_level, quadratus_v, QUADRATUS_NODES, at) +
               QUADRATUS_TILT * a;
    double width = phantom_interpolate(quadratus_level, quadratus_width, QUADRATUS_NODES, at);
    double depth = phantom_interpolate(quadratus_level, quadratus_depth, QUADRATUS_NODES, at);
    if (phantom_superellipse(a, v, width * size, depth * size) > 1.0 ||
        phantom_back_floor(anatomy, p) - p->v < plane ||
        phantom_psoas_distance(anatomy, p) < plane) {
        return false;
    }
    trunk_set_muscle(anatomy, t, MYO_TISSUE_QUADRATUS_LUMBORUM, FIELD_OTHER_MUSCLE, out);
    return true;
}

static bool straight_at(const trunk_point *t, double outer, double size) {
    double middle = 0.5 * (STRAIGHT_INNER_A + outer), half = 0.5 * (outer - STRAIGHT_INNER_A);
    double x = (t->a - middle) / half;
    double thickness = STRAIGHT_MM * size * sqrt(fmax(0.0, 1.0 - x * x * x * x));
    return fabs(x) < 1.0 && t->inside_mm > 0.5 && t->inside_mm < thickness &&
           t->h > STRAIGHT_END_H && t->y < t->curve_y;
}

/* The flat muscles: thinner to the back, where they end at the fascia, and to the front, where
 * their tendons go on; on the iliac crest and above it. */
static bool flat_at(const phantom_anatomy *anatomy, const trunk_point *t, double outer,
                    double size) {
    trunk_plate plate = trunk_plate_at(anatomy->trunk, t);
    double behind = t->y - t->curve_y;
    double groin = GROIN_INNER_H +
                   (GROIN_OUTER_H - GROIN_INNER_H) * trunk_ramp(t->a, GROIN_INNER_A, GROIN_OUTER_A);
    double thickness = WALL_MM * size *
                       trunk_ramp(behind, WALL_BACK_MM, WALL_BACK_MM - WALL_TAPER_MM) *
                       (0.35 + 0.65 * trunk_ramp(t->a, outer + 2.0, outer + 24.0)) *
                       trunk_ramp(t->h, groin, groin + 20.0);
    bool free = plate.q > 0.97 || t->h > plate.top - 5.0;
    if (!free || t->a < outer + 1.0 || thickness < 2.0) {
        return false;
    }
    double share = t->inside_mm / thickness;
    for (int i = 0; i < WALL_LAYERS; i++) {
        if (share >= layer_from[i] && share <= layer_to[i]) {
            return true;
        }
    }
    return false;
}

bool trunk_flank_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out) {
    double girth = anatomy->trunk->girth, size = anatomy->trunk->muscular * (1.0 - 0.25 * girth);
    double outer = STRAIGHT_OUTER_A + 12.0 * girth;
    if (quadratus_at(anatomy, t, out)) {
        return true;
    }
    if (t->inside_mm > 0.0 && (straight_at(t, outer, size) || flat_at(anatomy, t, outer, size))) {
        trunk_set_muscle(anatomy, t, MYO_TISSUE_ABDOMINAL_WALL, FIELD_OTHER_MUSCLE, out);
        return true;
    }
    return false;
}
