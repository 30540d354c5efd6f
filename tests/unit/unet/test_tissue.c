/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tissue mapper "unet-ct" as the host loads it. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/plugin.h>
#include <stdlib.h>

#define SIDE 300
#define PIXEL_MM 1.5 /* the slice is two thirds as fine as the map: both have pixels in common */
#define SHIFT 12     /* pixels of the slice, 8 of the map */

static const myo_tissue_mapper *open_mapper(myo_registry **registry) {
    assert_true(myo_registry_create(registry, NULL));
    assert_null(myo_registry_get_tissue_mapper(*registry));
    assert_true(myo_registry_load_plugins(*registry, PLUGIN_FOLDER, NULL));
    const myo_tissue_mapper *mapper = myo_registry_get_tissue_mapper(*registry);
    assert_non_null(mapper);
    assert_string_equal(mapper->info.name, "unet-ct");
    return mapper;
}

/* A trunk by formula: skin, fat, a wall of muscle, a vertebra with its canal, muscle behind it, and
 * something bright on the right alone. Place in mm from the middle, x to the left. */
static float trunk_hu(double x, double y) {
    if (hypot(x / 160.0, y / 105.0) > 1.0) {
        return y > 112.0 && y < 115.0 ? 250.0f : -1000.0f; /* the table */
    }
    if (hypot(x / 24.0, (y - 25.0) / 17.0) < 1.0) {
        return hypot(x / 21.0, (y - 25.0) / 14.0) < 1.0 ? 160.0f : 500.0f;
    }
    if (hypot(x, y - 53.0) < 12.0) {
        return hypot(x, y - 53.0) < 8.5 ? 25.0f : 500.0f;
    }
    if (hypot((fabs(x) - 32.0) / 28.0, (y - 72.0) / 18.0) < 1.0 && fabs(x) > 4.0) {
        return 55.0f; /* back */
    }
    if (hypot((fabs(x) - 42.0) / 15.0, (y - 25.0) / 20.0) < 1.0) {
        return 55.0f; /* psoas */
    }
    if (x < -60.0 && hypot(x + 80.0, y) < 25.0) {
        return 180.0f;
    }
    double wall = hypot(x / 140.0, y / 88.0);
    return wall < 1.0 && wall > 0.88 && y < 40.0 ? 55.0f : -105.0f;
}

/* The trunk so many pixels to the side, or as its mirror image. */
static float *paint(long shift, bool mirrored) {
    float *hu = malloc(SIDE * SIDE * sizeof *hu);
    assert_non_null(hu);
    for (long i = 0; i < SIDE * SIDE; i++) {
        double x = ((double)(i % SIDE - shift) - 0.5 * (SIDE - 1)) * PIXEL_MM;
        double y = ((double)(i / SIDE) - 0.5 * (SIDE - 1)) * PIXEL_MM;
        hu[i] = trunk_hu(mirrored ? -x : x, y);
    }
    return hu;
}

static float *map(const myo_tissue_mapper *mapper, float *hu, bool twice, double origin_mm[2]) {
    const myo_slice slice = {.struct_size = sizeof slice,
                             .columns = SIDE,
                             .rows = SIDE,
                             .column_spacing_mm = PIXEL_MM,
                             .row_spacing_mm = PIXEL_MM,
                             .intensity = hu};
    double origins[1][2];
    float *probability =
        malloc(mapper->columns * mapper->rows * MYO_TISSUE_COUNT * sizeof *probability);
    assert_non_null(probability);
    assert_true(mapper->map(&slice, 1, twice, origins, probability, NULL));
    origin_mm[0] = origins[0][0];
    origin_mm[1] = origins[0][1];
    free(hu);
    return probability;
}

static void is_sure_of_what_is_plain(void **state) {
    (void)state;
    myo_registry *registry;
    const myo_tissue_mapper *mapper = open_mapper(&registry);
    myo_tissue_map m = {
        .columns = mapper->columns, .rows = mapper->rows, .step_mm = mapper->step_mm};
    m.probability = map(mapper, paint(0, false), true, m.origin_mm);
    for (size_t i = 0; i < m.columns * m.rows; i++) {
        double sum = 0.0;
        for (int t = 0; t < MYO_TISSUE_COUNT; t++) {
            sum += (double)m.probability[i * MYO_TISSUE_COUNT + (size_t)t];
        }
        assert_near(sum, 1.0, 1e-5);
    }
    /* Places from the middle of the slice, mm. */
    static const struct {
        double x, y;
        myo_tissue tissue;
    } places[] = {{0.0, 53.0, MYO_TISSUE_SPINAL_CANAL},   {30.0, 75.0, MYO_TISSUE_BACK_MUSCLES},
                  {-30.0, 75.0, MYO_TISSUE_BACK_MUSCLES}, {42.0, 25.0, MYO_TISSUE_PSOAS_MAJOR},
                  {-42.0, 25.0, MYO_TISSUE_PSOAS_MAJOR},  {131.0, 0.0, MYO_TISSUE_ABDOMINAL_WALL},
                  {0.0, -50.0, MYO_TISSUE_OTHER},         {0.0, 113.5, MYO_TISSUE_OTHER}};
    double middle = 0.5 * (SIDE - 1) * PIXEL_MM;
    for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
        float p =
            myo_tissue_map_sample(&m, middle + places[k].x, middle + places[k].y, places[k].tissue);
        if (!(p > 0.5f)) {
            fail_msg("place %zu: %.2f", k, (double)p);
        }
    }
    free(m.probability);
    myo_registry_destroy(registry);
}

/* The map follows the body. */
static void does_not_mind_where_the_body_is(void **state) {
    (void)state;
    myo_registry *registry;
    const myo_tissue_mapper *mapper = open_mapper(&registry);
    double here[2], there[2];
    float *a = map(mapper, paint(0, false), false, here);
    float *b = map(mapper, paint(SHIFT, false), false, there);
    assert_near(there[0] - here[0], SHIFT * PIXEL_MM, 1e-9);
    assert_near(there[1] - here[1], 0.0, 1e-9);
    for (size_t i = 0; i < mapper->columns * mapper->rows * MYO_TISSUE_COUNT; i++) {
        assert_near(a[i], b[i], 2e-3); /* resampling rounds otherwise */
    }
    free(a);
    free(b);
    myo_registry_destroy(registry);
}

/* What both images say together cannot depend on which of them is the mirror image. */
static void maps_the_mirror_image_to_the_mirrored_map(void **state) {
    (void)state;
    myo_registry *registry;
    const myo_tissue_mapper *mapper = open_mapper(&registry);
    double here[2], there[2];
    float *a = map(mapper, paint(0, false), true, here);
    float *b = map(mapper, paint(0, true), true, there);
    size_t columns = mapper->columns;
    for (size_t i = 0; i < columns * mapper->rows; i++) {
        size_t twin = i / columns * columns + columns - 1 - i % columns;
        for (size_t t = 0; t < MYO_TISSUE_COUNT; t++) {
            assert_near(a[i * MYO_TISSUE_COUNT + t], b[twin * MYO_TISSUE_COUNT + t], 1e-4);
        }
    }
    free(a);
    free(b);
    myo_registry_destroy(registry);
}

static void refuses_what_is_no_patient(void **state) {
    (void)state;
    static const double spacings[] = {10.0, 0.0, (double)NAN};
    myo_registry *registry;
    const myo_tissue_mapper *mapper = open_mapper(&registry);
    float *hu = paint(0, false), probability[1];
    for (size_t k = 0; k < sizeof spacings / sizeof spacings[0]; k++) {
        const myo_slice slice = {.struct_size = sizeof slice,
                                 .columns = SIDE,
                                 .rows = SIDE,
                                 .column_spacing_mm = spacings[k],
                                 .row_spacing_mm = 1.0,
                                 .intensity = hu};
        double origins[1][2];
        myo_error err = {0};
        assert_false(mapper->map(&slice, 1, false, origins, probability, &err));
        assert_int_equal(err.code, MYO_E_RANGE);
    }
    free(hu);
    myo_registry_destroy(registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_sure_of_what_is_plain),
        cmocka_unit_test(does_not_mind_where_the_body_is),
        cmocka_unit_test(maps_the_mirror_image_to_the_mirrored_map),
        cmocka_unit_test(refuses_what_is_no_patient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
