/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a nomogram: labels that keep apart, marks at their places, files. */
#include "cmocka_all.h"

#include "base/file.h"
#include "report/nomogram_private.h"
#include "report/picture_fixture.h"

#include <stdio.h>
#include <string.h>

#define STEM "test_nomogram"
#define SIZE_MAX_READ ((size_t)1 << 24)
#define DOTS_PER_POINT (300.0 / 72.0)
#define LEFT 200.0
#define RIGHT 800.0

/* --- Labels ----------------------------------------------------------------------------------- */

/* S. Park and K. Miller, Commun. ACM 31:1192-1201, 1988. */
static double draw(uint64_t *seed) {
    *seed = *seed * 16807 % 2147483647;
    return (double)*seed / 2147483647.0;
}

static nomogram_labels make_labels(size_t count, double axis, double width, uint64_t *seed) {
    nomogram_labels labels = {.count = count};
    for (size_t i = 0; i < count; i++) {
        labels.items[i] = (nomogram_label){.text = "level",
                                           .place = LEFT + axis * draw(seed),
                                           .width = width * (0.3 + 0.7 * draw(seed))};
    }
    nomogram_sort_labels(&labels);
    nomogram_spread_labels(&labels, LEFT, RIGHT);
    return labels;
}

/* Whatever the places and widths are: inside of the limits, apart, and in the order of the ticks
 * within a lane, so that the lines from ticks to labels do not cross. */
static void labels_never_collide(void **state) {
    (void)state;
    uint64_t seed = 31;
    for (int trial = 0; trial < 3000; trial++) {
        size_t count = 2 + (size_t)(32.0 * draw(&seed)), seen[2] = {0};
        double axis = 600.0 * draw(&seed) * draw(&seed), width = 400.0 * draw(&seed);
        nomogram_labels labels = make_labels(count, axis, width, &seed);
        double end[2] = {LEFT - NOMOGRAM_NAME_GAP, LEFT - NOMOGRAM_NAME_GAP};
        double place[2] = {LEFT, LEFT};
        for (size_t i = 0; i < count; i++) {
            const nomogram_label *l = &labels.items[i];
            assert_true(l->width > 0.0);
            assert_true(l->left >= end[l->above] + NOMOGRAM_NAME_GAP - 1e-6);
            assert_true(l->left + l->width <= RIGHT + 1e-6);
            assert_true(l->place >= place[l->above]);
            assert_true(!l->above || labels.has_above);
            end[l->above] = l->left + l->width;
            place[l->above] = l->place;
            seen[l->above]++;
        }
        assert_true(seen[0] + seen[1] == count && seen[0] >= seen[1]);
    }
}

/* Labels with room around them stand in the middle below their ticks. */
static void labels_with_room_are_not_moved(void **state) {
    (void)state;
    nomogram_labels labels = {
        .count = 3,
        .items = {{"a", 500, 60, 0, false}, {"b", 300, 80, 0, false}, {"c", 700, 90, 0, false}}};
    nomogram_sort_labels(&labels);
    nomogram_spread_labels(&labels, LEFT, RIGHT);
    assert_string_equal(labels.items[0].text, "b");
    assert_string_equal(labels.items[2].text, "c");
    for (size_t i = 0; i < 3; i++) {
        assert_near(labels.items[i].left + 0.5 * labels.items[i].width, labels.items[i].place,
                    1e-9);
    }
    assert_false(labels.has_above || labels.is_moved);
}

/* Two labels of 40 at one place share the way: 25 to each side, with 10 between them. */
static void labels_at_one_place_move_equally(void **state) {
    (void)state;
    nomogram_labels labels = {.count = 2,
                              .items = {{"a", 500, 40, 0, false}, {"b", 500, 40, 0, false}}};
    nomogram_spread_labels(&labels, LEFT, RIGHT);
    assert_near(labels.items[0].left, 455.0, 1e-9);
    assert_near(labels.items[1].left, 505.0, 1e-9);
    assert_true(labels.is_moved);
}

/* --- Files ------------------------------------------------------------------------------------ */

static myo_nomogram *load(const char *name, myo_model **model) {
    myo_nomogram *n;
    assert_true(myo_model_load(name, model, NULL));
    assert_true(myo_nomogram_create(*model, &n, NULL));
    return n;
}

static char *read_text(const char *path, size_t *size) {
    char *data = NULL;
    assert_true(myo_file_read(path, SIZE_MAX_READ, &data, size, NULL));
    unlink(path);
    return data;
}

/* A word in a file that is no text. */
static const char *find_word(const char *data, size_t size, const char *word) {
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(data + i, word, length) == 0) {
            return data + i;
        }
    }
    return NULL;
}

static void gives_the_same_bytes_in_every_format(void **state) {
    (void)state;
    static const struct {
        const char *path, *start;
    } formats[] = {{STEM ".svg", "<?xml"}, {STEM ".pdf", "%PDF"}, {STEM ".PNG", "\x89PNG"}};
    myo_model *model;
    myo_nomogram *n = load("nvcf-tang2024", &model);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        size_t size, again;
        assert_true(myo_nomogram_draw(n, NULL, formats[i].path, NULL));
        char *first = read_text(formats[i].path, &size);
        assert_true(myo_nomogram_draw(n, NULL, formats[i].path, NULL));
        char *second = read_text(formats[i].path, &again);
        assert_memory_equal(first, formats[i].start, 4);
        assert_int_equal(size, again);
        assert_memory_equal(first, second, size);
        assert_null(find_word(first, size, "CreationDate"));
        free(first);
        free(second);
    }
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

static void refuses_other_endings_and_folders(void **state) {
    (void)state;
    myo_model *model;
    myo_nomogram *n = load("nvcf-tang2024", &model);
    static const char *const paths[] = {"a.jpg", "svg", ".svg", "a.svg.txt"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        myo_error err = {0};
        char message[128];
        assert_false(myo_nomogram_draw(n, NULL, paths[i], &err));
        assert_int_equal(err.code, MYO_E_ARGUMENT);
        snprintf(message, sizeof message, "%s: the ending says what is drawn: .svg, .pdf or .png",
                 paths[i]);
        assert_string_equal(err.message, message);
    }
    myo_error err = {0};
    assert_false(myo_nomogram_draw(n, NULL, "no-such-folder/a.pdf", &err));
    assert_int_equal(err.code, MYO_E_IO);
    assert_non_null(strstr(err.message, "no-such-folder/a.pdf"));
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
}

/* --- Marks ------------------------------------------------------------------------------------ */

static const char *look_up(void *user, const char *name) {
    (void)name;
    return user;
}

/* Mean column of the blue marks on the axes, and how many blue pixels there are; the texts of the
 * patient lie further right. */
static double find_marks(const char *value, double *count) {
    const double texts = 670.0 * DOTS_PER_POINT;
    myo_model *model;
    myo_nomogram *n = load(MODELS "/one.json", &model);
    myo_nomogram_patient *patient;
    char text[16];
    double sum = 0.0;
    snprintf(text, sizeof text, "%s", value);
    assert_true(myo_nomogram_patient_create(n, look_up, text, &patient, NULL));
    assert_true(myo_nomogram_draw(n, patient, STEM ".png", NULL));
    picture p = picture_read(STEM ".png");
    assert_int_equal(p.width, 3508); /* A4 across with 300 dots per inch */
    *count = 0.0;
    for (size_t row = 0; row < p.height; row++) {
        for (size_t column = 0; column < p.width && (double)column < texts; column++) {
            const uint8_t *rgb = picture_at(&p, (double)column, (double)row);
            if (rgb[2] > 140 && rgb[0] < 60 && rgb[1] > 80) {
                sum += (double)column;
                *count += 1.0;
            }
        }
    }
    free(p.rgb);
    myo_nomogram_patient_destroy(patient);
    myo_nomogram_destroy(n);
    myo_model_destroy(model);
    return sum / *count;
}

/* The axis runs from 150 down to -20 HU. All three marks of a patient (value, total, probability)
 * lie above each other, as one predictor makes the whole total. */
static void marks_lie_where_their_points_say(void **state) {
    (void)state;
    double count, at_0 = find_marks("150", &count), at_25 = find_marks("107.5", &count);
    double at_50 = find_marks("65", &count);
    const double disc = acos(-1.0) * 3.2 * 3.2 * DOTS_PER_POINT * DOTS_PER_POINT;
    assert_true(count > 2.5 * disc && count < 4.0 * disc);
    assert_true(at_25 - at_0 > 0.15 * 3508);
    assert_near(at_50 - at_25, at_25 - at_0, 0.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_never_collide),
        cmocka_unit_test(labels_with_room_are_not_moved),
        cmocka_unit_test(labels_at_one_place_move_equally),
        cmocka_unit_test(gives_the_same_bytes_in_every_format),
        cmocka_unit_test(refuses_other_endings_and_folders),
        cmocka_unit_test(marks_lie_where_their_points_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
