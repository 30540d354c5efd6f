/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole muscle of a slice at L3: psoas, erector spinae, multifidus, quadratus lumborum and the
 * abdominal wall of both sides together. Over height squared its area is the skeletal muscle index
 * (C.M. Prado et al., Lancet Oncol 9:629-635, 2008, 10.1016/S1470-2045(08)70153-0).
 */
#include <myotome/measure.h>

#include <math.h>

#define CM2_OF_MM2 0.01

/* Multifidus and quadratus lumborum may have become part of what lies beside them. */
static const struct {
    myo_structure structure;
    bool needed;
} parts[] = {{MYO_PSOAS_MAJOR, true},
             {MYO_ERECTOR_SPINAE, true},
             {MYO_ABDOMINAL_WALL, true},
             {MYO_MULTIFIDUS, false},
             {MYO_QUADRATUS_LUMBORUM, false}};
#define PART_COUNT (sizeof parts / sizeof parts[0])

static void add(const myo_area *part, myo_area *sum) {
    double lean = isfinite(part->lean_intensity) ? part->lean_intensity * part->fcsa_mm2 : 0.0;
    sum->pixel_count += part->pixel_count;
    sum->csa_mm2 += part->csa_mm2;
    sum->fat_csa_mm2 += part->fat_csa_mm2;
    sum->fcsa_mm2 += part->fcsa_mm2;
    sum->mean_intensity += part->mean_intensity * part->csa_mm2;
    sum->lean_intensity += lean;
}

void myo_measure_whole_muscle(const myo_slice_measures *measures, double height_m,
                              myo_whole_muscle *out) {
    *out = (myo_whole_muscle){.smi_cm2_m2 = NAN};
    myo_area sum = {.present = true};
    for (size_t i = 0; i < PART_COUNT; i++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            const myo_area *part = &measures->area[parts[i].structure][side];
            if (part->present) {
                add(part, &sum);
            } else if (parts[i].needed) {
                return;
            }
        }
    }
    sum.fat_fraction = sum.fat_csa_mm2 / sum.csa_mm2;
    sum.mean_intensity /= sum.csa_mm2;
    sum.lean_intensity = sum.fcsa_mm2 > 0.0 ? sum.lean_intensity / sum.fcsa_mm2 : (double)NAN;
    out->area = sum;
    if (height_m > 0.0) {
        out->smi_cm2_m2 = CM2_OF_MM2 * sum.fcsa_mm2 / (height_m * height_m);
    }
}

uint32_t myo_measure_whole_muscle_flags(const uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]) {
    uint32_t all = 0;
    for (size_t i = 0; i < PART_COUNT; i++) {
        all |= flags[parts[i].structure][MYO_LEFT] | flags[parts[i].structure][MYO_RIGHT];
    }
    return all;
}
