/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Skin, the wall of the trunk, vessels, bowel and kidneys. */
#include "phantom/anatomy_private.h"
#include "phantom/random_private.h"

#include <math.h>

#define SKIN_MM 1.8
#define WALL_MM 16.0     /* muscles of the flank and belly */
#define WALL_FAT_MM 14.0 /* fat below the skin of flank and belly */

bool phantom_surface_at(const phantom_anatomy *anatomy, const phantom_local *p, double *depth_mm,
                        phantom_sample *out) {
    double low = fmax(0.0, 0.5 - p->level);
    double back = phantom_fascia_depth(p->level) +
                  anatomy->back_fat_mm * (1.0 + (anatomy->fine ? 1.0 : 0.5) * low);
    back -= p->recess;
    back -= 3.5 * exp(-p->a * p->a / 60.0); /* furrow over the spinous processes */
    double front = anatomy->trunk_front_mm;
    double middle = 0.5 * (back - front), half = 0.5 * (back + front);
    double radius = phantom_superellipse(p->a, p->v - middle, anatomy->trunk_half_width_mm, half);
    *depth_mm = (1.0 - radius) * half;
    if (*depth_mm > SKIN_MM) {
        return false;
    }
    out->tissue = *depth_mm > 0.0 ? TISSUE_SKIN : TISSUE_AIR;
    return true;
}

/* A vessel with flowing blood: dark, with a brighter wall. */
static bool vessel(double distance, phantom_sample *out) {
    if (distance > 0.0) {
        return false;
    }
    out->tissue = distance > -1.2 ? TISSUE_LIGAMENT : TISSUE_BLOOD;
    out->shade = distance > -1.2 ? 3.0 : 1.0;
    return true;
}

bool phantom_vessel_at(const phantom_anatomy *anatomy, const phantom_local *p,
                       phantom_sample *out) {
    if (p->v > -12.0 || p->v < -60.0 || p->a > 60.0) {
        return false;
    }
    /* The aorta divides in front of L4, the vena cava a little lower. */
    double parted = fmax(0.0, phantom_lumbar_level(anatomy, 1.35) - p->level);
    double joined = fmax(0.0, phantom_lumbar_level(anatomy, 0.9) - p->level);
    double aorta_u = parted > 0.0 ? 0.0 : 6.0;
    double aorta = parted > 0.0
                       ? fmin(phantom_ellipse(p->u - 6.0 - 22.0 * parted, p->v + 29.0, 5.8, 5.2),
                              phantom_ellipse(p->u - 6.0 + 22.0 * parted, p->v + 31.0, 5.6, 5.2))
                       : phantom_ellipse(p->u - aorta_u, p->v + 29.0, 8.2, 8.2);
    double cava = joined > 0.0
                      ? fmin(phantom_ellipse(p->u + 15.0 - 20.0 * joined, p->v + 21.5, 8.0, 3.2),
                             phantom_ellipse(p->u + 15.0 + 14.0 * joined, p->v + 23.0, 7.0, 4.5))
                      : phantom_ellipse(p->u + 15.5, p->v + 25.5, 9.5, 6.2);
    if (vessel(aorta, out) || vessel(cava, out)) {
        return true;
    }
    double small = phantom_ellipse(p->a - 27.0, p->v + 21.0, 1.8, 1.8);
    return vessel(fmin(small, phantom_ellipse(p->u - 3.0, p->v + 44.0, 2.6, 2.6)), out);
}

/* Loops of bowel from a noise field, darkest where there is gas. */
static bool bowel_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out) {
    /* Bending the lattice hides its straight lines. */
    double bend = 14.0 * phantom_noise(anatomy->seed ^ FIELD_BOWEL_BEND, p->x / 25.0, p->y / 25.0,
                                       p->z / 25.0);
    double x = 0.8 * p->x + 0.6 * p->y + bend, y = 0.8 * p->y - 0.6 * p->x - bend;
    double loop = phantom_noise(anatomy->seed ^ FIELD_BOWEL, x / 17.0, y / 14.0, p->z / 22.0);
    bool colon = phantom_ellipse(p->a - 92.0, p->v + 18.0, 20.0, 22.0) < 4.0 * (loop - 0.5) &&
                 p->level > 0.4;
    double edge = p->v + 40.0 + 8.0 * sin(p->u / 25.0);
    if (!colon && (edge > 0.0 || loop < 0.56)) {
        return false;
    }
    double content =
        phantom_noise(anatomy->seed ^ FIELD_BOWEL_CONTENT, p->x / 30.0, p->y / 25.0, p->z / 30.0);
    double fold =
        phantom_noise(anatomy->seed ^ FIELD_BOWEL_FOLDS, p->x / 3.0, p->y / 3.0, p->z / 5.0);
    out->tissue = TISSUE_BOWEL;
    out->shade = (content > 0.62 ? 0.15 : 0.5 + content) * (0.9 + 0.2 * fold);
    return true;
}

bool phantom_organ_at(const phantom_anatomy *anatomy, const phantom_local *p, double depth_mm,
                      phantom_sample *out) {
    double wall = depth_mm - WALL_FAT_MM;
    /* The wall thins out towards the back, where it ends at the fascia. */
    double thickness = WALL_MM * fmin(1.0, fmax(0.0, (40.0 - p->v) / 25.0));
    if (anatomy->fine) {
        /* The midline holds only the white line between the straight muscles. */
        thickness *= 0.35 + 0.65 * fmin(1.0, p->a / 40.0);
    }
    if (wall > 0.0 && wall < thickness) {
        out->tissue = TISSUE_MUSCLE;
        out->texture = 0.4 + 0.5 * exp(-fabs(fmod(wall, 5.3) - 2.6) / 0.5);
        return true;
    }
    if (wall > WALL_MM && p->v < 30.0) {
        double kidney_a = 62.0, kidney_v = 8.0;
        double away = p->level - phantom_lumbar_level(anatomy, 4.6);
        double size = sqrt(fmax(0.0, 1.0 - away * away / 2.2));
        double kidney =
            phantom_ellipse(p->a - kidney_a, p->v - kidney_v, 24.0 * size + 0.1, 29.0 * size + 0.1);
        if (size > 0.05 && kidney < 0.0) {
            out->shade = 0.7 + 0.5 * phantom_noise(anatomy->seed ^ FIELD_KIDNEY, p->x / 7.0,
                                                   p->y / 7.0, p->z / 7.0);
            out->tissue = kidney < -13.0 * size ? TISSUE_FAT : TISSUE_KIDNEY; /* sinus */
            return true;
        }
        if (bowel_at(anatomy, p, out)) {
            return true;
        }
    }
    /* Lobules: thin dark septa in fat. */
    double lobule =
        phantom_noise(anatomy->seed ^ FIELD_LOBULES, p->x / 14.0, p->y / 5.0, p->z / 14.0);
    double septum = exp(-fabs(lobule - 0.5) / 0.010);
    out->tissue = TISSUE_FAT;
    double cloud =
        phantom_noise(anatomy->seed ^ FIELD_FAT_CLOUD, p->x / 20.0, p->y / 20.0, p->z / 25.0);
    /* Fat of the belly is a little darker than that below the skin. */
    double deep = fmin(1.0, fmax(0.0, (60.0 - p->v) / 40.0)) * fmin(1.0, depth_mm / 40.0);
    out->shade = (1.0 - deep * (0.28 - 0.22 * cloud)) * (1.0 - (0.14 - 0.08 * deep) * septum);
    return true;
}
