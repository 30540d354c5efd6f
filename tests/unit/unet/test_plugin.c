/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segmenter "unet" as the host loads it, on phantoms that the training has not seen. */
#include "cmocka_all.h"

#include "outlines.h"

#include <myotome/phantom.h>
#include <myotome/plugin.h>
#include <stdlib.h>
#include <string.h>

static const uint16_t labels_of[] = {5101, 5102, 5111, 5112, 5121, 5122, 9001};
#define STRUCTURES (sizeof labels_of / sizeof labels_of[0])

static myo_registry *open_registry(const myo_segmenter **unet) {
    myo_registry *registry;
    assert_true(myo_registry_create(&registry, NULL));
    assert_true(myo_registry_load_plugins(registry, PLUGIN_FOLDER, NULL));
    *unet = myo_registry_find_segmenter(registry, "unet");
    assert_non_null(*unet);
    /* Where it is present, it is the default. */
    assert_ptr_equal(myo_registry_find_segmenter(registry, "auto"), *unet);
    return registry;
}

static void paint(uint64_t seed, double pixel_mm, size_t matrix, myo_image **image,
                  myo_labels **truth) {
    myo_phantom_options options = myo_phantom_defaults();
    options.seed = seed;
    options.matrix = matrix;
    options.pixel_mm = pixel_mm;
    assert_true(myo_phantom_slice(&options, image, truth, NULL, NULL));
}

static void outlines_phantoms(void **state) {
    (void)state;
    static const double pixel_mm[] = {0.82, 0.5, 0.7};
    static const size_t matrix[] = {256, 420, 360};
    const myo_segmenter *unet;
    myo_registry *registry = open_registry(&unet);
    for (size_t n = 0; n < 3; n++) {
        myo_image *image;
        myo_labels *truth;
        myo_outlines outlines;
        paint(n + 1, pixel_mm[n], matrix[n], &image, &truth);
        assert_true(myo_segment_slice(unet, image, NULL, &outlines, NULL));
        for (size_t k = 0; k < STRUCTURES; k++) {
            double d = dice_of(outlines.labels, truth, labels_of[k]);
            if (!(d >= 0.93)) {
                fail_msg("seed %zu, label %u: Dice %.3f", n + 1, labels_of[k], d);
            }
        }
        myo_outlines_clear(&outlines);
        myo_image_destroy(image);
        myo_labels_destroy(truth);
    }
    myo_registry_destroy(registry);
}

/* The image in a larger, empty one: 60 columns before it and 40 rows above it. */
static myo_image *shifted(const myo_image *image) {
    const myo_geometry *g = myo_image_get_geometry(image);
    myo_geometry wide = *g;
    wide.columns += 60;
    wide.rows += 40;
    myo_image *out;
    assert_true(myo_image_create(&wide, &out, NULL));
    for (size_t r = 0; r < g->rows; r++) {
        memcpy(myo_image_get_pixels(out) + (r + 40) * wide.columns + 60,
               myo_image_get_const_pixels(image) + r * g->columns, g->columns * sizeof(float));
    }
    return out;
}

static double area_mm2(const myo_labels *labels, uint16_t label) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    double count = 0.0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        count += myo_labels_get_const_pixels(labels)[i] == label;
    }
    return count * g->column_spacing_mm * g->row_spacing_mm;
}

/* Neither the place in the image nor the units of the scanner matter. */
static void does_not_mind_place_and_units(void **state) {
    (void)state;
    const myo_segmenter *unet;
    myo_registry *registry = open_registry(&unet);
    myo_image *image;
    myo_labels *truth;
    myo_outlines first, second;
    paint(4, 0.82, 256, &image, &truth);
    assert_true(myo_segment_slice(unet, image, NULL, &first, NULL));
    myo_image *moved = shifted(image);
    const myo_geometry *g = myo_image_get_geometry(moved);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        myo_image_get_pixels(moved)[i] *= 37.0f;
    }
    assert_true(myo_segment_slice(unet, moved, NULL, &second, NULL));
    for (size_t k = 0; k < STRUCTURES; k++) {
        double a = area_mm2(first.labels, labels_of[k]), b = area_mm2(second.labels, labels_of[k]);
        assert_near(b, a, 0.03 * a);
    }
    myo_outlines_clear(&first);
    myo_outlines_clear(&second);
    myo_image_destroy(moved);
    myo_image_destroy(image);
    myo_labels_destroy(truth);
    myo_registry_destroy(registry);
}

/* The segmenter with slices that say something else of themselves. */
static const myo_segmenter *asked;
static myo_modality said;
static uint32_t said_size;

static bool segment_as_said(const myo_slice *slice, const double *values, myo_segmentation *result,
                            myo_error *err) {
    myo_slice other = *slice;
    other.modality = said;
    other.struct_size = said_size;
    return asked->segment(&other, values, result, err);
}

static uint64_t hash_as(myo_modality modality, size_t size, double second_view,
                        const myo_image *image) {
    double values[8];
    assert_true(asked->info.parameter_count <= 8);
    for (size_t i = 0; i < asked->info.parameter_count; i++) {
        const myo_parameter *parameter = &asked->info.parameters[i];
        bool is_view = strcmp(parameter->name, "second_view") == 0;
        values[i] = is_view ? second_view : parameter->default_value;
    }
    myo_segmenter wrapper = *asked;
    wrapper.segment = segment_as_said;
    said = modality;
    said_size = (uint32_t)size;
    myo_outlines outlines;
    assert_true(myo_segment_slice(&wrapper, image, values, &outlines, NULL));
    const myo_geometry *g = myo_labels_get_geometry(outlines.labels);
    uint64_t hash = 0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        hash = 31 * hash + myo_labels_get_const_pixels(outlines.labels)[i];
    }
    myo_outlines_clear(&outlines);
    return hash;
}

/* On CT there is no second view, whatever is asked for; a host that cannot say so has MR. */
static void has_one_view_of_ct(void **state) {
    (void)state;
    myo_registry *registry = open_registry(&asked);
    myo_image *image;
    myo_labels *truth;
    paint(5, 0.82, 256, &image, &truth);
    size_t whole = sizeof(myo_slice), before = offsetof(myo_slice, modality);
    uint64_t mr = hash_as(MYO_MODALITY_MR, whole, 1.0, image);
    uint64_t one_view = hash_as(MYO_MODALITY_MR, whole, 0.0, image);
    assert_true(mr != one_view);
    assert_true(hash_as(MYO_MODALITY_CT, whole, 1.0, image) == one_view);
    assert_true(hash_as(MYO_MODALITY_CT, before, 1.0, image) == mr);
    myo_image_destroy(image);
    myo_labels_destroy(truth);
    myo_registry_destroy(registry);
}

/* 200 x 200 pixels of an axial slice. */
static myo_image *create_image(double pixel_mm) {
    const myo_geometry geometry = {.columns = 200,
                                   .rows = 200,
                                   .column_spacing_mm = pixel_mm,
                                   .row_spacing_mm = pixel_mm,
                                   .row_cosine = {1.0, 0.0, 0.0},
                                   .column_cosine = {0.0, 1.0, 0.0}};
    myo_image *image;
    assert_true(myo_image_create(&geometry, &image, NULL));
    return image;
}

static void says_that_nothing_is_there(void **state) {
    (void)state;
    const myo_segmenter *unet;
    myo_registry *registry = open_registry(&unet);
    myo_image *image = create_image(1.0);
    myo_outlines outlines;
    myo_error err = {0};
    for (size_t i = 0; i < 200 * 200; i++) { /* a bright disc */
        double x = (double)(i % 200) - 100.0, y = (double)(i / 200) - 100.0;
        myo_image_get_pixels(image)[i] = hypot(x, y) < 80.0 ? 900.0f : 5.0f;
    }
    assert_false(myo_segment_slice(unet, image, NULL, &outlines, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    myo_image_destroy(image);
    myo_registry_destroy(registry);
}

/* Pixels of 10 mm would make an image of gigabytes. */
static void refuses_a_slice_that_is_no_patient(void **state) {
    (void)state;
    const myo_segmenter *unet;
    myo_registry *registry = open_registry(&unet);
    myo_image *image = create_image(10.0);
    myo_outlines outlines;
    myo_error err = {0};
    for (size_t i = 0; i < 200 * 200; i++) {
        myo_image_get_pixels(image)[i] = (float)(i % 200);
    }
    assert_false(myo_segment_slice(unet, image, NULL, &outlines, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
    myo_image_destroy(image);
    myo_registry_destroy(registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlines_phantoms), cmocka_unit_test(does_not_mind_place_and_units),
        cmocka_unit_test(has_one_view_of_ct), cmocka_unit_test(says_that_nothing_is_there),
        cmocka_unit_test(refuses_a_slice_that_is_no_patient)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
