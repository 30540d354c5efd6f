/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Muscles. Multifidus and erector spinae share the compartment under the thoracolumbar fascia; a
 * septum divides it. Their outline is the fascia and the septum: fat below the fascia is inside.
 * Where fat lies is given by a texture: thin sheets along the fibres (ridges of a noise field that
 * is stretched along the spine), with more of it at the septum, below the fascia and on the
 * laminae. The painter turns the texture into fat fractions.
 */
#include "phantom/anatomy_private.h"
#include "phantom/random_private.h"

#include <math.h>

#define FASCIA_MM 0.9
#define FAN_MM 30.0       /* from the place that fibre bundles radiate from, in the mean */
#define SACRAL_LEVELS 3.2 /* below S1/2, over which the muscles on the sacrum end */
/* With a trunk: how far behind the tips of the spinous processes both sides begin to part, at which
 * distance from the midline, and how fast. */
#define PARTED_MM 2.0
#define PARTED_A 3.5
#define PARTED_SLOPE 1.75
#define DEEP_CLEFT 0.45
#define BROADER 0.13 /* multifidus from L3 up, as part of its width */
#define FLOOR_V 27.0 /* the compartment is scaled about this depth, mm behind the curve */

/* S1/2, L5/S1, L4/5, L3/4, L2/3, L1/2, T12/L1, and on. */
static const double half_width[LEVEL_NODES] = {36.0, 63.0, 70.0, 73.0, 72.0,
                                               68.0, 63.0, 63.0, 63.0};
static const double depth_scale[LEVEL_NODES] = {0.62, 0.88, 1.0,  0.97, 0.90,
                                                0.82, 0.76, 0.76, 0.76};
static const double septum_scale[LEVEL_NODES] = {1.15, 1.08, 1.0,  0.84, 0.72,
                                                 0.62, 0.55, 0.55, 0.55};
static const double psoas_a[LEVEL_NODES] = {56.0, 51.0, 44.0, 39.5, 35.0, 30.5, 28.0, 28.0, 28.0};
static const double psoas_v[LEVEL_NODES] = {-30.0, -12.0, 4.0, 9.0, 11.0, 12.0, 12.0, 12.0, 12.0};
static const double psoas_width[LEVEL_NODES] = {15.0, 18.0, 18.5, 16.0, 12.5, 9.0, 6.0, 6.0, 6.0};
static const double psoas_depth[LEVEL_NODES] = {16.0, 19.0, 20.0, 18.5, 15.5, 12.0, 8.0, 8.0, 8.0};

/* Outline of the compartment over q = distance from the midline / half width. */
#define PROFILE_COUNT 10
static const double profile_q[PROFILE_COUNT] = {0.0, .11, .25, .35, .45, .6, .75, .88, .96, 1.0};
static const double roof_v[PROFILE_COUNT] = {76.0, 80.0, 82.5, 82.8, 81.3,
                                             77.5, 72.0, 65.0, 58.0, 49.0};
static const double floor_v[PROFILE_COUNT] = {50.0, 46.0, 38.0, 32.0, 28.0,
                                              27.5, 32.0, 38.0, 43.0, 49.0};

/* Distance of the septum from the midline over the depth, mm. */
#define SEPTUM_COUNT 6
static const double septum_v[SEPTUM_COUNT] = {20.0, 35.0, 50.0, 64.0, 74.0, 83.0};
static const double septum_a[SEPTUM_COUNT] = {23.0, 26.0, 27.5, 27.0, 25.0, 19.0};

double phantom_fascia_depth(double level) {
    return FLOOR_V + (82.5 - FLOOR_V) * phantom_by_level(depth_scale, level);
}

/* A ridge of noise in 0 to 1: 1 on thin winding sheets. `along` and `across` are mm. */
static double ridge(uint64_t seed, double across, double along, double z, double across_mm,
                    double along_mm) {
    double n = phantom_noise(seed, across / across_mm, along / along_mm, z / 40.0);
    return 1.0 - fabs(2.0 * n - 1.0);
}

/* Fibre bundles: sheets that radiate from a place beside the spine. `centre_v` far behind or in
 * front makes them run almost parallel. */
double phantom_sheets(const phantom_anatomy *anatomy, const phantom_local *p, uint64_t key,
                      double centre_a, double centre_v, double fan_mm) {
    double warp = phantom_noise(anatomy->seed ^ key, p->x / 9.0, p->y / 9.0, p->z / 50.0) - 0.5;
    double da = p->a - centre_a, dv = p->v - centre_v;
    double along = sqrt(da * da + dv * dv) + 1.0e-6;
    /* Angle as mm at the mean distance, so that bundles widen outwards. */
    double across = fan_mm * atan2(da, fabs(dv)) + 7.0 * warp;
    uint64_t seed = anatomy->seed ^ (key + 1 + (uint64_t)p->side * 100);
    double coarse = ridge(seed, across, along, p->z, 6.5, 26.0);
    double fine = ridge(seed + 7, across, along, p->z, 3.4, 14.0);
    double thin = ridge(seed + 8, across, along, p->z, 2.0, 6.0);
    double patch = phantom_noise(seed + 9, p->a / 9.0, p->v / 9.0, p->z / 60.0);
    return 0.74 * fmax(coarse, fmax(0.98 * fine, 0.92 * thin)) + 0.26 * patch;
}

static void set_muscle(const phantom_anatomy *anatomy, const phantom_local *p,
                       myo_structure structure, double texture, phantom_sample *out) {
    out->tissue = TISSUE_MUSCLE;
    out->measured = true;
    out->structure = structure;
    out->side = p->side;
    out->texture = texture;
    out->shade = 0.9 + 0.2 * phantom_noise(anatomy->seed ^ FIELD_MUSCLE_SHADE, p->x / 5.0,
                                           p->y / 5.0, p->z / 15.0);
}

/* Width of the compartment of a side, and its depth relative to that at L4/5. */
static void compartment_size(const phantom_anatomy *anatomy, const phantom_local *p, double *wide,
                             double *tall) {
    *wide = phantom_by_level(half_width, p->level) *
            sqrt(anatomy->muscle_scale[MYO_ERECTOR_SPINAE][p->side]);
    *tall = phantom_by_level(depth_scale, p->level) *
            sqrt(anatomy->muscle_scale[MYO_MULTIFIDUS][p->side]);
    if (anatomy->trunk && p->level < LEVEL_FIRST) {
        /* On the back of the sacrum the muscles end. */
        double left = fmax(0.01, 1.0 - (LEVEL_FIRST - p->level) / SACRAL_LEVELS);
        *wide *= 0.4 + 0.6 * left;
        *tall *= left;
    }
}

double phantom_back_floor(const phantom_anatomy *anatomy, const phantom_local *p) {
    double wide, tall;
    compartment_size(anatomy, p, &wide, &tall);
    double floor = phantom_interpolate(profile_q, floor_v, PROFILE_COUNT, p->a / wide);
    return p->a < wide ? FLOOR_V + (floor - FLOOR_V) * tall : (double)INFINITY;
}

/* With a trunk multifidus is broader above L4/5: hand-drawn outlines of 100 axial slices have a
 * third of the compartment's width where multifidus is a quarter of its area. */
static double trunk_septum(double level) {
    return 1.0 + BROADER * fmin(1.0, fmax(0.0, level - 1.2));
}

/* Multifidus and erector spinae. */
static bool back_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    double wide, tall;
    compartment_size(anatomy, p, &wide, &tall);
    double v = FLOOR_V + (p->v - FLOOR_V) / tall, q = p->a / wide;
    if (q >= 1.0 || v < FLOOR_V - 2.0 || v > 90.0) {
        return false;
    }
    double roof = phantom_interpolate(profile_q, roof_v, PROFILE_COUNT, q);
    double floor = phantom_interpolate(profile_q, floor_v, PROFILE_COUNT, q);
    /* A shallow dent where longissimus and iliocostalis meet. */
    roof -= 1.5 * exp(-(q - 0.62) * (q - 0.62) / 0.003);
    double below_roof = (roof - v) * tall, above_floor = (v - floor) * tall;
    if (anatomy->trunk) {
        /* The fascia comes from the tips of the spinous processes: behind them both sides part. */
        double parted = phantom_spinous_tip(p->level) + PARTED_MM - p->v;
        below_roof = fmin(below_roof, 0.5 * (parted + PARTED_SLOPE * (p->a - PARTED_A)));
    }
    if (below_roof < -FASCIA_MM || above_floor < 0.0) {
        return false;
    }
    if (below_roof < 0.0) {
        out->tissue = TISSUE_FASCIA;
        return true;
    }
    double septum = phantom_interpolate(septum_v, septum_a, SEPTUM_COUNT, v) *
                    phantom_by_level(septum_scale, p->level) *
                    anatomy->muscle_scale[MYO_MULTIFIDUS][p->side];
    septum *= anatomy->trunk ? trunk_septum(p->level) : 1.0;
    septum += 1.6 * (phantom_noise(anatomy->seed ^ FIELD_SEPTUM, p->v / 9.0, (double)p->side,
                                   p->z / 30.0) -
                     .5);
    double lateral = p->a - septum; /* > 0 in erector spinae */
    double cleft = 0.25 * exp(-fabs(lateral) / 1.1);
    if (anatomy->trunk) {
        /* CT shows a cleft of fat between the deep halves of both muscles. */
        cleft += DEEP_CLEFT * exp(-fabs(lateral) / 0.9) *
                 fmin(1.0, fmax(0.0, (0.65 * roof + 0.35 * floor - v) / 8.0));
    }
    bool multifidus = lateral < 0.0;
    double texture = multifidus ? phantom_sheets(anatomy, p, FIELD_MULTIFIDUS, 14.0, 8.0, FAN_MM)
                                : phantom_sheets(anatomy, p, FIELD_ERECTOR, 34.0, 8.0, FAN_MM);
    if (multifidus) {
        double deep = 0.16 * exp(-above_floor / 7.0), medial = 0.08 * exp(-(p->a - 4.0) / 3.0);
        texture += cleft + deep + medial;
    } else {
        double parting = 0.16 * exp(-fabs(q - 0.62) * wide / 1.5);
        double under = 0.16 * exp(-below_roof / 1.8) * fmin(1.0, q * 1.6);
        texture += cleft + parting + under + 0.10 * exp(-above_floor / 2.5);
    }
    set_muscle(anatomy, p, multifidus ? MYO_MULTIFIDUS : MYO_ERECTOR_SPINAE, texture, out);
    return true;
}

/* Signed distance to psoas: an egg, tilted outwards, thinner at the vertebra; *across is the place
 * along its shorter axis. */
static double psoas_distance(const phantom_anatomy *anatomy, const phantom_local *p,
                             double *across) {
    double scale = sqrt(anatomy->muscle_scale[MYO_PSOAS_MAJOR][p->side]);
    double da = p->a - phantom_by_level(psoas_a, p->level);
    double dv = p->v - phantom_by_level(psoas_v, p->level);
    double x = 0.94 * da - 0.34 * dv, y = 0.34 * da + 0.94 * dv;
    double width = phantom_by_level(psoas_width, p->level) * scale * (1.0 - 0.008 * y);
    double depth = phantom_by_level(psoas_depth, p->level) * scale;
    double wobble = phantom_noise(anatomy->seed ^ FIELD_PSOAS_SHAPE, p->a / 16.0, p->v / 16.0,
                                  p->z / 60.0 + 50.0 * (double)p->side);
    *across = x;
    return phantom_ellipse(x, y, width, depth) - 3.0 * (wobble - 0.5);
}

double phantom_psoas_distance(const phantom_anatomy *anatomy, const phantom_local *p) {
    double across;
    return psoas_distance(anatomy, p, &across);
}

static bool psoas_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    double x, lowest = anatomy->trunk ? 0.0 : -3.0; /* further down it belongs to the trunk */
    if (p->level < lowest || psoas_distance(anatomy, p, &x) > 0.0) {
        return false;
    }
    double texture = phantom_sheets(anatomy, p, FIELD_PSOAS, 20.0, 60.0, FAN_MM);
    texture += 0.1 * exp(-fabs(x + 3.0) / 1.5);
    set_muscle(anatomy, p, MYO_PSOAS_MAJOR, texture, out);
    return true;
}

/* Muscles that are not measured: quadratus lumborum, and those on both faces of the iliac bone. */
static bool other_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    double x = 0.93 * (p->a - 63.0) - 0.36 * (p->v - 29.0);
    double y = 0.36 * (p->a - 63.0) + 0.93 * (p->v - 29.0);
    double size = fmin(1.0, fmax(0.0, (p->level - 0.75) * 3.0)) * (p->level > 3.0 ? 0.8 : 1.0);
    bool quadratus = size > 0.2 && phantom_ellipse(x, y, 21.0 * size, 8.0 * size) < 0.0;
    double q, off;
    phantom_on_iliac_plate(p, &q, &off);
    double bulge = 4.0 * q * (1.0 - q), below = fmin(1.0, fmax(0.0, (0.8 - p->level) * 2.0));
    bool iliac = q > 0.05 && q < 0.98 && off > -4.0 - 16.0 * bulge * below &&
                 off < 4.0 + 30.0 * bulge * below && below > 0.0;
    if (!quadratus && !iliac) {
        return false;
    }
    out->tissue = TISSUE_MUSCLE;
    out->texture = phantom_sheets(anatomy, p, FIELD_OTHER_MUSCLE, 0.0, 0.0, FAN_MM);
    return true;
}

bool phantom_muscle_at(const phantom_anatomy *anatomy, const phantom_local *p,
                       phantom_sample *out) {
    return back_at(anatomy, p, out) || psoas_at(anatomy, p, out) ||
           (!anatomy->trunk && other_at(anatomy, p, out));
}
