/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV tables: what is read, what is refused, and how fields are written. */
#include "cmocka_all.h"

#include "io/csv.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static myo_csv *parse(const char *text) {
    myo_csv *csv = NULL;
    myo_error err = {0};
    if (!myo_csv_parse(text, strlen(text), "t.csv", &csv, &err)) {
        fail_msg("%s", err.message);
    }
    return csv;
}

static void assert_refused(const char *text, size_t size, myo_code code, const char *message) {
    myo_csv *csv = NULL;
    myo_error err = {0};
    assert_false(myo_csv_parse(text, size, "t.csv", &csv, &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, code);
}

static void reads_plain_and_quoted_fields(void **state) {
    (void)state;
    myo_csv *csv = parse("patient_id,note,height_m\n"
                         "P1,\"a, \"\"b\"\"\nc\",1.66\n"
                         "\n"
                         "P2,,\n");
    assert_int_equal(myo_csv_get_row_count(csv), 2);
    assert_int_equal(myo_csv_get_column_count(csv), 3);
    assert_string_equal(myo_csv_get_column_name(csv, 2), "height_m");
    assert_string_equal(myo_csv_get(csv, 0, 1), "a, \"b\"\nc");
    assert_string_equal(myo_csv_get(csv, 0, 2), "1.66");
    assert_string_equal(myo_csv_get(csv, 1, 0), "P2");
    assert_string_equal(myo_csv_get(csv, 1, 1), "");
    assert_string_equal(myo_csv_get(csv, 1, 2), "");
    /* The first row spans lines 2 and 3, and line 4 is empty. */
    assert_int_equal(myo_csv_get_line(csv, 0), 2);
    assert_int_equal(myo_csv_get_line(csv, 1), 5);
    assert_string_equal(myo_csv_get_origin(csv), "t.csv");
    myo_csv_destroy(csv);
}

static void skips_mark_carriage_returns_and_blanks(void **state) {
    (void)state;
    myo_csv *csv = parse("\xEF\xBB\xBFid , height\r\n P1\t, 1.70 \r\n\" P2 \" ,1.80");
    size_t column = 9;
    assert_true(myo_csv_find_column(csv, "id", &column));
    assert_int_equal(column, 0);
    assert_int_equal(myo_csv_get_row_count(csv), 2);
    assert_string_equal(myo_csv_get(csv, 0, 0), "P1");
    assert_string_equal(myo_csv_get(csv, 0, 1), "1.70");
    assert_string_equal(myo_csv_get(csv, 1, 0), " P2 ");
    assert_string_equal(myo_csv_get(csv, 1, 1), "1.80");
    myo_csv_destroy(csv);

    csv = parse("id,height\rP1,1\rP2,2\r");
    assert_int_equal(myo_csv_get_row_count(csv), 2);
    assert_string_equal(myo_csv_get(csv, 1, 1), "2");
    assert_int_equal(myo_csv_get_line(csv, 1), 3);
    myo_csv_destroy(csv);
}

static void reads_a_table_without_rows(void **state) {
    (void)state;
    myo_csv *csv = parse("id,height\n");
    assert_int_equal(myo_csv_get_row_count(csv), 0);
    assert_int_equal(myo_csv_get_column_count(csv), 2);
    myo_csv_destroy(csv);
}

#define ASSERT_REFUSED(text, code, message) assert_refused(text, sizeof(text) - 1, code, message)

static void refuses_what_is_no_proper_table(void **state) {
    (void)state;
    ASSERT_REFUSED("a,b\n1,2\n\n3\n", MYO_E_FORMAT, "t.csv: line 4 has 1 fields, the header has 2");
    ASSERT_REFUSED("a,b\n1,2,3", MYO_E_FORMAT, "t.csv: line 2 has 3 fields, the header has 2");
    ASSERT_REFUSED("a,b,a\n1,2,3\n", MYO_E_FORMAT, "t.csv: column 'a' occurs twice");
    ASSERT_REFUSED("a,,c\n1,2,3\n", MYO_E_FORMAT, "t.csv: column 2 has no name");
    ASSERT_REFUSED("", MYO_E_FORMAT, "t.csv: the table is empty");
    ASSERT_REFUSED("\n \r\n\n", MYO_E_FORMAT, "t.csv: the table is empty");
    const char *quote = "t.csv: line 2: a quote is not closed, or stands inside of a field without "
                        "being doubled";
    ASSERT_REFUSED("a,b\n1,2\"x\n", MYO_E_FORMAT, quote);
    ASSERT_REFUSED("a,b\n1,\"2\n3,4\n", MYO_E_FORMAT, quote);
    const char *not_text = "t.csv: line 2 is not UTF-8 text; save the table as CSV in UTF-8";
    ASSERT_REFUSED("a,b\n1,M\xFCller\n", MYO_E_FORMAT, not_text);
    ASSERT_REFUSED("a,b\n1,\xC0\xAF\n", MYO_E_FORMAT, not_text);
    ASSERT_REFUSED("a,b\n1,\xED\xA0\x80\n", MYO_E_FORMAT, not_text);
    ASSERT_REFUSED("a,b\n1,\xE2\x82", MYO_E_FORMAT, not_text);
    ASSERT_REFUSED("a,b\n1,\0\n", MYO_E_FORMAT, not_text);
}

static void refuses_a_header_without_end(void **state) {
    (void)state;
    myo_text text = {0};
    for (int i = 0; i <= MYO_CSV_COLUMNS_MAX; i++) {
        myo_text_printf(&text, "%sc%d", i ? "," : "", i);
    }
    assert_refused(text.data, text.length, MYO_E_RANGE,
                   "t.csv: the header has more than 4096 columns");
    myo_text_clear(&text);
}

static void names_a_missing_column(void **state) {
    (void)state;
    size_t column = 0;
    myo_error err = {0};
    myo_csv *csv = parse("id,Height_m\nP1,1.7\n");
    assert_false(myo_csv_need_column(csv, "height_m", &column, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    assert_string_equal(err.message, "t.csv: column 'height_m' is missing");
    assert_true(myo_csv_need_column(csv, "Height_m", &column, NULL));
    assert_int_equal(column, 1);
    myo_csv_destroy(csv);

    err = (myo_error){0};
    csv = parse("id;height_m\nP1;1.7\n");
    assert_false(myo_csv_need_column(csv, "height_m", &column, &err));
    assert_string_equal(err.message, "t.csv: column 'height_m' is missing; fields must be "
                                     "separated by commas, not by semicolons");
    myo_csv_destroy(csv);
}

static void names_a_file_that_is_not_there(void **state) {
    (void)state;
    myo_csv *csv = NULL;
    myo_error err = {0};
    assert_false(myo_csv_read("/nonexistent/t.csv", &csv, &err));
    assert_int_equal(err.code, MYO_E_IO);
    assert_non_null(strstr(err.message, "/nonexistent/t.csv"));
}

static void writes_fields_that_read_back(void **state) {
    (void)state;
    static const char *const fields[] = {"plain",      "a,b", "say \"x\"", " blanks ",
                                         "two\nlines", "",    "Größe"};
    size_t count = sizeof fields / sizeof fields[0];
    myo_text text = {0};
    myo_text_append(&text, "c0,c1,c2,c3,c4,c5,c6\n");
    for (size_t i = 0; i < count; i++) {
        myo_csv_append_field(&text, i == 0, fields[i]);
    }
    myo_text_append(&text, "\n");
    assert_string_equal(strchr(text.data, '\n') + 1,
                        "plain,\"a,b\",\"say \"\"x\"\"\",\" blanks \",\"two\nlines\",,Größe\n");
    myo_csv *csv = parse(text.data);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(myo_csv_get(csv, 0, i), fields[i]);
    }
    myo_csv_destroy(csv);
    myo_text_clear(&text);
}

static void append_numbers(myo_text *text) {
    myo_csv_append_number(text, true, 1234.567, 2);
    myo_csv_append_number(text, false, -0.004, 2);
    myo_csv_append_number(text, false, -0.25, 2);
    myo_csv_append_number(text, false, (double)NAN, 2);
    myo_csv_append_number(text, false, (double)INFINITY, 2);
    myo_csv_append_number(text, false, 12.0, 0);
}

static void writes_numbers_with_fixed_decimals(void **state) {
    (void)state;
    myo_text text = {0};
    append_numbers(&text);
    assert_string_equal(text.data, "1234.57,0.00,-0.25,,,12");
    myo_text_clear(&text);
    myo_csv_append_number(&text, true, -1.7976931348623157e308, 17);
    assert_int_equal(text.length, 1 + 309 + 1 + 17);
    myo_text_clear(&text);
}

/* Under a locale with a decimal comma the numbers are the same. */
static void writes_a_point_in_every_locale(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8"};
    locale_t with_comma = (locale_t)0;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !with_comma; i++) {
        with_comma = newlocale(LC_NUMERIC_MASK, names[i], (locale_t)0);
    }
    if (!with_comma) {
        skip();
    }
    locale_t before = uselocale(with_comma);
    myo_text text = {0};
    append_numbers(&text);
    uselocale(before);
    freelocale(with_comma);
    assert_string_equal(text.data, "1234.57,0.00,-0.25,,,12");
    myo_text_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_and_quoted_fields),
        cmocka_unit_test(skips_mark_carriage_returns_and_blanks),
        cmocka_unit_test(reads_a_table_without_rows),
        cmocka_unit_test(refuses_what_is_no_proper_table),
        cmocka_unit_test(refuses_a_header_without_end),
        cmocka_unit_test(names_a_missing_column),
        cmocka_unit_test(names_a_file_that_is_not_there),
        cmocka_unit_test(writes_fields_that_read_back),
        cmocka_unit_test(writes_numbers_with_fixed_decimals),
        cmocka_unit_test(writes_a_point_in_every_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
