/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vertebral bodies and discs, down to the sacrum. Lengths are in mm for a spine of average size.
 * The finer look is that of sagittal images.
 */
#include "phantom/anatomy_private.h"
#include "phantom/random_private.h"

#include <math.h>

/* Signal of a healthy nucleus relative to the annulus. */
#define NUCLEUS_SIGNAL 7.0
#define CLEFT_MM 1.0

#define LEVEL_MM 37.0 /* about the distance between neighbouring discs */
#define CEMENT_HALF_HEIGHT 12.5
#define CORTEX_MM 0.8
#define ENDPLATE_MM 0.8

/* Part of its size that the sacrum loses from one piece to the next. */
#define SACRAL_LOSS 0.33
#define FINE_SACRAL_LOSS 0.20
#define FINE_BULGE_MM 1.0 /* of a disc beyond the end plates */
#define UNFUSED 0.6       /* part of the radius within which sacral pieces are not one */
#define FINE_RUDIMENT 0.6 /* height of a sacral disc relative to that in axial slices */

bool phantom_bone(double distance, phantom_sample *out) {
    if (distance > 0.0) {
        return false;
    }
    out->tissue = distance > -CORTEX_MM ? TISSUE_CORTEX : TISSUE_MARROW;
    return true;
}

/* The inside of a disc as sagittal images show it: a broad bright nucleus with a dark cleft in its
 * middle when it is healthy. */
static void fine_disc(double *deep, double *flat, double nucleus, double along,
                      double half_height) {
    double cleft = exp(-along * along / (CLEFT_MM * CLEFT_MM));
    *deep = sqrt(fmin(1.0, 1.3 * *deep));
    *flat = fmin(1.0, fmax(0.0, 2.2 * (1.0 - fabs(along) / half_height)));
    *flat *= 1.0 - 0.45 * cleft * fmin(1.0, 2.0 * nucleus) * *deep;
}

/* Height of a disc relative to its mean: end plates are concave. */
static double lens(const phantom_local *p, double half_width, double half_depth) {
    double radius = phantom_ellipse(p->u, p->v, half_width, half_depth) / half_depth + 1.0;
    return 1.12 - 0.42 * fmin(1.0, radius * radius);
}

/* Marrow is brighter in the middle than below the cortex, and where the basivertebral vein enters
 * from behind. */
static double fine_marrow(double shade, const phantom_local *p, double below, double half_depth) {
    double z = (below - 0.5) * LEVEL_MM, depth = half_depth - p->v;
    double vein = exp(-z * z / (0.8 + 0.10 * depth * depth)) * fmax(0.0, 1.0 - depth / 13.0);
    shade = 1.0 + 0.55 * (shade - 1.0);
    return p->a < 7.0 && p->level > 0.0 ? shade + 1.3 * vein : shade;
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
    if (anatomy->fine) {
        fine_disc(&deep, &flat, anatomy->nucleus[p->disc], p->along, half_height);
    }
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
bool phantom_body_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    double half_width = phantom_by_level(anatomy->body_half_width, p->level);
    double half_depth = phantom_by_level(anatomy->body_half_depth, p->level);
    double half_height = anatomy->disc_half_height[p->disc] * (1.0 - 0.010 * p->v);
    double below = p->level - floor(p->level), waist = 4.0 * below * (1.0 - below);
    /* Between sacral pieces there is no more than the rest of a disc, unless S1 is free. */
    bool rudimentary = p->disc == 0 && (!anatomy->lumbarised || p->level < LEVEL_FIRST - 0.5);
    if (anatomy->fine) {
        half_height *= rudimentary ? FINE_RUDIMENT : lens(p, half_width, half_depth);
    }
    /* CT shows that the rims of the sacral pieces are one: what is left of a disc lies within. */
    bool fused = anatomy->trunk && rudimentary &&
                 phantom_superellipse(p->u, p->v, half_width, half_depth) > UNFUSED;
    bool in_disc = fabs(p->along) < half_height && !fused;
    double narrowing = in_disc ? 0.0 : 2.2 * waist;
    if (p->level < LEVEL_FIRST) {
        /* The lower sacral pieces grow thin towards the coccyx. */
        double loss = anatomy->fine ? FINE_SACRAL_LOSS : SACRAL_LOSS;
        double shrink = fmax(0.0, 1.0 + loss * (p->level - LEVEL_FIRST));
        half_width *= shrink;
        half_depth *= shrink;
        if (half_depth < 2.0) {
            return false;
        }
    }
    if (anatomy->fine) {
        narrowing = !in_disc ? 0.8 * narrowing : rudimentary ? 1.0 : -FINE_BULGE_MM;
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
    } else if (fabs(p->along) < half_height + ENDPLATE_MM && !fused) {
        out->tissue = TISSUE_CORTEX;
    } else {
        phantom_bone(distance, out);
        out->shade = 0.8 + 0.4 * phantom_noise(anatomy->seed ^ FIELD_MARROW, p->x / 3.0, p->y / 3.0,
                                               p->z / 3.0);
        if (anatomy->fine && out->tissue == TISSUE_MARROW) {
            out->shade = fine_marrow(out->shade, p, below, half_depth);
        }
    }
    return true;
}
