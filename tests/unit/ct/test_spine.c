/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canal, discs and pelvis of spines by formula. */
#include "column.h"

#include <string.h>

static const column adult = {.size = 1.0,
                             .trabecular = 160.0,
                             .low = -150.0,
                             .high = 230.0,
                             .slice_mm = 4.0,
                             .pixel_mm = 1.6,
                             .sacrum = true};

static myo_ct_anatomy find(const column *c) {
    myo_ct *ct = column_create(c);
    myo_ct_anatomy anatomy;
    assert_true(myo_ct_find_anatomy(ct, NULL, 1, &anatomy, NULL));
    myo_ct_destroy(ct);
    return anatomy;
}

/* The lumbar discs within `tolerance` mm of their heights. */
static void assert_discs(const myo_ct_anatomy *anatomy, double size, double tolerance) {
    static const char *const names[] = {"L5/S1", "L4/5", "L3/4", "L2/3", "L1/2"};
    for (int i = 0; i < 5; i++) {
        const myo_disc *disc = myo_spine_get_disc(&anatomy->spine, names[i]);
        if (!disc) {
            fail_msg("%s was not found", names[i]);
            return;
        }
        assert_near(disc->centre_mm.z, 36.0 * size * i, tolerance);
        assert_near(disc->centre_mm.x, 0.0, 4.0);
    }
}

static void finds_the_discs_of_an_adult(void **state) {
    (void)state;
    myo_ct_anatomy a = find(&adult);
    assert_discs(&a, 1.0, 4.0);
    assert_true(a.spine.count_confidence > 0.8);
    assert_int_equal(a.spine.signs & (MYO_SPINE_NO_SACRUM | MYO_SPINE_GAP), 0);
    assert_near(a.size, 1.0, 0.1);
    myo_ct_anatomy_clear(&a);
}

/* Trabecular bone darker than the discs. */
static void finds_the_discs_of_osteoporotic_bone(void **state) {
    (void)state;
    column c = adult;
    c.trabecular = 45.0;
    myo_ct_anatomy a = find(&c);
    assert_discs(&a, 1.0, 4.0);
    myo_ct_anatomy_clear(&a);
}

static void finds_the_discs_of_a_small_person(void **state) {
    (void)state;
    column c = adult;
    c.size = 0.7;
    c.trabecular = 200.0;
    c.low *= 0.7;
    c.high *= 0.7;
    c.slice_mm = 2.5;
    c.pixel_mm = 1.1;
    myo_ct_anatomy a = find(&c);
    assert_discs(&a, 0.7, 3.0);
    assert_near(a.size, 0.7, 0.08);
    myo_ct_anatomy_clear(&a);
}

static void bears_missing_slices(void **state) {
    (void)state;
    column c = adult;
    c.missing = 7;
    myo_ct_anatomy a = find(&c);
    assert_discs(&a, 1.0, 4.0);
    myo_ct_anatomy_clear(&a);
}

/* Without a sacrum there is nothing to count from, and that is said. */
static void says_when_the_sacrum_is_not_in_view(void **state) {
    (void)state;
    column c = adult;
    c.low = 20.0;
    myo_ct_anatomy a = find(&c);
    assert_true(a.spine.count >= 4);
    assert_true(a.spine.signs & MYO_SPINE_NO_SACRUM);
    assert_true(a.spine.count_confidence < 0.5);
    myo_ct_anatomy_clear(&a);
}

static void finds_nothing_in_fat(void **state) {
    (void)state;
    column c = adult;
    c.low = -300.0; /* below the heads and the sacrum there is none */
    c.high = -160.0;
    c.sacrum = false;
    myo_ct_anatomy a = find(&c);
    assert_int_equal(a.spine.count, 0);
    assert_false(a.pelvis.has_heads);
    myo_ct_anatomy_clear(&a);
}

static void finds_the_femoral_heads(void **state) {
    (void)state;
    myo_ct_anatomy a = find(&adult);
    assert_true(a.pelvis.has_heads);
    assert_near(a.pelvis.head_mm[MYO_LEFT].x, 85.0, 3.0);
    assert_near(a.pelvis.head_mm[MYO_RIGHT].x, -85.0, 3.0);
    assert_near(a.pelvis.head_mm[MYO_LEFT].z, -115.0, 4.0);
    assert_near(a.pelvis.head_radius_mm, 23.0, 1.5);
    assert_near(a.pelvis.roof_mm.z, -115.0 + 23.0 + 3.0, 4.0);
    myo_ct_anatomy_clear(&a);
}

static void says_where_the_canal_is_on_a_slice(void **state) {
    (void)state;
    myo_ct_anatomy a = find(&adult);
    myo_geometry slice = {.columns = 10,
                          .rows = 10,
                          .column_spacing_mm = 1.0,
                          .row_spacing_mm = 1.0,
                          .position_mm = {-5.0, -5.0, 54.0},
                          .row_cosine = {1.0, 0.0, 0.0},
                          .column_cosine = {0.0, 1.0, 0.0}};
    myo_vec3 p;
    assert_true(myo_ct_find_canal_at(&a, &slice, &p));
    assert_near(p.x, 0.0, 3.0);
    assert_near(p.y, 0.0, 3.0);
    slice.position_mm.z = 400.0;
    assert_false(myo_ct_find_canal_at(&a, &slice, &p));
    myo_ct_anatomy_clear(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_discs_of_an_adult),
        cmocka_unit_test(finds_the_discs_of_osteoporotic_bone),
        cmocka_unit_test(finds_the_discs_of_a_small_person),
        cmocka_unit_test(bears_missing_slices),
        cmocka_unit_test(says_when_the_sacrum_is_not_in_view),
        cmocka_unit_test(finds_nothing_in_fat),
        cmocka_unit_test(finds_the_femoral_heads),
        cmocka_unit_test(says_where_the_canal_is_on_a_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
