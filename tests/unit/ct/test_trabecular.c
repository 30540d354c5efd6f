/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spinal CT value of bodies whose trabecular bone is known. */
#include "column.h"

#include <string.h>

static const column adult = {.size = 1.0,
                             .trabecular = 80.0,
                             .low = 10.0,
                             .high = 190.0,
                             .slice_mm = 2.0,
                             .pixel_mm = 1.0,
                             .sacrum = true};

/* Discs where they are, as a reader would have marked them. */
static myo_ct_anatomy discs(double size) {
    static const char *const names[] = {"L5/S1", "L4/5", "L3/4", "L2/3", "L1/2", "T12/L1"};
    myo_ct_anatomy a = {.size = size};
    for (size_t i = 6; i-- > 0;) {
        a.spine.discs[a.spine.count++] =
            (myo_disc){.name = names[i],
                       .centre_mm = {0.0, -25.0 * size, 36.0 * size * (double)i},
                       .confidence = 0.9};
    }
    return a;
}

static void measures_trabecular_bone_alone(void **state) {
    (void)state;
    static const double values[] = {-20.0, 80.0, 210.0};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        column c = adult;
        c.trabecular = values[i];
        myo_ct *ct = column_create(&c);
        myo_ct_anatomy a = discs(1.0);
        myo_trabecular t;
        assert_true(myo_ct_measure_trabecular(ct, &a, "L3", &t, NULL));
        assert_near(t.mean_hu, values[i], 2.0);
        assert_true(t.excluded_share < 0.06);
        assert_near(t.confidence, 0.9, 1e-12);
        double height = 0.0;
        for (int s = 0; s < MYO_TRABECULAR_SECTIONS; s++) {
            assert_true(t.sections[s].found);
            assert_near(t.sections[s].mean_hu, values[i], 2.0);
            assert_true(t.sections[s].area_mm2 > 40.0);
            /* Upper, middle and lower, each within its third. */
            assert_near(t.sections[s].centre_mm.z, 90.0 + 8.0 * (1 - s), 4.0);
            height += 2.0 * t.sections[s].half_height_mm;
        }
        assert_true(height < 24.0); /* endplates left out */
        myo_ct_destroy(ct);
    }
}

/* Endplates that are hollow by 4 mm, on slices of 3 mm: what lies between them is known as well. */
static void follows_hollow_endplates(void **state) {
    (void)state;
    column c = adult;
    c.slice_mm = 3.0;
    c.hollow_mm = 4.0;
    myo_ct *ct = column_create(&c);
    myo_ct_anatomy a = discs(1.0);
    myo_trabecular t;
    assert_true(myo_ct_measure_trabecular(ct, &a, "L3", &t, NULL));
    assert_near(t.mean_hu, 80.0, 2.0);
    for (int s = 0; s < MYO_TRABECULAR_SECTIONS; s++) {
        assert_near(t.sections[s].mean_hu, 80.0, 2.0);
        assert_true(t.sections[s].area_mm2 > 25.0);
        assert_near(t.sections[s].centre_mm.z, 90.0 + 5.0 * (1 - s), 3.0);
    }
    myo_ct_destroy(ct);
}

/* A body that is all but collapsed has no sections. */
static void refuses_a_collapsed_body(void **state) {
    (void)state;
    myo_ct *ct = column_create(&adult);
    myo_ct_anatomy a = discs(1.0);
    myo_trabecular t;
    myo_error err = {0};
    for (size_t i = 0; i < a.spine.count; i++) { /* L2/3 comes to lie close above L3/4 */
        if (strcmp(a.spine.discs[i].name, "L2/3") == 0) {
            a.spine.discs[i].centre_mm.z -= 28.0;
        }
    }
    assert_false(myo_ct_measure_trabecular(ct, &a, "L3", &t, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    myo_ct_destroy(ct);
}

/* A ball of cement of 6 mm radius in the middle of the body. */
static void leaves_cement_out(void **state) {
    (void)state;
    column c = adult;
    c.cement_radius = 6.0;
    myo_ct *ct = column_create(&c);
    myo_ct_anatomy a = discs(1.0);
    myo_trabecular t;
    assert_true(myo_ct_measure_trabecular(ct, &a, "L3", &t, NULL));
    assert_near(t.mean_hu, 80.0, 4.0);
    assert_true(t.excluded_share > 0.1);
    myo_ct_destroy(ct);
}

static void refuses_a_body_full_of_cement(void **state) {
    (void)state;
    column c = adult;
    c.cement_radius = 40.0;
    myo_ct *ct = column_create(&c);
    myo_ct_anatomy a = discs(1.0);
    myo_trabecular t;
    myo_error err = {0};
    assert_false(myo_ct_measure_trabecular(ct, &a, "L3", &t, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message,
                        "L3: no trabecular bone in one of its three sections (collapsed, "
                        "or filled with cement)");
    myo_ct_destroy(ct);
}

static void refuses_what_it_cannot_place(void **state) {
    (void)state;
    myo_ct *ct = column_create(&adult);
    myo_ct_anatomy a = discs(1.0);
    myo_trabecular t;
    myo_error err = {0};
    assert_false(myo_ct_measure_trabecular(ct, &a, "L6", &t, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    err = (myo_error){0};
    assert_false(myo_ct_measure_trabecular(ct, &a, "T12", &t, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message, "T12: the disc T11/12 was not found");
    assert_true(myo_ct_is_vertebra("L1"));
    assert_false(myo_ct_is_vertebra("L"));
    myo_ct_destroy(ct);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_trabecular_bone_alone),
        cmocka_unit_test(follows_hollow_endplates),
        cmocka_unit_test(refuses_a_collapsed_body),
        cmocka_unit_test(leaves_cement_out),
        cmocka_unit_test(refuses_a_body_full_of_cement),
        cmocka_unit_test(refuses_what_it_cannot_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
