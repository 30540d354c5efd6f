/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Agreement against what R says of the same readings, and on cases whose answer is known. */
#include "base/number.h"
#include "cmocka_all.h"
#include "io/csv.h"

#include <math.h>
#include <myotome/agreement.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 1024
#define NAME_SIZE 64

/* Relative to the number, and for numbers near 0 absolute. */
static const double TOLERANCE = 1e-6;

typedef struct readings {
    double *values;
    size_t targets, readers;
} readings;

static readings read_readings(const char *dataset) {
    char path[PATH_SIZE];
    myo_csv *csv = NULL;
    snprintf(path, sizeof path, "%s/%s.csv", ORACLE_DATA, dataset);
    assert_true(myo_csv_read(path, &csv, NULL));
    readings r = {NULL, myo_csv_get_row_count(csv), myo_csv_get_column_count(csv)};
    r.values = calloc(r.targets * r.readers, sizeof *r.values);
    assert_non_null(r.values);
    for (size_t i = 0; i < r.targets * r.readers; i++) {
        assert_true(myo_number_parse(myo_csv_get(csv, i / r.readers, i % r.readers), &r.values[i]));
    }
    myo_csv_destroy(csv);
    return r;
}

/* Number of a coefficient by what follows its name: "", "_lower", "_f" ... */
static double icc_member(const myo_icc *icc, const char *member) {
    const struct {
        const char *name;
        double value;
    } members[] = {{"", icc->estimate}, {"_lower", icc->lower}, {"_upper", icc->upper},
                   {"_f", icc->f},      {"_df1", icc->df1},     {"_df2", icc->df2},
                   {"_p", icc->p}};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (strcmp(members[i].name, member) == 0) {
            return members[i].value;
        }
    }
    fail_msg("no member %s of a coefficient", member);
    return NAN;
}

static double value_of(const myo_agreement *a, const myo_bland_altman *d, const char *name) {
    static const char *const forms[MYO_ICC_COUNT] = {
        [MYO_ICC_1_1] = "icc_1_1", [MYO_ICC_2_1] = "icc_2_1", [MYO_ICC_3_1] = "icc_3_1",
        [MYO_ICC_1_K] = "icc_1_k", [MYO_ICC_2_K] = "icc_2_k", [MYO_ICC_3_K] = "icc_3_k"};
    for (int form = 0; form < MYO_ICC_COUNT; form++) {
        if (strncmp(name, forms[form], strlen(forms[form])) == 0) {
            return icc_member(&a->icc[form], name + strlen(forms[form]));
        }
    }
    const struct {
        const char *name;
        double value;
    } members[] = {
        {"ms_targets", a->ms_targets},
        {"ms_readers", a->ms_readers},
        {"ms_residual", a->ms_residual},
        {"ms_within", a->ms_within},
        {"sem", a->sem},
        {"sem_consistency", a->sem_consistency},
        {"mdc95", a->mdc95},
        {"mdc95_consistency", a->mdc95_consistency},
        {"cv_percent", a->cv_percent},
        {"limit_mean", a->limit_mean},
        {"bias", d->bias},
        {"bias_lower", d->bias_lower},
        {"bias_upper", d->bias_upper},
        {"bias_p", d->bias_p},
        {"lower", d->lower},
        {"lower_low", d->lower_low},
        {"lower_high", d->lower_high},
        {"upper", d->upper},
        {"upper_low", d->upper_low},
        {"upper_high", d->upper_high},
        {"intercept", d->intercept},
        {"slope", d->slope},
        {"slope_se", d->slope_se},
        {"slope_lower", d->slope_lower},
        {"slope_upper", d->slope_upper},
        {"slope_p", d->slope_p},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (strcmp(members[i].name, name) == 0) {
            return members[i].value;
        }
    }
    fail_msg("nothing is called %s", name);
    return NAN;
}

static void compute(const readings *r, myo_agreement *agreement, myo_bland_altman *differences) {
    double *a = calloc(r->targets, sizeof *a), *b = calloc(r->targets, sizeof *b);
    assert_non_null(a);
    assert_non_null(b);
    for (size_t i = 0; i < r->targets; i++) {
        a[i] = r->values[i * r->readers];
        b[i] = r->values[i * r->readers + 1];
    }
    assert_true(myo_agreement_compute(r->values, r->targets, r->readers, agreement, NULL));
    assert_true(myo_bland_altman_compute(a, b, r->targets, differences, NULL));
    free(a);
    free(b);
}

/* Every number that R gives, for each of its data sets. */
static void equals_r(void **state) {
    (void)state;
    char dataset[NAME_SIZE] = "";
    myo_csv *golden = NULL;
    myo_agreement agreement;
    myo_bland_altman differences;
    size_t datasets = 0;
    assert_true(myo_csv_read(ORACLE_DATA "/golden.csv", &golden, NULL));
    for (size_t row = 0; row < myo_csv_get_row_count(golden); row++) {
        if (strcmp(myo_csv_get(golden, row, 0), dataset) != 0) {
            snprintf(dataset, sizeof dataset, "%s", myo_csv_get(golden, row, 0));
            readings r = read_readings(dataset);
            compute(&r, &agreement, &differences);
            free(r.values);
            datasets++;
        }
        const char *name = myo_csv_get(golden, row, 1);
        double expected, actual = value_of(&agreement, &differences, name);
        assert_true(myo_number_parse(myo_csv_get(golden, row, 2), &expected));
        if (!(fabs(actual - expected) <= TOLERANCE * fmax(1.0, fabs(expected)))) {
            fail_msg("%s, %s: %.12g, R says %.12g", dataset, name, actual, expected);
        }
    }
    assert_int_equal(datasets, 4);
    assert_int_equal(myo_csv_get_row_count(golden), 4 * (6 * 7 + 10 + 16));
    myo_csv_destroy(golden);
}

/* The table that Shrout & Fleiss 1979 print, to the digits that they print. */
static void equals_the_published_table(void **state) {
    (void)state;
    static const double published[MYO_ICC_COUNT] = {
        [MYO_ICC_1_1] = 0.17, [MYO_ICC_2_1] = 0.29, [MYO_ICC_3_1] = 0.71,
        [MYO_ICC_1_K] = 0.44, [MYO_ICC_2_K] = 0.62, [MYO_ICC_3_K] = 0.91};
    readings r = read_readings("shrout-fleiss");
    myo_agreement agreement;
    assert_true(myo_agreement_compute(r.values, r.targets, r.readers, &agreement, NULL));
    for (int form = 0; form < MYO_ICC_COUNT; form++) {
        assert_near(agreement.icc[form].estimate, published[form], 0.005);
    }
    free(r.values);
}

static void names_are_those_of_both_papers(void **state) {
    (void)state;
    assert_string_equal(myo_icc_name(MYO_ICC_2_1), "ICC(2,1)");
    assert_string_equal(myo_icc_mcgraw_wong_name(MYO_ICC_2_1), "ICC(A,1)");
    assert_string_equal(myo_icc_name(MYO_ICC_3_K), "ICC(3,k)");
    assert_string_equal(myo_icc_mcgraw_wong_name(MYO_ICC_3_K), "ICC(C,k)");
    assert_string_equal(myo_icc_mcgraw_wong_name(MYO_ICC_1_1), "ICC(1)");
}

/* Readers that agree in every digit: no error, and nothing that a test could doubt. */
static void perfect_agreement_is_one(void **state) {
    (void)state;
    const double values[] = {0.1, 0.1, 0.3, 0.3, 0.7, 0.7, 1.9, 1.9};
    myo_agreement a;
    assert_true(myo_agreement_compute(values, 4, 2, &a, NULL));
    for (int form = 0; form < MYO_ICC_COUNT; form++) {
        assert_near(a.icc[form].estimate, 1.0, 0.0);
        assert_near(a.icc[form].lower, 1.0, 0.0);
        assert_near(a.icc[form].upper, 1.0, 0.0);
        assert_near(a.icc[form].p, 0.0, 0.0);
    }
    assert_near(a.sem, 0.0, 0.0);
    assert_near(a.cv_percent, 0.0, 0.0);
}

/* The second reader is 10 above the first, always: consistent, but not in agreement. With patients
 * at 0, 10, 20 and 30: MSR = 1000/3, MSC = 200, MSE = 0, so ICC(2,1) = MSR / (MSR + 100). */
static void constant_shift_is_consistent_alone(void **state) {
    (void)state;
    const double values[] = {0, 10, 10, 20, 20, 30, 30, 40};
    myo_agreement a;
    assert_true(myo_agreement_compute(values, 4, 2, &a, NULL));
    assert_near(a.icc[MYO_ICC_3_1].estimate, 1.0, 0.0);
    assert_near(a.icc[MYO_ICC_2_1].estimate, 1000.0 / 1300.0, 1e-12);
    assert_true(a.icc[MYO_ICC_2_1].lower < a.icc[MYO_ICC_2_1].estimate);
    assert_true(a.icc[MYO_ICC_2_1].upper > a.icc[MYO_ICC_2_1].estimate);
    assert_near(a.sem, sqrt(50.0), 1e-12);
    assert_near(a.sem_consistency, 0.0, 0.0);
    const double first[] = {0, 10, 20, 30}, second[] = {10, 20, 30, 40};
    myo_bland_altman d;
    assert_true(myo_bland_altman_compute(first, second, 4, &d, NULL));
    assert_near(d.bias, -10.0, 0.0);
    assert_near(d.lower, -10.0, 0.0);
    assert_near(d.upper, -10.0, 0.0);
    assert_near(d.slope, 0.0, 1e-12);
    assert_true(isnan(d.slope_p));
    assert_true(isnan(d.bias_p));
}

static void equal_values_have_no_coefficient(void **state) {
    (void)state;
    const double values[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    myo_agreement a;
    assert_true(myo_agreement_compute(values, 3, 2, &a, NULL));
    assert_string_equal(a.icc_reason, "all values are equal, so there is no variance to compare");
    for (int form = 0; form < MYO_ICC_COUNT; form++) {
        assert_true(isnan(a.icc[form].estimate));
        assert_true(isnan(a.icc[form].p));
    }
    assert_near(a.sem, 0.0, 0.0);
    const double same[] = {0.1, 0.1, 0.1};
    myo_bland_altman d;
    assert_true(myo_bland_altman_compute(same, same, 3, &d, NULL));
    assert_near(d.bias, 0.0, 0.0);
    assert_true(isnan(d.slope));
}

/* Patients that are equal on average, and readers that are not. */
static void negative_variance_is_noted(void **state) {
    (void)state;
    readings r = read_readings("negative");
    myo_agreement a;
    assert_true(myo_agreement_compute(r.values, r.targets, r.readers, &a, NULL));
    assert_true(a.variance_targets < 0.0);
    assert_non_null(strstr(a.note, "estimated below 0"));
    free(r.values);
}

static void cv_needs_positive_means(void **state) {
    (void)state;
    const double attenuation[] = {-20, -10, 30, 34, 50, 48};
    myo_agreement a;
    assert_true(myo_agreement_compute(attenuation, 3, 2, &a, NULL));
    assert_true(isnan(a.cv_percent));
    assert_true(isfinite(a.icc[MYO_ICC_2_1].estimate));
}

static void refuses_what_is_too_little(void **state) {
    (void)state;
    const double values[] = {1, 2, 3, 4, NAN, 6, 1e200, 1};
    myo_agreement a;
    myo_error err = {0};
    assert_false(myo_agreement_compute(values, 2, 2, &a, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    assert_string_equal(err.message, "agreement needs at least 3 patients, there are 2");
    err = (myo_error){0};
    assert_false(myo_agreement_compute(values, 4, 1, &a, &err));
    assert_string_equal(err.message, "agreement needs 2 to 64 readers, there is 1");
    err = (myo_error){0};
    assert_false(myo_agreement_compute(values, 3, 2, &a, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    err = (myo_error){0};
    const double great[] = {1, 2, 3, 4, 1e200, 2};
    assert_false(myo_agreement_compute(great, 3, 2, &a, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
    myo_bland_altman d;
    err = (myo_error){0};
    assert_false(myo_bland_altman_compute(values, values, 1, &d, &err));
    assert_string_equal(err.message, "agreement needs at least 3 patients, there is 1");
    err = (myo_error){0};
    assert_false(myo_bland_altman_compute(values, values, 8, &d, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_r),
        cmocka_unit_test(equals_the_published_table),
        cmocka_unit_test(names_are_those_of_both_papers),
        cmocka_unit_test(perfect_agreement_is_one),
        cmocka_unit_test(constant_shift_is_consistent_alone),
        cmocka_unit_test(equal_values_have_no_coefficient),
        cmocka_unit_test(negative_variance_is_noted),
        cmocka_unit_test(cv_needs_positive_means),
        cmocka_unit_test(refuses_what_is_too_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
