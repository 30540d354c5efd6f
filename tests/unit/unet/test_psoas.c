/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second look at psoas, with networks that say the same of every pixel. */
#include "cmocka_all.h"

#include "stand_in.h"
#include "unet_private.h"

#include <stdlib.h>
#include <string.h>

#define CHANNELS 8
#define LEFT MYO_PROPOSAL_PSOAS_LEFT
#define RIGHT MYO_PROPOSAL_PSOAS_RIGHT

static const uint16_t zeros[3 * CHANNELS * 4 * CHANNELS * 9];
static float no_bias[4 * UNET_CLASSES], last_bias[4 * UNET_CLASSES];

/* Says of every pixel what the softmax of these logits says. */
static unet_network constant_network(const double logits[UNET_CLASSES]) {
    unet_network network;
    for (size_t s = 0; s < UNET_STAGES; s++) {
        network.channels[s] = CHANNELS;
    }
    for (size_t n = 0; n < UNET_CONVOLUTIONS; n++) {
        network.weight[n] = zeros;
        network.bias[n] = n + 1 < UNET_CONVOLUTIONS ? no_bias : last_bias;
    }
    for (size_t i = 0; i < 4 * UNET_CLASSES; i++) {
        last_bias[i] = (float)logits[i / 4];
    }
    return network;
}

/* Gives one class a share of the pixels of a box of the view, and the background the rest. */
static void draw(unet_view *view, size_t class_index, size_t column, size_t row, size_t columns,
                 size_t rows, float share) {
    for (size_t r = row; r < row + rows; r++) {
        for (size_t c = column; c < column + columns; c++) {
            float *p = view->probabilities + (r * view->field.columns + c) * UNET_CLASSES;
            p[class_index] = share;
            p[0] = 1.0f - share;
        }
    }
}

/* Psoas sure on the left (20 x 30 pixels) and in doubt on the right; the vertebra between. */
static unet_view open_view(void) {
    unet_view view = {.field = unet_outline_field, .pose = {.mx = 0.8, .tx = 5.0, .ty = -3.0}};
    size_t count = view.field.columns * view.field.rows;
    view.probabilities = calloc(count * UNET_CLASSES, sizeof(float));
    assert_non_null(view.probabilities);
    for (size_t i = 0; i < count; i++) {
        view.probabilities[i * UNET_CLASSES] = 1.0f;
    }
    draw(&view, LEFT, 130, 60, 20, 30, 0.99f);
    draw(&view, RIGHT, 40, 60, 20, 30, 0.55f);
    draw(&view, MYO_PROPOSAL_VERTEBRA, 81, 61, 30, 40, 1.0f);
    return view;
}

static bool doubt(const unet_view *view, double sharpness_min, bool doubtful[UNET_SIDES]) {
    unet_sight seen;
    unet_see(&view->field, view->probabilities, &seen);
    return unet_doubt_psoas(view, &seen, sharpness_min, doubtful);
}

static void doubts_what_is_blurred(void **state) {
    (void)state;
    unet_view view = open_view();
    bool doubtful[UNET_SIDES];
    /* 2 x 0.99 / 1.99 and 2 x 0.55 / 1.55. */
    assert_true(doubt(&view, 0.9, doubtful));
    assert_false(doubtful[0]);
    assert_true(doubtful[1]);
    assert_true(doubt(&view, 0.996, doubtful));
    assert_true(doubtful[0] && doubtful[1]);
    assert_false(doubt(&view, 0.7, doubtful));
    /* Psoas that is nowhere the most probable class is in doubt as well. */
    draw(&view, RIGHT, 40, 60, 20, 30, 0.4f);
    assert_true(doubt(&view, 0.01, doubtful));
    assert_true(doubtful[1]);
    /* Without a vertebra there is nowhere to look from. */
    draw(&view, MYO_PROPOSAL_VERTEBRA, 81, 61, 30, 40, 0.2f);
    assert_false(doubt(&view, 0.9, doubtful));
    unet_view_clear(&view);
}

/* What of a class the view shows at a point of the slice (mm from its centre). */
static float at(const unet_view *view, size_t class_index, double x, double y) {
    unet_pose to_frame = unet_pose_invert(&view->pose);
    double column = (to_frame.mx * x - to_frame.my * y + to_frame.tx) / view->field.step_mm;
    double row = (to_frame.my * x + to_frame.mx * y + to_frame.ty) / view->field.step_mm;
    size_t c = (size_t)lround(column + 0.5 * (double)(view->field.columns - 1));
    size_t r = (size_t)lround(row + 0.5 * (double)(view->field.rows - 1));
    assert_true(c < view->field.columns && r < view->field.rows);
    return view->probabilities[(r * view->field.columns + c) * UNET_CLASSES + class_index];
}

/* The image and its mirror image: what the networks say of the left becomes half for each side. */
#define HALF 0.45

static void look(float left_share, unet_view *view) {
    const double logits[UNET_CLASSES] = {log(1.0 - 2.0 * HALF), -30, -30, -30, -30,
                                         log(2.0 * HALF),       -30, -30};
    const bool doubtful[UNET_SIDES] = {true, false};
    static float pixels[500 * 500];
    const unet_grid fine = {pixels, 500, 500, UNET_FINE_MM};
    unet_model model = {.member_count = 1};
    model.members[0].networks[UNET_PSOAS] = constant_network(logits);
    *view = open_view();
    draw(view, LEFT, 130, 60, 20, 30, left_share);
    draw(view, RIGHT, 40, 60, 20, 30, 0.99f);
    view->agreement[LEFT - 1] = view->agreement[RIGHT - 1] = 0.1;
    unet_sight seen;
    unet_see(&view->field, view->probabilities, &seen);
    assert_true(unet_look_at_psoas(&stand_in_host, &model, &fine, &seen, doubtful, view, NULL));
}

static void takes_over_the_doubtful_side(void **state) {
    (void)state;
    unet_view view;
    look(0.4f, &view);
    /* The centre of the vertebra: (0, 9) of the frame, (5, 4.2) mm of the slice, 12 mm below the
     * middle of the field, whose corners lie 95.5 mm beside, 83.5 above and 59.5 mm below it. */
    static const struct {
        double x, y, left;
    } points[] = {{0.0, -80.0, HALF}, {93.0, -80.0, HALF}, {-93.0, 57.0, HALF}, {0.0, 62.0, 0.0}};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        assert_near(at(&view, LEFT, 5.0 + points[i].x, 4.2 + points[i].y), points[i].left, 1e-3);
    }
    /* The right side is as it was, but for what the left one takes of it. */
    double x = 0.8 * (49.5 - 95.5) + 5.0, y = 0.8 * (74.5 - 71.5) - 3.0;
    assert_near(at(&view, RIGHT, x, y), 0.99 * (1.0 - HALF), 1e-3);
    assert_near(at(&view, RIGHT, 5.0, 4.2 - 80.0), 0.0, 0.0);
    assert_near(view.agreement[RIGHT - 1], 0.1, 0.0);
    assert_true(view.agreement[LEFT - 1] != 0.1);
    unet_view_clear(&view);
}

static void sums_stay_one(void **state) {
    (void)state;
    unet_view view;
    look(0.4f, &view);
    for (size_t i = 0; i < view.field.columns * view.field.rows; i++) {
        double total = 0.0;
        for (size_t k = 0; k < UNET_CLASSES; k++) {
            total += (double)view.probabilities[i * UNET_CLASSES + k];
        }
        assert_near(total, 1.0, 1e-5);
    }
    unet_view_clear(&view);
}

/* 2 x 0.9 / 1.9 against 2 x 0.45 / 1.45. */
static void leaves_what_is_sharper(void **state) {
    (void)state;
    unet_view view;
    look(0.9f, &view);
    assert_int_equal(view.field.columns, unet_outline_field.columns);
    assert_near(at(&view, LEFT, 0.8 * (139.5 - 95.5) + 5.0, 0.8 * (74.5 - 71.5) - 3.0), 0.9, 1e-6);
    assert_near(view.agreement[LEFT - 1], 0.1, 0.0);
    unet_view_clear(&view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubts_what_is_blurred), cmocka_unit_test(takes_over_the_doubtful_side),
        cmocka_unit_test(sums_stay_one), cmocka_unit_test(leaves_what_is_sharper)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
