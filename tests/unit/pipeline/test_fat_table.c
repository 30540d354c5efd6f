/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fat_methods.csv: means, differences and ranges over studies that are worked out by hand. */
#include "cmocka_all.h"

#include "pipeline/fat_table_private.h"
#include "report/fat_picture.h"

#include <string.h>

/* Appends a row of measurements.csv; the columns that are not read stay empty. */
static void append_row(myo_text *text, const char *modality, const char *structure,
                       const char *method, const char *csa, const char *fat, const char *flags) {
    myo_text_printf(text, "\"P,1\",,,%s,,,,L4/5,,,,,%s,left,,,%s,,%s,%s,,,,%s,,,\n", modality,
                    structure, method, csa, fat, flags);
}

static void add_study(fat_table *table, myo_text *rows) {
    assert_true(fat_table_add(table, rows->data, NULL));
    myo_text_clear(rows);
}

/* Three studies. Multifidus: gmm3 20 % (two sides of unequal size), 30, and 10 %; otsu 30, 50, and
 * not reliable; fixed 0 in all. */
static void create_table(fat_table *table) {
    myo_text t = {0};
    append_row(&t, "MR", "multifidus", "gmm3 1", "100.00", "10.00", "");
    append_row(&t, "MR", "multifidus", "gmm3 1", "300.00", "70.00", "asymmetric");
    append_row(&t, "MR", "vertebral_reference", "gmm3 1", "900.00", "", "");
    append_row(&t, "MR", "multifidus", "otsu 1", "400.00", "120.00", "");
    append_row(&t, "MR", "multifidus", "fixed 1", "400.00", "0.00", "");
    add_study(table, &t);
    append_row(&t, "MR", "multifidus", "gmm3 1", "100.00", "30.00", "");
    append_row(&t, "MR", "multifidus", "otsu 1", "100.00", "50.00", "");
    append_row(&t, "MR", "multifidus", "fixed 1", "100.00", "0.00", "");
    append_row(&t, "MR", "psoas_major", "gmm3 1", "100.00", "5.00", "");
    append_row(&t, "CT", "psoas_major", "hu 1", "100.00", "7.00", "");
    add_study(table, &t);
    append_row(&t, "MR", "multifidus", "gmm3 1", "100.00", "10.00", "");
    append_row(&t, "MR", "multifidus", "otsu 1", "100.00", "0.00", "leak;fat_unreliable");
    append_row(&t, "MR", "multifidus", "fixed 1", "100.00", "0.00", "");
    add_study(table, &t);
    assert_true(fat_table_add(table, "", NULL)); /* a study that failed */
}

static void sums_up_studies(void **state) {
    (void)state;
    fat_table table = {0};
    create_table(&table);
    assert_true(fat_table_is_worthwhile(&table));
    myo_text text = {0}, expected = {0};
    fat_table_append(&table, &text);
    /* Standard deviations: of 0.2, 0.3, 0.1 it is 0.1, of 0.3 and 0.5 0.1414. Ranges: 0.3, 0.5, 0.1
     * with fixed, 0.1 and 0.2 without. */
    myo_text_printf(
        &expected,
        "modality,level,structure,fat_method,n,unreliable,fat_fraction_mean,fat_fraction_sd,"
        "difference_mean,range_n,range_mean,range_max,range_mean_without_fixed,"
        "range_max_without_fixed,note\n"
        "MR,L4/5,multifidus,gmm3 1,3,0,0.2000,0.1000,0.0000,3,0.3000,0.5000,0.1500,0.2000,\n"
        "MR,L4/5,multifidus,otsu 1,2,1,0.4000,0.1414,0.1500,3,0.3000,0.5000,0.1500,0.2000,\n"
        "MR,L4/5,multifidus,fixed 1,3,0,0.0000,0.0000,-0.2000,3,0.3000,0.5000,0.1500,0.2000,\n"
        "MR,L4/5,psoas_major,gmm3 1,1,0,0.0500,,0.0000,0,,,,,%s\n"
        "CT,L4/5,psoas_major,hu 1,1,0,0.0700,,0.0000,0,,,,,\n",
        myo_report_psoas_note());
    assert_string_equal(text.data, expected.data);
    myo_text_clear(&text);
    myo_text_clear(&expected);
    fat_table_clear(&table);
}

/* One method a modality is nothing to compare. */
static void is_not_written_for_one_method(void **state) {
    (void)state;
    fat_table table = {0};
    myo_text t = {0};
    assert_false(fat_table_is_worthwhile(&table));
    append_row(&t, "MR", "multifidus", "gmm3 1", "100.00", "10.00", "");
    append_row(&t, "CT", "multifidus", "hu 1", "100.00", "10.00", "");
    add_study(&table, &t);
    assert_false(fat_table_is_worthwhile(&table));
    fat_table_clear(&table);
}

/* Rows of a fragment that somebody has changed cost nothing but themselves. */
static void leaves_out_what_cannot_be_read(void **state) {
    (void)state;
    fat_table table = {0};
    assert_true(fat_table_add(&table, "a,b\n\"open", NULL));
    assert_true(fat_table_add(&table, "\n\n,,,\n", NULL));
    myo_text t = {0};
    for (int i = 0; i < 100; i++) { /* more methods than a run can have */
        char name[32];
        snprintf(name, sizeof name, "m%d 1", i);
        append_row(&t, "MR", "multifidus", name, "100.00", "10.00", "");
    }
    add_study(&table, &t);
    assert_true(fat_table_is_worthwhile(&table));
    fat_table_clear(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_up_studies),
        cmocka_unit_test(is_not_written_for_one_method),
        cmocka_unit_test(leaves_out_what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
