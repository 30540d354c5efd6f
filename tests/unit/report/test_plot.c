/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plots: what is drawn, that it is the same each time, and what is refused. */
#include "cmocka_all.h"

#include "base/file.h"
#include "report/bland_altman.h"
#include "report/picture_fixture.h"
#include "report/plot.h"

#include <stdio.h>
#include <string.h>

#define STEM "test_plot"
#define SIZE_MAX_READ ((size_t)1 << 24)

static char *read_text(const char *path, size_t *size) {
    char *data = NULL;
    assert_true(myo_file_read(path, SIZE_MAX_READ, &data, size, NULL));
    return data;
}

static const double x[] = {0.0, 50.0, 100.0}, y[] = {1.0, NAN, 3.0}, level[] = {2.0};
static const double band[] = {1.5, 2.5};

static myo_plot make_plot(myo_plot_layer layers[2]) {
    layers[0] = (myo_plot_layer){.kind = MYO_PLOT_LEVEL,
                                 .name = "Middle",
                                 .detail = "2",
                                 .y = level,
                                 .y2 = band,
                                 .color = 2};
    layers[1] = (myo_plot_layer){
        .kind = MYO_PLOT_POINTS, .name = "a, b", .x = x, .y = y, .count = 3, .color = 1};
    return (myo_plot){.title = "Title",
                      .subtitle = "",
                      .x = {"x (mm)", NAN, NAN},
                      .y = {"y", NAN, NAN},
                      .layers = layers,
                      .layer_count = 2};
}

/* The CSV holds what is drawn, and a value that is not finite as an empty field. */
static void writes_its_numbers(void **state) {
    (void)state;
    myo_plot_layer layers[2];
    myo_plot plot = make_plot(layers);
    size_t size;
    assert_true(myo_plot_write(STEM, &plot, NULL));
    char *text = read_text(STEM ".csv", &size);
    assert_string_equal(text, "layer,name,x,y,y2\n"
                              "level,Middle,,2.000000,\n"
                              "points,\"a, b\",0.000000,1.000000,\n"
                              "points,\"a, b\",50.000000,,\n"
                              "points,\"a, b\",100.000000,3.000000,\n");
    free(text);
}

static void gives_the_same_bytes(void **state) {
    (void)state;
    static const char *const endings[] = {".svg", ".png"};
    for (int i = 0; i < 2; i++) {
        char path[64];
        size_t size, again;
        myo_plot_layer layers[2];
        myo_plot plot = make_plot(layers);
        snprintf(path, sizeof path, STEM "%s", endings[i]);
        assert_true(myo_plot_write(STEM, &plot, NULL));
        char *first = read_text(path, &size);
        assert_true(myo_plot_write(STEM, &plot, NULL));
        char *second = read_text(path, &again);
        assert_int_equal(size, again);
        assert_memory_equal(first, second, size);
        free(first);
        free(second);
    }
}

/* Blue marks are the only blue in the plot: their centres are found, and lie where their values
 * say, the level being half way between. */
static void places_marks_by_their_values(void **state) {
    (void)state;
    myo_plot_layer layers[2];
    myo_plot plot = make_plot(layers);
    layers[1].name = NULL; /* no mark in the legend */
    assert_true(myo_plot_write(STEM, &plot, NULL));
    picture p = picture_read(STEM ".png");
    double sum[2][2] = {{0.0}}, count[2] = {0.0}, level_row = 0.0, level_count = 0.0;
    for (size_t row = 0; row < p.height; row++) {
        for (size_t column = 0; column < p.width; column++) {
            const uint8_t *rgb = picture_at(&p, (double)column, (double)row);
            int half = column > p.width / 2;
            if (rgb[2] > 150 && rgb[0] < 100) {
                sum[half][0] += (double)column;
                sum[half][1] += (double)row;
                count[half] += 1.0;
            } else if (rgb[0] > 190 && rgb[1] < 120 && rgb[2] < 60 && column < p.width / 2) {
                level_row += (double)row;
                level_count += 1.0;
            }
        }
    }
    assert_true(count[0] > 100.0 && count[1] > 100.0 && level_count > 100.0);
    double first = sum[0][1] / count[0], last = sum[1][1] / count[1];
    assert_true(first - last > 0.4 * (double)p.height); /* the greater value is above */
    assert_near(level_row / level_count, 0.5 * (first + last), 1.0);
    free(p.rgb);
}

static void refuses_an_axis_without_values(void **state) {
    (void)state;
    const double nothing[] = {NAN};
    const myo_plot_layer layer = {.kind = MYO_PLOT_POINTS, .x = nothing, .y = nothing, .count = 1};
    const myo_plot plot = {.title = "",
                           .subtitle = "",
                           .x = {"x", NAN, NAN},
                           .y = {"y", NAN, NAN},
                           .layers = &layer,
                           .layer_count = 1};
    myo_error err = {0};
    assert_false(myo_plot_write(STEM, &plot, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    assert_string_equal(err.message, "plot: 'x' has no values");
}

/* The values of a figure of two readers are mean and difference. */
static void bland_altman_draws_differences(void **state) {
    (void)state;
    const double values[] = {10, 14, 20, 18, 30, 36};
    const char *const readers[] = {"A", "B"};
    const myo_bland_altman differences = {.n = 3,
                                          .bias = -8.0 / 3.0,
                                          .lower = -11,
                                          .upper = 6,
                                          .bias_lower = NAN,
                                          .bias_upper = NAN,
                                          .lower_low = NAN,
                                          .lower_high = NAN,
                                          .upper_low = NAN,
                                          .upper_high = NAN,
                                          .slope = NAN};
    const myo_report_bland_altman figure = {.structure = "Multifidus",
                                            .measure = "area",
                                            .unit = "mm²",
                                            .readers = readers,
                                            .reader_count = 2,
                                            .values = values,
                                            .count = 3,
                                            .decimals = 1,
                                            .differences = &differences};
    size_t size;
    assert_true(myo_report_bland_altman_write(STEM, &figure, NULL));
    char *text = read_text(STEM ".csv", &size);
    assert_non_null(strstr(text, "points,,12.000000,-4.000000,\n"
                                 "points,,19.000000,2.000000,\n"
                                 "points,,33.000000,-6.000000,\n"));
    assert_non_null(strstr(text, "level,Bias,,-2.666667,\n"));
    assert_null(strstr(text, "line,")); /* no slope, no line */
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_its_numbers),
        cmocka_unit_test(gives_the_same_bytes),
        cmocka_unit_test(places_marks_by_their_values),
        cmocka_unit_test(refuses_an_axis_without_values),
        cmocka_unit_test(bland_altman_draws_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
