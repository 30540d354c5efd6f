/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which CT series is measured, and why the others are not. */
#include "study_fixture.h"

/* A CT series of `count` slices, 4 mm apart. */
static series_fixture *add_ct(study_fixture *f, int number, size_t count, const char *kernel) {
    series_fixture *part = add_series(f, number);
    part->series.modality = MYO_MODALITY_CT;
    part->series.weighting = MYO_WEIGHTING_UNKNOWN;
    part->series.kernel = kernel;
    add_stack(part, count, 0.0, 0.0);
    return part;
}

static int chosen(study_fixture *f, const char *wanted) {
    const myo_series *series;
    myo_error err = {0};
    if (!myo_level_choose_ct_series(finish_study(f), wanted, &series, &err)) {
        fail_msg("%s", err.message);
    }
    return series->number;
}

static void prefers_soft_kernels_as_manufacturers_name_them(void **state) {
    (void)state;
    static const char *const sharp[] = {"B70f", "B60s", "Br64",    "H70h", "BONE", "BONEPLUS",
                                        "EDGE", "LUNG", "FC30",    "FC35", "FC81", "YD",
                                        "D",    "L",    "Bl57d/3", "Qr69"};
    static const char *const soft[] = {"B30f", "B40s", "Br40", "STANDARD", "SOFT", "FC08",
                                       "FC13", "B",    "C",    "Hr40f",    "",     "I31f"};
    for (size_t i = 0; i < sizeof sharp / sizeof sharp[0]; i++) {
        bool limit = strcmp(sharp[i], "Bl57d/3") == 0; /* below 60: soft */
        study_fixture f = {0};
        add_ct(&f, 1, 30, sharp[i]);
        add_ct(&f, 2, 30, "B30f");
        if (chosen(&f, NULL) != (limit ? 1 : 2)) {
            fail_msg("%s", sharp[i]);
        }
    }
    for (size_t i = 0; i < sizeof soft / sizeof soft[0]; i++) {
        study_fixture f = {0};
        add_ct(&f, 1, 30, "B70f");
        add_ct(&f, 2, 30, soft[i]);
        if (chosen(&f, NULL) != 2) {
            fail_msg("%s", soft[i]);
        }
    }
}

static void prefers_acquired_then_long_then_plain_then_thin(void **state) {
    (void)state;
    study_fixture f = {0};
    add_ct(&f, 1, 60, "B30f")->series.derived = true;
    add_ct(&f, 2, 30, "B30f");
    assert_int_equal(chosen(&f, NULL), 2);
    add_ct(&f, 3, 50, "B30f");
    assert_int_equal(chosen(&f, NULL), 3);
    add_ct(&f, 4, 50, "B30f")->series.contrast_agent = "Ultravist 300";
    assert_int_equal(chosen(&f, NULL), 3);
    f.parts[2].series.contrast_agent = "Ultravist 300";
    f.parts[3].series.contrast_agent = "";
    assert_int_equal(chosen(&f, NULL), 4);
    assert_int_equal(chosen(&f, "2"), 2);
}

static void says_why_a_series_cannot_serve(void **state) {
    (void)state;
    study_fixture f = {0};
    series_fixture *part = add_ct(&f, 6, 30, "B30f");
    assert_null(myo_level_why_not_ct(&part->series));
    part->series.localizer = true;
    assert_string_equal(myo_level_why_not_ct(&part->series), "it is a localizer");
    part->series.localizer = false;
    part->series.plane = MYO_PLANE_CORONAL;
    assert_string_equal(myo_level_why_not_ct(&part->series), "it is not axial");
    part->series.plane = MYO_PLANE_AXIAL;
    part->instances[0].has_spacing = false;
    assert_string_equal(myo_level_why_not_ct(&part->series),
                        "PixelSpacing is missing or zero, so that areas cannot be computed");
    part->series.modality = MYO_MODALITY_MR;
    assert_string_equal(myo_level_why_not_ct(&part->series), "it is not CT");
    study_fixture few = {0};
    add_ct(&few, 6, 7, "B30f");
    const myo_series *series;
    myo_error err = {0};
    assert_false(myo_level_choose_ct_series(finish_study(&few), NULL, &series, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message,
                        "no axial CT series: series 6 (\"\", 7 images) cannot serve, as "
                        "it has too few slices to show a level");
    err = (myo_error){0};
    assert_false(myo_level_choose_ct_series(&few.study, "6", &series, &err));
    assert_int_equal(err.code, MYO_E_UNSUPPORTED);
}

static void finds_the_slice_of_a_landmark(void **state) {
    (void)state;
    study_fixture f = {0};
    add_ct(&f, 6, 31, "B30f"); /* -60 to 60 mm, 4 mm apart */
    const myo_study *study = finish_study(&f);
    myo_level_choice choice;
    assert_true(myo_level_choose_at(&study->series[0], (myo_vec3){0.0, 0.0, 21.0}, "here",
                                    "ct-pelvis", 0.75, &choice, NULL));
    assert_near(choice.instance->location_mm, 20.0, 1e-9);
    assert_near(choice.distance_mm, 1.0, 1e-9);
    assert_string_equal(choice.level, "here");
    assert_true(choice.confirmed);
    myo_error err = {0};
    assert_false(myo_level_choose_at(&study->series[0], (myo_vec3){0.0, 0.0, 75.0}, "here",
                                     "ct-pelvis", 0.75, &choice, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message, "series 6 (\"\") does not reach here");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefers_soft_kernels_as_manufacturers_name_them),
        cmocka_unit_test(prefers_acquired_then_long_then_plain_then_thin),
        cmocka_unit_test(says_why_a_series_cannot_serve),
        cmocka_unit_test(finds_the_slice_of_a_landmark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
