/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the evidence of the sacrum, of ribs and of what is unusual makes up the names. */
#include "cmocka_all.h"
#include "ct/flank_private.h"

#define DISCS 8

/* Discs every 36 mm, straight down; the sacral evidence is that of the last two. */
static myo_spine name_with(double above, double last, ct_ribs ribs, ct_junction junction) {
    static ct_curve_point points[36 * DISCS];
    ct_curve curve = {points, 36 * DISCS};
    ct_chain chain = {.count = DISCS, .spacing_mm = 36.0, .lumbosacral = DISCS - 1};
    for (size_t i = 0; i < curve.count; i++) {
        points[i] = (ct_curve_point){.centre = {0.0, 0.0, -(double)i},
                                     .tangent = {0.0, 0.0, -1.0},
                                     .left = {1.0, 0.0, 0.0},
                                     .front = {0.0, -1.0, 0.0}};
    }
    for (size_t i = 0; i < DISCS; i++) {
        chain.at[i] = 36 * i;
        chain.strength[i] = 1.0;
    }
    chain.sacral[DISCS - 2] = above;
    chain.sacral[DISCS - 1] = last;
    myo_spine spine = {0};
    ct_name_discs(&curve, &chain, &ribs, &junction, 1.0, &spine);
    return spine;
}

static myo_spine name(double above, double last, size_t left, size_t right) {
    ct_ribs ribs = {.known = {left > 0, right > 0}, .rib_free = {left, right}};
    return name_with(above, last, ribs, (ct_junction){0});
}

static double height_of(const myo_spine *spine, const char *disc_name) {
    const myo_disc *disc = myo_spine_get_disc(spine, disc_name);
    return disc ? disc->centre_mm.z : 0.0;
}

/* exp(2.2 * 0.1 / 0.2) / (1 + that) = 0.75; with shares of 0.88 and 0.06 for five and four
 * vertebrae without ribs 0.978. */
static void ribs_that_agree_make_it_surer(void **state) {
    (void)state;
    myo_spine alone = name(0.7, 0.8, 0, 0), both = name(0.7, 0.8, 5, 5), one = name(0.7, 0.8, 0, 5);
    assert_near(alone.count_confidence, 0.750, 0.001);
    assert_int_equal(alone.other_shift, -1);
    assert_int_equal(alone.signs, MYO_SPINE_SACRUM_UNSURE);
    assert_near(both.count_confidence, 0.978, 0.001);
    assert_int_equal(both.other_shift, 0);
    assert_int_equal(both.signs, 0);
    assert_near(one.count_confidence, 0.978, 0.001);
    assert_near(height_of(&both, "L5/S1"), -252.0, 1e-9);
    assert_near(height_of(&both, "T12/L1"), -72.0, 1e-9);
}

/* Where the sacrum is not clear but the ribs are, the disc above is L5/S1. */
static void ribs_decide_between_two_discs(void **state) {
    (void)state;
    myo_spine spine = name(0.8, 0.7, 6, 6);
    assert_near(height_of(&spine, "L5/S1"), -216.0, 1e-9);
    assert_int_equal(spine.count, DISCS - 1);
    assert_int_equal(spine.signs & MYO_SPINE_RIBS_DISAGREE, 0);
    assert_near(spine.count_confidence, 0.978, 0.001);
    /* A sacrum without doubt is believed, and the doubt is said. */
    spine = name(0.0, 1.0, 6, 6);
    assert_near(height_of(&spine, "L5/S1"), -252.0, 1e-9);
    assert_int_equal(spine.signs, MYO_SPINE_RIBS_DISAGREE);
}

static void another_number_is_doubt(void **state) {
    (void)state;
    static const struct {
        size_t left, right;
        int shift;
        double low, high; /* of the confidence */
    } cases[] = {{4, 4, 1, 0.4, 0.5},  {6, 6, -1, 0.4, 0.5}, {3, 3, 0, 0.4, 0.5},
                 {7, 7, 0, 0.4, 0.5},  {0, 4, 1, 0.4, 0.5},  {6, 0, -1, 0.4, 0.5},
                 {5, 6, -1, 0.6, 0.8}, {6, 5, -1, 0.6, 0.8}, {5, 4, 1, 0.6, 0.8},
                 {4, 5, 1, 0.6, 0.8},  {4, 6, 1, 0.4, 0.5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myo_spine spine = name(0.0, 1.0, cases[i].left, cases[i].right);
        assert_int_equal(spine.signs, MYO_SPINE_RIBS_DISAGREE);
        assert_int_equal(spine.other_shift, cases[i].shift);
        assert_true(spine.count_confidence > cases[i].low);
        assert_true(spine.count_confidence < cases[i].high);
        assert_near(spine.discs[0].confidence, spine.count_confidence, 1e-9);
    }
}

static void ribs_count_down_without_a_sacrum(void **state) {
    (void)state;
    myo_spine spine = name(0.0, 0.2, 3, 3);
    assert_int_equal(spine.signs, MYO_SPINE_FROM_RIBS);
    assert_near(height_of(&spine, "L3/4"), -252.0, 1e-9);
    assert_near(height_of(&spine, "T12/L1"), -144.0, 1e-9);
    assert_int_equal(spine.count, DISCS);
    assert_true(spine.count_confidence < 0.5);
    assert_int_equal(spine.other_shift, 0);
    /* More than five would need names below L5/S1, and uneven ribs say nothing. */
    assert_int_equal(name(0.0, 0.2, 6, 6).signs & MYO_SPINE_FROM_RIBS, 0);
    spine = name(0.0, 0.2, 3, 4);
    assert_int_equal(spine.signs & (MYO_SPINE_FROM_RIBS | MYO_SPINE_NO_SACRUM),
                     MYO_SPINE_NO_SACRUM);
    assert_near(height_of(&spine, "L5/S1"), -252.0, 1e-9);
}

static void a_transitional_vertebra_is_doubt(void **state) {
    (void)state;
    ct_ribs none = {0}, five = {.known = {true, true}, .rib_free = {5, 5}},
            four = {.known = {true, true}, .rib_free = {4, 4}};
    ct_junction wide = {.wide_processes = true}, disc = {.sacral_disc = true};
    myo_spine spine = name_with(0.0, 1.0, five, wide);
    assert_int_equal(spine.signs, MYO_SPINE_WIDE_PROCESSES);
    assert_int_equal(spine.other_shift, -1);
    assert_near(spine.count_confidence, 0.7, 0.01);
    assert_near(spine.other_confidence, 0.3, 0.01);
    spine = name_with(0.0, 1.0, none, disc);
    assert_int_equal(spine.signs, MYO_SPINE_TRANSITIONAL);
    assert_int_equal(spine.other_shift, 1);
    assert_near(spine.count_confidence, 0.7, 0.01);
    /* Ribs say in which direction. */
    spine = name_with(0.0, 1.0, four, wide);
    assert_int_equal(spine.signs, MYO_SPINE_WIDE_PROCESSES | MYO_SPINE_RIBS_DISAGREE);
    assert_int_equal(spine.other_shift, 1);
    assert_true(spine.count_confidence < 0.35);
    /* Nothing can be said of a junction that is not in view. */
    assert_int_equal(name_with(0.0, 0.2, none, wide).signs & MYO_SPINE_WIDE_PROCESSES, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ribs_that_agree_make_it_surer),
        cmocka_unit_test(ribs_decide_between_two_discs),
        cmocka_unit_test(another_number_is_doubt),
        cmocka_unit_test(ribs_count_down_without_a_sacrum),
        cmocka_unit_test(a_transitional_vertebra_is_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
