/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels of phantoms: right, or marked. Seeds differ from those that the disc finder was fitted
 * with (tools/disc-prior/phantoms.txt). */
#include "cmocka_all.h"

#include "base/file.h"

#include <jansson.h>
#include <math.h>
#include <myotome/locate.h>
#include <myotome/phantom.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 512
#define RIGHT_MM 6.0 /* a fifth of the distance between two discs */

/* A phantom study with its truth, on disk and read. */
typedef struct study_on_disk {
    char folder[64];
    json_t *truth;
    myo_catalogue *catalogue;
} study_on_disk;

static myo_phantom_options small_phantom(uint64_t seed, bool axial) {
    myo_phantom_options options = myo_phantom_defaults();
    options.seed = seed;
    options.matrix = 224;
    options.pixel_mm = 0.95;
    options.axial = axial;
    return options;
}

static const myo_study *write_and_read(const myo_phantom_options *options, study_on_disk *s) {
    char path[PATH_SIZE];
    myo_error err = {0};
    snprintf(s->folder, sizeof s->folder, "/tmp/myotome-locate-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    if (!myo_phantom_write(options, s->folder, &err)) {
        fail_msg("%s", err.message);
    }
    snprintf(path, sizeof path, "%s/truth/truth.json", s->folder);
    s->truth = json_load_file(path, 0, NULL);
    assert_non_null(s->truth);
    const char *input = s->folder;
    assert_true(myo_catalogue_create(&input, 1, NULL, NULL, &s->catalogue, NULL));
    assert_int_equal(myo_catalogue_get_study_count(s->catalogue), 1);
    return myo_catalogue_get_study(s->catalogue, 0);
}

static void clear(study_on_disk *s) {
    static const char *const folders[] = {
        "dicom/axial_t2", "dicom/sagittal_t2", "dicom/sagittal_water", "dicom", "truth", "."};
    myo_path_list list = {0};
    char path[PATH_SIZE];
    assert_true(myo_path_list_walk(&list, s->folder, NULL));
    for (size_t i = 0; i < list.count; i++) {
        remove(list.paths[i]);
    }
    myo_path_list_clear(&list);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", s->folder, folders[i]);
        remove(strcmp(folders[i], ".") == 0 ? s->folder : path);
    }
    myo_catalogue_destroy(s->catalogue);
    json_decref(s->truth);
}

/* Distance in the sagittal plane between a disc that was found and a true one. */
static double distance_to(const study_on_disk *s, const myo_disc *disc, const char *name) {
    const json_t *p = json_object_get(json_object_get(s->truth, "discs_lps_mm"), name);
    assert_non_null(p);
    return hypot(disc->centre_mm.y - json_number_value(json_array_get(p, 1)),
                 disc->centre_mm.z - json_number_value(json_array_get(p, 2)));
}

static myo_location locate(const myo_study *study, const char *level) {
    myo_location_query query = {.level = level};
    myo_location location;
    myo_error err = {0};
    myo_locate_level(study, &query, &location, &err);
    return location;
}

/* Every lumbar disc of a sagittal phantom has its name and lies where it is. */
static void assert_discs_right(const myo_phantom_options *options) {
    static const char *const names[] = {"L1/2", "L2/3", "L3/4", "L4/5", "L5/S1"};
    study_on_disk s;
    myo_location location = locate(write_and_read(options, &s), "L4/5");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const myo_disc *disc = myo_spine_get_disc(&location.spine, names[i]);
        assert_non_null(disc);
        if (distance_to(&s, disc, names[i]) > RIGHT_MM) {
            fail_msg("seed %lu: %s is %.1f mm off", (unsigned long)options->seed, names[i],
                     distance_to(&s, disc, names[i]));
        }
    }
    assert_true(location.spine.count_confidence >= MYO_LEVEL_CONFIRMED_MIN);
    clear(&s);
}

static void finds_the_slice_through_the_disc(void **state) {
    (void)state;
    myo_phantom_options options = small_phantom(41, true);
    study_on_disk s;
    const myo_study *study = write_and_read(&options, &s);
    static const char *const levels[] = {"L4/5", "L3/4", "L1/2"};
    static const int instances[] = {11, 8, 2}; /* the middles of three slices each, from the head */
    for (size_t i = 0; i < 3; i++) {
        myo_location location = locate(study, levels[i]);
        assert_true(location.has_slice);
        assert_string_equal(location.slice.source, "sagittal-discs");
        assert_int_equal(location.slice.instance->instance_number, instances[i]);
        assert_true(location.slice.confirmed);
        assert_true(location.slice.distance_mm < 3.0);
        assert_int_equal(strlen(location.sagittal_sha256), 64);
    }
    clear(&s);
}

static void is_not_misled_by_findings(void **state) {
    (void)state;
    myo_phantom_options options = small_phantom(42, false);
    options.discs = MYO_PHANTOM_DISCS_DARK;
    options.scoliosis_mm = 20.0;
    assert_discs_right(&options);
    options = small_phantom(43, false);
    options.discs = MYO_PHANTOM_DISCS_MIXED;
    options.cement = 3;
    options.fracture = 1;
    assert_discs_right(&options);
    options = small_phantom(44, false);
    options.sagittal_water = true;
    options.coil_falloff = 5.0;
    assert_discs_right(&options);
}

static void marks_a_count_without_the_sacrum(void **state) {
    (void)state;
    myo_phantom_options options = small_phantom(45, false);
    options.sagittal_offset_mm = 95.0;
    study_on_disk s;
    myo_location location = locate(write_and_read(&options, &s), "L4/5");
    assert_true(location.spine.count > 0);
    assert_true(location.spine.count_confidence < MYO_LEVEL_CONFIRMED_MIN);
    assert_true((location.spine.signs & MYO_SPINE_NO_SACRUM) != 0);
    clear(&s);
}

/* A well-formed S1/2 may be taken for L5/S1: then the doubt has to show. */
static void counts_a_lumbarised_sacrum_right_or_marks_it(void **state) {
    (void)state;
    myo_phantom_options options = small_phantom(46, false);
    options.transition = MYO_PHANTOM_LUMBARISED;
    study_on_disk s;
    myo_location location = locate(write_and_read(&options, &s), "L4/5");
    const myo_disc *disc = myo_spine_get_disc(&location.spine, "L4/5");
    assert_non_null(disc);
    bool right = distance_to(&s, disc, "L4/5") <= RIGHT_MM;
    bool marked = location.spine.count_confidence < MYO_LEVEL_CONFIRMED_MIN ||
                  (location.spine.signs & (MYO_SPINE_TRANSITIONAL | MYO_SPINE_SACRUM_UNSURE)) != 0;
    assert_true(right || marked);
    clear(&s);
}

static void compares_only_series_of_one_frame_of_reference(void **state) {
    (void)state;
    myo_phantom_options options = small_phantom(47, true);
    options.own_frames = true;
    options.axial_from = 4; /* the lowest stack goes through L4/5 */
    study_on_disk s;
    myo_location location = locate(write_and_read(&options, &s), "L4/5");
    assert_null(location.sagittal);
    assert_string_equal(location.note,
                        "the sagittal T2 series has another frame of reference than the axial one");
    /* So the stacks are counted by what they show. */
    assert_true(location.has_slice);
    assert_string_equal(location.slice.source, "axial-anatomy");
    assert_non_null(strstr(location.slice.note, "stack 1 of 4"));
    clear(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_slice_through_the_disc),
        cmocka_unit_test(is_not_misled_by_findings),
        cmocka_unit_test(marks_a_count_without_the_sacrum),
        cmocka_unit_test(counts_a_lumbarised_sacrum_right_or_marks_it),
        cmocka_unit_test(compares_only_series_of_one_frame_of_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
