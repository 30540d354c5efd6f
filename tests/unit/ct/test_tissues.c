/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spine by a tissue map, where attenuation alone shows none. */
#include "column.h"
#include "ct/tissues_private.h"

#include <string.h>

/* A mapper that knows the column: layers are asked for from the foot on. */
#define MAP_COLUMNS 96
#define MAP_ROWS 64
#define MAP_STEP_MM 2.25
#define MIDDLE_ROW 40 /* of the canal on the map */
static double next_z, step_z;
static double sacrum_top; /* below this height all is sacrum */

static myo_tissue tissue_at(double x, double y, double z) {
    double off = z - 36.0 * floor(z / 36.0 + 0.5);
    if (hypot(x, y) < 8.0) {
        return MYO_TISSUE_SPINAL_CANAL;
    }
    y -= z < -4.0 ? 0.6 * (z + 4.0) : 0.0;
    if (hypot(x / 23.0, (y + 25.0) / 16.0) < 1.0) {
        return z < sacrum_top - 4.5 ? MYO_TISSUE_SACRUM
               : fabs(off) < 4.5    ? MYO_TISSUE_DISC
                                    : MYO_TISSUE_VERTEBRA;
    }
    return MYO_TISSUE_OTHER;
}

static bool map_column(const myo_slice *slices, size_t count, bool twice, double (*origin_mm)[2],
                       float *probability, myo_error *err) {
    (void)err;
    assert_false(twice);
    memset(probability, 0, count * MAP_COLUMNS * MAP_ROWS * MYO_TISSUE_COUNT * sizeof(float));
    for (size_t k = 0; k < count; k++) {
        /* Pixel (0, 0) of the slice lies at x = -160, y = -190. */
        assert_near((double)slices[k].columns * slices[k].column_spacing_mm, 320.0, 4.0);
        origin_mm[k][0] = 160.0 - 0.5 * MAP_COLUMNS * MAP_STEP_MM;
        origin_mm[k][1] = 190.0 - MIDDLE_ROW * MAP_STEP_MM;
        for (size_t i = 0; i < MAP_COLUMNS * MAP_ROWS; i++) {
            double x = ((double)(i % MAP_COLUMNS) - 0.5 * MAP_COLUMNS) * MAP_STEP_MM;
            double y = ((double)(i / MAP_COLUMNS) - MIDDLE_ROW) * MAP_STEP_MM;
            float *p = probability + (k * MAP_COLUMNS * MAP_ROWS + i) * MYO_TISSUE_COUNT;
            p[tissue_at(x, y, next_z)] = 1.0f;
        }
        next_z += step_z;
    }
    return true;
}

static const myo_tissue_mapper mapper = {
    .columns = MAP_COLUMNS, .rows = MAP_ROWS, .step_mm = MAP_STEP_MM, .map = map_column};

/* A column whose bones are as soft as muscle: attenuation shows no canal and no endplates. */
static const column soft = {
    .size = 1.0, .low = -80.0, .high = 190.0, .slice_mm = 3.0, .pixel_mm = 1.6, .uniform_hu = 50.0};

static myo_ct_anatomy find(const myo_tissue_mapper *with, double top) {
    myo_ct *ct = column_create(&soft);
    myo_ct_anatomy anatomy;
    next_z = soft.low;
    step_z = soft.slice_mm;
    sacrum_top = top;
    assert_true(myo_ct_find_anatomy(ct, with, 1, &anatomy, NULL));
    myo_ct_destroy(ct);
    return anatomy;
}

static void finds_what_only_the_map_shows(void **state) {
    (void)state;
    static const char *const names[] = {"L5/S1", "L4/5", "L3/4", "L2/3", "L1/2"};
    myo_ct_anatomy a = find(&mapper, 0.0);
    for (int i = 0; i < 5; i++) {
        const myo_disc *disc = myo_spine_get_disc(&a.spine, names[i]);
        if (!disc) {
            fail_msg("%s was not found", names[i]);
            return;
        }
        assert_near(disc->centre_mm.z, 36.0 * i, 4.0);
        assert_near(disc->centre_mm.x, 0.0, 3.0);
    }
    assert_true(a.spine.count_confidence > 0.8);
    myo_ct_anatomy_clear(&a);
    a = find(NULL, 0.0);
    assert_int_equal(a.spine.count, 0);
    myo_ct_anatomy_clear(&a);
}

/* What the map calls sacrum decides which disc is L5/S1. */
static void counts_from_the_sacrum_of_the_map(void **state) {
    (void)state;
    myo_ct_anatomy a = find(&mapper, 36.0);
    const myo_disc *disc = myo_spine_get_disc(&a.spine, "L5/S1");
    assert_non_null(disc);
    assert_near(disc ? disc->centre_mm.z : 0.0, 36.0, 4.0);
    myo_ct_anatomy_clear(&a);
}

/* A mapper that answers for each layer by its sum, so that layers cannot be mistaken for others. */
static bool map_sum(const myo_slice *slices, size_t count, bool twice, double (*origin_mm)[2],
                    float *probability, myo_error *err) {
    (void)twice;
    (void)err;
    memset(probability, 0, count * MAP_COLUMNS * MAP_ROWS * MYO_TISSUE_COUNT * sizeof(float));
    for (size_t k = 0; k < count; k++) {
        double sum = 0.0;
        for (size_t i = 0; i < slices[k].columns * slices[k].rows; i++) {
            sum += (double)slices[k].intensity[i];
        }
        origin_mm[k][0] = sum;
        origin_mm[k][1] = -sum;
        for (size_t i = 0; i < MAP_COLUMNS * MAP_ROWS; i++) {
            size_t tissue = (i + (size_t)fabs(sum)) % MYO_TISSUE_COUNT;
            probability[(k * MAP_COLUMNS * MAP_ROWS + i) * MYO_TISSUE_COUNT + tissue] = 1.0f;
        }
    }
    return true;
}

static bool map_nothing(const myo_slice *slices, size_t count, bool twice, double (*origin_mm)[2],
                        float *probability, myo_error *err) {
    (void)slices;
    (void)count;
    (void)twice;
    (void)origin_mm;
    (void)probability;
    return myo_error_set(err, MYO_E_RANGE, "too wide");
}

static void threads_change_nothing(void **state) {
    (void)state;
    myo_tissue_mapper sums = mapper;
    sums.map = map_sum;
    static const column bones = {.size = 1.0,
                                 .trabecular = 150.0,
                                 .low = -80.0,
                                 .high = 190.0,
                                 .slice_mm = 3.0,
                                 .pixel_mm = 1.6,
                                 .sacrum = true};
    myo_ct *ct = column_create(&bones);
    ct_tissues one;
    assert_true(ct_tissues_map(ct, &sums, 1, &one, NULL));
    size_t pixels = one.layers * one.columns * one.rows;
    assert_true(one.layers > 80 && one.origin_mm[0][0] != one.origin_mm[one.layers / 2][0]);
    static const size_t threads[] = {0, 2, 3, 7, 1000};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        ct_tissues other;
        assert_true(ct_tissues_map(ct, &sums, threads[i], &other, NULL));
        assert_int_equal(other.layers, one.layers);
        assert_memory_equal(other.classes, one.classes, pixels);
        assert_memory_equal(other.origin_mm, one.origin_mm, one.layers * sizeof *one.origin_mm);
        ct_tissues_clear(&other);
    }
    ct_tissues_clear(&one);
    sums.map = map_nothing;
    myo_error err = {0};
    assert_false(ct_tissues_map(ct, &sums, 3, &one, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
    myo_ct_destroy(ct);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_only_the_map_shows),
                                       cmocka_unit_test(counts_from_the_sacrum_of_the_map),
                                       cmocka_unit_test(threads_change_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
