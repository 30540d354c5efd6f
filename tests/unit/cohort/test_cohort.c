/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cohorts from tables: types, missing values, outcomes, and everything that must be refused. */
#include "base/utf8.h"
#include "cmocka_all.h"
#include "cohort/cohort.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const age_site[] = {"age", "site"};

static bool read_text(const char *text, const myo_cohort_request *request, myo_cohort **out,
                      myo_error *err) {
    myo_csv *csv = NULL;
    assert_true(myo_csv_parse(text, strlen(text), "c.csv", &csv, NULL));
    return myo_cohort_take_csv(request, csv, out, err);
}

static myo_cohort_request request_of(const char *const *predictors, size_t count) {
    return (myo_cohort_request){.outcome = "y", .predictors = predictors, .predictor_count = count};
}

static void assert_refused(const char *text, const myo_cohort_request *request, myo_code code,
                           const char *message) {
    myo_cohort *cohort = NULL;
    myo_error err = {0};
    assert_false(read_text(text, request, &cohort, &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, code);
}

static void types_are_inferred_and_rows_with_missing_values_are_left_out(void **state) {
    (void)state;
    myo_cohort_request request = request_of(age_site, 2);
    myo_cohort *cohort = NULL;
    myo_error err = {0};
    assert_true(read_text("y,age,site\n1,70,b\n0,NA,a\n0,61.5,c\n,66,a\n1.0,-3e1,b\n0,64,?\n",
                          &request, &cohort, &err));
    assert_int_equal(cohort->rows, 3);
    assert_int_equal(cohort->rows_dropped, 3);
    assert_int_equal(cohort->outcome_missing, 1);
    assert_int_equal(cohort->events, 2);
    const unsigned char events[] = {1, 0, 1};
    assert_memory_equal(cohort->event, events, 3);
    assert_int_equal(cohort->csv_row[1], 2);
    const myo_cohort_column *age = &cohort->columns[0], *site = &cohort->columns[1];
    assert_int_equal(age->type, MYO_COHORT_NUMBER);
    assert_int_equal(age->missing, 1);
    assert_int_equal(age->first_missing_line, 3);
    assert_near(age->values[1], 61.5, 0.0);
    assert_near(age->values[2], -30.0, 0.0);
    assert_int_equal(site->type, MYO_COHORT_FACTOR);
    /* Level a had one patient only, who is left out. */
    assert_int_equal(site->level_count, 2);
    assert_int_equal(site->absent_levels, 1);
    assert_string_equal(site->levels[0], "b");
    assert_string_equal(site->levels[1], "c");
    assert_int_equal(site->level_counts[0], 2);
    assert_int_equal(site->level_of[1], 1);
    assert_int_equal(site->level_of[2], 0);
    myo_cohort_destroy(cohort);
}

static void numbers_can_be_declared_factors_with_a_reference(void **state) {
    (void)state;
    static const char *const factors[] = {"age"}, *const references[] = {"age=10", "site=x=y"};
    myo_cohort_request request = request_of(age_site, 2);
    request.factors = factors;
    request.factor_count = 1;
    request.references = references;
    request.reference_count = 2;
    myo_cohort *cohort = NULL;
    assert_true(read_text("y,age,site\n1,2,a\n0,10,x=y\n0,2,a\n", &request, &cohort, NULL));
    assert_int_equal(cohort->columns[0].type, MYO_COHORT_FACTOR);
    assert_true(cohort->columns[0].declared);
    /* Levels are in the order of their bytes, whatever the order of the rows is. */
    assert_string_equal(cohort->columns[0].levels[0], "10");
    assert_int_equal(cohort->columns[0].reference, 0);
    assert_int_equal(cohort->columns[1].reference, 1);
    myo_cohort_destroy(cohort);
}

/* The reference stays what it was when a level in front of it is left out. */
static void the_reference_moves_with_its_level(void **state) {
    (void)state;
    static const char *const references[] = {"site=c"};
    myo_cohort_request request = request_of(age_site, 2);
    request.references = references;
    request.reference_count = 1;
    myo_cohort *cohort = NULL;
    assert_true(read_text("y,age,site\n1,,a\n0,10,b\n1,2,c\n0,3,b\n", &request, &cohort, NULL));
    assert_int_equal(cohort->columns[1].reference, 1);
    assert_string_equal(cohort->columns[1].levels[1], "c");
    myo_cohort_destroy(cohort);
}

static void outcomes_of_two_texts_need_the_event(void **state) {
    (void)state;
    static const char *const age[] = {"age"};
    myo_cohort_request request = request_of(age, 1);
    const char *text = "y,age\nyes,1\nno,2\nno,3\n";
    assert_refused(text, &request, MYO_E_FORMAT,
                   "c.csv: line 2: outcome 'y' is 'yes', neither '1' (event) nor '0'; it must have "
                   "two values, 0 and 1, or others where the event is given");
    request.event = "yes";
    myo_cohort *cohort = NULL;
    assert_true(read_text(text, &request, &cohort, NULL));
    assert_int_equal(cohort->events, 1);
    assert_string_equal(cohort->other_value, "no");
    myo_cohort_destroy(cohort);
    assert_refused("y,age\nyes,1\nno,2\nmaybe,3\n", &request, MYO_E_FORMAT,
                   "c.csv: line 4: outcome 'y' is 'maybe', neither 'yes' (event) nor 'no'; it must "
                   "have two values, 0 and 1, or others where the event is given");
}

static void one_class_is_refused(void **state) {
    (void)state;
    static const char *const age[] = {"age"};
    myo_cohort_request request = request_of(age, 1);
    assert_refused("y,age\n0,1\n0,2\n", &request, MYO_E_RANGE,
                   "c.csv: outcome 'y' is '1' in no row: no events");
    assert_refused("y,age\n1,1\n1,2\n0,\n", &request, MYO_E_RANGE,
                   "c.csv: outcome 'y': 2 events in 2 patients without missing values; there must "
                   "be patients with and without the event");
}

static void text_in_a_number_is_refused_with_its_line(void **state) {
    (void)state;
    static const char *const age[] = {"age"};
    myo_cohort_request request = request_of(age, 1);
    assert_refused("y,age\n1,70\n0,59 y\n0,61\n", &request, MYO_E_FORMAT,
                   "c.csv: line 3: column 'age': '59 y' is not a number, but 2 other rows hold "
                   "numbers; correct it, leave it empty, or declare the column a factor");
}

/* Also where all numbers have one: they would be a factor with as many levels as numbers. */
static void decimal_commas_are_refused_with_their_line(void **state) {
    (void)state;
    static const char *const age[] = {"age"};
    myo_cohort_request request = request_of(age, 1);
    assert_refused("y,age\n1,70\n0,\"59,3\"\n0,61\n", &request, MYO_E_FORMAT,
                   "c.csv: line 3: column 'age': '59,3' has a decimal comma; write a point");
    assert_refused("y,age\n1,\"-70,0\"\n0,\"59,3\"\n", &request, MYO_E_FORMAT,
                   "c.csv: line 2: column 'age': '-70,0' has a decimal comma; write a point");
    myo_cohort *cohort = NULL;
    assert_true(read_text("y,age\n1,\"a,1\"\n0,\"1,\"\n", &request, &cohort, NULL));
    assert_int_equal(cohort->columns[0].type, MYO_COHORT_FACTOR);
    myo_cohort_destroy(cohort);
}

/* What a model file and a note can hold. */
static void levels_are_one_line_without_blanks_around(void **state) {
    (void)state;
    static const char *const sex[] = {"sex"};
    myo_cohort_request request = request_of(sex, 1);
    assert_refused("y,sex\n1,M\n0,\" F\"\n", &request, MYO_E_FORMAT,
                   "c.csv: line 3: column 'sex': ' F' begins or ends with a blank, or holds a line "
                   "break; a level may not");
    assert_refused("y,sex\n1,M\n0,\"F\nF\"\n", &request, MYO_E_FORMAT,
                   "c.csv: line 3: column 'sex': 'F F' begins or ends with a blank, or holds a "
                   "line break; a level may not");
}

/* A quoted value is cut between characters. */
static void messages_are_text(void **state) {
    (void)state;
    static const char *const age[] = {"age"};
    static const char umlauts[] =
        "1\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3"
        "\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3"
        "\xA4\xC3\xA4\xC3\xA4\xC3\xA4";
    myo_cohort_request request = request_of(age, 1);
    myo_cohort *cohort = NULL;
    myo_error err = {0};
    char text[256];
    snprintf(text, sizeof text, "y,age\n1,70\n0,%s\n", umlauts);
    assert_false(read_text(text, &request, &cohort, &err));
    assert_true(myo_utf8_is_valid(err.message));
    assert_non_null(strstr(err.message, "\xC3\xA4' is not a number"));
}

static void numbers_that_are_no_measurement_are_refused(void **state) {
    (void)state;
    static const char *const age[] = {"age"};
    myo_cohort_request request = request_of(age, 1);
    assert_refused("y,age\n1,70\n0,-1e101\n0,61\n", &request, MYO_E_RANGE,
                   "c.csv: line 3: column 'age': '-1e101' is too large a number");
}

static void levels_that_differ_in_case_are_refused(void **state) {
    (void)state;
    myo_cohort_request request = request_of(age_site, 2);
    assert_refused("y,age,site\n1,70,PVP\n0,60,pvp\n", &request, MYO_E_FORMAT,
                   "c.csv: line 3: column 'site': 'pvp' and 'PVP' differ in case only; write both "
                   "alike");
}

static void too_many_levels_are_refused(void **state) {
    (void)state;
    static const char *const site[] = {"site"};
    myo_cohort_request request = request_of(site, 1);
    char text[1024] = "y,site\n";
    size_t length = strlen(text);
    for (int i = 0; i < 34; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%d,s%d\n", i % 2, i);
    }
    assert_refused(text, &request, MYO_E_RANGE,
                   "c.csv: column 'site' has more than 33 different texts: no factor; numbers need "
                   "a decimal point and no unit");
}

static void missing_values_can_be_refused(void **state) {
    (void)state;
    myo_cohort_request request = request_of(age_site, 2);
    request.refuse_missing = true;
    assert_refused("y,age,site\n1,70,a\n0,n/a,a\n1,NULL,b\n", &request, MYO_E_MISSING,
                   "c.csv: column 'age' has 2 missing values (the first in line 3)");
    assert_refused("y,age,site\n1,70,a\n.,1,a\n1,1,b\n", &request, MYO_E_MISSING,
                   "c.csv: outcome 'y' is missing in 1 rows");
}

/* The message names lines and never the patient. */
static void a_patient_with_two_rows_is_refused(void **state) {
    (void)state;
    static const char *const age[] = {"age"};
    myo_cohort_request request = request_of(age, 1);
    const char *text = "patient_id,mrn,y,age\nP7,1,1,70\nP8,2,0,71\n,3,0,72\n,4,0,73\nP7,5,0,70\n";
    assert_refused(text, &request, MYO_E_AMBIGUOUS,
                   "c.csv: lines 2 and 6 hold the same patient_id; a patient may have one row");
    request.patient = "mrn";
    myo_cohort *cohort = NULL;
    assert_true(read_text(text, &request, &cohort, NULL));
    assert_true(cohort->has_patient);
    assert_int_equal(cohort->patient_column, 1);
    myo_cohort_destroy(cohort);
}

static void names_are_checked(void **state) {
    (void)state;
    static const char *const unknown[] = {"bmi"}, *const twice[] = {"age", "age"},
                             *const outcome[] = {"y"}, *const age[] = {"age"},
                             *const reference[] = {"site=q"}, *const no_factor[] = {"age=70"};
    const char *text = "y,age,site\n1,70,a\n0,60,b\n";
    myo_cohort_request request = request_of(unknown, 1);
    assert_refused(text, &request, MYO_E_MISSING, "c.csv: column 'bmi' is missing");
    request = request_of(twice, 2);
    assert_refused(text, &request, MYO_E_ARGUMENT, "predictor 'age' is given twice");
    request = request_of(outcome, 1);
    assert_refused(text, &request, MYO_E_ARGUMENT,
                   "'y' is the outcome and cannot be a predictor, too");
    request = request_of(age, 1);
    request.factors = unknown;
    request.factor_count = 1;
    assert_refused(text, &request, MYO_E_ARGUMENT, "factor 'bmi' is not among the predictors");
    request = request_of(age_site, 2);
    request.references = reference;
    request.reference_count = 1;
    assert_refused(text, &request, MYO_E_ARGUMENT,
                   "reference 'site=q': column 'site' has no such level");
    request.references = no_factor;
    assert_refused(text, &request, MYO_E_ARGUMENT,
                   "reference 'age=70': must be COLUMN=LEVEL with a predictor that is a factor");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_inferred_and_rows_with_missing_values_are_left_out),
        cmocka_unit_test(numbers_can_be_declared_factors_with_a_reference),
        cmocka_unit_test(the_reference_moves_with_its_level),
        cmocka_unit_test(outcomes_of_two_texts_need_the_event),
        cmocka_unit_test(one_class_is_refused),
        cmocka_unit_test(text_in_a_number_is_refused_with_its_line),
        cmocka_unit_test(decimal_commas_are_refused_with_their_line),
        cmocka_unit_test(levels_are_one_line_without_blanks_around),
        cmocka_unit_test(messages_are_text),
        cmocka_unit_test(numbers_that_are_no_measurement_are_refused),
        cmocka_unit_test(levels_that_differ_in_case_are_refused),
        cmocka_unit_test(too_many_levels_are_refused),
        cmocka_unit_test(missing_values_can_be_refused),
        cmocka_unit_test(a_patient_with_two_rows_is_refused),
        cmocka_unit_test(names_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
