/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regions of every kind from bytes made by hand. What is expected of the pixels is what ImageJ
 * 1.53t shows for the same regions; tests/oracle/imagej asks it again. */
#include "roi_builder.h"

#include "base/file.h"
#include "io/imagej_roi.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH "test_region.roi"
#define ZIP_PATH "test_imagej_roi_read.zip"
#define SIDE 32

static myo_roi_list read_roi(const roi_bytes *bytes) {
    myo_roi_list list;
    myo_error err = {0};
    assert_true(myo_file_write(PATH, bytes->data, bytes->size, NULL));
    if (!myo_roi_read(PATH, &list, &err)) {
        fail_msg("%s", err.message);
    }
    assert_true(myo_roi_is_file(PATH));
    unlink(PATH);
    assert_int_equal(list.count, 1);
    return list;
}

/* Compares the pixels of the region's first rows with a picture: rows of '.' and '#', '|' between;
 * all others have to be outside. */
static void check_mask(const myo_roi *roi, int left, int top, const char *picture) {
    uint8_t mask[SIDE * SIDE] = {0}, expected[SIDE * SIDE] = {0};
    assert_true(myo_roi_fill(roi, SIDE, SIDE, mask, NULL));
    int x = left, y = top;
    for (const char *p = picture; *p; p++) {
        if (*p == '|') {
            x = left;
            y++;
        } else {
            expected[y * SIDE + x++] = *p == '#';
        }
    }
    assert_memory_equal(mask, expected, sizeof mask);
}

static int count_pixels(const myo_roi *roi) {
    uint8_t mask[SIDE * SIDE] = {0};
    assert_true(myo_roi_fill(roi, SIDE, SIDE, mask, NULL));
    int pixels = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        pixels += mask[i];
    }
    return pixels;
}

static void reads_rectangles(void **state) {
    (void)state;
    roi_bytes bytes = begin_roi(1, -1, 3, 4, 5);
    set_32(&bytes, 56, 7);
    set_32(&bytes, 40, 0xFF112233u);
    myo_roi_list list = read_roi(&bytes);
    const myo_roi *roi = &list.rois[0];
    assert_int_equal(roi->type, MYO_ROI_RECTANGLE);
    assert_string_equal(roi->kind, "rectangle");
    assert_string_equal(roi->name, "test_region"); /* that of the file */
    assert_int_equal(roi->position, 7);
    assert_int_equal(roi->stroke, 0xFF112233u);
    assert_false(roi->sub_pixel);
    check_mask(roi, 0, 3, "####|####"); /* the rest lies beyond the image */
    myo_roi_list_clear(&list);
}

/* From (10.7, 5) and 3.2 x 4 large: from the pixel of the corner on, sizes rounded up. */
static void reads_rectangles_between_pixels(void **state) {
    (void)state;
    roi_bytes bytes = begin_roi(1, 10, 5, 14, 9);
    set_16(&bytes, 50, 128);
    static const float box[4] = {10.7f, 5.0f, 3.2f, 4.0f};
    for (size_t i = 0; i < 4; i++) {
        set_float(&bytes, 18 + 4 * i, box[i]);
    }
    myo_roi_list list = read_roi(&bytes);
    assert_true(list.rois[0].sub_pixel);
    check_mask(&list.rois[0], 10, 5, "####|####|####|####");
    myo_roi_list_clear(&list);
    set_float(&bytes, 26, -3.2f);
    assert_true(myo_file_write(PATH, bytes.data, bytes.size, NULL));
    myo_error err = {0};
    assert_false(myo_roi_read(PATH, &list, &err));
    assert_string_equal(err.message, PATH ": broken: it is -3 x 4 pixels large");
    unlink(PATH);
}

static void reads_round_corners(void **state) {
    (void)state;
    roi_bytes bytes = begin_roi(1, 3, 4, 24, 20);
    set_16(&bytes, 54, 9);
    myo_roi_list list = read_roi(&bytes);
    assert_int_equal(list.rois[0].corner_diameter, 9);
    check_mask(&list.rois[0], 3, 4,
               "..#################..|.###################.|#####################|"
               "#####################|#####################|#####################|"
               "#####################|#####################|#####################|"
               "#####################|#####################|#####################|"
               "#####################|#####################|.###################.|"
               "..#################..");
    myo_roi_list_clear(&list);
    /* Corners larger than the rectangle make a circle of diameter 20. */
    bytes = begin_roi(1, 2, 2, 22, 22);
    set_16(&bytes, 54, 32000);
    list = read_roi(&bytes);
    assert_int_equal(count_pixels(&list.rois[0]), 316);
    myo_roi_list_clear(&list);
}

static void reads_ovals_of_odd_and_even_sizes(void **state) {
    (void)state;
    static const struct {
        int width, height;
        const char *picture;
    } ovals[] = {{4, 4, ".##.|####|####|.##."},
                 {3, 4, ".#.|###|###|.#."},
                 {5, 5, ".###.|#####|#####|#####|.###."},
                 {1, 2, "#|#"},
                 {0, 3, ""}};
    for (size_t i = 0; i < sizeof ovals / sizeof *ovals; i++) {
        roi_bytes bytes = begin_roi(2, 6, 7, 6 + ovals[i].width, 7 + ovals[i].height);
        myo_roi_list list = read_roi(&bytes);
        assert_int_equal(list.rois[0].type, MYO_ROI_OVAL);
        check_mask(&list.rois[0], 6, 7, ovals[i].picture);
        myo_roi_list_clear(&list);
    }
}

/* An outline through the middles of pixels has these on its right side. */
static void fills_polygons_by_the_middles_of_pixels(void **state) {
    (void)state;
    static const int triangle[6] = {0, 0, 4, 4, 0, 4}, mirrored[6] = {4, 0, 4, 4, 0, 4};
    roi_bytes bytes = begin_roi(0, 5, 5, 9, 9);
    add_points(&bytes, triangle, 3);
    myo_roi_list list = read_roi(&bytes);
    assert_int_equal(list.rois[0].type, MYO_ROI_POLYGON);
    check_mask(&list.rois[0], 5, 5, "#...|##..|###.|####");
    myo_roi_list_clear(&list);
    bytes = begin_roi(8, 5, 5, 9, 9);
    add_points(&bytes, mirrored, 3);
    list = read_roi(&bytes);
    assert_int_equal(list.rois[0].type, MYO_ROI_TRACED);
    check_mask(&list.rois[0], 5, 5, "....|...#|..##|.###");
    myo_roi_list_clear(&list);
}

/* What an outline encloses twice is outside. */
static void fills_stars_by_odd_and_even(void **state) {
    (void)state;
    static const int star[10] = {10, 0, 4, 19, 20, 7, 0, 7, 16, 19};
    roi_bytes bytes = begin_roi(0, 3, 2, 23, 21);
    add_points(&bytes, star, 5);
    myo_roi_list list = read_roi(&bytes);
    check_mask(&list.rois[0], 3, 2,
               "....................|....................|.........##.........|"
               ".........##.........|.........##.........|........####........|"
               "........####........|.#######....#######.|..#####......#####..|"
               "...####......####...|.....##......##.....|....................|"
               "......#......#......|......###..###......|.....##########.....|"
               ".....####..####.....|.....##......##.....|....##........##....|"
               "....#..........#....");
    myo_roi_list_clear(&list);
}

static void reads_outlines_between_pixels(void **state) {
    (void)state;
    static const int whole[8] = {0, 0, 3, 0, 3, 3, 0, 3};
    static const float halves[8] = {10.5f, 10.5f, 13.5f, 10.5f, 13.5f, 13.5f, 10.5f, 13.5f};
    roi_bytes bytes = begin_roi(7, 10, 10, 14, 14);
    add_points(&bytes, whole, 4);
    add_float_points(&bytes, halves, 4);
    myo_roi_list list = read_roi(&bytes);
    assert_int_equal(list.rois[0].type, MYO_ROI_FREEHAND);
    assert_true(list.rois[0].sub_pixel);
    assert_float_equal(list.rois[0].paths[0].xy[5], 13.5, 0.0);
    check_mask(&list.rois[0], 10, 10, "....|.###|.###|.###");
    myo_roi_list_clear(&list);
    /* Versions that had no such outlines: whole numbers count. */
    set_16(&bytes, 4, 221);
    list = read_roi(&bytes);
    assert_false(list.rois[0].sub_pixel);
    check_mask(&list.rois[0], 10, 10, "###|###|###");
    myo_roi_list_clear(&list);
    set_16(&bytes, 4, 227);
    set_16(&bytes, 48, 3); /* an ellipse holds its outline, too */
    list = read_roi(&bytes);
    assert_string_equal(list.rois[0].kind, "ellipse");
    check_mask(&list.rois[0], 10, 10, "....|.###|.###|.###");
    myo_roi_list_clear(&list);
}

/* Two edges 2 and 20 nanopixels from the middles of pixels: found by experiment with ImageJ, which
 * takes a crossing up to 10 nanopixels before a middle for one behind it. */
static void knows_how_near_a_tie_is(void **state) {
    (void)state;
    static const float offsets[2] = {2e-9f, 2.2e-8f};
    static const int whole[8] = {20, 0, 20, 8, 8, 8, 0, 0};
    for (int i = 0; i < 2; i++) {
        const float points[8] = {20, 0, 20, 8, 8, 8, 0, offsets[i]};
        roi_bytes bytes = begin_roi(0, 0, 0, 20, 8);
        add_points(&bytes, whole, 4);
        add_float_points(&bytes, points, 4);
        myo_roi_list list = read_roi(&bytes);
        uint8_t mask[SIDE * SIDE] = {0};
        assert_true(myo_roi_fill(&list.rois[0], SIDE, SIDE, mask, NULL));
        assert_int_equal(mask[0], i);
        assert_int_equal(mask[1], 1);
        myo_roi_list_clear(&list);
    }
}

static void reads_composites(void **state) {
    (void)state;
    /* A square with a hole, a second part that is not closed, a part with a curve. */
    static const float shape[] = {0, 2,  2,  1, 8,  2,  1,  8,  8,  1,  2,  8,  4, //
                                  0, 4,  4,  1, 6,  4,  1,  6,  6,  1,  4,  6,  4, //
                                  0, 20, 20, 1, 28, 20, 1,  28, 28, 1,  20, 28,    //
                                  0, 12, 2,  2, 18, 2,  18, 8,  3,  18, 12, 14, 12, 12, 8, 4};
    int count = (int)(sizeof shape / sizeof *shape);
    roi_bytes bytes = begin_roi(1, 2, 2, 28, 28);
    add_shape(&bytes, shape, count);
    myo_roi_list list = read_roi(&bytes);
    const myo_roi *roi = &list.rois[0];
    assert_int_equal(roi->type, MYO_ROI_COMPOSITE);
    assert_int_equal(roi->path_count, 4);
    assert_false(roi->sub_pixel);
    assert_int_equal(count_pixels(roi), 36 - 4 + 64 + 45);
    /* The end of the quadratic curve is a point, and the curve passes its middle. */
    const myo_roi_path *curve = &roi->paths[3];
    double nearest = INFINITY, ends = INFINITY;
    for (size_t i = 0; i < curve->point_count; i++) {
        const double *p = curve->xy + 2 * i;
        nearest = fmin(nearest, hypot(p[0] - 16.5, p[1] - 3.5));
        ends = fmin(ends, hypot(p[0] - 18, p[1] - 8));
    }
    assert_float_equal(nearest, 0.0, 1e-12);
    assert_float_equal(ends, 0.0, 0.0);
    myo_roi_list_clear(&list);
}

static void reads_names_and_positions(void **state) {
    (void)state;
    static const uint16_t name[] = {'m', 0xFC, 0x7B4B, 0xD835, 0xDD18, 0xD800, '\n', 'x', 0xDC00};
    roi_bytes bytes = begin_roi(1, 0, 0, 2, 2);
    set_32(&bytes, 56, 3);
    size_t header2 = add_name(&bytes, name, 9);
    myo_roi_list list = read_roi(&bytes);
    assert_string_equal(list.rois[0].name, "m\xC3\xBC\xE7\xAD\x8B\xF0\x9D\x94\x98"
                                           "\xEF\xBF\xBD x\xEF\xBF\xBD");
    assert_int_equal(list.rois[0].position, 3);
    myo_roi_list_clear(&list);
    set_32(&bytes, header2 + 4, 1);  /* channel */
    set_32(&bytes, header2 + 8, 12); /* slice */
    list = read_roi(&bytes);
    assert_int_equal(list.rois[0].position, 12);
    myo_roi_list_clear(&list);
    set_32(&bytes, 60, 5000); /* a second header beyond the end is none */
    list = read_roi(&bytes);
    assert_string_equal(list.rois[0].name, "test_region");
    assert_int_equal(list.rois[0].position, 3);
    myo_roi_list_clear(&list);
}

static void lists_what_has_no_area(void **state) {
    (void)state;
    static const struct {
        int type, subtype, options;
        const char *kind;
    } others[] = {{3, 0, 0, "line"},          {3, 2, 0, "arrow"},
                  {4, 0, 0, "freehand line"}, {5, 0, 0, "segmented line"},
                  {6, 0, 0, "nothing"},       {9, 0, 0, "angle"},
                  {10, 0, 0, "point"},        {1, 1, 0, "text"},
                  {1, 4, 0, "image"},         {0, 0, 1, "fitted spline"},
                  {7, 0, 1, "fitted spline"}, {0, 0, 0, "outline without points"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        roi_bytes bytes = begin_roi(others[i].type, 1, 1, 9, 9);
        set_16(&bytes, 48, others[i].subtype);
        set_16(&bytes, 50, others[i].options);
        myo_roi_list list = read_roi(&bytes);
        assert_int_equal(list.rois[0].type, MYO_ROI_OTHER);
        assert_string_equal(list.rois[0].kind, others[i].kind);
        assert_int_equal(count_pixels(&list.rois[0]), 0);
        myo_roi_list_clear(&list);
    }
}

/* Regions of all layouts, written and read again. */
static void writes_lists_that_read_the_same(void **state) {
    (void)state;
    static const char *const names[] = {"rectangle", "round", "oval", "b\xC3\xA9\xF0\x9D\x94\x98",
                                        "hole"};
    static const myo_roi_type types[] = {MYO_ROI_RECTANGLE, MYO_ROI_RECTANGLE, MYO_ROI_OVAL,
                                         MYO_ROI_FREEHAND, MYO_ROI_COMPOSITE};
    myo_roi_list list = {0}, again;
    for (size_t i = 0; i < 5; i++) {
        myo_roi *roi;
        assert_true(myo_roi_list_add(&list, names[i], types[i], &roi, NULL));
        roi->left = -3;
        roi->top = 5;
        roi->width = 12;
        roi->height = 17;
        roi->corner_diameter = i == 1 ? 6 : 0;
        roi->position = (int)i;
        roi->stroke = 0xFF000000u + (uint32_t)i;
        for (size_t p = 0; i >= 3 && p < i - 2; p++) {
            double inset = 1.25 + 2.0 * (double)p;
            assert_true(myo_roi_begin_path(roi, NULL) &&
                        myo_roi_add_point(roi, inset, inset, NULL) &&
                        myo_roi_add_point(roi, 20 - inset, 3 + inset, NULL) &&
                        myo_roi_add_point(roi, 10, 30.125 - inset, NULL));
        }
    }
    assert_true(myo_roi_write_list_zip(ZIP_PATH, &list, NULL));
    assert_true(myo_roi_is_file(ZIP_PATH));
    assert_true(myo_roi_read(ZIP_PATH, &again, NULL));
    assert_int_equal(again.count, 5);
    static const int pixels[] = {9 * 17, 0, 0, 0, 0};
    for (size_t i = 0; i < 5; i++) {
        const myo_roi *a = &list.rois[i], *b = &again.rois[i];
        assert_string_equal(a->name, b->name);
        assert_int_equal(a->type, b->type);
        assert_int_equal(a->position, b->position);
        assert_int_equal(a->stroke, b->stroke);
        assert_int_equal(b->sub_pixel, i >= 3);
        assert_int_equal(a->corner_diameter, b->corner_diameter);
        if (i >= 3) {
            assert_int_equal(a->path_count, b->path_count);
            assert_int_equal(count_pixels(a), count_pixels(b));
            assert_memory_equal(a->paths[0].xy, b->paths[0].xy, 6 * sizeof(double));
        } else {
            assert_int_equal(b->left, -3);
            assert_int_equal(b->height, 17);
        }
        assert_true(count_pixels(b) > 0 && (!pixels[i] || count_pixels(b) == pixels[i]));
    }
    myo_roi_list_clear(&again);
    list.rois[4].type = MYO_ROI_OTHER;
    list.rois[4].kind = "line";
    myo_error err = {0};
    assert_false(myo_roi_write_list_zip(ZIP_PATH, &list, &err));
    assert_string_equal(err.message, ZIP_PATH ": region \"hole\": a line cannot be written");
    myo_roi_list_clear(&list);
    unlink(ZIP_PATH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rectangles),
        cmocka_unit_test(reads_rectangles_between_pixels),
        cmocka_unit_test(reads_round_corners),
        cmocka_unit_test(reads_ovals_of_odd_and_even_sizes),
        cmocka_unit_test(fills_polygons_by_the_middles_of_pixels),
        cmocka_unit_test(fills_stars_by_odd_and_even),
        cmocka_unit_test(reads_outlines_between_pixels),
        cmocka_unit_test(knows_how_near_a_tie_is),
        cmocka_unit_test(reads_composites),
        cmocka_unit_test(reads_names_and_positions),
        cmocka_unit_test(lists_what_has_no_area),
        cmocka_unit_test(writes_lists_that_read_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
