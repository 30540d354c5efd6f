/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pelvis: femoral heads, and what landmarks follow from them and from the sacroiliac joints.
 *
 * A femoral head is the ball in whose middle the lines meet that stand on the surface of the bone
 * (Hough transform of gradients; C. Kimme et al., Commun ACM 18:120-122, 1975).
 */
#include "ct/spine_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* For an adult, mm. */
#define HEAD_RADIUS_MIN_MM 19.0
#define HEAD_RADIUS_MAX_MM 29.0
#define HEAD_BELOW_MM 60.0       /* heads lie at least this far below L5/S1, */
#define HEAD_LATERAL_MIN_MM 55.0 /* this far from the midline, */
#define HEAD_LATERAL_MAX_MM 130.0
#define HEAD_FRONT_MM 10.0   /* and not much behind L5/S1 */
#define HEADS_UNEVEN_MM 30.0 /* difference in height above which one of them is no head */
#define CELL_MM 3.0          /* of the accumulator */
#define EDGE_MIN_HU_MM 40.0  /* a bone's surface */
#define SHARE_MIN 0.33       /* of the rays must leave at the ball's surface */
#define REFINE_MM 2.5        /* the middle of a ball is looked for in such steps, */
#define REFINE_STEPS 7       /* so many each way */
#define RADIUS_STEP_MM 0.5
#define RADII_MAX 21      /* from the least to the greatest radius */
#define EDGE_FROM_MM 14.0 /* a ray is followed from here */
#define EDGE_TO_MM 33.0
#define EDGE_STEP_MM 0.5
#define EDGE_BONE_HU 150.0f /* it leaves bone, */
#define EDGE_FALL_HU 80.0f  /* over 3 mm, for what is so much softer */
#define SURFACE_MM 1.5      /* so far from a ball's surface a ray may leave it */
#define ROOF_ABOVE_MM 3.0   /* the acetabular roof, above the top of the head */

typedef struct votes {
    float *cells;
    size_t columns, rows, slices;
    myo_vec3 origin;
} votes;

static void vote(votes *v, myo_vec3 p, float weight) {
    long c = lround((p.x - v->origin.x) / CELL_MM), r = lround((p.y - v->origin.y) / CELL_MM);
    long s = lround((p.z - v->origin.z) / CELL_MM);
    if (c >= 0 && r >= 0 && s >= 0 && c < (long)v->columns && r < (long)v->rows &&
        s < (long)v->slices) {
        v->cells[((size_t)s * v->rows + (size_t)r) * v->columns + (size_t)c] += weight;
    }
}

/* Gradient in HU/mm along the patient's axes, from the volume's steps. */
static myo_vec3 gradient(const myo_ct *ct, size_t c, size_t r, size_t s) {
    size_t line = ct->columns, layer = ct->columns * ct->rows;
    const int16_t *at = ct->hu + s * layer + r * line + c;
    double along[3] = {0.5 * (at[1] - at[-1]), 0.5 * (at[line] - *(at - line)),
                       0.5 * (at[layer] - *(at - layer))};
    myo_vec3 g = {0};
    for (int i = 0; i < 3; i++) { /* the inverse's rows are the gradients of the voxel's indices */
        g = ct_along(g, along[i], ct->inverse[i]);
    }
    return g;
}

static void cast_votes(const myo_ct *ct, double size, votes *v, size_t bottom, size_t top) {
    int radii = ct_steps(HEAD_RADIUS_MIN_MM * size, HEAD_RADIUS_MAX_MM * size, 1.0);
    for (size_t s = bottom > 0 ? bottom : 1; s < top && s + 1 < ct->slices; s++) {
        for (size_t r = 1; r + 1 < ct->rows; r++) {
            for (size_t c = 1; c + 1 < ct->columns; c++) {
                int16_t hu = ct_layer(ct, s)[r * ct->columns + c];
                if (hu < 0 || hu > 700) { /* a surface lies between soft tissue and bone */
                    continue;
                }
                myo_vec3 g = gradient(ct, c, r, s);
                double length = sqrt(myo_vec3_dot(g, g));
                if (length < EDGE_MIN_HU_MM) {
                    continue;
                }
                myo_vec3 at = ct_to_patient(ct, (double)c, (double)r, (double)s);
                for (int k = 0; k <= radii; k++) {
                    vote(v, ct_along(at, (HEAD_RADIUS_MIN_MM * size + k) / length, g), 1.0f);
                }
            }
        }
    }
}

/* Where most lines meet on a side: the best sum over 3 x 3 x 3 cells. */
static double find_peak(const votes *v, double x_from, double x_to, double y_max,
                        myo_vec3 *centre) {
    double best = 0.0;
    for (size_t s = 1; s + 1 < v->slices; s++) {
        for (size_t r = 1; r + 1 < v->rows; r++) {
            for (size_t c = 1; c + 1 < v->columns; c++) {
                double x = v->origin.x + CELL_MM * (double)c, y = v->origin.y + CELL_MM * (double)r;
                if (x < x_from || x > x_to || y > y_max) {
                    continue;
                }
                double sum = 0.0;
                for (size_t k = 0; k < 27; k++) {
                    sum +=
                        (double)
                            v->cells[((s + k / 9 - 1) * v->rows + r + k / 3 % 3 - 1) * v->columns +
                                     c + k % 3 - 1];
                }
                if (sum > best) {
                    best = sum;
                    *centre = (myo_vec3){x, y, v->origin.z + CELL_MM * (double)s};
                }
            }
        }
    }
    return best;
}

/* The rays of a ball: Fibonacci's sphere. */
#define RAYS 200

static myo_vec3 ray_direction(int i) {
    double z = 1.0 - 2.0 * (i + 0.5) / RAYS, around = i * 2.399963229728653;
    double ring = sqrt(1.0 - z * z);
    return (myo_vec3){ring * cos(around), ring * sin(around), z};
}

/* Where a ray leaves the head: at the first fall from bone to what is softer, where it is steepest.
 * Beyond the gap of the joint the socket is bone again, and ends with a fall of its own. Returns
 * the distance from the middle; infinite when it never does. */
static double leave_mm(const myo_ct *ct, myo_vec3 centre, myo_vec3 direction, double size) {
    enum { SAMPLES_MAX = 96, HALF = 3, FURTHER = 4 };
    float hu[SAMPLES_MAX];
    double from = EDGE_FROM_MM * size;
    int count = ct_steps(from, EDGE_TO_MM * size, EDGE_STEP_MM) + 1;
    count = count < SAMPLES_MAX ? count : SAMPLES_MAX;
    for (int k = 0; k < count; k++) {
        hu[k] = myo_ct_sample(ct, ct_along(centre, from + EDGE_STEP_MM * k, direction));
    }
    for (int k = HALF; k + HALF < count; k++) {
        if (hu[k - HALF] > EDGE_BONE_HU && hu[k - HALF] - hu[k + HALF] > EDGE_FALL_HU) {
            int steepest = k;
            for (int n = k; n <= k + FURTHER && n + HALF < count; n++) {
                bool more = hu[n - HALF] - hu[n + HALF] > hu[steepest - HALF] - hu[steepest + HALF];
                steepest = more ? n : steepest;
            }
            return from + EDGE_STEP_MM * steepest;
        }
    }
    return (double)INFINITY;
}

/* For each radius of the range, the best share of rays that leave a ball of it, over middles near
 * `from`, and that middle. */
typedef struct fit {
    double share[RADII_MAX];
    myo_vec3 centre[RADII_MAX];
} fit;

static void fit_ball(const myo_ct *ct, myo_vec3 from, double size, fit *out) {
    *out = (fit){{0.0}, {{0.0, 0.0, 0.0}}};
    for (int k = 0; k < REFINE_STEPS * REFINE_STEPS * REFINE_STEPS; k++) {
        const int half = REFINE_STEPS / 2;
        myo_vec3 at = {from.x + REFINE_MM * (k % REFINE_STEPS - half),
                       from.y + REFINE_MM * (k / REFINE_STEPS % REFINE_STEPS - half),
                       from.z + REFINE_MM * (k / REFINE_STEPS / REFINE_STEPS - half)};
        int leaving[RADII_MAX] = {0};
        for (int i = 0; i < RAYS; i++) {
            double radius = leave_mm(ct, at, ray_direction(i), size) / size - HEAD_RADIUS_MIN_MM;
            for (int r = 0; r < RADII_MAX; r++) {
                leaving[r] += fabs(radius - RADIUS_STEP_MM * r) * size <= SURFACE_MM;
            }
        }
        for (int r = 0; r < RADII_MAX; r++) {
            if ((double)leaving[r] / RAYS > out->share[r]) {
                out->share[r] = (double)leaving[r] / RAYS;
                out->centre[r] = at;
            }
        }
    }
}

/* Both heads have the same radius: the one at which both together show most of their surface. */
static void measure_balls(const myo_ct *ct, double size, myo_ct_pelvis *out) {
    fit fits[MYO_SIDE_COUNT];
    int best = 0;
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        fit_ball(ct, out->head_mm[side], size, &fits[side]);
    }
    for (int r = 1; r < RADII_MAX; r++) {
        double shown = fits[MYO_LEFT].share[r] + fits[MYO_RIGHT].share[r];
        best = shown > fits[MYO_LEFT].share[best] + fits[MYO_RIGHT].share[best] ? r : best;
    }
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        out->head_mm[side] = fits[side].centre[best];
        out->head_share[side] = fits[side].share[best];
    }
    out->head_radius_mm = (HEAD_RADIUS_MIN_MM + RADIUS_STEP_MM * best) * size;
}

static bool find_heads(const myo_ct *ct, const myo_ct_anatomy *a, myo_vec3 sacrum,
                       myo_ct_pelvis *out, myo_error *err) {
    double size = a->size, x = sacrum.x, voxel[3];
    ct_to_voxel(ct, ct_along(sacrum, -HEAD_BELOW_MM * size, (myo_vec3){0.0, 0.0, 1.0}), voxel);
    size_t top = voxel[2] > 0.0 ? (size_t)voxel[2] + 1 : 0;
    top = top < ct->slices ? top : ct->slices;
    myo_vec3 low = ct_to_patient(ct, 0.0, 0.0, 0.0);
    myo_vec3 high =
        ct_to_patient(ct, (double)(ct->columns - 1), (double)(ct->rows - 1), (double)top);
    votes v = {.origin = low,
               .columns = (size_t)fmax((high.x - low.x) / CELL_MM, 1.0) + 1,
               .rows = (size_t)fmax((high.y - low.y) / CELL_MM, 1.0) + 1,
               .slices = (size_t)fmax((high.z - low.z) / CELL_MM, 1.0) + 1};
    v.cells = myo_alloc_array(v.columns * v.rows * v.slices, sizeof *v.cells, err);
    if (!v.cells) {
        return false;
    }
    bool both = true;
    cast_votes(ct, size, &v, 0, top);
    for (int side = 0; side < MYO_SIDE_COUNT && top > 2; side++) {
        double sign = side == MYO_LEFT ? 1.0 : -1.0;
        double near = x + sign * HEAD_LATERAL_MIN_MM * size,
               far = x + sign * HEAD_LATERAL_MAX_MM * size;
        both = find_peak(&v, fmin(near, far), fmax(near, far), sacrum.y + HEAD_FRONT_MM * size,
                         &out->head_mm[side]) > 0.0 &&
               both;
    }
    free(v.cells);
    if (both && top > 2) {
        measure_balls(ct, size, out);
    }
    out->has_heads =
        out->head_share[MYO_LEFT] >= SHARE_MIN && out->head_share[MYO_RIGHT] >= SHARE_MIN &&
        fabs(out->head_mm[MYO_LEFT].z - out->head_mm[MYO_RIGHT].z) < HEADS_UNEVEN_MM * size;
    if (out->has_heads) {
        double left = out->head_mm[MYO_LEFT].z + out->head_radius_mm;
        double right = out->head_mm[MYO_RIGHT].z + out->head_radius_mm;
        out->roof_mm = (myo_vec3){x, sacrum.y, 0.5 * (left + right) + ROOF_ABOVE_MM * size};
    }
    return true;
}

bool ct_pelvis_find(const myo_ct *ct, const ct_tissues *tissues, const myo_ct_anatomy *a,
                    myo_ct_pelvis *out, myo_error *err) {
    const myo_disc *disc = myo_spine_get_disc(&a->spine, "L5/S1");
    *out = (myo_ct_pelvis){0};
    if (!disc) {
        return true;
    }
    myo_vec3 sacrum = disc->centre_mm;
    double z[MYO_SIDE_COUNT];
    bool found[MYO_SIDE_COUNT];
    if (!find_heads(ct, a, sacrum, out, err) ||
        !ct_sacroiliac_find_end(ct, tissues, a->size, sacrum, MYO_LEFT, &z[MYO_LEFT],
                                &found[MYO_LEFT], err) ||
        !ct_sacroiliac_find_end(ct, tissues, a->size, sacrum, MYO_RIGHT, &z[MYO_RIGHT],
                                &found[MYO_RIGHT], err)) {
        return false;
    }
    out->has_joints = found[MYO_LEFT] && found[MYO_RIGHT];
    if (out->has_joints) {
        out->joint_end_mm[MYO_LEFT] = z[MYO_LEFT];
        out->joint_end_mm[MYO_RIGHT] = z[MYO_RIGHT];
        out->joint_mm = (myo_vec3){sacrum.x, sacrum.y, 0.5 * (z[MYO_LEFT] + z[MYO_RIGHT])};
    }
    return true;
}
