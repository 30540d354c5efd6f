/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ROI sets on a slice, sides of regions that do not name theirs, and the choice of the reference.
 */
#include "tracing_fixture.h"

#include "io/imagej_roi.h"

#define COLUMNS 120
#define ROWS 80
#define LEFT ((uint32_t)1 << MYO_LEFT)
#define RIGHT ((uint32_t)1 << MYO_RIGHT)
#define REGIONS_MAX 8

typedef struct disc {
    const char *name; /* NULL ends a list */
    double x_mm, y_mm, radius_mm;
} disc;

/* Stored the other way round than the patient: columns grow to the right side. */
static myo_geometry mirrored(void) {
    myo_geometry g = fixture_axial(COLUMNS, ROWS, 1.0);
    g.position_mm.x = -g.position_mm.x;
    g.row_cosine.x = -1.0;
    return g;
}

static void write_rois(const char *name, const disc *discs, int position) {
    myo_geometry g = mirrored();
    myo_labels *labels = fixture_labels(&g);
    myo_roi_source sources[REGIONS_MAX];
    size_t count = 0;
    for (; discs[count].name; count++) {
        sources[count] =
            (myo_roi_source){.name = discs[count].name, .label = (uint16_t)(count + 1)};
        fixture_disc(labels, discs[count].x_mm, discs[count].y_mm, discs[count].radius_mm,
                     (uint16_t)(count + 1));
    }
    assert_true(myo_roi_write_zip(fixture_path(name), labels, sources, count, position, NULL));
    myo_labels_destroy(labels);
}

static myo_tracing_drawn draw_rois(const disc *discs) {
    myo_geometry g = mirrored();
    write_rois("RoiSet.zip", discs, 0);
    myo_tracing *tracing = fixture_open("RoiSet.zip", NULL);
    assert_int_equal(myo_tracing_get_format(tracing), MYO_TRACING_ROI);
    myo_tracing_drawn drawn = fixture_draw(tracing, &g);
    myo_tracing_destroy(tracing);
    return drawn;
}

/* All pixels of a label are those of a disc, and there are no others. */
static void assert_disc(const myo_tracing_drawn *drawn, uint16_t label, const disc *d) {
    myo_labels *expected = fixture_labels(myo_labels_get_geometry(drawn->labels));
    fixture_disc(expected, d->x_mm, d->y_mm, d->radius_mm, label);
    const uint16_t *got = myo_labels_get_const_pixels(drawn->labels);
    for (size_t i = 0; i < COLUMNS * ROWS; i++) {
        assert_int_equal(got[i] == label, myo_labels_get_const_pixels(expected)[i] == label);
    }
    myo_labels_destroy(expected);
}

static void draws_named_regions(void **state) {
    (void)state;
    const disc discs[] = {{"multifidus_left", 20.0, 20.0, 9.0},
                          {"MF_R", -20.0, 20.0, 8.0},
                          {"PsoasL", 30.0, -20.0, 7.0},
                          {"disc_L4_L5", 0.0, -20.0, 15.0},
                          {"fat", 0.0, 30.0, 3.0},
                          {"0012-0045", 50.0, 30.0, 3.0},
                          {"lean_1", 20.0, 20.0, 2.0},
                          {NULL, 0.0, 0.0, 0.0}};
    myo_tracing_drawn drawn = draw_rois(discs);
    /* The circle was written last and took its pixels away from the muscle when both were written
     * as labels; in the tracing they lie upon each other. */
    size_t lean = 0;
    for (size_t i = 0; i < COLUMNS * ROWS; i++) {
        lean += drawn.lean[i];
    }
    assert_int_equal(lean, 12); /* pixel centres within 2 mm of a corner of four pixels */
    assert_disc(&drawn, 5102, &discs[1]);
    assert_disc(&drawn, 5121, &discs[2]);
    assert_disc(&drawn, 9001, &discs[3]);
    assert_int_equal(drawn.sides[MYO_MULTIFIDUS], LEFT | RIGHT);
    assert_int_equal(drawn.sides[MYO_PSOAS_MAJOR], LEFT);
    assert_int_equal(drawn.sides[MYO_ERECTOR_SPINAE], 0);
    assert_string_equal(drawn.notes, "left out: \"fat\" (no structure that is measured); left out: "
                                     "1 region without a name");
    assert_true(drawn.moved_mm == 0.0);
    myo_tracing_drawn_clear(&drawn);
}

static void unites_regions_of_one_name(void **state) {
    (void)state;
    const disc discs[] = {{"erector_spinae_left", 20.0, 20.0, 5.0},
                          {"erector_spinae_left-1", 40.0, 20.0, 5.0},
                          {"es_right", -30.0, 20.0, 5.0},
                          {NULL, 0.0, 0.0, 0.0}};
    myo_tracing_drawn drawn = draw_rois(discs);
    size_t right = fixture_count(drawn.labels, 5112);
    assert_true(right > 60);
    assert_int_equal(fixture_count(drawn.labels, 5111), 2 * right);
    assert_string_equal(drawn.notes, "");
    myo_tracing_drawn_clear(&drawn);
}

static void tells_two_regions_apart_by_where_they_lie(void **state) {
    (void)state;
    const disc discs[] = {
        {"psoas", -30.0, -20.0, 7.0}, {"psoas-1", 28.0, -20.0, 9.0}, {NULL, 0.0, 0.0, 0.0}};
    myo_tracing_drawn drawn = draw_rois(discs);
    assert_disc(&drawn, 5122, &discs[0]);
    assert_disc(&drawn, 5121, &discs[1]);
    assert_string_equal(drawn.notes, "");
    myo_tracing_drawn_clear(&drawn);
}

static void leaves_out_a_single_region_that_nothing_tells(void **state) {
    (void)state;
    const disc discs[] = {
        {"psoas", -30.0, -20.0, 7.0}, {"multifidus_left", 20.0, 20.0, 9.0}, {NULL, 0.0, 0.0, 0.0}};
    myo_tracing_drawn drawn = draw_rois(discs);
    assert_int_equal(drawn.sides[MYO_PSOAS_MAJOR], 0);
    assert_string_equal(drawn.notes, "left out: psoas major (no side is named, and nothing tells "
                                     "which one it is)");
    myo_tracing_drawn_clear(&drawn);
}

static void takes_the_midline_from_pairs_or_the_vertebra(void **state) {
    (void)state;
    /* The pair stands off the middle of the image: x = 12 is the midline. */
    const disc pair[] = {{"psoas", 10.0, -20.0, 7.0}, {"es", 50.0, 20.0, 6.0},
                         {"es-1", -26.0, 20.0, 6.0},  {"mf_l", 28.0, 30.0, 4.0},
                         {"mf_r", -4.0, 30.0, 4.0},   {NULL, 0.0, 0.0, 0.0}};
    myo_tracing_drawn drawn = draw_rois(pair);
    assert_disc(&drawn, 5122, &pair[0]);
    assert_disc(&drawn, 5111, &pair[1]);
    assert_disc(&drawn, 5112, &pair[2]);
    myo_tracing_drawn_clear(&drawn);

    const disc vertebra[] = {
        {"psoas", 10.0, -20.0, 7.0}, {"vertebral_body", -20.0, -20.0, 15.0}, {NULL, 0.0, 0.0, 0.0}};
    drawn = draw_rois(vertebra);
    assert_disc(&drawn, 5121, &vertebra[0]);
    assert_string_equal(drawn.notes, "");
    myo_tracing_drawn_clear(&drawn);
}

static void notes_sides_that_lie_the_wrong_way_round(void **state) {
    (void)state;
    const disc swapped[] = {{"psoas_left", -30.0, -20.0, 7.0},
                            {"psoas_right", 30.0, -20.0, 7.0},
                            {NULL, 0.0, 0.0, 0.0}};
    myo_tracing_drawn drawn = draw_rois(swapped);
    assert_disc(&drawn, 5121, &swapped[0]); /* as it is named */
    assert_string_equal(drawn.notes, "psoas major: left lies to the right of right; the names of "
                                     "the sides may be swapped");
    myo_tracing_drawn_clear(&drawn);

    const disc single[] = {
        {"psoas_left", -30.0, -20.0, 7.0}, {"reference", 0.0, -20.0, 15.0}, {NULL, 0.0, 0.0, 0.0}};
    drawn = draw_rois(single);
    assert_string_equal(drawn.notes, "psoas major: named left, but lies on the other side");
    myo_tracing_drawn_clear(&drawn);
}

/* A label map without sides: one value for both, the left one in two pieces, and a stray pixel. */
static void splits_a_label_of_both_sides(void **state) {
    (void)state;
    char table[FIXTURE_PATH_SIZE];
    myo_geometry g = mirrored();
    myo_labels *labels = fixture_labels(&g);
    fixture_disc(labels, 30.0, 20.0, 8.0, 3);
    fixture_disc(labels, 44.0, 20.0, 4.0, 3);
    fixture_disc(labels, -30.0, 20.0, 9.0, 3);
    fixture_disc(labels, 2.0, 30.0, 0.8, 3);
    size_t all = fixture_count(labels, 3);
    fixture_write_map("both.nii", labels);
    fixture_write_text("both.csv", "name,structure,side\n3,erector_spinae,\n");
    snprintf(table, sizeof table, "%s", fixture_path("both.csv"));
    myo_tracing *tracing = fixture_open("both.nii", &(myo_tracing_options){.names_csv = table});
    myo_tracing_drawn drawn = fixture_draw(tracing, &g);
    myo_labels *right = fixture_labels(&g);
    fixture_disc(right, -30.0, 20.0, 9.0, 5112);
    size_t expected = fixture_count(right, 5112);
    assert_int_equal(fixture_count(drawn.labels, 5112), expected);
    assert_int_equal(fixture_count(drawn.labels, 5111), all - expected);
    assert_string_equal(drawn.notes, "");
    myo_labels_destroy(right);
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
}

/* Both sides grown together: only a midline can part them, and that is noted. */
static void splits_at_the_midline(void **state) {
    (void)state;
    char table[FIXTURE_PATH_SIZE];
    myo_geometry g = mirrored();
    myo_labels *labels = fixture_labels(&g);
    fixture_disc(labels, 0.0, 20.0, 12.0, 3);
    fixture_disc(labels, 0.0, -20.0, 15.0, 4);
    fixture_write_map("joined.nii", labels);
    fixture_write_text("joined.csv", "name,structure,side\n3,multifidus,\n4,disc,\n");
    snprintf(table, sizeof table, "%s", fixture_path("joined.csv"));
    myo_tracing *tracing = fixture_open("joined.nii", &(myo_tracing_options){.names_csv = table});
    myo_tracing_drawn drawn = fixture_draw(tracing, &g);
    assert_int_equal(fixture_count(drawn.labels, 5101), fixture_count(drawn.labels, 5102));
    assert_true(fixture_count(drawn.labels, 5101) > 200);
    assert_string_equal(drawn.notes, "multifidus without a side was split at the midline");
    const uint16_t *got = myo_labels_get_const_pixels(drawn.labels);
    for (size_t i = 0; i < COLUMNS * ROWS; i++) {
        double x = myo_geometry_to_patient(&g, (double)(i % COLUMNS), (double)(i / COLUMNS)).x;
        assert_true(got[i] != 5101 || x > 0.0);
        assert_true(got[i] != 5102 || x < 0.0);
    }
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
}

/* The disc is cut most; the vertebra above only with a process behind it. */
static void chooses_the_part_of_the_spine_that_is_cut_most(void **state) {
    (void)state;
    myo_geometry g = mirrored();
    myo_labels *labels = fixture_labels(&g);
    fixture_disc(labels, 0.0, -20.0, 15.0, 95); /* disc L4/5 */
    fixture_disc(labels, 0.0, 10.0, 4.0, 44);   /* processes of L4 */
    fixture_disc(labels, 0.0, 25.0, 3.0, 44);
    fixture_write_map("spine.nii", labels);
    myo_tracing *tracing = fixture_open("spine.nii", NULL);
    assert_string_equal(myo_tracing_get_naming(tracing), "totalspineseg");
    myo_tracing_drawn drawn = fixture_draw(tracing, &g);
    assert_disc(&drawn, 9001, &(disc){"", 0.0, -20.0, 15.0});
    assert_string_equal(drawn.notes, "");
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);

    labels = fixture_labels(&g);
    fixture_disc(labels, 0.0, -20.0, 15.0, 44);
    fixture_disc(labels, 0.0, 25.0, 3.0, 44); /* its spinous process */
    fixture_disc(labels, 0.0, 10.0, 4.0, 45);
    fixture_write_map("body.nii", labels);
    tracing = fixture_open("body.nii", NULL);
    drawn = fixture_draw(tracing, &g);
    assert_disc(&drawn, 9001, &(disc){"", 0.0, -20.0, 15.0});
    assert_string_equal(drawn.notes,
                        "the vertebral reference is a whole vertebra, perhaps with its arch");
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
}

static void draws_regions_of_their_slice_only(void **state) {
    (void)state;
    const disc discs[] = {{"psoas_left", 30.0, -20.0, 7.0}, {NULL, 0.0, 0.0, 0.0}};
    myo_geometry g = mirrored();
    int positions[4] = {-1, -1, -1, -1};
    write_rois("seventh.zip", discs, 7);
    myo_tracing *tracing = fixture_open("seventh.zip", NULL);
    assert_int_equal(myo_tracing_get_positions(tracing, positions, 4), 1);
    assert_int_equal(positions[0], 7);
    for (int position = 0; position <= 8; position++) {
        const myo_tracing_grid grid = {.geometry = &g, .position = position};
        myo_tracing_drawn drawn;
        myo_error err = {0};
        bool done = myo_tracing_draw(tracing, &grid, &drawn, &err);
        assert_int_equal(done, position == 0 || position == 7);
        if (done) {
            assert_disc(&drawn, 5121, &discs[0]);
            myo_tracing_drawn_clear(&drawn);
        } else {
            assert_int_equal(err.code, MYO_E_NOT_FOUND);
            char expected[128];
            snprintf(expected, sizeof expected,
                     "seventh.zip: no region was drawn on slice %d of the stack (they lie on 7)",
                     position);
            assert_non_null(strstr(err.message, expected));
        }
    }
    myo_tracing_plane plane;
    assert_false(myo_tracing_find_plane(tracing, &plane, NULL));
    myo_tracing_destroy(tracing);
}

static void needs_names_that_are_understood(void **state) {
    (void)state;
    const disc discs[] = {
        {"0012-0045", 30.0, -20.0, 7.0}, {"tumour", -30.0, -20.0, 7.0}, {NULL, 0.0, 0.0, 0.0}};
    myo_tracing *tracing = NULL;
    myo_error err = {0};
    char table[FIXTURE_PATH_SIZE];
    write_rois("unnamed.zip", discs, 0);
    assert_false(myo_tracing_open(fixture_path("unnamed.zip"), NULL, &tracing, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_non_null(strstr(err.message,
                           "unnamed.zip: no region has the name of a structure that is "
                           "measured; left out: \"0012-0045\", \"tumour\" (name them"));
    fixture_write_text("rois.csv", "name,structure,side\n0012-0045,psoas major,left\n");
    snprintf(table, sizeof table, "%s", fixture_path("rois.csv"));
    tracing = fixture_open("unnamed.zip", &(myo_tracing_options){.names_csv = table});
    myo_geometry g = mirrored();
    myo_tracing_drawn drawn = fixture_draw(tracing, &g);
    assert_disc(&drawn, 5121, &discs[0]);
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_named_regions),
        cmocka_unit_test(unites_regions_of_one_name),
        cmocka_unit_test(tells_two_regions_apart_by_where_they_lie),
        cmocka_unit_test(leaves_out_a_single_region_that_nothing_tells),
        cmocka_unit_test(takes_the_midline_from_pairs_or_the_vertebra),
        cmocka_unit_test(notes_sides_that_lie_the_wrong_way_round),
        cmocka_unit_test(splits_a_label_of_both_sides),
        cmocka_unit_test(splits_at_the_midline),
        cmocka_unit_test(chooses_the_part_of_the_spine_that_is_cut_most),
        cmocka_unit_test(draws_regions_of_their_slice_only),
        cmocka_unit_test(needs_names_that_are_understood),
    };
    return cmocka_run_group_tests(tests, fixture_create_folder, fixture_remove_folder);
}
