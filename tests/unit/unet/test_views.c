/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two views of a slice, with networks that see what is bright, and how they join. */
#include "cmocka_all.h"

#include "stand_in.h"
#include "unet_private.h"

#include <stdlib.h>

#define CHANNELS 8
#define LEFT MYO_PROPOSAL_PSOAS_LEFT
#define RIGHT MYO_PROPOSAL_PSOAS_RIGHT
#define VERTEBRA MYO_PROPOSAL_VERTEBRA

/* Half precision numbers. */
#define ONE 0x3c00
#define THIRTY 0x4f80

static uint16_t nothing[2 * CHANNELS * 4 * UNET_CLASSES * 9];
static uint16_t first_layer[CHANNELS * 4 * UNET_INPUTS * 9], second_layer[CHANNELS * CHANNELS * 9];
static uint16_t kept_layer[CHANNELS * 2 * CHANNELS * 9],
    last_layer[4 * UNET_CLASSES * CHANNELS * 9];
static float no_bias[CHANNELS], last_bias[4 * UNET_CLASSES];

/* Says that bright pixels are psoas of the left side and all others background: brightness passes
 * through the middle of the kernels of the highest resolution. */
static unet_network bright_network(void) {
    const size_t middle = 4, kept = CHANNELS; /* what was kept comes after what lies below */
    unet_network network;
    for (size_t s = 0; s < UNET_STAGES; s++) {
        network.channels[s] = CHANNELS;
    }
    for (size_t n = 0; n < UNET_CONVOLUTIONS; n++) {
        network.weight[n] = nothing;
        network.bias[n] = n + 1 < UNET_CONVOLUTIONS ? no_bias : last_bias;
    }
    for (size_t place = 0; place < 4; place++) { /* the pixels of a pair of pairs */
        first_layer[(place * 4 * UNET_INPUTS + place) * 9 + middle] = ONE;
        second_layer[(place * CHANNELS + place) * 9 + middle] = ONE;
        kept_layer[(place * 2 * CHANNELS + kept + place) * 9 + middle] = ONE;
        last_layer[((4 * LEFT + place) * CHANNELS + place) * 9 + middle] = THIRTY;
        last_bias[place] = 15.0f;
    }
    network.weight[0] = first_layer;
    network.weight[1] = network.weight[UNET_CONVOLUTIONS - 2] = second_layer;
    network.weight[UNET_CONVOLUTIONS - 3] = kept_layer;
    network.weight[UNET_CONVOLUTIONS - 1] = last_layer;
    return network;
}

/* Of a pixel: half of it is psoas of either side for bright ones, and none of others. */
static void expect_pixel(const float *p, size_t straight, size_t turned, bool bright) {
    assert_near(p[LEFT], bright ? 0.5 : 0.0, 1e-5);
    assert_near(p[RIGHT], bright ? 0.5 : 0.0, 1e-5);
    assert_int_equal(straight, bright ? LEFT : 0);
    assert_int_equal(turned, bright ? RIGHT : 0);
}

/* Two members see the box of an image of 50 x 50 pixels, the first one in the mirror image if this
 * is the second view. */
static void expect_bright_box(const unet_view *view, bool second) {
    size_t columns = view->field.columns, rows = view->field.rows, bright = 0;
    const uint8_t *straight = view->classes + (second ? columns * rows : 0);
    const uint8_t *turned = view->classes + (second ? 0 : columns * rows);
    for (size_t i = 0; i < columns * rows; i++) {
        size_t column = i % columns + 25 - columns / 2, row = i / columns + 25 - rows / 2;
        bool inside = row >= 10 && row < 20 && column >= 30 && column < 42;
        bright += inside;
        expect_pixel(view->probabilities + i * UNET_CLASSES, straight[i], turned[i], inside);
    }
    assert_int_equal(bright, 120);
}

/* Every member looks at the image in one view and at its mirror image in the other. What it sees
 * there is turned back, and its sides are exchanged. */
static void members_look_at_both(void **state) {
    (void)state;
    static float pixels[50 * 50];
    const unet_grid fine = {pixels, 50, 50, 1.0};
    for (size_t i = 0; i < 50 * 50; i++) {
        pixels[i] = i / 50 >= 10 && i / 50 < 20 && i % 50 >= 30 && i % 50 < 42 ? 1.0f : 0.0f;
    }
    unet_model model = {.member_count = 2};
    for (size_t m = 0; m < 2; m++) {
        model.members[m].networks[UNET_OUTLINE] = bright_network();
        model.members[m].networks[UNET_BODY] = bright_network();
    }
    for (size_t which = UNET_OUTLINE; which <= UNET_BODY; which++) {
        unet_view view = {.pose = {.mx = 1.0}};
        bool second = which == UNET_BODY;
        assert_true(unet_outline(&stand_in_host, &model, which, second, &fine, &view, NULL));
        assert_int_equal(view.field.columns, second ? 208 : 192);
        assert_int_equal(view.field.rows, second ? 176 : 144);
        expect_bright_box(&view, second);
        unet_view_clear(&view);
    }
}

/* ---- views that are drawn ------------------------------------------------------------------- */

static unet_view open_view(const unet_field *field, unet_pose pose) {
    size_t count = field->columns * field->rows;
    unet_view view = {.field = *field, .pose = pose};
    view.probabilities = calloc(count * UNET_CLASSES, sizeof(float));
    view.classes = calloc(count, 1);
    assert_true(view.probabilities && view.classes);
    for (size_t i = 0; i < count; i++) {
        view.probabilities[i * UNET_CLASSES] = 1.0f;
    }
    return view;
}

/* Gives one class a share of the pixels of a box, in mm of the slice from its centre, and the
 * background the rest. */
static void draw(unet_view *view, size_t class_index, double x, double y, double width,
                 double height, float share) {
    for (size_t i = 0; i < view->field.columns * view->field.rows; i++) {
        double px = (double)(i % view->field.columns) - 0.5 * (double)(view->field.columns - 1);
        double py = (double)(i / view->field.columns) - 0.5 * (double)(view->field.rows - 1);
        double there_x = view->pose.mx * px - view->pose.my * py + view->pose.tx;
        double there_y = view->pose.my * px + view->pose.mx * py + view->pose.ty;
        if (fabs(there_x - x) < 0.5 * width && fabs(there_y - y) < 0.5 * height) {
            float *p = view->probabilities + i * UNET_CLASSES;
            p[class_index] = share;
            p[0] = 1.0f - share;
            view->classes[i] = (uint8_t)unet_most_probable(p);
        }
    }
}

/* What the view says of a class at a point of the slice. */
static double at(const unet_view *view, size_t class_index, double x, double y) {
    unet_pose back = unet_pose_invert(&view->pose);
    double column = back.mx * x - back.my * y + back.tx + 0.5 * (double)(view->field.columns - 1);
    double row = back.my * x + back.mx * y + back.ty + 0.5 * (double)(view->field.rows - 1);
    size_t i = (size_t)lround(row) * view->field.columns + (size_t)lround(column);
    return (double)view->probabilities[i * UNET_CLASSES + class_index];
}

/* The first view is smaller than the second one: 192 x 144 mm x 0.75, about (10, -20). */
static const unet_pose first_pose = {.mx = 0.75, .tx = 10.0, .ty = -20.0};
static const unet_pose second_pose = {.mx = 0.8, .my = 0.6, .tx = 8.0, .ty = -10.0};

static void lies_on_the_vertebra(void **state) {
    (void)state;
    const unet_model model = {.member_count = 1};
    const unet_pose first = {.mx = 0.6, .my = 0.8, .tx = 7.0, .ty = -4.0};
    unet_sight seen = {0};
    seen.centers[2 * (VERTEBRA - 1)] = 10.0;
    seen.centers[2 * (VERTEBRA - 1) + 1] = 5.0;
    seen.mass_mm2[VERTEBRA - 1] = 900.0;
    unet_pose pose = unet_body_pose(&model, &first, &seen);
    assert_near(pose.mx, 0.6, 1e-12);
    assert_near(pose.my, 0.8, 1e-12);
    /* (0, -9) of the field is (10, 5) of the first view. */
    assert_near(pose.mx * 0 - pose.my * -9 + pose.tx, 0.6 * 10 - 0.8 * 5 + 7.0, 1e-12);
    assert_near(pose.my * 0 + pose.mx * -9 + pose.ty, 0.8 * 10 + 0.6 * 5 - 4.0, 1e-12);
}

/* Half of the least and twice the greatest size that the networks know. */
static void enlarges_small_bodies(void **state) {
    (void)state;
    const unet_model model = {.member_count = 1};
    const unet_sight seen = {0};
    unet_pose small = {.mx = 0.425}, large = {.mx = 2.5};
    assert_near(unet_body_pose(&model, &small, &seen).mx, 0.5, 1e-12);
    assert_near(unet_body_pose(&model, &large, &seen).mx, 2.0, 1e-12);
}

static void without_vertebra_it_lies_as_in_the_mean_patient(void **state) {
    (void)state;
    unet_model model = {.member_count = 1};
    model.members[0].centers[2 * (VERTEBRA - 1) + 1] = -30.0;
    unet_sight seen = {0};
    seen.mass_mm2[VERTEBRA - 1] = 200.0;
    unet_pose straight = {.mx = 1.0};
    assert_near(unet_body_pose(&model, &straight, &seen).tx, 0.0, 1e-12);
    assert_near(unet_body_pose(&model, &straight, &seen).ty, -21.0, 1e-12);
}

static void expect_sums_of_one(const unet_view *view) {
    for (size_t i = 0; i < view->field.columns * view->field.rows; i++) {
        double total = 0.0;
        for (size_t k = 0; k < UNET_CLASSES; k++) {
            total += (double)view->probabilities[i * UNET_CLASSES + k];
        }
        assert_near(total, 1.0, 1e-5);
    }
}

static void joins_to_the_mean(void **state) {
    (void)state;
    unet_view first = open_view(&unet_outline_field, first_pose);
    unet_view second = open_view(&unet_body_field, second_pose);
    draw(&first, VERTEBRA, 10, -20, 40, 30, 1.0f);
    draw(&second, VERTEBRA, 20, -20, 40, 30, 1.0f);
    draw(&second, LEFT, 95, 5, 20, 20, 0.9f); /* beyond the first view, which ends at 82 mm */
    unet_join_views(&first, 0.0, &second);
    assert_near(at(&second, VERTEBRA, -6, -20), 0.5, 1e-6);
    assert_near(at(&second, VERTEBRA, 15, -20), 1.0, 1e-6);
    assert_near(at(&second, VERTEBRA, 35, -20), 0.5, 1e-6);
    assert_near(at(&second, VERTEBRA, 44, -20), 0.0, 1e-6);
    assert_near(at(&second, LEFT, 95, 5), 0.9, 1e-6);
    expect_sums_of_one(&second);
    unet_view_clear(&first);
    unet_view_clear(&second);
}

/* 0.9 and 0.1 become 0.9 x 2 and 0.1 x 0.5 of 1.85. */
static void weighs_classes(void **state) {
    (void)state;
    unet_view view = open_view(&unet_outline_field, first_pose);
    draw(&view, VERTEBRA, 10, -20, 40, 30, 0.9f);
    unet_weigh_classes((const float[UNET_CLASSES]){0.5f, 1, 1, 1, 1, 1, 1, 2.0f}, &view);
    assert_near(at(&view, VERTEBRA, 10, -20), 1.8 / 1.85, 1e-6);
    assert_near(at(&view, 0, 10, -20), 0.05 / 1.85, 1e-6);
    assert_near(at(&view, 0, 60, -20), 1.0, 1e-6);
    expect_sums_of_one(&view);
    unet_view_clear(&view);
}

/* Psoas of both sides in both views; returns what is left of them at their middles. */
static void join_psoas(const float shares[2][2], double sharpness_min, double joined[2]) {
    unet_view first = open_view(&unet_outline_field, first_pose);
    unet_view second = open_view(&unet_body_field, second_pose);
    for (size_t s = 0; s < 2; s++) {
        draw(&first, s ? RIGHT : LEFT, s ? -20 : 40, -20, 20, 20, shares[0][s]);
        draw(&second, s ? RIGHT : LEFT, s ? -20 : 40, -20, 20, 20, shares[1][s]);
    }
    unet_join_views(&first, sharpness_min, &second);
    joined[0] = at(&second, LEFT, 40, -20);
    joined[1] = at(&second, RIGHT, -20, -20);
    unet_view_clear(&first);
    unet_view_clear(&second);
}

static void takes_the_sharper_psoas(void **state) {
    (void)state;
    double joined[2];
    /* Sharpness is 2 p / (1 + p): 0.80 of 0.66, 0.95 of 0.9, 0.90 of 0.82, 0.71 of 0.55. */
    join_psoas((const float[2][2]){{0.66f, 0.9f}, {0.9f, 0.66f}}, 0.92, joined);
    assert_near(joined[0], 0.9, 1e-6);  /* blurred in the first, sharper in the second */
    assert_near(joined[1], 0.78, 1e-6); /* sharp enough in the first */
    join_psoas((const float[2][2]){{0.66f, 0.82f}, {0.55f, 0.9f}}, 0.92, joined);
    assert_near(joined[0], 0.605, 1e-6); /* blurred in both, more so in the second */
    assert_near(joined[1], 0.9, 1e-6);
}

static void takes_the_mean_by_the_parameter(void **state) {
    (void)state;
    double joined[2];
    join_psoas((const float[2][2]){{0.4f, 0.82f}, {0.9f, 0.9f}}, 0.0, joined);
    assert_near(joined[0], 0.65, 1e-6);
    assert_near(joined[1], 0.86, 1e-6);
}

static void compares_what_members_draw(void **state) {
    (void)state;
    double agreement[UNET_STRUCTURES];
    unet_view first = open_view(&unet_outline_field, (unet_pose){.mx = 1.0});
    unet_view second = open_view(&unet_body_field, (unet_pose){.mx = 1.0, .ty = 10.0});
    draw(&first, VERTEBRA, 0, 0, 40, 30, 1.0f);
    draw(&second, VERTEBRA, 10, 0, 40, 30, 1.0f);
    draw(&first, LEFT, 50, 0, 20, 20, 0.8f);
    draw(&second, LEFT, 50, 0, 20, 20, 0.9f);
    draw(&second, RIGHT, -99, 0, 8, 20, 1.0f); /* beyond the first view, which ends at -96 mm */
    unet_compare_views(&first, &second, 1, agreement);
    assert_near(agreement[VERTEBRA - 1], 0.75, 1e-12);
    assert_near(agreement[LEFT - 1], 1.0, 1e-12);
    assert_near(agreement[RIGHT - 1], 0.0, 1e-12);
    assert_near(agreement[MYO_PROPOSAL_MULTIFIDUS_LEFT - 1], 0.0, 1e-12);
    unet_view_clear(&first);
    unet_view_clear(&second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_look_at_both),
        cmocka_unit_test(lies_on_the_vertebra),
        cmocka_unit_test(enlarges_small_bodies),
        cmocka_unit_test(without_vertebra_it_lies_as_in_the_mean_patient),
        cmocka_unit_test(joins_to_the_mean),
        cmocka_unit_test(weighs_classes),
        cmocka_unit_test(takes_the_sharper_psoas),
        cmocka_unit_test(takes_the_mean_by_the_parameter),
        cmocka_unit_test(compares_what_members_draw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
