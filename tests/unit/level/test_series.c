/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The axial T2 series is found by what it is, and a doubt is reported instead of guessed. */
#include "study_fixture.h"

/* A study of one series, which the caller may spoil. */
static series_fixture *start(study_fixture *f) {
    memset(f, 0, sizeof *f);
    series_fixture *part = add_series(f, 6);
    add_stack(part, 3, 0.0, 5.0);
    add_stack(part, 3, 35.0, 0.0);
    return part;
}

static void assert_why(study_fixture *f, const char *expected) {
    const char *why = myo_level_why_not_axial_t2(&finish_study(f)->series[0]);
    if (expected) {
        assert_non_null(why);
        assert_string_equal(why, expected);
    } else {
        assert_null(why);
    }
}

static void says_why_a_series_cannot_serve(void **state) {
    (void)state;
    study_fixture f;
    start(&f);
    assert_why(&f, NULL);
    start(&f)->series.modality = MYO_MODALITY_CT;
    assert_why(&f, "it is CT, and axial T2 MR is needed");
    start(&f)->series.modality = MYO_MODALITY_OTHER;
    assert_why(&f, "it is neither MR nor CT");
    start(&f)->series.plane = MYO_PLANE_SAGITTAL;
    assert_why(&f, "it is sagittal, not axial");
    start(&f)->series.plane = MYO_PLANE_CORONAL;
    assert_why(&f, "it is coronal, not axial");
    start(&f)->series.plane = MYO_PLANE_UNKNOWN;
    assert_why(&f, "its images have no valid position and orientation");
    start(&f)->series.localizer = true;
    assert_why(&f, "it is a localizer");
    start(&f)->series.derived = true;
    assert_why(&f, "it is derived (reformatted or calculated), not acquired");
    start(&f)->series.weighting = MYO_WEIGHTING_T1;
    assert_why(&f, "it is T1-weighted, not T2-weighted");
    start(&f)->series.weighting = MYO_WEIGHTING_PD;
    assert_why(&f, "it is proton-density-weighted, not T2-weighted");
    start(&f)->series.weighting = MYO_WEIGHTING_FAT_SUPPRESSED;
    assert_why(&f, "its fat is suppressed, so that fat cannot be told from muscle");
    start(&f)->series.weighting = MYO_WEIGHTING_UNKNOWN;
    assert_why(&f, "its contrast is unknown (no usable echo and repetition time)");
}

static void accepts_a_tilt_of_40_degrees_and_not_of_50(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 1), 3, 0.0, 40.0);
    assert_why(&f, NULL);
    memset(&f, 0, sizeof f);
    add_stack(add_series(&f, 1), 3, 0.0, 50.0);
    /* As the catalogue has it: beyond 45 degrees about one axis the plane is coronal. */
    f.parts[0].series.plane = MYO_PLANE_AXIAL;
    assert_why(&f, "it is tilted by more than 45 degrees against the transverse plane");
}

static void chooses_the_only_one_that_fits(void **state) {
    (void)state;
    study_fixture f;
    start(&f)->series.plane = MYO_PLANE_SAGITTAL;
    add_stack(add_series(&f, 7), 3, 0.0, 0.0);
    f.parts[1].series.weighting = MYO_WEIGHTING_T1;
    add_stack(add_series(&f, 8), 3, 0.0, 0.0);
    const myo_study *study = finish_study(&f);
    const myo_series *series;
    assert_true(myo_level_choose_series(study, NULL, &series, NULL));
    assert_int_equal(series->number, 8);
}

/* Stacks through the discs beat one thick block of more slices; more slices beat few. */
static void prefers_disc_stacks_and_then_more_slices(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 1), 30, 0.0, 0.0);
    series_fixture *part = add_series(&f, 2);
    add_stack(part, 3, 0.0, 9.0);
    add_stack(part, 3, 35.0, 2.0);
    const myo_series *series;
    assert_true(myo_level_choose_series(finish_study(&f), NULL, &series, NULL));
    assert_int_equal(series->number, 2);
    memset(&f, 0, sizeof f);
    add_stack(add_series(&f, 1), 4, 0.0, 0.0);
    add_stack(add_series(&f, 2), 6, 0.0, 0.0);
    assert_true(myo_level_choose_series(finish_study(&f), NULL, &series, NULL));
    assert_int_equal(series->number, 2);
}

static void reports_equals_with_what_tells_them_apart(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 1), 4, 0.0, 0.0);
    add_stack(add_series(&f, 2), 5, 0.0, 0.0);
    add_stack(add_series(&f, 3), 1, 0.0, 0.0); /* clearly worse: not listed */
    f.parts[1].series.description = "t2 again";
    const myo_series *series = NULL;
    myo_error err = {0};
    assert_false(myo_level_choose_series(finish_study(&f), NULL, &series, &err));
    assert_null(series);
    assert_int_equal(err.code, MYO_E_AMBIGUOUS);
    assert_string_equal(err.message, "several axial T2 series fit equally well, choose one with "
                                     "--series: 1 \"\" (4 slices), 2 \"t2 again\" (5 slices)");
    assert_true(myo_level_choose_series(&f.study, "1", &series, NULL));
    assert_int_equal(series->number, 1);
    assert_true(myo_level_choose_series(&f.study, "1.2.2", &series, NULL));
    assert_int_equal(series->number, 2);
}

static void names_the_nearest_when_nothing_fits(void **state) {
    (void)state;
    study_fixture f;
    start(&f)->series.modality = MYO_MODALITY_CT;
    add_stack(add_series(&f, 7), 3, 0.0, 0.0);
    f.parts[1].series.weighting = MYO_WEIGHTING_T1;
    f.parts[1].series.description = "ax t1";
    const myo_series *series;
    myo_error err = {0};
    assert_false(myo_level_choose_series(finish_study(&f), NULL, &series, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message,
                        "no axial T2 series: the nearest is series 7 (\"ax t1\", 3 images), but "
                        "it is T1-weighted, not T2-weighted");
}

static void names_the_series_without_spacing(void **state) {
    (void)state;
    static const char expected[] = "series 6 (\"\") cannot be measured: PixelSpacing is missing or "
                                   "zero, so that areas cannot be computed";
    study_fixture f;
    series_fixture *part = start(&f);
    for (size_t i = 0; i < part->series.instance_count; i++) {
        part->instances[i].has_spacing = false;
    }
    const myo_series *series;
    myo_error err = {0};
    assert_false(myo_level_choose_series(finish_study(&f), NULL, &series, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    assert_string_equal(err.message, expected);
    err = (myo_error){0};
    assert_false(myo_level_choose_series(&f.study, "6", &series, &err));
    assert_string_equal(err.message, expected);
}

static void refuses_a_named_series_that_cannot_be_measured(void **state) {
    (void)state;
    study_fixture f;
    start(&f)->series.modality = MYO_MODALITY_CT;
    const myo_series *series;
    myo_error err = {0};
    assert_false(myo_level_choose_series(finish_study(&f), "6", &series, &err));
    assert_int_equal(err.code, MYO_E_UNSUPPORTED);
    assert_string_equal(err.message, "series 6 (\"\") cannot be measured: it is CT, and axial T2 "
                                     "MR is needed");
    err = (myo_error){0};
    assert_false(myo_level_choose_series(&f.study, "66", &series, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    assert_string_equal(err.message, "--series 66: the study has no such series (it has 6)");
}

/* Whoever names a series knows its contrast, even if the header does not; T1 stays refused. */
static void lets_the_user_decide_what_the_header_leaves_open(void **state) {
    (void)state;
    study_fixture f;
    series_fixture *part = start(&f);
    part->series.weighting = MYO_WEIGHTING_UNKNOWN;
    part->series.derived = true;
    part->series.localizer = true;
    const myo_series *series;
    assert_true(myo_level_choose_series(finish_study(&f), "6", &series, NULL));
    part->series.weighting = MYO_WEIGHTING_T1;
    assert_false(myo_level_choose_series(finish_study(&f), "6", &series, NULL));
}

static void asks_for_the_uid_when_numbers_repeat(void **state) {
    (void)state;
    study_fixture f;
    start(&f);
    add_stack(add_series(&f, 7), 3, 0.0, 0.0);
    f.parts[1].series.number = 6;
    const myo_series *series;
    myo_error err = {0};
    assert_false(myo_level_choose_series(finish_study(&f), "6", &series, &err));
    assert_int_equal(err.code, MYO_E_AMBIGUOUS);
    assert_non_null(strstr(err.message, "1.2.6 or 1.2.7"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why_a_series_cannot_serve),
        cmocka_unit_test(accepts_a_tilt_of_40_degrees_and_not_of_50),
        cmocka_unit_test(chooses_the_only_one_that_fits),
        cmocka_unit_test(prefers_disc_stacks_and_then_more_slices),
        cmocka_unit_test(reports_equals_with_what_tells_them_apart),
        cmocka_unit_test(names_the_nearest_when_nothing_fits),
        cmocka_unit_test(names_the_series_without_spacing),
        cmocka_unit_test(refuses_a_named_series_that_cannot_be_measured),
        cmocka_unit_test(lets_the_user_decide_what_the_header_leaves_open),
        cmocka_unit_test(asks_for_the_uid_when_numbers_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
