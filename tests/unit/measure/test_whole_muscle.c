/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole muscle of a slice against sums worked out by hand. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/measure.h>

static const myo_structure parts[] = {MYO_PSOAS_MAJOR, MYO_ERECTOR_SPINAE, MYO_ABDOMINAL_WALL,
                                      MYO_QUADRATUS_LUMBORUM};
#define PART_COUNT 4

/* Each side of part n: 1000 (n + 1) mm2, a tenth of it fat, muscle of 40 + 10 n HU. */
static myo_slice_measures create_measures(void) {
    myo_slice_measures m = {0};
    for (int n = 0; n < PART_COUNT; n++) {
        double csa = 1000.0 * (n + 1), hu = 40.0 + 10.0 * n;
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            m.area[parts[n]][side] = (myo_area){.present = true,
                                                .pixel_count = 100 * (size_t)(n + 1),
                                                .csa_mm2 = csa,
                                                .fat_csa_mm2 = 0.1 * csa,
                                                .fcsa_mm2 = 0.9 * csa,
                                                .mean_intensity = hu - 10.0,
                                                .lean_intensity = hu};
        }
    }
    return m;
}

static void adds_up_both_sides(void **state) {
    (void)state;
    myo_slice_measures m = create_measures();
    /* It is no muscle of the compartment. */
    m.area[MYO_GLUTEUS_MEDIUS][MYO_LEFT] = (myo_area){.present = true, .csa_mm2 = 5000.0};
    myo_whole_muscle whole;
    myo_measure_whole_muscle(&m, 1.6, &whole);
    assert_true(whole.area.present);
    assert_int_equal(whole.area.pixel_count, 2000);
    assert_near(whole.area.csa_mm2, 20000.0, 1e-9);
    assert_near(whole.area.fcsa_mm2, 18000.0, 1e-9);
    assert_near(whole.area.fat_fraction, 0.1, 1e-12);
    /* (1 x 40 + 2 x 50 + 3 x 60 + 4 x 70) / 10 */
    assert_near(whole.area.lean_intensity, 60.0, 1e-9);
    assert_near(whole.area.mean_intensity, 50.0, 1e-9);
    assert_near(whole.smi_cm2_m2, 180.0 / 2.56, 1e-9);
}

/* A muscle that is all fat has an area and no attenuation of muscle. */
static void leaves_out_what_has_no_muscle(void **state) {
    (void)state;
    myo_slice_measures m = create_measures();
    myo_area *area = &m.area[MYO_QUADRATUS_LUMBORUM][MYO_LEFT];
    area->fat_csa_mm2 = area->csa_mm2;
    area->fcsa_mm2 = 0.0;
    area->lean_intensity = (double)NAN;
    myo_whole_muscle whole;
    myo_measure_whole_muscle(&m, (double)NAN, &whole);
    assert_near(whole.area.fcsa_mm2, 14400.0, 1e-9);
    /* (2 x 1 x 40 + 2 x 2 x 50 + 2 x 3 x 60 + 4 x 70) / 16 */
    assert_near(whole.area.lean_intensity, 57.5, 1e-9);
    assert_true(isnan(whole.smi_cm2_m2));
}

static void needs_psoas_back_and_wall_of_both_sides(void **state) {
    (void)state;
    for (int n = 0; n < PART_COUNT; n++) {
        myo_slice_measures m = create_measures();
        m.area[parts[n]][MYO_RIGHT].present = false;
        myo_whole_muscle whole;
        myo_measure_whole_muscle(&m, 1.6, &whole);
        bool needed = parts[n] != MYO_QUADRATUS_LUMBORUM;
        assert_true(whole.area.present == !needed);
        assert_true(isnan(whole.smi_cm2_m2) == needed);
    }
}

static void collects_the_flags_of_its_parts(void **state) {
    (void)state;
    uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0}};
    flags[MYO_PSOAS_MAJOR][MYO_RIGHT] = 1;
    flags[MYO_MULTIFIDUS][MYO_LEFT] = 4;
    flags[MYO_GLUTEUS_MAXIMUS][MYO_LEFT] = 8;
    assert_int_equal(myo_measure_whole_muscle_flags((const uint32_t(*)[MYO_SIDE_COUNT])flags), 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(adds_up_both_sides),
                                       cmocka_unit_test(leaves_out_what_has_no_muscle),
                                       cmocka_unit_test(needs_psoas_back_and_wall_of_both_sides),
                                       cmocka_unit_test(collects_the_flags_of_its_parts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
