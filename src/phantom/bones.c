/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Posterior elements of the vertebrae, sacrum and ilium. Lengths are in mm for a spine of average
 * size; shapes follow what axial and sagittal T2 images of adults show.
 */
#include "phantom/anatomy_private.h"
#include "phantom/random_private.h"

#include <math.h>

#define LEVEL_MM 37.0 /* about the distance between neighbouring discs */

#define BLADE_CORNER_MM 5.0
#define SACRUM_TOP (-0.06) /* level of the upper end plate of S1 at its sides */

/* A spinous process as sagittal images show it: a plate with round corners, higher at its tip. */
static double fine_blade(double along_v, double half_length, double drop) {
    double half_height = 10.5 + 2.5 * along_v / half_length;
    double x = fmax(fabs(along_v) - half_length + BLADE_CORNER_MM, 0.0);
    double y = fmax(fabs(drop) - half_height + BLADE_CORNER_MM, 0.0);
    return sqrt(x * x + y * y) - BLADE_CORNER_MM;
}

/* Spinous process and laminae of the vertebra whose lower disc is at the whole level `lower`. */
static bool arch_at(const phantom_anatomy *anatomy, const phantom_local *p, double lower,
                    phantom_sample *out) {
    double r = p->level - lower; /* 0 at the disc below, 1 at the one above */
    double tip = phantom_spinous_tip(lower);
    /* The spinous process: a blade with a round end, lower at its tip than at its root. */
    double width = 2.4 + 1.8 * fmax(0.0, (p->v - tip + 12.0) / 12.0);
    double along_v = p->v - 0.5 * (38.0 + tip), drop = (r - 0.24) * LEVEL_MM + 0.14 * (p->v - 40.0);
    double blade = phantom_ellipse(along_v, drop, 0.5 * (tip - 38.0) + 2.0, 11.0);
    if (anatomy->fine) {
        blade = fine_blade(along_v, 0.5 * (tip - 38.0) + 2.0, drop + 0.10 * (p->v - 40.0));
    }
    double spinous = fmax(p->a - width, fmax(blade, 38.0 - p->v));
    if (phantom_bone(spinous, out)) {
        return true;
    }
    double slope_v = 43.0 - 0.8 * p->a;
    double lamina =
        fmax(fmax(fabs(p->v - slope_v) - 3.0, p->a - 16.0), fabs(r - 0.30) * LEVEL_MM - 11.0);
    if (phantom_bone(lamina, out)) {
        return true;
    }
    double pedicle = fmax(fmax(fabs(p->a - 14.0) - 4.3, fabs(r - 0.68) * LEVEL_MM - 6.5),
                          fmax(12.0 - p->v, p->v - 31.0));
    double transverse_v = 25.0 + 0.12 * (p->a - 15.0);
    double transverse = fmax(fmax(fabs(p->v - transverse_v) - 3.2, fabs(r - 0.66) * LEVEL_MM - 4.5),
                             fmax(14.0 - p->a, p->a - 37.0));
    if (anatomy->sacralised && lower == 0.0) {
        /* Wings that widen towards the sacrum and the iliac bone. */
        double wing =
            fmax(fabs(p->v - transverse_v + 0.25 * p->a) - 7.0, fabs(r - 0.42) * LEVEL_MM - 13.0);
        transverse = fmin(transverse, fmax(wing, fmax(14.0 - p->a, p->a - 50.0 + 20.0 * r)));
    }
    return phantom_bone(fmin(pedicle, transverse), out);
}

/* The joint of two neighbouring vertebrae beside the disc: upper process in front, lower behind. */
static bool facet_at(const phantom_local *p, phantom_sample *out) {
    double nearest = floor(p->level + 0.5), r = p->level - nearest;
    if (nearest < -0.5 || fabs(r + 0.02) > 0.27) {
        /* Between the joints the two processes are one pillar. */
        return nearest > -0.5 &&
               phantom_bone(phantom_ellipse(p->a - 16.5, p->v - 31.0, 4.2, 5.5), out);
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
    return phantom_bone(fmax(outline, 0.9 - fabs(gap)), out);
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
static bool pelvis_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    static const double levels[] = {-2.0, -1.0, -0.5, -0.2, SACRUM_TOP};
    static const double ala[] = {30.0, 46.0, 54.0, 50.0, 26.0};
    double reach = phantom_interpolate(levels, ala, 5, p->level);
    if (p->level < SACRUM_TOP) {
        double wing = phantom_ellipse(p->a, p->v - 3.0 - 0.10 * p->a, reach, 13.0);
        double back_v = 40.0 - 0.25 * p->a;
        double back = fmax(fabs(p->v - back_v) - 3.5, p->a - 24.0);
        double crest = fmax(p->a - 2.5, fmax(38.0 - p->v, p->v - 47.0));
        if (anatomy->fine) {
            /* The canal behind the sacral bodies stays open and grows narrow towards the foot. */
            double narrow = fmin(1.0, fmax(0.0, -0.3 * (p->level + 0.4)));
            wing = fmax(wing, 15.0 - p->a);
            back_v = fmin(back_v, 38.0 - 16.0 * narrow);
            back = fmax(fabs(p->v - back_v) - 2.5, p->a - 24.0);
            crest = fmax(p->a - 2.5, fabs(p->v - back_v - 4.5) - 4.5 + 2.5 * narrow);
        }
        double pillar = phantom_ellipse(p->a - 19.0, p->v - 26.0, 7.0, 11.0);
        if (p->level < -0.22) {
            wing = fmin(wing, fmin(back, fmin(crest, pillar)));
        }
        if (phantom_bone(wing, out)) {
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
    return phantom_bone(fmax(fabs(off) - thickness, (p->level - top) * LEVEL_MM), out);
}

bool phantom_bone_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    if (p->a < 30.0 && p->v < 22.0 && phantom_body_at(anatomy, p, out)) {
        return true;
    }
    if (p->v > 8.0 && p->a < (anatomy->sacralised ? 50.0 : 40.0) && p->level > -0.3) {
        double lower = floor(p->level);
        if (facet_at(p, out) || (lower >= 0.0 && arch_at(anatomy, p, lower, out)) ||
            arch_at(anatomy, p, lower + 1.0, out)) {
            return true;
        }
    }
    return !anatomy->trunk && p->level < 1.0 && pelvis_at(anatomy, p, out);
}
