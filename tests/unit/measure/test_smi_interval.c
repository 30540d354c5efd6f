/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cmocka_all.h"

#include <myotome/measure.h>

static const myo_smi_evidence patient = {.fcsa_mm2 = 640.0,
                                         .fat_methods_sd_mm2 = 32.0,
                                         .expected_dice = 0.85,
                                         .reader_sem_mm2 = NAN,
                                         .height_m = 1.6,
                                         .height_rounded_to_m = 0.01};

static void relative_parts_add_up_in_squares(void **state) {
    (void)state;
    myo_smi_interval i;
    myo_measure_smi_interval(&patient, MYO_UNCERTAINTY_ALL, &i);
    /* SMI 250; 5 % by fat methods, 1.6 x 15 % = 24 % by the outline, 2 x 1 cm / sqrt(12) / 1.6 m.
     */
    double height = 2.0 * 0.01 / sqrt(12.0) / 1.6;
    double expected = 250.0 * sqrt(0.05 * 0.05 + 0.24 * 0.24 + height * height);
    assert_near(i.standard_mm2_m2, expected, 1e-9);
    assert_near(i.upper - 250.0, 1.959963984540054 * expected, 1e-9);
    assert_near(250.0 - i.lower, i.upper - 250.0, 1e-9);
    assert_int_equal(i.contains, MYO_UNCERTAINTY_ALL);
}

static void each_part_can_be_left_out(void **state) {
    (void)state;
    const double relative[] = {0.05, 0.24, 2.0 * 0.01 / sqrt(12.0) / 1.6};
    for (unsigned bit = 0; bit < MYO_UNCERTAINTY_PARTS; bit++) {
        myo_smi_interval i;
        myo_measure_smi_interval(&patient, 1u << bit, &i);
        assert_near(i.standard_mm2_m2, 250.0 * relative[bit], 1e-9);
        assert_int_equal(i.contains, 1u << bit);
    }
    myo_smi_interval none;
    myo_measure_smi_interval(&patient, 0, &none);
    assert_true(isnan(none.lower) && isnan(none.upper) && none.contains == 0);
}

static void a_reader_study_counts_more_than_an_estimate(void **state) {
    (void)state;
    myo_smi_evidence studied = patient;
    studied.reader_sem_mm2 = 64.0;
    myo_smi_interval i;
    myo_measure_smi_interval(&studied, MYO_UNCERTAINTY_OUTLINE, &i);
    assert_near(i.standard_mm2_m2, 25.0, 1e-9);
}

static void what_is_unknown_is_not_named(void **state) {
    (void)state;
    myo_smi_evidence drawn = patient;
    drawn.expected_dice = NAN; /* nobody knows how sure a reader is */
    myo_smi_interval i;
    myo_measure_smi_interval(&drawn, MYO_UNCERTAINTY_ALL, &i);
    assert_int_equal(i.contains, MYO_UNCERTAINTY_FAT | MYO_UNCERTAINTY_HEIGHT);
    drawn.height_m = NAN;
    myo_measure_smi_interval(&drawn, MYO_UNCERTAINTY_ALL, &i);
    assert_true(isnan(i.lower) && i.contains == 0);
}

static void an_area_is_not_negative(void **state) {
    (void)state;
    myo_smi_evidence doubtful = patient;
    doubtful.expected_dice = 0.2;
    myo_smi_interval i;
    myo_measure_smi_interval(&doubtful, MYO_UNCERTAINTY_ALL, &i);
    assert_near(i.lower, 0.0, 1e-9);
}

static void heights_tell_their_rounding(void **state) {
    (void)state;
    assert_near(myo_height_step_m(1.66), 0.01, 1e-9);
    assert_near(myo_height_step_m(1.70), 0.01, 1e-9);
    assert_near(myo_height_step_m(1.665), 0.005, 1e-9);
    assert_near(myo_height_step_m(1.663), 0.001, 1e-9);
    assert_near(myo_height_step_m(1.6635), 0.001, 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relative_parts_add_up_in_squares),
        cmocka_unit_test(each_part_can_be_left_out),
        cmocka_unit_test(a_reader_study_counts_more_than_an_estimate),
        cmocka_unit_test(what_is_unknown_is_not_named),
        cmocka_unit_test(an_area_is_not_negative),
        cmocka_unit_test(heights_tell_their_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
