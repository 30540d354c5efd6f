/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where label values and regions get their meaning from, and which source stands above which. */
#include "tracing_fixture.h"

#define COLUMNS 60
#define ROWS 40

/* Two discs with the values 1 (patient's left) and 2 (right). */
static void write_numbered(const char *name) {
    myo_geometry g = fixture_axial(COLUMNS, ROWS, 1.0);
    myo_labels *labels = fixture_labels(&g);
    fixture_disc(labels, 15.0, -20.0, 8.0, 1);
    fixture_disc(labels, -15.0, -20.0, 8.0, 2);
    fixture_write_map(name, labels);
}

static void assert_drawn(const char *name, const myo_tracing_options *options, const char *naming,
                         uint16_t first, uint16_t second, const char *notes) {
    myo_geometry g = fixture_axial(COLUMNS, ROWS, 1.0);
    myo_tracing *tracing = fixture_open(name, options);
    assert_string_equal(myo_tracing_get_naming(tracing), naming);
    myo_tracing_drawn drawn = fixture_draw(tracing, &g);
    myo_labels *expected = fixture_labels(&g);
    fixture_disc(expected, 15.0, -20.0, 8.0, first);
    fixture_disc(expected, -15.0, -20.0, 8.0, second);
    assert_memory_equal(myo_labels_get_const_pixels(drawn.labels),
                        myo_labels_get_const_pixels(expected), COLUMNS * ROWS * sizeof(uint16_t));
    assert_string_equal(drawn.notes, notes);
    myo_labels_destroy(expected);
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
}

static void assert_refused(const char *name, const myo_tracing_options *options, myo_code code,
                           const char *message) {
    myo_tracing *tracing = NULL;
    myo_error err = {0};
    assert_false(myo_tracing_open(fixture_path(name), options, &tracing, &err));
    if (err.code != code || !strstr(err.message, message)) {
        fail_msg("%s", err.message);
    }
}

static void needs_names_for_numbers(void **state) {
    (void)state;
    write_numbered("plain.nii");
    assert_refused("plain.nii", NULL, MYO_E_NOT_FOUND,
                   "plain.nii: the label values (1, 2) are those of no program that is known");
}

static void reads_label_descriptions_of_itk_snap(void **state) {
    (void)state;
    write_numbered("snap.nii.gz");
    fixture_write_text("snap.txt", "################\r\n"
                                   "# ITK-SnAP Label Description File\r\n"
                                   "# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL\r\n"
                                   "    0     0    0    0        0  0  0    \"Clear Label\"\r\n"
                                   "    1   255    0    0        1  1  1    \"Multifidus L\"\r\n"
                                   "    2     0  255    0     0.50  1  1    \"psoas (right)\"\r\n");
    assert_drawn("snap.nii.gz", NULL, "ITK-SNAP labels", 5101, 5122, "");
    /* Given by name, for another map. */
    char table[FIXTURE_PATH_SIZE];
    snprintf(table, sizeof table, "%s", fixture_path("snap.txt"));
    write_numbered("other.nii");
    assert_drawn("other.nii", &(myo_tracing_options){.names_csv = table}, "names file", 5101, 5122,
                 "");
}

static void reads_the_table_of_bids(void **state) {
    (void)state;
    write_numbered("sub-1_dseg.nii.gz");
    fixture_write_text("sub-1_dseg.tsv", "index\tname\tcolor\n"
                                         "0\tBackground\t#000000\n"
                                         "1\terector_spinae_left\t#FF0000\n"
                                         "2\tspleen\t#00FF00\n");
    assert_drawn("sub-1_dseg.nii.gz", NULL, "BIDS table", 5111, 0,
                 "left out: \"spleen\" (no structure that is measured)");
}

static void the_users_table_stands_above_all(void **state) {
    (void)state;
    char table[FIXTURE_PATH_SIZE];
    snprintf(table, sizeof table, "%s", fixture_path("names.csv"));
    const myo_tracing_options options = {.names_csv = table};
    write_numbered("named.nii");
    fixture_write_text("named.tsv", "name\tindex\nmultifidus_left\t1\nleftover\t2\n");

    fixture_write_text("names.csv", "name,structure,side\n1,psoas_major,left\n2,QL,right\n");
    assert_drawn("named.nii", &options, "names file", 5121, 5132, "");
    /* By the name that the other table gives a value; the rest is as that table says. */
    fixture_write_text("names.csv", "name,structure,side\nLeftover,erector_spinae,R\n");
    assert_drawn("named.nii", &options, "names file", 5101, 5112, "");
    /* Left out on purpose: no note. */
    fixture_write_text("names.csv", "name,structure,side\n2,ignore,\n");
    assert_drawn("named.nii", &options, "names file", 5101, 0, "");
    /* Without the other table, values that are not listed are left out. */
    write_numbered("bare.nii");
    fixture_write_text("names.csv", "side,structure,name\nl,multifidus,1\n");
    assert_drawn("bare.nii", &options, "names file", 5101, 0,
                 "left out: 1 label value that the names file does not list");
}

static void the_users_table_has_to_be_right(void **state) {
    (void)state;
    char table[FIXTURE_PATH_SIZE];
    snprintf(table, sizeof table, "%s", fixture_path("wrong.csv"));
    const myo_tracing_options options = {.names_csv = table};
    write_numbered("right.nii");
    fixture_write_text("wrong.csv", "name,structure,side\n1,multifidus,left\n2,gluteus,left\n");
    assert_refused("right.nii", &options, MYO_E_ARGUMENT,
                   "wrong.csv:3: unknown structure \"gluteus\"");
    fixture_write_text("wrong.csv", "name,structure,side\n1,multifidus,above\n");
    assert_refused("right.nii", &options, MYO_E_ARGUMENT, "wrong.csv:2: unknown side \"above\"");
    fixture_write_text("wrong.csv", "name,muscle\n1,multifidus\n");
    assert_refused("right.nii", &options, MYO_E_MISSING, "structure");
    fixture_write_text("wrong.csv", "name,structure,side\n");
    assert_refused("right.nii", &options, MYO_E_ARGUMENT, "wrong.csv: no names in it");
    fixture_write_text("wrong.csv", "1 0 0 0 1 1 1 \"MF\"\n2 0 0 0 1 1 \"MF\"\n");
    assert_refused("right.nii", &options, MYO_E_FORMAT,
                   "wrong.csv:2: not a line of an ITK-SNAP label description");
    fixture_write_text("wrong.csv", "name,structure,side\n9,multifidus,left\n");
    assert_refused("right.nii", &options, MYO_E_NOT_FOUND,
                   "no label is a structure that is measured (names by: names file)");
}

static void the_scheme_may_be_named(void **state) {
    (void)state;
    myo_geometry g = fixture_axial(COLUMNS, ROWS, 1.0);
    myo_labels *labels = fixture_labels(&g);
    fixture_disc(labels, 15.0, -20.0, 8.0, 18);
    fixture_disc(labels, -15.0, -20.0, 8.0, 17);
    fixture_write_map("few.nii", labels);
    assert_refused("few.nii", NULL, MYO_E_NOT_FOUND, "--labels-from");
    assert_drawn("few.nii", &(myo_tracing_options){.labels_from = "totalsegmentator-abdominal"},
                 "totalsegmentator-abdominal", 5101, 5102, "");
    assert_refused("few.nii", &(myo_tracing_options){.labels_from = "slicer"}, MYO_E_ARGUMENT,
                   "unknown label values \"slicer\"");
}

static void says_that_merged_back_muscles_are_left_out(void **state) {
    (void)state;
    myo_geometry g = fixture_axial(COLUMNS, ROWS, 1.0);
    myo_labels *labels = fixture_labels(&g);
    fixture_disc(labels, 15.0, -20.0, 8.0, 88);
    fixture_disc(labels, -15.0, -20.0, 8.0, 89);
    fixture_disc(labels, 15.0, -6.0, 4.0, 86);
    fixture_write_map("total.nii", labels);
    assert_drawn("total.nii", NULL, "totalsegmentator", 5121, 5122,
                 "left out: \"86\" (all back muscles in one, which cannot be told apart)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_names_for_numbers),
        cmocka_unit_test(reads_label_descriptions_of_itk_snap),
        cmocka_unit_test(reads_the_table_of_bids),
        cmocka_unit_test(the_users_table_stands_above_all),
        cmocka_unit_test(the_users_table_has_to_be_right),
        cmocka_unit_test(the_scheme_may_be_named),
        cmocka_unit_test(says_that_merged_back_muscles_are_left_out),
    };
    return cmocka_run_group_tests(tests, fixture_create_folder, fixture_remove_folder);
}
