/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trunk that CT shows around the spine: pelvis, hips, gluteal muscles, the wall of the abdomen
 * and what it encloses. The series of MR are painted without it.
 *
 * Its frame lies at the middle of the disc L5/S1 and does not follow the spine: a to either side of
 * the midplane, y to the back, h up, in mm of a spine of average size. What belongs to the spine
 * (sacrum, ribs, quadratus lumborum) keeps the coordinates of the spine.
 */
#ifndef MYO_PHANTOM_TRUNK_PRIVATE_H
#define MYO_PHANTOM_TRUNK_PRIVATE_H

#include "phantom/anatomy_private.h"

/* Heights at which the iliac plate is given: some of them, from the foot up. */
enum { HIP_HEAD, HIP_ROOF, HIP_NOTCH, HIP_JOINT, HIP_NODES = 7 };

struct phantom_trunk {
    myo_vec3 origin; /* of its frame, in patient coordinates */
    double girth;    /* 0: slim, 1: large */
    double muscular; /* factor on the thickness of muscles, about 1 */
    double plane_mm; /* thickness of the fat between muscles */
    /* Femoral heads: distance from the midplane, depth, height by side, radius. */
    double head_a, head_y, head_h[MYO_SIDE_COUNT], head_radius;
    double joint_end[MYO_SIDE_COUNT]; /* height at which the sacroiliac joints end */
    /* The iliac plate over height: its posterior and anterior ends, half of its thickness. */
    double hip_h[HIP_NODES], back_a[HIP_NODES], back_y[HIP_NODES];
    double front_a[HIP_NODES], front_y[HIP_NODES], half_plate[HIP_NODES];
    /* Between maximus and medius: where their border meets the surface, and how far it bulges. */
    double border_y, border_bow_mm;
    double rib_length; /* part of its greatest length that the twelfth rib has */
};

/* A point in the frame of the trunk. */
typedef struct trunk_point {
    const phantom_local *p;
    double a, y, h;
    double curve_y; /* where the curve of the spine is at that height */
    myo_side side;
    double inside_mm; /* about the distance to the deep fascia below the skin's fat, inwards */
} trunk_point;

/* The iliac plate of a side at a height, and a point's place on it: q from 0 at its back to 1 at
 * its front, off in mm from its middle, outwards positive (pelvis.c). */
typedef struct trunk_plate {
    double back_a, back_y, front_a, front_y, half, top;
    double q, off, length;
} trunk_plate;

/* How far from the midline the side of the sacrum reaches at a height, mm (pelvis.c). */
double trunk_sacrum_reach(const phantom_trunk *trunk, const trunk_point *t);
trunk_plate trunk_plate_at(const phantom_trunk *trunk, const trunk_point *t);

/* Outline of the muscles at a height: half of its width, its front and its back (trunk.c). */
typedef struct trunk_hull {
    double half_width, front, back;
} trunk_hull;
trunk_hull trunk_hull_at(const phantom_anatomy *anatomy, double h, double curve_y);

/* Linear interpolation between two limits, clamped: 0 at `from`, 1 at `to`. */
double trunk_ramp(double at, double from, double to);
/* Distance of a point to the straight line between two points, less its radius there, which goes
 * from `r0` to `r1`. */
double trunk_rod(const double at[3], const double from[3], const double to[3], double r0,
                 double r1);
/* A muscle; MYO_TISSUE_OTHER is one that a tissue map has no name for. */
void trunk_set_muscle(const phantom_anatomy *anatomy, const trunk_point *t, myo_tissue kind,
                      uint64_t field, phantom_sample *out);

/* Each returns false when the point belongs to nothing of its kind. */
bool trunk_pelvis_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out);
bool trunk_rib_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out);
bool trunk_hip_muscle_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out);
bool trunk_flank_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out);
void trunk_viscera_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out);

#endif
