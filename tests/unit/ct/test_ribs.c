/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ribs, transverse processes and a sacral disc of spines by formula, and what they do to the names.
 */
#include "column.h"

#include <string.h>

#define AGAINST                                                                                    \
    (MYO_SPINE_RIBS_DISAGREE | MYO_SPINE_WIDE_PROCESSES | MYO_SPINE_TRANSITIONAL |                 \
     MYO_SPINE_FROM_RIBS)

/* With the vertebrae of a patient from the sacrum up to the middle of T11. */
static const column adult = {.size = 1.0,
                             .trabecular = 160.0,
                             .low = -90.0,
                             .high = 240.0,
                             .slice_mm = 5.0,
                             .pixel_mm = 2.0,
                             .sacrum = true,
                             .process_mm = 38.0};

static column with_ribs(int left, int right) {
    column c = adult;
    c.rib_free[0] = left;
    c.rib_free[1] = right;
    return c;
}

static myo_spine find(const column *c) {
    myo_ct *ct = column_create(c);
    myo_ct_anatomy anatomy;
    assert_true(myo_ct_find_anatomy(ct, NULL, 1, &anatomy, NULL));
    myo_ct_destroy(ct);
    myo_spine spine = anatomy.spine;
    myo_ct_anatomy_clear(&anatomy);
    return spine;
}

/* A disc of a name where it is. */
static void assert_disc(const myo_spine *spine, const char *name, double z) {
    const myo_disc *disc = myo_spine_get_disc(spine, name);
    if (!disc) {
        fail_msg("%s was not found", name);
        return;
    }
    assert_near(disc->centre_mm.z, z, 4.0);
}

/* Nothing is said of ribs, and the confidence is that without them. */
static void assert_no_effect(const column *c) {
    column without = *c;
    without.rib_free[0] = without.rib_free[1] = 0;
    myo_spine seen = find(c), expected = find(&without);
    assert_int_equal(seen.signs & AGAINST, 0);
    assert_near(seen.count_confidence, expected.count_confidence, 1e-9);
    assert_disc(&seen, "L5/S1", 0.0);
}

static void five_vertebrae_without_ribs_agree(void **state) {
    (void)state;
    column c = with_ribs(5, 5);
    myo_spine spine = find(&c);
    assert_int_equal(spine.signs & AGAINST, 0);
    assert_true(spine.count_confidence > 0.9);
    assert_int_equal(spine.other_shift, 0);
    assert_disc(&spine, "L5/S1", 0.0);
    assert_disc(&spine, "T12/L1", 180.0);
}

/* The names stay those of the sacrum, but nobody is told to rely on them. */
static void four_or_six_disagree(void **state) {
    (void)state;
    for (int count = 4; count <= 6; count += 2) {
        column c = with_ribs(count, count);
        myo_spine spine = find(&c);
        assert_int_equal(spine.signs & AGAINST, MYO_SPINE_RIBS_DISAGREE);
        assert_true(spine.count_confidence < 0.5);
        assert_int_equal(spine.other_shift, count == 4 ? 1 : -1);
        assert_near(spine.other_confidence, 1.0 - spine.count_confidence, 1e-9);
        assert_disc(&spine, "L5/S1", 0.0);
    }
}

static void a_rib_on_one_side_is_a_sign(void **state) {
    (void)state;
    static const int sides[][3] = {{5, 6, -1}, {4, 5, 1}};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        column c = with_ribs(sides[i][0], sides[i][1]);
        myo_spine spine = find(&c);
        assert_int_equal(spine.signs & AGAINST, MYO_SPINE_RIBS_DISAGREE);
        assert_true(spine.count_confidence < 0.8);
        assert_true(spine.count_confidence > 0.5);
        assert_int_equal(spine.other_shift, sides[i][2]);
    }
}

/* Ribs of less than 38 mm from their joint on. */
static void stunted_ribs_are_none(void **state) {
    (void)state;
    column c = with_ribs(5, 5);
    c.lowest_rib_mm = 46.0;
    myo_spine spine = find(&c);
    assert_int_equal(spine.signs & AGAINST, MYO_SPINE_RIBS_DISAGREE);
    assert_int_equal(spine.other_shift, -1);
    c.lowest_rib_mm = 64.0;
    assert_int_equal(find(&c).signs & AGAINST, 0);
}

static void ribs_out_of_view_have_no_effect(void **state) {
    (void)state;
    column c = with_ribs(5, 5);
    c.high = 178.0; /* ends below T12 */
    assert_no_effect(&c);
    c = with_ribs(6, 6);
    c.view_mm = 62.0; /* cuts the ribs off */
    assert_no_effect(&c);
}

static void a_long_transverse_process_is_no_rib(void **state) {
    (void)state;
    column c = with_ribs(5, 5);
    c.first_process_mm = 60.0;
    myo_spine spine = find(&c);
    assert_int_equal(spine.signs & AGAINST, 0);
    assert_true(spine.count_confidence > 0.9);
}

/* What else is dense beside the column. */
static void pelvis_and_kidneys_are_no_ribs(void **state) {
    (void)state;
    column c = with_ribs(5, 5);
    c.crests = true;
    c.kidneys = true;
    myo_spine spine = find(&c);
    assert_int_equal(spine.signs & AGAINST, 0);
    assert_true(spine.count_confidence > 0.9);
    c.rib_free[0] = c.rib_free[1] = 4;
    assert_int_equal(find(&c).signs & AGAINST, MYO_SPINE_RIBS_DISAGREE);
}

/* Below the middle of L5 nothing is in view: T12 says the names. */
static void ribs_name_the_discs_without_a_sacrum(void **state) {
    (void)state;
    column c = with_ribs(5, 5);
    c.low = 20.0;
    myo_spine spine = find(&c);
    assert_int_equal(spine.signs & (AGAINST | MYO_SPINE_NO_SACRUM), MYO_SPINE_FROM_RIBS);
    assert_disc(&spine, "L4/5", 36.0);
    assert_disc(&spine, "L1/2", 144.0);
    assert_disc(&spine, "T12/L1", 180.0);
    assert_null(myo_spine_get_disc(&spine, "L5/S1"));
    assert_true(spine.count_confidence > 0.3);
    assert_true(spine.count_confidence < 0.5);
    c.low = 92.0; /* L3 */
    spine = find(&c);
    assert_int_equal(spine.signs & MYO_SPINE_FROM_RIBS, MYO_SPINE_FROM_RIBS);
    assert_disc(&spine, "L2/3", 108.0);
    assert_disc(&spine, "L1/2", 144.0);
}

/* Ribs that differ from side to side name nothing. */
static void uneven_ribs_name_nothing(void **state) {
    (void)state;
    column c = with_ribs(5, 6);
    c.low = 20.0;
    myo_spine spine = find(&c);
    assert_int_equal(spine.signs & MYO_SPINE_FROM_RIBS, 0);
    assert_int_equal(spine.signs & MYO_SPINE_NO_SACRUM, MYO_SPINE_NO_SACRUM);
}

/* 19 mm is the limit; the sacrum's wings begin at -4 mm. */
static void wide_processes_are_a_sign(void **state) {
    (void)state;
    static const struct {
        double low_mm, height_mm;
        unsigned sign;
    } cases[] = {{10.0, 13.0, 0},
                 {8.0, 23.0, MYO_SPINE_WIDE_PROCESSES},
                 {-6.0, 24.0, MYO_SPINE_WIDE_PROCESSES}};
    column c = with_ribs(5, 5);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        c.process_mm = 44.0;
        c.last_low_mm = cases[i].low_mm;
        c.last_height_mm = cases[i].height_mm;
        myo_spine spine = find(&c);
        assert_int_equal(spine.signs & AGAINST, cases[i].sign);
        assert_int_equal(spine.other_shift, cases[i].sign ? -1 : 0);
        assert_true(cases[i].sign ? spine.count_confidence < 0.8 : spine.count_confidence > 0.9);
        assert_disc(&spine, "L5/S1", 0.0);
    }
}

static void a_sacral_disc_is_a_sign(void **state) {
    (void)state;
    column c = with_ribs(5, 5);
    c.sacral_disc = true;
    myo_spine spine = find(&c);
    assert_int_equal(spine.signs & AGAINST, MYO_SPINE_TRANSITIONAL);
    assert_int_equal(spine.other_shift, 1);
    assert_true(spine.count_confidence < 0.8);
    assert_disc(&spine, "L5/S1", 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_vertebrae_without_ribs_agree),
        cmocka_unit_test(four_or_six_disagree),
        cmocka_unit_test(a_rib_on_one_side_is_a_sign),
        cmocka_unit_test(stunted_ribs_are_none),
        cmocka_unit_test(ribs_out_of_view_have_no_effect),
        cmocka_unit_test(a_long_transverse_process_is_no_rib),
        cmocka_unit_test(pelvis_and_kidneys_are_no_ribs),
        cmocka_unit_test(ribs_name_the_discs_without_a_sacrum),
        cmocka_unit_test(uneven_ribs_name_nothing),
        cmocka_unit_test(wide_processes_are_a_sign),
        cmocka_unit_test(a_sacral_disc_is_a_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
