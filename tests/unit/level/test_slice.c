/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slice of a level, where it comes from, and how sure that is. */
#include "study_fixture.h"

static const char *const discs_from_foot[] = {"L5/S1", "L4/5", "L3/4", "L2/3", "L1/2"};
static const size_t slice_counts[] = {5, 5, 3, 3, 4};

/* Stacks through the lowest `count` discs, 35 mm apart, the lower the more tilted. */
static const myo_study *disc_stacks(study_fixture *f, size_t count) {
    memset(f, 0, sizeof *f);
    series_fixture *part = add_series(f, 6);
    for (size_t i = 0; i < count; i++) {
        add_stack(part, slice_counts[i], 35.0 * (double)i, 14.0 - 3.0 * (double)i);
    }
    return finish_study(f);
}

static void counts_five_stacks_from_the_foot(void **state) {
    (void)state;
    static const int middles[] = {3, 8, 12, 15, 18}; /* of four slices the lower middle one */
    study_fixture f;
    const myo_study *study = disc_stacks(&f, 5);
    for (size_t i = 0; i < 5; i++) {
        myo_level_choice choice;
        const myo_series *series = &study->series[0];
        assert_true(
            myo_level_choose_slice(study, series, NULL, discs_from_foot[i], NULL, &choice, NULL));
        assert_string_equal(choice.level, discs_from_foot[i]);
        assert_int_equal(choice.instance->instance_number, middles[i]);
        assert_string_equal(choice.source, "stack-order");
        assert_float_equal(choice.confidence, 0.6, 1e-12);
        assert_float_equal(choice.tilt_deg, fabs(14.0 - 3.0 * (double)i), 1e-6);
        assert_true(isnan(choice.distance_mm));
        assert_ptr_equal(choice.series, series);
        assert_non_null(strstr(choice.note, "five lumbar vertebrae"));
    }
}

static void is_less_sure_of_another_number_of_stacks(void **state) {
    (void)state;
    study_fixture f;
    const myo_study *study = disc_stacks(&f, 3);
    myo_level_choice choice;
    myo_error err = {0};
    assert_true(
        myo_level_choose_slice(study, &study->series[0], NULL, "L4/5", NULL, &choice, NULL));
    assert_int_equal(choice.instance->instance_number, 8);
    assert_true(choice.confidence < MYO_LEVEL_CONFIRMED_MIN);
    assert_false(
        myo_level_choose_slice(study, &study->series[0], NULL, "L2/3", NULL, &choice, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message,
                        "series 6 (\"\") has 3 stacks, which reach from L5/S1 to L3/4 when counted "
                        "from the foot, and not to L2/3; --slice 6:INSTANCE decides");
}

/* A level was left out: counting goes wrong above the gap, and the confidence says so. */
static void notices_stacks_that_are_not_one_level_apart(void **state) {
    (void)state;
    static const double heights[] = {0.0, 35.0, 105.0, 140.0, 175.0};
    study_fixture f = {0};
    series_fixture *part = add_series(&f, 6);
    for (size_t i = 0; i < 5; i++) {
        add_stack(part, 3, heights[i], 10.0 - 2.0 * (double)i);
    }
    const myo_study *study = finish_study(&f);
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], NULL, "L4/5", NULL, &choice, NULL));
    assert_float_equal(choice.confidence, 0.3, 1e-12);
    assert_non_null(strstr(choice.note, "not one level apart"));
}

/* A steep stack below (through the sacrum, say) is no axial stack and is not counted. */
static void does_not_count_stacks_that_are_not_axial(void **state) {
    (void)state;
    study_fixture f = {0};
    series_fixture *part = add_series(&f, 6);
    add_stack(part, 3, -40.0, 60.0);
    add_stack(part, 3, 0.0, 10.0);
    add_stack(part, 3, 35.0, 5.0);
    const myo_study *study = finish_study(&f);
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], NULL, "L4/5", NULL, &choice, NULL));
    assert_int_equal(choice.instance->instance_number, 8);
}

static void takes_a_single_slice_as_it_is(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 1), 1, 0.0, 0.0);
    const myo_study *study = finish_study(&f);
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], NULL, "L3/4", NULL, &choice, NULL));
    assert_string_equal(choice.source, "single-slice");
    assert_string_equal(choice.level, "L3/4");
    assert_float_equal(choice.confidence, 0.5, 1e-12);
    assert_int_equal(choice.instance->instance_number, 1);
    assert_non_null(strstr(choice.note, "L3/4 is assumed"));
}

/* Three slices go through one disc; forty go through all of them. */
static void does_not_guess_within_a_block(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 1), 3, 0.0, 0.0);
    add_stack(add_series(&f, 2), 40, 0.0, 0.0);
    const myo_study *study = finish_study(&f);
    myo_level_choice choice = {0};
    myo_error err = {0};
    assert_true(
        myo_level_choose_slice(study, &study->series[0], NULL, "L4/5", NULL, &choice, NULL));
    assert_int_equal(choice.instance->instance_number, 2);
    assert_true(choice.confidence < MYO_LEVEL_CONFIRMED_MIN);
    choice = (myo_level_choice){0};
    assert_false(
        myo_level_choose_slice(study, &study->series[1], NULL, "L4/5", NULL, &choice, &err));
    assert_null(choice.instance);
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message,
                        "series 2 (\"\") is one stack of 40 slices over 156 mm, in which discs "
                        "cannot be counted; name the slice at L4/5 with --slice 2:INSTANCE");
}

static void takes_the_slice_that_the_user_names(void **state) {
    (void)state;
    static const char *const names[] = {"6:2", "1.2.6.2"};
    study_fixture f;
    const myo_study *study = disc_stacks(&f, 5);
    for (size_t i = 0; i < 2; i++) {
        myo_level_choice choice;
        assert_true(myo_level_choose_slice(study, NULL, NULL, "L4/5", names[i], &choice, NULL));
        assert_int_equal(choice.instance->instance_number, 2);
        assert_ptr_equal(choice.series, &study->series[0]);
        assert_string_equal(choice.source, "slice-option");
        assert_string_equal(choice.level, "L4/5");
        assert_float_equal(choice.confidence, 1.0, 0.0);
    }
}

/* Frames of one file share its UID. */
static void takes_the_frame_that_the_user_names(void **state) {
    (void)state;
    study_fixture f;
    const myo_study *study = disc_stacks(&f, 2);
    for (size_t i = 0; i < study->series[0].instance_count; i++) {
        f.parts[0].instances[i].sop_uid = "1.2.6";
        f.parts[0].instances[i].frame = i;
    }
    myo_level_choice choice;
    assert_true(myo_level_choose_slice(study, NULL, NULL, "L4/5", "1.2.6:4", &choice, NULL));
    assert_int_equal(choice.instance->frame, 3);
    static const char *const missing[] = {
        "1.2.6:0", "1.2.6:-1", "1.2.6:99", "1.2.6:", "1.2.6:x", "1.2.6:4:4", "1.2:4", "1.2.66:4"};
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        myo_error err = {0};
        assert_false(myo_level_choose_slice(study, NULL, NULL, "L4/5", missing[i], &choice, &err));
        assert_int_equal(err.code, MYO_E_ARGUMENT);
    }
    myo_error err = {0};
    assert_false(myo_level_choose_slice(study, NULL, NULL, "L4/5", "1.2.6", &choice, &err));
    assert_int_equal(err.code, MYO_E_AMBIGUOUS);
    assert_string_equal(err.message, "--slice 1.2.6: several frames have this UID, give one of "
                                     "them, for example 1.2.6:1");
}

static void refuses_a_slice_that_is_not_there_or_not_usable(void **state) {
    (void)state;
    static const char *const missing[] = {"6:99", "7:1", "6:", ":1", "6", "1.2.6.99", "", "6:1x"};
    study_fixture f;
    const myo_study *study = disc_stacks(&f, 2);
    const myo_series *series = &study->series[0];
    myo_level_choice choice;
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        myo_error err = {0};
        assert_false(
            myo_level_choose_slice(study, series, NULL, "L4/5", missing[i], &choice, &err));
        assert_int_equal(err.code, MYO_E_ARGUMENT);
    }
    myo_error err = {0};
    f.parts[0].instances[1].has_spacing = false;
    assert_false(myo_level_choose_slice(study, series, NULL, "L4/5", "6:2", &choice, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    assert_string_equal(err.message, "series 6 (\"\"), instance 2: PixelSpacing is missing or "
                                     "zero, so that areas cannot be computed");
    err = (myo_error){0};
    f.series[0].plane = MYO_PLANE_SAGITTAL;
    assert_false(myo_level_choose_slice(study, series, NULL, "L4/5", "6:1", &choice, &err));
    assert_int_equal(err.code, MYO_E_UNSUPPORTED);
}

static void knows_its_levels_from_head_to_foot(void **state) {
    (void)state;
    static const char *const expected[] = {"L1/2", "L2/3", "L3", "L3/4", "L4/5", "L5/S1"};
    size_t count;
    const char *const *names = myo_level_names(&count);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(names[i], expected[i]);
    }
    study_fixture f;
    const myo_study *study = disc_stacks(&f, 5);
    myo_level_choice choice;
    myo_error err = {0};
    assert_false(
        myo_level_choose_slice(study, &study->series[0], NULL, "L4-5", NULL, &choice, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    assert_non_null(strstr(err.message, "\"L4-5\""));
    err = (myo_error){0};
    assert_false(myo_level_choose_slice(study, &study->series[0], NULL, "L3", NULL, &choice, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_five_stacks_from_the_foot),
        cmocka_unit_test(is_less_sure_of_another_number_of_stacks),
        cmocka_unit_test(notices_stacks_that_are_not_one_level_apart),
        cmocka_unit_test(does_not_count_stacks_that_are_not_axial),
        cmocka_unit_test(takes_a_single_slice_as_it_is),
        cmocka_unit_test(does_not_guess_within_a_block),
        cmocka_unit_test(takes_the_slice_that_the_user_names),
        cmocka_unit_test(takes_the_frame_that_the_user_names),
        cmocka_unit_test(refuses_a_slice_that_is_not_there_or_not_usable),
        cmocka_unit_test(knows_its_levels_from_head_to_foot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
