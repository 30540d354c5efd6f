/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disc finder on images without a spine: nothing found, or refused, never a guess. Where there
 * is one: tests/unit/pipeline/test_locate.c. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/spine.h>
#include <stdlib.h>

#define SLICES 5

static void make_slices(size_t columns, size_t rows, double spacing_mm, bool axial,
                        myo_image *slices[SLICES]) {
    for (size_t k = 0; k < SLICES; k++) {
        myo_geometry g = {.columns = columns,
                          .rows = rows,
                          .column_spacing_mm = spacing_mm,
                          .row_spacing_mm = spacing_mm,
                          .position_mm = {4.0 * (double)k, 0.0, 0.0},
                          .row_cosine = {axial ? 1.0 : 0.0, axial ? 0.0 : 1.0, 0.0},
                          .column_cosine = {0.0, axial ? 1.0 : 0.0, axial ? 0.0 : -1.0}};
        assert_true(myo_image_create(&g, &slices[k], NULL));
    }
}

static void destroy_slices(myo_image *slices[SLICES]) {
    for (size_t k = 0; k < SLICES; k++) {
        myo_image_destroy(slices[k]);
    }
}

static bool find(myo_image *slices[SLICES], myo_spine *spine, myo_error *err) {
    return myo_spine_find((const myo_image *const *)slices, SLICES, spine, err);
}

static void finds_nothing_where_there_is_nothing(void **state) {
    (void)state;
    myo_image *slices[SLICES];
    myo_spine spine;
    make_slices(200, 200, 1.5, false, slices);
    assert_true(find(slices, &spine, NULL));
    assert_int_equal(spine.count, 0);
    /* Noise, by a linear congruential generator. */
    uint32_t random = 1;
    for (size_t k = 0; k < SLICES; k++) {
        for (size_t i = 0; i < (size_t)200 * 200; i++) {
            random = random * 1664525u + 1013904223u;
            myo_image_get_pixels(slices[k])[i] = (float)(random >> 20);
        }
    }
    assert_true(find(slices, &spine, NULL));
    assert_true(spine.count == 0 || spine.count_confidence < 0.5);
    /* What is no number must not spread or crash. */
    myo_image_get_pixels(slices[2])[100 * 200 + 100] = (float)NAN;
    myo_image_get_pixels(slices[2])[50 * 200 + 100] = (float)INFINITY;
    assert_true(find(slices, &spine, NULL));
    for (size_t i = 0; i < spine.count; i++) {
        assert_true(isfinite(spine.discs[i].centre_mm.y));
    }
    destroy_slices(slices);
}

static void refuses_what_cannot_show_a_spine(void **state) {
    (void)state;
    static const struct {
        size_t side;
        double spacing_mm;
        bool axial;
        myo_code code;
    } cases[] = {{40, 1.0, false, MYO_E_RANGE},    /* 4 cm */
                 {8000, 90.0, false, MYO_E_RANGE}, /* 720 m: no memory is taken for it */
                 {200, 1.5, true, MYO_E_ARGUMENT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myo_image *slices[SLICES];
        myo_spine spine;
        myo_error err = {0};
        make_slices(cases[i].side, cases[i].side / 40, cases[i].spacing_mm, cases[i].axial, slices);
        assert_false(find(slices, &spine, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_int_equal(spine.count, 0);
        destroy_slices(slices);
    }
}

/* A slice that lies elsewhere is left out and does no harm. */
static void leaves_slices_out_that_do_not_fit(void **state) {
    (void)state;
    myo_image *slices[SLICES], *odd;
    myo_spine spine;
    make_slices(200, 200, 1.5, false, slices);
    myo_geometry g = *myo_image_get_geometry(slices[0]);
    g.columns = 100;
    assert_true(myo_image_create(&g, &odd, NULL));
    myo_image_destroy(slices[0]);
    slices[0] = odd;
    assert_true(find(slices, &spine, NULL));
    destroy_slices(slices);
    assert_false(myo_spine_find(NULL, 0, &spine, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_nothing_where_there_is_nothing),
        cmocka_unit_test(refuses_what_cannot_show_a_spine),
        cmocka_unit_test(leaves_slices_out_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
