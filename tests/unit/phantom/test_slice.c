/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A single slice: its truth is exact, and its signal follows the options. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/phantom.h>
#include <string.h>

/* A slice with its truth. */
typedef struct slice {
    myo_image *image, *fat;
    myo_labels *labels;
    size_t count;
} slice;

/* 200 mm field of view at a size that is quick to paint. */
static myo_phantom_options small_options(void) {
    myo_phantom_options options = myo_phantom_defaults();
    options.matrix = 128;
    options.pixel_mm = 1.5625;
    return options;
}

static slice paint(myo_phantom_options options) {
    slice s = {.count = options.matrix * options.matrix};
    myo_error err = {0};
    if (!myo_phantom_slice(&options, &s.image, &s.labels, &s.fat, &err)) {
        fail_msg("%s", err.message);
    }
    return s;
}

static void destroy(slice *s) {
    myo_image_destroy(s->image);
    myo_image_destroy(s->fat);
    myo_labels_destroy(s->labels);
}

/* Area in cm2, mean fat fraction and mean x (LPS) of a structure and side. */
typedef struct figures {
    double area_cm2, fraction, x;
} figures;

static figures measure(const slice *s, myo_structure structure, myo_side side) {
    const myo_geometry *geometry = myo_labels_get_geometry(s->labels);
    const uint16_t *label = myo_labels_get_const_pixels(s->labels);
    const float *fat = myo_image_get_const_pixels(s->fat);
    double pixels = 0.0, fraction = 0.0, x = 0.0;
    for (size_t i = 0; i < s->count; i++) {
        if (label[i] == myo_structure_get(structure)->label[side]) {
            pixels += 1.0;
            fraction += (double)fat[i];
            x += myo_geometry_to_patient(geometry, (double)(i % geometry->columns),
                                         (double)(i / geometry->columns))
                     .x;
        }
    }
    assert_true(pixels > 0.0);
    return (figures){pixels * myo_geometry_pixel_area_mm2(geometry) / 100.0, fraction / pixels,
                     x / pixels};
}

static const myo_structure muscles[] = {MYO_MULTIFIDUS, MYO_ERECTOR_SPINAE, MYO_PSOAS_MAJOR};
#define MUSCLE_COUNT 3

static void fat_fractions_are_those_asked_for(void **state) {
    (void)state;
    static const double factors[MUSCLE_COUNT] = {1.0, 0.9, 0.25};
    static const double wanted[] = {0.0, 0.05, 0.2, 0.6};
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++) {
        myo_phantom_options options = small_options();
        options.fat_fraction = wanted[w];
        slice s = paint(options);
        for (int m = 0; m < MUSCLE_COUNT; m++) {
            for (int side = 0; side < MYO_SIDE_COUNT; side++) {
                figures f = measure(&s, muscles[m], (myo_side)side);
                assert_near(f.fraction, factors[m] * wanted[w], 0.0002);
            }
        }
        destroy(&s);
    }
}

/* Without fat no pixel of a muscle has any, at the border neither. */
static void a_lean_muscle_has_no_fat_at_all(void **state) {
    (void)state;
    myo_phantom_options options = small_options();
    options.fat_fraction = 0.0;
    slice s = paint(options);
    myo_structure structure;
    myo_side side;
    for (size_t i = 0; i < s.count; i++) {
        uint16_t label = myo_labels_get_const_pixels(s.labels)[i];
        float fat = myo_image_get_const_pixels(s.fat)[i];
        if (myo_structure_from_label(label, &structure, &side) &&
            myo_structure_get(structure)->muscle) {
            assert_near(fat, 0.0, 0.0);
        }
        assert_true(fat >= 0.0f && fat <= 1.0f);
    }
    destroy(&s);
}

/* Ranges of areas per side at L4/5 in adults; the left side lies at greater x. */
static void anatomy_is_plausible_for_every_seed(void **state) {
    (void)state;
    static const double least[MUSCLE_COUNT] = {5.0, 9.4, 6.0};
    static const double most[MUSCLE_COUNT] = {12.0, 20.0, 16.0};
    for (uint64_t seed = 0; seed < 8; seed++) {
        myo_phantom_options options = small_options();
        options.seed = seed * 977;
        slice s = paint(options);
        figures reference = measure(&s, MYO_VERTEBRAL_REFERENCE, MYO_LEFT);
        assert_in_range((int)(reference.area_cm2 * 10.0), 110, 190);
        for (int m = 0; m < MUSCLE_COUNT; m++) {
            figures left = measure(&s, muscles[m], MYO_LEFT);
            figures right = measure(&s, muscles[m], MYO_RIGHT);
            assert_true(left.area_cm2 > least[m] && left.area_cm2 < most[m]);
            assert_true(right.area_cm2 > least[m] && right.area_cm2 < most[m]);
            assert_true(left.x > reference.x + 8.0 && right.x < reference.x - 8.0);
        }
        destroy(&s);
    }
}

static void the_seed_decides_everything(void **state) {
    (void)state;
    myo_phantom_options options = small_options();
    slice a = paint(options), b = paint(options);
    size_t bytes = a.count * sizeof(float), differing = 0, moved = 0;
    assert_memory_equal(myo_image_get_pixels(a.image), myo_image_get_pixels(b.image), bytes);
    assert_memory_equal(myo_image_get_pixels(a.fat), myo_image_get_pixels(b.fat), bytes);
    options.seed++;
    slice c = paint(options);
    for (size_t i = 0; i < a.count; i++) {
        float first = myo_image_get_pixels(a.image)[i], second = myo_image_get_pixels(c.image)[i];
        differing += first < second || first > second;
        moved += myo_labels_get_pixels(a.labels)[i] != myo_labels_get_pixels(c.labels)[i];
    }
    assert_true(differing > a.count * 9 / 10);
    assert_true(moved > a.count / 100);
    destroy(&a);
    destroy(&b);
    destroy(&c);
}

/* Lean pixels of psoas on average, and the brightest (CSF): fat 9.5 and CSF 28 times as bright as
 * muscle at TE 113; a little less at TE 105. */
static void tissues_have_their_contrast(void **state) {
    (void)state;
    myo_phantom_options options = small_options();
    options.noise_percent = 0.0;
    options.bias = 1.0;
    options.fat_fraction = 0.0;
    slice s = paint(options);
    const float *pixels = myo_image_get_const_pixels(s.image);
    double muscle = 0.0, count = 0.0, brightest = 0.0, fat = 0.0, fat_count = 0.0;
    for (size_t i = 0; i < s.count; i++) {
        double value = (double)pixels[i];
        brightest = fmax(brightest, value);
        if (myo_labels_get_pixels(s.labels)[i] == 5111) {
            muscle += value;
            count += 1.0;
        } else if (myo_image_get_pixels(s.fat)[i] >= 1.0f && i / options.matrix > 104) {
            fat += value; /* below the skin of the back */
            fat_count += 1.0;
        }
    }
    muscle /= count;
    fat /= fat_count;
    assert_near(fat / muscle, 8.6, 1.2);
    assert_near(brightest / muscle, 22.0, 5.0);
    destroy(&s);
}

/* The coil alone: image with bias over image without it, free of noise. */
static void bias_makes_the_front_darker(void **state) {
    (void)state;
    myo_phantom_options options = small_options();
    options.noise_percent = 0.0;
    options.bias = 3.0;
    slice with = paint(options);
    options.bias = 1.0;
    slice without = paint(options);
    double last = 0.0;
    size_t column = options.matrix / 2 + 10; /* beside the spinous processes */
    for (size_t row = 4; row < options.matrix; row += 4) {
        size_t i = row * options.matrix + column;
        double flat = (double)myo_image_get_pixels(without.image)[i];
        if (flat > 20.0) {
            double ratio = (double)myo_image_get_pixels(with.image)[i] / flat;
            assert_true(ratio >= last - 1e-6);
            assert_true(ratio > 1.0 / 3.0 - 1e-6 && ratio < 1.0 + 1e-6);
            last = ratio;
        }
    }
    assert_true(last > 0.9); /* up to the skin */
    destroy(&with);
    destroy(&without);
}

/* In air the magnitude of noise alone is left: Rayleigh, of mean sigma sqrt(pi / 2). */
static void noise_in_air_is_rayleigh(void **state) {
    (void)state;
    myo_phantom_options options = small_options();
    options.noise_percent = 20.0;
    slice s = paint(options);
    double sum = 0.0, squares = 0.0, count = 0.0;
    for (size_t i = s.count - 6 * options.matrix; i < s.count; i++) {
        double value = (double)myo_image_get_pixels(s.image)[i];
        sum += value;
        squares += value * value;
        count += 1.0;
    }
    double mean = sum / count, sigma = mean / sqrt(1.5707963267948966);
    assert_near(squares / count, 2.0 * sigma * sigma, 0.1 * sigma * sigma);
    assert_near(sigma, 0.20 * 75.0, 0.75); /* 20 % of muscle, which is stored as 75 */
    destroy(&s);
}

static void options_out_of_range_are_named(void **state) {
    (void)state;
    for (int i = 0; i < 7; i++) {
        myo_phantom_options o = small_options();
        static const char *const messages[] = {"phantom: matrix is 127, not between 128 and 1024",
                                               "phantom: matrix is 1025, not between 128 and 1024",
                                               "phantom: pixel size in mm is nan, not between 0.2 "
                                               "and 2",
                                               "phantom: fat fraction is 0.61, not between 0 and "
                                               "0.6",
                                               "phantom: noise in percent is -1, not between 0 and "
                                               "100",
                                               "phantom: bias is 0.9, not between 1 and 5",
                                               "phantom: height in m is 166, not between 0.5 and "
                                               "2.5"};
        o.matrix = i == 0 ? 127 : i == 1 ? 1025 : o.matrix;
        o.pixel_mm = i == 2 ? (double)NAN : o.pixel_mm;
        o.fat_fraction = i == 3 ? 0.61 : o.fat_fraction;
        o.noise_percent = i == 4 ? -1.0 : o.noise_percent;
        o.bias = i == 5 ? 0.9 : o.bias;
        o.height_m = i == 6 ? 166.0 : o.height_m;
        myo_error err = {0};
        assert_false(myo_phantom_slice(&o, NULL, NULL, NULL, &err));
        assert_int_equal(err.code, MYO_E_RANGE);
        assert_string_equal(err.message, messages[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fat_fractions_are_those_asked_for),
        cmocka_unit_test(a_lean_muscle_has_no_fat_at_all),
        cmocka_unit_test(anatomy_is_plausible_for_every_seed),
        cmocka_unit_test(the_seed_decides_everything),
        cmocka_unit_test(tissues_have_their_contrast),
        cmocka_unit_test(bias_makes_the_front_darker),
        cmocka_unit_test(noise_in_air_is_rayleigh),
        cmocka_unit_test(options_out_of_range_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
