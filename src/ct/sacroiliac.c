/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lower ends of the sacroiliac joints: where, going down, sacrum and ilium are no longer close
 * neighbours. From there on the greater sciatic notch lies between them.
 *
 * Two signs say that they still are, and one is enough: bone reaches from the midline to the ilium
 * with no gap wider than a joint's, which the thin bones of some sacra do not; or the tissue map
 * sees sacrum and ilium face each other.
 */
#include "ct/spine_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <math.h>
#include <stdlib.h>

/* For an adult, mm. */
#define JOINT_GAP_MM 6.0      /* bones nearer than this are neighbours */
#define JOINT_FACE_MM 12.0    /* so long they are neighbours, at least */
#define JOINT_LATERAL_MM 58.0 /* so far from the midline, bone is ilium */
#define JOINT_DOWN_MM 130.0   /* below L5/S1 at most */
#define JOINT_FROM_MM 15.0
#define MIDLINE_MM 12.0     /* bone this near to the midline, behind, is sacrum */
#define JOINT_BREAK_MM 12.0 /* so long a break ends the joint */

/* A sacroiliac joint on its way to being found. */
typedef struct joint {
    const myo_ct *ct;
    const ct_tissues *tissues; /* may be NULL */
    myo_vec3 sacrum;           /* the middle of L5/S1 */
    double size, sign;         /* of the body; of x on the joint's side */
    float *distance;           /* of a layer: scratch */
    uint8_t *mask, *ilium;
} joint;

/* A pixel of a layer in the patient, in mm from L5/S1: x outwards on the joint's side, y to the
 * back. */
static myo_vec3 from_sacrum(const joint *j, size_t i, size_t slice) {
    const myo_ct *ct = j->ct;
    myo_vec3 p =
        ct_to_patient(ct, (double)(i % ct->columns), (double)(i / ct->columns), (double)slice);
    return (myo_vec3){j->sign * (p.x - j->sacrum.x), p.y - j->sacrum.y, 0.0};
}

/* True when, on a layer, sacrum and ilium are neighbours: what lies within half of the gap of bone
 * is one piece from the midline to the ilium. */
static bool is_joined(const joint *j, size_t slice, bool *joined, myo_error *err) {
    const myo_ct *ct = j->ct;
    const int16_t *layer = ct_layer(ct, slice);
    size_t count = ct->columns * ct->rows, start = count;
    double gap = 0.5 * JOINT_GAP_MM * j->size / sqrt(ct->column_mm * ct->row_mm);
    *joined = false;
    for (size_t i = 0; i < count; i++) {
        myo_vec3 p = from_sacrum(j, i, slice);
        /* The other half does not count: both joints are looked at apart. */
        j->mask[i] = layer[i] > CT_BONE_HU && p.x > -MIDLINE_MM * j->size && p.y > -40.0 * j->size;
    }
    if (!myo_mask_signed_distance(j->mask, ct->columns, ct->rows, 1e6f, j->distance, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        myo_vec3 p = from_sacrum(j, i, slice);
        j->mask[i] = j->distance[i] <= (float)gap;
        bool sacrum =
            j->distance[i] < 0.0f && fabs(p.x) < MIDLINE_MM * j->size && p.y > -20.0 * j->size;
        start = sacrum && start == count ? i : start;
    }
    if (start == count) {
        return true;
    }
    if (!myo_mask_keep_connected(j->mask, ct->columns, ct->rows, start, err)) {
        return false;
    }
    for (size_t i = 0; i < count && !*joined; i++) {
        *joined = j->mask[i] && j->distance[i] < 0.0f &&
                  from_sacrum(j, i, slice).x > JOINT_LATERAL_MM * j->size;
    }
    return true;
}

/* True when, on a layer, bone that the tissue map gives to the ilium lies beside bone that it gives
 * to the sacrum. */
static bool is_joined_on_map(const joint *j, size_t slice, bool *joined, myo_error *err) {
    const myo_ct *ct = j->ct;
    const int16_t *layer = ct_layer(ct, slice);
    size_t count = ct->columns * ct->rows;
    double pixel_mm = sqrt(ct->column_mm * ct->row_mm), ilium = 0.0;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        bool bone = layer[i] > CT_BONE_HU && from_sacrum(j, i, slice).x > 0.0;
        myo_tissue tissue = bone ? ct_tissues_at_voxel(ct, j->tissues, (double)(i % ct->columns),
                                                       (double)(i / ct->columns), (double)slice)
                                 : MYO_TISSUE_OTHER;
        j->mask[i] = (uint8_t)tissue;
        any = any || tissue == MYO_TISSUE_SACRUM;
    }
    *joined = false;
    if (!any) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        j->ilium[i] = j->mask[i] == MYO_TISSUE_PELVIS;
        j->mask[i] = j->mask[i] == MYO_TISSUE_SACRUM;
    }
    if (!myo_mask_signed_distance(j->mask, ct->columns, ct->rows, 1e6f, j->distance, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (j->ilium[i] && (double)j->distance[i] * pixel_mm <= JOINT_GAP_MM * j->size) {
            ilium += pixel_mm * pixel_mm;
        }
    }
    *joined = ilium >= JOINT_FACE_MM * JOINT_GAP_MM * j->size * j->size;
    return true;
}

/* Height of the lowest layer at which the joint still is; *found is false when there is none, or
 * its end is not in view. */
static bool follow_joint(const joint *j, double *z, bool *found, myo_error *err) {
    const myo_ct *ct = j->ct;
    double lowest = j->sacrum.z;
    bool done = true;
    *found = false;
    int steps = ct_steps(JOINT_FROM_MM * j->size, JOINT_DOWN_MM * j->size, ct->slice_mm);
    for (int k = 0; done && k <= steps; k++) {
        double down = JOINT_FROM_MM * j->size + ct->slice_mm * k, voxel[3];
        myo_vec3 at = ct_along(j->sacrum, -down, (myo_vec3){0.0, 0.0, 1.0});
        bool joined;
        ct_to_voxel(ct, at, voxel);
        if (voxel[2] < 0.0 || voxel[2] > (double)(ct->slices - 1) ||
            (*found && *z - at.z > JOINT_BREAK_MM * j->size)) {
            break;
        }
        size_t slice = (size_t)lround(voxel[2]);
        done = is_joined(j, slice, &joined, err) &&
               (joined || !j->tissues || is_joined_on_map(j, slice, &joined, err));
        lowest = at.z;
        if (done && joined) {
            *found = true;
            *z = at.z;
        }
    }
    *found = *found && lowest < *z; /* a joint on the lowest layer is cut off: it may go on */
    return done;
}

bool ct_sacroiliac_find_end(const myo_ct *ct, const ct_tissues *tissues, double size,
                            myo_vec3 sacrum, myo_side side, double *z, bool *found,
                            myo_error *err) {
    size_t count = ct->columns * ct->rows;
    joint j = {.ct = ct,
               .tissues = tissues,
               .sacrum = sacrum,
               .size = size,
               .sign = side == MYO_LEFT ? 1.0 : -1.0,
               .distance = myo_alloc_array(count, sizeof *j.distance, err),
               .mask = myo_alloc_array(count, sizeof *j.mask, err),
               .ilium = myo_alloc_array(count, sizeof *j.ilium, err)};
    bool done = j.distance && j.mask && j.ilium && follow_joint(&j, z, found, err);
    free(j.distance);
    free(j.mask);
    free(j.ilium);
    return done;
}
