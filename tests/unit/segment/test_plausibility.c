/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flags of outlines that are missing, cut off, too small, or too different. */
#include "cmocka_all.h"

#include <myotome/segment.h>

#include <string.h>

#define SIDE 200

/* Labels at 1 mm pixels; rectangles of the given sizes in mm. */
static myo_labels *create_labels(void) {
    myo_geometry g = {
        .columns = SIDE, .rows = SIDE, .column_spacing_mm = 1.0, .row_spacing_mm = 1.0};
    myo_labels *labels;
    assert_true(myo_labels_create(&g, &labels, NULL));
    return labels;
}

static void draw(myo_labels *labels, uint16_t value, size_t x, size_t y, size_t w, size_t h) {
    for (size_t r = y; r < y + h; r++) {
        for (size_t c = x; c < x + w; c++) {
            myo_labels_get_pixels(labels)[r * SIDE + c] = value;
        }
    }
}

static void flags_what_a_radiologist_would(void **state) {
    (void)state;
    myo_labels *labels = create_labels();
    draw(labels, 5101, 110, 120, 30, 30); /* 900 mm2 */
    draw(labels, 5102, 60, 120, 30, 15);  /* 450 mm2: half of the other side */
    draw(labels, 5111, 145, 120, 55, 25); /* touches the last column */
    draw(labels, 5112, 10, 120, 45, 25);
    draw(labels, 5121, 130, 60, 10, 10); /* 100 mm2: no psoas is so small */
    draw(labels, 9001, 80, 60, 40, 35);  /* 1400 mm2 */
    uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0}};
    myo_segment_check(labels, flags);
    assert_int_equal(flags[MYO_MULTIFIDUS][MYO_LEFT], MYO_FLAG_ASYMMETRY);
    assert_int_equal(flags[MYO_MULTIFIDUS][MYO_RIGHT], MYO_FLAG_ASYMMETRY);
    assert_int_equal(flags[MYO_ERECTOR_SPINAE][MYO_LEFT], MYO_FLAG_CLIPPED);
    assert_int_equal(flags[MYO_ERECTOR_SPINAE][MYO_RIGHT], 0);
    assert_int_equal(flags[MYO_PSOAS_MAJOR][MYO_LEFT], MYO_FLAG_AREA);
    assert_int_equal(flags[MYO_PSOAS_MAJOR][MYO_RIGHT], MYO_FLAG_MISSING);
    assert_int_equal(flags[MYO_VERTEBRAL_REFERENCE][MYO_LEFT], 0);
    assert_int_equal(flags[MYO_GLUTEUS_MAXIMUS][MYO_LEFT], 0); /* not expected here */
    myo_labels_destroy(labels);
}

static void names_every_flag(void **state) {
    (void)state;
    assert_string_equal(myo_flag_name(0), "missing");
    assert_string_equal(myo_flag_name(MYO_FLAG_COUNT - 1), "metal");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_what_a_radiologist_would),
        cmocka_unit_test(names_every_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
