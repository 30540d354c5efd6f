/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a level: where planes, discs and names lie, and what it refuses. */
#include "cmocka_all.h"

#include "base/file.h"
#include "report/level_picture.h"
#include "report/picture_fixture.h"

#include <math.h>
#include <string.h>

#define PATH "test_level_picture.png"
#define SIDE 100
#define SPACING_MM 2.0
#define HALF_MM (0.5 * SIDE * SPACING_MM)
#define HEIGHT 1080
#define PX_PER_MM (HEIGHT / (SIDE * SPACING_MM))
#define GUTTER 270
#define PANEL 620
/* An axial image is narrower than the sagittal one. */
#define AXIAL_HALF_MM 75.0
#define SLICES_MAX 1000

typedef struct rgb {
    int red, green, blue;
} rgb;

/* Thin lines share their colour out between two rows of pixels. */
static const rgb chosen_color = {56, 230, 255}, other_color = {255, 140, 219},
                 plane_color = {55, 97, 152}, sure_color = {122, 201, 133},
                 unsure_color = {245, 190, 82};

/* A study with one sagittal slice at x = 0, whose middle is the origin. */
typedef struct scene {
    myo_image *image;
    myo_instance sagittal_instance, axial_instances[SLICES_MAX];
    myo_stack stack;
    myo_series sagittal, axial;
    myo_spine spine;
    myo_level_choice slice, other;
    myo_report_location location;
} scene;

/* Where a point of the sagittal plane lies in the picture. */
static double to_x(double y_mm) {
    return (y_mm + HALF_MM) * PX_PER_MM;
}

static double to_y(double z_mm) {
    return (HALF_MM - z_mm) * PX_PER_MM;
}

/* Stores the slice with columns to the back or (transposed) along the body axis, and with either
 * axis reversed: bright at the front above. */
static myo_image *store(bool transposed, bool reverse_columns, bool reverse_rows) {
    double column_sign = reverse_columns ? -1.0 : 1.0, row_sign = reverse_rows ? -1.0 : 1.0;
    myo_vec3 along_columns = transposed ? (myo_vec3){0.0, 0.0, -1.0} : (myo_vec3){0.0, 1.0, 0.0};
    myo_vec3 along_rows = transposed ? (myo_vec3){0.0, 1.0, 0.0} : (myo_vec3){0.0, 0.0, -1.0};
    double edge = HALF_MM - 0.5 * SPACING_MM;
    myo_geometry g = {
        .columns = SIDE,
        .rows = SIDE,
        .column_spacing_mm = SPACING_MM,
        .row_spacing_mm = SPACING_MM,
        .row_cosine = {0.0, column_sign * along_columns.y, column_sign * along_columns.z},
        .column_cosine = {0.0, row_sign * along_rows.y, row_sign * along_rows.z}};
    g.position_mm = (myo_vec3){0.0, -edge * (g.row_cosine.y + g.column_cosine.y),
                               -edge * (g.row_cosine.z + g.column_cosine.z)};
    myo_image *image;
    assert_true(myo_image_create(&g, &image, NULL));
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++) {
            myo_vec3 p = myo_geometry_to_patient(&g, (double)column, (double)row);
            bool bright = p.y < -60.0 && p.z > 60.0;
            myo_image_get_pixels(image)[row * SIDE + column] = bright ? 200.0f : 0.0f;
        }
    }
    return image;
}

/* An axial slice through (0, 0, z), turned about the left-right axis so that its back rises. */
static myo_geometry axial_slice(double z_mm, double tilt_deg) {
    double tilt = tilt_deg * acos(-1.0) / 180.0, edge = AXIAL_HALF_MM - 0.5;
    myo_vec3 back = {0.0, cos(tilt), sin(tilt)};
    return (myo_geometry){.columns = (size_t)(2.0 * AXIAL_HALF_MM),
                          .rows = (size_t)(2.0 * AXIAL_HALF_MM),
                          .column_spacing_mm = 1.0,
                          .row_spacing_mm = 1.0,
                          .position_mm = {-edge, -edge * back.y, z_mm - edge * back.z},
                          .row_cosine = {1.0, 0.0, 0.0},
                          .column_cosine = back};
}

/* `count` slices from the foot up, `distance_mm` apart, the lowest at z = -60 mm. */
static void add_axial(scene *s, size_t count, double distance_mm) {
    for (size_t i = 0; i < count; i++) {
        double z = -60.0 + distance_mm * (double)i;
        s->axial_instances[i] = (myo_instance){.instance_number = (int)i + 1,
                                               .has_position = true,
                                               .has_spacing = true,
                                               .geometry = axial_slice(z, 0.0),
                                               .location_mm = z};
    }
    s->stack = (myo_stack){.first = 0, .count = count};
    s->axial = (myo_series){.number = 6001,
                            .modality = MYO_MODALITY_MR,
                            .plane = MYO_PLANE_AXIAL,
                            .instances = s->axial_instances,
                            .instance_count = count,
                            .stacks = &s->stack,
                            .stack_count = 1};
    s->location.axial = &s->axial;
}

static void choose(scene *s, size_t index) {
    s->slice = (myo_level_choice){.level = "L4/5",
                                  .source = "sagittal-discs",
                                  .confidence = 0.9,
                                  .confirmed = true,
                                  .series = &s->axial,
                                  .instance = &s->axial_instances[index],
                                  .distance_mm = 0.4};
    s->location.slice = &s->slice;
}

/* Five discs 30 mm apart, 20 mm to the left of the slice. */
static void add_discs(scene *s, double confidence) {
    static const char *const names[] = {"L1/2", "L2/3", "L3/4", "L4/5", "L5/S1"};
    for (size_t i = 0; i < 5; i++) {
        s->spine.discs[i] = (myo_disc){.name = names[i],
                                       .centre_mm = {20.0, 10.0, 65.0 - 30.0 * (double)i},
                                       .confidence = confidence};
    }
    s->spine.count = 5;
    s->spine.count_confidence = confidence;
}

static scene *create_scene(void) {
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->image = store(false, false, false);
    s->sagittal_instance = (myo_instance){.instance_number = 8};
    s->sagittal = (myo_series){.number = 4001, .modality = MYO_MODALITY_MR, .instance_count = 15};
    s->location = (myo_report_location){.patient_id = "P 1",
                                        .study_date = "20240131",
                                        .level = "L4/5",
                                        .sagittal = &s->sagittal,
                                        .instance = &s->sagittal_instance,
                                        .spine = &s->spine};
    return s;
}

static void destroy(scene *s) {
    myo_image_destroy(s->image);
    free(s);
}

static picture draw(const scene *s) {
    myo_error err = {0};
    if (!myo_report_level_picture_write(PATH, s->image, &s->location, &err)) {
        fail_msg("%s", err.message);
    }
    return picture_read(PATH);
}

/* How many pixels of about one colour lie in a rectangle around a point. */
static size_t count_color(const picture *p, double x, double y, double half_width,
                          double half_height, rgb color) {
    size_t count = 0;
    for (double dy = -half_height; dy <= half_height; dy += 1.0) {
        for (double dx = -half_width; dx <= half_width; dx += 1.0) {
            const uint8_t *at = picture_at(p, x + dx, y + dy);
            count += abs(at[0] - color.red) < 30 && abs(at[1] - color.green) < 30 &&
                     abs(at[2] - color.blue) < 30;
        }
    }
    return count;
}

static bool is_near(const picture *p, double x, double y, rgb color) {
    return count_color(p, x, y, 2.0, 2.0, color) > 0;
}

static void
shows_the_front_on_the_left_with_the_head_on_top_whatever_the_stored_order(void **state) {
    (void)state;
    char *first = NULL;
    size_t first_size = 0;
    for (unsigned order = 0; order < 8; order++) {
        scene *s = create_scene();
        myo_image_destroy(s->image);
        s->image = store(order & 1, order & 2, order & 4);
        add_discs(s, 0.9);
        assert_true(myo_report_level_picture_write(PATH, s->image, &s->location, NULL));
        char *bytes = NULL;
        size_t size = 0;
        assert_true(myo_file_read(PATH, 1 << 24, &bytes, &size, NULL));
        if (first) {
            assert_int_equal(size, first_size);
            assert_memory_equal(bytes, first, size);
            free(bytes);
        } else {
            first = bytes;
            first_size = size;
            picture p = picture_read(PATH);
            assert_int_equal(p.height, HEIGHT);
            assert_int_equal(p.width, HEIGHT + PANEL); /* without a slice there is no label */
            assert_true(picture_at(&p, to_x(-80.0), to_y(80.0))[1] > 240);
            assert_true(picture_at(&p, to_x(80.0), to_y(80.0))[1] < 20);
            assert_true(picture_at(&p, to_x(-80.0), to_y(-80.0))[1] < 20);
            free(p.rgb);
        }
        destroy(s);
    }
    free(first);
    unlink(PATH);
}

static void planes_are_drawn_within_their_images_only(void **state) {
    (void)state;
    scene *s = create_scene();
    add_axial(s, 3, 20.0);
    choose(s, 1);
    s->axial_instances[2].geometry = axial_slice(-20.0, 15.0);
    s->other = s->slice;
    s->other.instance = &s->axial_instances[2];
    s->location.other = &s->other;
    picture p = draw(s);
    assert_int_equal(p.width, HEIGHT + GUTTER + PANEL);
    for (double y_mm = -72.0; y_mm < 74.0; y_mm += 8.0) {
        assert_true(is_near(&p, to_x(y_mm), to_y(-60.0), plane_color));
        assert_true(is_near(&p, to_x(y_mm), to_y(-40.0), chosen_color));
    }
    assert_false(is_near(&p, to_x(-78.0), to_y(-60.0), plane_color));
    assert_false(is_near(&p, to_x(78.0), to_y(-60.0), plane_color));
    assert_false(is_near(&p, to_x(-78.0), to_y(-40.0), chosen_color));
    /* The other slice is dashed and rises to the back. */
    size_t on = 0, off = 0;
    for (double y_mm = -60.0; y_mm < 60.0; y_mm += 1.0) {
        double x = to_x(y_mm), y = to_y(-20.0 + y_mm * tan(15.0 * acos(-1.0) / 180.0));
        const bool drawn = is_near(&p, x, y, other_color);
        on += drawn;
        off += !drawn;
    }
    assert_in_range(on, 60, 100);
    assert_in_range(off, 20, 60);
    free(p.rgb);
    destroy(s);
}

/* Also those that are larger than the sagittal image. */
static void planes_end_with_the_picture(void **state) {
    (void)state;
    scene *s = create_scene();
    add_axial(s, 1, 0.0);
    s->axial_instances[0].geometry = axial_slice(-20.0, 30.0);
    s->axial_instances[0].geometry.row_spacing_mm = 2.0;
    choose(s, 0);
    const double rise = tan(acos(-1.0) / 6.0);
    picture p = draw(s);
    assert_true(is_near(&p, to_x(90.0), to_y(-20.0 + rise * 90.0), chosen_color));
    double x = HEIGHT + 0.6 * GUTTER, y_mm = x / PX_PER_MM - HALF_MM;
    assert_false(is_near(&p, x, to_y(-20.0 + rise * y_mm), chosen_color));
    free(p.rgb);
    destroy(s);
}

static void a_slice_beside_the_sagittal_one_is_not_drawn(void **state) {
    (void)state;
    scene *s = create_scene();
    add_axial(s, 1, 0.0);
    s->axial_instances[0].geometry.position_mm.x += 2.0 * AXIAL_HALF_MM;
    picture p = draw(s);
    assert_int_equal(count_color(&p, 0.5 * HEIGHT, 0.5 * HEIGHT, 500.0, 500.0, plane_color), 0);
    free(p.rgb);
    destroy(s);
}

static void lines_of_many_slices_stay_apart(void **state) {
    (void)state;
    scene *s = create_scene();
    add_axial(s, SLICES_MAX, 0.1);
    picture p = draw(s);
    size_t lines = 0, rows = 0;
    for (double y = to_y(39.0); y < to_y(-59.0); y += 1.0) {
        const uint8_t *at = picture_at(&p, to_x(50.0), y);
        lines += at[2] > 60;
        rows++;
    }
    assert_in_range(lines, rows / 8, rows / 2);
    free(p.rgb);
    destroy(s);
}

static void discs_are_brought_onto_the_slice_in_colours_that_say_how_sure_they_are(void **state) {
    (void)state;
    scene *s = create_scene();
    add_discs(s, 0.9);
    s->spine.discs[1].confidence = 0.3;
    s->spine.discs[2].interpolated = true;
    picture p = draw(s);
    size_t ring[5];
    for (size_t i = 0; i < 5; i++) {
        rgb color = i == 1 ? unsure_color : sure_color;
        double y = to_y(65.0 - 30.0 * (double)i);
        ring[i] = count_color(&p, to_x(10.0), y, 12.0, 12.0, color);
        assert_true(ring[i] > 30);
        assert_int_equal(count_color(&p, to_x(10.0), y, 3.0, 3.0, color), 0);
        /* Its name stands in front of it and not behind. */
        assert_true(count_color(&p, to_x(-20.0), y, 40.0, 10.0, color) > 100);
        assert_int_equal(count_color(&p, to_x(40.0), y, 80.0, 20.0, color), 0);
    }
    assert_true(ring[2] < 3 * ring[0] / 4); /* dashed */
    /* The level that was looked for is on a plate of its colour. */
    size_t plain = count_color(&p, to_x(-20.0), to_y(65.0), 40.0, 14.0, sure_color);
    size_t wanted = count_color(&p, to_x(-20.0), to_y(-25.0), 40.0, 14.0, sure_color);
    assert_true(wanted > 2 * plain);
    free(p.rgb);
    destroy(s);
}

/* Counts what the panel shows in a colour. */
static size_t count_in_panel(const picture *p, rgb color) {
    double middle = (double)p->width - 0.5 * PANEL;
    return count_color(p, middle, 0.5 * HEIGHT, 0.5 * PANEL - 1.0, 0.5 * HEIGHT - 1.0, color);
}

static void every_sign_is_a_warning(void **state) {
    (void)state;
    scene *s = create_scene();
    add_axial(s, 3, 20.0);
    choose(s, 1);
    add_discs(s, 0.9);
    picture p = draw(s);
    assert_int_equal(count_in_panel(&p, unsure_color), 0);
    free(p.rgb);
    size_t before = 0;
    const unsigned signs[] = {MYO_SPINE_NO_SACRUM, MYO_SPINE_NO_SACRUM | MYO_SPINE_SACRUM_UNSURE};
    for (size_t i = 0; i < 2; i++) {
        s->spine.signs = signs[i];
        p = draw(s);
        size_t warnings = count_in_panel(&p, unsure_color);
        assert_true(warnings > before + 100);
        before = warnings;
        free(p.rgb);
    }
    s->slice.doubt = "there are six stacks";
    p = draw(s);
    assert_true(count_in_panel(&p, unsure_color) > before + 100);
    before = count_in_panel(&p, unsure_color);
    free(p.rgb);
    s->slice.confirmed = false;
    s->spine.other_shift = -1;
    p = draw(s);
    assert_true(count_in_panel(&p, unsure_color) > before + 300);
    free(p.rgb);
    destroy(s);
}

static void odd_values_do_not_break_it(void **state) {
    (void)state;
    scene *s = create_scene();
    char long_id[2000];
    memset(long_id, 'W', sizeof long_id - 1);
    long_id[sizeof long_id - 1] = '\0';
    add_axial(s, 3, 20.0);
    choose(s, 0);
    s->location.patient_id = long_id;
    s->location.study_date = NULL;
    s->slice.source = "stack-order";
    s->slice.confirmed = false;
    s->slice.distance_mm = (double)NAN;
    memset(s->slice.note, 'm', sizeof s->slice.note - 1);
    s->axial_instances[1].geometry.row_cosine = (myo_vec3){0.0, 0.0, 0.0};
    s->axial_instances[2].geometry.position_mm.z = (double)INFINITY;
    for (size_t i = 0; i < MYO_DISCS_MAX; i++) {
        s->spine.discs[i] = (myo_disc){.name = "T12/L1", .centre_mm = {0.0, -300.0, -90.0}};
    }
    s->spine.count = MYO_DISCS_MAX;
    s->spine.signs = ~0u;
    s->spine.other_shift = 1;
    s->location.sagittal_unreadable = 3;
    picture p = draw(s);
    /* Nothing runs into the right margin, nor into the line at the end. */
    for (size_t y = 0; y < p.height; y++) {
        assert_true(picture_at(&p, (double)p.width - 20.0, (double)y)[1] < 60);
    }
    double middle = (double)p.width - 0.5 * PANEL;
    assert_int_equal(count_color(&p, middle, 1040.0, 300.0, 38.0, unsure_color), 0);
    free(p.rgb);
    destroy(s);
}

static void is_refused(const myo_image *image, const scene *s, const char *path, myo_code code) {
    myo_error err = {0};
    assert_false(myo_report_level_picture_write(path, image, &s->location, &err));
    assert_int_equal(err.code, code);
}

static void refuses_what_cannot_be_shown(void **state) {
    (void)state;
    scene *s = create_scene();
    myo_geometry axial = axial_slice(0.0, 0.0);
    myo_geometry no_spacing = *myo_image_get_geometry(s->image);
    no_spacing.row_spacing_mm = 0.0;
    myo_image *images[2];
    assert_true(myo_image_create(&axial, &images[0], NULL));
    assert_true(myo_image_create(&no_spacing, &images[1], NULL));
    is_refused(images[0], s, PATH, MYO_E_ARGUMENT);
    is_refused(images[1], s, PATH, MYO_E_MISSING);
    is_refused(s->image, s, "/nonexistent/x.png", MYO_E_IO);
    assert_int_equal(access(PATH, F_OK), -1);
    myo_image_destroy(images[0]);
    myo_image_destroy(images[1]);
    destroy(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            shows_the_front_on_the_left_with_the_head_on_top_whatever_the_stored_order),
        cmocka_unit_test(planes_are_drawn_within_their_images_only),
        cmocka_unit_test(planes_end_with_the_picture),
        cmocka_unit_test(a_slice_beside_the_sagittal_one_is_not_drawn),
        cmocka_unit_test(lines_of_many_slices_stay_apart),
        cmocka_unit_test(discs_are_brought_onto_the_slice_in_colours_that_say_how_sure_they_are),
        cmocka_unit_test(every_sign_is_a_warning),
        cmocka_unit_test(odd_values_do_not_break_it),
        cmocka_unit_test(refuses_what_cannot_be_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
