/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Morphology against small masks drawn by hand, and distances against the definition. */
#include "cmocka_all.h"

#include "image/morphology.h"

#include <math.h>
#include <string.h>

#define COLUMNS 9
#define ROWS 7

static void draw(const char *picture, uint8_t mask[COLUMNS * ROWS]) {
    assert_int_equal(strlen(picture), COLUMNS * ROWS);
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        mask[i] = picture[i] == '#';
    }
}

static void assert_mask(const uint8_t mask[COLUMNS * ROWS], const char *picture) {
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        if (mask[i] != (picture[i] == '#')) {
            fail_msg("column %d, row %d is %d", i % COLUMNS, i / COLUMNS, mask[i]);
        }
    }
}

static void keeps_the_largest_piece(void **state) {
    (void)state;
    uint8_t mask[COLUMNS * ROWS];
    /* The two squares touch at a corner only: two pieces. */
    draw("##......."
         "##......."
         "..###...."
         "..###...."
         "......#.."
         "......#.."
         "......#..",
         mask);
    assert_true(myo_mask_keep_largest(mask, COLUMNS, ROWS, NULL));
    assert_mask(mask, "........."
                      "........."
                      "..###...."
                      "..###...."
                      "........."
                      "........."
                      ".........");
}

static void fills_holes_but_not_bays(void **state) {
    (void)state;
    uint8_t mask[COLUMNS * ROWS];
    draw("........."
         ".#####..."
         ".#...#..."
         ".#.#.#..."
         ".#...##.#"
         ".#####.#."
         ".........",
         mask);
    assert_true(myo_mask_fill_holes(mask, COLUMNS, ROWS, NULL));
    assert_mask(mask, "........."
                      ".#####..."
                      ".#####..."
                      ".#####..."
                      ".######.#"
                      ".#####.#."
                      ".........");
}

/* A disc of radius 1 (a plus) cuts the thread and keeps what a plus fits into. */
static void opens_with_a_disc(void **state) {
    (void)state;
    uint8_t mask[COLUMNS * ROWS];
    draw("........."
         "..#......"
         ".###....."
         ".#######."
         ".###....."
         "..#......"
         ".........",
         mask);
    assert_true(myo_mask_open(mask, COLUMNS, ROWS, 1.0, NULL));
    /* The disc also holds the diagonals up to 1 + 1/2: only the plus. */
    assert_mask(mask, "........."
                      "..#......"
                      ".###....."
                      ".####...."
                      ".###....."
                      "..#......"
                      ".........");
}

static void measures_distances_like_the_definition(void **state) {
    (void)state;
    uint8_t mask[COLUMNS * ROWS];
    uint32_t seed = 99;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < COLUMNS * ROWS; i++) {
            seed = seed * 1664525u + 1013904223u;
            mask[i] = seed >> 30 == 0;
        }
        mask[0] = 0;
        mask[5] = 1;
        float distance[COLUMNS * ROWS];
        assert_true(myo_mask_signed_distance(mask, COLUMNS, ROWS, 100.0f, distance, NULL));
        for (int i = 0; i < COLUMNS * ROWS; i++) {
            double nearest = 1e9;
            for (int k = 0; k < COLUMNS * ROWS; k++) {
                double d = hypot(i % COLUMNS - k % COLUMNS, i / COLUMNS - k / COLUMNS);
                nearest = mask[k] != mask[i] && d < nearest ? d : nearest;
            }
            assert_near(distance[i], mask[i] ? 0.5 - nearest : nearest - 0.5, 1e-4);
        }
    }
}

static void fills_a_polygon(void **state) {
    (void)state;
    uint8_t mask[COLUMNS * ROWS];
    const double triangle[] = {0.5, 0.5, 7.5, 0.5, 0.5, 5.5};
    myo_mask_fill_polygon(triangle, 3, mask, COLUMNS, ROWS);
    assert_mask(mask, "........."
                      ".######.." /* x < 7.5 - 0.7 */
                      ".#####..."
                      ".###....."
                      ".##......"
                      ".#......."
                      ".........");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_largest_piece),
        cmocka_unit_test(fills_holes_but_not_bays),
        cmocka_unit_test(opens_with_a_disc),
        cmocka_unit_test(measures_distances_like_the_definition),
        cmocka_unit_test(fills_a_polygon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
