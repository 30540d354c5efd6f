/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated readers: how far their outlines lie from the truth, and that these are outlines. */
#include "cmocka_all.h"

#include "base/file.h"
#include "image/contour.h"
#include "io/imagej_roi_read.h"

#include <math.h>
#include <myotome/phantom.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 512
#define SIDE 256
#define PIXEL_MM 0.8
#define PATIENTS 2
#define READERS 3
#define STRUCTURES 7 /* three muscles of two sides, and the reference */

static char root[] = "/tmp/myotome-readers-XXXXXX";

static myo_phantom_options cohort_options(void) {
    myo_phantom_options options = myo_phantom_defaults();
    options.matrix = SIDE;
    options.pixel_mm = PIXEL_MM;
    options.sagittal = false;
    options.axial_from = 4;
    options.axial_stacks = 1;
    return options;
}

static int write_cohort(void **state) {
    (void)state;
    myo_phantom_options options = cohort_options();
    myo_error err = {0};
    char path[PATH_SIZE];
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/cohort", root);
    if (!myo_phantom_write_cohort(&options, PATIENTS, READERS, path, &err)) {
        fail_msg("%s", err.message);
    }
    return 0;
}

static int remove_cohort(void **state) {
    (void)state;
    myo_path_list list = {0};
    assert_true(myo_path_list_walk(&list, root, NULL));
    for (size_t i = 0; i < list.count; i++) {
        remove(list.paths[i]);
        /* Its folders, which go once they are empty. */
        for (char *slash = strrchr(list.paths[i], '/'); slash && slash != list.paths[i];
             slash = strrchr(list.paths[i], '/')) {
            *slash = '\0';
            if (strncmp(list.paths[i], root, strlen(root)) != 0 || remove(list.paths[i]) != 0) {
                break;
            }
        }
    }
    myo_path_list_clear(&list);
    return access(root, F_OK) == 0;
}

static myo_roi_list read_outlines(int patient, int reader) {
    char path[PATH_SIZE];
    myo_roi_list list;
    myo_error err = {0};
    snprintf(path, sizeof path, "%s/cohort/reader%d/sub-PHANTOM%04d_RoiSet.zip", root, reader,
             patient + MYO_PHANTOM_SEED);
    if (!myo_roi_read(path, &list, &err)) {
        fail_msg("%s", err.message);
    }
    return list;
}

static myo_labels *create_truth(int patient) {
    myo_phantom_options options = cohort_options();
    myo_labels *labels;
    options.seed += (uint64_t)patient;
    assert_true(myo_phantom_slice(&options, NULL, &labels, NULL, NULL));
    return labels;
}

/* Label of a region by its name. */
static uint16_t label_of(const char *name) {
    static const char *const sides[MYO_SIDE_COUNT] = {"_left", "_right"};
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const myo_structure_info *info = myo_structure_get((myo_structure)s);
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            char expected[64];
            snprintf(expected, sizeof expected, "%s%s", info->key, info->paired ? sides[side] : "");
            if (strcmp(name, expected) == 0) {
                return info->label[side];
            }
        }
    }
    fail_msg("no structure is called %s", name);
    return 0;
}

/* Distance in mm of a point from the border of a label, positive outside. */
static double signed_distance(const myo_labels *labels, const myo_contour_list *border,
                              uint16_t label, double x, double y) {
    double nearest = INFINITY;
    for (size_t c = 0; c < border->count; c++) {
        const myo_contour *contour = &border->contours[c];
        for (size_t i = 0; i < contour->point_count; i++) {
            const int *a = contour->xy + 2 * i;
            const int *b = contour->xy + 2 * ((i + 1) % contour->point_count);
            double along_x = b[0] - a[0], along_y = b[1] - a[1];
            double part = ((x - a[0]) * along_x + (y - a[1]) * along_y) /
                          (along_x * along_x + along_y * along_y);
            part = fmin(1.0, fmax(0.0, part));
            nearest = fmin(nearest, hypot(x - a[0] - part * along_x, y - a[1] - part * along_y));
        }
    }
    size_t pixel = (size_t)y * SIDE + (size_t)x;
    bool inside = myo_labels_get_const_pixels(labels)[pixel] == label;
    return PIXEL_MM * (inside ? -nearest : nearest);
}

/* Mean and mean square of the distances of an outline's points. */
static void measure(const myo_labels *truth, const myo_roi *roi, double *mean, double *square) {
    uint16_t label = label_of(roi->name);
    myo_contour_list border;
    assert_true(
        myo_contour_trace(myo_labels_get_const_pixels(truth), SIDE, SIDE, label, &border, NULL));
    *mean = *square = 0.0;
    for (size_t i = 0; i < roi->point_count; i++) {
        const double *p = roi->paths[0].xy + 2 * i;
        double distance = signed_distance(truth, &border, label, p[0], p[1]);
        *mean += distance / (double)roi->point_count;
        *square += distance * distance / (double)roi->point_count;
    }
    myo_contour_list_clear(&border);
}

static double dice(const myo_roi *roi, const myo_labels *truth) {
    static uint8_t mask[SIDE * SIDE];
    memset(mask, 0, sizeof mask);
    assert_true(myo_roi_fill(roi, SIDE, SIDE, mask, NULL));
    uint16_t label = label_of(roi->name);
    double both = 0.0, sum = 0.0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        bool is = myo_labels_get_const_pixels(truth)[i] == label;
        both += is && mask[i];
        sum += (double)is + mask[i];
    }
    return 2.0 * both / sum;
}

#define OUTLINES (PATIENTS * STRUCTURES) /* of one reader */

/* Mean distances of a reader's outlines; returns the mean variance within them. */
static double measure_reader(int reader, double means[OUTLINES]) {
    double variance = 0.0;
    for (int p = 0; p < PATIENTS; p++) {
        myo_labels *truth = create_truth(p);
        myo_roi_list list = read_outlines(p, reader);
        assert_int_equal(list.count, STRUCTURES);
        for (size_t i = 0; i < STRUCTURES; i++) {
            double square, *mean = &means[(size_t)p * STRUCTURES + i];
            measure(truth, &list.rois[i], mean, &square);
            variance += (square - *mean * *mean) / OUTLINES;
            double overlap = dice(&list.rois[i], truth);
            assert_true(overlap > 0.80 && overlap < 0.99);
        }
        myo_roi_list_clear(&list);
        myo_labels_destroy(truth);
    }
    return variance;
}

/* The random displacement has a standard deviation of 0.8 mm; the nearest distance to the truth,
 * which is what can be measured here, is a little less. The mean of an outline is its reader's
 * bias, 0.2 to 0.4 mm outwards or inwards, and what chance adds: 0.8 mm / sqrt(1 + twice the number
 * of waves, which is about ten). */
static void readers_miss_the_truth_as_asked(void **state) {
    (void)state;
    double variance = 0.0, spread = 0.0;
    for (int r = 1; r <= READERS; r++) {
        double means[OUTLINES], bias = 0.0;
        variance += measure_reader(r, means) / READERS;
        for (size_t i = 0; i < OUTLINES; i++) {
            bias += means[i] / OUTLINES;
        }
        assert_near(bias, r % 2 ? 0.3 : -0.3, 0.13);
        for (size_t i = 0; i < OUTLINES; i++) {
            spread += (means[i] - bias) * (means[i] - bias) / (READERS * OUTLINES);
        }
    }
    assert_near(sqrt(variance), 0.75, 0.08);
    assert_near(sqrt(spread), 0.15, 0.06);
}

/* One smooth outline each: its points follow each other at the step of the hand, turn little, and
 * lie between pixels. */
static void outlines_are_smooth(void **state) {
    (void)state;
    for (int r = 1; r <= READERS; r++) {
        myo_roi_list list = read_outlines(0, r);
        for (size_t i = 0; i < list.count; i++) {
            const myo_roi *roi = &list.rois[i];
            assert_int_equal(roi->type, MYO_ROI_FREEHAND);
            assert_int_equal(roi->position, 0);
            assert_true(roi->sub_pixel);
            assert_int_equal(roi->path_count, 1);
            assert_true(roi->point_count > 50);
            double turned = 0.0;
            for (size_t k = 0; k < roi->point_count; k++) {
                const double *xy = roi->paths[0].xy;
                const double *a = xy + 2 * k, *b = xy + 2 * ((k + 1) % roi->point_count);
                const double *c = xy + 2 * ((k + 2) % roi->point_count);
                double step = PIXEL_MM * hypot(b[0] - a[0], b[1] - a[1]);
                assert_true(step > 0.1 && step < 3.0);
                double ux = b[0] - a[0], uy = b[1] - a[1], vx = c[0] - b[0], vy = c[1] - b[1];
                turned += atan2(ux * vy - uy * vx, ux * vx + uy * vy);
            }
            assert_near(turned, 2.0 * 3.14159265358979, 1e-6); /* once around, clockwise */
        }
        myo_roi_list_clear(&list);
    }
}

static void no_two_readers_draw_alike(void **state) {
    (void)state;
    for (int p = 0; p < PATIENTS; p++) {
        myo_roi_list a = read_outlines(p, 1), b = read_outlines(p, 2);
        for (size_t i = 0; i < a.count; i++) {
            assert_string_equal(a.rois[i].name, b.rois[i].name);
            double apart = 0.0;
            for (size_t k = 0; k < a.rois[i].point_count; k++) {
                const double *p1 = a.rois[i].paths[0].xy + 2 * k;
                const double *p2 = b.rois[i].paths[0].xy + 2 * k;
                apart += hypot(p1[0] - p2[0], p1[1] - p2[1]) / (double)a.rois[i].point_count;
            }
            assert_true(PIXEL_MM * apart > 0.4 && PIXEL_MM * apart < 2.5);
        }
        myo_roi_list_clear(&a);
        myo_roi_list_clear(&b);
    }
}

static void refuses_what_cannot_be_outlined(void **state) {
    (void)state;
    char path[PATH_SIZE];
    myo_phantom_options options = cohort_options();
    myo_error err = {0};
    snprintf(path, sizeof path, "%s/refused", root);
    options.axial_from = 5;
    assert_false(myo_phantom_write_cohort(&options, 1, 1, path, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    assert_string_equal(err.message,
                        "phantom: readers outline the axial slice at L4/5, which is not written");
    err = (myo_error){0};
    assert_false(myo_phantom_write_cohort(&options, 0, 0, path, &err));
    assert_string_equal(err.message, "phantom: number of patients is 0, not between 1 and 1000");
    err = (myo_error){0};
    assert_false(myo_phantom_write_cohort(&options, 1, 9, path, &err));
    assert_int_equal(err.code, MYO_E_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_miss_the_truth_as_asked),
        cmocka_unit_test(outlines_are_smooth),
        cmocka_unit_test(no_two_readers_draw_alike),
        cmocka_unit_test(refuses_what_cannot_be_outlined),
    };
    return cmocka_run_group_tests(tests, write_cohort, remove_cohort);
}
