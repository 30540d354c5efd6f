/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slice that follows from discs, the sagittal series they are found on, and the stacks' looks.
 */
#include "study_fixture.h"

#include <myotome/structure.h>

static void assert_close(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.12g is not %.12g", value, expected);
    }
}

/* Discs 35 mm apart in the middle of the fixture's images, L5/S1 at height 0. */
static myo_spine five_discs(void) {
    static const char *const names[] = {"L1/2", "L2/3", "L3/4", "L4/5", "L5/S1"};
    myo_spine spine = {.count = 5, .count_confidence = 0.9};
    for (size_t i = 0; i < 5; i++) {
        spine.discs[i] = (myo_disc){
            .name = names[i], .centre_mm = {0.0, 0.0, 35.0 * (4.0 - (double)i)}, .confidence = 0.9};
    }
    return spine;
}

static void takes_the_slice_nearest_to_the_disc_along_its_normal(void **state) {
    (void)state;
    study_fixture f = {0};
    series_fixture *part = add_series(&f, 6);
    /* Tilted by 20 degrees: the corner of the nearest slice is 17 mm below the disc. */
    add_stack(part, 9, 40.0, 20.0);
    const myo_study *study = finish_study(&f);
    myo_spine spine = five_discs();
    myo_level_evidence evidence = {.spine = &spine};
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, NULL));
    /* The disc at 35 mm is 5 cos(20) = 4.70 mm along the normal below the middle slice (number 5),
     * 0.70 mm below the next one. */
    assert_int_equal(choice.instance->instance_number, 4);
    assert_close(choice.distance_mm, 5.0 * cos(20.0 * RADIANS_PER_DEGREE) - 4.0, 1e-9);
    assert_close(choice.tilt_deg, 20.0, 1e-6);
    assert_string_equal(choice.source, "sagittal-discs");
    assert_close(choice.confidence, 0.9, 1e-12);
}

/* A CT volume says what its discs were counted from. */
static void says_what_the_discs_of_a_volume_were_counted_from(void **state) {
    (void)state;
    static const struct {
        int rib_free;
        unsigned signs;
        const char *note;
    } cases[] = {
        {0, 0, "L4/5 counted up from the sacrum on the CT volume"},
        {5, 0, "L4/5 counted up from the sacrum on the CT volume, where the ribs agree"},
        {6, MYO_SPINE_RIBS_DISAGREE,
         "L4/5 counted up from the sacrum on the CT volume; but the ribs do not fit five lumbar "
         "vertebrae on both sides (transitional vertebra, or another number?)"},
        {0, MYO_SPINE_FROM_RIBS,
         "L4/5 counted down from the lowest ribs on the CT volume; but the sacrum is not in view, "
         "and the lowest ribs were taken for those of T12"}};
    study_fixture f = {0};
    add_stack(add_series(&f, 6), 9, 40.0, 0.0);
    const myo_study *study = finish_study(&f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myo_spine spine = five_discs();
        spine.rib_free[1] = cases[i].rib_free;
        spine.signs = cases[i].signs;
        myo_level_evidence evidence = {.spine = &spine, .is_volume = true};
        myo_level_choice choice;
        assert_true(myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL,
                                           &choice, NULL));
        assert_string_equal(choice.note, cases[i].note);
        assert_string_equal(choice.source, "ct-vertebrae");
    }
}

static void says_when_a_volume_does_not_show_the_disc(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 6), 9, 40.0, 0.0);
    const myo_study *study = finish_study(&f);
    myo_spine spine = five_discs();
    spine.count = 3;
    myo_level_evidence evidence = {.spine = &spine, .is_volume = true};
    myo_level_choice choice;
    myo_error err = {0};
    assert_false(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message, "L4/5 is not in view on CT series 6 (\"\"), whose discs reach "
                                     "from L1/2 down to L3/4");
}

static void needs_the_disc_inside_the_image(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 6), 3, 35.0, 0.0);
    const myo_study *study = finish_study(&f);
    myo_spine spine = five_discs();
    spine.discs[3].centre_mm.x = 50.5; /* half a pixel beyond the last one */
    myo_level_evidence evidence = {.spine = &spine};
    myo_level_choice choice;
    myo_error err = {0};
    assert_false(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    spine.discs[3].centre_mm.x = 49.5;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, NULL));
}

static void says_when_the_axial_series_does_not_reach_the_disc(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 6), 3, 100.0, 0.0);
    const myo_study *study = finish_study(&f);
    myo_spine spine = five_discs();
    myo_level_evidence evidence = {.spine = &spine};
    myo_level_choice choice;
    myo_error err = {0};
    assert_false(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, &err));
    assert_string_equal(err.message, "series 6 (\"\") does not reach L4/5 where the discs show "
                                     "it: its nearest slice is 61 mm away");
}

static void trusts_a_slice_off_the_disc_less(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 6), 1, 41.0, 0.0);
    add_stack(&f.parts[0], 1, 75.0, 0.0);
    const myo_study *study = finish_study(&f);
    myo_spine spine = five_discs();
    myo_level_evidence evidence = {.spine = &spine};
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, NULL));
    assert_close(choice.distance_mm, 6.0, 1e-9);
    assert_close(choice.confidence, 0.8 * 0.9, 1e-12);
}

static void finds_the_middle_of_a_vertebra(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 6), 40, 80.0, 0.0);
    const myo_study *study = finish_study(&f);
    myo_spine spine = five_discs();
    spine.discs[2].confidence = 0.6;
    myo_level_evidence evidence = {.spine = &spine};
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L3", NULL, &choice, NULL));
    /* Between L2/3 (105) and L3/4 (70): 87.5 mm; the slices lie at 80 + 4 k. */
    assert_close(choice.distance_mm, 0.5, 1e-9);
    assert_close(choice.instance->geometry.position_mm.z, 88.0, 1e-9);
    assert_close(choice.confidence, 0.6, 1e-12);
}

static void tells_the_slice_of_the_other_count(void **state) {
    (void)state;
    study_fixture f = {0};
    add_disc_stacks(add_series(&f, 6), 5);
    const myo_study *study = finish_study(&f);
    myo_spine spine = five_discs();
    myo_level_choice other;
    assert_false(myo_level_choose_other_slice(&study->series[0], &spine, "L4/5", &other));
    spine.other_confidence = 0.2;
    spine.other_shift = 1; /* what is called L5/S1 would be L4/5 */
    assert_true(myo_level_choose_other_slice(&study->series[0], &spine, "L4/5", &other));
    assert_int_equal(other.instance->instance_number, 2);
    assert_close(other.confidence, 0.2, 1e-12);
    spine.other_shift = -1;
    assert_true(myo_level_choose_other_slice(&study->series[0], &spine, "L4/5", &other));
    assert_int_equal(other.instance->instance_number, 8);
    assert_false(myo_level_choose_other_slice(&study->series[0], &spine, "L1/2", &other));
}

static void doubts_a_count_with_six_or_four_stacks(void **state) {
    (void)state;
    static const struct {
        size_t stacks;
        double confidence;
        const char *text;
        int other; /* instance at L4/5 if the doubt is right: one level higher, or lower */
    } cases[] = {{6, 0.7 * 0.9, "six lumbar vertebrae?", 8},
                 {5, 0.9, NULL, 0},
                 {4, 0.9 * 0.9, "four lumbar vertebrae?", 2}};
    for (size_t c = 0; c < 3; c++) {
        study_fixture f = {0};
        add_disc_stacks(add_series(&f, 6), cases[c].stacks);
        const myo_study *study = finish_study(&f);
        myo_spine spine = five_discs();
        myo_level_evidence evidence = {.spine = &spine};
        myo_level_choice choice;
        assert_true(myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL,
                                           &choice, NULL));
        assert_close(choice.confidence, cases[c].confidence, 1e-12);
        assert_int_equal(strstr(choice.note, "stacks of slices") != NULL, cases[c].text != NULL);
        assert_true(!cases[c].text || strstr(choice.note, cases[c].text));
        bool has_other = myo_level_choose_other_slice(&study->series[0], &spine, "L4/5", &choice);
        assert_int_equal(has_other, cases[c].other != 0);
        assert_int_equal(has_other ? choice.instance->instance_number : 0, cases[c].other);
    }
}

static void falls_back_on_stacks_where_discs_do_not_show_the_level(void **state) {
    (void)state;
    study_fixture f = {0};
    add_disc_stacks(add_series(&f, 6), 5);
    const myo_study *study = finish_study(&f);
    myo_spine spine = five_discs();
    spine.discs[0] = spine.discs[4];
    spine.count = 1; /* L5/S1 alone */
    myo_level_evidence evidence = {.spine = &spine};
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, NULL));
    assert_string_equal(choice.source, "stack-order");
}

/* Looks at the lowest three stacks with the given results. */
static void look(const myo_series *series, const double index[3],
                 myo_level_look looks[MYO_LEVEL_LOOKS_MAX]) {
    const myo_instance *slices[MYO_LEVEL_LOOKS_MAX];
    assert_int_equal(myo_level_list_slices(series, slices), 3);
    for (size_t i = 0; i < 3; i++) {
        looks[i] = (myo_level_look){slices[i], index[i]};
    }
}

static void counts_stacks_by_what_they_show(void **state) {
    (void)state;
    study_fixture f = {0};
    add_disc_stacks(add_series(&f, 6), 4);
    const myo_study *study = finish_study(&f);
    static const struct {
        double index[3];
        int instance; /* at L4/5 */
        bool confirmed;
    } cases[] = {
        {{0.65, 0.10, -0.15}, 5, true},    /* L5/S1, L4/5, L3/4 */
        {{NAN, 0.40, 0.0}, 5, true},       /* the lowest not outlined, the next one low */
        {{0.10, -0.15, -0.30}, 2, true},   /* from L4/5 up */
        {{-0.20, -0.35, -0.45}, 2, false}, /* L4/5 or L3/4? */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myo_level_look looks[MYO_LEVEL_LOOKS_MAX];
        look(&study->series[0], cases[i].index, looks);
        myo_level_evidence evidence = {.looks = looks, .look_count = 3};
        myo_level_choice choice;
        assert_true(myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL,
                                           &choice, NULL));
        assert_string_equal(choice.source, "axial-anatomy");
        assert_int_equal(choice.instance->instance_number, cases[i].instance);
        assert_int_equal(choice.confirmed, cases[i].confirmed);
        assert_true(choice.confidence <= 0.7);
    }
    /* From L4/5 up there is hardly an L5/S1, and from higher up none. */
    myo_level_look looks[MYO_LEVEL_LOOKS_MAX];
    look(&study->series[0], cases[2].index, looks);
    myo_level_evidence evidence = {.looks = looks, .look_count = 3};
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L5/S1", NULL, &choice, NULL));
    assert_true(choice.confidence < 0.2);
    static const double higher[] = {-0.1, -0.3, -0.4};
    look(&study->series[0], higher, looks);
    assert_false(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L5/S1", NULL, &choice, NULL));
}

static void finds_a_level_along_one_long_stack(void **state) {
    (void)state;
    study_fixture f = {0};
    add_stack(add_series(&f, 6), 41, 70.0, 0.0); /* from -10 to 150 mm */
    const myo_study *study = finish_study(&f);
    const myo_instance *slices[MYO_LEVEL_LOOKS_MAX];
    myo_level_look looks[MYO_LEVEL_LOOKS_MAX];
    size_t count = myo_level_list_slices(&study->series[0], slices);
    assert_int_equal(count, MYO_LEVEL_LOOKS_MAX);
    for (size_t i = 0; i < count; i++) {
        /* 0.1, as at L4/5, at 40 mm. */
        double index = 0.1 - 0.008 * (slices[i]->location_mm - 40.0);
        looks[i] = (myo_level_look){slices[i], i == 4 ? (double)NAN : index};
    }
    myo_level_evidence evidence = {.looks = looks, .look_count = count};
    myo_level_choice choice;
    assert_true(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, NULL));
    assert_true(fabs(choice.instance->location_mm - 40.0) <= 2.0);
    assert_string_equal(choice.source, "axial-anatomy");
    assert_false(choice.confirmed);
    /* L1/2 (-0.4) would lie at 102.5 mm; an index that rises towards the head tells nothing. */
    assert_true(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L1/2", NULL, &choice, NULL));
    assert_true(fabs(choice.instance->location_mm - 102.5) <= 2.0);
    for (size_t i = 0; i < count; i++) {
        looks[i].caudal_index = -looks[i].caudal_index;
    }
    assert_false(
        myo_level_choose_slice(study, &study->series[0], &evidence, "L4/5", NULL, &choice, NULL));
}

/* Two psoas of 10 x 10 pixels and a vertebra of 40 x 30 on a slice of 1 mm pixels. */
static myo_labels *draw_outlines(double tilt_deg) {
    double c = cos(tilt_deg * RADIANS_PER_DEGREE), s = sin(tilt_deg * RADIANS_PER_DEGREE);
    myo_geometry g = {.columns = 200,
                      .rows = 150,
                      .column_spacing_mm = 1.0,
                      .row_spacing_mm = 1.0,
                      .row_cosine = {1.0, 0.0, 0.0},
                      .column_cosine = {0.0, c, s}};
    const struct {
        uint16_t label;
        size_t column, row, columns, rows;
    } boxes[] = {{myo_structure_get(MYO_PSOAS_MAJOR)->label[MYO_RIGHT], 40, 50, 10, 10},
                 {myo_structure_get(MYO_PSOAS_MAJOR)->label[MYO_LEFT], 150, 50, 10, 10},
                 {myo_structure_get(MYO_VERTEBRAL_REFERENCE)->label[0], 80, 60, 40, 30}};
    myo_labels *labels;
    assert_true(myo_labels_create(&g, &labels, NULL));
    for (size_t b = 0; b < 3; b++) {
        for (size_t r = 0; r < boxes[b].rows; r++) {
            for (size_t k = 0; k < boxes[b].columns; k++) {
                myo_labels_get_pixels(labels)[(boxes[b].row + r) * 200 + boxes[b].column + k] =
                    boxes[b].label;
            }
        }
    }
    return labels;
}

static void computes_the_caudal_index_in_the_plane(void **state) {
    (void)state;
    /* Psoas 110 mm apart, their middle 20 mm in front of the vertebra, whose size is sqrt(1200). */
    double expected = (20.0 + 0.5 * 110.0) / sqrt(1200.0) - 1.0;
    static const double tilts[] = {0.0, 25.0, -25.0};
    for (size_t i = 0; i < 3; i++) {
        myo_labels *labels = draw_outlines(tilts[i]);
        double index = 0.0;
        assert_true(myo_level_caudal_index(labels, &index));
        assert_close(index, expected, 1e-9);
        uint16_t psoas = myo_structure_get(MYO_PSOAS_MAJOR)->label[MYO_LEFT];
        for (size_t p = 0; p < (size_t)200 * 150; p++) {
            uint16_t *pixel = &myo_labels_get_pixels(labels)[p];
            *pixel = *pixel == psoas ? 0 : *pixel;
        }
        assert_false(myo_level_caudal_index(labels, &index));
        myo_labels_destroy(labels);
    }
}

static series_fixture *add_sagittal(study_fixture *f, int number, const char *frame) {
    series_fixture *part = add_series(f, number);
    part->series.plane = MYO_PLANE_SAGITTAL;
    part->series.frame_of_reference_uid = frame;
    part->series.instance_count = 15;
    return part;
}

static void finds_the_sagittal_t2_of_the_same_frame_of_reference(void **state) {
    (void)state;
    study_fixture f = {0};
    add_series(&f, 1)->series.frame_of_reference_uid = "1.5";
    add_sagittal(&f, 2, "1.5")->series.weighting = MYO_WEIGHTING_T1;
    add_sagittal(&f, 3, "1.6");
    const myo_study *study = finish_study(&f);
    const char *reason = NULL;
    assert_null(myo_level_find_sagittal(study, &study->series[0], &reason));
    assert_string_equal(reason,
                        "the sagittal T2 series has another frame of reference than the axial one");
    assert_ptr_equal(myo_level_find_sagittal(study, NULL, &reason), &study->series[2]);
    assert_null(reason);
    add_sagittal(&f, 4, "1.5")->series.weighting = MYO_WEIGHTING_FAT_SUPPRESSED;
    study = finish_study(&f);
    assert_ptr_equal(myo_level_find_sagittal(study, &study->series[0], NULL), &study->series[3]);
    /* Without a frame of reference nothing can be compared. */
    f.series[0].frame_of_reference_uid = f.series[2].frame_of_reference_uid = "";
    f.series[3].frame_of_reference_uid = "";
    assert_null(myo_level_find_sagittal(study, &study->series[0], NULL));
}

static void describes_signs_in_words(void **state) {
    (void)state;
    myo_spine spine = {.signs = MYO_SPINE_NO_SACRUM | MYO_SPINE_FEW_DISCS};
    char text[128];
    myo_spine_describe_signs(&spine, text, sizeof text);
    assert_string_equal(text, "the sacrum is not in view, so that discs cannot be counted, only "
                              "few discs are in view");
    char small[16];
    myo_spine_describe_signs(&spine, small, sizeof small);
    assert_int_equal(strlen(small), sizeof small - 1);
    spine.signs = MYO_SPINE_WIDE_PROCESSES;
    myo_spine_describe_signs(&spine, text, sizeof text);
    assert_string_equal(text,
                        "the last lumbar vertebra has wide transverse processes (transitional "
                        "vertebra?)");
    spine.signs = 0;
    myo_spine_describe_signs(&spine, text, sizeof text);
    assert_string_equal(text, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_slice_nearest_to_the_disc_along_its_normal),
        cmocka_unit_test(says_what_the_discs_of_a_volume_were_counted_from),
        cmocka_unit_test(says_when_a_volume_does_not_show_the_disc),
        cmocka_unit_test(needs_the_disc_inside_the_image),
        cmocka_unit_test(says_when_the_axial_series_does_not_reach_the_disc),
        cmocka_unit_test(trusts_a_slice_off_the_disc_less),
        cmocka_unit_test(finds_the_middle_of_a_vertebra),
        cmocka_unit_test(tells_the_slice_of_the_other_count),
        cmocka_unit_test(doubts_a_count_with_six_or_four_stacks),
        cmocka_unit_test(falls_back_on_stacks_where_discs_do_not_show_the_level),
        cmocka_unit_test(counts_stacks_by_what_they_show),
        cmocka_unit_test(finds_a_level_along_one_long_stack),
        cmocka_unit_test(computes_the_caudal_index_in_the_plane),
        cmocka_unit_test(finds_the_sagittal_t2_of_the_same_frame_of_reference),
        cmocka_unit_test(describes_signs_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
