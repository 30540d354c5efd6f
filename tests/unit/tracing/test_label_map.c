/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIfTI label maps on slices: pixels stay where they are, planes are found, reasons are given. */
#include "tracing_fixture.h"

#define LEFT ((uint32_t)1 << MYO_LEFT)
#define RIGHT ((uint32_t)1 << MYO_RIGHT)

/* All labels of structure.h and background, in an irregular pattern. */
static myo_labels *pattern(const myo_geometry *g) {
    static const uint16_t values[] = {0,    5101, 5102, 5111, 5112, 5121, 5122, 5131,
                                      5132, 6111, 6112, 6121, 6122, 5991, 5992, 9001};
    myo_labels *labels = fixture_labels(g);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        myo_labels_get_pixels(labels)[i] = values[(i * i * 7 + i / 5) % 16];
    }
    return labels;
}

static myo_geometry tilted(void) {
    double tilt = 17.0 * FIXTURE_DEGREE, turn = -8.0 * FIXTURE_DEGREE;
    myo_geometry g = fixture_axial(31, 23, 0.4);
    g.row_spacing_mm = 0.7;
    myo_vec3 down = {0.0, cos(tilt), -sin(tilt)};
    g.row_cosine = (myo_vec3){cos(turn), down.y * sin(turn), down.z * sin(turn)};
    g.column_cosine = (myo_vec3){-sin(turn), down.y * cos(turn), down.z * cos(turn)};
    return g;
}

static void moves_no_pixel_on_its_own_grid(void **state) {
    (void)state;
    const myo_geometry grids[] = {fixture_axial(40, 30, 0.6), tilted()};
    for (size_t i = 0; i < 2; i++) {
        myo_labels *expected = pattern(&grids[i]);
        fixture_write_map("own.nii.gz", pattern(&grids[i]));
        myo_tracing *tracing = fixture_open("own.nii.gz", NULL);
        assert_string_equal(myo_tracing_get_naming(tracing), "myotome");
        assert_int_equal(myo_tracing_get_format(tracing), MYO_TRACING_NIFTI);
        myo_tracing_drawn drawn = fixture_draw(tracing, &grids[i]);
        assert_memory_equal(myo_labels_get_const_pixels(drawn.labels),
                            myo_labels_get_const_pixels(expected),
                            grids[i].columns * grids[i].rows * sizeof(uint16_t));
        assert_true(drawn.moved_mm < 1e-4);
        assert_int_equal(drawn.sides[MYO_MULTIFIDUS], LEFT | RIGHT);
        assert_int_equal(drawn.sides[MYO_VERTEBRAL_REFERENCE], LEFT);
        myo_tracing_drawn_clear(&drawn);
        myo_tracing_destroy(tracing);
        myo_labels_destroy(expected);
    }
}

/* The same pixels in other orders: the slice is mirrored and transposed, the map is not. */
static void follows_mirrored_and_transposed_slices(void **state) {
    (void)state;
    const myo_geometry stored = tilted();
    myo_labels *expected = pattern(&stored);
    const uint16_t *pixels = myo_labels_get_const_pixels(expected);
    fixture_write_map("turned.nii", pattern(&stored));
    myo_tracing *tracing = fixture_open("turned.nii", NULL);
    for (int turn = 0; turn < 8; turn++) {
        bool flip_columns = turn & 1, flip_rows = turn & 2, transpose = turn & 4;
        myo_geometry g = stored;
        if (flip_columns) {
            g.position_mm = myo_geometry_to_patient(&g, (double)g.columns - 1.0, 0.0);
            g.row_cosine = (myo_vec3){-g.row_cosine.x, -g.row_cosine.y, -g.row_cosine.z};
        }
        if (flip_rows) {
            g.position_mm = myo_geometry_to_patient(&g, 0.0, (double)g.rows - 1.0);
            g.column_cosine =
                (myo_vec3){-g.column_cosine.x, -g.column_cosine.y, -g.column_cosine.z};
        }
        myo_geometry turned = g;
        if (transpose) {
            turned.columns = g.rows;
            turned.rows = g.columns;
            turned.column_spacing_mm = g.row_spacing_mm;
            turned.row_spacing_mm = g.column_spacing_mm;
            turned.row_cosine = g.column_cosine;
            turned.column_cosine = g.row_cosine;
        }
        myo_tracing_drawn drawn = fixture_draw(tracing, &turned);
        const uint16_t *got = myo_labels_get_const_pixels(drawn.labels);
        for (size_t r = 0; r < turned.rows; r++) {
            for (size_t c = 0; c < turned.columns; c++) {
                size_t column = transpose ? r : c, row = transpose ? c : r;
                column = flip_columns ? stored.columns - 1 - column : column;
                row = flip_rows ? stored.rows - 1 - row : row;
                assert_int_equal(got[r * turned.columns + c],
                                 pixels[row * stored.columns + column]);
            }
        }
        myo_tracing_drawn_clear(&drawn);
    }
    myo_tracing_destroy(tracing);
    myo_labels_destroy(expected);
}

static void takes_the_nearest_plane_and_says_how_far_it_is(void **state) {
    (void)state;
    enum { PLANES = 3 };
    static const uint16_t values[PLANES] = {5101, 5111, 5121};
    myo_labels *planes[PLANES];
    for (int i = 0; i < PLANES; i++) {
        myo_geometry g = fixture_axial(20, 20, 1.0);
        g.position_mm.z += 4.0 * i;
        planes[i] = fixture_labels(&g);
        fixture_disc(planes[i], 0.0, -30.0, 3.0 + i, values[i]);
    }
    assert_true(myo_nifti_write_label_stack(fixture_path("stack.nii.gz"),
                                            (const myo_labels *const *)planes, PLANES, NULL));
    myo_tracing *tracing = fixture_open("stack.nii.gz", NULL);
    static const struct {
        double z_mm, moved_mm;
        uint16_t value;
    } cases[] = {{25.0, 0.0, 5101},
                 {26.9, 1.9, 5101},
                 {27.1, 1.9, 5111},
                 {29.0, 0.0, 5111},
                 {34.9, 1.9, 5121}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myo_geometry g = fixture_axial(20, 20, 1.0);
        g.position_mm.z = cases[i].z_mm;
        myo_tracing_drawn drawn = fixture_draw(tracing, &g);
        assert_true(fabs(drawn.moved_mm - cases[i].moved_mm) < 1e-4);
        size_t plane = (size_t)(cases[i].value - 5101) / 10;
        assert_int_equal(fixture_count(drawn.labels, cases[i].value),
                         fixture_count(planes[plane], cases[i].value));
        myo_tracing_drawn_clear(&drawn);
    }

    myo_geometry away = fixture_axial(20, 20, 1.0);
    away.position_mm.z = 45.5;
    myo_tracing_drawn drawn;
    myo_error err = {0};
    assert_false(myo_tracing_draw(tracing, &(myo_tracing_grid){.geometry = &away}, &drawn, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "stack.nii.gz: the slice lies outside of the outlined "
                                        "volume, its middle 12.5 mm from the nearest plane"));

    /* The third plane has most: its disc has a radius of 5 mm. */
    myo_tracing_plane plane;
    assert_true(myo_tracing_find_plane(tracing, &plane, NULL));
    assert_int_equal(plane.plane_count, PLANES);
    assert_int_equal(plane.labelled_pixels, fixture_count(planes[2], 5121));
    assert_true(fabs(plane.point_mm.x) < 0.01 && fabs(plane.point_mm.y + 30.0) < 0.51 &&
                fabs(plane.point_mm.z - 33.0) < 1e-4);
    assert_true(fabs(fabs(plane.normal.z) - 1.0) < 1e-6);
    myo_tracing_destroy(tracing);
    for (int i = 0; i < PLANES; i++) {
        myo_labels_destroy(planes[i]);
    }
}

static void says_where_a_map_ends_within_the_slice(void **state) {
    (void)state;
    myo_geometry small = fixture_axial(20, 20, 1.0);
    myo_labels *labels = fixture_labels(&small);
    fixture_disc(labels, 0.0, -40.0, 6.0, 5101); /* its upper half is beyond the first row */
    fixture_write_map("small.nii", labels);
    myo_tracing *tracing = fixture_open("small.nii", NULL);
    myo_geometry large = fixture_axial(40, 40, 1.0);
    large.position_mm.y = -50.0;
    myo_tracing_drawn drawn = fixture_draw(tracing, &large);
    assert_string_equal(drawn.notes, "the label map ends within the slice, which cuts regions off");
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
}

static void refuses_what_is_no_tracing(void **state) {
    (void)state;
    myo_tracing *tracing = NULL;
    myo_error err = {0};
    fixture_write_text("text.nii", "not a label map");
    assert_false(myo_tracing_is_file(fixture_path("text.nii")));
    assert_false(myo_tracing_is_file(fixture_folder));
    assert_false(myo_tracing_open(fixture_path("text.nii"), NULL, &tracing, &err));
    assert_int_equal(err.code, MYO_E_FORMAT);
    assert_non_null(strstr(err.message, "text.nii: not an outline file"));

    myo_geometry g = fixture_axial(8, 8, 1.0);
    fixture_write_map("empty.nii", fixture_labels(&g));
    assert_true(myo_tracing_is_file(fixture_path("empty.nii")));
    err = (myo_error){0};
    assert_false(myo_tracing_open(fixture_path("empty.nii"), NULL, &tracing, &err));
    assert_non_null(strstr(err.message, "empty.nii: nothing is labelled"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_no_pixel_on_its_own_grid),
        cmocka_unit_test(follows_mirrored_and_transposed_slices),
        cmocka_unit_test(takes_the_nearest_plane_and_says_how_far_it_is),
        cmocka_unit_test(says_where_a_map_ends_within_the_slice),
        cmocka_unit_test(refuses_what_is_no_tracing),
    };
    return cmocka_run_group_tests(tests, fixture_create_folder, fixture_remove_folder);
}
