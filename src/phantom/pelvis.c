/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bones of the pelvis on CT: the sides of the sacrum, the iliac wings, the hip joints and the upper
 * end of the femur.
 *
 * The iliac wing is a bowed plate whose ends change with height. The joint to the sacrum lies at
 * the inner face of its back; it ends at one height, because below it the plate's posterior end
 * draws back to the front in the arch of the greater sciatic notch, and the sacrum grows narrow.
 */
#include "phantom/trunk_private.h"

#include <math.h>

#define JOINT_GAP_MM 2.2 /* cartilage between two bones */
#define CORTEX_MM 1.7
#define HEAD_CORTEX_MM 1.2
#define SACRUM_CORTEX_MM 1.5
#define NOTCH_MM 16.0   /* height of the arch of the sciatic notch */
#define BOW_MM 4.0      /* of the iliac plate, outwards */
#define CREST_MM 2.2    /* how much thicker its upper border is */
#define THINNEST 0.6    /* of the thickness of its ends, in its middle */
#define SOCKET_MM 9.0   /* thickness of the acetabulum's wall */
#define SOCKET_OPEN 0.3 /* cosine, to the socket's axis, beyond which there is none */

/* Crest of the ilium over the way from its back to its front: height, mm. */
#define CREST_NODES 6
static const double crest_q[CREST_NODES] = {0.0, 0.12, 0.3, 0.55, 0.8, 1.0};
static const double crest_h[CREST_NODES] = {-14.0, 4.0, 24.0, 38.0, 30.0, -6.0};

/* The lateral part of the sacrum: half of its thickness by level, and how far from the midline it
 * ends, by height above the end of the joint. */
#define WING_NODES 6
static const double wing_level[WING_NODES] = {-6.0, -5.0, -4.0, -3.0, -2.0, -1.0};
static const double wing_half[WING_NODES] = {3.0, 4.0, 5.5, 7.5, 10.0, 13.0};
#define REACH_NODES 6
static const double reach_h[REACH_NODES] = {-70.0, -55.0, -38.0, -18.0, -5.0, 0.0};
static const double reach_a[REACH_NODES] = {4.0, 8.0, 17.0, 29.0, 39.0, 46.0};
#define REACH_JOINT_MM 75.0 /* at the joint the ilium limits it */
#define WING_TOP (-0.06)    /* level of the upper end plate of S1 at its sides */
#define LEVEL_MM 37.0       /* about the distance between neighbouring discs */
#define HIATUS (-3.6)       /* level at which the sacral canal ends */

/* Bone with a cortex of the given thickness. */
static bool bone(double distance, double cortex_mm, phantom_tissue inside, phantom_sample *out) {
    if (distance > 0.0) {
        return false;
    }
    out->tissue = distance > -cortex_mm ? TISSUE_CORTEX : inside;
    return true;
}

double trunk_sacrum_reach(const phantom_trunk *trunk, const trunk_point *t) {
    double above = t->h - trunk->joint_end[t->side];
    return above >= 0.0 ? REACH_JOINT_MM
                        : phantom_interpolate(reach_h, reach_a, REACH_NODES, above);
}

trunk_plate trunk_plate_at(const phantom_trunk *trunk, const trunk_point *t) {
    const double *h = trunk->hip_h;
    double joint = trunk->joint_end[t->side], below = joint - t->h;
    trunk_plate plate = {.back_a = phantom_interpolate(h, trunk->back_a, HIP_NODES, t->h),
                         .back_y = phantom_interpolate(h, trunk->back_y, HIP_NODES, t->h),
                         .front_a = phantom_interpolate(h, trunk->front_a, HIP_NODES, t->h),
                         .front_y = phantom_interpolate(h, trunk->front_y, HIP_NODES, t->h),
                         .half = phantom_interpolate(h, trunk->half_plate, HIP_NODES, t->h)};
    if (below > 0.0) {
        double arch = fmax(0.0, 1.0 - sqrt(below / NOTCH_MM)), notch = trunk->back_y[0];
        double lip = phantom_interpolate(h, trunk->back_y, HIP_NODES, fmax(joint, h[HIP_JOINT]));
        plate.back_y = notch + arch * (lip - notch);
    } else if (t->h < h[HIP_JOINT]) {
        plate.back_y = trunk->back_y[HIP_JOINT];
    }
    double da = plate.front_a - plate.back_a, dy = plate.front_y - plate.back_y;
    double a = t->a - plate.back_a, y = t->y - plate.back_y;
    plate.length = sqrt(da * da + dy * dy);
    plate.q = (a * da + y * dy) / (plate.length * plate.length);
    double q = fmin(1.0, fmax(0.0, plate.q)), middle = 4.0 * q * (1.0 - q);
    plate.off = (y * da - a * dy) / plate.length - BOW_MM * middle;
    plate.top = phantom_interpolate(crest_q, crest_h, CREST_NODES, q);
    /* Thick at both ends and at the crest, thin in the middle of the wing. */
    double wing = trunk_ramp(t->h, h[HIP_ROOF], h[HIP_JOINT]);
    plate.half *= 1.0 - (1.0 - THINNEST) * wing * middle;
    plate.half += CREST_MM * trunk_ramp(t->h, plate.top - 12.0, plate.top - 2.0);
    return plate;
}

/* Signed distance to the plate, about right near its surface. It goes down to the hip's middle. */
static double plate_distance(const phantom_trunk *trunk, const trunk_plate *plate,
                             const trunk_point *t) {
    double beyond = fmax(0.0, fmax(-plate->q, plate->q - 1.0)) * plate->length;
    double flat = sqrt(plate->off * plate->off + beyond * beyond) - plate->half;
    return fmax(flat, fmax(t->h - plate->top, trunk->head_h[t->side] - t->h));
}

/* The lateral parts, the back and the crest of the sacrum, in the coordinates of the spine. */
static double sacrum_distance(const phantom_trunk *trunk, const trunk_point *t,
                              const trunk_plate *plate, double from_plate) {
    const phantom_local *p = t->p;
    double half = phantom_interpolate(wing_level, wing_half, WING_NODES, p->level);
    double wing = fmax(fabs(p->v - 3.0 - 0.10 * p->a) - half,
                       fmax(t->a - trunk_sacrum_reach(trunk, t), 15.0 - p->a));
    wing = fmax(wing, fmax(JOINT_GAP_MM - from_plate, plate->off));
    wing = fmax(wing, (p->level - WING_TOP) * LEVEL_MM);
    if (p->level > -0.22 || p->level < HIATUS) {
        return p->level < HIATUS ? fmin(wing, fmax(fabs(p->v - 3.0) - half, p->a - 16.0)) : wing;
    }
    /* The canal stays open and grows narrow towards the foot. */
    double narrow = fmin(1.0, fmax(0.0, -0.3 * (p->level + 0.4)));
    double back_v = fmin(40.0 - 0.25 * p->a, 38.0 - 16.0 * narrow);
    double back = fmax(fabs(p->v - back_v) - 2.5, p->a - 24.0 + 8.0 * narrow);
    double crest = fmax(p->a - 2.5, fabs(p->v - back_v - 4.5) - 4.5 + 2.5 * narrow);
    double pillar = phantom_ellipse(p->a - 19.0 + 4.0 * narrow, p->v - 26.0 + 12.0 * narrow, 7.0,
                                    11.0 - 3.0 * narrow);
    return fmin(fmin(wing, pillar), fmin(back, crest));
}

/* Socket, ischium and pubis. `away` is the distance from the middle of the femoral head. */
static double hip_distance(const phantom_trunk *trunk, const trunk_point *t, double away) {
    /* The socket looks outwards, to the front and down. */
    static const double axis[3] = {0.74, -0.36, -0.57};
    double a = t->a - trunk->head_a, y = t->y - trunk->head_y, h = t->h - trunk->head_h[t->side];
    double open = (axis[0] * a + axis[1] * y + axis[2] * h) - SOCKET_OPEN * away;
    double outer = trunk->head_radius + JOINT_GAP_MM + SOCKET_MM;
    double socket = fmax(away - outer, open);
    const double at[3] = {a, y, h}, ischium[3] = {-20.0, 27.0, 4.0}, seat[3] = {-22.0, 36.0, -62.0};
    const double ramus[3] = {-26.0, -14.0, -4.0},
                 symphysis[3] = {-trunk->head_a + 9.0, -26.0, -24.0};
    socket = fmin(socket, trunk_rod(at, ischium, seat, 12.0, 15.0));
    return fmin(socket, trunk_rod(at, ramus, symphysis, 9.0, 7.0));
}

/* Neck, greater trochanter and shaft; places from the middle of the head. */
static double femur_distance(const phantom_trunk *trunk, const trunk_point *t) {
    static const double middle[3] = {0.0, 0.0, 0.0}, base[3] = {34.0, 9.0, -30.0},
                        tip[3] = {46.0, 17.0, 0.0}, knee[3] = {40.0, 10.0, -95.0};
    const double at[3] = {t->a - trunk->head_a, t->y - trunk->head_y,
                          t->h - trunk->head_h[t->side]};
    double neck = trunk_rod(at, middle, base, 14.0, 16.0);
    double trochanter = trunk_rod(at, base, tip, 16.0, 9.5);
    return fmin(fmin(neck, trochanter), trunk_rod(at, base, knee, 17.0, 15.0));
}

bool trunk_pelvis_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out) {
    const phantom_trunk *trunk = anatomy->trunk;
    if (t->h > crest_h[3]) {
        return false;
    }
    double a = t->a - trunk->head_a, y = t->y - trunk->head_y, h = t->h - trunk->head_h[t->side];
    double away = sqrt(a * a + y * y + h * h);
    out->kind = MYO_TISSUE_PELVIS;
    if (bone(away - trunk->head_radius, HEAD_CORTEX_MM, TISSUE_DENSE_BONE, out) ||
        bone(femur_distance(trunk, t), CORTEX_MM, TISSUE_MARROW, out)) {
        return true;
    }
    trunk_plate plate = trunk_plate_at(trunk, t);
    double from_plate = plate_distance(trunk, &plate, t);
    double joint = trunk->head_radius + JOINT_GAP_MM - away; /* above 0 within the joint */
    double hip = fmax(fmin(from_plate, hip_distance(trunk, t, away)), joint);
    if (bone(hip, CORTEX_MM, TISSUE_MARROW, out)) {
        return true;
    }
    out->kind = MYO_TISSUE_SACRUM;
    if (t->p->level < WING_TOP &&
        bone(sacrum_distance(trunk, t, &plate, from_plate), SACRUM_CORTEX_MM, TISSUE_MARROW, out)) {
        return true;
    }
    out->kind = MYO_TISSUE_OTHER;
    bool sacroiliac = t->h > trunk->joint_end[t->side] && from_plate < JOINT_GAP_MM &&
                      sacrum_distance(trunk, t, &plate, JOINT_GAP_MM) < JOINT_GAP_MM &&
                      plate.off < 0.0 && t->p->level < WING_TOP && fabs(t->p->v - 8.0) < 16.0;
    if (joint > 0.0 || sacroiliac) {
        out->tissue = TISSUE_LIGAMENT; /* cartilage and fluid are as dense */
        return true;
    }
    return false;
}
