/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The overlay picture: which way round it is, where outlines lie, and what it refuses. */
#include "cmocka_all.h"

#include "base/file.h"
#include "report/overlay.h"
#include "report/picture_fixture.h"
#include "report/slice_fixture.h"

#define PATH "test_overlay.png"
#define SIDE 100
#define SPACING_MM 2.0
/* 100 rows are enlarged to the least height. */
#define HEIGHT 1080
#define SCALE (HEIGHT / (double)SIDE)

/* The phantom in the canonical frame, by patient position: bright to the front left, dark
 * elsewhere; a block of left multifidus at the back left. */
static float tissue(size_t to_left, size_t to_back) {
    return to_left >= 60 && to_back < 30 ? 200.0f : 20.0f;
}

static uint16_t label(size_t to_left, size_t to_back) {
    return to_left >= 60 && to_left < 80 && to_back >= 60 && to_back < 80 ? 5101 : 0;
}

typedef struct stored_slice {
    myo_image *image;
    myo_labels *labels;
} stored_slice;

/* Stores the phantom with columns along the patient's left or (transposed) along the back, with
 * either axis reversed. */
static stored_slice store(bool transposed, bool reverse_columns, bool reverse_rows) {
    double column_sign = reverse_columns ? -1.0 : 1.0, row_sign = reverse_rows ? -1.0 : 1.0;
    myo_geometry g = {.columns = SIDE,
                      .rows = SIDE,
                      .column_spacing_mm = SPACING_MM,
                      .row_spacing_mm = SPACING_MM};
    myo_vec3 along_left = {1.0, 0.0, 0.0}, along_back = {0.0, 1.0, 0.0};
    g.row_cosine = transposed ? along_back : along_left;
    g.column_cosine = transposed ? along_left : along_back;
    g.row_cosine.x *= column_sign;
    g.row_cosine.y *= column_sign;
    g.column_cosine.x *= row_sign;
    g.column_cosine.y *= row_sign;
    stored_slice s;
    assert_true(myo_image_create(&g, &s.image, NULL));
    assert_true(myo_labels_create(&g, &s.labels, NULL));
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++) {
            size_t c = reverse_columns ? SIDE - 1 - column : column;
            size_t r = reverse_rows ? SIDE - 1 - row : row;
            size_t to_left = transposed ? r : c, to_back = transposed ? c : r;
            myo_image_get_pixels(s.image)[row * SIDE + column] = tissue(to_left, to_back);
            myo_labels_get_pixels(s.labels)[row * SIDE + column] = label(to_left, to_back);
        }
    }
    return s;
}

static void destroy(stored_slice *s) {
    myo_image_destroy(s->image);
    myo_labels_destroy(s->labels);
}

static void write_overlay(const stored_slice *s, const myo_report_features *features) {
    slice_fixture f;
    fixture_init(&f);
    myo_error err = {0};
    if (!myo_report_overlay_write(PATH, s->image, s->labels, &f.slice, features, &err)) {
        fail_msg("%s", err.message);
    }
}

/* True when a pixel within two of (x, y) has clearly more red than green and blue. */
static bool is_red_near(const picture *p, double x, double y) {
    for (int dy = -2; dy <= 2; dy++) {
        for (int dx = -2; dx <= 2; dx++) {
            const uint8_t *rgb = picture_at(p, x + dx, y + dy);
            if (rgb[0] > 150 && rgb[1] < 110 && rgb[2] < 110) {
                return true;
            }
        }
    }
    return false;
}

static void shows_the_right_side_on_the_left_with_the_front_on_top(void **state) {
    (void)state;
    stored_slice s = store(false, false, false);
    write_overlay(&s, NULL);
    picture p = picture_read(PATH);
    assert_int_equal(p.height, HEIGHT);
    assert_int_equal(p.width, HEIGHT + 620);
    assert_true(picture_at(&p, 75 * SCALE, 20 * SCALE)[1] > 240); /* front left: bright */
    assert_true(picture_at(&p, 25 * SCALE, 20 * SCALE)[1] < 20);  /* front right */
    assert_true(picture_at(&p, 45 * SCALE, 75 * SCALE)[1] < 20);  /* back */
    free(p.rgb);
    destroy(&s);
}

static void draws_outlines_along_pixel_edges(void **state) {
    (void)state;
    stored_slice s = store(false, false, false);
    write_overlay(&s, NULL);
    picture p = picture_read(PATH);
    for (double along = 65.0; along <= 75.0; along += 2.5) {
        assert_true(is_red_near(&p, 60.0 * SCALE, along * SCALE));
        assert_true(is_red_near(&p, 80.0 * SCALE, along * SCALE));
        assert_true(is_red_near(&p, along * SCALE, 60.0 * SCALE));
        assert_true(is_red_near(&p, along * SCALE, 80.0 * SCALE));
        assert_false(is_red_near(&p, 61.0 * SCALE, along * SCALE));
        assert_false(is_red_near(&p, 59.0 * SCALE, along * SCALE));
        assert_false(is_red_near(&p, along * SCALE, 70.0 * SCALE));
    }
    free(p.rgb);
    destroy(&s);
}

/* The outlines of two parts and of a hole are closed lines of their own, without a line between. */
static void does_not_join_the_parts_of_a_region(void **state) {
    (void)state;
    stored_slice s = store(false, false, false);
    uint16_t *labels = myo_labels_get_pixels(s.labels);
    for (size_t i = 0; i < SIDE; i++) {
        labels[(68 + i % 4) * SIDE + 68 + i / 4 % 4] = 0;
        labels[(10 + i / 10) * SIDE + 10 + i % 10] = 5101;
    }
    write_overlay(&s, NULL);
    picture p = picture_read(PATH);
    assert_true(is_red_near(&p, 70.0 * SCALE, 68.0 * SCALE)); /* hole */
    assert_true(is_red_near(&p, 15.0 * SCALE, 20.0 * SCALE)); /* second part */
    size_t red_between = 0;
    for (double t = 25.0; t < 58.0; t += 0.25) {
        red_between += is_red_near(&p, t * SCALE, 40.0 * SCALE);
        red_between += is_red_near(&p, 40.0 * SCALE, t * SCALE);
    }
    assert_int_equal(red_between, 0);
    for (double x = 62.0; x < 66.0; x += 0.25) { /* between edge and hole */
        for (double y = 62.0; y < 66.0; y += 0.25) {
            assert_false(is_red_near(&p, x * SCALE, y * SCALE));
        }
    }
    free(p.rgb);
    destroy(&s);
}

/* Every stored order of the same anatomy gives the same picture, to the byte. */
static void stored_order_does_not_matter(void **state) {
    (void)state;
    char *first = NULL;
    size_t first_size = 0;
    for (unsigned order = 0; order < 8; order++) {
        stored_slice s = store(order & 1, order & 2, order & 4);
        write_overlay(&s, NULL);
        char *bytes = NULL;
        size_t size = 0;
        assert_true(myo_file_read(PATH, 1 << 24, &bytes, &size, NULL));
        if (first) {
            assert_int_equal(size, first_size);
            assert_memory_equal(bytes, first, size);
            free(bytes);
        } else {
            first = bytes;
            first_size = size;
        }
        destroy(&s);
    }
    free(first);
    unlink(PATH);
}

/* Counts picture elements of the panel that are not its background. */
static size_t count_panel_ink(const picture *p) {
    size_t ink = 0;
    for (size_t y = 0; y < p->height; y++) {
        for (size_t x = HEIGHT; x < p->width; x++) {
            ink += picture_at(p, (double)x, (double)y)[1] > 60;
        }
    }
    return ink;
}

static void features_add_to_the_panel_and_odd_texts_do_not_break_it(void **state) {
    (void)state;
    stored_slice s = store(false, false, false);
    write_overlay(&s, NULL);
    picture without = picture_read(PATH);
    myo_report_features features = {.height_m = (double)NAN, .height_source = "none"};
    write_overlay(&s, &features);
    picture with = picture_read(PATH);
    assert_true(count_panel_ink(&with) > count_panel_ink(&without) + 1000);
    free(without.rgb);
    free(with.rgb);

    slice_fixture f;
    fixture_init(&f);
    char long_id[2000];
    memset(long_id, 'W', sizeof long_id);
    long_id[sizeof long_id - 1] = '\0';
    f.slice.patient_id = long_id;
    f.slice.study_date = NULL;
    memset(f.level.note, 'm', sizeof f.level.note - 1);
    for (int structure = 0; structure < MYO_STRUCTURE_COUNT; structure++) {
        f.flags[structure][MYO_LEFT] = f.flags[structure][MYO_RIGHT] = (1u << MYO_FLAG_COUNT) - 1;
        f.measures.area[structure][MYO_LEFT] = fixture_area(1000, 4.0, 0.5);
    }
    myo_error err = {0};
    assert_true(myo_report_overlay_write(PATH, s.image, s.labels, &f.slice, &features, &err));
    picture p = picture_read(PATH);
    /* Nothing runs into the right margin. */
    for (size_t y = 0; y < p.height; y++) {
        assert_true(picture_at(&p, (double)p.width - 20.0, (double)y)[1] < 60);
    }
    free(p.rgb);
    destroy(&s);
}

static void ct_is_shown_in_a_fixed_window(void **state) {
    (void)state;
    stored_slice s = store(false, false, false);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        myo_image_get_pixels(s.image)[i] = i % SIDE < SIDE / 2 ? 50.0f : -1000.0f;
    }
    slice_fixture f;
    fixture_init(&f);
    f.series.modality = MYO_MODALITY_CT;
    assert_true(myo_report_overlay_write(PATH, s.image, s.labels, &f.slice, NULL, NULL));
    picture p = picture_read(PATH);
    assert_in_range(picture_at(&p, 25 * SCALE, 30 * SCALE)[1], 127,
                    128); /* 50 HU is the middle grey */
    assert_int_equal(picture_at(&p, 70 * SCALE, 30 * SCALE)[1], 0);
    free(p.rgb);
    destroy(&s);
}

static void refuses_what_cannot_be_shown(void **state) {
    (void)state;
    slice_fixture f;
    fixture_init(&f);
    stored_slice s = store(false, false, false);
    myo_geometry g = *myo_image_get_geometry(s.image);
    g.rows = SIDE / 2;
    myo_labels *other_size;
    assert_true(myo_labels_create(&g, &other_size, NULL));
    myo_error err = {0};
    assert_false(myo_report_overlay_write(PATH, s.image, other_size, &f.slice, NULL, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    assert_int_equal(access(PATH, F_OK), -1);
    err = (myo_error){0};
    assert_false(
        myo_report_overlay_write("/nonexistent/x.png", s.image, s.labels, &f.slice, NULL, &err));
    assert_int_equal(err.code, MYO_E_IO);

    g = *myo_image_get_geometry(s.image);
    g.row_spacing_mm = 0.0;
    myo_image *no_spacing;
    assert_true(myo_image_create(&g, &no_spacing, NULL));
    err = (myo_error){0};
    assert_false(myo_report_overlay_write(PATH, no_spacing, s.labels, &f.slice, NULL, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    myo_image_destroy(no_spacing);
    myo_labels_destroy(other_size);
    destroy(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_right_side_on_the_left_with_the_front_on_top),
        cmocka_unit_test(draws_outlines_along_pixel_edges),
        cmocka_unit_test(does_not_join_the_parts_of_a_region),
        cmocka_unit_test(stored_order_does_not_matter),
        cmocka_unit_test(features_add_to_the_panel_and_odd_texts_do_not_break_it),
        cmocka_unit_test(ct_is_shown_in_a_fixed_window),
        cmocka_unit_test(refuses_what_cannot_be_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
