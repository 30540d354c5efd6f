/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spinal canal: dural sac with cord and roots, yellow ligament, and the interspinous space. */
#include "phantom/anatomy_private.h"
#include "phantom/random_private.h"

#include <math.h>

/* S1/2, L5/S1, L4/5, L3/4, L2/3, L1/2, T12/L1, and on. */
static const double spinous_tip[LEVEL_NODES] = {46.0, 58.0, 68.0, 71.0, 70.0,
                                                67.0, 65.0, 65.0, 65.0};
static const double sac_half_width[LEVEL_NODES] = {6.0, 7.5, 8.5, 9.0, 9.5, 10.0, 10.0, 10.0, 10.0};
static const double sac_half_depth[LEVEL_NODES] = {4.5, 6.0, 6.5, 7.0, 7.2, 7.5, 7.5, 7.5, 7.5};

#define CANAL_BEHIND_BODY 6.5 /* from the body's back to the centre of the dural sac */
/* Levels where the sac ends in the sacrum, and over which it and the cord grow thin. */
#define SAC_END (-1.6)
#define SAC_TAPER 1.2
#define CONUS_LEVELS 0.8
#define INTERSPINOUS_MM 2.8 /* half of the width of the ligaments there */

double phantom_spinous_tip(double level) {
    return phantom_by_level(spinous_tip, level);
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

/* The spinal cord. In sagittal images its end is a cone, higher or lower by the seed. */
static bool cord_at(const phantom_anatomy *anatomy, const phantom_local *p, double centre) {
    double tip = phantom_lumbar_level(anatomy, anatomy->fine ? anatomy->conus_level : 4.3);
    double size = anatomy->fine ? sqrt(fmin(1.0, fmax(0.0, (p->level - tip) / CONUS_LEVELS))) : 1.0;
    return p->level > tip && size > 0.05 &&
           phantom_ellipse(p->u, p->v - centre, 4.5 * size, 3.6 * size) < 0.0;
}

/* On CT the ligaments between the spinous processes are fibres with fat among them, as their signal
 * on T2 has it, and a little broader. */
static bool interspinous_at(const phantom_anatomy *anatomy, const phantom_local *p,
                            phantom_sample *out) {
    if (p->a > INTERSPINOUS_MM || p->v < 36.0 || p->v > phantom_spinous_tip(p->level) + 3.0 ||
        p->level < -1.5) {
        return false;
    }
    double fibres =
        phantom_noise(anatomy->seed ^ FIELD_INTERSPINOUS, p->x / 1.5, p->y / 6.0, p->z / 3.0);
    out->tissue = fibres > 0.5 ? TISSUE_FAT : TISSUE_LIGAMENT;
    return true;
}

bool phantom_canal_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    double centre = phantom_by_level(anatomy->body_half_depth, p->level) + CANAL_BEHIND_BODY;
    double half_width = phantom_by_level(sac_half_width, p->level);
    double half_depth = phantom_by_level(sac_half_depth, p->level);
    if (anatomy->fine && p->level < 0.0) {
        /* In the sacrum the sac leaves the bodies, with fat between, and runs on straight. */
        centre = phantom_by_level(anatomy->body_half_depth, 0.0) + CANAL_BEHIND_BODY + p->level;
        double end = fmin(1.0, fmax(0.0, (p->level - SAC_END) / SAC_TAPER));
        half_depth = fmax(0.1, half_depth * sqrt(end));
    }
    double sac =
        p->level < -1.6 ? 1.0 : phantom_ellipse(p->u, p->v - centre, half_width, half_depth);
    if (sac < 0.0) {
        out->tissue = TISSUE_CSF;
        out->kind = MYO_TISSUE_SPINAL_CANAL;
        bool cord = cord_at(anatomy, p, centre);
        if (cord ||
            (p->level <= phantom_lumbar_level(anatomy, 4.6) && root_at(anatomy, p, centre))) {
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
    if (anatomy->trunk) {
        return interspinous_at(anatomy, p, out);
    }
    if (p->a < 2.0 && p->v > 36.0 && p->v < phantom_spinous_tip(p->level) + 3.0) {
        out->tissue = TISSUE_LIGAMENT;
        out->shade = 1.0 + 7.0 * phantom_noise(anatomy->seed ^ FIELD_INTERSPINOUS, p->x / 1.5,
                                               p->y / 6.0, p->z / 3.0);
        return true;
    }
    return false;
}
