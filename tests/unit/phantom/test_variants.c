/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every option that changes the anatomy or the series: the pixels show what the truth says. */
#include "cmocka_all.h"

#include "base/file.h"

#include <jansson.h>
#include <math.h>
#include <myotome/dicom.h>
#include <myotome/phantom.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 512
#define PATCH_MM 1.6 /* half side of the square that a value is the mean of */

/* A study that was written and read back. */
typedef struct written {
    char root[64];
    json_t *truth;
    myo_catalogue *catalogue;
    const myo_study *study;
} written;

static myo_phantom_options quiet_options(void) {
    myo_phantom_options options = myo_phantom_defaults();
    options.matrix = 128;
    options.pixel_mm = 1.1;
    options.noise_percent = 0.0;
    options.bias = 1.0;
    options.axial = false;
    return options;
}

static written write_study(const myo_phantom_options *options) {
    written w = {.root = "/tmp/myotome-variant-XXXXXX"};
    char path[PATH_SIZE];
    const char *inputs[] = {path};
    json_error_t reason;
    myo_error err = {0};
    assert_non_null(mkdtemp(w.root));
    if (!myo_phantom_write(options, w.root, &err)) {
        fail_msg("%s", err.message);
    }
    snprintf(path, sizeof path, "%s/truth/truth.json", w.root);
    w.truth = json_load_file(path, JSON_REJECT_DUPLICATES, &reason);
    assert_non_null(w.truth);
    snprintf(path, sizeof path, "%s/dicom", w.root);
    assert_true(myo_catalogue_create(inputs, 1, NULL, NULL, &w.catalogue, &err));
    assert_int_equal(myo_catalogue_get_study_count(w.catalogue), 1);
    assert_int_equal(myo_catalogue_get_skipped_count(w.catalogue), 0);
    w.study = myo_catalogue_get_study(w.catalogue, 0);
    return w;
}

static void remove_study(written *w) {
    static const char *const folders[] = {
        "/dicom/axial_t2", "/dicom/sagittal_t2", "/dicom/sagittal_water", "/dicom", "/truth", ""};
    myo_path_list list = {0};
    myo_catalogue_destroy(w->catalogue);
    json_decref(w->truth);
    assert_true(myo_path_list_walk(&list, w->root, NULL));
    for (size_t i = 0; i < list.count; i++) {
        remove(list.paths[i]);
    }
    myo_path_list_clear(&list);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s%s", w->root, folders[i]);
        remove(path);
    }
}

static const myo_series *series_of(const written *w, myo_plane plane) {
    for (size_t i = 0; i < w->study->series_count; i++) {
        if (w->study->series[i].plane == plane) {
            return &w->study->series[i];
        }
    }
    fail_msg("no %s series", myo_plane_name(plane));
    return NULL;
}

static myo_vec3 point_of(const json_t *point) {
    assert_int_equal(json_array_size(point), 3);
    return (myo_vec3){json_number_value(json_array_get(point, 0)),
                      json_number_value(json_array_get(point, 1)),
                      json_number_value(json_array_get(point, 2))};
}

static myo_vec3 disc_of(const written *w, const char *name) {
    return point_of(json_object_get(json_object_get(w->truth, "discs_lps_mm"), name));
}

static myo_vec3 between(myo_vec3 a, myo_vec3 b) {
    return (myo_vec3){0.5 * (a.x + b.x), 0.5 * (a.y + b.y), 0.5 * (a.z + b.z)};
}

static double distance(myo_vec3 a, myo_vec3 b) {
    return sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) + (a.z - b.z) * (a.z - b.z));
}

/* Whether a point lies in the field of view of the sagittal series. */
static bool is_seen(const written *w, myo_vec3 point) {
    const myo_geometry *g = &series_of(w, MYO_PLANE_SAGITTAL)->instances[7].geometry;
    double column, row, off;
    myo_geometry_from_patient(g, point, &column, &row, &off);
    return column >= 0.0 && row >= 0.0 && column <= (double)(g->columns - 1) &&
           row <= (double)(g->rows - 1);
}

/* Mean signal around a point, on the sagittal slice that is nearest to it. */
static double signal_at(const written *w, myo_vec3 point) {
    const myo_series *series = series_of(w, MYO_PLANE_SAGITTAL);
    const myo_instance *nearest = NULL;
    double column = 0.0, row = 0.0, nearest_off = 1.0e9;
    for (size_t i = 0; i < series->instance_count; i++) {
        double off;
        myo_geometry_from_patient(&series->instances[i].geometry, point, &column, &row, &off);
        if (fabs(off) < nearest_off) {
            nearest_off = fabs(off);
            nearest = &series->instances[i];
        }
    }
    assert_true(nearest_off < 2.3);
    myo_image *image = NULL;
    assert_true(myo_dicom_read_slice(nearest, &image, NULL, NULL));
    const myo_geometry *g = myo_image_get_geometry(image);
    long reach = lround(PATCH_MM / g->row_spacing_mm);
    double sum = 0.0, count = 0.0;
    for (long r = lround(row) - reach; r <= lround(row) + reach; r++) {
        for (long c = lround(column) - reach; c <= lround(column) + reach; c++) {
            assert_true(r >= 0 && c >= 0 && r < (long)g->rows && c < (long)g->columns);
            sum += (double)myo_image_get_pixels(image)[(size_t)r * g->columns + (size_t)c];
            count += 1.0;
        }
    }
    myo_image_destroy(image);
    return sum / count;
}

/* Signal of the body between two discs, beside the vein in its middle. */
static double body_at(const written *w, const char *above, const char *below) {
    return signal_at(w, between(disc_of(w, above), disc_of(w, below)));
}

/* Names of the discs from T12/L1 down. */
static const char *const discs_of_four[] = {"T12/L1", "L1/2", "L2/3", "L3/4", "L4/S1"};
static const char *const discs_of_five[] = {"T12/L1", "L1/2", "L2/3", "L3/4", "L4/5", "L5/S1"};
static const char *const discs_of_six[] = {"T12/L1", "L1/2", "L2/3", "L3/4",
                                           "L4/5",   "L5/6", "L6/S1"};
static const char *const *const discs_by_count[] = {discs_of_four, discs_of_five, discs_of_six};

static void discs_are_named_by_the_number_of_vertebrae(void **state) {
    (void)state;
    for (int lumbar = 4; lumbar <= 6; lumbar++) {
        myo_phantom_options options = quiet_options();
        options.lumbar = lumbar;
        options.discs = MYO_PHANTOM_DISCS_BRIGHT;
        options.sagittal_fov_mm = 340.0;
        written w = write_study(&options);
        const char *const *names = discs_by_count[lumbar - 4];
        assert_int_equal(json_integer_value(json_object_get(w.truth, "lumbar_vertebrae")), lumbar);
        assert_int_equal(json_object_size(json_object_get(w.truth, "discs_lps_mm")), lumbar + 2);
        for (int i = 0; i < lumbar; i++) {
            double upper = signal_at(&w, disc_of(&w, names[i]));
            double body = body_at(&w, names[i], names[i + 1]);
            double lower = signal_at(&w, disc_of(&w, names[i + 1]));
            assert_true(upper > 1.1 * body && lower > 1.1 * body);
        }
        /* Below the last mobile disc there is none, only a rest of one. */
        myo_vec3 sacral =
            point_of(json_object_get(json_object_get(w.truth, "sacral_disc_lps_mm"), "S1/2"));
        assert_true(signal_at(&w, sacral) < signal_at(&w, disc_of(&w, names[lumbar])));
        remove_study(&w);
    }
}

static void discs_are_dark_or_mixed_when_asked(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    options.discs = MYO_PHANTOM_DISCS_DARK;
    written w = write_study(&options);
    for (int i = 1; i < 5; i++) {
        double body = body_at(&w, discs_of_five[i], discs_of_five[i + 1]);
        assert_true(signal_at(&w, disc_of(&w, discs_of_five[i])) < 0.6 * body);
        assert_true(signal_at(&w, disc_of(&w, discs_of_five[i + 1])) < 0.6 * body);
    }
    remove_study(&w);
    options.discs = MYO_PHANTOM_DISCS_MIXED;
    int dark = 0, bright = 0;
    for (uint64_t seed = 3; seed <= 4; seed++) {
        options.seed = seed;
        w = write_study(&options);
        for (int i = 1; i < 5; i++) {
            double body = body_at(&w, discs_of_five[i], discs_of_five[i + 1]);
            double disc = signal_at(&w, disc_of(&w, discs_of_five[i]));
            assert_true(disc < 0.6 * body || disc > 1.1 * body);
            dark += disc < body;
            bright += disc > body;
        }
        remove_study(&w);
    }
    assert_true(dark >= 2 && bright >= 2);
}

/* A strong lordosis with a narrow last disc once folded the first sacral body away. */
static void the_first_sacral_body_is_there_in_a_strong_lordosis(void **state) {
    (void)state;
    static const uint64_t seeds[] = {11, 14};
    myo_phantom_options options = quiet_options();
    options.discs = MYO_PHANTOM_DISCS_MIXED;
    for (size_t i = 0; i < 2; i++) {
        options.seed = seeds[i];
        written w = write_study(&options);
        myo_vec3 sacral =
            point_of(json_object_get(json_object_get(w.truth, "sacral_disc_lps_mm"), "S1/2"));
        double first_sacral = signal_at(&w, between(sacral, disc_of(&w, "L5/S1")));
        assert_near(first_sacral / body_at(&w, "L4/5", "L5/S1"), 1.0, 0.25);
        remove_study(&w);
    }
}

static void water_images_have_no_fat(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    options.seed = 2; /* a thick layer of fat */
    double relative[2];
    for (int water = 0; water < 2; water++) {
        options.sagittal_water = water == 1;
        written w = write_study(&options);
        double body = body_at(&w, "L2/3", "L3/4");
        assert_true(signal_at(&w, disc_of(&w, "L3/4")) > 1.1 * body);
        /* Fat lies below the skin: come from the back until there is signal. */
        myo_vec3 point = disc_of(&w, "L3/4");
        point.y += 120.0;
        while (signal_at(&w, point) < 0.2 * body) {
            point.y -= 1.0;
        }
        point.y -= 8.0;
        relative[water] = signal_at(&w, point) / body;
        remove_study(&w);
    }
    assert_true(relative[0] > 1.5);
    assert_true(relative[1] < 0.4);
}

static void cement_gives_no_signal(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    options.cement = 3;
    written w = write_study(&options);
    double cement = body_at(&w, "L2/3", "L3/4");
    assert_true(cement < 0.1 * body_at(&w, "L3/4", "L4/5"));
    assert_true(cement < 0.1 * body_at(&w, "L1/2", "L2/3"));
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(w.truth, "options"), "cement")), "L3");
    remove_study(&w);
}

static void a_fractured_vertebra_is_low_in_front(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    written usual = write_study(&options);
    options.fracture = 1;
    written wedge = write_study(&options);
    assert_true(distance(disc_of(&usual, "T12/L1"), disc_of(&usual, "L1/2")) -
                    distance(disc_of(&wedge, "T12/L1"), disc_of(&wedge, "L1/2")) >
                5.0);
    /* What is below it stays; what is above leans forward. */
    assert_near(distance(disc_of(&usual, "L1/2"), disc_of(&wedge, "L1/2")), 0.0, 0.01);
    myo_vec3 up = disc_of(&wedge, "T11/12"), down = disc_of(&wedge, "T12/L1");
    myo_vec3 usual_up = disc_of(&usual, "T11/12"), usual_down = disc_of(&usual, "T12/L1");
    assert_true(up.y - down.y < usual_up.y - usual_down.y - 2.0);
    assert_true(signal_at(&wedge, disc_of(&wedge, "T12/L1")) >
                1.1 * body_at(&wedge, "T12/L1", "L1/2"));
    remove_study(&usual);
    remove_study(&wedge);
}

static void a_scoliosis_takes_discs_out_of_the_middle(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    options.discs = MYO_PHANTOM_DISCS_BRIGHT;
    written straight = write_study(&options);
    for (int side = -1; side <= 1; side += 2) {
        options.scoliosis_mm = 25.0 * (double)side;
        written bent = write_study(&options);
        double shift = disc_of(&bent, "L2/3").x - disc_of(&straight, "L2/3").x;
        assert_near(shift, options.scoliosis_mm, 3.0);
        assert_near(disc_of(&bent, "L5/S1").x, disc_of(&straight, "L5/S1").x, 0.5);
        for (int i = 1; i < 5; i++) {
            double body = body_at(&bent, discs_of_five[i], discs_of_five[i + 1]);
            assert_true(signal_at(&bent, disc_of(&bent, discs_of_five[i])) > 1.1 * body);
        }
        /* On the slice of the sacrum there is no disc at that height. */
        myo_vec3 beside = disc_of(&bent, "L2/3");
        beside.x = disc_of(&bent, "L5/S1").x;
        assert_true(signal_at(&bent, beside) < 0.8 * signal_at(&bent, disc_of(&bent, "L2/3")));
        remove_study(&bent);
    }
    remove_study(&straight);
}

static void the_sacrum_can_be_cut_off(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    options.sagittal_offset_mm = 60.0;
    written w = write_study(&options);
    assert_true(is_seen(&w, disc_of(&w, "L5/S1")));
    assert_false(is_seen(
        &w, point_of(json_object_get(json_object_get(w.truth, "sacral_disc_lps_mm"), "S1/2"))));
    remove_study(&w);
    options.sagittal_offset_mm = 95.0;
    w = write_study(&options);
    assert_true(is_seen(&w, disc_of(&w, "L4/5")));
    assert_false(is_seen(&w, disc_of(&w, "L5/S1")));
    remove_study(&w);
    options.sagittal_offset_mm = 0.0;
    options.sagittal_fov_mm = 150.0;
    w = write_study(&options);
    assert_near(series_of(&w, MYO_PLANE_SAGITTAL)->instances[0].geometry.row_spacing_mm,
                150.0 / 128.0, 1e-4);
    assert_true(is_seen(&w, disc_of(&w, "L4/5")) && is_seen(&w, disc_of(&w, "L2/3")));
    assert_false(is_seen(&w, disc_of(&w, "T12/L1")));
    remove_study(&w);
}

static void the_coil_falls_off_towards_head_and_foot(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    written even = write_study(&options);
    options.coil_falloff = 8.0;
    written shaded = write_study(&options);
    for (int i = 0; i < 6; i++) {
        myo_vec3 disc = disc_of(&even, discs_of_five[i]);
        double expected = pow(8.0, -disc.z * disc.z / (144.0 * 144.0));
        assert_near(signal_at(&shaded, disc) / signal_at(&even, disc), expected, 0.05);
    }
    remove_study(&even);
    remove_study(&shaded);
}

static void a_transition_changes_the_lowest_discs(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    options.transition = MYO_PHANTOM_SACRALISED;
    options.discs = MYO_PHANTOM_DISCS_BRIGHT;
    written w = write_study(&options);
    double body = body_at(&w, "L4/5", "L5/S1");
    assert_true(signal_at(&w, disc_of(&w, "L4/5")) > 1.1 * body);
    assert_true(signal_at(&w, disc_of(&w, "L5/S1")) < 0.7 * body);
    remove_study(&w);
    options.transition = MYO_PHANTOM_LUMBARISED;
    w = write_study(&options);
    myo_vec3 sacral =
        point_of(json_object_get(json_object_get(w.truth, "sacral_disc_lps_mm"), "S1/2"));
    double first_sacral = signal_at(&w, between(sacral, disc_of(&w, "L5/S1")));
    assert_true(signal_at(&w, sacral) > 1.1 * first_sacral);
    assert_true(signal_at(&w, disc_of(&w, "L5/S1")) > 1.1 * first_sacral);
    remove_study(&w);
}

/* Each axial slice lies as far from the centre of its disc as the truth says. */
static void check_axial_truth(const written *w) {
    const myo_series *axial = series_of(w, MYO_PLANE_AXIAL);
    json_t *slices = json_object_get(w->truth, "axial");
    assert_int_equal(json_array_size(slices), axial->instance_count);
    for (size_t i = 0; i < axial->instance_count; i++) {
        const myo_instance *instance = &axial->instances[i];
        assert_true(instance->instance_number >= 1 &&
                    (size_t)instance->instance_number <= axial->instance_count);
        const json_t *slice = json_array_get(slices, (size_t)instance->instance_number - 1);
        myo_vec3 centre = disc_of(w, json_string_value(json_object_get(slice, "level")));
        double column, row, off;
        myo_geometry_from_patient(&instance->geometry, centre, &column, &row, &off);
        assert_near(fabs(off), fabs(json_number_value(json_object_get(slice, "offset_mm"))), 0.01);
    }
}

static void axial_stacks_begin_where_asked(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    options.axial = true;
    options.axial_from = 4;
    options.axial_stacks = 2;
    options.own_frames = true;
    written w = write_study(&options);
    const myo_series *axial = series_of(&w, MYO_PLANE_AXIAL);
    assert_int_equal(axial->instance_count, 6);
    assert_int_equal(axial->stack_count, 2);
    check_axial_truth(&w);
    json_t *slices = json_object_get(w.truth, "axial");
    static const char *const levels[] = {"L3/4", "L3/4", "L3/4", "L4/5", "L4/5", "L4/5"};
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(json_string_value(json_object_get(json_array_get(slices, i), "level")),
                            levels[i]);
    }
    const char *sagittal_frame = series_of(&w, MYO_PLANE_SAGITTAL)->frame_of_reference_uid;
    assert_string_not_equal(axial->frame_of_reference_uid, sagittal_frame);
    assert_string_equal(
        json_string_value(json_object_get(w.truth, "sagittal_frame_of_reference_uid")),
        sagittal_frame);
    remove_study(&w);
}

static void a_block_has_one_stack_without_tilt(void **state) {
    (void)state;
    myo_phantom_options options = quiet_options();
    options.axial = true;
    options.axial_block = true;
    options.axial_stacks = 2;
    written w = write_study(&options);
    const myo_series *axial = series_of(&w, MYO_PLANE_AXIAL);
    assert_int_equal(axial->stack_count, 1);
    assert_near(axial->stacks[0].tilt_deg, 0.0, 0.01);
    check_axial_truth(&w);
    double lowest = 1.0e9, highest = -1.0e9;
    for (size_t i = 0; i < axial->instance_count; i++) {
        lowest = fmin(lowest, axial->instances[i].geometry.position_mm.z);
        highest = fmax(highest, axial->instances[i].geometry.position_mm.z);
    }
    assert_true(lowest < disc_of(&w, "L5/S1").z - 8.0 && highest > disc_of(&w, "L4/5").z + 8.0);
    remove_study(&w);
}

static void impossible_options_are_refused(void **state) {
    (void)state;
    static const struct {
        int lumbar, cement, axial_from, axial_stacks;
        double scoliosis_mm, coil_falloff;
        const char *message;
    } cases[] = {
        {7, 0, 0, 0, 0.0, 1.0, "phantom: number of lumbar vertebrae is 7, not between 4 and 6"},
        {5, 6, 0, 0, 0.0, 1.0,
         "phantom: number of the cemented lumbar vertebra is 6, not between 0 and 5"},
        {5, 0, 4, 5, 0.0, 1.0, "phantom: number of axial stacks is 5, not between 0 and 4"},
        {5, 0, 0, 0, 41.0, 1.0, "phantom: scoliosis in mm is 41, not between -40 and 40"},
        {5, 0, 0, 0, 0.0, 0.5, "phantom: coil falloff is 0.5, not between 1 and 20"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        myo_phantom_options options = quiet_options();
        myo_error err = {0};
        options.lumbar = cases[i].lumbar;
        options.cement = cases[i].cement;
        options.axial_from = cases[i].axial_from;
        options.axial_stacks = cases[i].axial_stacks;
        options.scoliosis_mm = cases[i].scoliosis_mm;
        options.coil_falloff = cases[i].coil_falloff;
        assert_false(myo_phantom_write(&options, "/proc/phantom", &err));
        assert_string_equal(err.message, cases[i].message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discs_are_named_by_the_number_of_vertebrae),
        cmocka_unit_test(discs_are_dark_or_mixed_when_asked),
        cmocka_unit_test(the_first_sacral_body_is_there_in_a_strong_lordosis),
        cmocka_unit_test(water_images_have_no_fat),
        cmocka_unit_test(cement_gives_no_signal),
        cmocka_unit_test(a_fractured_vertebra_is_low_in_front),
        cmocka_unit_test(a_scoliosis_takes_discs_out_of_the_middle),
        cmocka_unit_test(the_sacrum_can_be_cut_off),
        cmocka_unit_test(the_coil_falls_off_towards_head_and_foot),
        cmocka_unit_test(a_transition_changes_the_lowest_discs),
        cmocka_unit_test(axial_stacks_begin_where_asked),
        cmocka_unit_test(a_block_has_one_stack_without_tilt),
        cmocka_unit_test(impossible_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
