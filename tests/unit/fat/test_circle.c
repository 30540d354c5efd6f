/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat method "circle": which regions it takes, and what limit follows from them. */
#include "fat_fixture.h"

#define SIDE 120

/* Both sides' multifidus and erector spinae of 24 x 60 mm each, in muscle of 200 with a chequered
 * texture of +-20. Lean discs of 100 lie in them, as many as are given for each of the four; each
 * has one pixel of 130 in the middle. `psoas` is darker still, and must not be looked at. */
static slice create_back(const int discs[4]) {
    static const uint16_t labels[] = {5112, 5102, 5101, 5111};
    slice s = create_slice(SIDE, 1.0);
    for (size_t m = 0; m < 4; m++) {
        size_t left = 4 + 28 * m;
        fill_box(&s, left, 40, left + 24, 100, labels[m], 200.0f);
        for (size_t y = 40; y < 100; y++) {
            for (size_t x = left; x < left + 24; x++) {
                s.pixels[y * SIDE + x] += (x + y) % 2 ? 20.0f : -20.0f;
            }
        }
        for (int d = 0; d < discs[m]; d++) {
            size_t cx = left + 12, cy = 48 + 16 * (size_t)d;
            fill_box(&s, cx - 4, cy - 4, cx + 5, cy + 5, labels[m], 100.0f);
            s.pixels[cy * SIDE + cx] = 130.0f;
        }
    }
    fill_box(&s, 20, 5, 100, 30, 5121, 10.0f);
    return s;
}

/* Three lean places on each side: the greatest level of them all is the limit, and belongs to
 * muscle. */
static void takes_the_greatest_level_of_six_lean_discs(void **state) {
    (void)state;
    const int discs[] = {1, 2, 2, 1};
    slice s = create_back(discs);
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("circle"), s.image, s.labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 130.0, 1e-3);
    assert_true(map.threshold[MYO_MULTIFIDUS] > 130.0);
    assert_near(map.threshold[MYO_PSOAS_MAJOR], 130.0, 1e-3);
    assert_int_equal(map.flags[MYO_MULTIFIDUS], 0);
    /* Two of three lean boxes of 81 pixels among the 1440 of left multifidus are muscle. */
    assert_near(mean_fraction(&s, &map, 5101), 1.0 - 2.0 * 81.0 / 1440.0, 1e-6);
    assert_near(mean_fraction(&s, &map, 5121), 0.0, 0.0);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

/* Every muscle gives one, also where another one has leaner places left: with none in erector
 * spinae of the right side its texture comes in. */
static void looks_into_every_muscle(void **state) {
    (void)state;
    const int discs[] = {0, 3, 3, 3};
    slice s = create_back(discs);
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("circle"), s.image, s.labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 220.0, 1e-3);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

/* Mean and standard deviation over drawn regions: half of their pixels 80, half 120. */
static void takes_drawn_regions_and_their_spread(void **state) {
    (void)state;
    const int discs[] = {1, 2, 2, 1};
    slice s = create_back(discs);
    static uint8_t lean[SIDE * SIDE];
    memset(lean, 0, sizeof lean);
    for (size_t x = 40; x < 60; x++) {
        lean[110 * SIDE + x] = 1;
        s.pixels[110 * SIDE + x] = x % 2 ? 80.0f : 120.0f;
    }
    const double values[] = {8.0, 2.0};
    myo_fat_request request = {.struct_size = sizeof request,
                               .method = find_method("circle"),
                               .intensity = s.image,
                               .labels = s.labels,
                               .lean = lean};
    myo_fat_map map;
    assert_true(myo_fat_separate_with(&request, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 120.0, 1e-3);
    assert_int_equal(map.flags[MYO_MULTIFIDUS], 0);
    myo_fat_map_clear(&map);
    request.values = values;
    assert_true(myo_fat_separate_with(&request, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 100.0 + 2.0 * 20.0, 1e-3);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

/* A host that was built before `lean` hands over a shorter struct, and whatever lies behind it. */
static void does_not_read_beyond_an_older_input(void **state) {
    (void)state;
    const int discs[] = {1, 2, 2, 1};
    slice s = create_back(discs);
    static float fraction[SIDE * SIDE];
    myo_fat_input input = {.struct_size = offsetof(myo_fat_input, lean),
                           .columns = SIDE,
                           .rows = SIDE,
                           .column_spacing_mm = 1.0,
                           .row_spacing_mm = 1.0,
                           .intensity = s.pixels,
                           .labels = s.label,
                           .lean = (const uint8_t *)1};
    myo_fat_output output = {.struct_size = sizeof output, .fat_fraction = fraction};
    const double values[] = {8.0, 0.0};
    assert_true(find_method("circle")->separate(&input, values, &output, NULL));
    assert_near(output.threshold[MYO_MULTIFIDUS], 130.0, 1e-3);
    destroy_slice(&s);
}

/* Where no disc fits there is no limit; where fewer than six do, there is one that is flagged. */
static void flags_what_is_too_narrow(void **state) {
    (void)state;
    slice s = create_slice(SIDE, 1.0);
    fill_box(&s, 10, 10, 14, 60, 5101, 50.0f);
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("circle"), s.image, s.labels, NULL, &map, NULL));
    assert_true(isnan(map.threshold[MYO_MULTIFIDUS]));
    assert_int_equal(map.flags[MYO_MULTIFIDUS], MYO_FLAG_FAT);
    myo_fat_map_clear(&map);
    fill_box(&s, 60, 10, 72, 22, 5111, 50.0f);
    assert_true(myo_fat_separate(find_method("circle"), s.image, s.labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_ERECTOR_SPINAE], 50.0, 1e-3);
    assert_int_equal(map.flags[MYO_ERECTOR_SPINAE], MYO_FLAG_FAT);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_greatest_level_of_six_lean_discs),
        cmocka_unit_test(looks_into_every_muscle),
        cmocka_unit_test(takes_drawn_regions_and_their_spread),
        cmocka_unit_test(does_not_read_beyond_an_older_input),
        cmocka_unit_test(flags_what_is_too_narrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
