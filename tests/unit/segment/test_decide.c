/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The deciding step on proposals whose right answer is known. */
#include "cmocka_all.h"

#include <myotome/decide.h>

#include <stdlib.h>
#include <string.h>

#define COLUMNS 120
#define ROWS 100

/* A proposal on pixels of 1 mm, and the slice that it lies on. */
typedef struct scene {
    float probability[ROWS * COLUMNS * MYO_PROPOSAL_CLASSES];
    float intensity[ROWS * COLUMNS];
    uint16_t labels[ROWS * COLUMNS];
    myo_slice slice;
    myo_proposal proposal;
    myo_segmentation result;
} scene;

static scene *create_scene(void) {
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        s->probability[i * MYO_PROPOSAL_CLASSES] = 1.0f;
    }
    s->slice = (myo_slice){.struct_size = sizeof s->slice,
                           .columns = COLUMNS,
                           .rows = ROWS,
                           .column_spacing_mm = 1.0,
                           .row_spacing_mm = 1.0,
                           .intensity = s->intensity,
                           .corrected = s->intensity};
    s->proposal = (myo_proposal){.struct_size = sizeof s->proposal,
                                 .columns = COLUMNS,
                                 .rows = ROWS,
                                 .step_mm = {1.0, 0.0},
                                 .probability = s->probability};
    s->result = (myo_segmentation){.struct_size = sizeof s->result, .labels = s->labels};
    return s;
}

/* A class with probability p, background for the rest, in a rectangle of pixels. */
static void paint(scene *s, size_t class_index, size_t column, size_t row, size_t columns,
                  size_t rows, float p) {
    for (size_t r = row; r < row + rows; r++) {
        for (size_t c = column; c < column + columns; c++) {
            float *pixel = s->probability + (r * COLUMNS + c) * MYO_PROPOSAL_CLASSES;
            memset(pixel, 0, MYO_PROPOSAL_CLASSES * sizeof *pixel);
            pixel[MYO_PROPOSAL_BACKGROUND] = 1.0f - p;
            pixel[class_index] += p;
        }
    }
}

/* Left structures at the greater columns, as in a canonical slice. */
static void paint_body(scene *s) {
    paint(s, MYO_PROPOSAL_VERTEBRA, 45, 20, 30, 20, 0.9f);
    paint(s, MYO_PROPOSAL_PSOAS_RIGHT, 25, 20, 18, 18, 0.9f);
    paint(s, MYO_PROPOSAL_PSOAS_LEFT, 77, 20, 18, 18, 0.9f);
    paint(s, MYO_PROPOSAL_ERECTOR_RIGHT, 15, 60, 25, 25, 0.9f);
    paint(s, MYO_PROPOSAL_MULTIFIDUS_RIGHT, 40, 60, 15, 25, 0.9f);
    paint(s, MYO_PROPOSAL_MULTIFIDUS_LEFT, 65, 60, 15, 25, 0.9f);
    paint(s, MYO_PROPOSAL_ERECTOR_LEFT, 80, 60, 25, 25, 0.9f);
}

static size_t pixels_of(const scene *s, uint16_t label) {
    size_t count = 0;
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        count += s->labels[i] == label;
    }
    return count;
}

static void draws_what_is_sure(void **state) {
    (void)state;
    scene *s = create_scene();
    paint_body(s);
    assert_true(myo_decide(&s->slice, &s->proposal, &s->result, NULL));
    assert_int_equal(pixels_of(s, 9001), 30 * 20);
    assert_int_equal(pixels_of(s, 5101), 15 * 25);
    assert_int_equal(pixels_of(s, 5102), 15 * 25);
    assert_int_equal(pixels_of(s, 5111), 25 * 25);
    assert_int_equal(pixels_of(s, 5112), 25 * 25);
    assert_int_equal(pixels_of(s, 5121), 18 * 18);
    assert_int_equal(pixels_of(s, 5122), 18 * 18);
    /* Twice the probability inside over the probabilities and the outline: 1.8 / 1.9. */
    assert_near(s->result.confidence[MYO_PSOAS_MAJOR][MYO_LEFT], 1.8 / 1.9, 1e-5);
    assert_int_equal(s->result.flags[MYO_PSOAS_MAJOR][MYO_LEFT], 0);
    free(s);
}

/* Islands of a structure, of the other side's too, and holes. */
static void leaves_one_piece_without_holes(void **state) {
    (void)state;
    scene *s = create_scene();
    paint_body(s);
    paint(s, MYO_PROPOSAL_ERECTOR_LEFT, 2, 2, 12, 12, 0.95f);
    paint(s, MYO_PROPOSAL_PSOAS_LEFT, 5, 40, 9, 9, 0.95f);
    paint(s, MYO_PROPOSAL_BACKGROUND, 84, 26, 4, 4, 1.0f);
    /* Multifidus in the middle of erector spinae is erector spinae. */
    paint(s, MYO_PROPOSAL_MULTIFIDUS_LEFT, 95, 70, 5, 5, 0.9f);
    assert_true(myo_decide(&s->slice, &s->proposal, &s->result, NULL));
    assert_int_equal(pixels_of(s, 5111), 25 * 25);
    assert_int_equal(pixels_of(s, 5101), 15 * 25);
    assert_int_equal(pixels_of(s, 5121), 18 * 18);
    assert_int_equal(s->labels[72 * COLUMNS + 97], 5111);
    assert_int_equal(s->labels[5 * COLUMNS + 5], 0);
    free(s);
}

/* A larger piece far from the vertebra (a kidney) is no psoas when there is one beside it. */
static void takes_the_psoas_beside_the_vertebra(void **state) {
    (void)state;
    scene *s = create_scene();
    paint_body(s);
    paint(s, MYO_PROPOSAL_BACKGROUND, 77, 20, 18, 18, 1.0f);
    paint(s, MYO_PROPOSAL_PSOAS_LEFT, 77, 24, 10, 14, 0.8f);
    paint(s, MYO_PROPOSAL_PSOAS_LEFT, 99, 10, 20, 20, 0.9f);
    assert_true(myo_decide(&s->slice, &s->proposal, &s->result, NULL));
    assert_int_equal(pixels_of(s, 5121), 10 * 14);
    assert_int_equal(s->labels[30 * COLUMNS + 80], 5121);
    free(s);
}

/* What is nowhere the most probable, but probable enough, is found and marked. */
static void finds_what_was_all_but_lost(void **state) {
    (void)state;
    scene *s = create_scene();
    paint_body(s);
    paint(s, MYO_PROPOSAL_PSOAS_LEFT, 77, 20, 18, 18, 0.25f);
    assert_true(myo_decide(&s->slice, &s->proposal, &s->result, NULL));
    assert_int_equal(pixels_of(s, 5121), 18 * 18);
    assert_true(s->result.flags[MYO_PSOAS_MAJOR][MYO_LEFT] & MYO_FLAG_LOW_CONFIDENCE);
    assert_near(s->result.confidence[MYO_PSOAS_MAJOR][MYO_LEFT], 0.5 / 1.25, 1e-5);
    free(s);
}

/* A speck of 81 mm2 is no muscle. */
static void drops_specks(void **state) {
    (void)state;
    scene *s = create_scene();
    paint_body(s);
    paint(s, MYO_PROPOSAL_BACKGROUND, 77, 20, 18, 18, 1.0f);
    paint(s, MYO_PROPOSAL_PSOAS_LEFT, 80, 22, 9, 9, 0.9f);
    assert_true(myo_decide(&s->slice, &s->proposal, &s->result, NULL));
    assert_int_equal(pixels_of(s, 5121), 0);
    assert_near(s->result.confidence[MYO_PSOAS_MAJOR][MYO_LEFT], 0.0, 0.0);
    free(s);
}

/* A disc of 20 mm in a frame that lies turned, half as large again and shifted over pixels of
 * 0.9 x 0.7 mm: its area and its place follow. */
static void lays_the_frame_over_the_slice(void **state) {
    (void)state;
    scene *s = create_scene();
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        double x = (double)(i % COLUMNS) - 60.0, y = (double)(i / COLUMNS) - 50.0;
        float inside = (float)fmin(fmax(20.5 - hypot(x, y), 0.0), 1.0);
        s->probability[i * MYO_PROPOSAL_CLASSES] = 1.0f - inside;
        s->probability[i * MYO_PROPOSAL_CLASSES + MYO_PROPOSAL_VERTEBRA] = inside;
    }
    const double size = 1.5, turn = 0.4, centre[2] = {50.0, 35.0};
    double mx = size * cos(turn), my = size * sin(turn);
    s->slice.column_spacing_mm = 0.9;
    s->slice.row_spacing_mm = 0.7;
    s->proposal.step_mm[0] = mx;
    s->proposal.step_mm[1] = my;
    s->proposal.origin_mm[0] = centre[0] - (mx * 60.0 - my * 50.0);
    s->proposal.origin_mm[1] = centre[1] - (my * 60.0 + mx * 50.0);
    assert_true(myo_decide(&s->slice, &s->proposal, &s->result, NULL));
    double count = 0.0, x = 0.0, y = 0.0;
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        if (s->labels[i] == 9001) {
            count += 1.0;
            x += (double)(i % COLUMNS) * 0.9;
            y += (double)(i / COLUMNS) * 0.7;
        }
    }
    double area = 3.14159265358979 * 400.0 * size * size;
    assert_near(count * 0.63, area, 0.01 * area);
    assert_near(x / count, centre[0], 0.1);
    assert_near(y / count, centre[1], 0.1);
    free(s);
}

static void refuses_an_empty_proposal(void **state) {
    (void)state;
    scene *s = create_scene();
    myo_error err = {0};
    s->proposal.columns = 0;
    assert_false(myo_decide(&s->slice, &s->proposal, &s->result, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    s->proposal.columns = COLUMNS;
    s->proposal.step_mm[0] = 0.0;
    assert_false(myo_decide(&s->slice, &s->proposal, &s->result, &err));
    free(s);
}

/* Nothing but background is no error: everything is missing. */
static void finds_nothing_where_nothing_is(void **state) {
    (void)state;
    scene *s = create_scene();
    assert_true(myo_decide(&s->slice, &s->proposal, &s->result, NULL));
    assert_int_equal(pixels_of(s, 0), ROWS * COLUMNS);
    free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(draws_what_is_sure),
                                       cmocka_unit_test(leaves_one_piece_without_holes),
                                       cmocka_unit_test(takes_the_psoas_beside_the_vertebra),
                                       cmocka_unit_test(finds_what_was_all_but_lost),
                                       cmocka_unit_test(drops_specks),
                                       cmocka_unit_test(lays_the_frame_over_the_slice),
                                       cmocka_unit_test(refuses_an_empty_proposal),
                                       cmocka_unit_test(finds_nothing_where_nothing_is)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
