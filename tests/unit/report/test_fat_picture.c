/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of the fat: where its lines lie, that labels keep apart, and that bytes repeat. */
#include "cmocka_all.h"

#include "base/file.h"
#include "report/fat_picture.h"
#include "report/picture_fixture.h"
#include "report/slice_fixture.h"

#include <stdlib.h>

#define PATH "test_fat_picture.png"
#define SIDE 100
/* Of fat_picture.c and fat_picture_private.h: picture pixels for one unit, and places in units. */
#define SCALE 2.0
#define MARGIN 36.0
#define HEAD 92.0
#define PLOT_LEFT 70.0
#define PLOT_RIGHT 742.0
#define PLOT_TOP 92.0
#define PLOT_BOTTOM 276.0

/* 5000 pixels of left and 5000 of right multifidus: levels 0 to 999, each as often. */
static void create_slice(myo_image **image, myo_labels **labels) {
    myo_geometry g = {
        .columns = SIDE, .rows = SIDE, .column_spacing_mm = 1.0, .row_spacing_mm = 1.0};
    assert_true(myo_image_create(&g, image, NULL));
    assert_true(myo_labels_create(&g, labels, NULL));
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        myo_image_get_pixels(*image)[i] = (float)(i % 1000);
        myo_labels_get_pixels(*labels)[i] = i % 2 ? 5101 : 5102;
    }
}

static myo_report_fat method_at(const char *name, double threshold) {
    myo_report_fat m = {0};
    snprintf(m.method, sizeof m.method, "%s", name);
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        m.threshold[s] = threshold;
        m.both[s] = m.fraction[s][MYO_LEFT] = m.fraction[s][MYO_RIGHT] = 0.25;
    }
    return m;
}

static picture draw(const myo_report_fat *methods, size_t count) {
    myo_image *image;
    myo_labels *labels;
    create_slice(&image, &labels);
    slice_fixture f;
    fixture_init(&f);
    myo_error err = {0};
    if (!myo_report_fat_picture_write(PATH, image, labels, &f.slice, methods, count, &err)) {
        fail_msg("%s", err.message);
    }
    myo_image_destroy(image);
    myo_labels_destroy(labels);
    return picture_read(PATH);
}

/* Horizontal place of a level: the axis runs over the inner 99.6 % of the pixels, 2 to 997. */
static double place(double level) {
    return SCALE * (MARGIN + PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * (level - 2.0) / (997.0 - 2.0));
}

/* True when the column through a place is dark at three heights of the plot, above the histogram.
 */
static bool has_black_line(const picture *p, double x) {
    for (int k = 0; k < 3; k++) {
        bool dark = false;
        for (int dx = -2; dx <= 2; dx++) {
            const uint8_t *rgb =
                picture_at(p, x + dx, SCALE * (HEAD + PLOT_TOP + 3.0 + 4.0 * (double)k));
            dark = dark || (rgb[0] < 40 && rgb[1] < 40 && rgb[2] < 40);
        }
        if (!dark) {
            return false;
        }
    }
    return true;
}

/* The first method is drawn in black. */
static void draws_the_threshold_where_it_lies(void **state) {
    (void)state;
    static const double levels[] = {100.0, 500.0, 900.0};
    for (size_t i = 0; i < 3; i++) {
        myo_report_fat m = method_at("gmm3 1", levels[i]);
        picture p = draw(&m, 1);
        assert_true(has_black_line(&p, place(levels[i])));
        assert_false(has_black_line(&p, place(levels[i]) + 12.0));
        free(p.rgb);
    }
}

/* One that is far beyond the pixels must not squeeze them: the axis stays, and there is no line. */
static void keeps_the_axis_when_a_threshold_is_far_off(void **state) {
    (void)state;
    myo_report_fat methods[] = {method_at("gmm3 1", 500.0), method_at("fixed 1", 60000.0)};
    picture p = draw(methods, 2);
    assert_true(has_black_line(&p, place(500.0)));
    free(p.rgb);
}

/* Eight thresholds at one place: between the words of their labels there are columns without ink
 * that are wider than those between letters. */
static void keeps_labels_apart(void **state) {
    (void)state;
    static const char *const names[] = {"gmm3 1",   "gmm2 1", "kmeans3 1", "kmeans2 1",
                                        "circle 1", "otsu 1", "plugin 1",  "fixed 1"};
    myo_report_fat methods[8];
    for (size_t i = 0; i < 8; i++) {
        methods[i] = method_at(names[i], 990.0);
    }
    picture p = draw(methods, 8);
    size_t words = 0, empty = 1000;
    for (double x = SCALE * (MARGIN + PLOT_LEFT - 10.0); x < SCALE * (MARGIN + PLOT_RIGHT + 10.0);
         x += 1.0) {
        bool ink = false;
        for (double y = SCALE * (HEAD + PLOT_TOP - 25.0); y < SCALE * (HEAD + PLOT_TOP - 13.0);
             y += 1.0) {
            const uint8_t *rgb = picture_at(&p, x, y);
            ink = ink || rgb[0] < 235 || rgb[1] < 235 || rgb[2] < 235;
        }
        words += ink && empty >= 12 ? 1 : 0;
        empty = ink ? 0 : empty + 1;
    }
    assert_int_equal(words, 8);
    free(p.rgb);
}

static void writes_the_same_bytes_again(void **state) {
    (void)state;
    myo_report_fat methods[] = {method_at("gmm3 1", 300.0), method_at("otsu 1", (double)NAN)};
    methods[1].unreliable[MYO_MULTIFIDUS] = true;
    picture a = draw(methods, 2), b = draw(methods, 2);
    assert_int_equal(a.width, b.width);
    assert_int_equal(a.height, b.height);
    assert_memory_equal(a.rgb, b.rgb, 3 * a.width * a.height);
    free(a.rgb);
    free(b.rgb);
}

static void takes_both_sides_by_their_area(void **state) {
    (void)state;
    slice_fixture f;
    fixture_init(&f);
    f.flags[MYO_PSOAS_MAJOR][MYO_RIGHT] |= MYO_FLAG_FAT;
    myo_report_fat m;
    myo_report_fat_take(&f.slice, &m);
    assert_string_equal(m.method, "gmm3 1");
    assert_near(m.both[MYO_MULTIFIDUS], (5000 * 0.25 + 4001 * 0.5) / 9001.0, 1e-9);
    assert_near(m.fraction[MYO_MULTIFIDUS][MYO_RIGHT], 0.5, 1e-12);
    assert_near(m.both[MYO_ERECTOR_SPINAE], 0.1, 1e-9); /* the right side is absent */
    assert_true(isnan(m.fraction[MYO_ERECTOR_SPINAE][MYO_RIGHT]));
    assert_true(isnan(m.both[MYO_VERTEBRAL_REFERENCE]));
    assert_true(m.unreliable[MYO_PSOAS_MAJOR]);
    assert_false(m.unreliable[MYO_MULTIFIDUS]);
}

/* Slices without any muscle, and with infinite pixels, still have a picture. */
static void draws_what_is_there(void **state) {
    (void)state;
    myo_image *image;
    myo_labels *labels;
    create_slice(&image, &labels);
    slice_fixture f;
    fixture_init(&f);
    f.slice.patient_id = NULL;
    f.slice.study_date = NULL;
    myo_report_fat m = method_at("gmm3 1", 5.0);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        myo_image_get_pixels(image)[i] = i % 3 ? 7.0f : (float)INFINITY;
    }
    assert_true(myo_report_fat_picture_write(PATH, image, labels, &f.slice, &m, 1, NULL));
    memset(myo_labels_get_pixels(labels), 0, SIDE * SIDE * sizeof(uint16_t));
    assert_true(myo_report_fat_picture_write(PATH, image, labels, &f.slice, &m, 1, NULL));
    picture p = picture_read(PATH);
    free(p.rgb);
    myo_image_destroy(image);
    myo_labels_destroy(labels);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_the_threshold_where_it_lies),
        cmocka_unit_test(keeps_the_axis_when_a_threshold_is_far_off),
        cmocka_unit_test(keeps_labels_apart),
        cmocka_unit_test(writes_the_same_bytes_again),
        cmocka_unit_test(takes_both_sides_by_their_area),
        cmocka_unit_test(draws_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
