/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two muscles side by side on a slice with pixels of 1 mm, and a line of fat near their border. */
#include "cmocka_all.h"
#include "segment/ct/divide_private.h"
#include "segment/ct/proposal_private.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 80
#define ROWS 60
#define FROM 10 /* of the muscles; they end as far from the other side */
#define MUSCLE_HU 50.0f
#define FAT_HU (-100.0f)

typedef struct scene {
    myo_image *hu;
    uint16_t labels[COLUMNS * ROWS];
} scene;

/* Two columns of fat from `fat` on (0: none); the labels meet before column `border`. */
static scene create_scene(size_t fat, size_t border, uint16_t first, uint16_t second) {
    const myo_geometry g = {.columns = COLUMNS,
                            .rows = ROWS,
                            .column_spacing_mm = 1.0,
                            .row_spacing_mm = 1.0,
                            .row_cosine = {1.0, 0.0, 0.0},
                            .column_cosine = {0.0, 1.0, 0.0}};
    scene s = {0};
    assert_true(myo_image_create(&g, &s.hu, NULL));
    for (size_t i = 0; i < COLUMNS * ROWS; i++) {
        size_t c = i % COLUMNS, r = i / COLUMNS;
        bool inside = c >= FROM && c < COLUMNS - FROM && r >= FROM && r < ROWS - FROM;
        bool line = fat > 0 && c >= fat && c < fat + 2;
        myo_image_get_pixels(s.hu)[i] = inside && !line ? MUSCLE_HU : FAT_HU;
        s.labels[i] = !inside ? 0 : c < border ? first : second;
    }
    return s;
}

/* Columns of the first label in a row. */
static size_t width(const scene *s, size_t row, uint16_t label) {
    size_t count = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        count += s->labels[row * COLUMNS + c] == label;
    }
    return count;
}

static void border_moves_into_the_fat(void **state) {
    (void)state;
    static const struct {
        size_t fat, border, width; /* of the first muscle */
    } cases[] = {
        {40, 43, 31}, /* the line is less than 3 mm away */
        {40, 39, 31}, /* from the other side */
        {40, 41, 31}, /* it is there already */
        {0, 43, 33},  /* no line: it stays */
        {40, 55, 45}, /* too far away */
    };
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        scene s = create_scene(cases[n].fat, cases[n].border, 6121, 6111);
        assert_true(ct_divide(s.hu, s.labels, NULL));
        for (size_t r = FROM; r < ROWS - FROM; r++) {
            assert_in_range(width(&s, r, 6121), cases[n].width - 1, cases[n].width + 1);
            assert_int_equal(width(&s, r, 6121) + width(&s, r, 6111), COLUMNS - 2 * FROM);
        }
        myo_image_destroy(s.hu);
    }
}

/* Another organ is a neighbour as well; the other side of a muscle, and the vertebra, are not. */
static void knows_who_is_a_neighbour(void **state) {
    (void)state;
    static const struct {
        uint16_t first, second;
        size_t width;
    } cases[] = {{5121, CT_TAKEN_LABEL, 31}, {5121, 5122, 33}, {5121, 9001, 33}, {5101, 5111, 31}};
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        scene s = create_scene(40, 43, cases[n].first, cases[n].second);
        assert_true(ct_divide(s.hu, s.labels, NULL));
        assert_in_range(width(&s, 30, cases[n].first), cases[n].width - (cases[n].width == 31),
                        cases[n].width + (cases[n].width == 31));
        myo_image_destroy(s.hu);
    }
}

/* A muscle that is thinner than what may change sides keeps its middle. */
static void a_thin_muscle_stays(void **state) {
    (void)state;
    scene s = create_scene(0, 40, 5111, 5121);
    for (size_t r = FROM; r < ROWS - FROM; r++) { /* 4 mm between the two */
        for (size_t c = 38; c < 42; c++) {
            s.labels[r * COLUMNS + c] = 5131;
        }
    }
    assert_true(ct_divide(s.hu, s.labels, NULL));
    assert_in_range(width(&s, 30, 5131), 3, 5);
    assert_int_equal(width(&s, 30, 5131) + width(&s, 30, 5111) + width(&s, 30, 5121),
                     COLUMNS - 2 * FROM);
    myo_image_destroy(s.hu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(border_moves_into_the_fat),
        cmocka_unit_test(knows_who_is_a_neighbour),
        cmocka_unit_test(a_thin_muscle_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
