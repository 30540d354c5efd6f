/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CT slices by formula: a pelvis with its gluteal muscles, and the contrast of MR. */
#include "cmocka_all.h"
#include "segment/ct/refine_private.h"
#include "segment/ct/t2_like_private.h"

#include <math.h>
#include <myotome/segment.h>
#include <stdlib.h>

#define SIDE 360
#define PIXEL_MM 1.0

/* Distance from a segment, and the share of the way along it; `out` is positive on its lateral and
 * posterior side. */
static double from_segment(double x, double y, const double a[2], const double b[2], double *share,
                           double *out) {
    double dx = b[0] - a[0], dy = b[1] - a[1], length = hypot(dx, dy);
    *share = ((x - a[0]) * dx + (y - a[1]) * dy) / (length * length);
    *out = ((x - a[0]) * -dy + (y - a[1]) * dx) / length;
    double inside = fmin(fmax(*share, 0.0), 1.0);
    return hypot(x - a[0] - inside * dx, y - a[1] - inside * dy);
}

/* HU at a point, mm from the middle; `label` receives what it truly belongs to. */
static double pelvis_hu(double x, double y, uint16_t *label) {
    static const double front[2] = {105.0, -45.0}, back[2] = {55.0, 45.0},
                        surface[2] = {150.0, 9.0};
    myo_side side = x >= 0.0 ? MYO_LEFT : MYO_RIGHT;
    double share, out, line_share, behind;
    x = fabs(x);
    *label = 0;
    if (hypot(x / 172.0, y / 112.0) > 1.0) {
        return y > 130.0 && y < 134.0 ? 300.0 : -1000.0; /* the table */
    }
    double bone = from_segment(x, y, back, front, &share, &out);
    if (bone < 7.0) {
        return 400.0;
    }
    if (x < 50.0 && y > 42.0 && y < 60.0) {
        return 300.0; /* sacrum */
    }
    if (hypot(x / 155.0, y / 95.0) > 1.0) {
        return -100.0;
    }
    double line = from_segment(x, y, back, surface, &line_share, &behind);
    if (behind > 0.0 && x > 38.0 && y > 20.0 - 0.2 * (x - 100.0) && (x > 55.0 || y > 60.0)) {
        *label = myo_structure_get(MYO_GLUTEUS_MAXIMUS)->label[side];
        return line < 1.5 ? -40.0 : 55.0;
    }
    bool lateral = out > 0.0 && share > 0.0 && share < 1.02;
    if (!lateral) {
        return -100.0;
    }
    double from_front = (1.0 - share) / 0.75;
    double depth = from_front < 1.0 ? 15.0 * sqrt(1.0 - from_front) : 0.0;
    if (fabs(out - 7.0 - depth) < 1.2 && depth > 0.0) {
        return -20.0;
    }
    if (out > 7.0 + depth) {
        *label = myo_structure_get(MYO_GLUTEUS_MEDIUS)->label[side];
    }
    return line < 1.5 ? -40.0 : 55.0;
}

static void paint(double noise_hu, myo_image **image, uint16_t **truth) {
    myo_geometry g = {.columns = SIDE,
                      .rows = SIDE,
                      .column_spacing_mm = PIXEL_MM,
                      .row_spacing_mm = PIXEL_MM,
                      .position_mm = {-179.5, -179.5, 0.0},
                      .row_cosine = {1.0, 0.0, 0.0},
                      .column_cosine = {0.0, 1.0, 0.0}};
    assert_true(myo_image_create(&g, image, NULL));
    *truth = calloc(SIDE * SIDE, sizeof **truth);
    uint32_t random = 12345;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        double sum = 0.0;
        for (int k = 0; k < 12; k++) { /* about normal */
            random = random * 1664525u + 1013904223u;
            sum += (double)(random >> 8) / 16777216.0;
        }
        double hu = pelvis_hu(g.position_mm.x + (double)(i % SIDE),
                              g.position_mm.y + (double)(i / SIDE), &(*truth)[i]);
        myo_image_get_pixels(*image)[i] = (float)(hu + noise_hu * (sum - 6.0));
    }
}

static double dice(const uint16_t *a, const uint16_t *b, uint16_t value) {
    double both = 0.0, all = 0.0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        both += a[i] == value && b[i] == value;
        all += (a[i] == value) + (b[i] == value);
    }
    return all > 0.0 ? 2.0 * both / all : 0.0;
}

static void outlines_gluteal_muscles_along_thin_fat(void **state) {
    (void)state;
    static const double noises[] = {0.0, 15.0, 35.0};
    for (size_t n = 0; n < sizeof noises / sizeof noises[0]; n++) {
        myo_image *image;
        uint16_t *truth;
        myo_outlines out;
        myo_error err = {0};
        paint(noises[n], &image, &truth);
        if (!myo_segment_ct_gluteus(NULL, image, (myo_vec3){0.0, 0.0, 0.0}, 1.0,
                                    MYO_SACROILIAC_JOINT, &out, &err)) {
            fail_msg("%s", err.message);
        }
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            static const myo_structure both[2] = {MYO_GLUTEUS_MAXIMUS, MYO_GLUTEUS_MEDIUS};
            for (int k = 0; k < 2; k++) {
                uint16_t value = myo_structure_get(both[k])->label[side];
                double found = dice(myo_labels_get_const_pixels(out.labels), truth, value);
                if (!(found >= 0.93)) {
                    fail_msg("noise %g: label %u has Dice %.3f", noises[n], value, found);
                }
            }
        }
        /* What is separated from fat are HU, as they were. */
        assert_near(myo_image_get_const_pixels(out.corrected)[SIDE * SIDE / 2],
                    myo_image_get_const_pixels(image)[SIDE * SIDE / 2], 0.0);
        myo_outlines_clear(&out);
        myo_image_destroy(image);
        free(truth);
    }
}

/* The lines of fat between the muscles are most of what shows the borders of medius. */
static void is_less_sure_where_no_fat_shows_the_border(void **state) {
    (void)state;
    for (int hidden = 0; hidden < 2; hidden++) {
        myo_image *image;
        uint16_t *truth;
        myo_outlines out;
        paint(0.0, &image, &truth);
        for (size_t i = 0; i < SIDE * SIDE && hidden; i++) {
            float *hu = &myo_image_get_pixels(image)[i];
            *hu = *hu > -50.0f && *hu < 0.0f ? 55.0f : *hu;
        }
        assert_true(myo_segment_ct_gluteus(NULL, image, (myo_vec3){0.0, 0.0, 0.0}, 1.0,
                                           MYO_SACROILIAC_JOINT, &out, NULL));
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            double sure = out.confidence[MYO_GLUTEUS_MEDIUS][side];
            assert_true(hidden ? sure < 0.5 : sure > 0.95);
            bool flagged = out.flags[MYO_GLUTEUS_MEDIUS][side] & MYO_FLAG_LOW_CONFIDENCE;
            assert_true(flagged == (hidden == 1));
        }
        myo_outlines_clear(&out);
        myo_image_destroy(image);
        free(truth);
    }
}

/* A reconstruction that ends as a circle cuts maximus off on the left; padding lies beyond. */
static void flags_what_the_field_of_view_cuts_off(void **state) {
    (void)state;
    for (int cut = 0; cut < 2; cut++) {
        myo_image *image;
        uint16_t *truth;
        uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0}};
        paint(0.0, &image, &truth);
        for (size_t i = 0; i < SIDE * SIDE && cut; i++) {
            double x = (double)(i % SIDE) - 160.0, y = (double)(i / SIDE) - 179.5;
            if (hypot(x, y) > 120.0 && x > 0.0) {
                myo_image_get_pixels(image)[i] = -1024.0f;
                truth[i] = 0;
            }
        }
        assert_true(ct_flag_artefacts(image, truth, flags, NULL));
        assert_int_equal(flags[MYO_GLUTEUS_MAXIMUS][MYO_LEFT], cut ? MYO_FLAG_CLIPPED : 0);
        assert_int_equal(flags[MYO_GLUTEUS_MAXIMUS][MYO_RIGHT], 0);
        myo_image_destroy(image);
        free(truth);
    }
}

/* Dense bone and cement are no metal, nor is what lies on the table, nor a clip of 9 mm2; a screw
 * concerns all outlines, and only those. */
static void flags_metal_in_the_body(void **state) {
    (void)state;
    static const struct {
        double x, y;
        int side;
        float hu;
        bool metal;
    } cases[] = {{20.0, 0.0, 6, 3071.0f, true},
                 {20.0, 0.0, 6, 2400.0f, false},
                 {20.0, 0.0, 3, 3071.0f, false},
                 {0.0, 145.0, 6, 3071.0f, false}};
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        myo_image *image;
        uint16_t *truth;
        uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0}};
        paint(0.0, &image, &truth);
        size_t column = (size_t)(179.0 + cases[n].x), row = (size_t)(179.0 + cases[n].y);
        for (int k = 0; k < cases[n].side * cases[n].side; k++) {
            size_t c = column + (size_t)(k % cases[n].side), r = row + (size_t)(k / cases[n].side);
            myo_image_get_pixels(image)[r * SIDE + c] = cases[n].hu;
        }
        assert_true(ct_flag_artefacts(image, truth, flags, NULL));
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            assert_int_equal(flags[MYO_GLUTEUS_MAXIMUS][side], cases[n].metal ? MYO_FLAG_METAL : 0);
            assert_int_equal(flags[MYO_GLUTEUS_MEDIUS][side], cases[n].metal ? MYO_FLAG_METAL : 0);
            assert_int_equal(flags[MYO_PSOAS_MAJOR][side], 0);
        }
        myo_image_destroy(image);
        free(truth);
    }
}

static void says_when_there_is_no_pelvis(void **state) {
    (void)state;
    myo_image *image;
    uint16_t *truth;
    myo_outlines out;
    myo_error err = {0};
    paint(0.0, &image, &truth);
    for (size_t i = 0; i < SIDE * SIDE; i++) { /* no bone, and so no landmark */
        float *hu = &myo_image_get_pixels(image)[i];
        *hu = *hu > 100.0f ? -100.0f : *hu;
    }
    assert_false(myo_segment_ct_gluteus(NULL, image, (myo_vec3){0.0, 0.0, 0.0}, 1.0,
                                        MYO_SACROILIAC_JOINT, &out, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message, "no gluteal muscle was found on the slice");
    myo_image_destroy(image);
    free(truth);
}

static void leaves_the_table_out_of_the_body(void **state) {
    (void)state;
    myo_image *image, *t2 = NULL;
    uint16_t *truth, lie;
    const double canal[2] = {179.5, 200.0};
    paint(0.0, &image, &truth);
    assert_true(ct_t2_like(image, canal, &t2, NULL));
    const float *signal = myo_image_get_const_pixels(t2);
    assert_near(signal[(179 + 132) * SIDE + 179], 0.0, 0.0); /* table */
    assert_near(pelvis_hu(0.0, 132.0, &lie), 300.0, 0.0);
    assert_near(signal[200 * SIDE + 179], 230.0, 0.0); /* canal, as bright as fluid */
    float fat = signal[179 * SIDE + 10], muscle = signal[(179 - 10) * SIDE + 179 + 130];
    assert_near(pelvis_hu(130.0, -10.0, &lie), 55.0, 0.0);
    assert_true(fat > 3.0f * muscle && muscle > 20.0f);
    myo_image_destroy(image);
    myo_image_destroy(t2);
    free(truth);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlines_gluteal_muscles_along_thin_fat),
        cmocka_unit_test(is_less_sure_where_no_fat_shows_the_border),
        cmocka_unit_test(flags_what_the_field_of_view_cuts_off),
        cmocka_unit_test(flags_metal_in_the_body),
        cmocka_unit_test(says_when_there_is_no_pelvis),
        cmocka_unit_test(leaves_the_table_out_of_the_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
