/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Muscles of the hip on CT. Gluteus maximus lies behind a surface that runs from the side of the
 * sacrum over the posterior end of the ilium to the skin's fat at the side; medius and minimus lie
 * in front of it, on the outer face of the iliac plate, with piriformis in the sciatic notch
 * between. Fat planes part them.
 */
#include "phantom/random_private.h"
#include "phantom/trunk_private.h"

#include <math.h>

/* Where the border between maximus and medius meets the surface, by height: y, mm. */
#define BORDER_NODES 5
static const double border_h[BORDER_NODES] = {-150.0, -110.0, -82.0, -60.0, -10.0};
static const double border_y[BORDER_NODES] = {-8.0, -6.0, 0.0, 11.0, 20.0};

/* The deep surface of maximus behind the hip joint, from the middle of the head. */
#define SEAT_A_MM (-16.0)
#define SEAT_Y_MM 50.0
#define SEAT_BELOW_MM 22.0 /* height over which it goes there from the joint's end */

/* Thickness that minimus and medius have at most, mm. */
#define MINIMUS_MM 15.0
#define MEDIUS_MM 52.0
#define ILIACUS_MM 13.0
#define OBTURATOR_MM 10.0
#define OBTURATOR_HALF_MM 32.0
#define OBTURATOR_OUTER_MM 36.0 /* from the middle of the head to the socket's inner face */

/* Course of psoas and iliopsoas below L5/S1. */
#define PSOAS_NODES 5
static const double psoas_h[PSOAS_NODES] = {-110.0, -85.0, -60.0, -30.0, -6.0};
static const double psoas_a[PSOAS_NODES] = {80.0, 76.0, 68.0, 58.0, 51.0};
static const double psoas_y[PSOAS_NODES] = {-51.0, -52.0, -44.0, -28.0, -8.0};
static const double psoas_half[PSOAS_NODES] = {14.0, 14.0, 15.0, 16.5, 18.0};
#define PSOAS_END_MM (-100.0) /* further down it is one with iliacus */

/* Muscles in front and below that are not measured, as rods: from, to, and the radii there. */
static const struct {
    double from[3], to[3], r0, r1;
} rods[] = {
    {{114.0, -44.0, -32.0}, {126.0, -40.0, -170.0}, 6.0, 13.0}, /* tensor fasciae latae */
    {{106.0, -58.0, -30.0}, {76.0, -58.0, -170.0}, 6.0, 9.0},   /* sartorius */
    {{96.0, -44.0, -78.0}, {102.0, -46.0, -170.0}, 6.0, 13.0},  /* rectus femoris */
    {{40.0, -46.0, -112.0}, {74.0, -34.0, -160.0}, 8.0, 11.0},  /* pectineus */
    {{18.0, -40.0, -140.0}, {48.0, -14.0, -180.0}, 9.0, 18.0},  /* adductors */
    {{68.0, 2.0, -132.0}, {120.0, 0.0, -130.0}, 8.0, 8.0},      /* quadratus femoris */
    {{112.0, -10.0, -150.0}, {122.0, -16.0, -190.0}, 4.0, 16.0} /* vastus lateralis */
};
#define ROD_COUNT (sizeof rods / sizeof rods[0])

static bool psoas_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out) {
    double half = phantom_interpolate(psoas_h, psoas_half, PSOAS_NODES, t->h) *
                  sqrt(anatomy->muscle_scale[MYO_PSOAS_MAJOR][t->side]);
    double da = t->a - phantom_interpolate(psoas_h, psoas_a, PSOAS_NODES, t->h);
    double dy = t->y - phantom_interpolate(psoas_h, psoas_y, PSOAS_NODES, t->h);
    double x = 0.94 * da - 0.34 * dy, y = 0.34 * da + 0.94 * dy;
    if (t->p->level >= 0.0 || phantom_ellipse(x, y, half, 1.06 * half) > 0.0) {
        return false;
    }
    myo_tissue kind = t->h > PSOAS_END_MM ? MYO_TISSUE_PSOAS_MAJOR : MYO_TISSUE_ILIACUS;
    trunk_set_muscle(anatomy, t, kind, FIELD_PSOAS, out);
    return true;
}

static bool iliac_vessel_at(const trunk_point *t, phantom_sample *out) {
    double a = t->a - phantom_interpolate(psoas_h, psoas_a, PSOAS_NODES, t->h);
    double y = t->y - phantom_interpolate(psoas_h, psoas_y, PSOAS_NODES, t->h);
    double artery = phantom_ellipse(a + 22.0, y + 7.0, 4.8, 4.8);
    double vein = phantom_ellipse(a + 23.0, y - 5.0, 6.5, 5.0);
    if (t->p->level > 0.0 || fmin(artery, vein) > 0.0) {
        return false;
    }
    out->tissue = TISSUE_BLOOD;
    return true;
}

/* How far a point lies behind the deep surface of maximus, mm; and the medial end of the muscle. */
static double behind_border(const phantom_anatomy *anatomy, const trunk_point *t,
                            const trunk_plate *plate, double *medial) {
    const phantom_trunk *trunk = anatomy->trunk;
    double joint = trunk->joint_end[t->side], low = trunk_ramp(t->h, joint, joint - SEAT_BELOW_MM);
    double at_bone = fmax(plate->back_y, phantom_interpolate(trunk->hip_h, trunk->back_y, HIP_NODES,
                                                             fmax(t->h, trunk->hip_h[HIP_JOINT])));
    double reach = trunk_sacrum_reach(trunk, t);
    double inner_a = plate->back_a - 10.0, inner_y = at_bone + 8.0;
    double bone_a = plate->back_a + 6.0, bone_y = at_bone + 1.0;
    bone_a += low * (trunk->head_a + SEAT_A_MM - bone_a);
    bone_y += low * (trunk->head_y + SEAT_Y_MM - bone_y);
    inner_a += low * (fmin(reach, 43.0) - 3.0 - inner_a);
    inner_y += low * (t->curve_y + 7.0 - inner_y);
    trunk_hull hull = trunk_hull_at(anatomy, t->h, t->curve_y);
    double y = phantom_interpolate(border_h, border_y, BORDER_NODES, t->h) + trunk->border_y;
    double half = 0.5 * (hull.back - hull.front);
    double off = fabs(y - 0.5 * (hull.back + hull.front)) / half;
    double a = hull.half_width * pow(1.0 - pow(off, 2.5), 1.0 / 2.5);
    *medial = fmax(inner_a, 7.0);
    double share = (t->a - bone_a) / (a - bone_a), slope = (y - bone_y) / (a - bone_a);
    double deep = bone_y + slope * (t->a - bone_a) +
                  trunk->border_bow_mm * 4.0 * fmax(0.0, share * (1.0 - share));
    if (t->a < bone_a) {
        slope = (bone_y - inner_y) / fmax(bone_a - inner_a, 1.0);
        deep = bone_y + slope * (t->a - bone_a);
    }
    return (t->y - deep) / sqrt(1.0 + slope * slope);
}

/* Piriformis, from the front of the sacrum through the sciatic notch to the greater trochanter. */
static bool is_piriformis(const phantom_trunk *trunk, const trunk_point *t, double grow) {
    const double at[3] = {t->a, t->y, t->h};
    double head = trunk->head_h[t->side], joint = trunk->joint_end[t->side];
    const double from[3] = {24.0, trunk->back_y[HIP_JOINT] - 16.0, joint + 2.0},
                 middle[3] = {60.0, trunk->head_y + 52.0 - 8.0, 0.5 * (joint + head) + 6.0},
                 to[3] = {trunk->head_a + 40.0, trunk->head_y + 20.0, head + 3.0};
    return fmin(trunk_rod(at, from, middle, 8.5, 7.5), trunk_rod(at, middle, to, 7.5, 4.0)) < grow;
}

static bool is_iliacus(const phantom_trunk *trunk, const trunk_point *t, const trunk_plate *plate) {
    double q = fmin(1.0, fmax(0.0, plate->q)), inward = -plate->off - plate->half;
    double iliacus = ILIACUS_MM * trunk_ramp(q, 0.28, 0.5) * trunk_ramp(q, 1.0, 0.85) *
                     trunk_ramp(t->h, 30.0, 0.0);
    return iliacus > 1.0 && inward > -1.0 && inward < iliacus &&
           t->h > trunk->hip_h[HIP_ROOF] - 8.0 && t->h < plate->top;
}

/* Muscles that a tissue map has no name for. */
static bool is_other(const phantom_trunk *trunk, const trunk_point *t) {
    const double at[3] = {t->a, t->y, t->h};
    double a = t->a - trunk->head_a, y = t->y - trunk->head_y, h = t->h - trunk->head_h[t->side];
    double away = sqrt(a * a + y * y + h * h);
    if (away < OBTURATOR_OUTER_MM + OBTURATOR_MM && a < -20.0 && fabs(h) < OBTURATOR_HALF_MM &&
        y > -18.0) {
        return true;
    }
    for (size_t i = 0; i < ROD_COUNT; i++) {
        if (trunk_rod(at, rods[i].from, rods[i].to, rods[i].r0, rods[i].r1) < 0.0) {
            return true;
        }
    }
    return false;
}

/* Minimus and medius: how thick they are above the plate, and where they end in front and below. */
static bool small_gluteal_at(const phantom_anatomy *anatomy, const trunk_point *t,
                             const trunk_plate *plate, phantom_sample *out) {
    const phantom_trunk *trunk = anatomy->trunk;
    double above = plate->off - plate->half, head = trunk->head_h[t->side];
    double front = (plate->q - 1.0) * plate->length - 4.0, behind = -plate->q * plate->length;
    double low = trunk_ramp(t->h, head - 14.0, head + 10.0);
    double q = fmin(1.0, fmax(0.0, plate->q));
    double minimus = MINIMUS_MM * trunk->muscular * sqrt(trunk_ramp(q, 0.25, 0.75)) *
                     trunk_ramp(t->h, 8.0, -45.0) * low;
    double medius = MEDIUS_MM * trunk->muscular * trunk_ramp(t->h, plate->top, plate->top - 75.0) *
                    (0.3 + 0.7 * low);
    if (above < -1.0 || above > medius || front > 0.30 * above || behind > 0.6 * above ||
        t->h > plate->top || t->h < head - 14.0 || t->inside_mm < 0.0) {
        return false;
    }
    if (above < minimus - 0.5 * trunk->plane_mm) {
        trunk_set_muscle(anatomy, t, MYO_TISSUE_GLUTEUS_MINIMUS, FIELD_OTHER_MUSCLE, out);
        return true;
    }
    if (minimus > 0.0 && above < minimus + 0.5 * trunk->plane_mm) {
        return false;
    }
    trunk_set_muscle(anatomy, t, MYO_TISSUE_GLUTEUS_MEDIUS, FIELD_GLUTEAL, out);
    return true;
}

bool trunk_hip_muscle_at(const phantom_anatomy *anatomy, const trunk_point *t,
                         phantom_sample *out) {
    const phantom_trunk *trunk = anatomy->trunk;
    if (psoas_at(anatomy, t, out) || iliac_vessel_at(t, out)) {
        return true;
    }
    if (t->h > trunk->hip_h[HIP_NODES - 1]) {
        return false;
    }
    trunk_plate plate = trunk_plate_at(trunk, t);
    double medial, behind = behind_border(anatomy, t, &plate, &medial);
    double half_plane = 0.5 * trunk->plane_mm;
    /* Towards its origin maximus grows thin. */
    double thickness = 70.0 * trunk_ramp(t->h, 6.0, -60.0);
    if (behind > half_plane && behind < thickness && t->a > medial && t->inside_mm > 0.0) {
        trunk_set_muscle(anatomy, t, MYO_TISSUE_GLUTEUS_MAXIMUS, FIELD_GLUTEAL + 20, out);
        return true;
    }
    if (behind > -half_plane) {
        return false;
    }
    bool piriformis = is_piriformis(trunk, t, 0.0);
    if (!piriformis && is_iliacus(trunk, t, &plate)) {
        trunk_set_muscle(anatomy, t, MYO_TISSUE_ILIACUS, FIELD_OTHER_MUSCLE, out);
        return true;
    }
    if (piriformis || is_other(trunk, t)) {
        trunk_set_muscle(anatomy, t, MYO_TISSUE_OTHER, FIELD_OTHER_MUSCLE, out);
        return true;
    }
    return !is_piriformis(trunk, t, trunk->plane_mm) && small_gluteal_at(anatomy, t, &plate, out);
}
