/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Indices that predictors read.
 *
 * SMI is the mean FCSA of both sides over height squared (Tang et al. 2024, section 2.2.1); rCSA
 * is the mean CSA of both sides over the CSA of the vertebral body or disc on the same slice;
 * asymmetry is the difference of the sides over the greater one, in percent (Fortin et al. 2013).
 */
#include <myotome/measure.h>

#include <math.h>

void myo_measure_indices(const myo_slice_measures *measures, myo_structure muscle, double height_m,
                         myo_muscle_indices *out) {
    *out = (myo_muscle_indices){NAN, NAN, NAN, NAN, NAN};
    const myo_area *left = &measures->area[muscle][MYO_LEFT];
    const myo_area *right = &measures->area[muscle][MYO_RIGHT];
    if (!left->present || !right->present) {
        return;
    }
    double csa_mm2 = 0.5 * (left->csa_mm2 + right->csa_mm2);
    double fcsa_mm2 = 0.5 * (left->fcsa_mm2 + right->fcsa_mm2);
    out->fat_fraction = 1.0 - fcsa_mm2 / csa_mm2;
    out->asymmetry_percent =
        100.0 * fabs(left->csa_mm2 - right->csa_mm2) / fmax(left->csa_mm2, right->csa_mm2);
    if (height_m > 0.0) {
        out->smi_mm2_m2 = fcsa_mm2 / (height_m * height_m);
    }
    const myo_area *reference = &measures->area[MYO_VERTEBRAL_REFERENCE][MYO_LEFT];
    if (reference->present) {
        out->rcsa = csa_mm2 / reference->csa_mm2;
        out->rfcsa = fcsa_mm2 / reference->csa_mm2;
    }
}
