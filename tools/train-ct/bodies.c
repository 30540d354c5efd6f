/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tissue classes of a phantom's trunk, from which training samples are drawn beside those of the
 * atlas.
 *
 *   unet-ct-bodies SEED PIXELS STEP_MM SLICE_MM > BYTES
 *
 * A byte for each place: from foot to head, to the back, to the left, PIXELS x PIXELS on a slice.
 * Values are those of myo_tissue, and beyond them bowel, vessels, and other organs and muscles.
 */
#include "phantom/study_private.h"
#include "phantom/trunk_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BOWEL = MYO_TISSUE_COUNT, VESSEL, ORGAN };

#define BELOW_MM 20.0 /* the lower edge of the femoral heads, */
#define ABOVE_MM 40.0 /* and the disc above the first lumbar vertebra */

static unsigned char class_of(const phantom_sample *sample) {
    if (sample->kind != MYO_TISSUE_OTHER) {
        return (unsigned char)sample->kind;
    }
    switch (sample->tissue) {
    case TISSUE_BOWEL:
    case TISSUE_GAS:
        return BOWEL;
    case TISSUE_BLOOD:
        return VESSEL;
    case TISSUE_MUSCLE:
    case TISSUE_CSF: /* the bladder */
        return ORGAN;
    default:
        return 0;
    }
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: unet-ct-bodies SEED PIXELS STEP_MM SLICE_MM > BYTES\n");
        return 2;
    }
    myo_phantom_options options = myo_phantom_defaults();
    options.seed = strtoull(argv[1], NULL, 10);
    size_t pixels = strtoul(argv[2], NULL, 10);
    double step = strtod(argv[3], NULL), slice = strtod(argv[4], NULL);
    phantom_anatomy anatomy;
    phantom_trunk trunk;
    phantom_landmarks marks;
    phantom_anatomy_init(&anatomy, &options);
    phantom_anatomy_refine(&anatomy);
    phantom_trunk_init(&anatomy, &trunk);
    anatomy.trunk = &trunk;
    phantom_trunk_landmarks(&anatomy, &marks);
    double from = fmin(marks.head_mm[MYO_LEFT].z, marks.head_mm[MYO_RIGHT].z) -
                  marks.head_radius_mm - BELOW_MM;
    double to = phantom_disc_centre(&anatomy, anatomy.lumbar).z + ABOVE_MM;
    double half = 0.5 * step * (double)(pixels - 1);
    size_t slices = (size_t)((to - from) / slice) + 1;
    for (size_t i = 0; i < slices * pixels * pixels; i++) {
        myo_vec3 point = {anatomy.origin_x + step * (double)(i % pixels) - half,
                          step * (double)(i / pixels % pixels) - half,
                          from + slice * (double)(i / pixels / pixels)};
        phantom_sample sample;
        phantom_sample_at(&anatomy, point, &sample);
        if (putchar(class_of(&sample)) == EOF) {
            return 1;
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
