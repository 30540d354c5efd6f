/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segmenter "region" on phantoms: right outlines, right sides, and a clear no. */
#include "cmocka_all.h"

#include "image/morphology.h"
#include "outlines.h"
#include "segment/region/region_private.h"

#include <myotome/phantom.h>
#include <stdlib.h>
#include <string.h>

static const myo_segmenter *region(void) {
    size_t count;
    const myo_segmenter *const *segmenters = myo_segmenter_builtins(&count);
    assert_string_equal(segmenters[0]->info.name, "region");
    return segmenters[0];
}

static myo_phantom_options small_phantom(uint64_t seed) {
    myo_phantom_options options = myo_phantom_defaults();
    options.seed = seed;
    options.matrix = 256;
    options.pixel_mm = 0.82;
    return options;
}

/* True when a structure is one piece. */
static bool is_one_piece(const myo_labels *labels, uint16_t label) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    size_t count = g->columns * g->rows;
    uint8_t *mask = malloc(count), *tidy = malloc(count);
    assert_true(mask && tidy);
    for (size_t i = 0; i < count; i++) {
        mask[i] = tidy[i] = myo_labels_get_const_pixels(labels)[i] == label;
    }
    assert_true(myo_mask_keep_largest(tidy, g->columns, g->rows, NULL));
    bool same = memcmp(mask, tidy, count) == 0;
    free(mask);
    free(tidy);
    return same;
}

/* An image with its columns and rows exchanged and mirrored, and the geometry that says so. */
static myo_image *turned(const myo_image *image) {
    myo_geometry g = *myo_image_get_geometry(image), t = g;
    t.columns = g.rows;
    t.rows = g.columns;
    t.row_cosine = g.column_cosine;
    t.column_cosine = (myo_vec3){-g.row_cosine.x, -g.row_cosine.y, -g.row_cosine.z};
    t.position_mm = myo_geometry_to_patient(&g, (double)(g.columns - 1), 0.0);
    myo_image *out;
    assert_true(myo_image_create(&t, &out, NULL));
    for (size_t r = 0; r < t.rows; r++) {
        for (size_t c = 0; c < t.columns; c++) {
            myo_image_get_pixels(out)[r * t.columns + c] =
                myo_image_get_const_pixels(image)[c * g.columns + (g.columns - 1 - r)];
        }
    }
    return out;
}

/* Every structure of phantoms that the fit has not seen, and one piece each. */
static void outlines_phantoms(void **state) {
    (void)state;
    static const uint16_t labels[] = {5101, 5102, 5111, 5112, 5121, 5122, 9001};
    static const double least = 0.93;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        myo_phantom_options options = small_phantom(seed);
        myo_image *image;
        myo_labels *truth;
        assert_true(myo_phantom_slice(&options, &image, &truth, NULL, NULL));
        myo_outlines outlines;
        assert_true(myo_segment_slice(region(), image, NULL, &outlines, NULL));
        for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
            double d = dice_of(outlines.labels, truth, labels[i]);
            assert_true(is_one_piece(outlines.labels, labels[i]));
            if (d < least) {
                fail_msg("Dice of %d in phantom %d is %.3f", labels[i], (int)seed, d);
            }
        }
        assert_true(outlines.confidence[MYO_PSOAS_MAJOR][MYO_LEFT] > 0.75);
        assert_true(outlines.confidence[MYO_GLUTEUS_MAXIMUS][MYO_LEFT] == 0.0);
        myo_outlines_clear(&outlines);
        myo_image_destroy(image);
        myo_labels_destroy(truth);
    }
}

/* Sides come from the patient's coordinates: the same slice stored turned gives the same labels at
 * the same places of the patient. */
static void does_not_care_how_a_slice_is_stored(void **state) {
    (void)state;
    myo_phantom_options options = small_phantom(2);
    myo_image *image;
    assert_true(myo_phantom_slice(&options, &image, NULL, NULL, NULL));
    myo_image *other = turned(image);
    myo_outlines a, b;
    assert_true(myo_segment_slice(region(), image, NULL, &a, NULL));
    assert_true(myo_segment_slice(region(), other, NULL, &b, NULL));
    const myo_geometry *g = myo_image_get_geometry(image), *t = myo_image_get_geometry(other);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        myo_vec3 p = myo_geometry_to_patient(g, (double)(i % g->columns), (double)(i / g->columns));
        double column, row;
        myo_geometry_from_patient(t, p, &column, &row, NULL);
        size_t k = (size_t)(row + 0.5) * t->columns + (size_t)(column + 0.5);
        assert_int_equal(myo_labels_get_const_pixels(a.labels)[i],
                         myo_labels_get_const_pixels(b.labels)[k]);
    }
    myo_outlines_clear(&a);
    myo_outlines_clear(&b);
    myo_image_destroy(image);
    myo_image_destroy(other);
}

/* Noise without anatomy is a clear no, not a guess. */
static void says_when_nothing_is_there(void **state) {
    (void)state;
    myo_geometry g = {.columns = 200,
                      .rows = 200,
                      .column_spacing_mm = 1.0,
                      .row_spacing_mm = 1.0,
                      .row_cosine = {1, 0, 0},
                      .column_cosine = {0, 1, 0}};
    myo_image *image;
    assert_true(myo_image_create(&g, &image, NULL));
    for (int kind = 0; kind < 2; kind++) {
        uint32_t seed = 5;
        for (size_t i = 0; i < g.columns * g.rows; i++) {
            seed = seed * 1664525u + 1013904223u;
            myo_image_get_pixels(image)[i] = kind == 0 ? 0.0f : (float)(seed >> 22);
        }
        myo_outlines outlines;
        myo_error err = {0};
        assert_false(myo_segment_slice(region(), image, NULL, &outlines, &err));
        assert_int_equal(err.code, MYO_E_NOT_FOUND);
        assert_non_null(strstr(err.message, "no lumbar muscles found"));
    }
    myo_image_destroy(image);
}

static void refuses_a_slice_without_spacing(void **state) {
    (void)state;
    myo_geometry g = {
        .columns = 64, .rows = 64, .row_cosine = {1, 0, 0}, .column_cosine = {0, 1, 0}};
    myo_image *image;
    myo_outlines outlines;
    myo_error err = {0};
    assert_true(myo_image_create(&g, &image, NULL));
    assert_false(myo_segment_slice(region(), image, NULL, &outlines, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    myo_image_destroy(image);
}

/* A prior that is cut or changed is refused and never read past its end. */
static void refuses_a_broken_prior(void **state) {
    (void)state;
    static const char text[] = "{\"__metadata__\":{\"version\":\"1\"}}        ";
    _Alignas(8) unsigned char bytes[8 + sizeof text - 1] = {sizeof text - 1};
    memcpy(bytes + 8, text, sizeof text - 1);
    region_model model;
    myo_error err = {0};
    assert_false(region_model_parse(bytes, sizeof bytes, "prior", &model, &err));
    assert_string_equal(err.message,
                        "prior: tensor 'stage0.feature' is missing or has another type or shape");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlines_phantoms),
        cmocka_unit_test(does_not_care_how_a_slice_is_stored),
        cmocka_unit_test(says_when_nothing_is_there),
        cmocka_unit_test(refuses_a_slice_without_spacing),
        cmocka_unit_test(refuses_a_broken_prior),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
