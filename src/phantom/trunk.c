/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trunk around the spine: what is drawn from the seed, its frame, its skin, and the order in
 * which its parts are asked for.
 *
 * Pelves and bodies differ apart from the spine, so they are drawn from a stream of their own.
 * Sizes are those of adults: femoral heads of 44 to 52 mm, 16 to 18 cm apart, 10 to 12 cm below
 * L5/S1; sacroiliac joints that end 5.5 to 6.5 cm below it.
 */
#include "phantom/random_private.h"
#include "phantom/trunk_private.h"

#include <math.h>

#define LOWEST_DISC (-0.5) /* a level between L5/S1 and S1/2, whose disc is of the sacrum */
#define TRUNK_KEY UINT64_C(0x7472756e6b)
#define SKIN_MM 1.8
/* Bundles of the muscles run outwards, nearly parallel: from a place far on the other side. */
#define FAN_A (-120.0)
#define FAN_Y 130.0
#define FAN_MM 240.0
/* The acetabular roof, above the top of the femoral heads, as it is measured. */
#define ROOF_ABOVE_MM 3.0

/* Outline of the muscles over height above L5/S1: half width, front, and back from the curve of the
 * spine, mm; and what a large body has more of each. */
#define HULL_NODES 10
static const double hull_h[HULL_NODES] = {-170.0, -130.0, -105.0, -75.0, -55.0,
                                          -20.0,  10.0,   50.0,   110.0, 180.0};
static const double hull_width[HULL_NODES] = {142.0, 147.0, 148.0, 145.0, 141.0,
                                              136.0, 129.0, 121.0, 120.0, 122.0};
static const double hull_front[HULL_NODES] = {-70.0, -72.0, -76.0, -80.0, -82.0,
                                              -82.0, -78.0, -74.0, -78.0, -90.0};
static const double hull_back[HULL_NODES] = {26.0, 28.0, 30.0, 36.0, 43.0,
                                             62.0, 77.0, 83.0, 80.0, 73.0};
#define WIDER_MM 16.0
#define DEEPER_MM 30.0 /* by the fat within the abdomen */

/* Fat below the skin of a slim body, and how much more a large one has, mm. */
#define SIDE_FAT_MM 11.0
#define SIDE_FAT_MORE_MM 22.0
#define FRONT_FAT_MM 11.0
#define FRONT_FAT_MORE_MM 24.0
#define SEAT_FAT_MM 10.0
#define SEAT_FAT_MORE_MM 20.0

/* The iliac plate: from the acetabular roof over the end of the joints up to the crest. */
static void init_hip(const phantom_anatomy *anatomy, phantom_trunk *t, double wider) {
    double joint = 0.5 * (t->joint_end[MYO_LEFT] + t->joint_end[MYO_RIGHT]);
    double head = 0.5 * (t->head_h[MYO_LEFT] + t->head_h[MYO_RIGHT]);
    double roof = head + t->head_radius;
    const double heights[HIP_NODES] = {head, roof + 4.0, joint - 10.0, joint, -22.0, 4.0, 40.0};
    const double back_a[HIP_NODES] = {
        t->head_a - 18.0, t->head_a - 19.0, 60.0, 53.0, 54.0, 58.0, 68.0};
    const double behind[HIP_NODES] = {0.0, 0.0, 0.0, 10.0, 33.0, 45.0, 44.0};
    const double front_a[HIP_NODES] = {
        t->head_a + 14.0, t->head_a + 16.0, 105.0, 110.0, 119.0, 120.0, 116.0};
    const double front_y[HIP_NODES] = {
        t->head_y - 22.0, t->head_y - 26.0, -50.0, -54.0, -64.0, -58.0, -28.0};
    const double half_plate[HIP_NODES] = {14.0, 14.5, 10.0, 7.5, 6.5, 5.5, 5.0};
    for (int i = 0; i < HIP_NODES; i++) {
        t->hip_h[i] = heights[i];
        t->back_a[i] = back_a[i] + 0.3 * wider;
        t->back_y[i] = behind[i] + phantom_curve_y(anatomy, anatomy->body_scale * heights[i]) /
                                       anatomy->body_scale;
        t->front_a[i] = front_a[i] + (i > HIP_ROOF ? wider : 0.0);
        t->front_y[i] = front_y[i];
        t->half_plate[i] = half_plate[i];
    }
    /* Below the joints the plate ends at the greater sciatic notch, behind the heads. */
    for (int i = HIP_HEAD; i < HIP_JOINT; i++) {
        t->back_y[i] = t->head_y + 30.0;
    }
}

void phantom_trunk_init(const phantom_anatomy *anatomy, phantom_trunk *t) {
    phantom_random random = {phantom_hash(anatomy->seed ^ TRUNK_KEY)};
    t->origin = phantom_disc_centre(anatomy, 0);
    t->girth = phantom_random_uniform(&random, 0.0, 1.0);
    t->muscular = phantom_random_uniform(&random, 0.9, 1.1);
    t->plane_mm = 1.6 + 1.2 * t->girth + phantom_random_uniform(&random, 0.0, 0.8);
    t->head_a = phantom_random_uniform(&random, 80.0, 90.0);
    t->head_y = phantom_random_uniform(&random, -26.0, -15.0);
    t->head_radius = phantom_random_uniform(&random, 22.0, 26.0);
    double head = phantom_random_uniform(&random, -116.0, -106.0),
           joint = phantom_random_uniform(&random, -65.0, -55.0);
    double tilt = phantom_random_uniform(&random, -1.5, 1.5),
           uneven = phantom_random_uniform(&random, -1.5, 1.5);
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        double sign = side == MYO_LEFT ? 1.0 : -1.0;
        t->head_h[side] = head + sign * tilt;
        t->joint_end[side] = joint + sign * uneven;
    }
    t->border_y = phantom_random_uniform(&random, -7.0, 7.0);
    t->border_bow_mm = phantom_random_uniform(&random, -4.0, 6.0);
    t->rib_length = phantom_random_uniform(&random, 0.55, 1.0);
    init_hip(anatomy, t, phantom_random_uniform(&random, -4.0, 6.0));
}

/* A point of the trunk's frame in patient coordinates. */
static myo_vec3 to_patient(const phantom_anatomy *anatomy, double left, double y, double h) {
    myo_vec3 origin = anatomy->trunk->origin;
    double s = anatomy->body_scale;
    return (myo_vec3){origin.x + s * (anatomy->roll_cos * left - anatomy->roll_sin * y),
                      origin.y + s * (anatomy->roll_sin * left + anatomy->roll_cos * y),
                      origin.z + s * h};
}

void phantom_trunk_landmarks(const phantom_anatomy *anatomy, phantom_landmarks *out) {
    const phantom_trunk *t = anatomy->trunk;
    double top = 0.0;
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        double left = side == MYO_LEFT ? t->head_a : -t->head_a;
        out->head_mm[side] = to_patient(anatomy, left, t->head_y, t->head_h[side]);
        out->joint_end_mm[side] = to_patient(anatomy, 0.0, 0.0, t->joint_end[side]).z;
        top += 0.5 * out->head_mm[side].z;
    }
    out->head_radius_mm = t->head_radius * anatomy->body_scale;
    out->roof_mm = top + out->head_radius_mm + ROOF_ABOVE_MM;
}

double phantom_trunk_width_mm(const phantom_anatomy *anatomy) {
    const phantom_trunk *t = anatomy->trunk;
    double widest = 0.0;
    for (int i = 0; i < HULL_NODES; i++) {
        widest = fmax(widest, hull_width[i]);
    }
    widest += WIDER_MM * t->girth + SIDE_FAT_MM + SIDE_FAT_MORE_MM * t->girth;
    return 2.0 * anatomy->body_scale * widest;
}

double trunk_ramp(double at, double from, double to) {
    return fmin(1.0, fmax(0.0, (at - from) / (to - from)));
}

double trunk_rod(const double at[3], const double from[3], const double to[3], double r0,
                 double r1) {
    double along = 0.0, length2 = 0.0, distance2 = 0.0;
    for (int i = 0; i < 3; i++) {
        along += (at[i] - from[i]) * (to[i] - from[i]);
        length2 += (to[i] - from[i]) * (to[i] - from[i]);
    }
    double share = fmin(1.0, fmax(0.0, along / length2));
    for (int i = 0; i < 3; i++) {
        double d = at[i] - from[i] - share * (to[i] - from[i]);
        distance2 += d * d;
    }
    return sqrt(distance2) - (r0 + share * (r1 - r0));
}

trunk_hull trunk_hull_at(const phantom_anatomy *anatomy, double h, double curve_y) {
    const phantom_trunk *t = anatomy->trunk;
    double belly = DEEPER_MM * t->girth * trunk_ramp(h, -110.0, -10.0);
    return (trunk_hull){.half_width = phantom_interpolate(hull_h, hull_width, HULL_NODES, h) +
                                      WIDER_MM * t->girth,
                        .front = phantom_interpolate(hull_h, hull_front, HULL_NODES, h) - belly,
                        .back = curve_y + phantom_interpolate(hull_h, hull_back, HULL_NODES, h) *
                                              (1.0 + 0.4 * (t->muscular - 1.0))};
}

/* About the distance to a superellipse between front and back, inwards. */
static double depth_in(const trunk_hull *hull, double a, double y) {
    double half = 0.5 * (hull->back - hull->front), middle = 0.5 * (hull->back + hull->front);
    return (1.0 - phantom_superellipse(a, y - middle, hull->half_width, half)) * half;
}

/* Air and skin. */
static bool skin_at(const phantom_anatomy *anatomy, const trunk_point *t, const trunk_hull *hull,
                    phantom_sample *out) {
    double girth = anatomy->trunk->girth, seat = trunk_ramp(t->h, 40.0, -40.0);
    trunk_hull skin = *hull;
    skin.half_width += SIDE_FAT_MM + SIDE_FAT_MORE_MM * girth;
    skin.front -= FRONT_FAT_MM + FRONT_FAT_MORE_MM * girth;
    skin.back +=
        (1.0 - seat) * anatomy->back_fat_mm + seat * (SEAT_FAT_MM + SEAT_FAT_MORE_MM * girth);
    /* The furrow over the spinous processes, and the cleft that it becomes below the sacrum. */
    skin.back -= 3.5 * exp(-t->a * t->a / 60.0) +
                 26.0 * trunk_ramp(t->h, -70.0, -105.0) * exp(-t->a * t->a / 90.0);
    double depth = depth_in(&skin, t->a, t->y);
    if (depth > SKIN_MM) {
        return false;
    }
    out->tissue = depth > 0.0 ? TISSUE_SKIN : TISSUE_AIR;
    return true;
}

static trunk_point to_trunk(const phantom_anatomy *anatomy, const phantom_local *p) {
    myo_vec3 origin = anatomy->trunk->origin;
    double s = anatomy->body_scale, x = p->x - origin.x, y = p->y - origin.y;
    double left = (anatomy->roll_cos * x + anatomy->roll_sin * y) / s;
    double height = p->z - origin.z;
    return (trunk_point){.p = p,
                         .a = fabs(left),
                         .y = (anatomy->roll_cos * y - anatomy->roll_sin * x) / s,
                         .h = height / s,
                         .curve_y = phantom_curve_y(anatomy, height) / s,
                         .side = left >= 0.0 ? MYO_LEFT : MYO_RIGHT};
}

/* The muscles of the trunk that are measured. */
static bool find_structure(myo_tissue kind, myo_structure *out) {
    static const struct {
        myo_tissue kind;
        myo_structure structure;
    } measured[] = {{MYO_TISSUE_PSOAS_MAJOR, MYO_PSOAS_MAJOR},
                    {MYO_TISSUE_QUADRATUS_LUMBORUM, MYO_QUADRATUS_LUMBORUM},
                    {MYO_TISSUE_GLUTEUS_MAXIMUS, MYO_GLUTEUS_MAXIMUS},
                    {MYO_TISSUE_GLUTEUS_MEDIUS, MYO_GLUTEUS_MEDIUS}};
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
        if (measured[i].kind == kind) {
            *out = measured[i].structure;
            return true;
        }
    }
    return false;
}

void trunk_set_muscle(const phantom_anatomy *anatomy, const trunk_point *t, myo_tissue kind,
                      uint64_t field, phantom_sample *out) {
    phantom_local p = *t->p;
    p.a = t->a;
    p.v = t->y;
    p.side = t->side;
    out->tissue = TISSUE_MUSCLE;
    out->texture = phantom_sheets(anatomy, &p, field, FAN_A, FAN_Y, FAN_MM);
    out->kind = kind;
    out->measured = find_structure(kind, &out->structure);
    out->side = t->side;
}

/* What a tissue map calls the bones of the spine and its discs. */
static myo_tissue spine_kind(const phantom_sample *bone) {
    if (bone->level < 0.0 && (bone->tissue != TISSUE_ANNULUS || bone->level < LOWEST_DISC)) {
        return MYO_TISSUE_SACRUM;
    }
    return bone->tissue == TISSUE_ANNULUS ? MYO_TISSUE_DISC : MYO_TISSUE_VERTEBRA;
}

static bool spine_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    if (phantom_bone_at(anatomy, p, out)) {
        out->kind = spine_kind(out);
        return true;
    }
    return false;
}

static bool lumbar_muscle_at(const phantom_anatomy *anatomy, const phantom_local *p,
                             phantom_sample *out) {
    bool found = phantom_muscle_at(anatomy, p, out);
    if (found && out->measured) { /* it may be the fascia */
        out->kind =
            out->structure == MYO_PSOAS_MAJOR ? MYO_TISSUE_PSOAS_MAJOR : MYO_TISSUE_BACK_MUSCLES;
    }
    return found;
}

void phantom_trunk_sample_at(const phantom_anatomy *anatomy, const phantom_local *p,
                             phantom_sample *out) {
    trunk_point t = to_trunk(anatomy, p);
    trunk_hull hull = trunk_hull_at(anatomy, t.h, t.curve_y);
    if (skin_at(anatomy, &t, &hull, out)) {
        return;
    }
    t.inside_mm = depth_in(&hull, t.a, t.y);
    if (spine_at(anatomy, p, out) || trunk_pelvis_at(anatomy, &t, out) ||
        trunk_rib_at(anatomy, &t, out) || phantom_canal_at(anatomy, p, out) ||
        lumbar_muscle_at(anatomy, p, out) || trunk_hip_muscle_at(anatomy, &t, out) ||
        trunk_flank_at(anatomy, &t, out)) {
        return;
    }
    trunk_viscera_at(anatomy, &t, out);
}
