/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vertebral bodies and discs, posterior elements, sacrum, ilium, and the spinal canal. Lengths are
 * in mm for a spine of average size; shapes follow what axial and sagittal T2 images of adults
 * show, sizes lie in the ranges of published morphometry (L5 body 33 to 37 x 43 to 46 mm).
 */
#include "phantom/anatomy_private.h"
#include "phantom/random_private.h"

#include <math.h>

/* Signal of a healthy nucleus relative to the annulus. */
#define NUCLEUS_SIGNAL 7.0

#define LEVEL_MM 37.0 /* about the distance between neighbouring discs */
#define CEMENT_HALF_HEIGHT 12.5
#define CORTEX_MM 0.8
#define ENDPLATE_MM 0.8

/* S1/2, L5/S1, L4/5, L3/4, L2/3, L1/2, T12/L1, and on. */
static const double spinous_tip[LEVEL_NODES] = {46.0, 58.0, 68.0, 71.0, 70.0,
                                                67.0, 65.0, 65.0, 65.0};
static const double sac_half_width[LEVEL_NODES] = {6.0, 7.5, 8.5, 9.0, 9.5, 10.0, 10.0, 10.0, 10.0};
static const double sac_half_depth[LEVEL_NODES] = {4.5, 6.0, 6.5, 7.0, 7.2, 7.5, 7.5, 7.5, 7.5};

#define SACRUM_TOP (-0.06)    /* level of the upper end plate of S1 at its sides */
#define CANAL_BEHIND_BODY 6.5 /* from the body's back to the centre of the dural sac */

/* Bone with a cortical shell: true when `distance` is inside. */
static bool bone(double distance, phantom_sample *out) {
    if (distance > 0.0) {
        return false;
    }
    out->tissue = distance > -CORTEX_MM ? TISSUE_CORTEX : TISSUE_MARROW;
    return true;
}

static void disc_tissue(const phantom_anatomy *anatomy, const phantom_local *p, double distance,
                        double half_height, phantom_sample *out) {
    double half_width = phantom_by_level(anatomy->body_half_width, p->level);
    double half_depth = phantom_by_level(anatomy->body_half_depth, p->level);
    double inner = phantom_ellipse(p->u, p->v - 1.0, 0.80 * half_width, 0.78 * half_depth);
    double patchy =
        0.85 + 0.3 * phantom_noise(anatomy->seed ^ FIELD_DISC, p->x / 4.0, p->y / 4.0, p->z / 2.0);
    /* Water grows from the outer annulus to the nucleus without a sharp border. */
    double deep = fmin(1.0, fmax(0.0, -inner / 9.0));
    double flat = fmin(1.0, fmax(0.0, 1.5 * (1.0 - fabs(p->along) / half_height)));
    double rim = fmin(1.0, -distance / 5.0);
    out->tissue = TISSUE_ANNULUS;
    out->shade = patchy * (0.8 + 0.6 * rim +
                           NUCLEUS_SIGNAL * anatomy->nucleus[p->disc] * deep * deep * flat);
}

/* Cement of a vertebroplasty: a lobed block that fills most of the body. */
static bool cement_at(const phantom_anatomy *anatomy, const phantom_local *p, double half_depth) {
    double lobes = phantom_noise(anatomy->seed ^ FIELD_CEMENT, p->x / 6.0, p->y / 6.0, p->z / 6.0);
    double x = p->u / (half_depth + 3.0), y = p->v / half_depth;
    double z = (p->level - floor(p->level) - 0.5) * LEVEL_MM / CEMENT_HALF_HEIGHT;
    return x * x + y * y + z * z * z * z < 0.70 + 0.35 * (lobes - 0.5);
}

/* Bodies, end plates and discs; these are the vertebral reference. */
static bool body_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    double half_width = phantom_by_level(anatomy->body_half_width, p->level);
    double half_depth = phantom_by_level(anatomy->body_half_depth, p->level);
    double half_height = anatomy->disc_half_height[p->disc] * (1.0 - 0.010 * p->v);
    double below = p->level - floor(p->level), waist = 4.0 * below * (1.0 - below);
    bool in_disc = fabs(p->along) < half_height;
    double narrowing = in_disc ? 0.0 : 2.2 * waist;
    if (p->level < LEVEL_FIRST) {
        /* The lower sacral pieces grow thin towards the coccyx. */
        double shrink = fmax(0.0, 1.0 + 0.33 * (p->level - LEVEL_FIRST));
        half_width *= shrink;
        half_depth *= shrink;
        if (half_depth < 2.0) {
            return false;
        }
    }
    half_width -= narrowing;
    half_depth -= narrowing;
    double distance = (phantom_superellipse(p->u, p->v, half_width, half_depth) - 1.0) * half_depth;
    if (distance > 0.0) {
        return false;
    }
    out->measured = p->level > -0.6;
    out->structure = MYO_VERTEBRAL_REFERENCE;
    out->side = MYO_LEFT;
    if (in_disc) {
        disc_tissue(anatomy, p, distance, half_height, out);
    } else if (floor(p->level) == (double)anatomy->cemented && cement_at(anatomy, p, half_depth)) {
        out->tissue = TISSUE_CEMENT;
    } else if (fabs(p->along) < half_height + ENDPLATE_MM) {
        out->tissue = TISSUE_CORTEX;
    } else {
        bone(distance, out);
        out->shade = 0.8 + 0.4 * phantom_noise(anatomy->seed ^ FIELD_MARROW, p->x / 3.0, p->y / 3.0,
                                               p->z / 3.0);
    }
    return true;
}

/* Spinous process and laminae of the vertebra whose lower disc is at the whole level `lower`. */
static bool arch_at(const phantom_local *p, double lower, phantom_sample *out) {
    double r = p->level - lower; /* 0 at the disc below, 1 at the one above */
    double tip = phantom_by_level(spinous_tip, lower);
    /* The spinous process: a blade with a round end, lower at its tip than at its root. */
    double width = 2.4 + 1.8 * fmax(0.0, (p->v - tip + 12.0) / 12.0);
    double along_v = p->v - 0.5 * (38.0 + tip), drop = (r - 0.24) * LEVEL_MM + 0.14 * (p->v - 40.0);
    double blade = phantom_ellipse(along_v, drop, 0.5 * (tip - 38.0) + 2.0, 11.0);
    double spinous = fmax(p->a - width, fmax(blade, 38.0 - p->v));
    if (bone(spinous, out)) {
        return true;
    }
    double slope_v = 43.0 - 0.8 * p->a;
    double lamina =
        fmax(fmax(fabs(p->v - slope_v) - 3.0, p->a - 16.0), fabs(r - 0.30) * LEVEL_MM - 11.0);
    if (bone(lamina, out)) {
        return true;
    }
    double pedicle = fmax(fmax(fabs(p->a - 14.0) - 4.3, fabs(r - 0.68) * LEVEL_MM - 6.5),
                          fmax(12.0 - p->v, p->v - 31.0));
    double transverse_v = 25.0 + 0.12 * (p->a - 15.0);
    double transverse = fmax(fmax(fabs(p->v - transverse_v) - 3.2, fabs(r - 0.66) * LEVEL_MM - 4.5),
                             fmax(14.0 - p->a, p->a - 37.0));
    return bone(fmin(pedicle, transverse), out);
}

/* The joint of two neighbouring vertebrae beside the disc: upper process in front, lower behind. */
static bool facet_at(const phantom_local *p, phantom_sample *out) {
    double nearest = floor(p->level + 0.5), r = p->level - nearest;
    if (nearest < -0.5 || fabs(r + 0.02) > 0.27) {
        /* Between the joints the two processes are one pillar. */
        return nearest > -0.5 && bone(phantom_ellipse(p->a - 16.5, p->v - 31.0, 4.2, 5.5), out);
    }
    /* The joint line runs from behind and the side to the front and the middle; x crosses it. */
    double x = (p->a - 18.4) * 0.80 - (p->v - 30.5) * 0.60;
    double y = (p->a - 18.4) * 0.60 + (p->v - 30.5) * 0.80;
    double gap = x - 0.035 * y * y;
    double outline = phantom_ellipse(x, y, gap > 0.0 ? 5.2 : 6.4, 8.2);
    if (outline < -0.6 && fabs(gap) < 0.6) {
        out->tissue = TISSUE_CSF; /* joint fluid between two layers of cartilage */
        out->shade = 0.30;
        return true;
    }
    return bone(fmax(outline, 0.9 - fabs(gap)), out);
}

/* Ends of the iliac plate in (a, v), and how far it bows outwards between them, mm. */
#define ILIUM_BACK_A 48.0
#define ILIUM_BACK_V 50.0
#define ILIUM_FRONT_A 110.0
#define ILIUM_FRONT_V (-38.0)
#define ILIUM_BOW_MM 10.0

void phantom_on_iliac_plate(const phantom_local *p, double *q, double *off) {
    const double da = ILIUM_FRONT_A - ILIUM_BACK_A, dv = ILIUM_FRONT_V - ILIUM_BACK_V;
    const double length = sqrt(da * da + dv * dv);
    double a = p->a - ILIUM_BACK_A, v = p->v - ILIUM_BACK_V;
    *q = (a * da + v * dv) / (length * length);
    *off = (v * da - a * dv) / length - 4.0 * ILIUM_BOW_MM * *q * (1.0 - *q);
}

/* Sides and back of the sacrum, and the iliac bones. */
static bool pelvis_at(const phantom_local *p, phantom_sample *out) {
    static const double levels[] = {-2.0, -1.0, -0.5, -0.2, SACRUM_TOP};
    static const double ala[] = {30.0, 46.0, 54.0, 50.0, 26.0};
    double reach = phantom_interpolate(levels, ala, 5, p->level);
    if (p->level < SACRUM_TOP) {
        double wing = phantom_ellipse(p->a, p->v - 3.0 - 0.10 * p->a, reach, 13.0);
        double back_v = 40.0 - 0.25 * p->a;
        double back = fmax(fabs(p->v - back_v) - 3.5, p->a - 24.0);
        double crest = fmax(p->a - 2.5, fmax(38.0 - p->v, p->v - 47.0));
        double pillar = phantom_ellipse(p->a - 19.0, p->v - 26.0, 7.0, 11.0);
        if (p->level < -0.22) {
            wing = fmin(wing, fmin(back, fmin(crest, pillar)));
        }
        if (bone(wing, out)) {
            return true;
        }
    }
    /* The iliac bone is a plate from the back (q = 0) to the front (q = 1). */
    static const double q_knots[] = {0.0, 0.25, 0.55, 0.8, 1.0};
    static const double crest_level[] = {-0.45, 0.30, 0.98, 0.75, 0.1};
    double q, off;
    phantom_on_iliac_plate(p, &q, &off);
    double top = phantom_interpolate(q_knots, crest_level, 5, q);
    double thickness = 4.5 + 2.5 * fmax(0.0, 1.0 - fabs(p->level - top) * 4.0);
    if (q < 0.0 || q > 1.0) {
        return false;
    }
    return bone(fmax(fabs(off) - thickness, (p->level - top) * LEVEL_MM), out);
}

bool phantom_bone_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    if (p->a < 30.0 && p->v < 22.0 && body_at(anatomy, p, out)) {
        return true;
    }
    if (p->v > 8.0 && p->a < 40.0 && p->level > -0.3) {
        double lower = floor(p->level);
        if (facet_at(p, out) || (lower >= 0.0 && arch_at(p, lower, out)) ||
            arch_at(p, lower + 1.0, out)) {
            return true;
        }
    }
    return p->level < 1.0 && pelvis_at(p, out);
}

/* Nerve roots of the cauda equina: they lie in the back half of the sac of a supine patient. */
static bool root_at(const phantom_anatomy *anatomy, const phantom_local *p, double centre) {
    double spread = 0.72 * phantom_by_level(sac_half_width, p->level);
    for (int i = 0; i < 9; i++) {
        double t = ((double)i - 4.0) / 4.0;
        double wave =
            phantom_noise(anatomy->seed ^ FIELD_ROOTS, (double)i * 3.7, 0.5, p->z / 25.0) - 0.5;
        double u = spread * t + 1.2 * wave, v = centre + 3.6 - 2.6 * t * t + 1.6 * wave;
        if ((p->u - u) * (p->u - u) + (p->v - v) * (p->v - v) < 0.65) {
            return true;
        }
    }
    return false;
}

bool phantom_canal_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    double centre = phantom_by_level(anatomy->body_half_depth, p->level) + CANAL_BEHIND_BODY;
    double half_width = phantom_by_level(sac_half_width, p->level);
    double half_depth = phantom_by_level(sac_half_depth, p->level);
    double sac =
        p->level < -1.6 ? 1.0 : phantom_ellipse(p->u, p->v - centre, half_width, half_depth);
    if (sac < 0.0) {
        out->tissue = TISSUE_CSF;
        bool cord = p->level > 4.3 && phantom_ellipse(p->u, p->v - centre, 4.5, 3.6) < 0.0;
        if (cord || (p->level <= 4.6 && root_at(anatomy, p, centre))) {
            out->tissue = TISSUE_NERVE;
        } else if (sac > -0.5) {
            out->tissue = TISSUE_LIGAMENT; /* dura */
        }
        return true;
    }
    /* The nerve that leaves through the foramen, and the yellow ligament between the laminae. */
    double r = p->level - floor(p->level + 0.5);
    double nerve_a = 15.0 - 26.0 * r;
    if (r < 0.3 && fabs(p->a - nerve_a) < 4.0 &&
        phantom_ellipse(p->a - nerve_a, p->v - 20.0 - 12.0 * r * r, 3.6, 2.6) < 0.0) {
        out->tissue = TISSUE_NERVE;
        return true;
    }
    double behind = p->v - (39.5 - 0.75 * p->a);
    if (p->a < 13.0 && p->v > centre && fabs(behind) < 1.6 && p->level > -0.2) {
        out->tissue = TISSUE_LIGAMENT;
        return true;
    }
    /* Between the spinous processes. */
    if (p->a < 2.0 && p->v > 36.0 && p->v < phantom_by_level(spinous_tip, p->level) + 3.0) {
        out->tissue = TISSUE_LIGAMENT;
        out->shade = 1.0 + 7.0 * phantom_noise(anatomy->seed ^ FIELD_INTERSPINOUS, p->x / 1.5,
                                               p->y / 6.0, p->z / 3.0);
        return true;
    }
    return false;
}
