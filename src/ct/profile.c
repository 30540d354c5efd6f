/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lies around the canal. In front of it, planes across the column are dense at the endplates
 * and less so between them: a disc is where a plane is darker than both planes some millimetres
 * above and below. That holds for young vertebrae, brighter than discs all through, and for
 * osteoporotic ones, which are darker than discs but for their endplates. Beside the body lies
 * muscle, and from the first sacral vertebra on bone.
 */
#include "ct/spine_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>

/* For an adult (size 1), mm. */
#define BODY_FRONT_MM 24.0 /* from the middle of the canal to that of the body */
#define DISC_SIDE_MM 13.0  /* half-axes of the ellipse in which a plane is looked at */
#define DISC_DEPTH_MM 12.0
#define PLANE_STEP_MM 2.0
#define ENDPLATE_MIN_MM 3 /* from the middle of a disc to its endplates */
#define ENDPLATE_MAX_MM 6
/* To the side of the canal's middle: where the wings of the sacrum are. */
#define WING_NEAR_MM 24.0
#define WING_FAR_MM 40.0
#define WING_FRONT_MM 22.0
#define WING_BONE_HU 130    /* of their cortex; */
#define TRABECULAR_HU 100.0 /* denser than muscle is bone as well */

/* Cement, metal and gas say no more than bone and fat. */
#define CLIP_LOW_HU (-100.0f)
#define CLIP_HIGH_HU 450.0f

/* What a plane gains that the tissue map gives to a disc altogether, HU. */
#define MAPPED_DISC_HU 100.0
#define MAPPED_FULL 0.4     /* share of a plane that makes a disc; */
#define UNMAPPED_WEIGHT 0.5 /* of the contrast where the map gives nothing to one */

#define PITCHES 9
#define PITCH_STEP_RAD (5.0 * CT_PI / 180.0)

myo_vec3 ct_body_centre(const ct_curve_point *point, double size) {
    return ct_along(point->centre, BODY_FRONT_MM * size, point->front);
}

/* What a plane across the column shows. */
typedef struct plane {
    double mean_hu;
    double disc, sacrum; /* shares of what the tissue map calls so */
} plane;

/* The plane through the middle of the body. */
static plane look_at_plane(const myo_ct *ct, const ct_tissues *tissues, const ct_curve_point *p,
                           double size, double pitch) {
    myo_vec3 centre = ct_body_centre(p, size);
    myo_vec3 front =
        ct_along(ct_along((myo_vec3){0}, cos(pitch), p->front), sin(pitch), p->tangent);
    plane seen = {0};
    double count = 0.0, side = DISC_SIDE_MM * size, depth = DISC_DEPTH_MM * size;
    int across = ct_steps(-side, side, PLANE_STEP_MM),
        along = ct_steps(-depth, depth, PLANE_STEP_MM);
    for (int i = 0; i <= across; i++) {
        for (int k = 0; k <= along; k++) {
            double u = -side + PLANE_STEP_MM * i, v = -depth + PLANE_STEP_MM * k;
            if (u * u / (side * side) + v * v / (depth * depth) <= 1.0) {
                myo_vec3 at = ct_along(ct_along(centre, u, p->left), v, front);
                float hu = myo_ct_sample(ct, at);
                myo_tissue tissue = tissues ? ct_tissues_at(ct, tissues, at) : MYO_TISSUE_OTHER;
                seen.mean_hu += (double)fminf(fmaxf(hu, CLIP_LOW_HU), CLIP_HIGH_HU);
                seen.disc += tissue == MYO_TISSUE_DISC;
                seen.sacrum += tissue == MYO_TISSUE_SACRUM;
                count += 1.0;
            }
        }
    }
    return (plane){seen.mean_hu / count, seen.disc / count, seen.sacrum / count};
}

/* Bone with all that it encloses on each layer: the wings of an osteoporotic sacrum are fat within
 * a cortex. A byte for each voxel; the caller frees it. */
static uint8_t *find_solid(const myo_ct *ct, myo_error *err) {
    size_t layer = ct->rows * ct->columns;
    uint8_t *solid = myo_alloc_array(layer * ct->slices, sizeof *solid, err);
    for (size_t i = 0; solid && i < layer * ct->slices; i++) {
        solid[i] = ct->hu[i] > WING_BONE_HU;
    }
    for (size_t s = 0; solid && s < ct->slices; s++) {
        if (!myo_mask_fill_holes(solid + s * layer, ct->columns, ct->rows, err)) {
            free(solid);
            return NULL;
        }
    }
    return solid;
}

static bool is_solid(const myo_ct *ct, const uint8_t *solid, myo_vec3 at) {
    double voxel[3];
    ct_to_voxel(ct, at, voxel);
    long c = lround(voxel[0]), r = lround(voxel[1]), s = lround(voxel[2]);
    return c >= 0 && r >= 0 && s >= 0 && c < (long)ct->columns && r < (long)ct->rows &&
           s < (long)ct->slices &&
           solid[((size_t)s * ct->rows + (size_t)r) * ct->columns + (size_t)c];
}

static double wing_share(const myo_ct *ct, const uint8_t *solid, const ct_curve_point *p,
                         double size, double side) {
    size_t bone = 0, count = 0;
    int across = ct_steps(WING_NEAR_MM, WING_FAR_MM, PLANE_STEP_MM);
    int along = ct_steps(0.0, WING_FRONT_MM, PLANE_STEP_MM);
    for (int i = 0; i <= across; i++) {
        for (int k = 0; k <= along; k++) {
            double u = WING_NEAR_MM + PLANE_STEP_MM * i, v = PLANE_STEP_MM * k;
            myo_vec3 at =
                ct_along(ct_along(p->centre, side * u * size, p->left), v * size, p->front);
            bone += is_solid(ct, solid, at) || (double)myo_ct_sample(ct, at) > TRABECULAR_HU;
            count++;
        }
    }
    return (double)bone / (double)count;
}

/* Contrast of place `i` of a row of planes with those of endplates. */
static double disc_contrast(const plane *planes, size_t count, size_t i, double size) {
    double best = -INFINITY;
    for (int d = ENDPLATE_MIN_MM; d <= ENDPLATE_MAX_MM; d++) {
        size_t away = (size_t)fmax(round(d * fmin(size, 1.0) / CT_CURVE_STEP_MM), 1.0);
        if (i >= away && i + away < count) {
            best = fmax(best, fmin(planes[i - away].mean_hu, planes[i + away].mean_hu) -
                                  planes[i].mean_hu);
        }
    }
    return best;
}

/* The contrast, and what the tissue map says: it doubts a contrast where it sees no disc. */
static double disc_evidence(const plane *planes, size_t count, size_t i, double size, bool mapped) {
    double contrast = disc_contrast(planes, count, i, size);
    double agreed = ct_agreed_weight(planes[i].disc, MAPPED_FULL, UNMAPPED_WEIGHT);
    return mapped ? agreed * contrast + MAPPED_DISC_HU * planes[i].disc : contrast;
}

bool ct_profile_create(const myo_ct *ct, const ct_tissues *tissues, const ct_curve *curve,
                       double size, ct_profile **out, myo_error *err) {
    ct_profile *profile = myo_alloc_array(curve->count, sizeof *profile, err);
    plane *planes = myo_alloc_array(curve->count, sizeof *planes, err);
    uint8_t *solid = find_solid(ct, err);
    if (!profile || !planes || !solid) {
        free(solid);
        free(profile);
        free(planes);
        return false;
    }
    for (size_t i = 0; i < curve->count; i++) {
        const ct_curve_point *p = &curve->points[i];
        profile[i].disc = -INFINITY;
        profile[i].mapped = tissues != NULL;
        profile[i].wing =
            fmin(wing_share(ct, solid, p, size, 1.0), wing_share(ct, solid, p, size, -1.0));
    }
    for (int k = 0; k < PITCHES; k++) {
        double pitch = (k - PITCHES / 2) * PITCH_STEP_RAD;
        for (size_t i = 0; i < curve->count; i++) {
            planes[i] = look_at_plane(ct, tissues, &curve->points[i], size, pitch);
            profile[i].sacrum = k == PITCHES / 2 ? planes[i].sacrum : profile[i].sacrum;
        }
        for (size_t i = 0; i < curve->count; i++) {
            double contrast = disc_evidence(planes, curve->count, i, size, tissues != NULL);
            if (contrast > profile[i].disc) {
                profile[i].disc = contrast;
                profile[i].pitch = pitch;
            }
        }
    }
    free(planes);
    free(solid);
    *out = profile;
    return true;
}
