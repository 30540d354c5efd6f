/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the abdomen and the pelvis hold on CT: bowel with gas, kidneys, vessels, bladder, fat. */
#include "phantom/random_private.h"
#include "phantom/trunk_private.h"

#include <math.h>

#define WALL_MM 21.0 /* from the fascia to the cavity */
#define BOWEL_WALL_MM 2.5
#define BOWEL_SHARE 0.55 /* of a noise field above which there is a loop of small bowel, */
#define GAS_SHARE 0.70   /* and above which its content is gas */

static bool kidney_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out) {
    const phantom_local *p = t->p;
    double away = p->level - phantom_lumbar_level(anatomy, p->side == MYO_LEFT ? 4.7 : 4.5);
    double size = sqrt(fmax(0.0, 1.0 - away * away / 2.2));
    double kidney = phantom_ellipse(p->a - 69.0, p->v + 10.0, 23.0 * size + 0.1, 26.0 * size + 0.1);
    if (size < 0.05 || kidney > 0.0) {
        return false;
    }
    out->tissue = kidney < -13.0 * size ? TISSUE_FAT : TISSUE_KIDNEY; /* sinus */
    out->kind = MYO_TISSUE_KIDNEY;
    return true;
}

/* A hollow organ: wall, gas where `gas` is above 0, and stool or fluid. */
static bool hollow(double distance, double gas, phantom_sample *out) {
    if (distance > 0.0) {
        return false;
    }
    out->tissue = distance < -BOWEL_WALL_MM && gas > 0.0 ? TISSUE_GAS : TISSUE_BOWEL;
    return true;
}

static bool bowel_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out) {
    const phantom_local *p = t->p;
    double content =
        phantom_noise(anatomy->seed ^ FIELD_BOWEL_CONTENT, p->x / 13.0, p->y / 9.0, p->z / 14.0);
    double size = t->side == MYO_RIGHT ? 21.0 : 14.0;
    double colon = phantom_ellipse(t->a - 88.0, t->y - t->curve_y + 22.0, size, size + 2.0);
    if (t->h > -10.0 && hollow(colon, content - 0.5, out)) {
        return true;
    }
    /* Bending the lattice hides its straight lines. */
    double bend = 14.0 * phantom_noise(anatomy->seed ^ FIELD_BOWEL_BEND, p->x / 25.0, p->y / 25.0,
                                       p->z / 25.0);
    double x = 0.8 * p->x + 0.6 * p->y + bend, y = 0.8 * p->y - 0.6 * p->x - bend;
    double loop = phantom_noise(anatomy->seed ^ FIELD_BOWEL, x / 17.0, y / 14.0, p->z / 22.0);
    double edge = t->y + (t->h > 0.0 ? 40.0 - t->curve_y : 34.0) + 8.0 * sin(p->u / 25.0);
    double clear = BOWEL_SHARE + 0.10 * anatomy->trunk->girth; /* more fat between the loops */
    return t->h > -75.0 && edge < 0.0 && hollow(60.0 * (clear - loop), content - GAS_SHARE, out);
}

/* Bladder and rectum. */
static bool pelvic_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out) {
    double h = t->h - anatomy->trunk->head_h[MYO_LEFT] - 16.0;
    double bladder = phantom_ellipse(hypot(t->a, 1.2 * (t->y + 36.0)), h, 34.0, 26.0);
    if (bladder < 0.0) {
        out->tissue = bladder > -BOWEL_WALL_MM ? TISSUE_LIGAMENT : TISSUE_CSF;
        return true;
    }
    double size = 13.0 + 4.0 * sin(t->h / 14.0);
    double rectum = phantom_ellipse(t->a - 4.0, t->y - t->curve_y + 24.0, size, size);
    return t->h < -25.0 && hollow(rectum, sin(t->h / 20.0), out);
}

void trunk_viscera_at(const phantom_anatomy *anatomy, const trunk_point *t, phantom_sample *out) {
    out->tissue = TISSUE_FAT;
    if (t->inside_mm < WALL_MM) {
        return;
    }
    if (t->p->level > 0.0 && phantom_vessel_at(anatomy, t->p, out)) {
        return;
    }
    if (!kidney_at(anatomy, t, out) && !pelvic_at(anatomy, t, out)) {
        bowel_at(anatomy, t, out);
    }
}
