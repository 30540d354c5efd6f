/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outlines from tissue maps whose pixels are those of the slice. */
#include "cmocka_all.h"
#include "segment/ct/proposal_private.h"
#include "segment/ct/refine_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 120

#define MUSCLE_HU 50.0f
#define FAT_HU (-100.0f)

typedef struct scene {
    myo_geometry g;
    myo_image *hu; /* muscle at first */
    myo_tissue_map map;
    uint16_t *labels;
} scene;

static scene create_scene(void) {
    scene s = {.g = {.columns = SIDE,
                     .rows = SIDE,
                     .column_spacing_mm = 1.0,
                     .row_spacing_mm = 1.0,
                     .row_cosine = {1.0, 0.0, 0.0},
                     .column_cosine = {0.0, 1.0, 0.0}},
               .map = {.columns = SIDE, .rows = SIDE, .step_mm = 1.0}};
    s.map.probability = calloc(SIDE * SIDE * MYO_TISSUE_COUNT, sizeof(float));
    s.labels = calloc(SIDE * SIDE, sizeof *s.labels);
    assert_true(s.map.probability && s.labels);
    assert_true(myo_image_create(&s.g, &s.hu, NULL));
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        myo_image_get_pixels(s.hu)[i] = MUSCLE_HU;
        s.map.probability[i * MYO_TISSUE_COUNT] = 1.0f;
    }
    return s;
}

static void clear_scene(scene *s) {
    free(s->map.probability);
    free(s->labels);
    myo_image_destroy(s->hu);
}

/* A rectangle of the map, rows and columns from and to (not included). */
static void put(scene *s, myo_tissue tissue, float p, const size_t where[4]) {
    for (size_t r = where[0]; r < where[1]; r++) {
        for (size_t c = where[2]; c < where[3]; c++) {
            float *at = s->map.probability + (r * SIDE + c) * MYO_TISSUE_COUNT;
            at[MYO_TISSUE_OTHER] = 1.0f - p;
            at[tissue] = p;
        }
    }
}

static uint16_t at(const scene *s, size_t row, size_t column) {
    return s->labels[row * SIDE + column];
}

static size_t count(const scene *s, uint16_t label) {
    size_t found = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        found += s->labels[i] == label;
    }
    return found;
}

static void tells_sides_and_structures(void **state) {
    (void)state;
    scene s = create_scene();
    put(&s, MYO_TISSUE_PSOAS_MAJOR, 0.9f, (size_t[4]){20, 40, 70, 90});
    put(&s, MYO_TISSUE_PSOAS_MAJOR, 0.9f, (size_t[4]){20, 40, 20, 40});
    put(&s, MYO_TISSUE_PSOAS_MAJOR, 0.9f, (size_t[4]){50, 54, 70, 74}); /* an island */
    put(&s, MYO_TISSUE_KIDNEY, 0.9f, (size_t[4]){20, 40, 90, 110});
    put(&s, MYO_TISSUE_ABDOMINAL_WALL, 0.6f, (size_t[4]){2, 8, 50, 80});
    put(&s, MYO_TISSUE_ABDOMINAL_WALL, 0.6f, (size_t[4]){10, 60, 112, 118});
    put(&s, MYO_TISSUE_ABDOMINAL_WALL, 0.6f, (size_t[4]){70, 73, 112, 115}); /* too small */
    assert_true(ct_propose(&s.map, s.hu, 55.0, s.labels, NULL));
    assert_int_equal(count(&s, 5121), 400); /* left: columns grow to the left */
    assert_int_equal(count(&s, 5122), 400);
    assert_int_equal(at(&s, 30, 80), 5121);
    assert_int_equal(at(&s, 30, 30), 5122);
    assert_int_equal(at(&s, 52, 72), 0);
    assert_int_equal(at(&s, 30, 100), CT_TAKEN_LABEL);
    assert_int_equal(count(&s, 5991), 6 * 25 + 50 * 6); /* both pieces of the left wall */
    assert_int_equal(count(&s, 5992), 0); /* 6 x 5 pixels of the right one are too few */
    ct_clear_taken(s.labels, SIDE * SIDE);
    assert_int_equal(count(&s, CT_TAKEN_LABEL), 0);
    clear_scene(&s);
}

/* The back muscles are divided where another method divides them; what it calls vertebra stays. */
static void divides_the_back_as_proposed(void **state) {
    (void)state;
    scene s = create_scene();
    put(&s, MYO_TISSUE_BACK_MUSCLES, 0.8f, (size_t[4]){70, 118, 62, 102});
    for (size_t r = 80; r < 110; r++) {
        for (size_t c = 60; c < 100; c++) {
            s.labels[r * SIDE + c] = c < 75 ? 5101 : 5111;
        }
    }
    s.labels[60 * SIDE + 60] = 9001;
    put(&s, MYO_TISSUE_PSOAS_MAJOR, 0.9f, (size_t[4]){58, 63, 58, 63});
    assert_true(ct_propose(&s.map, s.hu, 60.0, s.labels, NULL));
    assert_int_equal(count(&s, 5101), 48 * 13);
    assert_int_equal(count(&s, 5111), 48 * 27);
    assert_int_equal(at(&s, 90, 74), 5101);
    assert_int_equal(at(&s, 90, 75), 5111);
    assert_int_equal(count(&s, 9001), 1);
    assert_int_equal(count(&s, 5121), 14);
    assert_int_equal(count(&s, 5122), 10);
    clear_scene(&s);
}

/* An outline that the other method proposes nearly as the map does is taken from it; another is
 * not. */
static void prefers_what_both_propose(void **state) {
    (void)state;
    static const size_t shifts[] = {3, 12};
    for (size_t n = 0; n < 2; n++) {
        scene s = create_scene();
        put(&s, MYO_TISSUE_PSOAS_MAJOR, 0.9f, (size_t[4]){20, 50, 65, 95});
        for (size_t r = 20; r < 50; r++) {
            for (size_t c = 65 + shifts[n]; c < 95 + shifts[n]; c++) {
                s.labels[r * SIDE + c] = 5121;
            }
        }
        assert_true(ct_propose(&s.map, s.hu, 55.0, s.labels, NULL));
        assert_int_equal(count(&s, 5121), 900);
        bool taken = n == 0; /* a Dice coefficient of 0.9, and of 0.6 */
        assert_int_equal(at(&s, 30, 66) == 5121, !taken);
        assert_int_equal(at(&s, 30, 96) == 5121, taken);
        clear_scene(&s);
    }
}

/* The map knows the lean half of a muscle only. The other method's whole outline is taken when both
 * agree on what is lean; not when the rest is muscle, too, nor when its lean part is another one.
 */
static void fat_is_not_what_proposals_differ_by(void **state) {
    (void)state;
    static const struct {
        float rest_hu;
        size_t shift;
        bool taken;
    } cases[] = {{FAT_HU, 0, true}, {MUSCLE_HU, 0, false}, {FAT_HU, 8, false}};
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        scene s = create_scene();
        put(&s, MYO_TISSUE_PSOAS_MAJOR, 0.9f, (size_t[4]){20, 50, 65, 80});
        for (size_t r = 20; r < 50; r++) {
            for (size_t c = 65; c < 95; c++) {
                s.labels[(r + cases[n].shift) * SIDE + c] = 5121;
                myo_image_get_pixels(s.hu)[r * SIDE + c] = c < 80 ? MUSCLE_HU : cases[n].rest_hu;
            }
        }
        assert_true(ct_propose(&s.map, s.hu, 55.0, s.labels, NULL));
        assert_int_equal(count(&s, 5121), cases[n].taken ? 900 : 450);
        clear_scene(&s);
    }
}

static void expects_the_dice_that_probabilities_lead_to(void **state) {
    (void)state;
    scene s = create_scene();
    double confidence[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0.0}};
    put(&s, MYO_TISSUE_PSOAS_MAJOR, 0.8f, (size_t[4]){20, 40, 70, 90});
    for (size_t r = 20; r < 40; r++) {
        for (size_t c = 70; c < 80; c++) { /* half of it */
            s.labels[r * SIDE + c] = 5121;
        }
    }
    confidence[MYO_GLUTEUS_MEDIUS][MYO_LEFT] = 0.5;
    ct_expect_dice(&s.map, &s.g, 55.0, s.labels, confidence);
    /* 2 x 200 x 0.8 / (200 + 400 x 0.8) */
    assert_near(confidence[MYO_PSOAS_MAJOR][MYO_LEFT], 320.0 / 520.0, 1e-5);
    assert_near(confidence[MYO_PSOAS_MAJOR][MYO_RIGHT], 0.0, 0.0);
    assert_near(confidence[MYO_GLUTEUS_MEDIUS][MYO_LEFT], 0.0, 0.0);
    clear_scene(&s);
}

/* Muscle of the same attenuation on all sides: psoas grows where nothing else is, and not over the
 * kidney. */
static void does_not_grow_over_what_is_taken(void **state) {
    (void)state;
    scene s = create_scene();
    put(&s, MYO_TISSUE_PSOAS_MAJOR, 0.9f, (size_t[4]){40, 70, 60, 90});
    put(&s, MYO_TISSUE_KIDNEY, 0.9f, (size_t[4]){30, 80, 90, 115});
    for (size_t i = 0; i < SIDE * SIDE; i++) { /* it ends 3 mm beyond the proposal to the right */
        bool muscle = i % SIDE >= 57 && i / SIDE >= 40 && i / SIDE < 70;
        myo_image_get_pixels(s.hu)[i] = muscle ? MUSCLE_HU : FAT_HU;
    }
    assert_true(ct_propose(&s.map, s.hu, 30.0, s.labels, NULL));
    assert_true(ct_refine(s.hu, NULL, s.labels, NULL));
    assert_int_equal(at(&s, 55, 89), 5121);
    assert_int_equal(at(&s, 55, 91), CT_TAKEN_LABEL);
    assert_int_equal(at(&s, 55, 58), 5121);
    assert_int_equal(at(&s, 55, 55), 0);
    clear_scene(&s);
}

/* What goes on more than 4 mm in front of the ilium is no gluteus medius; a speck of bone there, or
 * bone that the map gives to another structure, is no ilium. */
static void medius_ends_in_front_of_the_ilium(void **state) {
    (void)state;
    scene s = create_scene();
    put(&s, MYO_TISSUE_PELVIS, 0.9f, (size_t[4]){40, 80, 70, 75});
    put(&s, MYO_TISSUE_PELVIS, 0.9f, (size_t[4]){12, 14, 70, 74});
    put(&s, MYO_TISSUE_VERTEBRA, 0.9f, (size_t[4]){10, 30, 75, 79});
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        bool bone = s.map.probability[i * MYO_TISSUE_COUNT + MYO_TISSUE_PELVIS] > 0.5f ||
                    s.map.probability[i * MYO_TISSUE_COUNT + MYO_TISSUE_VERTEBRA] > 0.5f;
        myo_image_get_pixels(s.hu)[i] = bone ? 500.0f : MUSCLE_HU;
        size_t c = i % SIDE;
        s.labels[i] = c >= 80 && c < 100 ? 6111 : c >= 20 && c < 40 ? 6112 : c >= 100 ? 6121 : 0;
    }
    ct_end_medius_at_ilium(&s.map, s.hu, 60.0, s.labels);
    assert_int_equal(at(&s, 35, 90), 0);
    assert_int_equal(at(&s, 36, 90), 6111);
    assert_int_equal(count(&s, 6111), 84 * 20);
    assert_int_equal(count(&s, 6112), SIDE * 20); /* no ilium on that side: nothing is known */
    assert_int_equal(count(&s, 6121), SIDE * 20);
    clear_scene(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_sides_and_structures),
        cmocka_unit_test(divides_the_back_as_proposed),
        cmocka_unit_test(prefers_what_both_propose),
        cmocka_unit_test(fat_is_not_what_proposals_differ_by),
        cmocka_unit_test(expects_the_dice_that_probabilities_lead_to),
        cmocka_unit_test(does_not_grow_over_what_is_taken),
        cmocka_unit_test(medius_ends_in_front_of_the_ilium),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
