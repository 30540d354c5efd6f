/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals of the tissues relative to muscle.
 *
 * Axial T2: spin echo, S = density (1 - exp(-TR / T1)) exp(-TE / T2), with relaxation times at 3 T
 * as published for muscle, marrow, subcutaneous fat and cerebrospinal fluid. Sagittal images have
 * ratios as fast spin echo images of several scanners show them, where fluid is less bright than
 * the formula has it, and those of water images, in which fat has no signal and discs are as bright
 * as fluid. In sagittal images marrow and fluid differ between patients.
 */
#include "phantom/paint_private.h"

#include <math.h>
#include <string.h>

/* Proton density relative to water, T1 and T2 in ms. Muscle 898/29, marrow 586/49, fat 382/68 and
 * cerebrospinal fluid about 4300/2000 are measured values at 3 T: at TR/TE 4000/113 marrow is 5,
 * fat 9.5 and cerebrospinal fluid 28 times as bright as muscle. The others are chosen so that they
 * look as in T2 images. */
typedef struct tissue_signal {
    double density, t1_ms, t2_ms;
} tissue_signal;

static const tissue_signal signals[TISSUE_COUNT] = {
    [TISSUE_AIR] = {0.0, 1000.0, 10.0},      [TISSUE_FAT] = {0.99, 382.0, 68.0},
    [TISSUE_SKIN] = {0.6, 800.0, 40.0},      [TISSUE_MUSCLE] = {0.99, 898.0, 29.0},
    [TISSUE_FASCIA] = {0.5, 900.0, 24.0},    [TISSUE_LIGAMENT] = {0.7, 900.0, 26.0},
    [TISSUE_CORTEX] = {0.12, 900.0, 29.0},   [TISSUE_MARROW] = {1.0, 586.0, 49.0},
    [TISSUE_ANNULUS] = {0.75, 1000.0, 30.0}, [TISSUE_CSF] = {1.0, 4300.0, 2000.0},
    [TISSUE_NERVE] = {0.8, 1100.0, 60.0},    [TISSUE_BLOOD] = {0.15, 1500.0, 29.0},
    [TISSUE_BOWEL] = {0.9, 1000.0, 60.0},    [TISSUE_KIDNEY] = {0.9, 1300.0, 75.0},
    [TISSUE_CEMENT] = {0.02, 1000.0, 20.0},
};

static double spin_echo(const phantom_scene *scene, phantom_tissue tissue) {
    const tissue_signal *s = &signals[tissue];
    return s->density * (1.0 - exp(-scene->repetition_time_ms / s->t1_ms)) *
           exp(-scene->echo_time_ms / s->t2_ms);
}

static const double sagittal_t2[TISSUE_COUNT] = {
    [TISSUE_FAT] = 6.5,     [TISSUE_SKIN] = 2.0,   [TISSUE_MUSCLE] = 1.0, [TISSUE_FASCIA] = 0.5,
    [TISSUE_LIGAMENT] = .6, [TISSUE_CORTEX] = 0.4, [TISSUE_MARROW] = 3.2, [TISSUE_ANNULUS] = 0.85,
    [TISSUE_CSF] = 11.0,    [TISSUE_NERVE] = 5.0,  [TISSUE_BLOOD] = 0.3,  [TISSUE_BOWEL] = 3.5,
    [TISSUE_KIDNEY] = 4.0,  [TISSUE_CEMENT] = 0.1,
};

/* Relative to the muscle of T2, so that noise is the same. */
static const double sagittal_water[TISSUE_COUNT] = {
    [TISSUE_FAT] = 0.48,    [TISSUE_SKIN] = 7.60,     [TISSUE_MUSCLE] = 4.00,
    [TISSUE_FASCIA] = 2.00, [TISSUE_LIGAMENT] = 2.40, [TISSUE_CORTEX] = 1.20,
    [TISSUE_MARROW] = 3.80, [TISSUE_ANNULUS] = 4.60,  [TISSUE_CSF] = 9.20,
    [TISSUE_NERVE] = 8.00,  [TISSUE_BLOOD] = 4.40,    [TISSUE_BOWEL] = 2.40,
    [TISSUE_KIDNEY] = 6.40, [TISSUE_CEMENT] = 0.40,
};

/* HU at 120 kV, as in any textbook; trabecular bone apart, which the options give. */
static const double ct_hu[TISSUE_COUNT] = {
    [TISSUE_AIR] = -1000.0,  [TISSUE_FAT] = -100.0,    [TISSUE_SKIN] = 10.0,
    [TISSUE_MUSCLE] = 55.0,  [TISSUE_FASCIA] = 45.0,   [TISSUE_LIGAMENT] = 60.0,
    [TISSUE_CORTEX] = 700.0, [TISSUE_ANNULUS] = 85.0,  [TISSUE_CSF] = 12.0,
    [TISSUE_NERVE] = 35.0,   [TISSUE_BLOOD] = 42.0,    [TISSUE_BOWEL] = 30.0,
    [TISSUE_KIDNEY] = 35.0,  [TISSUE_CEMENT] = 1500.0, [TISSUE_GAS] = -850.0,
};

/* Femoral heads are denser than vertebral bodies, the more so where those are porous. */
#define DENSE_HU 150.0
#define DENSE_SHARE 0.8

void phantom_signals(const phantom_scene *scene, double relative[TISSUE_COUNT]) {
    if (scene->contrast == PHANTOM_AXIAL_T2) {
        for (int t = 0; t < TISSUE_COUNT; t++) {
            relative[t] = spin_echo(scene, (phantom_tissue)t) / spin_echo(scene, TISSUE_MUSCLE);
        }
        return;
    }
    if (scene->contrast == PHANTOM_CT) {
        memcpy(relative, ct_hu, sizeof ct_hu);
        relative[TISSUE_MARROW] = scene->options->trabecular_hu;
        relative[TISSUE_DENSE_BONE] = DENSE_HU + DENSE_SHARE * scene->options->trabecular_hu;
        return;
    }
    memcpy(relative, scene->contrast == PHANTOM_SAGITTAL_T2 ? sagittal_t2 : sagittal_water,
           sizeof sagittal_t2);
    relative[TISSUE_MARROW] *= scene->anatomy->marrow_signal;
    relative[TISSUE_CSF] *= scene->anatomy->csf_signal;
}

double phantom_point_signal(const phantom_scene *scene, const double relative[TISSUE_COUNT],
                            phantom_tissue tissue, double shade) {
    if (scene->contrast == PHANTOM_CT) {
        return relative[tissue]; /* shades are those of T2 */
    }
    if (scene->contrast == PHANTOM_SAGITTAL_WATER && tissue == TISSUE_ANNULUS) {
        /* Nearly even from the annulus to the nucleus. */
        shade = 0.75 + 0.9 * fmin(1.0, fmax(0.0, (shade - 0.8) / 1.6));
    } else if (scene->contrast == PHANTOM_SAGITTAL_WATER && tissue == TISSUE_LIGAMENT) {
        shade = fmin(shade, 2.0); /* what is brighter is fat among the fibres */
    }
    return relative[tissue] * shade;
}
