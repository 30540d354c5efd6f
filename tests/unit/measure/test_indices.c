/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMI, rCSA, fat fraction and asymmetry against numbers worked out by hand. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/measure.h>

/* Left 900 mm2 with 180 of fat, right 600 mm2 with 60; reference 1500 mm2. */
static myo_slice_measures create_measures(void) {
    myo_slice_measures m = {0};
    m.area[MYO_MULTIFIDUS][MYO_LEFT] =
        (myo_area){.present = true, .csa_mm2 = 900, .fat_csa_mm2 = 180, .fcsa_mm2 = 720};
    m.area[MYO_MULTIFIDUS][MYO_RIGHT] =
        (myo_area){.present = true, .csa_mm2 = 600, .fat_csa_mm2 = 60, .fcsa_mm2 = 540};
    m.area[MYO_VERTEBRAL_REFERENCE][MYO_LEFT] = (myo_area){.present = true, .csa_mm2 = 1500};
    return m;
}

static void computes_the_published_formulas(void **state) {
    (void)state;
    myo_slice_measures m = create_measures();
    myo_muscle_indices indices;
    myo_measure_indices(&m, MYO_MULTIFIDUS, 1.5, &indices);
    assert_near(indices.smi_mm2_m2, 630.0 / 2.25, 1e-9);
    assert_near(indices.rcsa, 0.5, 1e-12);
    assert_near(indices.rfcsa, 0.42, 1e-12);
    assert_near(indices.fat_fraction, 240.0 / 1500.0, 1e-12);
    assert_near(indices.asymmetry_percent, 100.0 / 3.0, 1e-9);
}

static void leaves_smi_empty_without_height(void **state) {
    (void)state;
    myo_slice_measures m = create_measures();
    myo_muscle_indices indices;
    myo_measure_indices(&m, MYO_MULTIFIDUS, (double)NAN, &indices);
    assert_true(isnan(indices.smi_mm2_m2));
    assert_near(indices.rcsa, 0.5, 1e-12);
}

static void gives_no_index_from_one_side(void **state) {
    (void)state;
    myo_slice_measures m = create_measures();
    m.area[MYO_MULTIFIDUS][MYO_RIGHT].present = false;
    myo_muscle_indices indices;
    myo_measure_indices(&m, MYO_MULTIFIDUS, 1.5, &indices);
    assert_true(isnan(indices.smi_mm2_m2) && isnan(indices.rcsa) && isnan(indices.fat_fraction) &&
                isnan(indices.asymmetry_percent));
}

static void gives_no_rcsa_without_reference(void **state) {
    (void)state;
    myo_slice_measures m = create_measures();
    m.area[MYO_VERTEBRAL_REFERENCE][MYO_LEFT].present = false;
    myo_muscle_indices indices;
    myo_measure_indices(&m, MYO_MULTIFIDUS, 1.5, &indices);
    assert_true(isnan(indices.rcsa) && isnan(indices.rfcsa));
    assert_near(indices.smi_mm2_m2, 280.0, 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes_the_published_formulas),
        cmocka_unit_test(leaves_smi_empty_without_height),
        cmocka_unit_test(gives_no_index_from_one_side),
        cmocka_unit_test(gives_no_rcsa_without_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
