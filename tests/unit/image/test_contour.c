/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outlines along pixel corners: their area is the number of pixels, whatever the region. */
#include "cmocka_all.h"

#include "image/contour.h"

#include <stdlib.h>
#include <string.h>

#define LABEL 9
#define SIDE_MAX 24

/* xorshift32 (G. Marsaglia 2003): random masks that are the same on every machine. */
static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Twice the signed area: positive clockwise on the screen. */
static long doubled_area(const myo_contour *c) {
    long sum = 0;
    for (size_t i = 0; i < c->point_count; i++) {
        const int *a = c->xy + 2 * i, *b = c->xy + 2 * ((i + 1) % c->point_count);
        sum += (long)a[0] * b[1] - (long)b[0] * a[1];
    }
    return sum;
}

static void assert_corners_only(const myo_contour *c) {
    assert_true(c->point_count >= 4);
    for (size_t i = 0; i < c->point_count; i++) {
        const int *a = c->xy + 2 * i, *b = c->xy + 2 * ((i + 1) % c->point_count);
        const int *d = c->xy + 2 * ((i + 2) % c->point_count);
        assert_true((a[0] == b[0]) != (a[1] == b[1]));
        assert_true((a[0] == b[0]) != (b[0] == d[0])); /* every point is a turn */
    }
}

/* True when the centre of the pixel is inside of the contours by the even-odd rule. */
static bool covers(const myo_contour_list *list, int x, int y) {
    bool is_inside = false;
    for (size_t c = 0; c < list->count; c++) {
        const myo_contour *contour = &list->contours[c];
        for (size_t i = 0; i < contour->point_count; i++) {
            const int *a = contour->xy + 2 * i;
            const int *b = contour->xy + 2 * ((i + 1) % contour->point_count);
            int low = a[1] < b[1] ? a[1] : b[1], high = a[1] < b[1] ? b[1] : a[1];
            if (a[0] == b[0] && a[0] <= x && low <= y && y < high) {
                is_inside = !is_inside;
            }
        }
    }
    return is_inside;
}

static void check_mask(const uint16_t *mask, size_t columns, size_t rows) {
    myo_contour_list list;
    myo_error err = {0};
    assert_true(myo_contour_trace(mask, columns, rows, LABEL, &list, &err));
    long area = 0, pixels = 0;
    for (size_t c = 0; c < list.count; c++) {
        assert_corners_only(&list.contours[c]);
        long doubled = doubled_area(&list.contours[c]);
        assert_int_equal(list.contours[c].hole, doubled < 0);
        area += doubled;
    }
    for (size_t y = 0; y < rows; y++) {
        for (size_t x = 0; x < columns; x++) {
            bool is_set = mask[y * columns + x] == LABEL;
            pixels += is_set;
            assert_int_equal(covers(&list, (int)x, (int)y), is_set);
        }
    }
    assert_int_equal(area, 2 * pixels);
    myo_contour_list_clear(&list);
}

/* Noise of every density has holes, islands in holes, and pixels that touch at corners. */
static void areas_of_random_masks_are_their_pixel_counts(void **state) {
    (void)state;
    uint32_t random = 2463534242u;
    for (int trial = 0; trial < 400; trial++) {
        uint16_t mask[SIDE_MAX * SIDE_MAX];
        size_t columns = 1 + next_random(&random) % SIDE_MAX;
        size_t rows = 1 + next_random(&random) % SIDE_MAX;
        uint32_t density = next_random(&random) % 101;
        for (size_t i = 0; i < columns * rows; i++) {
            mask[i] = next_random(&random) % 100 < density ? LABEL : (uint16_t)(LABEL + i % 2 + 1);
        }
        check_mask(mask, columns, rows);
    }
}

static void assert_contour(const myo_contour *contour, const int *xy, size_t points, bool hole) {
    assert_int_equal(contour->point_count, points);
    assert_memory_equal(contour->xy, xy, 2 * points * sizeof *xy);
    assert_int_equal(contour->hole, hole);
}

static void pixels_that_touch_at_a_corner_are_two_pieces(void **state) {
    (void)state;
    static const uint16_t mask[] = {LABEL, 0, 0, LABEL};
    static const int first[] = {0, 0, 1, 0, 1, 1, 0, 1}, second[] = {1, 1, 2, 1, 2, 2, 1, 2};
    myo_contour_list list;
    assert_true(myo_contour_trace(mask, 2, 2, LABEL, &list, NULL));
    assert_int_equal(list.count, 2);
    assert_contour(&list.contours[0], first, 4, false);
    assert_contour(&list.contours[1], second, 4, false);
    myo_contour_list_clear(&list);
}

static void a_hole_runs_the_other_way_round(void **state) {
    (void)state;
    static const uint16_t mask[] = {LABEL, LABEL, LABEL, LABEL, 0, LABEL, LABEL, LABEL, LABEL};
    static const int outer[] = {0, 0, 3, 0, 3, 3, 0, 3}, hole[] = {1, 2, 2, 2, 2, 1, 1, 1};
    myo_contour_list list;
    assert_true(myo_contour_trace(mask, 3, 3, LABEL, &list, NULL));
    assert_int_equal(list.count, 2);
    assert_contour(&list.contours[0], outer, 4, false);
    assert_contour(&list.contours[1], hole, 4, true);
    myo_contour_list_clear(&list);
}

static void two_holes_that_touch_at_a_corner_are_one(void **state) {
    (void)state;
    static const uint16_t mask[] = {LABEL, LABEL, LABEL, LABEL, LABEL, 0,     LABEL, LABEL,
                                    LABEL, LABEL, 0,     LABEL, LABEL, LABEL, LABEL, LABEL};
    myo_contour_list list;
    assert_true(myo_contour_trace(mask, 4, 4, LABEL, &list, NULL));
    assert_int_equal(list.count, 2);
    assert_true(list.contours[1].hole);
    assert_int_equal(list.contours[1].point_count, 8);
    assert_int_equal(doubled_area(&list.contours[1]), -4);
    myo_contour_list_clear(&list);
}

static void an_absent_label_has_no_outline(void **state) {
    (void)state;
    static const uint16_t mask[] = {0, 1, 2, 3};
    myo_contour_list list;
    assert_true(myo_contour_trace(mask, 2, 2, LABEL, &list, NULL));
    assert_int_equal(list.count, 0);
    myo_contour_list_clear(&list);
    myo_error err = {0};
    assert_false(myo_contour_trace(mask, MYO_IMAGE_SIDE_MAX + 1, 1, LABEL, &list, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_of_random_masks_are_their_pixel_counts),
        cmocka_unit_test(pixels_that_touch_at_a_corner_are_two_pieces),
        cmocka_unit_test(a_hole_runs_the_other_way_round),
        cmocka_unit_test(two_holes_that_touch_at_a_corner_are_one),
        cmocka_unit_test(an_absent_label_has_no_outline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
