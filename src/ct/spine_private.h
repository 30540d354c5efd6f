/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the spine finder share. */
#ifndef MYO_CT_SPINE_PRIVATE_H
#define MYO_CT_SPINE_PRIVATE_H

#include "ct/tissues_private.h"

#include <math.h>

/* Bone, cortical at least: what surrounds the canal, HU. Trabecular bone of the old lies below. */
#define CT_BONE_HU 180

#define CT_PI 3.14159265358979323846

/* The spinal canal as a smooth curve, from head to foot at steps of CT_CURVE_STEP_MM, each point
 * with a frame of unit vectors. */
#define CT_CURVE_STEP_MM 1.0
typedef struct ct_curve_point {
    myo_vec3 centre;  /* of the canal */
    myo_vec3 tangent; /* to the foot */
    myo_vec3 left, front;
    double tilt_rad; /* how far the tangent leans to the back: 0 is straight down */
} ct_curve_point;
typedef struct ct_curve {
    ct_curve_point *points;
    size_t count;
} ct_curve;

/* Finds the canal, by a tissue map (may be NULL) or by the bones around it. An empty curve when
 * there is none. */
bool ct_canal_find(const myo_ct *ct, const ct_tissues *tissues, ct_curve *out, myo_error *err);
void ct_curve_clear(ct_curve *curve);

/* Landmarks of the pelvis below the spine that anatomy->spine holds; none without L5/S1. `tissues`
 * may be NULL. */
bool ct_pelvis_find(const myo_ct *ct, const ct_tissues *tissues, const myo_ct_anatomy *anatomy,
                    myo_ct_pelvis *out, myo_error *err);

/* Height (z, mm) of the lower end of a side's sacroiliac joint, below the middle of L5/S1, in a
 * body of that size; *found is false when there is none, or its end is not in view. `tissues` may
 * be NULL. Errors: MYO_E_MEMORY. */
bool ct_sacroiliac_find_end(const myo_ct *ct, const ct_tissues *tissues, double size,
                            myo_vec3 sacrum, myo_side side, double *z, bool *found, myo_error *err);

/* What lies around the canal at each of its points. */
typedef struct ct_profile {
    double disc;   /* how much the place looks like a disc between two endplates, HU */
    double pitch;  /* rad: the disc's plane is turned by this about the left axis */
    double wing;   /* share of bone beside the body, on the side with less: the sacrum's wings */
    bool mapped;   /* a tissue map was asked: */
    double sacrum; /* share of the plane that it gives to the sacrum */
} ct_profile;

/* Weight of a sign in the image by what the tissue map says of the same: `least` where its share is
 * 0, 1 from `full` on. */
static inline double ct_agreed_weight(double share, double full, double least) {
    return least + (1.0 - least) * fmin(share / full, 1.0);
}

/* A curve with its profile, as seen at a body size (1 is an adult's); `tissues` may be NULL. */
bool ct_profile_create(const myo_ct *ct, const ct_tissues *tissues, const ct_curve *curve,
                       double size, ct_profile **out, myo_error *err);

/* Middle of the vertebral column in front of a point of the canal. */
myo_vec3 ct_body_centre(const ct_curve_point *point, double size);

/* A chain of discs along the curve, from head to foot. */
typedef struct ct_chain {
    size_t at[MYO_DISCS_MAX];       /* index into the curve */
    double strength[MYO_DISCS_MAX]; /* 0 to 1; 0 for an interpolated one */
    size_t count;
    double spacing_mm; /* median */
    double score;
    double sacral[MYO_DISCS_MAX]; /* how well the disc would be L5/S1 */
    size_t lumbosacral;           /* which one is */
    size_t skipped;               /* places as clear as discs that lie between those of the chain */
    double below; /* strength of the clearest place for a disc a vertebra's height below the last */
} ct_chain;

bool ct_chain_find(const ct_curve *curve, const ct_profile *profile, double size, ct_chain *out,
                   myo_error *err);

#endif
